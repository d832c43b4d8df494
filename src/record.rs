//! Rows as `check` left them: canonical values in one byte arena per chunk, cells of eight bytes.

use crate::{
    address::{Place, SheetId},
    day::Day,
    set::{FieldId, PurposeId},
    value::Private,
};

/// Names a row of this run: chunk and place in it. It orders nothing that a route can see.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowId(u32);

const ROW_BITS: u32 = crate::sheet::CHUNK_ROWS.trailing_zeros();

impl RowId {
    /// The row at a place in a chunk.
    ///
    /// # Panics
    /// Beyond 4 billion rows.
    #[must_use]
    pub fn new(chunk: usize, row: usize) -> Self {
        assert!(chunk < 1 << (32 - ROW_BITS) && row < 1 << ROW_BITS, "more rows than one run can hold");
        Self((chunk as u32) << ROW_BITS | row as u32)
    }

    fn chunk(self) -> usize {
        (self.0 >> ROW_BITS) as usize
    }

    fn row(self) -> usize {
        (self.0 & ((1 << ROW_BITS) - 1)) as usize
    }
}

/// What stands in a field of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing.
    Blank,
    /// A canonical value.
    Value,
    /// Something that could not be read: the field stays as it stands.
    Bad,
}

/// A field of a row: its state, where its text is, and from which of the mapped columns it came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cell(u64);

impl Cell {
    /// Nothing.
    pub const BLANK: Self = Self(0);

    /// A value at `start..start + len` of its chunk's arena.
    ///
    /// # Panics
    /// When it is longer than a raw cell may be.
    #[must_use]
    pub fn value(start: usize, len: usize, column: u8) -> Self {
        assert!(len <= crate::sheet::CELL_BYTES_MAX * 2 && u32::try_from(start).is_ok(), "a value outgrew its chunk");
        Self(1 | u64::from(column) << 2 | (len as u64) << 10 | (start as u64) << 32)
    }

    /// Something that could not be read.
    #[must_use]
    pub fn bad(column: u8) -> Self {
        Self(2 | u64::from(column) << 2)
    }

    /// The same, with what is legible of it at `start..start + len`.
    #[must_use]
    pub fn legible(start: usize, len: usize, column: u8) -> Self {
        Self::value(start, len, column).doubted()
    }

    /// The same as something that could not be read, with the value as what is legible of it.
    #[must_use]
    pub fn doubted(self) -> Self {
        if self.state() == State::Bad { self } else { Self(self.0 & !3 | 2) }
    }

    /// What stands here.
    #[must_use]
    pub fn state(self) -> State {
        match self.0 & 3 {
            0 => State::Blank,
            1 => State::Value,
            _ => State::Bad,
        }
    }

    /// From which of the columns that the config lists for the field.
    #[must_use]
    pub fn column(self) -> u8 {
        (self.0 >> 2) as u8
    }

    fn text(self) -> std::ops::Range<usize> {
        let (start, len) = ((self.0 >> 32) as usize, (self.0 >> 10 & 0x3f_ffff) as usize);
        start..start + len
    }
}

/// Values of a list field stand one after the other, each led by one of these characters, which also
/// says from which column it came. The next one, U+001F, parts a name ([`crate::name::PART_MARK`]).
const LIST_MARKS: std::ops::Range<u8> = 0x0e..0x1f;

/// How many columns may feed one list field.
pub const LIST_COLUMNS_MAX: usize = LIST_MARKS.end as usize - LIST_MARKS.start as usize;

/// The character that leads a value from `column` in a list of several.
#[must_use]
pub fn list_mark(column: u8) -> char {
    char::from(LIST_MARKS.start + column.min(LIST_COLUMNS_MAX as u8 - 1))
}

/// The values of a list field, or the one value of any other.
pub fn values(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |c: char| u8::try_from(c).is_ok_and(|b| LIST_MARKS.contains(&b));
    text.split(is_mark).filter(|v| !v.is_empty())
}

