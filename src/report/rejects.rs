//! The rows that wait for a person, as they stand in their lists, each with its place and its reasons: to be
//! corrected and read again as a source with the same columns. Values of one source never go beside those of
//! another, which was collected for something else.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use crate::{
    address::{Place, SourceId},
    catalogue::{self, Fill},
    finding::Severity,
    read::Originals,
    value::PrivateText,
};

/// Held rows, source by source.
#[derive(Default, Debug)]
pub struct Rejects {
    /// The sources that have any.
    pub sources: Vec<RejectedRows>,
}

/// The held rows of one source.
#[derive(Debug)]
pub struct RejectedRows {
    /// The source.
    pub source: SourceId,
    /// Place and reason, then the headings of the pulled columns.
    pub header: Vec<String>,
    /// What stands under each.
    pub rows: Vec<Vec<PrivateText>>,
}

/// Where a row stood, and why it is held.
const PLACE: &str = "sheetbridge_place";
const REASON: &str = "sheetbridge_reason";

impl Rejects {
    /// The rows that a report says are waiting, out of what was pulled.
    #[must_use]
    pub(crate) fn of(report: &Report, originals: &Originals) -> Self {
        let mut held: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
        for item in report.routes.iter().flat_map(|r| &r.items) {
            if let Some(place) = item.place {
                held.entry(place).or_default().insert(report.title(item.code().name(), &item.hint));
            }
        }
        for finding in report.findings.iter().filter(|f| f.code.severity() == Severity::Error) {
            if let Some(reasons) = held.get_mut(&Place { column: None, ..finding.place }) {
                let title = report.title(finding.code.name(), finding.hint.as_deref().unwrap_or_default());
                reasons.insert(match report.heading(finding.place) {
                    Some(heading) => format!("{heading}: {title}"),
                    None => title,
                });
            }
        }
        let mut sources: Vec<RejectedRows> = Vec::new();
        for (place, reasons) in held {
            if sources.last().is_none_or(|last| last.source != place.source) {
                let columns = originals.header(place.source).into_iter();
                let header = [PLACE, REASON].into_iter().chain(columns).map(str::to_owned).collect();
                sources.push(RejectedRows { source: place.source, header, rows: Vec::new() });
            }
            if let Some(list) = sources.last_mut() {
                let reasons: Vec<String> = reasons.into_iter().collect();
                let row = row(&list.header, &report.place(place), &reasons.join("; "), &originals.row(place));
                list.rows.push(row);
            }
        }
        Self { sources }
    }
}

fn row(header: &[String], place: &str, reason: &str, cells: &[(&str, PrivateText)]) -> Vec<PrivateText> {
    let mut row: Vec<PrivateText> = [place, reason].into_iter().map(PrivateText::new).collect();
    row.extend(header[2..].iter().map(|heading| {
        let cell = cells.iter().find(|(name, _)| name == heading);
        cell.map_or_else(|| PrivateText::new(""), |(_, text)| text.clone())
    }));
    row
}

impl Report {
    fn title(&self, code: &str, hint: &str) -> String {
        let words = catalogue::entry(code).words(self.language);
        catalogue::fill(&words.title, &[("hint", Fill::Text(hint))], self.language)
    }

    fn heading(&self, place: Place) -> Option<&str> {
        let sheet = self.sheets.get(place.sheet?.0 as usize)?;
        sheet.header.get(usize::from(place.column?)).map(String::as_str)
    }
}
