//! Which row of a tab is its header.

use super::words;
use crate::{
    check::{
        kind::How,
        kinds::{self, yes_no::said},
        mess, read_cell,
    },
    day::Day,
    sheet::{Raw, Tab},
};

/// A tab's header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Its row, counted from 1 as the spreadsheet does.
    pub row: u32,
    /// Whether it is the first filled row, where it is looked for without being told.
    pub is_first: bool,
    /// Its texts.
    pub names: Vec<String>,
}

/// The row that says most about columns; where none says anything, the first filled one, unless people stand in it.
#[must_use]
pub fn find(tab: &Tab) -> Option<Header> {
    let filled = |row: &&Vec<String>| row.iter().any(|t| !mess::is_blank(t));
    let first = tab.head.iter().position(|row| filled(&row))?;
    let scores = tab.head.iter().map(|row| row.iter().filter(|t| words::role(t).is_some()).count());
    let best = scores.enumerate().max_by_key(|(i, score)| (*score, usize::MAX - i));
    let at = match best {
        Some((at, score)) if score > 0 && !has_people(&tab.head[at]) => at,
        _ if has_people(&tab.head[first]) => return None,
        _ => first,
    };
    let names = tab.head[at].iter().map(|t| mess::clean(t).replace('\n', " ")).collect();
    Some(Header { row: tab.head_row + at as u32, is_first: at == first, names })
}

/// Whether a row has what no header has: an address, a number, a day, a whole name.
fn has_people(row: &[String]) -> bool {
    row.iter().filter(|t| words::role(t).is_none()).any(|text| {
        let reads = |kind| reads_as(kind, text).is_some_and(|t| !t.is_empty());
        let digits = text.chars().filter(char::is_ascii_digit).count();
        reads("email") || digits > 6 && (reads("phone") || reads("date")) || is_full_name(text)
    })
}

fn is_full_name(text: &str) -> bool {
    let Some(name) = reads_as("person_name", text) else { return false };
    let parts: Vec<&str> = name.split(crate::name::PART_MARK).collect();
    said(Raw::Text(text)) == kinds::yes_no::Answer::Unclear
        && parts.len() == 3
        && !parts[0].is_empty()
        && !parts[1].is_empty()
}

/// The canonical value of a text, if it is one of a kind.
fn reads_as(kind: &str, text: &str) -> Option<String> {
    let kind = kinds::find(kind)?;
    let how = How { region: Some(rlibphonenumber::Region::RU), ..How::new(Day::FOREVER) };
    let (mut out, mut notes) = (String::new(), Vec::new());
    let input = crate::check::kind::Input { part: None, raw: Raw::Text(text) };
    let cell = read_cell(kind, &[(0, input)], &how, &mut out, &mut notes);
    (cell.state() == crate::record::State::Value).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tab(rows: &[&[&str]]) -> Tab {
        let head = rows.iter().map(|r| r.iter().map(|t| (*t).to_owned()).collect()).collect();
        Tab { file: "a.csv".into(), head, head_row: 1, ..Tab::default() }
    }

    #[test]
    fn the_header_is_the_row_that_names_columns() {
        for (rows, expected) in [
            (vec![&["ФИО", "Телефон"][..], &["Белова Анна", "8 900 123-45-67"]], Some((1, true))),
            (vec![&["Список клиентов"][..], &[], &["ФИО", "Телефон"]], Some((3, false))),
            (vec![&["Клиент", "", "Контакты"][..], &["Фамилия", "Имя", "Телефон", "Почта"]], Some((2, false))),
            (vec![&[][..], &["Foo", "Bar"], &["1", "2"]], Some((2, true))),
            (vec![&["Белова Анна Олеговна"][..], &["Серов Пётр"]], None),
            (vec![&["Анна", "anna@example.com"][..]], None),
            (vec![&[][..]], None),
        ] {
            let found = find(&tab(&rows)).map(|h| (h.row, h.is_first));
            assert_eq!(found, expected, "{rows:?}");
        }
    }
}
