//! What a spreadsheet holds, all at once. Google has no way to ask for one state of it, so everything is read twice,
//! first as people see it and then as it is stored. What did not change from the first pass to the second was there
//! all at once between the two (the double collect of Afek et al., "Atomic snapshots of shared memory", 1993).

use std::{
    collections::HashSet,
    hash::{Hash as _, Hasher as _},
    ops::RangeInclusive,
};

use google_sheets4::api::Scope;

use super::{
    a1,
    cells::{cell, odd},
    pieces::{Cutter, Piece, Want, addresses},
    said::{ANSWER_TOO_LARGE, NO_RANGE},
    session::{Render, Session},
    values::{Column, Value},
};
use crate::{
    address::letters,
    port::{CHANGING, Unread},
    sheet::Raw,
};

/// The columns of a range.
pub(super) type Block = Vec<Column>;

/// The pieces of one request and, range by range, what stood there.
pub(super) struct Part {
    pub(super) pieces: Vec<Piece>,
    blocks: Vec<Block>,
}

/// A first pass, and the rows that were to be where they were.
pub(super) struct Pass {
    pub(super) parts: Vec<Part>,
    /// The rows of headers, tab by tab.
    pub(super) headers: Vec<Vec<String>>,
}

/// The cells of a piece.
pub(super) struct Lines<'a> {
    blocks: &'a [Block],
    /// For each wanted column, in which block it is and where.
    slots: Vec<(usize, usize)>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(columns: &[u16], blocks: &'a [Block]) -> Self {
        let runs = a1::runs(columns);
        let slot = |column: &u16| {
            let run = runs.iter().position(|run| run.contains(column)).unwrap_or_default();
            (run, usize::from(column - runs[run].start()))
        };
        Self { blocks, slots: columns.iter().map(slot).collect() }
    }

    /// How many rows it reaches down.
    fn len(&self) -> usize {
        self.blocks.iter().flatten().map(Column::len).max().unwrap_or_default()
    }

    /// A cell as people see it, by its row in the piece and its place among the wanted columns.
    pub(super) fn text(&self, row: usize, column: usize) -> &'a str {
        self.value(row, column).text()
    }

    /// Whether nothing stands in a column, not even what shows nothing.
    pub(super) fn is_blank(&self, column: usize) -> bool {
        let (block, place) = self.slots[column];
        self.blocks[block].get(place).is_none_or(|column| column.len() == 0)
    }

    /// A cell, by its row in the piece and its place among the wanted columns.
    pub(super) fn value(&self, row: usize, column: usize) -> Value<'a> {
        let (block, place) = self.slots[column];
        self.blocks[block].get(place).map_or(Value::Blank, |column| column.get(row))
    }
}

impl Part {
    /// The cells of each piece, with its rows.
    pub(super) fn lines<'a>(
        &'a self,
        wants: &'a [Want],
    ) -> impl Iterator<Item = (usize, RangeInclusive<u32>, Lines<'a>)> + 'a {
        let mut blocks = self.blocks.as_slice();
        self.pieces.iter().map(move |piece| {
            let columns = &wants[piece.want].columns;
            let (own, rest) = blocks.split_at(a1::runs(columns).len());
            blocks = rest;
            (piece.want, piece.rows.clone(), Lines::new(columns, own))
        })
    }
}

/// Where everything is read from.
pub(super) struct Reader<'a> {
    pub(super) session: &'a Session,
    pub(super) book: &'a str,
    pub(super) wants: &'a [Want],
    pub(super) scope: Scope,
}

/// Cells whose two renders no known format explains. One that has them again at the next try was not changed between
/// the two: its format shows something else.
#[derive(Default)]
pub(super) struct Odd(HashSet<u64>);

