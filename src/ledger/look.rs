//! The runs of a ledger that stands, read without its key, its lock or a write: also while a run is at work, from
//! a copy, or from a place where nothing may be written.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use rusqlite::{Connection, OpenFlags};

use super::{DAMAGED, damaged, runs, say, schema};
use crate::{
    config::StateConfig,
    finding::{Code, Trouble},
};

const NONE: Code = Code::new("state-none");

/// How often the ledger is read again when a run began or ended in between.
const TRIES: usize = 5;

/// Reads all records of runs, oldest first, each with its hash. Neither the ledger nor what a killed run left beside it
/// is changed, and nothing is made.
pub fn look(state: &StateConfig) -> Result<Vec<(String, [u8; 32])>, Trouble> {
    let file = state.folder.join("ledger.db");
    if !file.exists() {
        return Err(Trouble::new(NONE, state.folder.display().to_string()));
    }
    let mut last = Err(Trouble::new(DAMAGED, file.display().to_string()));
    for _ in 0..TRIES {
        let before = Sight::of(&file);
        last = read(&file, before.is_written);
        if last.is_ok() && (before.is_written || Sight::of(&file) == before) {
            break;
        }
    }
    last
}

/// What tells whether somebody writes to a ledger.
#[derive(PartialEq)]
struct Sight {
    is_written: bool,
    changed: Option<SystemTime>,
    len: Option<u64>,
}

impl Sight {
    fn of(file: &Path) -> Self {
        let file_now = fs::metadata(file).ok();
        Self {
            is_written: log_of(file).exists(),
            changed: file_now.as_ref().and_then(|m| m.modified().ok()),
            len: file_now.map(|m| m.len()),
        }
    }
}

/// Where `SQLite` keeps what is not in the ledger yet; gone when nobody has it open.
fn log_of(file: &Path) -> PathBuf {
    file.with_file_name("ledger.db-wal")
}

/// A ledger that nobody has open is read as a file that won't change: otherwise `SQLite` would make files beside it.
fn read(file: &Path, is_written: bool) -> Result<Vec<(String, [u8; 32])>, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db =
        Connection::open_with_flags(address(file, !is_written), flags).map_err(|e| Trouble::new(DAMAGED, say(&e)))?;
    db.busy_timeout(std::time::Duration::from_secs(5)).map_err(damaged)?;
    schema::known(&db)?;
    runs::all(&db)
}

/// A file as `SQLite`'s URI, in which `?`, `#` and `%` mean something.
fn address(file: &Path, is_still: bool) -> PathBuf {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let mut path = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    if cfg!(windows) {
        path = format!("/{}", path.replace('\\', "/"));
    }
    PathBuf::from(format!("file:{path}{}", if is_still { "?immutable=1" } else { "" }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{change::RunId, ledger::Ledger};

    fn state(folder: &Path) -> StateConfig {
        StateConfig { folder: folder.to_path_buf(), key: None, refusals: None }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_ledger_is_read_while_it_is_written_and_after() {
        let desk = tempfile::tempdir().expect("a folder");
        let folder = desk.path().join("Состояние 100% #1?");
        assert_eq!(look(&state(&folder)).map_err(|t| t.code), Err(NONE));
        assert!(!folder.exists(), "nothing is made");
        let mut ledger = Ledger::open(&state(&folder), desk.path()).expect("a ledger");
        ledger.record(RunId(uuid::Uuid::from_u128(1)), &json!({ "run": "1" })).expect("recorded");
        assert_eq!(look(&state(&folder)).expect("readable").len(), 1, "it is locked, and what is new not in the file");
        drop(ledger);
        let before = names(&folder);
        assert_eq!(look(&state(&folder)).expect("readable")[0].0, r#"{"run":"1"}"#);
        assert_eq!(names(&folder), before, "nothing is made");
        fs::remove_file(folder.join("key")).expect("removed");
        assert_eq!(look(&state(&folder)).expect("readable").len(), 1, "the key isn't needed");
    }

    #[test]
    fn what_a_killed_run_left_behind_is_read_and_left() {
        let desk = tempfile::tempdir().expect("a folder");
        let (living, dead) = (desk.path().join("living"), desk.path().join("dead"));
        fs::create_dir(&dead).expect("a folder");
        let mut ledger = Ledger::open(&state(&living), desk.path()).expect("a ledger");
        ledger.record(RunId(uuid::Uuid::from_u128(1)), &json!({ "run": "1" })).expect("recorded");
        for name in names(&living).iter().filter(|n| n.starts_with("ledger.db")) {
            fs::copy(living.join(name), dead.join(name)).expect("copied");
        }
        let bytes = |name: &str| fs::read(dead.join(name)).expect("readable");
        let before = (names(&dead), bytes("ledger.db"), bytes("ledger.db-wal"));
        assert_eq!(look(&state(&dead)).expect("readable").len(), 1, "what is not in the file yet counts");
        assert_eq!((names(&dead), bytes("ledger.db"), bytes("ledger.db-wal")), before, "nothing is tidied up");
    }

    #[test]
    fn what_is_no_ledger_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("ledger.db"), "no ledger at all, but a file of some length").expect("written");
        assert_eq!(look(&state(folder.path())).map_err(|t| t.code), Err(DAMAGED));
    }
}
