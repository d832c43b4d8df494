//! A1 notation: which cells of which sheet a text means.
//!
//! Source: developers.google.com/sheets/api/guides/concepts#cell, and answers and refusals that Google gave to
//! others, named where they are used.

use std::fmt::Write as _;

use super::grid::Book;

/// Cells from a corner on, counted from zero, the ends excluded; an open end goes on to the grid's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) top: usize,
    pub(crate) left: usize,
    pub(crate) bottom: Option<usize>,
    pub(crate) right: Option<usize>,
}

/// Cells between ends, counted from zero, the ends excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) top: usize,
    pub(crate) left: usize,
    pub(crate) bottom: usize,
    pub(crate) right: usize,
}

impl Span {
    pub(crate) const WHOLE: Self = Self { top: 0, left: 0, bottom: None, right: None };

    /// Within a grid, or nothing where it begins beyond it. A range that only ends beyond it is taken as far as the
    /// grid goes (source: airbytehq/airbyte #1740, where of windows of 200 rows the one that ended beyond 151,000
    /// rows passed and the next one was refused; tried on Google for the ranges of `repeatCell` as well).
    pub(crate) fn within(self, rows: usize, columns: usize) -> Option<Block> {
        let bottom = self.bottom.unwrap_or(rows).min(rows);
        let right = self.right.unwrap_or(columns).min(columns);
        (self.top < rows && self.left < columns).then_some(Block { top: self.top, left: self.left, bottom, right })
    }

    /// Whether it names one cell: to a write that is where to begin, not where to end.
    pub(crate) fn is_cell(self) -> bool {
        self.bottom == Some(self.top + 1) && self.right == Some(self.left + 1)
    }
}

impl Block {
    pub(crate) fn open(self) -> Span {
        Span { top: self.top, left: self.left, bottom: Some(self.bottom), right: Some(self.right) }
    }
}

/// `B` is 1.
pub(crate) fn column(letters: &str) -> Option<usize> {
    // ZZZ is 18,278, the most columns that a sheet may have.
    (matches!(letters.len(), 1..=3) && letters.bytes().all(|b| b.is_ascii_alphabetic()))
        .then(|| letters.bytes().fold(0, |n, b| n * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1) - 1)
}

/// 1 is `B`.
pub(crate) fn letters(column: usize) -> String {
    let head = if column >= 26 { letters(column / 26 - 1) } else { String::new() };
    let last = u8::try_from(column % 26).expect("a letter");
    format!("{head}{}", char::from(b'A' + last))
}

/// `A1`, `A1:B2`, `A:C`, `A2:C`, `2:3`.
pub(crate) fn span(text: &str) -> Option<Span> {
    let Some((from, to)) = text.split_once(':') else {
        let (Some(left), Some(top)) = corner(text)? else { return None };
        return Some(Span { top, left, bottom: Some(top + 1), right: Some(left + 1) });
    };
    let ((a, b), (c, d)) = (corner(from)?, corner(to)?);
    let ((left, right), (top, bottom)) = (ends(a, c), ends(b, d));
    Some(Span { top, left, bottom, right })
}

/// A block that a test names, which is closed.
#[track_caller]
pub(crate) fn block(text: &str) -> Block {
    let found = span(text).and_then(|s| Some(Block { top: s.top, left: s.left, bottom: s.bottom?, right: s.right? }));
    found.unwrap_or_else(|| panic!("{text} isn't a block of cells"))
}

/// Two ends in any order; one end alone leaves the other open.
fn ends(a: Option<usize>, b: Option<usize>) -> (usize, Option<usize>) {
    match (a, b) {
        (Some(a), Some(b)) => (a.min(b), Some(a.max(b) + 1)),
        (Some(a), None) | (None, Some(a)) => (a, None),
        (None, None) => (0, None),
    }
}

/// A column, a row, or both.
fn corner(text: &str) -> Option<(Option<usize>, Option<usize>)> {
    let text = text.replace('$', "");
    let (name, number) = text.split_at(text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let left = if name.is_empty() { None } else { Some(column(name)?) };
    // Row 0 is refused: `Unable to parse range: ideas!N0`.
    let top = if number.is_empty() { None } else { Some(number.parse::<usize>().ok()?.checked_sub(1)?) };
    (left.is_some() || top.is_some()).then_some((left, top))
}

/// The sheet of a book and the cells that `text` means.
pub(crate) fn find(text: &str, book: &Book) -> Option<(usize, Span)> {
    let sheet = |title: &str| book.sheets.iter().position(|s| s.title == title);
    if let Some(quoted) = text.strip_prefix('\'') {
        let (title, rest) = closing(quoted)?;
        let cells = if rest.is_empty() { Span::WHOLE } else { span(rest.strip_prefix('!')?)? };
        return Some((sheet(&title)?, cells));
    }
    match text.rsplit_once('!') {
        Some((title, cells)) => Some((sheet(title)?, span(cells)?)),
        // Without a sheet it is the first visible one. That a range goes before a title is a guess.
        None if span(text).is_some() => Some((book.sheets.iter().position(|s| !s.hidden)?, span(text)?)),
        None => Some((sheet(text)?, Span::WHOLE)),
    }
}

/// What stands before the quote that ends a title, and what after.
fn closing(text: &str) -> Option<(String, &str)> {
    let mut from = 0;
    loop {
        let quote = from + text[from..].find('\'')?;
        match text[quote + 1..].strip_prefix('\'') {
            Some(_) => from = quote + 2,
            None => return Some((text[..quote].replace("''", "'"), &text[quote + 1..])),
        }
    }
}

/// How Google writes a range: `Sheet1!A1:B2`, `'Лист 1'!A2:C`.
pub(crate) fn name(title: &str, cells: Span) -> String {
    let columns = cells.left > 0 || cells.right.is_some();
    let rows = cells.top > 0 || cells.bottom.is_some();
    let mut text = quoted(title);
    if !columns && !rows {
        return text;
    }
    text.push('!');
    if columns {
        text.push_str(&letters(cells.left));
    }
    if rows {
        let _ = write!(text, "{}", cells.top + 1);
    }
    if !cells.is_cell() {
        text.push(':');
        text.push_str(&cells.right.map(|c| letters(c - 1)).unwrap_or_default());
        text.push_str(&cells.bottom.map(|r| r.to_string()).unwrap_or_default());
    }
    text
}

/// A title in quotes unless it is a plain word: `Solar!Y1` (home-assistant/core #104198) but
/// `'Lighthouse Results'!A1001` (cloudfour/lighthouse-parade #151), `'🌵 test_values_batch_get 1'!A1:A10` (the
/// cassettes of burnash/gspread), `'Лист1'!I5:I9` (an answer that somebody's script takes apart), and
/// `'tab01'!TAB1` (nithinmurali/pygsheets #416), which could be a cell.
pub(crate) fn quoted(title: &str) -> String {
    let word = title.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && title.bytes().next().is_some_and(|b| !b.is_ascii_digit());
    if word && span(title).is_none() { title.to_owned() } else { format!("'{}'", title.replace('\'', "''")) }
}
