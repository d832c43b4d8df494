//! Refusals that were reached, as keyed hashes: in the ledger, and in a file apart from it that only
//! grows. Whichever of the two is older learns from the other.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::{KEY_WRONG, Ledger, UNWRITABLE, damaged, key};
use crate::{
    day::Day,
    failure::reason,
    finding::{Code, Trouble},
    keys::{Keys, Use, hex},
    rights::{Cause, Remembered},
};

const BROKEN_FILE: Code = Code::new("state-refusals-damaged");

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct Line {
    value: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    purpose: String,
    since: String,
    cause: String,
    /// Under which key the hashes were made.
    key: String,
}

impl Ledger {
    /// All refusals that are remembered, in the order of their hashes.
    pub fn refusals(&self) -> Result<Vec<Remembered>, Trouble> {
        let read = || {
            let mut select = self.db.prepare_cached("SELECT value, name, purpose, since, cause FROM refusals")?;
            let rows = select.query_map([], |row| {
                let name: Vec<u8> = row.get(1)?;
                let cause: String = row.get(4)?;
                Ok(Remembered {
                    value: row.get(0)?,
                    name: name.try_into().ok(),
                    purpose: row.get(2)?,
                    since: Day(row.get(3)?),
                    cause: Cause::parse(&cause).unwrap_or(Cause::List),
                })
            })?;
            rows.collect::<rusqlite::Result<_>>()
        };
        read().map_err(damaged)
    }

    /// Remembers refusals: first in the file, then in the ledger. A refusal that is known keeps the
    /// later of its days.
    pub fn remember(&mut self, new: &[Remembered]) -> Result<(), Trouble> {
        if new.is_empty() {
            return Ok(());
        }
        let path = self.refusals.clone();
        append(&path, new, &self.keys).map_err(|e| unwritable(&path, &e))?;
        self.insert(new)
    }

    fn insert(&mut self, new: &[Remembered]) -> Result<(), Trouble> {
        let mut write = || {
            let transaction = self.db.transaction()?;
            for r in new {
                transaction.execute(
                    "INSERT INTO refusals (value, name, purpose, since, cause) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET since = max(since, excluded.since)",
                    params![r.value, r.name.as_ref().map_or(&[][..], |n| n), r.purpose, r.since.0, r.cause.name()],
                )?;
            }
            transaction.commit()
        };
        write().map_err(damaged)
    }

    /// Takes over what the file says and the ledger doesn't know; the file stays as it is.
    pub(super) fn take_over_refusals(&mut self) -> Result<(), Trouble> {
        let in_file = load(&self.refusals, &self.keys)?;
        self.insert(&in_file)
    }

    /// A ledger that is older than the file learns from it; a file that was lost is written anew.
    pub(super) fn replay_refusals(&mut self) -> Result<(), Trouble> {
        let path = self.refusals.clone();
        let in_file = load(&path, &self.keys)?;
        let in_ledger = self.refusals()?;
        let (of_file, of_ledger) = (latest(&in_file), latest(&in_ledger));
        let news = |from: &Days<'_>, to: &Days<'_>| {
            let is_news = |(key, r): &(&Key<'_>, &&Remembered)| to.get(*key).is_none_or(|known| known.since < r.since);
            from.iter().filter(is_news).map(|(_, r)| (*r).clone()).collect::<Vec<_>>()
        };
        let (to_ledger, to_file) = (news(&of_file, &of_ledger), news(&of_ledger, &of_file));
        self.insert(&to_ledger)?;
        if !to_file.is_empty() {
            append(&path, &to_file, &self.keys).map_err(|e| unwritable(&path, &e))?;
        }
        Ok(())
    }
}

type Key<'a> = ([u8; 16], Option<[u8; 16]>, &'a str);
type Days<'a> = BTreeMap<Key<'a>, &'a Remembered>;

/// Of several entries about one value the latest counts.
fn latest(list: &[Remembered]) -> Days<'_> {
    let mut days = Days::new();
    for refusal in list {
        let known = days.entry(refusal.key()).or_insert(refusal);
        if known.since < refusal.since {
            *known = refusal;
        }
    }
    days
}

fn unwritable(path: &Path, error: &io::Error) -> Trouble {
    Trouble::new(UNWRITABLE, format!("{}: {}", path.display(), reason(error)))
}

/// By what a line says under which key it was hashed.
pub(super) fn mark(keys: &Keys) -> String {
    hex(&keys.hasher(Use::Canary, "").short(&[b"refusals"]).to_be_bytes())
}

