//! `spreadsheets.get`: a spreadsheet, its sheets, and what of their grids is wanted.
//!
//! Source: the cassettes of burnash/gspread for what is left out and what isn't: `sheetId` 0 and `index` 0 stand in
//! the properties, `sheetId` 0 not in a `GridRange`, whose rows and columns stand there even when 0.

use serde_json::{Value, json};

use super::{
    a1::Block,
    grid::{Book, Cell, Sheet},
    mask::{Mask, SPREADSHEET},
    refusal::Refusal,
    request::Asked,
    show, values,
};

/// The answer to `spreadsheets.get`.
pub(crate) fn answer(asked: &Asked, book: &Book) -> Result<Value, Refusal> {
    let mask = wanted(asked)?;
    let places = asked.ranges().map(|text| values::locate(text, book)).collect::<Result<Vec<_>, _>>()?;
    let sheets: Vec<Value> = book
        .sheets
        .iter()
        .enumerate()
        .filter_map(|(index, sheet)| {
            let blocks: Vec<Block> =
                places.iter().filter(|(s, _)| std::ptr::eq(*s, sheet)).map(|(_, block)| *block).collect();
            // With ranges, only the sheets that they touch.
            (places.is_empty() || !blocks.is_empty()).then(|| one(index, sheet, &blocks, &book.locale, &mask))
        })
        .collect();
    let mut answer = json!({
        "spreadsheetId": book.id,
        "properties": {
            "title": book.title,
            "locale": book.locale,
            "timeZone": book.time_zone,
            "autoRecalc": "ON_CHANGE",
        },
        "sheets": sheets,
        "spreadsheetUrl": format!("https://docs.google.com/spreadsheets/d/{}/edit", book.id),
    });
    mask.cut(&mut answer);
    Ok(answer)
}

/// The mask of `fields`. Without one, `includeGridData` says whether cells come too; with one it is ignored (source:
/// its description).
fn wanted(asked: &Asked) -> Result<Mask, Refusal> {
    match asked.parameter("fields") {
        Some(fields) => Mask::of(fields, SPREADSHEET).map_err(|bad| Refusal::mask(fields, &bad.0)),
        None if asked.parameter("includeGridData") == Some("true") => Ok(Mask::ALL),
        None => Ok(Mask::of(WITHOUT_GRID, SPREADSHEET).expect("our own is whole")),
    }
}

const WITHOUT_GRID: &str = "spreadsheetId,spreadsheetUrl,properties,sheets(properties,merges,basicFilter)";

fn one(index: usize, sheet: &Sheet, blocks: &[Block], locale: &str, mask: &Mask) -> Value {
    let mut grid = json!({ "rowCount": sheet.row_count, "columnCount": sheet.column_count });
    if sheet.frozen_rows > 0 {
        grid["frozenRowCount"] = sheet.frozen_rows.into();
    }
    let mut properties = json!({
        "sheetId": sheet.id,
        "title": sheet.title,
        "index": index,
        "sheetType": "GRID",
        "gridProperties": grid,
    });
    if sheet.hidden {
        properties["hidden"] = true.into();
    }
    let mut answer = json!({ "properties": properties });
    if !sheet.merges.is_empty() {
        answer["merges"] = sheet.merges.iter().map(|b| grid_range(sheet, *b)).collect();
    }
    if let Some(filter) = sheet.filter {
        answer["basicFilter"] = json!({ "range": grid_range(sheet, filter) });
    }
    if let Some(mask) = mask.of_field("sheets").and_then(|m| m.of_field("data")) {
        let whole = [Block { top: 0, left: 0, bottom: sheet.row_count, right: sheet.column_count }];
        let blocks = if blocks.is_empty() { &whole[..] } else { blocks };
        answer["data"] = blocks.iter().map(|block| data(sheet, *block, locale, mask)).collect();
    }
    answer
}

