//! What is written into a spreadsheet: all of a request, or nothing.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    a1::{self, Block, Span},
    grid::{Book, Cell},
    refusal::Refusal,
};

/// What one cell may hold (source: the refusal itself, and sheetgurusapi's blog).
const LONGEST: usize = 50_000;

/// What one spreadsheet may hold (source: airbytehq/airbyte #41977).
const MOST_CELLS: usize = 10_000_000;

/// The answer to `values:batchUpdate`, done.
pub(crate) fn values(body: Option<Value>, book: &mut Book) -> Result<Value, Refusal> {
    let body = object(body)?;
    known(
        &body,
        &[
            "valueInputOption",
            "data",
            "includeValuesInResponse",
            "responseValueRenderOption",
            "responseDateTimeRenderOption",
        ],
        "",
    )?;
    let entered = match body.get("valueInputOption").and_then(Value::as_str) {
        Some("RAW") => false,
        Some("USER_ENTERED") => true,
        _ => return Err(Refusal::argument("'valueInputOption' is required but not specified")),
    };
    let mut pieces = Vec::new();
    for (at, data) in list(&body, "data").enumerate() {
        pieces.push(Piece::of(data, book, entered).map_err(|r| r.of(&format!("data[{at}]")))?);
    }
    let responses: Vec<Value> = pieces.iter().map(|piece| piece.response(book)).collect();
    let mut answer = json!({ "spreadsheetId": book.id, "responses": responses });
    let cells = || pieces.iter().flat_map(|p| p.cells.iter().map(|c| (p.sheet, c.0, c.1)));
    for (field, number) in [
        ("totalUpdatedRows", distinct(cells().map(|(sheet, row, _)| (sheet, row)))),
        ("totalUpdatedColumns", distinct(cells().map(|(sheet, _, column)| (sheet, column)))),
        ("totalUpdatedCells", cells().count()),
        ("totalUpdatedSheets", distinct(cells().map(|(sheet, ..)| (sheet, 0)))),
    ] {
        // Zero is left out, as of every number of such messages.
        if number > 0 {
            answer[field] = number.into();
        }
    }
    pieces.into_iter().for_each(|piece| piece.write(book));
    Ok(answer)
}

/// Rows and columns count once, however much of them was written (source: the descriptions of the fields).
fn distinct(places: impl Iterator<Item = (usize, usize)>) -> usize {
    places.collect::<BTreeSet<_>>().len()
}

/// The values for one range, where they go.
struct Piece {
    sheet: usize,
    block: Block,
    cells: Vec<(usize, usize, Cell)>,
}

impl Piece {
    fn of(data: &Value, book: &Book, entered: bool) -> Result<Self, Refusal> {
        let data = object(Some(data.clone()))?;
        known(&data, &["range", "majorDimension", "values"], "data")?;
        let text = data.get("range").and_then(Value::as_str).unwrap_or_default();
        let (sheet, span) = a1::find(text, book).ok_or_else(|| Refusal::range(text))?;
        let by_rows = data.get("majorDimension").and_then(Value::as_str) != Some("COLUMNS");
        let bounds = bounds(book, sheet, span)?;
        let mut block = Block { bottom: bounds.top + 1, right: bounds.left + 1, ..bounds };
        let mut cells = Vec::new();
        for (line, values) in list(&data, "values").enumerate() {
            for (at, value) in values.as_array().into_iter().flatten().enumerate() {
                let (down, across) = if by_rows { (line, at) } else { (at, line) };
                let (row, column) = (bounds.top + down, bounds.left + across);
                within(text, bounds, row, column)?;
                (block.bottom, block.right) = (block.bottom.max(row + 1), block.right.max(column + 1));
                cells.extend(cell(value, entered, line, at)?.map(|cell| (row, column, cell)));
            }
        }
        Ok(Self { sheet, block, cells })
    }

    fn response(&self, book: &Book) -> Value {
        let range = a1::name(&book.sheets[self.sheet].title, self.block.open());
        let mut response = json!({ "spreadsheetId": book.id, "updatedRange": range });
        if !self.cells.is_empty() {
            response["updatedRows"] = distinct(self.cells.iter().map(|c| (0, c.0))).into();
            response["updatedColumns"] = distinct(self.cells.iter().map(|c| (0, c.1))).into();
            response["updatedCells"] = self.cells.len().into();
        }
        response
    }

    /// The format of a cell outlives its value.
    fn write(self, book: &mut Book) {
        let sheet = &mut book.sheets[self.sheet];
        for (row, column, cell) in self.cells {
            let cell = match (cell, sheet.at(row, column)) {
                (Cell::Number(value, _), Cell::Number(_, format)) => Cell::Number(value, *format),
                (cell, _) => cell,
            };
            sheet.put(row, column, cell);
        }
    }
}

/// Where values may go: within the range, or, from a single cell, on to the edge of the grid. A range that ends beyond
/// the grid is refused, unlike in a read (source: nithinmurali/pygsheets #124).
fn bounds(book: &Book, sheet: usize, span: Span) -> Result<Block, Refusal> {
    let sheet = &book.sheets[sheet];
    let (rows, columns) = (sheet.row_count, sheet.column_count);
    let beyond = span.bottom.is_some_and(|b| b > rows) || span.right.is_some_and(|r| r > columns);
    let block = span.within(rows, columns).filter(|_| !beyond);
    let block = block.ok_or_else(|| Refusal::grid(&a1::name(&sheet.title, span), rows, columns))?;
    Ok(if span.is_cell() { Block { bottom: rows, right: columns, ..block } } else { block })
}

