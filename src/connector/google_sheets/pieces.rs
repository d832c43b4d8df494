//! In which pieces a spreadsheet is read: as few as the size that Google recommends for an answer allows.

use std::ops::RangeInclusive;

use super::{a1, packs::packed};

/// The size that answers are cut to, unpacked. Google recommends 2 MB for what is sent
/// (<https://developers.google.com/workspace/sheets/api/limits>), and lists come packed to a quarter
/// (`benches/sheets.rs`); each read counts against the minute's quota, whatever it brings.
const ANSWER_BYTES: usize = 8_000_000;

/// How many cells are asked for before any was seen: 2 MB of 24 bytes each; a filled one has some fifteen.
const FIRST_CELLS: usize = 2_000_000 / 24;

/// The next piece covers at most so many times as many cells as the one before: what is empty takes no room, and
/// what comes after it may not be empty.
const GROWTH: usize = 8;

/// How long the ranges of one request may be: they stand in its address.
const ADDRESS_BYTES: usize = 6_000;

/// What is wanted of a tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Want {
    pub(super) title: String,
    pub(super) columns: Vec<u16>,
    pub(super) rows: RangeInclusive<u32>,
    /// Whether its last row is the last of the grid, below which there must be nothing.
    pub(super) to_the_end: bool,
}

impl Want {
    /// The ranges that have some of its rows.
    pub(super) fn ranges(&self, rows: &RangeInclusive<u32>) -> Vec<String> {
        let is_open = self.to_the_end && rows.end() == self.rows.end();
        let range = |run| {
            if is_open { a1::below(&self.title, run, *rows.start()) } else { a1::block(&self.title, run, rows.clone()) }
        };
        a1::runs(&self.columns).into_iter().map(range).collect()
    }
}

/// Ranges in as many requests as their length makes necessary.
pub(super) fn addresses(ranges: Vec<String>) -> Vec<Vec<String>> {
    packed(ranges, ADDRESS_BYTES, |range| encoded(range))
}

/// How long a range may be in an address, where each byte of a Russian letter takes three.
fn encoded(range: &str) -> usize {
    range.len() * 3
}

/// Some rows of a tab, by its place among what is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) want: usize,
    pub(super) rows: RangeInclusive<u32>,
}

