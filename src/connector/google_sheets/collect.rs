//! What a spreadsheet holds, all at once. Google has no way to ask for one state of it, so everything is read twice,
//! first as people see it and then as it is stored. What did not change from the first pass to the second was there
//! all at once between the two (the double collect of Afek et al., "Atomic snapshots of shared memory", 1993).

use std::ops::RangeInclusive;

use google_sheets4::api::Scope;

use super::{
    a1,
    cells::cell,
    pieces::{Cutter, Piece, Want},
    said::{ANSWER_TOO_LARGE, NO_RANGE},
    session::{Render, Session},
    values::{Column, Value},
};
use crate::{
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

    /// A cell as people see it, by its row in the piece and its place among the wanted columns.
    pub(super) fn text(&self, row: usize, column: usize) -> &'a str {
        match self.value(row, column) {
            Value::Text(text) => text,
            _ => "",
        }
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

impl Reader<'_> {
    /// Everything as people see it, with the rows of headers, which must be where they were.
    pub(super) async fn first_pass(&self, headers: &[u32]) -> Result<Pass, Unread> {
        self.pass(headers, Render::Formatted).await
    }

    /// The same as it is rendered in one way.
    pub(super) async fn pass(&self, headers: &[u32], render: Render) -> Result<Pass, Unread> {
        let mut cutter = Cutter::new(self.wants);
        let mut pass = Pass { parts: Vec::new(), headers: Vec::new() };
        loop {
            let pieces = cutter.next();
            let head = if pass.parts.is_empty() { self.header_ranges(headers) } else { Vec::new() };
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
            pass.headers.extend(headers.iter().map(|block| texts(block).into_iter().next().unwrap_or_default()));
            let is_last = pieces.is_empty();
            pass.parts.push(Part { pieces, blocks });
            if is_last {
                return Ok(pass);
            }
        }
    }

    fn header_ranges(&self, headers: &[u32]) -> Vec<String> {
        let tabs = self.wants.iter().zip(headers);
        tabs.map(|(want, header)| a1::rows(Some(&want.title), *header..=*header)).collect()
    }

    /// Everything as it is stored, piece by piece beside the first pass: `give` gets each row with the place of its
    /// tab and its number.
    pub(super) async fn second_pass(
        &self,
        first: Vec<Part>,
        mut give: impl FnMut(usize, u32, &[Raw<'_>], &Lines<'_>, usize) + Send,
    ) -> Result<(), Unread> {
        for part in first.into_iter().filter(|part| !part.pieces.is_empty()) {
            let pieces = part.pieces.iter().flat_map(|piece| self.wants[piece.want].ranges(&piece.rows));
            let ranges: Vec<String> = pieces.collect();
            let blocks = self.values(&ranges, Render::Unformatted).await?;
            let stored = Part { pieces: part.pieces.clone(), blocks };
            for ((want, rows, shown), (_, _, stored)) in part.lines(self.wants).zip(stored.lines(self.wants)) {
                let width = self.wants[want].columns.len();
                let mut line = Vec::with_capacity(width);
                for (i, number) in rows.enumerate() {
                    line.clear();
                    for column in 0..width {
                        let both = cell(shown.value(i, column), stored.value(i, column));
                        line.push(both.ok_or_else(|| self.changing())?);
                    }
                    give(want, number, &line, &shown, i);
                }
            }
        }
        Ok(())
    }

    async fn values(&self, ranges: &[String], render: Render) -> Result<Vec<Block>, Unread> {
        let read = self.session.values(self.book, ranges, render, self.scope).await;
        // A tab that was renamed or rows that were deleted since the outline was read.
        read.map_err(|unread| if unread.code == NO_RANGE { self.changing() } else { unread })
    }

    pub(super) fn changing(&self) -> Unread {
        Unread::new(CHANGING, self.wants.first().map_or("", |want| want.title.as_str()))
    }
}

/// The rows of a block as texts.
pub(super) fn texts(block: &Block) -> Vec<Vec<String>> {
    let text = |column: &Column, row| match column.get(row) {
        Value::Text(text) => text.to_owned(),
        _ => String::new(),
    };
    let rows = block.iter().map(Column::len).max().unwrap_or_default();
    (0..rows).map(|row| block.iter().map(|column| text(column, row)).collect()).collect()
}
