//! What the server holds: spreadsheets, their sheets, and what stands in the cells.

use std::collections::{BTreeMap, BTreeSet};

use super::a1::{self, Block};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Blank,
    Text(Box<str>),
    Number(f64, Format),
    Bool(bool),
    /// `#REF!` and the like.
    Error(&'static str),
    /// Its text from `=` on, and what it comes to. Nothing is computed here.
    Formula(Box<str>, Box<Cell>),
}

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    General,
    /// `0.00`, or `#,##0.00`.
    Fixed {
        decimals: u8,
        grouped: bool,
    },
    /// `0.00E+00`: what becomes of a phone.
    Scientific,
    Percent {
        decimals: u8,
    },
    /// In the money of the spreadsheet's locale.
    Currency,
    /// Days since 1899-12-30, shown by a pattern of `yyyy`, `mm`, `m`, `dd`, `d`, `hh`, `ss`.
    Date(&'static str),
}

impl Cell {
    pub(crate) fn date(serial: f64, pattern: &'static str) -> Self {
        Self::Number(serial, Format::Date(pattern))
    }

    pub(crate) fn percent(share: f64) -> Self {
        Self::Number(share, Format::Percent { decimals: 0 })
    }

    pub(crate) fn currency(amount: f64) -> Self {
        Self::Number(amount, Format::Currency)
    }

    pub(crate) fn formula(text: &str, value: impl Into<Cell>) -> Self {
        Self::Formula(text.into(), Box::new(value.into()))
    }

    /// What it comes to.
    pub(crate) fn value(&self) -> &Cell {
        if let Self::Formula(_, value) = self { value } else { self }
    }

    /// Whether an answer leaves it out at the end of a row. A formula that comes to nothing stays.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self, Self::Blank)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Blank } else { Self::Text(text.into()) }
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Number(number, Format::General)
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

/// One tab of a spreadsheet.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Given by the spreadsheet it is put into, and kept whatever becomes of the title.
    pub(crate) id: Option<u32>,
    pub(crate) title: String,
    pub(crate) hidden: bool,
    pub(crate) row_count: usize,
    pub(crate) column_count: usize,
    pub(crate) frozen_rows: usize,
    /// Rows as far as something stands in them.
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) merges: Vec<Block>,
    pub(crate) filter: Option<Block>,
    pub(crate) filtered_rows: BTreeSet<usize>,
    pub(crate) hidden_rows: BTreeSet<usize>,
    pub(crate) hidden_columns: BTreeSet<usize>,
}

impl Sheet {
    /// A sheet of texts, the first row a header by custom.
    pub(crate) fn of(title: &str, rows: &[&[&str]]) -> Self {
        Self::holding(title, rows.iter().map(|row| row.iter().map(|text| Cell::from(*text)).collect()))
    }

    /// A sheet of any cells; its grid is the usual 1,000 × 26, or as large as they are.
    pub(crate) fn holding(title: &str, rows: impl Iterator<Item = Vec<Cell>>) -> Self {
        let rows: Vec<Vec<Cell>> = rows.collect();
        let widest = rows.iter().map(Vec::len).max().unwrap_or_default();
        Self {
            id: None,
            title: title.to_owned(),
            hidden: false,
            row_count: rows.len().max(1000),
            column_count: widest.max(26),
            frozen_rows: 0,
            rows,
            merges: Vec::new(),
            filter: None,
            filtered_rows: BTreeSet::new(),
            hidden_rows: BTreeSet::new(),
            hidden_columns: BTreeSet::new(),
        }
    }

    pub(crate) fn at(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|r| r.get(column)).unwrap_or(&Cell::Blank)
    }

    pub(crate) fn put(&mut self, row: usize, column: usize, cell: Cell) {
        if self.rows.len() <= row {
            self.rows.resize(row + 1, Vec::new());
        }
        let cells = &mut self.rows[row];
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Blank);
        }
        cells[column] = cell;
    }

    /// The cells of a row within a block, without the blank ones at its end.
    pub(crate) fn row(&self, row: usize, block: Block) -> &[Cell] {
        let cells = self.rows.get(row).map_or(&[][..], Vec::as_slice);
        let cells = &cells[block.left.min(cells.len())..block.right.min(cells.len())];
        &cells[..cells.iter().rposition(|c| !c.is_blank()).map_or(0, |last| last + 1)]
    }
}

