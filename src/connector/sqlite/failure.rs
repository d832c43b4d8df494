//! What SQLite's errors mean to a caller, and which of its words may be repeated.

use rusqlite::{Error, ErrorCode, ffi};

use crate::failure::Failure;

/// Something failed while no value was in play: SQLite's own words hold names alone.
pub(super) fn of(error: &Error) -> Failure {
    classified(error, said(error))
}

/// The words of SQLite.
pub(super) fn said(error: &Error) -> String {
    match error {
        Error::SqliteFailure(code, None) => ffi::code_to_str(code.extended_code).to_owned(),
        other => other.to_string(),
    }
}

/// Something failed while rows were read. What a function of a query says may quote a value.
pub(super) fn of_reading(error: &Error) -> Failure {
    let said = match error {
        Error::SqliteFailure(code, _) => {
            format!("{} (SQLite {})", ffi::code_to_str(code.extended_code), code.extended_code)
        }
        _ => "the database could not compute the rows".to_owned(),
    };
    classified(error, said)
}

/// Something failed while rows were written.
pub(super) fn of_rows(error: &Error) -> Failure {
    classified(error, without_values(error))
}

/// The commit failed. After an error of the disk, the journal alone knows what stands.
pub(super) fn of_commit(error: &Error) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::SystemIoFailure) => Failure::unknown(format!("the commit failed: {}", without_values(error))),
        _ => of_rows(error),
    }
}

/// A trigger and the functions that it calls can say anything; a constraint says the names of tables and
/// columns, or its own text.
fn without_values(error: &Error) -> String {
    let Error::SqliteFailure(code, message) = error else {
        return "the database refused the rows".to_owned();
    };
    match (code.extended_code, message) {
        (
            ffi::SQLITE_CONSTRAINT_CHECK
            | ffi::SQLITE_CONSTRAINT_FOREIGNKEY
            | ffi::SQLITE_CONSTRAINT_NOTNULL
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_UNIQUE,
            Some(message),
        ) => message.clone(),
        (other, _) => format!("{} (SQLite {other})", ffi::code_to_str(other)),
    }
}

/// An error always undoes the transaction, so that whatever may pass by itself is worth a repetition.
fn classified(error: &Error, said: String) -> Failure {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Failure::transient("another program is writing into the database")
        }
        Some(
            ErrorCode::DiskFull
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted
            | ErrorCode::OutOfMemory
            | ErrorCode::SchemaChanged
            | ErrorCode::SystemIoFailure,
        ) => Failure::transient(said),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            Failure::with_help(said, "let the user that runs sheetbridge write the database file and its folder")
        }
        Some(ErrorCode::NotADatabase) => Failure::with_help(
            "the file is not a SQLite database, or it is encrypted",
            "name another `path`, or move that file away",
        ),
        _ => Failure::permanent(said),
    }
}
