//! The ledger: what we own between runs. A `SQLite` file beside a key, mode 0600, with no readable value
//! inside, and a file of refusals that only grows.

mod backup;
mod confirm;
mod consents;
mod decisions;
mod key;
mod look;
mod owed;
mod packed;
mod refusals;
mod routes;
mod runs;
mod schema;

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension as _, params};

pub use backup::{Copied, backup, give_up_key, restore};
use confirm::LOST;
pub use confirm::{KnownRefusals, Unconfirmed};
pub use decisions::Answer;
pub use look::look;
pub use owed::Owed;
pub use runs::verify as verify_chain;

use crate::{
    config::StateConfig,
    day::Day,
    failure::reason,
    finding::{Code, Trouble},
    keys::{Keys, Use},
    sheet::SeenTab,
};

const LOCKED: Code = Code::new("state-locked");
const KEY_MISSING: Code = Code::new("state-key-missing");
const KEY_WRONG: Code = Code::new("state-key-wrong");
const UNWRITABLE: Code = Code::new("state-unwritable");
const DAMAGED: Code = Code::new("state-damaged");

/// Where the questions about refusals are kept: key and day, 12 bytes each. (`questions`, of an early version, had no
/// days.)
const QUESTIONS: &str = "questions since";

/// An open ledger, locked for this run.
pub struct Ledger {
    db: Connection,
    keys: Keys,
    refusals: PathBuf,
    born: Option<Born>,
    _lock: Option<Lock>,
}

/// What the first run made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Born {
    /// The folder of the ledger.
    pub folder: PathBuf,
    /// The file of the key, unless it came from elsewhere.
    pub key: Option<PathBuf>,
    /// The file of refusals.
    pub refusals: PathBuf,
}

impl Ledger {
    /// Opens the ledger of a config, whose paths are relative to `folder`, and makes one with its key
    /// when there is neither.
    pub fn open(state: &StateConfig, folder: &Path) -> Result<Self, Trouble> {
        let unwritable =
            |path: &Path, e: &dyn std::fmt::Display| Trouble::new(UNWRITABLE, format!("{}: {e}", path.display()));
        make_folder(&state.folder).map_err(|e| unwritable(&state.folder, &reason(&e)))?;
        Self::open_locked(state, folder, lock(&state.folder)?)
    }

    fn open_locked(state: &StateConfig, folder: &Path, lock: Lock) -> Result<Self, Trouble> {
        let unwritable =
            |path: &Path, e: &dyn std::fmt::Display| Trouble::new(UNWRITABLE, format!("{}: {e}", path.display()));
        let file = state.folder.join("ledger.db");
        let known = file.exists();
        let refusals = state.refusals.clone().unwrap_or_else(|| state.folder.join("refusals.log"));
        let remembers = known || fs::metadata(&refusals).is_ok_and(|file| file.len() > 0);
        let keys = match key::load(state, folder)? {
            Some(keys) => keys,
            None if remembers => return Err(Trouble::new(KEY_MISSING, key::file(state).display().to_string())),
            None => key::create(state)?,
        };
        if !known {
            key::private(&file).map_err(|e| unwritable(&file, &reason(&e)))?;
        }
        let db = Connection::open(&file).map_err(damaged)?;
        let born = (!known).then(|| Born {
            folder: state.folder.clone(),
            key: state.key.is_none().then(|| key::file(state)),
            refusals: refusals.clone(),
        });
        Self { db, keys, refusals, born, _lock: Some(lock) }.ready()
    }

    /// A ledger that is forgotten when it is dropped, its file of refusals aside: for tests and for
    /// looking before there is a state.
    pub fn in_memory(keys: Keys, refusals: PathBuf) -> Result<Self, Trouble> {
        let db = Connection::open_in_memory().map_err(damaged)?;
        Self { db, keys, refusals, born: None, _lock: None }.ready()
    }

    fn ready(mut self) -> Result<Self, Trouble> {
        self.db.busy_timeout(Duration::from_secs(5)).map_err(damaged)?;
        // FULL: an intent must be on the disk before the destination is written.
        self.db
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
            .map_err(damaged)?;
        schema::migrate(&mut self.db)?;
        // A canary tells whether the key is the one that the hashes were made with.
        let canary = self.keys.hasher(Use::Canary, "").full(&[b"sheetbridge"]);
        let found = self.meta("canary")?;
        if found.as_ref().is_some_and(|found| *found != canary) {
            return Err(Trouble::new(KEY_WRONG, ""));
        }
        self.replay_refusals()?;
        if found.is_none() {
            self.set_meta("canary", &canary)?;
        }
        Ok(self)
    }

    /// The keys of this ledger.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What was made, if this is the first run.
    #[must_use]
    pub fn born(&self) -> Option<&Born> {
        self.born.as_ref()
    }