/// What one row says about one purpose that its source may serve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fact {
    /// The purpose.
    pub purpose: PurposeId,
    /// Whether its grant is live.
    pub grant: Grant,
    /// The grant's own date; [`Day::NEVER`] where it has none.
    pub granted: Day,
    /// The last day on which it holds.
    pub until: Day,
    /// A refusal in the row's own cells, or in a list of refusals.
    pub refused: Option<Said>,
}

/// When a refusal was said, as far as the row tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// On this day.
    On(Day),
    /// It doesn't say: from the day on which it was first seen.
    Undated,
}

/// The state of a grant in its own row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    /// It holds.
    Live,
    /// It would hold, but a date that decides could not be read: the row is held for this purpose.
    Unsure,
    /// It lapsed, or never was; the reason decides nothing but what is reported.
    Lapsed(Lapse),
}

/// Why a row has no live grant for a purpose.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Lapse {
    /// The consent cell is blank.
    NeverAsked,
    /// The consent cell says no.
    SaidNo,
    /// The consent cell can't be read as a yes.
    Unreadable,
    /// The consent has no date, where the config names one, or one that is still to come.
    Undated,
    /// Its term is over.
    Expired,
    /// Another purpose of the row prohibits it.
    Prohibited,
    /// The row is in a list of refusals, which grants nothing.
    RefusalList,
}

/// A chunk of checked rows from one sheet.
#[derive(Default)]
pub struct Chunk {
    /// The sheet, by its place in [`Records::sheets`].
    pub sheet: usize,
    /// The arena that the cells point into.
    pub text: String,
    /// One cell per row and field of the config.
    pub cells: Vec<Cell>,
    /// One row each.
    pub rows: Vec<Row>,
    /// The facts of all rows, as many per row as the source has purposes.
    pub facts: Vec<Fact>,
    /// Hashed handles of all rows (DESIGN section 3).
    pub handles: Vec<u64>,
}

impl Chunk {
    /// An empty chunk with room for `rows` rows of `fields` fields, and `bytes` bytes of text.
    #[must_use]
    pub fn with_capacity(sheet: usize, rows: usize, fields: usize, bytes: usize) -> Self {
        Self {
            sheet,
            text: String::with_capacity(bytes),
            cells: Vec::with_capacity(rows * fields),
            rows: Vec::with_capacity(rows),
            handles: Vec::with_capacity(rows),
            facts: Vec::new(),
        }
    }

    /// Gives back the room that it turned out not to need.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.cells.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.facts.shrink_to_fit();
        self.handles.shrink_to_fit();
    }
}

/// A row, its cells aside.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its number in the sheet.
    pub number: u32,
    /// The source's `dated` date, by which newest is decided.
    pub dated: Day,
    /// Where its handles end in [`Chunk::handles`].
    pub handles_end: u32,
    /// Whether it has filled cells beyond the header, so that none of them can be trusted.
    pub shifted: bool,
}

/// Everything that `check` made of all sources.
#[derive(Default)]
pub struct Records {
    /// How many fields the config has.
    pub fields: usize,
    /// The rows, sheet by sheet.
    pub chunks: Vec<Chunk>,
    /// What is needed to say where a row stands.
    pub sheets: Vec<SheetColumns>,
}

/// Where the columns of a sheet are.
#[derive(Clone, Debug)]
pub struct SheetColumns {
    /// The sheet.
    pub id: SheetId,
    /// Its source.
    pub source: crate::address::SourceId,
    /// Per field, the columns that feed it, in the order of the config.
    pub columns: Vec<Vec<u16>>,
    /// The columns of consent.
    pub consents: Vec<ConsentColumns>,
}

/// Where a sheet keeps consent for a purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConsentColumns {
    /// The purpose.
    pub purpose: PurposeId,
    /// The column that says yes or no.
    pub given: u16,
    /// The column with the date of the yes.
    pub date: Option<u16>,
    /// The column that says that it was withdrawn.
    pub withdrawn: Option<u16>,
}

/// A row with its chunk at hand.
#[derive(Clone, Copy)]
pub struct RecordRef<'a> {
    chunk: &'a Chunk,
    row: usize,
    fields: usize,
}

