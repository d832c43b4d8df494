//! What a source hands over: tabs with their first rows, then the rows of the wanted columns, as the
//! spreadsheet holds them and nothing parsed yet.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A cell as the spreadsheet holds it.
#[derive(Clone, Copy, PartialEq)]
pub enum Raw<'a> {
    /// Nothing there.
    Blank,
    /// A text, untrimmed.
    Text(&'a str),
    /// A number that is no date.
    Number(f64),
    /// A date or a time: days since 1899-12-30, the fraction is the time of day.
    Date(f64),
    /// A checkbox.
    Bool(bool),
    /// An error of the spreadsheet, such as `#REF!`.
    Error(&'a str),
}

impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "blank",
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::Date(_) => "date",
            Self::Bool(_) => "checkbox",
            Self::Error(_) => "error",
        })
    }
}

/// One tab of a workbook, or one file that has no tabs.
#[derive(Clone, Default, Debug)]
pub struct Tab {
    /// The file's name, without its folder.
    pub file: String,
    /// The tab's title, where the format has tabs.
    pub title: Option<String>,
    /// The first rows, as text, among which the header is.
    pub head: Vec<Vec<String>>,
    /// The row number of `head[0]`, counted from 1 as the spreadsheet does.
    pub head_row: u32,
    /// What stays the same when it is renamed, where it has such a thing.
    pub id: Option<TabId>,
    /// The locale in which people type into it, such as `ru_RU`, where it has one.
    pub locale: Option<String>,
}

/// What names a tab for good.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct TabId {
    /// The title, the pattern or other words by which the config asks for it; empty where it does not.
    pub asked: String,
    /// The provider's name for it.
    pub id: String,
}

/// A tab as a run saw it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SeenTab {
    /// What names it for good.
    pub id: TabId,
    /// Its title.
    pub title: String,
    /// How many of its rows held something.
    pub rows: u64,
    /// The row of its header, counted from 1.
    pub header: u32,
}

/// Everything a source has, before its rows are read.
#[derive(Clone, Debug)]
pub struct Tabs {
    /// The tabs that the config asks for, in the order of the source.
    pub tabs: Vec<Tab>,
    /// Changes whenever the content may have changed: a digest of the bytes, or the provider's version. `None`
    /// where only the rows tell.
    pub version: Option<String>,
    /// What was inferred or left out while opening (an encoding, a hidden tab), as codes with a hint.
    pub notes: Vec<(crate::finding::Code, String)>,
    /// What was inferred and must stay so, by name: `delimiter`, `encoding`.
    pub pins: Vec<(String, String)>,
}

/// Rows of one tab below its header, of the pulled columns alone.
#[derive(Default)]
pub struct Rows {
    /// At most [`CHUNK_ROWS`] rows each.
    pub chunks: Vec<RawChunk>,
    /// Rows that hold nothing at all.
    pub blank: u32,
    /// What was met or left out on the way (hidden rows, merged cells), as codes with a hint.
    pub notes: Vec<(crate::finding::Code, String)>,
}

/// How many rows a chunk holds at most: small enough to share out evenly, large enough not to matter.
pub const CHUNK_ROWS: usize = 4096;

/// A chunk of raw rows: one byte arena, and cells that point into it.
#[derive(Clone, Default)]
pub struct RawChunk {
    text: String,
    numbers: Vec<f64>,
    cells: Vec<RawCell>,
    width: usize,
    rows: Vec<RawRow>,
}

#[derive(Clone, Copy)]
struct RawCell(u64);

#[derive(Clone, Copy)]
struct RawRow {
    number: u32,
    edge: Edge,
}

/// How a row's end compares with the header's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// It ends where the header does.
    Even,
    /// It ends before: the missing cells are blank.
    Short,
    /// It has cells beyond: every cell may stand one column off.
    Long,
    /// It is one single cell: it is separated otherwise than the header.
    Uncut,
}

