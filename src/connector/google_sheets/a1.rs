//! Ranges in A1 notation (<https://developers.google.com/workspace/sheets/api/guides/concepts#cell>).

use std::ops::RangeInclusive;

use crate::address::letters;

/// A title in quotes, in which an apostrophe is doubled.
fn quoted(title: &str) -> String {
    format!("'{}'", title.replace('\'', "''"))
}

/// Whole rows, of the first visible tab where no title is given.
pub(super) fn rows(title: Option<&str>, rows: RangeInclusive<u32>) -> String {
    let tab = title.map(|t| quoted(t) + "!").unwrap_or_default();
    format!("{tab}{}:{}", rows.start(), rows.end())
}

/// A block of cells.
pub(super) fn block(title: &str, columns: RangeInclusive<u16>, rows: RangeInclusive<u32>) -> String {
    let (from, to) = (letters(*columns.start()), letters(*columns.end()));
    format!("{}!{from}{}:{to}{}", quoted(title), rows.start(), rows.end())
}

/// A block of cells down to the last row, wherever that is.
pub(super) fn below(title: &str, columns: RangeInclusive<u16>, row: u32) -> String {
    let (from, to) = (letters(*columns.start()), letters(*columns.end()));
    format!("{}!{from}{row}:{to}", quoted(title))
}

/// Columns as runs of neighbours, ascending.
pub(super) fn runs(columns: &[u16]) -> Vec<RangeInclusive<u16>> {
    let mut columns = columns.to_vec();
    columns.sort_unstable();
    columns.dedup();
    let neighbours = columns.chunk_by(|a, b| *a + 1 == *b);
    neighbours.map(|run| run[0]..=run[run.len() - 1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written() {
        assert_eq!(rows(None, 1..=3), "1:3");
        assert_eq!(rows(Some("Лист 1"), 1..=1), "'Лист 1'!1:1");
        assert_eq!(block("O'Brien", 1..=27, 2..=900), "'O''Brien'!B2:AB900");
        assert_eq!(below("A", 0..=0, 901), "'A'!A901:A");
        assert_eq!(runs(&[5, 1, 2, 2, 7, 6]), [1..=2, 5..=7]);
        assert_eq!(runs(&[]), []);
    }
}
