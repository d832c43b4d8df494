//! `sqlite`: a table in a SQLite database, which any other program can read while we write.
//!
//! A database that we make is put into WAL mode; one that stands keeps the mode that its owner chose.
//!
//! | field | column | so that |
//! |---|---|---|
//! | text | `TEXT` | |
//! | date | `TEXT`, `2026-11-24` | it sorts, and SQLite's date functions take it |
//! | number | `NUMERIC` | it compares and sums as a number, and a whole number stays whole whatever its length up to 18 digits; `1234.50` is given back as `1234.5`, and of a fraction 15 digits are kept |
//! | yes/no | `BOOLEAN`, 1 or 0 | `WHERE may_call` works |

mod failure;
mod schema;
mod source;
#[cfg(test)]
mod source_tests;
#[cfg(test)]
mod tests;
mod whole;

use super::{DestinationKind, SourceKind};

pub(super) const SOURCE: SourceKind = SourceKind {
    name: "sqlite",
    about: "a `table` or a `query` of a SQLite database, which is only read",
    address: "path",
    extensions: &["db", "sqlite", "sqlite3"],
    schemes: &[],
    tabs: false,
    writes_back: false,
    link: None,
    tables: true,
    options: &[],
    sign_in: None,
    make: |place| Box::new(source::SqliteSource::new(place)),
};

pub(super) const DESTINATION: DestinationKind = DestinationKind {
    name: "sqlite",
    about: "a table in a SQLite database, written in one transaction",
    extensions: &["db", "sqlite", "sqlite3"],
    schemes: &[],
    is_file: false,
    tables: true,
    options: &[],
    make: |place| Ok(Box::new(whole::SqliteTable::new(place)?)),
};
