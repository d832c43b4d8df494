//! One sheet as a stream of rows: values with their places, what is hidden, what is merged.

use std::ops::Range;

use quick_xml::events::{BytesStart, Event};

use super::{
    package::Broken,
    place::{Area, COLUMNS_MAX, ROWS_MAX, area, reference},
    plain,
    styles::Shown,
    workbook::Shared,
    xml::{Xml, flag, raw_attribute},
};
use crate::sheet::Raw;

/// How much text one row may hold: twenty times the longest that Excel writes in a sheet of 64 columns.
const ROW_BYTES_MAX: usize = 64 << 20;

/// A sheet on its way.
pub(super) struct SheetReader<'a> {
    xml: Xml<'a>,
    shared: &'a Shared,
    /// The columns that are hidden, counted from 0.
    pub(super) hidden_columns: Vec<Range<u32>>,
    /// The row at hand.
    pub(super) row: Row,
    value: String,
}

/// A row: its cells that hold something, in the order of their columns.
#[derive(Default)]
pub(super) struct Row {
    /// Its number, counted from 1.
    pub(super) number: u32,
    pub(super) hidden: bool,
    /// Columns of formulas whose result the file doesn't hold.
    pub(super) uncalculated: Vec<u16>,
    cells: Vec<(u16, Value)>,
    text: String,
    /// Whether the file says its number.
    numbered: bool,
    /// Where a cell stands that doesn't say where.
    next_column: u32,
}

enum Value {
    Shared(u32),
    Text(Range<usize>),
    Error(Range<usize>),
    Number(f64),
    Date(f64),
    Bool(bool),
}

/// What a cell says about itself before its value.
struct Head {
    place: Option<(u16, u32)>,
    style: usize,
    kind: Kind,
}

/// As what the file stores a value (ECMA-376 part 1, 18.18.11).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Inline,
    Formula,
    Bool,
    Error,
    Iso,
}

impl<'a> SheetReader<'a> {
    /// Reads up to the first row.
    pub(super) fn open(mut xml: Xml<'a>, shared: &'a Shared) -> Result<Self, Broken> {
        let mut hidden_columns = Vec::new();
        xml.start(|e| match e.local_name().as_ref() {
            "chartsheet" | "dialogsheet" | "macrosheet" => Err(Broken::Chart),
            "col" if flag(e, "hidden")? => {
                let ends = (number(e, "min")?, number(e, "max")?);
                let (Some(first @ 1..), Some(last)) = ends else { return Err(Broken::Damaged) };
                hidden_columns.push(first - 1..last);
                Ok(None)
            }
            "sheetData" => Ok(Some(())),
            _ => Ok(None),
        })?
        .ok_or(Broken::Damaged)?;
        Ok(Self { xml, shared, hidden_columns, row: Row::default(), value: String::new() })
    }

    /// Goes to the next row that the file mentions, if there is one. Numbers only grow.
    pub(super) fn advance(&mut self) -> Result<bool, Broken> {
        let before = self.row.number;
        if !self.row_start()? {
            return Ok(false);
        }
        loop {
            let head = match self.xml.event()? {
                Event::Start(e) if e.local_name().as_ref() == "c" => head(&e)?,
                Event::End(e) if e.local_name().as_ref() == "row" => break,
                Event::Eof => return Err(Broken::Damaged),
                _ => continue,
            };
            self.cell(&head)?;
            if self.row.text.len() > ROW_BYTES_MAX {
                return Err(Broken::TooBig);
            }
        }
        if self.row.number <= before || self.row.number > ROWS_MAX {
            return Err(Broken::Damaged);
        }
        Ok(true)
    }

    fn row_start(&mut self) -> Result<bool, Broken> {
        loop {
            match self.xml.event()? {
                Event::Start(e) if e.local_name().as_ref() == "row" => {
                    let given = number(&e, "r")?;
                    self.row.begin(given, flag(&e, "hidden")?);
                    return Ok(true);
                }
                Event::End(e) if e.local_name().as_ref() == "sheetData" => return Ok(false),
                Event::Eof => return Err(Broken::Damaged),
                _ => {}
            }
        }
    }

    fn cell(&mut self, head: &Head) -> Result<(), Broken> {
        let (kind, has_formula) = self.contents(head.kind)?;
        let column = self.row.place(head.place).ok_or(Broken::Damaged)?;
        match self.value(kind, head.style)? {
            Some(value) => self.row.cells.push((column, value)),
            // Blank would clear what stands at a destination; an error leaves it.
            None if has_formula && kind != Kind::Formula => {
                self.row.uncalculated.push(column);
                let error = self.row.keep("#N/A");
                self.row.cells.push((column, Value::Error(error)));
            }
            None => {}
        }
        Ok(())
    }