impl Odd {
    /// Whether the last try found none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn print(title: &str, row: u32, column: u16, renders: (Value<'_>, Value<'_>)) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        (title, row, column).hash(&mut hasher);
        for value in [renders.0, renders.1] {
            match value {
                Value::Blank => 0.hash(&mut hasher),
                Value::Text(text) => text.hash(&mut hasher),
                Value::Number(number) => number.to_bits().hash(&mut hasher),
                Value::Bool(yes) => yes.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}

impl Reader<'_> {
    /// Everything as people see it, with the rows of headers, which must be where they were.
    pub(super) async fn first_pass(&self, headers: &[u32]) -> Result<Pass, Unread> {
        self.pass(headers, Render::Formatted).await
    }

    /// The same as it is rendered in one way.
    pub(super) async fn pass(&self, headers: &[u32], render: Render) -> Result<Pass, Unread> {
        let mut cutter = Cutter::new(self.wants);
        let mut pass = Pass { parts: Vec::new(), headers: Vec::new() };
        let mut heads = addresses(self.header_ranges(headers));
        // The last of them go along with the first cells.
        let last = heads.pop().unwrap_or_default();
        for head in heads {
            pass.headers.extend(self.values(&head, Render::Formatted).await?.iter().map(first_row));
        }
        loop {
            let pieces = cutter.next();
            let head = if pass.parts.is_empty() { last.as_slice() } else { &[] };
            if pieces.is_empty() && head.is_empty() {
                return Ok(pass);
            }
            let cells = pieces.iter().flat_map(|piece| self.wants[piece.want].ranges(&piece.rows));
            let ranges: Vec<String> = head.iter().cloned().chain(cells).collect();
            let mut headers = match self.values(&ranges, render).await {
                // What comes behind a blank stretch may be more than was thought.
                Err(unread) if unread.code == ANSWER_TOO_LARGE && cutter.again(&pieces) => continue,
                read => read?,
            };
            let blocks = headers.split_off(head.len());
            cutter.learn(&pieces, blocks.iter().flatten().map(Column::bytes).sum());
            pass.headers.extend(headers.iter().map(first_row));
            let is_last = pieces.is_empty();
            pass.parts.push(self.part(pieces, blocks)?);
            if is_last {
                return Ok(pass);
            }
        }
    }

    fn header_ranges(&self, headers: &[u32]) -> Vec<String> {
        let tabs = self.wants.iter().zip(headers);
        tabs.map(|(want, header)| a1::rows(Some(&want.title), *header..=*header)).collect()
    }

    /// The pieces of an answer. Below the last row of a grid nothing can be, unless it grew since it was looked at.
    fn part(&self, pieces: Vec<Piece>, blocks: Vec<Block>) -> Result<Part, Unread> {
        let part = Part { pieces, blocks };
        for (want, rows, lines) in part.lines(self.wants) {
            if lines.len() > rows.count() {
                return Err(changing(&self.wants[want].title));
            }
        }
        Ok(part)
    }

    /// Everything as it is stored, piece by piece beside the first pass: `give` gets each row with the place of its
    /// tab and its number. Says how many cells of each tab show something else than they hold.
    pub(super) async fn second_pass(
        &self,
        first: Vec<Part>,
        known: &mut Odd,
        mut give: impl FnMut(usize, u32, &[Raw<'_>], &Lines<'_>, usize) + Send,
    ) -> Result<Vec<usize>, Unread> {
        let (mut found, mut changed, mut settled) = (Odd::default(), None, vec![0; self.wants.len()]);
        for part in first.into_iter().filter(|part| !part.pieces.is_empty()) {
            let pieces = part.pieces.iter().flat_map(|piece| self.wants[piece.want].ranges(&piece.rows));
            let ranges: Vec<String> = pieces.collect();
            let blocks = self.values(&ranges, Render::Unformatted).await?;
            let stored = self.part(part.pieces.clone(), blocks)?;
            for ((at, rows, shown), (_, _, stored)) in part.lines(self.wants).zip(stored.lines(self.wants)) {
                let want = &self.wants[at];
                let mut line = Vec::with_capacity(want.columns.len());
                for (i, number) in rows.enumerate() {
                    line.clear();
                    for (slot, column) in want.columns.iter().enumerate() {
                        let renders = (shown.value(i, slot), stored.value(i, slot));
                        let raw = cell(renders.0, renders.1).unwrap_or_else(|| {
                            let print = Odd::print(&want.title, number, *column, renders);
                            found.0.insert(print);
                            if known.0.contains(&print) {
                                settled[at] += 1;
                            } else {
                                changed.get_or_insert_with(|| format!("{}, {}{number}", want.title, letters(*column)));
                            }
                            odd(renders.0, renders.1)
                        });
                        line.push(raw);
                    }
                    give(at, number, &line, &shown, i);
                }
            }
        }
        *known = found;
        match changed {
            Some(cell) => Err(changing(&cell)),
            None => Ok(settled),
        }
    }

    async fn values(&self, ranges: &[String], render: Render) -> Result<Vec<Block>, Unread> {
        let read = self.session.values(self.book, ranges, render, self.scope).await;
        // A tab that was renamed or rows that were deleted since the outline was read.
        let title = || self.wants.first().map_or("", |want| want.title.as_str());
        read.map_err(|unread| if unread.code == NO_RANGE { changing(title()) } else { unread })
    }
}

/// What was read was not there all at once.
pub(super) fn changing(place: &str) -> Unread {
    Unread::new(CHANGING, format!("`{place}`"))
}

/// The texts of the first row of a block.
fn first_row(block: &Block) -> Vec<String> {
    block.iter().map(|column| column.get(0).text().to_owned()).collect()
}