/// The longest text that a cell may hold, in bytes; Google's own limit is 50,000 characters.
pub const CELL_BYTES_MAX: usize = (1 << 20) - 1;

const TEXT: u64 = 1;
const NUMBER: u64 = 2;
const DATE: u64 = 3;
const FALSE: u64 = 4;
const TRUE: u64 = 5;
const ERROR: u64 = 6;

impl RawCell {
    fn new(kind: u64, start: usize, len: usize) -> Self {
        assert!(len <= CELL_BYTES_MAX && u32::try_from(start).is_ok(), "a cell outgrew its chunk");
        Self(kind | (len as u64) << 8 | (start as u64) << 32)
    }
}

impl RawChunk {
    /// An empty chunk of rows that are `width` cells wide.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds one row. Cells beyond `width` are not taken, missing ones are blank; a text above
    /// [`CELL_BYTES_MAX`] becomes an error cell. `edge` says how its end compares with the header's.
    pub fn push<'a>(&mut self, number: u32, cells: impl IntoIterator<Item = Raw<'a>>, edge: Edge) {
        let end = self.cells.len() + self.width;
        for cell in cells.into_iter().take(self.width) {
            let packed = self.pack(cell);
            self.cells.push(packed);
        }
        self.cells.resize(end, RawCell(0));
        self.rows.push(RawRow { number, edge });
    }

    fn pack(&mut self, cell: Raw<'_>) -> RawCell {
        match cell {
            Raw::Blank | Raw::Text("") => RawCell(0),
            Raw::Text(text) if text.len() > CELL_BYTES_MAX => self.pack(Raw::Error("#TOO-LONG!")),
            Raw::Text(text) => self.pack_text(TEXT, text),
            Raw::Error(text) => self.pack_text(ERROR, text),
            Raw::Number(n) => self.pack_number(NUMBER, n),
            Raw::Date(n) => self.pack_number(DATE, n),
            Raw::Bool(yes) => RawCell::new(if yes { TRUE } else { FALSE }, 0, 0),
        }
    }

    fn pack_text(&mut self, kind: u64, text: &str) -> RawCell {
        let start = self.text.len();
        self.text.push_str(text);
        RawCell::new(kind, start, text.len())
    }

    fn pack_number(&mut self, kind: u64, number: f64) -> RawCell {
        self.numbers.push(number);
        RawCell::new(kind, self.numbers.len() - 1, 0)
    }

    /// A chunk for the rows that follow; this one gives back the room that it turned out not to need.
    fn next(&mut self) -> Self {
        self.text.shrink_to_fit();
        self.numbers.shrink_to_fit();
        Self {
            text: String::with_capacity(self.text.len()),
            numbers: Vec::with_capacity(self.numbers.len()),
            cells: Vec::with_capacity(self.cells.len()),
            rows: Vec::with_capacity(self.rows.len()),
            width: self.width,
        }
    }

    /// Goes into a digest that changes whenever a cell, a row's number or its edge does.
    pub fn digest(&self, digest: &mut Sha256) {
        let lens = [self.text.len(), self.numbers.len(), self.cells.len(), self.rows.len(), self.width];
        lens.iter().for_each(|len| digest.update((*len as u64).to_le_bytes()));
        digest.update(&self.text);
        self.numbers.iter().for_each(|n| digest.update(n.to_le_bytes()));
        self.cells.iter().for_each(|cell| digest.update(cell.0.to_le_bytes()));
        for row in &self.rows {
            digest.update(row.number.to_le_bytes());
            digest.update([row.edge as u8]);
        }
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many bytes of text it has.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Whether another row should go into a new chunk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.rows.len() >= CHUNK_ROWS || self.text.len() > 64 << 20
    }

    /// The row's number in its tab, counted from 1.
    #[must_use]
    pub fn number(&self, row: usize) -> u32 {
        self.rows[row].number
    }

    /// How the row's end compares with the header's.
    #[must_use]
    pub fn edge(&self, row: usize) -> Edge {
        self.rows[row].edge
    }

    /// A cell, by its place among the pulled columns.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Raw<'_> {
        let RawCell(bits) = self.cells[row * self.width + column];
        let (len, start) = ((bits >> 8 & 0xff_ffff) as usize, (bits >> 32) as usize);
        match bits & 0xff {
            TEXT => Raw::Text(&self.text[start..start + len]),
            NUMBER => Raw::Number(self.numbers[start]),
            DATE => Raw::Date(self.numbers[start]),
            FALSE => Raw::Bool(false),
            TRUE => Raw::Bool(true),
            ERROR => Raw::Error(&self.text[start..start + len]),
            _ => Raw::Blank,
        }
    }
}

