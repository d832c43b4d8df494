//! Where a thing stands, in the words of the spreadsheet's owner.

use std::fmt::Write as _;

use crate::language::Language;

/// Names a source of the config by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(pub u16);

/// Names a tab that was read in this run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SheetId(pub u32);

/// A place that a finding points at: a source, a sheet, a row, a column or a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The source, always known.
    pub source: SourceId,
    /// The sheet, once it was opened.
    pub sheet: Option<SheetId>,
    /// The row's number as the spreadsheet counts it, from 1.
    pub row: Option<u32>,
    /// The column, from 0 (`A`).
    pub column: Option<u16>,
}

impl Place {
    /// A whole source.
    #[must_use]
    pub fn source(source: SourceId) -> Self {
        Self { source, sheet: None, row: None, column: None }
    }
}

/// What is needed to write a [`Place`] in words.
#[derive(Clone, Debug)]
pub struct SheetInfo {
    /// Its source.
    pub source: SourceId,
    /// The file's name, without its folder.
    pub file: String,
    /// The tab's title, where the format has tabs.
    pub title: Option<String>,
    /// The header's texts, by column.
    pub header: Vec<String>,
}

impl SheetInfo {
    /// `orders.xlsx, "2026"`, or the file alone where there are no tabs.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.title {
            Some(title) => format!("{}, \"{title}\"", self.file),
            None => self.file.clone(),
        }
    }
}

/// `orders.xlsx, "2026", cell D14`; in a file without tabs `stops.csv, row 14, column "E-mail"`.
#[must_use]
pub fn describe(place: Place, source: &str, sheets: &[SheetInfo], language: Language) -> String {
    let Some(sheet) = place.sheet.and_then(|id| sheets.get(id.0 as usize)) else {
        return source.to_owned();
    };
    let mut text = sheet.name();
    let header = place.column.and_then(|c| sheet.header.get(usize::from(c))).filter(|h| !h.is_empty());
    match (place.row, place.column) {
        (Some(row), Some(column)) if sheet.title.is_some() => {
            let _ = write!(text, ", {} {}{row}", language.pick("cell", "ячейка"), letters(column));
        }
        (Some(row), None) => {
            let _ = write!(text, ", {} {row}", language.pick("row", "строка"));
        }
        (row, Some(column)) => {
            if let Some(row) = row {
                let _ = write!(text, ", {} {row}", language.pick("row", "строка"));
            }
            let word = language.pick("column", "столбец");
            match header {
                Some(header) => write!(text, ", {word} \"{header}\""),
                None => write!(text, ", {word} {}", letters(column)),
            }
            .unwrap_or_default();
        }
        (None, None) => {}
    }
    text
}

/// The letters of a column: 0 is `A`, 26 is `AA`.
#[must_use]
pub fn letters(column: u16) -> String {
    let mut n = u32::from(column) + 1;
    let mut text = String::new();
    while n > 0 {
        n -= 1;
        text.insert(0, char::from(b'A' + u8::try_from(n % 26).unwrap_or_default()));
        n /= 26;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        for (column, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), expected);
        }
    }

    #[test]
    fn a_place_reads_as_its_owner_would_say_it() {
        let sheet = |title: Option<&str>| SheetInfo {
            source: SourceId(0),
            file: "orders.xlsx".into(),
            title: title.map(Into::into),
            header: vec!["Имя".into(), "Телефон".into()],
        };
        let sheets = [sheet(Some("2026")), sheet(None)];
        let place = |sheet, row, column| Place { source: SourceId(0), sheet, row, column };
        let say = |p| describe(p, "orders", &sheets, Language::English);
        assert_eq!(say(place(Some(SheetId(0)), Some(14), Some(1))), "orders.xlsx, \"2026\", cell B14");
        assert_eq!(say(place(Some(SheetId(1)), Some(14), Some(1))), "orders.xlsx, row 14, column \"Телефон\"");
        assert_eq!(say(place(Some(SheetId(1)), None, Some(5))), "orders.xlsx, column F");
        assert_eq!(say(place(Some(SheetId(0)), Some(14), None)), "orders.xlsx, \"2026\", row 14");
        assert_eq!(say(place(None, None, None)), "orders");
        let ru = describe(place(Some(SheetId(0)), Some(2), Some(0)), "orders", &sheets, Language::Russian);
        assert_eq!(ru, "orders.xlsx, \"2026\", ячейка A2");
    }
}
