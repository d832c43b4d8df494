//! Cells as they were pulled, kept beside the records when somebody asked for their text: to look at what a
//! finding speaks of, or to correct the rows that wait. Columns that nothing needs were not pulled, so they
//! are not here either.

use std::collections::BTreeMap;

use super::Draft;
use crate::{
    address::{Place, SheetId, SourceId},
    day::Day,
    sheet::{Raw, RawChunk},
    value::PrivateText,
};

/// The pulled cells of every sheet.
#[derive(Default)]
pub struct Originals {
    sheets: BTreeMap<SheetId, Sheet>,
}

struct Sheet {
    source: SourceId,
    header: Vec<String>,
    pulled: Vec<u16>,
    chunks: Vec<RawChunk>,
}

impl Originals {
    /// A copy of what the drafts hold.
    #[must_use]
    pub fn of(drafts: &[Draft]) -> Self {
        let sheet = |draft: &Draft| {
            let header = (0..draft.binding.pulled.len()).map(|pulled| draft.header_of(pulled).to_owned());
            let (pulled, chunks) = (draft.binding.pulled.clone(), draft.rows.chunks.clone());
            (draft.id, Sheet { source: draft.info.source, header: header.collect(), pulled, chunks })
        };
        Self { sheets: drafts.iter().map(sheet).collect() }
    }

    /// The headings of a source's pulled columns, each once, in the order of its sheets.
    #[must_use]
    pub fn header(&self, source: SourceId) -> Vec<&str> {
        let mut header: Vec<&str> = Vec::new();
        for name in self.sheets.values().filter(|s| s.source == source).flat_map(|s| &s.header) {
            if !header.contains(&name.as_str()) {
                header.push(name);
            }
        }
        header
    }

    /// The cells of a row with their headings.
    #[must_use]
    pub fn row(&self, place: Place) -> Vec<(&str, PrivateText)> {
        let Some((sheet, chunk, row)) = self.find(place) else { return Vec::new() };
        let cells = sheet.header.iter().enumerate();
        cells.map(|(i, heading)| (heading.as_str(), text(chunk.cell(row, i)))).collect()
    }

    /// The text of one cell, if it holds something.
    #[must_use]
    pub fn cell(&self, place: Place) -> Option<PrivateText> {
        let (sheet, chunk, row) = self.find(place)?;
        let pulled = sheet.pulled.binary_search(&place.column?).ok()?;
        Some(text(chunk.cell(row, pulled))).filter(|text| !text.is_empty())
    }

    fn find(&self, place: Place) -> Option<(&Sheet, &RawChunk, usize)> {
        let (sheet, number) = (self.sheets.get(&place.sheet?)?, place.row?);
        // Rows stand in the order of their numbers.
        let chunk = sheet.chunks.iter().find(|c| !c.is_empty() && c.number(c.len() - 1) >= number)?;
        let row = (0..chunk.len()).find(|row| chunk.number(*row) == number)?;
        Some((sheet, chunk, row))
    }
}

/// A cell as somebody would type it.
fn text(raw: Raw<'_>) -> PrivateText {
    PrivateText::new(match raw {
        Raw::Blank => String::new(),
        Raw::Text(text) | Raw::Error(text) => text.to_owned(),
        Raw::Number(number) => number.to_string(),
        Raw::Date(serial) => date(serial),
        Raw::Bool(yes) => if yes { "TRUE" } else { "FALSE" }.to_owned(),
    })
}

/// The day of a serial date; day 0 is 1899-12-30.
fn date(serial: f64) -> String {
    const EPOCH: i32 = -25_569;
    Day(EPOCH + serial.floor() as i32).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_written_as_somebody_would_type_it() {
        for (raw, expected) in [
            (Raw::Blank, ""),
            (Raw::Text(" 8 9l6 "), " 8 9l6 "),
            (Raw::Number(79_161_234_567.0), "79161234567"),
            (Raw::Number(0.5), "0.5"),
            (Raw::Date(45_292.0), "2024-01-01"),
            (Raw::Date(45_292.75), "2024-01-01"),
            (Raw::Bool(true), "TRUE"),
            (Raw::Error("#REF!"), "#REF!"),
        ] {
            assert_eq!(text(raw).expose(), expected);
        }
    }
}
