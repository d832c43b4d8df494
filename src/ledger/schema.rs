//! The tables of the ledger, and how older ledgers become newer ones.

use rusqlite::Connection;

use super::damaged;
use crate::finding::{Code, Trouble};

const NEWER: Code = Code::new("state-newer");

/// One step per version. A step that was released is never changed.
const STEPS: [&str; 2] = [
    "
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE pins (
        source TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL, run TEXT NOT NULL,
        PRIMARY KEY (source, what)
    ) STRICT, WITHOUT ROWID;
    -- Per route, the state that stands and the one that a run intends; its bytes are in `parts`. `run` is
    -- the run that wrote last to the destination, `digest` what a file then held.
    CREATE TABLE states (
        id INTEGER PRIMARY KEY, route TEXT NOT NULL, settled INTEGER NOT NULL, run TEXT NOT NULL, plan BLOB NOT NULL,
        digest BLOB,
        UNIQUE (route, settled)
    ) STRICT;
    CREATE TABLE parts (
        state INTEGER NOT NULL REFERENCES states ON DELETE CASCADE, part INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (state, part)
    ) STRICT;
    -- Who said yes, by hashed handle: records of 24 bytes.
    CREATE TABLE consents (
        source TEXT NOT NULL, purpose TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (source, purpose)
    ) STRICT;
    CREATE TABLE refusals (
        value BLOB NOT NULL, name BLOB NOT NULL, purpose TEXT NOT NULL, since INTEGER NOT NULL, cause TEXT NOT NULL,
        PRIMARY KEY (value, name, purpose)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE runs (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, record TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
",
    "
    -- What people decided, question by question; `pairs` is JSON. One that was taken back is asked again.
    CREATE TABLE answers (
        route TEXT NOT NULL, question INTEGER NOT NULL, kind TEXT NOT NULL, choice TEXT NOT NULL, at TEXT NOT NULL,
        who TEXT NOT NULL, pairs TEXT NOT NULL, stands INTEGER NOT NULL,
        PRIMARY KEY (route, question)
    ) STRICT, WITHOUT ROWID;
",
];

/// The version of a ledger, which is none from a later program.
pub(super) fn known(db: &Connection) -> Result<usize, Trouble> {
    let version: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(damaged)?;
    let version = version as usize;
    if version > STEPS.len() { Err(Trouble::new(NEWER, version.to_string())) } else { Ok(version) }
}

/// Brings a ledger to the newest version; one from a later program is not touched.
pub(super) fn migrate(db: &mut Connection) -> Result<(), Trouble> {
    let version = known(db)?;
    for (i, step) in STEPS.iter().enumerate().skip(version) {
        let transaction = db.transaction().map_err(damaged)?;
        transaction.execute_batch(step).map_err(damaged)?;
        transaction.pragma_update(None, "user_version", i as u32 + 1).map_err(damaged)?;
        transaction.commit().map_err(damaged)?;
    }
    Ok(())
}
