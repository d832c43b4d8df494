//! Addresses as people type or copy them: `orders.xlsx, "2026", cell C9`, `orders.xlsx!2026!C9`,
//! `subscribers.csv, row 11`, `subscribers.csv:11`.

use super::{Place, SheetInfo, letters};

/// A row, or a cell of it, as a person names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// The file, or the source.
    pub file: String,
    /// The tab.
    pub tab: Option<String>,
    /// The row's number as the spreadsheet counts it, from 1.
    pub row: u32,
    /// The column, where one cell is meant.
    pub column: Option<Named>,
}

/// A column as a person names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Named {
    /// By its letters.
    Letters(String),
    /// By its heading.
    Heading(String),
}

impl Address {
    /// The address that a text is, if it is one. That there is such a row it doesn't promise.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        printed(text)
            .or_else(|| with_bangs(text))
            .or_else(|| with_colon(text))
            .filter(|a| !a.file.is_empty() && a.row > 0)
    }

    /// Whether it speaks of a sheet, whose source has the name `source`.
    #[must_use]
    pub fn is_in(&self, sheet: &SheetInfo, source: &str) -> bool {
        let file = self.file.rsplit(['/', '\\']).next().unwrap_or_default();
        let is_file = same(file, &sheet.file) || same(&self.file, source);
        let title = sheet.title.as_deref();
        is_file && self.tab.as_deref().is_none_or(|tab| title.is_some_and(|title| same(tab, title)))
    }

    /// Whether it speaks of a row of such a sheet.
    #[must_use]
    pub fn is_row(&self, place: Place, sheets: &[SheetInfo], source: &str) -> bool {
        let sheet = place.sheet.and_then(|id| sheets.get(id.0 as usize));
        place.row == Some(self.row) && sheet.is_some_and(|sheet| self.is_in(sheet, source))
    }

    /// The column that it means in a sheet.
    #[must_use]
    pub fn column_in(&self, sheet: &SheetInfo) -> Option<u16> {
        let is_it = |(i, heading): (usize, &String)| match &self.column {
            Some(Named::Letters(word)) => letters(i as u16) == *word,
            Some(Named::Heading(word)) => same(heading, word),
            None => false,
        };
        sheet.header.iter().enumerate().position(is_it).map(|i| i as u16)
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// As findings say it, in either language.
fn printed(text: &str) -> Option<Address> {
    let (mut rest, mut column) = (text, None);
    for word in [", column ", ", столбец "] {
        if let Some((before, named)) = rest.rsplit_once(word) {
            let heading = named.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
            column = Some(heading.map_or_else(|| Named::Letters(named.to_owned()), |h| Named::Heading(h.to_owned())));
            rest = before;
        }
    }
    let (before, place) = rest.rsplit_once(", ")?;
    let (word, place) = place.split_once(' ')?;
    let row = match word {
        "row" | "строка" => place.parse().ok()?,
        "cell" | "ячейка" => {
            let (letters, row) = cell(place)?;
            column = Some(Named::Letters(letters));
            row
        }
        _ => return None,
    };
    let (file, tab) = match before.strip_suffix('"').and_then(|b| b.split_once(", \"")) {
        Some((file, tab)) => (file, Some(tab.to_owned())),
        None => (before, None),
    };
    Some(Address { file: file.to_owned(), tab, row, column })
}

/// `orders.xlsx!2026!C9`, `orders.xlsx!C9`: as formulas say it.
fn with_bangs(text: &str) -> Option<Address> {
    let (before, place) = text.rsplit_once('!')?;
    let (column, row) = match place.parse() {
        Ok(row) => (None, row),
        Err(_) => cell(place).map(|(letters, row)| (Some(Named::Letters(letters)), row))?,
    };
    let (file, tab) = before.split_once('!').map_or((before, None), |(file, tab)| (file, Some(tab)));
    let tab = tab.map(|tab| tab.trim_matches('\'').to_owned());
    Some(Address { file: file.to_owned(), tab, row, column })
}

/// `subscribers.csv:11`, as editors say it.
fn with_colon(text: &str) -> Option<Address> {
    let (file, row) = text.rsplit_once(':')?;
    Some(Address { file: file.to_owned(), tab: None, row: row.parse().ok()?, column: None })
}

/// `C9`, `$C$9`, and `С9` with the letter of a Russian keyboard.
fn cell(text: &str) -> Option<(String, u32)> {
    let text = text.replace('$', "").to_uppercase();
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let latin = |c: char| match "АВЕКМНОРСТУХ".chars().position(|l| l == c) {
        Some(i) => "ABEKMHOPCTYX".chars().nth(i),
        None => c.is_ascii_uppercase().then_some(c),
    };
    let letters: String = text[..digits].chars().map(latin).collect::<Option<_>>()?;
    (!letters.is_empty() && letters.len() <= 3).then_some((letters, text[digits..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        address::{SheetId, SourceId, describe},
        language::Language,
    };

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Option<&str>, u32, Option<&str>)>) {
        let found = Address::parse(text);
        let found = found.as_ref().map(|a| {
            let column = a.column.as_ref().map(|c| match c {
                Named::Letters(word) | Named::Heading(word) => word.as_str(),
            });
            (a.file.as_str(), a.tab.as_deref(), a.row, column)
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        check("orders.xlsx, \"2026\", cell C9", Some(("orders.xlsx", Some("2026"), 9, Some("C"))));
        check("orders.xlsx, \"2026\", ячейка C9", Some(("orders.xlsx", Some("2026"), 9, Some("C"))));
        check("orders.xlsx, \"2026\", row 9", Some(("orders.xlsx", Some("2026"), 9, None)));
        check("orders.xlsx, \"Май, июнь\", строка 9", Some(("orders.xlsx", Some("Май, июнь"), 9, None)));
        check("orders.xlsx, cell c9", Some(("orders.xlsx", None, 9, Some("C"))));
        check("subscribers.csv, row 11", Some(("subscribers.csv", None, 11, None)));
        check("subscribers.csv, строка 11", Some(("subscribers.csv", None, 11, None)));
        check("subscribers.csv, row 11, column \"E-mail\"", Some(("subscribers.csv", None, 11, Some("E-mail"))));
        check(
            "subscribers.csv, строка 11, столбец \"Имя, фамилия\"",
            Some(("subscribers.csv", None, 11, Some("Имя, фамилия"))),
        );
        check("subscribers.csv, row 11, column F", Some(("subscribers.csv", None, 11, Some("F"))));
        check("Список, новый.csv, строка 11", Some(("Список, новый.csv", None, 11, None)));
        check(" orders.xlsx!2026!C9 ", Some(("orders.xlsx", Some("2026"), 9, Some("C"))));
        check("orders.xlsx!'май 2026'!$C$9", Some(("orders.xlsx", Some("май 2026"), 9, Some("C"))));
        check("orders.xlsx!2026!С9", Some(("orders.xlsx", Some("2026"), 9, Some("C"))));
        check("orders.xlsx!AB12", Some(("orders.xlsx", None, 12, Some("AB"))));
        check("orders.xlsx!2026!9", Some(("orders.xlsx", Some("2026"), 9, None)));
        check("subscribers.csv:11", Some(("subscribers.csv", None, 11, None)));
        check("C:\\lists\\subscribers.csv:11", Some(("C:\\lists\\subscribers.csv", None, 11, None)));
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "Анна Петрова",
            "+7 916 123-45-67",
            "anna@example.com",
            "orders.xlsx",
            "orders.xlsx!2026!ABCD9",
            "orders.xlsx, cells C9, C10",
            "orders.xlsx, rows 4, 5",
            "subscribers.csv:0",
            ":11",
            "subscribers.csv, row -1",
        ] {
            check(text, None);
        }
        check("orders.xlsx!2026", Some(("orders.xlsx", None, 2026, None)));
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let sheet = |title: Option<&str>| SheetInfo {
            source: SourceId(0),
            file: "Заказы, все.xlsx".into(),
            title: title.map(Into::into),
            header: vec!["Имя".into(), "Телефон, моб.".into()],
        };
        let sheets = [sheet(Some("2026, май")), sheet(None)];
        for (number, sheet) in sheets.iter().enumerate() {
            for column in [None, Some(1)] {
                let place = Place { source: SourceId(0), sheet: Some(SheetId(number as u32)), row: Some(14), column };
                for language in [Language::English, Language::Russian] {
                    let text = describe(place, "orders", &sheets, language);
                    let address = Address::parse(&text).unwrap_or_else(|| panic!("{text}"));
                    assert!(address.is_row(place, &sheets, "orders"), "{text}");
                    assert_eq!(address.column_in(sheet), column, "{text}");
                }
            }
        }
        let by_source = Address::parse("orders:14").expect("an address");
        assert!(by_source.is_in(&sheets[0], "orders") && by_source.is_in(&sheets[1], "orders"));
        assert!(!by_source.is_in(&sheets[0], "people"));
    }
}
