//! The values of ranges, written straight into JSON: a million cells pass here.

use std::ops::Range;

use super::{
    a1::{self, Block},
    grid::{Book, Cell, Format, Sheet},
    mask::Mask,
    refusal::Refusal,
    request::Asked,
    show,
};

/// How values are wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    render: Render,
    /// Whether dates are numbers, which only matters where values are not formatted anyway.
    serial: bool,
    by_rows: bool,
    pretty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Render {
    Formatted,
    Unformatted,
    Formula,
}

impl Wish {
    pub(crate) fn of(asked: &Asked) -> Result<Self, Refusal> {
        let render = match asked.parameter("valueRenderOption") {
            None | Some("FORMATTED_VALUE") => Render::Formatted,
            Some("UNFORMATTED_VALUE") => Render::Unformatted,
            Some("FORMULA") => Render::Formula,
            Some(other) => return Err(unknown("value_render_option", "ValueRenderOption", other)),
        };
        let serial = match asked.parameter("dateTimeRenderOption") {
            None | Some("SERIAL_NUMBER") => true,
            Some("FORMATTED_STRING") => false,
            Some(other) => return Err(unknown("date_time_render_option", "DateTimeRenderOption", other)),
        };
        let by_rows = match asked.parameter("majorDimension") {
            None | Some("ROWS" | "DIMENSION_UNSPECIFIED") => true,
            Some("COLUMNS") => false,
            Some(other) => return Err(unknown("major_dimension", "Dimension", other)),
        };
        Ok(Self { render, serial, by_rows, pretty: asked.pretty() })
    }
}

/// The wording is that of Google's JSON layer in general.
fn unknown(field: &str, kind: &str, value: &str) -> Refusal {
    Refusal::argument(format!(
        "Invalid value at '{field}' (type.googleapis.com/google.apps.sheets.v4.{kind}), \"{value}\""
    ))
}

/// A range of a book, as far as its grid goes.
pub(crate) fn locate<'b>(text: &str, book: &'b Book) -> Result<(&'b Sheet, Block), Refusal> {
    let (sheet, cells) = a1::find(text, book).ok_or_else(|| Refusal::range(text))?;
    let sheet = &book.sheets[sheet];
    let (rows, columns) = (sheet.row_count, sheet.column_count);
    let block = cells.within(rows, columns);
    block.map(|b| (sheet, b)).ok_or_else(|| Refusal::grid(&a1::name(&sheet.title, cells), rows, columns))
}

/// The answer to `values:batchGet`.
pub(crate) fn batch(asked: &Asked, book: &Book, mask: &Mask) -> Result<Vec<u8>, Refusal> {
    let wish = Wish::of(asked)?;
    let ranges = asked.ranges().map(|text| locate(text, book)).collect::<Result<Vec<_>, _>>()?;
    let mut out = Json::new(wish.pretty);
    out.open(b'{');
    if mask.wants("spreadsheetId") {
        out.key("spreadsheetId");
        out.text(&book.id);
    }
    if let (Some(mask), false) = (mask.of_field("valueRanges"), ranges.is_empty()) {
        out.key("valueRanges");
        out.open(b'[');
        for (sheet, block) in ranges {
            out.item();
            range(&mut out, (sheet, block), &book.locale, wish, mask);
        }
        out.close(b']');
    }
    out.close(b'}');
    Ok(out.done())
}

/// The answer to `values/{range}`.
pub(crate) fn single(asked: &Asked, text: &str, book: &Book, mask: &Mask) -> Result<Vec<u8>, Refusal> {
    let wish = Wish::of(asked)?;
    let place = locate(text, book)?;
    let mut out = Json::new(wish.pretty);
    range(&mut out, place, &book.locale, wish, mask);
    Ok(out.done())
}

