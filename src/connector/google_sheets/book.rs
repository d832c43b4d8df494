//! What a spreadsheet says of itself: its tabs, their sizes, what is merged or hidden, and its first rows.

use google_sheets4::api::{self, Spreadsheet};

use super::{said::BROKEN_ANSWER, tabs::Candidate};
use crate::port::Unread;

/// What is asked of a spreadsheet as a whole.
pub(super) const OUTLINE: &str = "properties(title,locale),sheets(properties(sheetId,title,index,sheetType,hidden,\
                                  gridProperties(rowCount,columnCount)),merges,basicFilter(range))";

/// The same with the texts of the rows that are asked for.
pub(super) const WITH_ROWS: &str = "properties(title,locale),sheets(properties(sheetId,title,index,sheetType,hidden,\
                                    gridProperties(rowCount,columnCount)),merges,basicFilter(range),\
                                    data(startRow,rowData(values(formattedValue)),columnMetadata(hiddenByUser)))";

/// A spreadsheet.
#[derive(Clone, Default)]
pub(super) struct Book {
    pub(super) title: String,
    pub(super) locale: Option<String>,
    /// Its tabs that hold cells, in their order.
    pub(super) sheets: Vec<Sheet>,
}

/// A tab.
#[derive(Clone, Default)]
pub(super) struct Sheet {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) hidden: bool,
    /// How many rows and columns its grid has.
    pub(super) rows: u32,
    pub(super) columns: u16,
    pub(super) merged: Vec<Area>,
    /// Whether a filter is on, which hides rows from people's eyes.
    pub(super) filtered: bool,
    /// The texts of its first rows, if they were asked for.
    pub(super) head: Option<Vec<Vec<String>>>,
    /// Columns that people don't see.
    pub(super) hidden_columns: Vec<u16>,
}

/// Merged cells: rows counted from 1 and columns from 0, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Area {
    pub(super) rows: (u32, u32),
    pub(super) columns: (u16, u16),
}

impl Book {
    /// Reads an answer. Tabs that hold no cells, such as charts, are left out. A spreadsheet always has a tab: an
    /// answer without any is none.
    pub(super) fn read(answer: Spreadsheet) -> Result<Self, Unread> {
        let properties = answer.properties.unwrap_or_default();
        let sheets = answer.sheets.filter(|sheets| !sheets.is_empty());
        let sheets = sheets.ok_or_else(|| Unread::new(BROKEN_ANSWER, "no sheets in a spreadsheet"))?;
        let mut sheets: Vec<(i32, Sheet)> = sheets.into_iter().filter_map(sheet).collect();
        sheets.sort_by_key(|(index, _)| *index);
        Ok(Self {
            title: properties.title.unwrap_or_default(),
            locale: properties.locale,
            sheets: sheets.into_iter().map(|(_, sheet)| sheet).collect(),
        })
    }

    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let candidate = |s: &Sheet| Candidate { id: s.id.clone(), title: s.title.clone(), hidden: s.hidden };
        self.sheets.iter().map(candidate).collect()
    }
}

fn sheet(answer: api::Sheet) -> Option<(i32, Sheet)> {
    let properties = answer.properties?;
    let grid = properties.grid_properties?;
    let data = answer.data.and_then(|mut data| (!data.is_empty()).then(|| data.remove(0)));
    let columns = data.as_ref().and_then(|d| d.column_metadata.as_ref());
    let hidden = columns.into_iter().flatten().enumerate().filter(|(_, c)| c.hidden_by_user == Some(true));
    let sheet = Sheet {
        // Zero is the id of the first tab, and the default of the field.
        id: properties.sheet_id.unwrap_or_default().to_string(),
        title: properties.title?,
        hidden: properties.hidden.unwrap_or_default(),
        rows: whole(grid.row_count),
        columns: whole(grid.column_count).min(u32::from(u16::MAX)) as u16,
        merged: answer.merges.into_iter().flatten().filter_map(|range| area(&range)).collect(),
        filtered: answer.basic_filter.is_some(),
        hidden_columns: hidden.map(|(i, _)| i as u16).collect(),
        head: data.map(head),
    };
    Some((properties.index.unwrap_or_default(), sheet))
}

/// Counts are never negative.
fn whole(number: Option<i32>) -> u32 {
    number.and_then(|n| u32::try_from(n).ok()).unwrap_or_default()
}

fn head(data: api::GridData) -> Vec<Vec<String>> {
    let text = |cell: api::CellData| cell.formatted_value.unwrap_or_default();
    let row = |row: api::RowData| row.values.into_iter().flatten().map(text).collect();
    // Rows are asked for from the first on.
    let before = std::iter::repeat_n(Vec::new(), whole(data.start_row) as usize);
    before.chain(data.row_data.into_iter().flatten().map(row)).collect()
}

/// A range with its ends, of which the API counts from 0 and leaves out the last; a missing one has no bound.
fn area(range: &api::GridRange) -> Option<Area> {
    let start = |n: Option<i32>| whole(n);
    let end = |n: Option<i32>, max: u32| n.map_or(max, |n| u32::try_from(n).unwrap_or_default());
    let last_row = end(range.end_row_index, u32::MAX);
    let last_column = end(range.end_column_index, u32::from(u16::MAX)).checked_sub(1)?;
    Some(Area {
        rows: (start(range.start_row_index) + 1, last_row),
        columns: (start(range.start_column_index) as u16, last_column as u16),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outline_is_read() {
        let answer = json!({
            "properties": { "title": "Clients 2026", "locale": "ru_RU" },
            "sheets": [
                { "properties": { "sheetId": 7, "title": "Chart", "index": 2, "sheetType": "OBJECT" } },
                { "properties": { "sheetId": 5, "title": "Old", "index": 1, "sheetType": "GRID", "hidden": true,
                    "gridProperties": { "rowCount": 10, "columnCount": 3 } }, "basicFilter": { "range": {} } },
                { "properties": { "sheetId": 0, "title": "Clients", "index": 0, "sheetType": "GRID",
                    "gridProperties": { "rowCount": 1000, "columnCount": 26 } },
                  "merges": [{ "startRowIndex": 2, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 2 }],
                  "data": [{ "rowData": [{ "values": [{ "formattedValue": "Имя" }, {}, { "formattedValue": "Тел" }] }, {}],
                    "columnMetadata": [{}, { "hiddenByUser": true }] }] },
            ],
        });
        let read = |answer| Book::read(serde_json::from_value(answer).expect("a spreadsheet"));
        assert!(read(json!({})).is_err() && read(json!({ "sheets": [] })).is_err(), "no answer is an empty one");
        let book = read(answer).expect("a spreadsheet");
        assert_eq!((book.title.as_str(), book.locale.as_deref()), ("Clients 2026", Some("ru_RU")));
        let [clients, old] = book.sheets.as_slice() else { panic!("two tabs hold cells") };
        assert_eq!((clients.id.as_str(), clients.rows, clients.columns), ("0", 1000, 26));
        assert_eq!(clients.head, Some(vec![["Имя", "", "Тел"].map(str::to_owned).to_vec(), Vec::new()]));
        assert_eq!(clients.merged, [Area { rows: (3, 4), columns: (0, 1) }]);
        assert_eq!(clients.hidden_columns, [1]);
        assert!(old.hidden && old.filtered && old.head.is_none() && !clients.filtered);
    }
}