fn append(path: &Path, new: &[Remembered], keys: &Keys) -> io::Result<()> {
    if !path.exists() {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        key::private(path)?;
    }
    let torn = fs::read(path)?.last().is_some_and(|b| *b != b'\n');
    let mut file = File::options().append(true).open(path)?;
    let mark = mark(keys);
    let mut text = String::from(if torn { "\n" } else { "" });
    for r in new {
        let line = Line {
            value: hex(&r.value),
            name: r.name.map(|n| hex(&n)).unwrap_or_default(),
            purpose: r.purpose.clone(),
            since: r.since.to_string(),
            cause: r.cause.name().to_owned(),
            key: mark.clone(),
        };
        text.push_str(&serde_json::to_string(&line)?);
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// All refusals of the file. A line that was torn by a crash is always the last one of its append: what
/// it said is in the ledger or was never acted upon.
fn load(path: &Path, keys: &Keys) -> Result<Vec<Remembered>, Trouble> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Trouble::new(BROKEN_FILE, format!("{}: {}", path.display(), reason(&e)))),
    };
    let (mut list, mark) = (Vec::new(), mark(keys));
    for (i, line) in text.split_inclusive('\n').enumerate() {
        match parse(line.trim_end()) {
            Some((refusal, key)) if key == mark => list.push(refusal),
            Some(_) => return Err(Trouble::new(KEY_WRONG, "")),
            None if line.trim().is_empty() || is_torn(line) => {}
            None => return Err(Trouble::new(BROKEN_FILE, format!("{}: {}", path.display(), i + 1))),
        }
    }
    Ok(list)
}

/// A torn line starts as all do and has no end.
fn is_torn(line: &str) -> bool {
    let line = line.trim_end();
    "{\"value\":\"".starts_with(line) || (line.starts_with("{\"value\":\"") && !line.ends_with('}'))
}

fn parse(line: &str) -> Option<(Remembered, String)> {
    let line: Line = serde_json::from_str(line).ok()?;
    let refusal = Remembered {
        value: bytes(&line.value)?,
        name: if line.name.is_empty() { None } else { Some(bytes(&line.name)?) },
        purpose: line.purpose,
        since: if line.since == "never" { Day::NEVER } else { Day::parse_iso(&line.since)? },
        cause: Cause::parse(&line.cause)?,
    };
    Some((refusal, line.key))
}

fn bytes(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Secret, StateConfig};

    fn refusal(value: u8, day: i32) -> Remembered {
        let name = value.is_multiple_of(2).then_some([9; 16]);
        Remembered { value: [value; 16], name, purpose: "newsletter".into(), since: Day(day), cause: Cause::Cell }
    }

    fn keys() -> Keys {
        Keys::new([1; 32])
    }

    fn ledger(path: &Path) -> Ledger {
        Ledger::in_memory(keys(), path.to_path_buf()).expect("a ledger")
    }

    #[test]
    fn a_new_or_older_ledger_replays_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("refusals.log");
        let mut first = ledger(&path);
        first.remember(&[refusal(1, 5), refusal(2, 6)]).expect("remembered");
        first.remember(&[refusal(1, 9), refusal(3, 7)]).expect("remembered");
        let expected = [refusal(1, 9), refusal(2, 6), refusal(3, 7)];
        assert_eq!(first.refusals().expect("a list"), expected);
        assert_eq!(ledger(&path).refusals().expect("a list"), expected);
    }

    #[test]
    fn a_lost_file_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("refusals.log");
        let mut first = ledger(&path);
        first.remember(&[refusal(1, 5)]).expect("remembered");
        fs::remove_file(&path).expect("removed");
        first.replay_refusals().expect("replayed");
        assert_eq!(load(&path, &keys()), Ok(vec![refusal(1, 5)]));
    }

    #[test]
    fn a_torn_last_line_is_passed_over_and_a_broken_one_stops() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("refusals.log");
        ledger(&path).remember(&[refusal(1, 5), refusal(2, 5)]).expect("remembered");
        let whole = fs::read_to_string(&path).expect("a file");
        let last = whole.trim_end().rfind('\n').expect("two lines") + 1;
        for cut in last..whole.len() {
            fs::write(&path, &whole[..cut]).expect("written");
            let list = load(&path, &keys()).expect("torn, not broken");
            assert!(list.len() == 1 || cut == whole.len() - 1, "cut at {cut}");
            append(&path, &[refusal(3, 5)], &keys()).expect("appended");
            assert_eq!(load(&path, &keys()).expect("torn, not broken").last(), Some(&refusal(3, 5)), "cut at {cut}");
        }
        fs::write(&path, whole.replace("newsletter\",", "newsletter\",,")).expect("written");
        assert_eq!(load(&path, &keys()).map_err(|t| t.code), Err(BROKEN_FILE));
    }

    #[test]
    fn a_file_without_its_key_stops_before_there_is_another_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let refusals = Some(path("apart.log"));
        let state = StateConfig { folder: path("state"), key: None, refusals };
        let open = |state: &StateConfig| Ledger::open(state, folder.path());
        open(&state).expect("a ledger").remember(&[refusal(1, 5)]).expect("remembered");
        let key = fs::read(path("state/key")).expect("a key");
        fs::remove_dir_all(path("state")).expect("removed");
        assert_eq!(open(&state).map(|_| ()).map_err(|t| t.code.name()), Err("state-key-missing"));
        assert!(!path("state/key").exists());
        fs::write(path("other"), "7".repeat(64)).expect("written");
        let other = StateConfig { key: Some(Secret::File("other".into())), ..state.clone() };
        for _ in 0..2 {
            assert_eq!(open(&other).map(|_| ()).map_err(|t| t.code.name()), Err("state-key-wrong"));
        }
        fs::write(path("state/key"), key).expect("written");
        assert_eq!(open(&state).expect("a ledger").refusals(), Ok(vec![refusal(1, 5)]));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("apart/refusals.log");
        ledger(&path).remember(&[refusal(1, 5)]).expect("remembered");
        assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    }
}