fn range(out: &mut Json, (sheet, block): (&Sheet, Block), locale: &str, wish: Wish, mask: &Mask) {
    out.open(b'{');
    if mask.wants("range") {
        out.key("range");
        out.text(&a1::name(&sheet.title, block.open()));
    }
    if mask.wants("majorDimension") {
        out.key("majorDimension");
        out.text(if wish.by_rows { "ROWS" } else { "COLUMNS" });
    }
    if mask.wants("values") {
        lines(out, sheet, block, locale, wish);
    }
    out.close(b'}');
}

/// Rows or columns; empty ones at the end are left out, and `values` with them where all are empty.
fn lines(out: &mut Json, sheet: &Sheet, block: Block, locale: &str, wish: Wish) {
    let bottom = block.bottom.min(sheet.rows.len());
    let all = if wish.by_rows { block.top..bottom } else { block.left..block.right };
    let cells = |line| if wish.by_rows { sheet.row(line, block).len() } else { depth(sheet, line, block.top..bottom) };
    let Some(last) = all.clone().rev().find(|line| cells(*line) > 0) else { return };
    out.key("values");
    out.open(b'[');
    for line in all.start..=last {
        out.item();
        out.open(b'[');
        for at in 0..cells(line) {
            let (row, column) = if wish.by_rows { (line, block.left + at) } else { (block.top + at, line) };
            out.item();
            value(out, sheet.at(row, column), locale, wish);
        }
        out.close(b']');
    }
    out.close(b']');
}

/// How far down a column is filled within some rows.
fn depth(sheet: &Sheet, column: usize, mut rows: Range<usize>) -> usize {
    let top = rows.start;
    rows.rfind(|row| !sheet.at(*row, column).is_blank()).map_or(0, |last| last + 1 - top)
}

fn value(out: &mut Json, cell: &Cell, locale: &str, wish: Wish) {
    match (wish.render, cell, cell.value()) {
        (Render::Formula, Cell::Formula(text, _), _) => out.text(text),
        (Render::Formatted, _, _) => out.text(&show::text(cell, locale)),
        (_, _, Cell::Number(_, Format::Date(_))) if !wish.serial => out.text(&show::text(cell, locale)),
        (_, _, Cell::Number(number, _)) => out.number(*number),
        (_, _, Cell::Bool(yes)) => out.raw(if *yes { "true" } else { "false" }),
        _ => out.text(&show::text(cell, locale)),
    }
}

/// JSON as Google writes it, spread over lines by two spaces and ended by one, unless `prettyPrint=false`
/// (source: the cassettes of burnash/gspread).
struct Json {
    bytes: Vec<u8>,
    pretty: bool,
    depth: usize,
    /// Whether nothing stands yet in what was opened last.
    first: bool,
}

impl Json {
    fn new(pretty: bool) -> Self {
        Self { bytes: Vec::new(), pretty, depth: 0, first: true }
    }

    fn open(&mut self, bracket: u8) {
        self.bytes.push(bracket);
        self.depth += 1;
        self.first = true;
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        if !self.first {
            self.line();
        }
        self.bytes.push(bracket);
        self.first = false;
    }

    fn item(&mut self) {
        if !self.first {
            self.bytes.push(b',');
        }
        self.line();
        self.first = false;
    }

    fn key(&mut self, name: &str) {
        self.item();
        self.text(name);
        self.raw(if self.pretty { ": " } else { ":" });
    }

    fn line(&mut self) {
        if self.pretty {
            self.bytes.push(b'\n');
            self.bytes.resize(self.bytes.len() + 2 * self.depth, b' ');
        }
    }

    fn text(&mut self, text: &str) {
        serde_json::to_writer(&mut self.bytes, text).expect("room in memory");
    }

    /// Whole numbers without a point.
    fn number(&mut self, number: f64) {
        if number.fract() == 0.0 && number.abs() < 1e15 {
            serde_json::to_writer(&mut self.bytes, &(number as i64)).expect("room in memory");
        } else {
            serde_json::to_writer(&mut self.bytes, &number).expect("room in memory");
        }
    }

    fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn done(mut self) -> Vec<u8> {
        if self.pretty {
            self.bytes.push(b'\n');
        }
        self.bytes
    }
}
