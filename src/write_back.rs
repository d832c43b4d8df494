//! What the rows of a sheet are to say of themselves, in columns of ours: whether they are in order, and what is
//! wrong with them. It is made of a row's own cells and the config alone: nothing about other rows, routes or
//! refusals ever gets into a sheet, since whoever may read that sheet may not know of them.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    address::{Place, SheetId, SourceId},
    catalogue::{self, Fill, say},
    check::Checked,
    config::Config,
    finding::{Code, Finding, Severity},
    port::RowStatus,
    printable::printable,
    record::{Grant, RecordRef, State},
    set::FieldId,
};

/// It speaks of another row.
const KEY_DOUBLED: Code = Code::new("key-doubled");

/// The longest message, in characters: a cell that people still read.
const MESSAGE_MAX: usize = 500;

/// What each row of the sources that have columns of ours is to say, tab by tab in the order in which they were read.
#[must_use]
pub fn statuses(config: &Config, checked: &Checked) -> BTreeMap<SourceId, Vec<Vec<RowStatus>>> {
    let is_told = |f: &&Finding| {
        let has_columns = config.source(f.place.source).write_back.is_some();
        has_columns && f.code != KEY_DOUBLED && f.code.severity() > Severity::Note
    };
    let mut found: BTreeMap<(SheetId, u32), Vec<&Finding>> = BTreeMap::new();
    for finding in checked.findings.iter().filter(is_told) {
        if let Place { sheet: Some(sheet), row: Some(row), .. } = finding.place {
            found.entry((sheet, row)).or_default().push(finding);
        }
    }
    let mut statuses: BTreeMap<SourceId, Vec<Vec<RowStatus>>> = BTreeMap::new();
    for (i, sheet) in checked.records.sheets.iter().enumerate() {
        if config.source(sheet.source).write_back.is_some() {
            let header = &checked.sheets[sheet.id.0 as usize].header;
            let said = Said { config, header, columns: &sheet.columns };
            let rows = checked.records.rows().map(|row| checked.records.get(row)).filter(|row| row.sheet() == i);
            let findings = |row: u32| found.get(&(sheet.id, row)).map_or(&[][..], Vec::as_slice);
            let tab = rows.map(|row| said.row(row, findings(row.row().number))).collect();
            statuses.entry(sheet.source).or_default().push(tab);
        }
    }
    statuses
}

struct Said<'a> {
    config: &'a Config,
    header: &'a [String],
    /// Per field, the columns that feed it.
    columns: &'a [Vec<u16>],
}

impl Said<'_> {
    fn row(&self, record: RecordRef<'_>, findings: &[&Finding]) -> RowStatus {
        let language = self.config.operator.language;
        let lacks = self.lacks(record);
        let nameless = record.handles().is_empty();
        let status = match (lacks.is_empty() && !nameless, findings.is_empty()) {
            (false, _) => "write-back-waits",
            (true, false) => "write-back-look",
            (true, true) => "write-back-ok",
        };
        let mut parts: Vec<String> = Vec::new();
        if !lacks.is_empty() {
            let names = lacks.iter().map(|f| self.named(*f)).collect::<Vec<_>>().join(", ");
            parts.push(say("write-back-lacks", language, &[("fields", Fill::Text(&names))]));
        }
        if nameless {
            parts.push(say("write-back-nameless", language, &[]));
        }
        parts.extend(findings.iter().map(|finding| self.finding(finding)));
        RowStatus { row: record.row().number, status: say(status, language, &[]), message: cut(parts.join(" ")) }
    }

    /// What the row would need for a purpose that it is there for, if there is none for which it has all.
    fn lacks(&self, record: RecordRef<'_>) -> Vec<FieldId> {
        let live = record.facts().iter().filter(|fact| fact.grant == Grant::Live);
        let required = live.map(|fact| self.config.purpose(fact.purpose).required);
        let missing: Vec<Vec<FieldId>> = required
            .map(|fields| fields.iter().filter(|f| record.cell(*f).state() != State::Value).collect())
            .collect();
        if missing.iter().any(Vec::is_empty) {
            return Vec::new();
        }
        let mut all = missing.concat();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// A field by the header of the column that feeds it, or else by our word.
    fn named(&self, field: FieldId) -> String {
        let column = self.columns[usize::from(field.0)].first();
        let header = column.and_then(|c| self.header.get(usize::from(*c)));
        header.map_or_else(|| self.config.field(field).name.clone(), |h| printable(h).trim().to_owned())
    }

    /// `Телефон: в телефоне буква; замените букву цифрой, на месте которой она стоит.`
    fn finding(&self, finding: &Finding) -> String {
        let language = self.config.operator.language;
        let words = catalogue::entry(finding.code.name()).words(language);
        let fills = [("hint", Fill::Text(finding.hint.as_deref().unwrap_or_default()))];
        let mut text = String::new();
        if let Some(header) = finding.place.column.and_then(|c| self.header.get(usize::from(c))) {
            let _ = write!(text, "{}: ", printable(header).trim());
        }
        text.push_str(&catalogue::fill(&words.title, &fills, language));
        if !words.help.is_empty() {
            let _ = write!(text, "; {}", catalogue::fill(&words.help, &fills, language));
        }
        text + "."
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(MESSAGE_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
