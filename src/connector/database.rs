//! What the databases share as sources: a table that is a tab without a header row, cells that lose nothing on
//! their way out of typed columns, and troubles.
//!
//! A row's number is its place in the order in which the rows are read, counted from 1: the order of the primary
//! key of a table, the order that a query asks for. The names of the columns stand where a spreadsheet has its
//! header, in row 0.

use std::borrow::Cow;

use crate::{
    check::mess,
    failure::Failure,
    finding::Code,
    nearest::nearest,
    port::Unread,
    sheet::{Edge, Raw, Rows, Tab, Tabs},
};

/// A table or a query that can't be read.
pub(super) const FAILED: Code = Code::new("source-database-failed");
/// The table isn't there.
const NO_TABLE: Code = Code::new("source-table-missing");
/// The database doesn't understand a query, in its own words.
pub(super) const REFUSED: Code = Code::new("source-query-refused");
/// A query that would change something.
pub(super) const WRITES: Code = Code::new("source-query-writes");

/// So many of the tables that are there are said.
const NAMES_MAX: usize = 8;

/// The row in which the names of the columns stand.
pub(super) const HEADER: u32 = 0;

/// Why a database was not read, with what a person can do about it.
pub(super) fn unread(name: &str, failure: &Failure) -> Unread {
    let help = failure.help().map(|h| format!(" ({h})")).unwrap_or_default();
    Unread::new(FAILED, format!("{name}: {failure}{help}"))
}

/// A table that isn't there, and what may be meant.
pub(super) fn no_table(database: &str, wanted: &str, there: &[String]) -> Unread {
    let meant = nearest(wanted, there.iter().map(String::as_str)).map(|m| format!(" (`{m}`?)")).unwrap_or_default();
    let mut names: Vec<String> = there.iter().take(NAMES_MAX).map(|n| format!("`{n}`")).collect();
    if there.len() > NAMES_MAX {
        names.push("…".to_owned());
    }
    Unread::new(NO_TABLE, format!("{database}: `{wanted}`{meant}; {}", names.join(", ")))
}

/// The one tab that a table or the rows of a query are.
pub(super) fn tabs(name: &str, columns: &[String], version: String) -> Tabs {
    let tab = Tab { file: name.to_owned(), head: vec![columns.to_vec()], head_row: HEADER, ..Tab::default() };
    Tabs { tabs: vec![tab], version: Some(version), notes: Vec::new(), pins: Vec::new() }
}

/// A cell of a typed column.
pub(super) enum Cell<'a> {
    Blank,
    Text(Cow<'a, str>),
    Number(f64),
    Bool(bool),
    /// Something that is no value of a list: bytes, or a text whose encoding is broken.
    Error(&'static str),
}

/// Bytes that are no text.
pub(super) const BYTES: Cell<'static> = Cell::Error("#BYTES!");
/// A text that is none in the encoding of the database.
pub(super) const NOT_TEXT: Cell<'static> = Cell::Error("#ENCODING!");

impl<'a> Cell<'a> {
    pub(super) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A number of a type that keeps every digit. A whole one is the text of its digits, since nobody may take it
    /// for the day of a spreadsheet or for a phone that lost its end. A fraction is a number, since nobody may take
    /// its point for one between thousands, as long as a float holds it.
    pub(super) fn decimal(text: &'a str) -> Self {
        /// What a float holds of any number.
        const DIGITS_MAX: usize = 15;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() {
            return Self::text(whole);
        }
        let digits = whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit).count();
        match text.parse() {
            Ok(number) if digits <= DIGITS_MAX => Self::Number(number),
            _ => Self::text(text),
        }
    }

    /// A number of a type that rounds.
    pub(super) fn float(number: f64) -> Self {
        /// Above it a float may not tell the last digits.
        const WHOLE_MAX: f64 = 1e15;
        if number.fract() == 0.0 && number.abs() < WHOLE_MAX {
            Self::Text(format!("{number}").into())
        } else {
            Self::Number(number)
        }
    }

    fn raw(&self) -> Raw<'_> {
        match self {
            Self::Blank => Raw::Blank,
            Self::Text(text) if mess::is_blank(text) => Raw::Blank,
            Self::Text(text) => Raw::Text(text),
            Self::Number(number) => Raw::Number(*number),
            Self::Bool(yes) => Raw::Bool(*yes),
            Self::Error(what) => Raw::Error(what),
        }
    }
}

/// Rows on their way out.
#[derive(Default)]
pub(super) struct Taken {
    rows: Rows,
    number: u32,
}

impl Taken {
    /// Takes the next row; one that holds nothing is counted.
    pub(super) fn push(&mut self, cells: &[Cell<'_>]) {
        self.number += 1;
        if cells.iter().all(|cell| cell.raw() == Raw::Blank) {
            self.rows.blank += 1;
        } else {
            self.rows.push(cells.len(), self.number, cells.iter().map(Cell::raw), Edge::Even);
        }
    }

    pub(super) fn rows(self) -> Rows {
        self.rows
    }
}

/// A query without the end that a console wants.
pub(super) fn without_end(query: &str) -> &str {
    query.trim_end_matches(|c: char| c == ';' || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_is_lost() {
        let check = |cell: Cell<'_>, expected: Raw<'_>| assert_eq!(cell.raw(), expected);
        for (text, expected) in [
            ("79161234567", Raw::Text("79161234567")),
            ("79160000000", Raw::Text("79160000000")),
            ("1234.00", Raw::Text("1234")),
            ("-0.50", Raw::Number(-0.5)),
            ("1234.567", Raw::Number(1234.567)),
            ("123456789012345678901234567890", Raw::Text("123456789012345678901234567890")),
            ("1234567890123456.25", Raw::Text("1234567890123456.25")),
            ("NaN", Raw::Text("NaN")),
        ] {
            check(Cell::decimal(text), expected);
        }
        check(Cell::float(79_161_234_567.0), Raw::Text("79161234567"));
        check(Cell::float(0.1), Raw::Number(0.1));
        check(Cell::float(1e15), Raw::Number(1e15));
        check(Cell::text(" \u{a0}"), Raw::Blank);
    }

    #[test]
    fn a_missing_table_is_said_with_those_that_are_there() {
        let there = ["clients", "orders"].map(str::to_owned);
        let said = no_table("shop.db", "clinets", &there).hint;
        assert_eq!(said, "shop.db: `clinets` (`clients`?); `clients`, `orders`");
        let many: Vec<String> = (0..20).map(|n| format!("t{n}")).collect();
        assert!(no_table("shop.db", "clients", &many).hint.ends_with("`t7`, …"));
    }
}
