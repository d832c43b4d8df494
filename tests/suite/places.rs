//! What stands at real destinations, read by other programs' means.

use std::{collections::BTreeMap, fs, path::Path};

use calamine::Reader as _;
use sheetbridge::{change::ClientId, day::Day};

/// A card: its filled columns.
pub(crate) type Card = BTreeMap<String, String>;

/// A folder that goes with the test. In memory where the system has that: these tests write ten thousand
/// times, and lose nothing by a power cut.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder")
}

/// Copies what is in a folder into another.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").map(|e| e.expect("an entry")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { _ = fs::copy(from, to).expect("copied") }
    }
}

/// The rows of a destination by the extension of its file; none where there is no file.
pub(crate) fn rows(path: &Path, table: &str) -> Vec<Card> {
    if !path.exists() {
        return Vec::new();
    }
    match path.extension().and_then(|e| e.to_str()) {
        Some("db") => of_database(path, table),
        Some("csv") => of_csv(path),
        Some("xlsx") => of_workbook(path),
        other => panic!("{other:?}"),
    }
}

fn of_database(path: &Path, table: &str) -> Vec<Card> {
    let db = rusqlite::Connection::open(path).expect("a database");
    if !db.table_exists(None, table).expect("a schema") {
        return Vec::new();
    }
    let mut select = db.prepare(&format!("SELECT * FROM \"{table}\"")).expect("a table");
    let names: Vec<String> = select.column_names().map(str::to_owned).collect();
    // What is declared to be yes or no is 1 or 0 there.
    let mut types = db.prepare("SELECT type = 'BOOLEAN' FROM pragma_table_info(?1)").expect("a statement");
    let is_bool: Vec<bool> = types.query_map([table], |row| row.get(0)).expect("types").flatten().collect();
    let text = |value: rusqlite::types::Value, is_bool: bool| match value {
        rusqlite::types::Value::Null => None,
        rusqlite::types::Value::Integer(n) if is_bool => Some((n == 1).to_string()),
        rusqlite::types::Value::Integer(n) => Some(n.to_string()),
        rusqlite::types::Value::Real(n) => Some(n.to_string()),
        rusqlite::types::Value::Text(text) => Some(text),
        rusqlite::types::Value::Blob(_) => panic!("a blob"),
    };
    let cards = select.query_map([], |row| {
        let cells = names.iter().enumerate().map(|(i, name)| Ok((name.clone(), text(row.get(i)?, is_bool[i]))));
        cells.filter_map(|cell| cell.map(|(n, v)| Some((n, v?))).transpose()).collect::<rusqlite::Result<Card>>()
    });
    cards.expect("rows").collect::<Result<_, _>>().expect("rows")
}

fn of_csv(path: &Path) -> Vec<Card> {
    let text = fs::read_to_string(path).expect("text");
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().expect("a header").clone();
    let card = |row: csv::StringRecord| filled(header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)));
    reader.records().map(|row| card(row.expect("a row"))).collect()
}

fn of_workbook(path: &Path) -> Vec<Card> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(path).expect("a workbook");
    let range = book.worksheet_range_at(0).expect("a sheet").expect("a range");
    let text = |cell: &calamine::Data| match cell {
        calamine::Data::Bool(b) => b.to_string(),
        // Days since the end of 1899, as Excel counts them.
        calamine::Data::DateTime(at) => Day(at.as_f64() as i32 - 25_569).to_string(),
        other => other.to_string(),
    };
    let mut rows = range.rows().map(|row| row.iter().map(text).collect::<Vec<_>>());
    let header = rows.next().unwrap_or_default();
    rows.map(|row| filled(header.iter().cloned().zip(row))).collect()
}

fn filled(cells: impl Iterator<Item = (String, String)>) -> Card {
    cells.filter(|(_, value)| !value.is_empty()).collect()
}

/// Deletes cards as another program would.
pub(crate) fn delete(path: &Path, table: &str, ids: &[ClientId]) {
    let is_gone = |line: &str| ids.iter().any(|id| line.contains(&id.to_string()));
    match path.extension().and_then(|e| e.to_str()) {
        Some("db") if path.exists() => {
            let db = rusqlite::Connection::open(path).expect("a database");
            let delete = format!("DELETE FROM \"{table}\" WHERE sheetbridge_id = ?1");
            ids.iter().for_each(|id| _ = db.execute(&delete, [id.to_string()]).expect("deleted"));
        }
        Some("csv") if path.exists() => {
            let text = fs::read_to_string(path).expect("text");
            let kept: String = text.split_inclusive('\n').filter(|line| !is_gone(line)).collect();
            fs::write(path, kept).expect("written");
        }
        _ => {}
    }
}

/// Types into every card of a CSV file.
pub(crate) fn edit(path: &Path, _table: &str) {
    if path.extension().is_some_and(|e| e == "csv") && path.exists() {
        let text = fs::read_to_string(path).expect("text");
        fs::write(path, text.replace("example.com", "typed.example.com")).expect("written");
    }
}