/// Who may do what with a spreadsheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Viewer,
    Editor,
}

/// A spreadsheet.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) locale: String,
    pub(crate) time_zone: String,
    pub(crate) sheets: Vec<Sheet>,
    /// By the e-mail address of the account.
    pub(crate) shared: BTreeMap<String, Role>,
    /// An Excel file in Drive, which the API does not open.
    pub(crate) excel: bool,
}

impl Book {
    /// A spreadsheet as an American makes it, shared with [`super::ACCOUNT`] as an editor.
    pub(crate) fn of(id: &str, sheets: impl IntoIterator<Item = Sheet>) -> Self {
        let mut book = Self {
            id: id.to_owned(),
            title: "Clients".to_owned(),
            locale: "en_US".to_owned(),
            time_zone: "America/New_York".to_owned(),
            sheets: Vec::new(),
            shared: BTreeMap::from([(super::ACCOUNT.to_owned(), Role::Editor)]),
            excel: false,
        };
        sheets.into_iter().for_each(|sheet| book.add(sheet));
        book
    }

    /// As a Russian makes it.
    pub(crate) fn russian(mut self) -> Self {
        "ru_RU".clone_into(&mut self.locale);
        "Europe/Moscow".clone_into(&mut self.time_zone);
        self
    }

    /// Puts a sheet at the end. The first one of a new spreadsheet has the id 0, others a number by chance.
    pub(crate) fn add(&mut self, mut sheet: Sheet) {
        let chance = sheet.title.bytes().fold(2_166_136_261_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(16_777_619));
        let first = if self.sheets.is_empty() { 0 } else { chance >> 1 };
        let taken = |id| self.sheets.iter().any(|s| s.id == Some(id));
        sheet.id = sheet.id.or_else(|| (first..=u32::MAX).find(|id| !taken(*id)));
        self.sheets.push(sheet);
    }

    /// The sheet of a title.
    #[track_caller]
    pub(crate) fn sheet(&mut self, title: &str) -> &mut Sheet {
        self.sheets.iter_mut().find(|s| s.title == title).unwrap_or_else(|| panic!("there is no sheet {title}"))
    }

    pub(crate) fn remove(&mut self, title: &str) {
        self.sheets.retain(|sheet| sheet.title != title);
    }

    pub(crate) fn unshare(&mut self) {
        self.shared.clear();
    }

    pub(crate) fn share(&mut self, account: &str, role: Role) {
        self.shared.insert(account.to_owned(), role);
    }

    pub(crate) fn cells(&self) -> usize {
        self.sheets.iter().map(|s| s.row_count * s.column_count).sum()
    }
}

/// All spreadsheets, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Books(pub(crate) BTreeMap<String, Book>);

impl Books {
    pub(crate) fn put(&mut self, book: Book) {
        self.0.insert(book.id.clone(), book);
    }

    #[track_caller]
    pub(crate) fn book(&mut self, id: &str) -> &mut Book {
        self.0.get_mut(id).unwrap_or_else(|| panic!("there is no spreadsheet {id}"))
    }

    /// A sheet of the only spreadsheet, or of the first one by id.
    #[track_caller]
    pub(crate) fn sheet(&mut self, title: &str) -> &mut Sheet {
        self.0.values_mut().next().expect("a spreadsheet").sheet(title)
    }

    pub(crate) fn delete(&mut self, id: &str) {
        self.0.remove(id);
    }
}

/// A cell that a test names.
#[track_caller]
pub(crate) fn corner(a1: &str) -> (usize, usize) {
    let cell = a1::block(a1);
    (cell.top, cell.left)
}
