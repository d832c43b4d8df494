//! What is written cut into ranges and requests that Google takes.

use std::{collections::BTreeSet, ops::RangeInclusive};

use google_sheets4::api::ValueRange;

use super::super::{a1, packs::packed};

/// How many bytes go into one request. Google recommends 2 MB and refuses what has more than 10 MiB; but what is
/// written at once is looked at once, and 100,000 rows take 5 MB.
pub(super) const REQUEST_BYTES: usize = 8_000_000;

/// How many bytes go into one range, so that requests can be filled with whole ones.
pub(super) const RANGE_BYTES: usize = 1_000_000;

/// A cell to be written.
pub(super) type Cell<'a> = (u16, u32, &'a str);

/// Cells below each other.
pub(super) struct Run {
    /// The tab, by its place.
    pub(super) tab: usize,
    pub(super) rows: RangeInclusive<u32>,
    pub(super) range: ValueRange,
    /// How many bytes it takes in a request.
    pub(super) bytes: usize,
}

/// How many rows that are.
pub(super) fn rows_of(runs: &[Run]) -> u64 {
    let rows = runs.iter().flat_map(|run| run.rows.clone().map(|row| (run.tab, row)));
    rows.collect::<BTreeSet<_>>().len() as u64
}

/// Cells below each other become one range, up to a size.
pub(super) fn runs_of(tab: usize, title: &str, mut cells: Vec<Cell<'_>>) -> Vec<Run> {
    cells.sort_unstable();
    let below = cells.chunk_by(|a, b| a.0 == b.0 && a.1 + 1 == b.1);
    let cut = below.flat_map(|cells| packed(cells.iter().copied(), RANGE_BYTES, |(.., text)| bytes_of(text)));
    let run = |cells: Vec<Cell<'_>>| {
        let (column, rows) = (cells[0].0, cells[0].1..=cells[cells.len() - 1].1);
        let range = a1::block(title, column..=column, rows.clone());
        let bytes = bytes_of(&range) + cells.iter().map(|(.., text)| bytes_of(text)).sum::<usize>();
        let values = Some(cells.iter().map(|(.., text)| vec![(*text).into()]).collect());
        Run { tab, rows, range: ValueRange { range: Some(range), values, major_dimension: None }, bytes }
    };
    cut.map(run).collect()
}

/// How many bytes a text takes in a request at most, with what stands around it and with what JSON escapes.
fn bytes_of(text: &str) -> usize {
    const AROUND: usize = 40;
    let escaped = text.bytes().filter(|byte| *byte < b' ').count() * 5 + text.matches(['"', '\\']).count();
    text.len() + escaped + AROUND
}
