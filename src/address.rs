//! Where a thing stands, in the words of the spreadsheet's owner.

mod typed;

use std::fmt::Write as _;

pub use typed::{Address, Named};

use crate::{language::Language, printable::printable};

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
            Some(title) => format!("{}, \"{}\"", printable(&self.file), printable(title)),
            None => printable(&self.file).into_owned(),
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
                Some(header) => write!(text, ", {word} \"{}\"", printable(header).trim()),
                None => write!(text, ", {word} {}", letters(column)),
            }
            .unwrap_or_default();
        }
        (None, None) => {}
    }
    text
}

/// Many places in few words: `orders.xlsx, "2026", cells D4–D6, D14`, `stops.csv, rows 4–6, 14, column "E-mail"`.
/// The places are in their order; `source` gives the name of a source.
#[must_use]
pub fn describe_all(
    places: &[Place],
    source: impl Fn(SourceId) -> String,
    sheets: &[SheetInfo],
    language: Language,
) -> Vec<String> {
    let mut groups: Vec<Vec<Place>> = Vec::new();
    let column = |p: &Place| (p.source, p.sheet, p.column, p.row.is_some());
    for place in places {
        match groups.iter_mut().find(|group| column(&group[0]) == column(place)) {
            Some(group) => group.push(*place),
            None => groups.push(vec![*place]),
        }
    }
    groups.iter().map(|group| describe_group(group, &source(group[0].source), sheets, language)).collect()
}

/// Places that differ in their rows alone.
fn describe_group(group: &[Place], source: &str, sheets: &[SheetInfo], language: Language) -> String {
    let first = group[0];
    let sheet = first.sheet.and_then(|id| sheets.get(id.0 as usize));
    let rows: Vec<u32> = group.iter().filter_map(|p| p.row).collect();
    let (Some(sheet), [_, _, ..]) = (sheet, rows.as_slice()) else {
        return describe(first, source, sheets, language);
    };
    let cells = first.column.filter(|_| sheet.title.is_some());
    let before = cells.map(letters).unwrap_or_default();
    let word =
        if cells.is_some() { language.pick("cells", "ячейки") } else { language.pick("rows", "строки") };
    let mut text = format!("{}, {word} {}", sheet.name(), ranges(&rows, &before));
    if let Some(column) = first.column.filter(|_| cells.is_none()) {
        let whole = describe(Place { row: None, column: Some(column), ..first }, source, sheets, language);
        text.push_str(&whole[sheet.name().len()..]);
    }
    text
}

/// So many pieces of a list of rows are named.
const RANGES_MAX: usize = 12;

/// `2–4, 7`, or with the letters of a column `B2–B4, B7`.
fn ranges(rows: &[u32], before: &str) -> String {
    let mut pieces: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match pieces.last_mut() {
            Some((_, last)) if *last == *row || *last + 1 == *row => *last = *row,
            _ => pieces.push((*row, *row)),
        }
    }
    let mut texts: Vec<String> = pieces
        .iter()
        .take(RANGES_MAX)
        .map(|(a, b)| match b - a {
            0 => format!("{before}{a}"),
            1 => format!("{before}{a}, {before}{b}"),
            _ => format!("{before}{a}–{before}{b}"),
        })
        .collect();
    if pieces.len() > RANGES_MAX {
        texts.push("…".to_owned());
    }
    texts.join(", ")
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
        let all = |places: &[Place]| describe_all(places, |_| "orders".into(), &sheets, Language::English);
        let rows = |sheet, column, rows: &[u32]| -> Vec<Place> {
            rows.iter().map(|row| place(Some(SheetId(sheet)), Some(*row), column)).collect()
        };
        assert_eq!(all(&rows(0, Some(1), &[2, 3, 4, 7])), ["orders.xlsx, \"2026\", cells B2–B4, B7"]);
        assert_eq!(all(&rows(1, Some(1), &[2, 3, 9])), ["orders.xlsx, rows 2, 3, 9, column \"Телефон\""]);
        assert_eq!(all(&rows(1, None, &[2, 3, 4])), ["orders.xlsx, rows 2–4"]);
        let mixed = [rows(0, None, &[2]), rows(1, Some(0), &[2, 2])].concat();
        assert_eq!(all(&mixed), ["orders.xlsx, \"2026\", row 2", "orders.xlsx, rows 2, column \"Имя\""]);
        assert!(all(&rows(1, None, &(0..40).map(|n| n * 2).collect::<Vec<_>>()))[0].ends_with("22, …"));
        let ru = describe(place(Some(SheetId(0)), Some(2), Some(0)), "orders", &sheets, Language::Russian);
        assert_eq!(ru, "orders.xlsx, \"2026\", ячейка A2");
    }
}