    /// Gathers the text of a cell, and says as what it is stored and whether a formula made it.
    fn contents(&mut self, mut kind: Kind) -> Result<(Kind, bool), Broken> {
        enum Inside {
            Value,
            Inline,
            Formula,
            Other,
        }
        self.value.clear();
        let mut has_formula = false;
        loop {
            let inside = match self.xml.event()? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "v" if kind != Kind::Inline => Inside::Value,
                    "is" => Inside::Inline,
                    "f" => Inside::Formula,
                    _ => Inside::Other,
                },
                Event::End(_) => return Ok((kind, has_formula)),
                Event::Eof => return Err(Broken::Damaged),
                _ => continue,
            };
            match inside {
                Inside::Value => {
                    self.value.clear();
                    self.xml.text(&mut self.value)?;
                }
                Inside::Inline => {
                    kind = Kind::Inline;
                    self.value.clear();
                    self.xml.rich_text(&mut self.value)?;
                }
                Inside::Formula => {
                    has_formula = true;
                    self.xml.skip()?;
                }
                Inside::Other => self.xml.skip()?,
            }
        }
    }

    /// The value that was gathered, or nothing.
    fn value(&mut self, kind: Kind, style: usize) -> Result<Option<Value>, Broken> {
        if self.value.is_empty() {
            return Ok(None);
        }
        let word = self.value.trim();
        Ok(match kind {
            Kind::Shared => {
                let index: u32 = word.parse().map_err(|_| Broken::Damaged)?;
                let text = self.shared.strings.get(index).ok_or(Broken::Damaged)?;
                (!text.is_empty()).then_some(Value::Shared(index))
            }
            Kind::Error => Some(Value::Error(self.row.keep(word))),
            Kind::Bool if matches!(word, "1" | "true" | "TRUE") => Some(Value::Bool(true)),
            Kind::Bool if matches!(word, "0" | "false" | "FALSE") => Some(Value::Bool(false)),
            Kind::Number => match word.parse::<f64>().ok().filter(|n| n.is_finite()) {
                Some(n) => Some(self.number(n, style)),
                None => Some(Value::Text(self.row.keep(&self.value))),
            },
            Kind::Iso => match plain::from_iso(word) {
                Some(serial) => Some(Value::Date(serial)),
                None => Some(Value::Text(self.row.keep(&self.value))),
            },
            Kind::Inline | Kind::Formula | Kind::Bool => Some(Value::Text(self.row.keep(&self.value))),
        })
    }

    fn number(&self, number: f64, style: usize) -> Value {
        match self.shared.styles.get(style).copied().unwrap_or_default() {
            Shown::Number => Value::Number(number),
            Shown::Time => Value::Date(number),
            Shown::Day => Value::Date(plain::from_excel(number, self.shared.from_1904)),
        }
    }

    /// The cells of the row at hand that hold something.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u16, Raw<'_>)> {
        self.row.cells.iter().map(|(column, value)| {
            let raw = match value {
                Value::Shared(index) => Raw::Text(self.shared.strings.get(*index).unwrap_or_default()),
                Value::Text(range) => Raw::Text(&self.row.text[range.clone()]),
                Value::Error(range) => Raw::Error(&self.row.text[range.clone()]),
                Value::Number(n) => Raw::Number(*n),
                Value::Date(n) => Raw::Date(*n),
                Value::Bool(yes) => Raw::Bool(*yes),
            };
            (*column, raw)
        })
    }

    /// Reads the rest of the part, in which merged cells stand, up to its checksum.
    pub(super) fn merged(mut self) -> Result<Vec<Area>, Broken> {
        let mut areas = Vec::new();
        while let Some(area) = self.xml.start(|e| match e.local_name().as_ref() {
            "mergeCell" => {
                let reference = raw_attribute(e, "ref")?.ok_or(Broken::Damaged)?;
                area(&reference).ok_or(Broken::Damaged).map(Some)
            }
            _ => Ok(None),
        })? {
            areas.push(area);
        }
        Ok(areas)
    }
}

impl Row {
    fn begin(&mut self, given: Option<u32>, hidden: bool) {
        self.number = given.unwrap_or(self.number.saturating_add(1));
        self.numbered = given.is_some();
        self.hidden = hidden;
        self.next_column = 0;
        self.uncalculated.clear();
        self.cells.clear();
        self.text.clear();
    }

    /// The column of the next cell; nothing where the file contradicts itself.
    fn place(&mut self, said: Option<(u16, u32)>) -> Option<u16> {
        let (column, row) = said.map_or((self.next_column, self.number), |(column, row)| (u32::from(column), row));
        // A row without a number of its own has that of its cells.
        if !self.numbered {
            (self.number, self.numbered) = (row, said.is_some());
        }
        let fits = row == self.number && column >= self.next_column && column < COLUMNS_MAX;
        self.next_column = column + 1;
        fits.then_some(column as u16)
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }
}

fn head(element: &BytesStart<'_>) -> Result<Head, Broken> {
    let mut head = Head { place: None, style: 0, kind: Kind::Number };
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|_| Broken::Damaged)?;
        match attribute.key.as_ref() {
            "r" => head.place = Some(reference(&attribute.value).ok_or(Broken::Damaged)?),
            "s" => head.style = attribute.value.parse().map_err(|_| Broken::Damaged)?,
            "t" => {
                head.kind = match &*attribute.value {
                    "n" => Kind::Number,
                    "s" => Kind::Shared,
                    "inlineStr" => Kind::Inline,
                    "str" => Kind::Formula,
                    "b" => Kind::Bool,
                    "e" => Kind::Error,
                    "d" => Kind::Iso,
                    _ => return Err(Broken::Damaged),
                }
            }
            _ => {}
        }
    }
    Ok(head)
}

fn number(element: &BytesStart<'_>, name: &str) -> Result<Option<u32>, Broken> {
    raw_attribute(element, name)?.map(|text| text.parse().map_err(|_| Broken::Damaged)).transpose()
}