    /// What was inferred about a source and must stay so.
    pub fn pins(&self, source: &str) -> Result<Vec<(String, String)>, Trouble> {
        let read = || {
            let mut select = self.db.prepare_cached("SELECT what, value FROM pins WHERE source = ?1 ORDER BY what")?;
            let rows = select.query_map([source], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<_>>()
        };
        read().map_err(damaged)
    }

    /// Remembers what was inferred; what is pinned already stays.
    pub fn pin(&mut self, source: &str, pins: &[(String, String)], run: &str) -> Result<(), Trouble> {
        let mut write = || {
            let transaction = self.db.transaction()?;
            for (what, value) in pins {
                transaction.execute(
                    "INSERT INTO pins (source, what, value, run) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                    params![source, what, value, run],
                )?;
            }
            transaction.commit()
        };
        write().map_err(damaged)
    }

    fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let select = "SELECT value FROM meta WHERE name = ?1";
        self.db.query_row(select, [name], |row| row.get(0)).optional().map_err(damaged)
    }

    fn set_meta(&self, name: &str, value: &[u8]) -> Result<(), Trouble> {
        self.db
            .execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", params![name, value])
            .map_err(damaged)?;
        Ok(())
    }

    /// What the last complete run had read and left behind, sealed.
    pub fn seal(&self) -> Result<Option<Vec<u8>>, Trouble> {
        self.meta("seal")
    }

    /// Remembers what a complete run had read and left behind, or forgets it.
    pub fn set_seal(&self, seal: Option<&[u8]>) -> Result<(), Trouble> {
        self.set_meta("seal", seal.unwrap_or_default())
    }

    /// Questions about refusals that were reported, each with the day on which it was first seen.
    pub fn questions(&self) -> Result<BTreeMap<u64, Day>, Trouble> {
        let bytes = self.meta(QUESTIONS)?.unwrap_or_default();
        let read = |b: &[u8; 12]| {
            let (key, day) = b.split_first_chunk::<8>()?;
            Some((u64::from_le_bytes(*key), Day(i32::from_le_bytes(day.try_into().ok()?))))
        };
        Ok(bytes.as_chunks::<12>().0.iter().filter_map(read).collect())
    }

    /// Remembers which questions about refusals were reported, and since when.
    pub fn set_questions(&self, questions: &BTreeMap<u64, Day>) -> Result<(), Trouble> {
        let bytes = questions.iter().flat_map(|(key, day)| [&key.to_le_bytes()[..], &day.0.to_le_bytes()].concat());
        self.set_meta(QUESTIONS, &bytes.collect::<Vec<u8>>())
    }

    /// Called before every commit of the ledger; what answers true turns it into a failure. For
    /// simulations that let the disk die at any write.
    pub fn on_commit(&mut self, hook: impl FnMut() -> bool + Send + 'static) -> Result<(), Trouble> {
        self.db.commit_hook(Some(hook)).map_err(damaged)
    }

    /// How many rows a source had: one that has none any more is looked at twice.
    pub fn had_rows(&self, source: &str) -> Result<u64, Trouble> {
        let bytes = self.meta(&format!("rows of {source}"))?;
        Ok(bytes.and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes))
    }

    /// The tabs that a source had, of those that keep a name for good.
    pub fn tabs(&self, source: &str) -> Result<Vec<SeenTab>, Trouble> {
        let Some(bytes) = self.meta(&format!("tabs of {source}"))? else { return Ok(Vec::new()) };
        serde_json::from_slice(&bytes).map_err(|e| Trouble::new(DAMAGED, e.to_string()))
    }

    /// Remembers the tabs that a source had.
    pub fn set_tabs(&self, source: &str, tabs: &[SeenTab]) -> Result<(), Trouble> {
        let bytes = serde_json::to_vec(tabs).map_err(|e| Trouble::new(DAMAGED, e.to_string()))?;
        self.set_meta(&format!("tabs of {source}"), &bytes)
    }

    /// Remembers how many rows a source had.
    pub fn set_had_rows(&self, source: &str, rows: u64) -> Result<(), Trouble> {
        self.set_meta(&format!("rows of {source}"), &rows.to_le_bytes())
    }
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if folder.exists() {
        return Err(std::io::ErrorKind::NotADirectory.into());
    }
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// One run at a time. The operating system frees the lock when the process ends, however it ends.
struct Lock(File);

impl Drop for Lock {
    /// Closing the file would not do: a program that was just started may still hold a copy of it.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

fn lock(folder: &Path) -> Result<Lock, Trouble> {
    let path = folder.join("lock");
    let unwritable = |e: &std::io::Error| Trouble::new(UNWRITABLE, format!("{}: {}", path.display(), reason(e)));
    let file = key::for_owner(File::options().create(true).append(true)).open(&path).map_err(|e| unwritable(&e))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(Trouble::new(LOCKED, folder.display().to_string())),
        Err(TryLockError::Error(e)) => Err(unwritable(&e)),
    }
}

/// Whether another run holds the lock.
#[must_use]
pub fn is_locked(trouble: &Trouble) -> bool {
    trouble.code == LOCKED
}

/// `SQLite`'s own words: they name tables and files, never a value.
fn say(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => message.clone().unwrap_or_else(|| code.to_string()),
        other => other.to_string(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it goes into map_err")]
fn damaged(error: rusqlite::Error) -> Trouble {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::SystemIoFailure) => {
            Trouble::new(UNWRITABLE, say(&error))
        }
        _ => Trouble::new(DAMAGED, say(&error)),
    }
}