impl Rows {
    /// Adds a row, opening a new chunk of `width` cells when the last is full.
    pub fn push<'a>(&mut self, width: usize, number: u32, cells: impl IntoIterator<Item = Raw<'a>>, edge: Edge) {
        match self.chunks.last_mut() {
            Some(chunk) if !chunk.is_full() => chunk.push(number, cells, edge),
            full => {
                let mut chunk = full.map_or_else(|| RawChunk::new(width), RawChunk::next);
                chunk.push(number, cells, edge);
                self.chunks.push(chunk);
            }
        }
    }

    /// Changes how a row's end compares with the header's, by the row's place.
    pub fn set_edge(&mut self, mut row: usize, edge: Edge) {
        for chunk in &mut self.chunks {
            if row < chunk.len() {
                chunk.rows[row].edge = edge;
                return;
            }
            row -= chunk.len();
        }
    }

    /// How many rows there are, blank ones aside.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(RawChunk::len).sum()
    }

    /// Whether there is no row that holds anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.iter().all(RawChunk::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_gives_back_what_it_was_given() {
        let mut rows = Rows::default();
        let given =
            [Raw::Text(" Анна "), Raw::Number(7.9161e10), Raw::Date(45292.5), Raw::Bool(true), Raw::Error("#REF!")];
        rows.push(6, 14, given, Edge::Even);
        rows.push(6, 17, [Raw::Text(""), Raw::Bool(false)], Edge::Long);
        let chunk = &rows.chunks[0];
        for (i, cell) in given.into_iter().enumerate() {
            assert_eq!(chunk.cell(0, i), cell);
        }
        assert_eq!(chunk.cell(0, 5), Raw::Blank, "missing cells are blank");
        assert_eq!((chunk.cell(1, 0), chunk.cell(1, 1)), (Raw::Blank, Raw::Bool(false)));
        assert_eq!((chunk.number(1), chunk.edge(0), chunk.edge(1)), (17, Edge::Even, Edge::Long));
    }

    #[test]
    fn rows_open_a_new_chunk_when_one_is_full() {
        let mut rows = Rows::default();
        for n in 0..=CHUNK_ROWS as u32 {
            rows.push(1, n, [Raw::Number(f64::from(n))], Edge::Even);
        }
        assert_eq!(rows.chunks.len(), 2);
        assert_eq!(rows.len(), CHUNK_ROWS + 1);
        assert_eq!(rows.chunks[1].cell(0, 0), Raw::Number(f64::from(CHUNK_ROWS as u32)));
    }

    #[test]
    fn a_cell_beyond_the_limit_is_an_error_cell() {
        let long = "x".repeat(CELL_BYTES_MAX + 1);
        let mut chunk = RawChunk::new(1);
        chunk.push(1, [Raw::Text(&long)], Edge::Even);
        assert_eq!(chunk.cell(0, 0), Raw::Error("#TOO-LONG!"));
    }

    #[test]
    fn debug_shows_no_cell() {
        assert_eq!(format!("{:?}", Raw::Text("Анна")), "text");
    }
}