/// Source: what others saw, e.g. `Requested writing within range [Sheet2!A2:C400], but tried writing to row [401]`.
fn within(range: &str, bounds: Block, row: usize, column: usize) -> Result<(), Refusal> {
    let to = match () {
        () if row >= bounds.bottom => format!("row [{}]", row + 1),
        () if column >= bounds.right => format!("column [{}]", a1::letters(column)),
        () => return Ok(()),
    };
    Err(Refusal::argument(format!("Requested writing within range [{range}], but tried writing to {to}")))
}

/// The cell that a value becomes; `null` leaves what stands there, and an empty text clears it.
fn cell(value: &Value, entered: bool, line: usize, at: usize) -> Result<Option<Cell>, Refusal> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Bool(yes) => Cell::Bool(*yes),
        Value::Number(number) => Cell::from(number.as_f64().unwrap_or_default()),
        Value::String(text) if text.chars().count() > LONGEST => {
            let what = "Your input contains more than the maximum of 50000 characters in a single cell.";
            return Err(Refusal::argument(what));
        }
        Value::String(text) if entered => typed(text),
        Value::String(text) => Cell::from(text.as_str()),
        Value::Array(_) => return Err(Refusal::argument(format!("Invalid values[{line}][{at}]: list_value"))),
        Value::Object(_) => return Err(Refusal::argument(format!("Invalid values[{line}][{at}]: struct_value"))),
    }))
}

/// As if a person had typed it. A formula isn't computed; one by `+` is how a phone perishes.
fn typed(text: &str) -> Cell {
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)).then(|| text.parse().ok());
    match text {
        "TRUE" | "true" => Cell::Bool(true),
        "FALSE" | "false" => Cell::Bool(false),
        _ if text.starts_with('=') => Cell::formula(text, Cell::Error("#NAME?")),
        _ => match (number.flatten(), text.strip_prefix('+'), text.strip_prefix('\'')) {
            (Some(number), _, _) => Cell::Number(number, super::grid::Format::General),
            (_, Some(rest), _) => Cell::formula(&format!("={rest}"), Cell::Error("#ERROR!")),
            (_, _, Some(plain)) => Cell::from(plain),
            _ => Cell::from(text),
        },
    }
}

/// The answer to `:batchUpdate`, done; of its requests only `appendDimension` is known.
pub(crate) fn update(body: Option<Value>, book: &mut Book) -> Result<Value, Refusal> {
    let body = object(body)?;
    let sizes: Vec<_> = book.sheets.iter().map(|s| (s.row_count, s.column_count)).collect();
    let replies = appended(&body, book).inspect_err(|_| {
        // Nothing of a batch that fails is done.
        for (sheet, (rows, columns)) in book.sheets.iter_mut().zip(sizes) {
            (sheet.row_count, sheet.column_count) = (rows, columns);
        }
    })?;
    Ok(json!({ "spreadsheetId": book.id, "replies": replies }))
}

fn appended(body: &Map<String, Value>, book: &mut Book) -> Result<Vec<Value>, Refusal> {
    let mut replies = Vec::new();
    for (at, request) in list(body, "requests").enumerate() {
        let request = object(Some(request.clone()))?;
        known(&request, &["appendDimension"], &format!("requests[{at}]"))?;
        let append = &request["appendDimension"];
        append_dimension(append, book).map_err(|r| r.of(&format!("requests[{at}].appendDimension")))?;
        replies.push(json!({}));
    }
    if replies.is_empty() {
        return Err(Refusal::argument("Must specify at least one request."));
    }
    Ok(replies)
}

fn append_dimension(append: &Value, book: &mut Book) -> Result<(), Refusal> {
    let id = append["sheetId"].as_u64().unwrap_or_default();
    let sheet = book.sheets.iter_mut().find(|s| s.id.map(u64::from) == Some(id));
    let sheet = sheet.ok_or_else(|| Refusal::argument(format!("No grid with id: {id}")))?;
    let length = append["length"].as_u64().unwrap_or_default() as usize;
    match append["dimension"].as_str() {
        Some("ROWS") => sheet.row_count += length,
        Some("COLUMNS") => sheet.column_count += length,
        _ => return Err(Refusal::argument("No dimension specified.")),
    }
    if book.cells() > MOST_CELLS {
        return Err(Refusal::argument(format!(
            "This action would increase the number of cells in the workbook above the limit of {MOST_CELLS} cells."
        )));
    }
    Ok(())
}

fn object(body: Option<Value>) -> Result<Map<String, Value>, Refusal> {
    match body {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Err(Refusal::argument("Invalid JSON payload received. Root element must be a message.")),
    }
}

fn known(fields: &Map<String, Value>, names: &[&str], place: &str) -> Result<(), Refusal> {
    let at = if place.is_empty() { String::new() } else { format!(" at '{place}'") };
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(Refusal::argument(format!(
            "Invalid JSON payload received. Unknown name \"{name}\"{at}: Cannot find field."
        ))),
        None => Ok(()),
    }
}

fn list<'a>(fields: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Value> {
    fields.get(name).and_then(Value::as_array).into_iter().flatten()
}