/// Cuts what is wanted into requests.
pub(super) struct Cutter<'a> {
    wants: &'a [Want],
    /// What comes next: the tab, and its row.
    next: (usize, u32),
    /// How many cells the next request may cover.
    cells: usize,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(wants: &'a [Want]) -> Self {
        let first = wants.first().map_or(1, |want| *want.rows.start());
        Self { wants, next: (0, first), cells: FIRST_CELLS }
    }

    /// The pieces of the next request; none when all is read.
    pub(super) fn next(&mut self) -> Vec<Piece> {
        let (mut pieces, mut cells, mut address) = (Vec::new(), self.cells, 0);
        while let Some(want) = self.wants.get(self.next.0) {
            let (from, last) = (self.next.1, *want.rows.end());
            if from > last || want.columns.is_empty() {
                self.next = (self.next.0 + 1, self.wants.get(self.next.0 + 1).map_or(1, |w| *w.rows.start()));
                continue;
            }
            address += want.ranges(&want.rows).iter().map(|range| encoded(range)).sum::<usize>();
            let rows = cells / want.columns.len();
            if !pieces.is_empty() && (rows == 0 || address > ADDRESS_BYTES) {
                break;
            }
            let rows = u32::try_from(rows).unwrap_or(u32::MAX).max(1);
            let to = last.min(from.saturating_add(rows - 1));
            pieces.push(Piece { want: self.next.0, rows: from..=to });
            cells = cells.saturating_sub((to - from + 1) as usize * want.columns.len());
            self.next.1 = to + 1;
        }
        pieces
    }

    /// Goes back to where some pieces began, whose answer was too large, and covers less; false where there is no less.
    pub(super) fn again(&mut self, pieces: &[Piece]) -> bool {
        let Some(first) = pieces.first() else { return false };
        self.next = (first.want, *first.rows.start());
        self.cells = self.covered(pieces) / GROWTH;
        pieces.len() > 1 || first.rows.start() < first.rows.end()
    }

    fn covered(&self, pieces: &[Piece]) -> usize {
        let cells =
            |piece: &Piece| (piece.rows.end() - piece.rows.start() + 1) as usize * self.wants[piece.want].columns.len();
        pieces.iter().map(cells).sum()
    }

    /// Learns from the size of an answer how much the next may cover.
    pub(super) fn learn(&mut self, pieces: &[Piece], bytes: usize) {
        let covered = self.covered(pieces);
        let fits = covered.saturating_mul(ANSWER_BYTES) / bytes.max(1);
        self.cells = fits.min(covered.max(FIRST_CELLS).saturating_mul(GROWTH)).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(title: &str, columns: u16, rows: u32) -> Want {
        Want { title: title.into(), columns: (0..columns).collect(), rows: 2..=rows, to_the_end: true }
    }

    /// How many requests a list takes whose cells have so many bytes, and that no row is left out or read twice.
    fn requests(wants: &[Want], bytes: impl Fn(&Piece) -> usize) -> usize {
        let mut cutter = Cutter::new(wants);
        let mut read: Vec<u32> = wants.iter().map(|want| *want.rows.start()).collect();
        for count in 0.. {
            let pieces = cutter.next();
            if pieces.is_empty() {
                let ends: Vec<u32> = wants.iter().map(|want| want.rows.end() + 1).collect();
                assert_eq!(read, ends);
                return count;
            }
            for piece in &pieces {
                assert_eq!(read[piece.want], *piece.rows.start());
                read[piece.want] = piece.rows.end() + 1;
            }
            cutter.learn(&pieces, pieces.iter().map(&bytes).sum());
        }
        unreachable!()
    }

    #[test]
    fn requests_grow_with_bytes_alone() {
        let rows = |piece: &Piece| (piece.rows.end() - piece.rows.start() + 1) as usize;
        // Everything in one request, whatever the number of tabs.
        assert_eq!(requests(&[want("Clients", 8, 1000)], |p| rows(p) * 8 * 15), 1);
        let months: Vec<Want> = (1..=12).map(|n| want(&format!("Месяц {n}"), 6, 500)).collect();
        assert_eq!(requests(&months, |p| rows(p) * 6 * 15), 1);
        // 100,000 x 8 of 15 bytes are 12 MB.
        assert_eq!(requests(&[want("Clients", 8, 100_001)], |p| rows(p) * 8 * 15), 3);
        // The most cells that a spreadsheet can have.
        assert_eq!(requests(&[want("Clients", 10, 1_000_001)], |p| rows(p) * 10 * 15), 20);
        // A million rows of which a thousand are filled.
        let filled = |p: &Piece| rows(p).min(1000_usize.saturating_sub(*p.rows.start() as usize)) * 8 * 15;
        assert!(requests(&[want("Clients", 8, 1_000_000)], filled) <= 5);
        // A grid of one row more than its header.
        assert_eq!(requests(&[want("Clients", 1, 2)], rows), 1);
        assert_eq!(requests(&[], rows), 0);
    }

    #[test]
    fn what_is_too_large_is_asked_for_in_less() {
        const MOST: usize = 64 << 20;
        let wants = [want("Clients", 10, 1_000_000)];
        let mut cutter = Cutter::new(&wants);
        let (mut next, mut refused) = (2, 0);
        loop {
            let pieces = cutter.next();
            let Some(piece) = pieces.first() else { break };
            assert_eq!(*piece.rows.start(), next, "nothing is left out or read twice");
            // Dense below a long blank stretch.
            let dense = (*piece.rows.start()..=*piece.rows.end()).filter(|row| *row > 700_000).count();
            let bytes = dense * 10 * 60;
            if bytes > MOST {
                assert!(cutter.again(&pieces));
                refused += 1;
                continue;
            }
            next = piece.rows.end() + 1;
            cutter.learn(&pieces, bytes);
        }
        assert!(next == 1_000_001 && (1..5).contains(&refused), "{refused} were refused");
        let row = Piece { want: 0, rows: 5..=5 };
        assert!(!cutter.again(&[row]), "a row is the least");
    }

    #[test]
    fn an_address_has_its_length() {
        let many: Vec<Want> = (0..300).map(|n| want(&format!("Очень длинное название листа {n}"), 5, 10)).collect();
        let mut cutter = Cutter::new(&many);
        let pieces = cutter.next();
        assert!(pieces.len() > 10 && pieces.len() < 100, "{}", pieces.len());
        let ranges: Vec<String> = many.iter().map(|want| want.title.clone()).collect();
        let requests = addresses(ranges.clone());
        assert!(requests.len() > 3 && requests.concat() == ranges);
        assert!(requests.iter().all(|request| request.iter().map(|r| encoded(r)).sum::<usize>() <= ADDRESS_BYTES));
    }
}
