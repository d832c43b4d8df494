//! Our table as it stands in the database, and how it comes to be what the layout says.

use std::iter;

use rusqlite::{Connection, Error, OptionalExtension as _};

use super::{
    super::table::{Dialect, META_TABLE, Ours, StandingColumn, listed, not_ours, quoted},
    failure,
};
use crate::{
    change::{ID_COLUMN, Layout, LayoutColumn, RunId},
    check::kind::Column,
    failure::Failure,
};

pub(super) const DIALECT: Dialect = Dialect {
    name_bytes_max: 1_000, // SQLite has no limit of its own; a paragraph is no name
    same_name: str::eq_ignore_ascii_case,
    type_name,
    takes,
};

fn type_name(kind: Column) -> &'static str {
    match kind {
        Column::Text | Column::Date => "TEXT",
        Column::Number => "NUMERIC",
        Column::Bool => "BOOLEAN",
    }
}

/// By SQLite's rules of affinity (<https://www.sqlite.org/datatype3.html#determination_of_column_affinity>).
fn takes(type_name: &str, kind: Column) -> bool {
    let name = type_name.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let whole = has(&["INT"]);
    let text = !whole && has(&["CHAR", "CLOB", "TEXT"]);
    let anything = !whole && !text && (name.is_empty() || has(&["BLOB"]));
    match kind {
        Column::Text => text || anything,
        Column::Date => text || anything || name.starts_with("DATE"),
        Column::Number => text || anything || whole || has(&["REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"]),
        Column::Bool => anything || whole || has(&["BOOL"]),
    }
}

/// Our table, or nothing where none stands.
///
/// # Errors
/// When what stands under the name isn't ours.
pub(super) fn ours(connection: &Connection, table: &str) -> Result<Option<Ours>, Failure> {
    match standing(connection, table).map_err(|e| failure::of(&e))? {
        Standing::Nothing => Ok(None),
        Standing::Others => Err(not_ours(table)),
        Standing::Ours(ours) => Ok(Some(ours)),
    }
}

enum Standing {
    Nothing,
    Others,
    Ours(Ours),
}

fn standing(connection: &Connection, table: &str) -> Result<Standing, Error> {
    let sql = "SELECT type = 'table' FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')";
    let Some(is_table) = connection.query_row(sql, [table], |row| row.get(0)).optional()? else {
        return Ok(Standing::Nothing);
    };
    let columns = columns(connection, table)?;
    let has_ids = columns.iter().any(|c| c.name.eq_ignore_ascii_case(ID_COLUMN));
    let line = if is_table && has_ids { line(connection, table)? } else { None };
    Ok(line.map_or(Standing::Others, |run| Standing::Ours(Ours { run: run.parse().ok(), columns })))
}

fn columns(connection: &Connection, table: &str) -> Result<Vec<StandingColumn>, Error> {
    // `hidden` is 2 or 3 for a generated column.
    let sql = r#"SELECT name, type, "notnull" AND dflt_value IS NULL, hidden > 1 FROM pragma_table_xinfo(?1)"#;
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([table], |row| {
        Ok(StandingColumn { name: row.get(0)?, type_name: row.get(1)?, required: row.get(2)?, computed: row.get(3)? })
    })?;
    rows.collect()
}

/// The run in the table's line, if it has one.
fn line(connection: &Connection, table: &str) -> Result<Option<String>, Error> {
    if !connection.table_exists(None, META_TABLE)? {
        return Ok(None);
    }
    let sql = format!("SELECT run FROM {META_TABLE} WHERE table_name = ?1");
    connection.query_row(&sql, [table], |row| row.get(0)).optional()
}

/// Makes the table, or the columns that it lacks.
pub(super) fn extend(connection: &Connection, table: &str, layout: &Layout) -> Result<(), Failure> {
    let name = quoted(table);
    let defined = |c: &LayoutColumn| format!("{} {}", quoted(&c.name), type_name(c.kind));
    let statements = match ours(connection, table)? {
        None => {
            let id = format!("{ID_COLUMN} TEXT NOT NULL PRIMARY KEY");
            let columns = listed(iter::once(id).chain(layout.columns.iter().map(defined)));
            vec![format!("CREATE TABLE {name} ({columns})")]
        }
        Some(ours) => {
            let lacking = DIALECT.lacking(table, &ours, layout)?;
            lacking.into_iter().map(|c| format!("ALTER TABLE {name} ADD COLUMN {}", defined(c))).collect()
        }
    };
    connection.execute_batch(&statements.join(";")).map_err(|e| failure::of(&e))
}

/// Notes in the table's line that `run` wrote it.
pub(super) fn note(connection: &Connection, table: &str, route: &str, run: RunId) -> Result<(), Error> {
    connection.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {META_TABLE} (table_name TEXT COLLATE NOCASE NOT NULL PRIMARY KEY, \
         route TEXT NOT NULL, run TEXT NOT NULL, written_at TEXT NOT NULL)"
    ))?;
    let sql = format!(
        "INSERT INTO {META_TABLE} VALUES (?1, ?2, ?3, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) \
         ON CONFLICT (table_name) DO UPDATE SET \
         route = excluded.route, run = excluded.run, written_at = excluded.written_at"
    );
    connection.execute(&sql, [table, route, &run.to_string()]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_what_comes_back_unchanged() {
        let kinds = [Column::Text, Column::Date, Column::Number, Column::Bool];
        for (type_name, expected) in [
            ("TEXT", [true, true, true, false]),
            ("varchar(50)", [true, true, true, false]),
            ("NUMERIC", [false, false, true, false]),
            ("decimal(10, 2)", [false, false, true, false]),
            ("REAL", [false, false, true, false]),
            ("INTEGER", [false, false, true, true]),
            ("BOOLEAN", [false, false, false, true]),
            ("DATE", [false, true, false, false]),
            ("CHARINT", [false, false, true, true]),
            ("", [true; 4]),
        ] {
            assert_eq!(kinds.map(|kind| takes(type_name, kind)), expected, "{type_name}");
        }
        for kind in kinds {
            assert!(takes(super::type_name(kind), kind), "{kind:?}");
        }
    }
}
