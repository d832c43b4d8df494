//! What PostgreSQL's errors mean to a caller, and which of its words may be repeated: never the detail
//! and the context, which quote rows.

use std::{error::Error as _, io};

use tokio_postgres::{
    Error,
    error::{DbError, Severity, SqlState},
};

use super::copy;
use crate::{change::Layout, failure::Failure};

/// No connection came about.
pub(super) fn of_connecting(error: &Error, hosts: &str) -> Failure {
    let Some(source) = error.source() else { return Failure::transient(format!("{hosts}: {error}")) };
    if let Some(db) = error.as_db_error() {
        return of_db(db, message(db));
    }
    let Some(io) = source.downcast_ref::<io::Error>() else {
        // The driver's own texts, such as `server does not support TLS` and `password missing`.
        return Failure::with_help(
            format!("{hosts}: {source}"),
            "let `password` point at the password; say `sslmode=disable` in the address where the way to the \
             server is safe without TLS",
        );
    };
    match io.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) {
        Some(tls) => Failure::with_help(
            format!("{hosts}: {tls}"),
            "let `ca` name the file of the authority that signed the server's certificate, and the address \
             name the host as that certificate does",
        ),
        None if io.kind() == io::ErrorKind::PermissionDenied => Failure::permanent(format!("{hosts}: {}", io.kind())),
        None => Failure::transient(format!("{hosts}: {}", io.kind())),
    }
}

/// Something failed while no value was in play: the server's own words hold names alone.
pub(super) fn of(error: &Error) -> Failure {
    match error.as_db_error() {
        Some(db) => of_db(db, message(db)),
        None => broken(error),
    }
}

/// Something failed while rows were read. What a function of a query says may quote a value.
pub(super) fn of_reading(error: &Error) -> Failure {
    match error.as_db_error() {
        Some(db) => {
            let what = match *db.code() {
                SqlState::INSUFFICIENT_PRIVILEGE => "permission denied",
                SqlState::QUERY_CANCELED => "the rows took too long",
                SqlState::LOCK_NOT_AVAILABLE => "another program keeps the table locked",
                _ => "the server could not compute the rows",
            };
            of_db(db, format!("{what} ({})", db.code().code()))
        }
        None => broken(error),
    }
}

/// Something failed while rows were written.
pub(super) fn of_rows(error: &Error, layout: &Layout) -> Failure {
    match error.as_db_error() {
        Some(db) => of_db(db, without_values(db, layout)),
        None => broken(error),
    }
}

/// The commit failed. Only an error that left the connection standing says for sure that nothing stands.
pub(super) fn of_commit(error: &Error, layout: &Layout) -> Failure {
    match error.as_db_error() {
        Some(db) if db.parsed_severity() == Some(Severity::Error) => of_db(db, without_values(db, layout)),
        Some(db) => Failure::unknown(format!("the connection ended at the commit ({})", db.code().code())),
        None => Failure::unknown("the connection broke at the commit"),
    }
}

/// Without a word of the server the transaction is gone with the connection.
fn broken(error: &Error) -> Failure {
    let io = error.source().and_then(|e| e.downcast_ref::<io::Error>());
    Failure::transient(
        io.map_or_else(|| "the connection broke".to_owned(), |e| format!("the connection broke: {}", e.kind())),
    )
}

/// Starts of the codes that may be gone at the next try: the connection, the transaction's luck, resources,
/// a cancellation, a shutdown, a lock, an object in use, a transaction idle too long
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const PASSING: [&str; 8] = ["08", "40", "53", "57014", "57P0", "55P03", "55006", "25P03"];

fn of_db(db: &DbError, said: String) -> Failure {
    let code = db.code().code();
    // Two runs made the table of runs, or a schema, at once.
    let raced = db.schema() == Some("pg_catalog") || *db.code() == SqlState::DUPLICATE_SCHEMA;
    let passes = raced || PASSING.iter().any(|start| code.starts_with(start));
    if passes { Failure::transient(said) } else { Failure::permanent(said) }
}

fn message(db: &DbError) -> String {
    format!("{} ({})", db.message(), db.code().code())
}

/// The parts of the server that report a broken constraint, and in it no values but in the detail. A
/// function of the database can raise the same error with any text in any place.
const CHECKERS: [&str; 4] = ["execMain.c", "execIndexing.c", "nbtinsert.c", "ri_triggers.c"];

fn without_values(db: &DbError, layout: &Layout) -> String {
    let what = match *db.code() {
        SqlState::STRING_DATA_RIGHT_TRUNCATION => "a text is longer than its column allows",
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE => "a number is larger than its column allows",
        SqlState::UNTRANSLATABLE_CHARACTER | SqlState::CHARACTER_NOT_IN_REPERTOIRE => {
            "a text holds a character that the encoding of the database lacks"
        }
        SqlState::NOT_NULL_VIOLATION => "a column may not be blank",
        SqlState::UNIQUE_VIOLATION => "a value may stand once only",
        SqlState::CHECK_VIOLATION => "a row breaks a rule of the table",
        SqlState::FOREIGN_KEY_VIOLATION => "a row is tied to another one",
        SqlState::INSUFFICIENT_PRIVILEGE => "permission denied",
        _ => "the server refused the rows",
    };
    let checked = db.file().is_some_and(|file| CHECKERS.contains(&file));
    let name = match copy::column_of(db.where_().unwrap_or_default(), layout) {
        Some(column) => Some(column),
        None if checked => db.constraint().or(db.column()),
        None => None,
    };
    let named = name.map(|n| format!(": `{n}`")).unwrap_or_default();
    format!("{what}{named} ({})", db.code().code())
}