fn grid_range(sheet: &Sheet, block: Block) -> Value {
    let mut range = json!({
        "startRowIndex": block.top,
        "endRowIndex": block.bottom,
        "startColumnIndex": block.left,
        "endColumnIndex": block.right,
    });
    if let Some(id) = sheet.id.filter(|id| *id != 0) {
        range["sheetId"] = id.into();
    }
    range
}

/// The cells of a block. Only what is wanted is made: a grid may be large.
fn data(sheet: &Sheet, block: Block, locale: &str, mask: &Mask) -> Value {
    let mut data = json!({});
    if block.top > 0 {
        data["startRow"] = block.top.into();
    }
    if block.left > 0 {
        data["startColumn"] = block.left.into();
    }
    if mask.wants("rowData") {
        let rows = block.top..block.bottom.min(sheet.rows.len());
        if let Some(last) = rows.clone().rev().find(|row| !sheet.row(*row, block).is_empty()) {
            data["rowData"] = (rows.start..=last).map(|row| row_data(sheet.row(row, block), locale)).collect();
        }
    }
    if mask.wants("rowMetadata") {
        data["rowMetadata"] = (block.top..block.bottom).map(|row| row_metadata(sheet, row)).collect();
    }
    if mask.wants("columnMetadata") {
        data["columnMetadata"] = (block.left..block.right).map(|column| column_metadata(sheet, column)).collect();
    }
    data
}

fn row_metadata(sheet: &Sheet, row: usize) -> Value {
    let mut metadata = json!({ "pixelSize": 21 });
    if sheet.filtered_rows.contains(&row) {
        metadata["hiddenByFilter"] = true.into();
    }
    if sheet.hidden_rows.contains(&row) {
        metadata["hiddenByUser"] = true.into();
    }
    metadata
}

fn column_metadata(sheet: &Sheet, column: usize) -> Value {
    let mut metadata = json!({ "pixelSize": 100 });
    if sheet.hidden_columns.contains(&column) {
        metadata["hiddenByUser"] = true.into();
    }
    metadata
}

/// Blank cells at the end of a row are left out, others are `{}`; of a row without cells nothing is said (a guess).
fn row_data(cells: &[Cell], locale: &str) -> Value {
    if cells.is_empty() {
        json!({})
    } else {
        json!({ "values": cells.iter().map(|c| cell(c, locale)).collect::<Value>() })
    }
}

fn cell(cell: &Cell, locale: &str) -> Value {
    let effective = match cell.value() {
        Cell::Blank | Cell::Formula(..) => return json!({}),
        Cell::Text(text) => json!({ "stringValue": text }),
        Cell::Number(number, _) => json!({ "numberValue": number }),
        Cell::Bool(yes) => json!({ "boolValue": yes }),
        Cell::Error(error) => json!({ "errorValue": { "type": kind(error), "message": "" } }),
    };
    let entered = match cell {
        Cell::Formula(text, _) => json!({ "formulaValue": text }),
        _ => effective.clone(),
    };
    let mut answer = json!({
        "effectiveValue": effective,
        "userEnteredValue": entered,
        "formattedValue": show::text(cell, locale),
        // Of the rest of a format one field stands here; a mask that wants none of it leaves `{}`.
        "effectiveFormat": { "verticalAlignment": "BOTTOM" },
    });
    if let Some((kind, pattern)) = show::pattern(cell, locale) {
        answer["effectiveFormat"]["numberFormat"] = json!({ "type": kind, "pattern": pattern });
    }
    answer
}

/// The types of an `ErrorValue` (source: the reference of `ErrorType`).
fn kind(error: &str) -> &'static str {
    match error {
        "#NULL!" => "NULL_VALUE",
        "#DIV/0!" => "DIVIDE_BY_ZERO",
        "#VALUE!" => "VALUE",
        "#REF!" => "REF",
        "#NAME?" => "NAME",
        "#NUM!" => "NUM",
        "#N/A" => "N_A",
        _ => "ERROR",
    }
}