impl Records {
    /// All rows, in the order of the sources: for work whose result doesn't depend on it.
    pub fn rows(&self) -> impl Iterator<Item = RowId> + '_ {
        self.chunks.iter().enumerate().flat_map(|(c, chunk)| (0..chunk.rows.len()).map(move |r| RowId::new(c, r)))
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|c| c.rows.len()).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One row.
    #[must_use]
    pub fn get(&self, row: RowId) -> RecordRef<'_> {
        RecordRef { chunk: &self.chunks[row.chunk()], row: row.row(), fields: self.fields }
    }

    /// Where a cell of a row stands.
    #[must_use]
    pub fn place(&self, row: RowId, field: Option<FieldId>) -> Place {
        let record = self.get(row);
        let sheet = &self.sheets[record.chunk.sheet];
        let column = field.and_then(|f| {
            let columns = sheet.columns.get(usize::from(f.0))?;
            columns.get(usize::from(record.cell(f).column())).copied()
        });
        Place { source: sheet.source, sheet: Some(sheet.id), row: Some(record.row().number), column }
    }
}

impl<'a> RecordRef<'a> {
    /// The last row of a chunk that is being made.
    #[must_use]
    pub fn last(chunk: &'a Chunk, fields: usize) -> Self {
        Self { chunk, row: chunk.rows.len() - 1, fields }
    }

    /// The field's cell.
    #[must_use]
    pub fn cell(self, field: FieldId) -> Cell {
        self.chunk.cells[self.row * self.fields + usize::from(field.0)]
    }

    /// The field's canonical text, where it has a value.
    #[must_use]
    pub fn text(self, field: FieldId) -> Option<Private<'a>> {
        let cell = self.cell(field);
        (cell.state() == State::Value).then(|| Private::new(&self.chunk.text[cell.text()]))
    }

    /// What is legible of a cell that could not be read: only for finding whom a refusal means.
    #[must_use]
    pub fn legible(self, field: FieldId) -> Option<Private<'a>> {
        let cell = self.cell(field);
        let text = (cell.state() == State::Bad).then(|| &self.chunk.text[cell.text()])?;
        (!text.is_empty()).then(|| Private::new(text))
    }

    /// The row, its cells aside.
    #[must_use]
    pub fn row(self) -> &'a Row {
        &self.chunk.rows[self.row]
    }

    /// What the row says about the purposes of its source.
    #[must_use]
    pub fn facts(self) -> &'a [Fact] {
        let per_row = self.chunk.facts.len() / self.chunk.rows.len();
        &self.chunk.facts[self.row * per_row..(self.row + 1) * per_row]
    }

    /// The hashed handles by which its own sheet knows it.
    #[must_use]
    pub fn handles(self) -> &'a [u64] {
        let start = self.row.checked_sub(1).map_or(0, |r| self.chunk.rows[r].handles_end);
        &self.chunk.handles[start as usize..self.row().handles_end as usize]
    }

    /// The sheet, by its place in [`Records::sheets`].
    #[must_use]
    pub fn sheet(self) -> usize {
        self.chunk.sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_keeps_its_parts() {
        for (start, len, column) in [(0, 0, 0), (u32::MAX as usize, 1_048_575, 255), (17, 3, 8)] {
            let cell = Cell::value(start, len, column);
            assert_eq!((cell.state(), cell.column(), cell.text()), (State::Value, column, start..start + len));
        }
        assert_eq!((Cell::bad(7).state(), Cell::bad(7).column()), (State::Bad, 7));
        let legible = Cell::legible(17, 3, 8);
        assert_eq!((legible.state(), legible.column(), legible.text()), (State::Bad, 8, 17..20));
        assert_eq!(Cell::BLANK.state(), State::Blank);
        assert_eq!(size_of::<Cell>(), 8);
    }

    #[test]
    fn a_list_gives_its_values() {
        let list = format!("{}+79161234567{}+79031234567", list_mark(0), list_mark(1));
        assert_eq!(values(&list).collect::<Vec<_>>(), ["+79161234567", "+79031234567"]);
        assert_eq!(values("one\nline").collect::<Vec<_>>(), ["one\nline"], "line ends are no marks");
        assert_eq!(values("").count(), 0);
    }
}
