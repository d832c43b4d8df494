//! A copy of the ledger in one file, and back. Its refusals are in it, its key is not.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use tempfile::NamedTempFile;

use super::{KEY_MISSING, LOST, Ledger, UNWRITABLE, damaged, key, lock, make_folder, refusals, runs, schema};
use crate::{
    config::StateConfig,
    failure::reason,
    finding::{Code, Trouble},
    keys::{Keys, Use},
};

const NO_LEDGER: Code = Code::new("backup-nothing");
const EXISTS: Code = Code::new("backup-exists");
const UNREADABLE: Code = Code::new("backup-unreadable");
const OTHER_KEY: Code = Code::new("backup-other-key");
const CHAIN: Code = Code::new("backup-chain");
const KEY_FITS: Code = Code::new("recover-key-fits");

/// What a copy holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copied {
    /// Where it is.
    pub file: PathBuf,
    /// How many runs are recorded in it.
    pub runs: usize,
    /// How many refusals.
    pub refusals: usize,
    /// By what the key can be told that it belongs to; lines of the file of refusals say the same.
    pub key: String,
    /// Where the ledger went that was replaced.
    pub aside: Option<PathBuf>,
}

/// Copies the ledger of a config, as it is at this moment, into `file`, which only its owner may read. A run
/// that is at work is not waited for: what it has committed is in the copy.
pub fn backup(state: &StateConfig, folder: &Path, file: &Path, overwrite: bool) -> Result<Copied, Trouble> {
    let ledger = state.folder.join("ledger.db");
    if !ledger.exists() {
        return Err(Trouble::new(NO_LEDGER, ledger.display().to_string()));
    }
    if file.exists() && !overwrite {
        return Err(Trouble::new(EXISTS, file.display().to_string()));
    }
    let keys = key::load(state, folder)?.ok_or_else(|| no_key(state))?;
    let from = Connection::open_with_flags(&ledger, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(damaged)?;
    from.busy_timeout(Duration::from_secs(5)).map_err(damaged)?;
    let copy = copied(&from, file)?;
    // A run writes a refusal into the file first: what it has not yet taken over is taken over here.
    let mut ledger = looked_at(copy.path(), &keys, refusals_of(state))?;
    ledger.take_over_refusals()?;
    let copied = described(&ledger, file)?;
    drop(ledger);
    settle(copy, file, overwrite)?;
    Ok(copied)
}

/// Puts a copy in the place of the ledger, which is kept aside. No refusal is lost: those that the file of
/// refusals or the copy alone has are in both afterwards.
pub fn restore(state: &StateConfig, folder: &Path, file: &Path, stamp: &str) -> Result<(Ledger, Copied), Trouble> {
    make_folder(&state.folder).map_err(|e| unwritable(&state.folder, &e))?;
    let lock = lock(&state.folder)?;
    let keys = key::load(state, folder)?.ok_or_else(|| no_key(state))?;
    let ledger = state.folder.join("ledger.db");
    let copy = checked(file, &keys, &ledger)?;
    let aside = if ledger.exists() { Some(set_aside(state, &keys, stamp)?) } else { None };
    copy.persist(&ledger).map_err(|e| unwritable(&ledger, &e.error))?;
    let ledger = Ledger::open_locked(state, folder, lock)?;
    ledger.set_seal(None)?;
    let copied = described(&ledger, file)?;
    Ok((ledger, Copied { aside, ..copied }))
}

/// Gives up a key that is lost: the ledger and the refusals that were hashed with it are set aside, so that a
/// new key can be made. Says whether there was something to give up.
///
/// # Errors
/// When the key fits: then nothing is lost.
pub fn give_up_key(state: &StateConfig, folder: &Path, stamp: &str) -> Result<Vec<PathBuf>, Trouble> {
    match Ledger::open(state, folder) {
        Ok(_) => return Err(Trouble::new(KEY_FITS, key::file(state).display().to_string())),
        Err(trouble) if [KEY_MISSING, super::KEY_WRONG].contains(&trouble.code) => {}
        Err(trouble) => return Err(trouble),
    }
    let _lock = lock(&state.folder)?;
    let mut moved = Vec::new();
    let mut give_up = |from: PathBuf, to: PathBuf| match fs::rename(&from, &to) {
        Ok(()) => {
            moved.push(to);
            Ok(())
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(unwritable(&from, &e)),
    };
    for end in ["", "-wal", "-shm"] {
        let to = format!("ledger-lost-{stamp}.db{end}");
        give_up(state.folder.join(format!("ledger.db{end}")), state.folder.join(to))?;
    }
    let refusals = refusals_of(state);
    give_up(refusals.clone(), refusals.with_file_name(format!("{LOST}{stamp}.log")))?;
    if state.key.is_none() {
        give_up(key::file(state), state.folder.join(format!("key-lost-{stamp}")))?;
    }
    Ok(moved)
}

fn no_key(state: &StateConfig) -> Trouble {
    Trouble::new(KEY_MISSING, key::file(state).display().to_string())
}

fn refusals_of(state: &StateConfig) -> PathBuf {
    state.refusals.clone().unwrap_or_else(|| state.folder.join("refusals.log"))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::new(UNWRITABLE, format!("{}: {}", path.display(), reason(error)))
}

/// All of a database in a new file beside `to`, its owner's alone.
fn copied(from: &Connection, to: &Path) -> Result<NamedTempFile, Trouble> {
    let folder = to.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let copy = NamedTempFile::new_in(folder).map_err(|e| unwritable(folder, &e))?;
    from.execute("VACUUM INTO ?1", [copy.path().to_string_lossy()]).map_err(damaged)?;
    Ok(copy)
}

/// A ledger in a file that nobody else works in, without making the file of refusals.
fn looked_at(path: &Path, keys: &Keys, refusals: PathBuf) -> Result<Ledger, Trouble> {
    let db = Connection::open(path).map_err(damaged)?;
    let ledger = Ledger { db, keys: keys.clone(), refusals, born: None, _lock: None };
    let canary = keys.hasher(Use::Canary, "").full(&[b"sheetbridge"]);
    match ledger.meta("canary")? {
        Some(found) if found == canary => Ok(ledger),
        _ => Err(Trouble::new(OTHER_KEY, path.display().to_string())),
    }
}

fn described(ledger: &Ledger, file: &Path) -> Result<Copied, Trouble> {
    let (runs, refusals) = (ledger.records()?.len(), ledger.refusals()?.len());
    let key = refusals::mark(&ledger.keys);
    Ok(Copied { file: file.to_path_buf(), runs, refusals, key, aside: None })
}

fn settle(copy: NamedTempFile, file: &Path, overwrite: bool) -> Result<(), Trouble> {
    copy.as_file().sync_all().map_err(|e| unwritable(file, &e))?;
    let persisted = if overwrite { copy.persist(file) } else { copy.persist_noclobber(file) };
    persisted.map(|_| ()).map_err(|e| match e.error.kind() {
        std::io::ErrorKind::AlreadyExists => Trouble::new(EXISTS, file.display().to_string()),
        _ => unwritable(file, &e.error),
    })
}

/// A copy of a copy in the place where the ledger is to be, if it is whole, ours, and of this key.
fn checked(file: &Path, keys: &Keys, ledger: &Path) -> Result<NamedTempFile, Trouble> {
    let unreadable = |why: String| Trouble::new(UNREADABLE, format!("{}: {why}", file.display()));
    if !file.exists() {
        return Err(unreadable(reason(&std::io::ErrorKind::NotFound.into())));
    }
    let from = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let from = from.map_err(|e| unreadable(super::say(&e)))?;
    let whole: String =
        from.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(|e| unreadable(super::say(&e)))?;
    let is_ledger = from.query_row("SELECT count(*) FROM meta WHERE name = 'canary'", [], |row| row.get::<_, i64>(0));
    if whole != "ok" || is_ledger.optional().ok().flatten() != Some(1) {
        return Err(unreadable("no whole ledger".to_owned()));
    }
    let copy = copied(&from, ledger)?;
    let mut db = Connection::open(copy.path()).map_err(damaged)?;
    schema::migrate(&mut db)?;
    drop(db);
    let ledger = looked_at(copy.path(), keys, PathBuf::new())
        .map_err(|t| if t.code == OTHER_KEY { Trouble::new(OTHER_KEY, file.display().to_string()) } else { t })?;
    if let Some(place) = runs::verify(&ledger.records()?) {
        return Err(Trouble::new(CHAIN, format!("{}: {}", file.display(), place + 1)));
    }
    drop(ledger);
    copy.as_file().sync_all().map_err(|e| unwritable(file, &e))?;
    Ok(copy)
}

/// Keeps the ledger that is to be replaced, whatever its state, and takes away what belongs to it alone: a log
/// of changes would be applied to the file that comes in its place.
fn set_aside(state: &StateConfig, keys: &Keys, stamp: &str) -> Result<PathBuf, Trouble> {
    let ledger = state.folder.join("ledger.db");
    let aside = state.folder.join(format!("ledger-before-restore-{stamp}.db"));
    let whole = Connection::open(&ledger).map_err(damaged).and_then(|db| {
        db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE").map_err(damaged)?;
        drop(db);
        // What only this ledger knows of refusals goes into their file first.
        looked_at(&ledger, keys, refusals_of(state))?.replay_refusals()
    });
    let copy = |end: &str| {
        let (from, to) = (with_end(&ledger, end), with_end(&aside, end));
        match fs::copy(&from, &to).and_then(|_| fs::File::open(&to)?.sync_all()) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(unwritable(&to, &e)),
        }
    };
    copy("")?;
    if whole.is_err() {
        copy("-wal")?;
    }
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(with_end(&ledger, end));
    }
    Ok(aside)
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        day::Day,
        rights::{Cause, Remembered},
    };

    fn refusal(value: u8) -> Remembered {
        let purpose = "newsletter".to_owned();
        Remembered { value: [value; 16], name: None, purpose, since: Day(i32::from(value)), cause: Cause::List }
    }

    fn state(folder: &Path) -> StateConfig {
        StateConfig { folder: folder.join("state"), key: None, refusals: None }
    }

    /// A ledger with a refusal, at work.
    fn at_work(folder: &Path, value: u8) -> Ledger {
        let mut ledger = Ledger::open(&state(folder), folder).expect("a ledger");
        ledger.remember(&[refusal(value)]).expect("remembered");
        ledger
    }

    #[test]
    fn no_refusal_is_lost_by_a_restoration() {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, copy) = (state(folder.path()), folder.path().join("copy.db"));
        let ledger = at_work(folder.path(), 1);
        let copied = backup(&state, folder.path(), &copy, false).expect("copied while a run is at work");
        assert_eq!((copied.refusals, copied.runs), (1, 0));
        drop(ledger);
        drop(at_work(folder.path(), 2));
        // The file of refusals forgets the first, and the second is known nowhere else.
        let log = fs::read_to_string(state.folder.join("refusals.log")).expect("a file");
        let second = log.lines().last().expect("a line");
        fs::write(state.folder.join("refusals.log"), format!("{second}\n")).expect("written");
        let (ledger, restored) = restore(&state, folder.path(), &copy, "then").expect("restored");
        assert_eq!(ledger.refusals(), Ok(vec![refusal(1), refusal(2)]));
        assert_eq!(restored.refusals, 2);
        drop(ledger);
        let log = fs::read_to_string(state.folder.join("refusals.log")).expect("a file");
        assert_eq!(log.lines().count(), 2, "{log}");
        assert!(restored.aside.expect("kept").exists());
    }

    #[test]
    fn a_refusal_that_only_the_file_knows_is_in_the_copy() {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, copy) = (state(folder.path()), folder.path().join("copy.db"));
        let ledger = at_work(folder.path(), 1);
        ledger.db.execute("DELETE FROM refusals", []).expect("as if it died between file and ledger");
        assert_eq!(backup(&state, folder.path(), &copy, false).expect("copied").refusals, 1);
        assert_eq!(backup(&state, folder.path(), &copy, false).map_err(|t| t.code), Err(EXISTS));
        assert!(backup(&state, folder.path(), &copy, true).is_ok());
        assert_eq!(
            restore(&state, folder.path(), &copy, "then").map(|_| ()).map_err(|t| t.code),
            Err(super::super::LOCKED)
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&copy).expect("a file").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_copy_that_was_tampered_with_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (state, copy) = (state(folder.path()), folder.path().join("copy.db"));
        let mut ledger = at_work(folder.path(), 1);
        for run in 0..3 {
            let id = crate::change::RunId(uuid::Uuid::from_u128(run));
            ledger.record(id, &serde_json::json!({ "run": id.to_string() })).expect("recorded");
        }
        backup(&state, folder.path(), &copy, false).expect("copied");
        drop(ledger);
        let db = Connection::open(&copy).expect("a copy");
        db.execute("UPDATE runs SET record = '{}' WHERE seq = 2", []).expect("changed");
        drop(db);
        let refused = restore(&state, folder.path(), &copy, "then").map(|_| ());
        assert_eq!(refused.map_err(|t| t.code), Err(CHAIN));
        assert!(Ledger::open(&state, folder.path()).is_ok(), "the ledger is as it was");
    }

    #[test]
    fn a_lost_key_takes_nothing_with_it_unasked() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = state(folder.path());
        drop(at_work(folder.path(), 1));
        assert_eq!(give_up_key(&state, folder.path(), "then").map_err(|t| t.code), Err(KEY_FITS));
        fs::remove_file(state.folder.join("key")).expect("lost");
        assert_eq!(give_up_key(&state, folder.path(), "then").expect("given up").len(), 2);
        let ledger = Ledger::open(&state, folder.path()).expect("a new one");
        let known = ledger.known_refusals().expect("known");
        assert_eq!((known.values, known.unreadable.iter().map(|(_, n)| *n).sum::<usize>()), (0, 1));
    }
}
