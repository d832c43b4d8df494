//! Whether a person still has to say that the refusals are complete, and what is known of refusals.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{DAMAGED, Ledger};
use crate::{day::Day, finding::Trouble};

const NAME: &str = "unconfirmed";

/// What the names of files start with whose refusals were hashed with a key that is lost.
pub(super) const LOST: &str = "refusals-lost-";

/// Routes whose memory was made anew, so that nothing is sent before somebody confirmed the refusals.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unconfirmed {
    /// The routes.
    pub routes: Vec<String>,
    /// When the last of them was recovered, in UTC.
    pub at: String,
    /// In whose name.
    pub who: String,
}

/// What is known of refusals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownRefusals {
    /// How many values are refused.
    pub values: usize,
    /// The day of the first refusal that has one.
    pub first: Option<Day>,
    /// The day of the last one.
    pub last: Option<Day>,
    /// The file of refusals.
    pub file: PathBuf,
    /// Files of refusals that were hashed with a lost key, each with the number of its lines.
    pub unreadable: Vec<(PathBuf, usize)>,
}

impl KnownRefusals {
    /// Everything, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "values": self.values,
            "first": self.first.map(|day| day.to_string()),
            "last": self.last.map(|day| day.to_string()),
            "unreadable": self.unreadable.iter().map(|(_, lines)| lines).sum::<usize>(),
        })
    }
}

impl Ledger {
    /// What waits to be confirmed.
    pub fn unconfirmed(&self) -> Result<Option<Unconfirmed>, Trouble> {
        let bytes = self.meta(NAME)?.filter(|bytes| !bytes.is_empty());
        let read = |bytes: Vec<u8>| serde_json::from_slice(&bytes).map_err(|_| Trouble::new(DAMAGED, NAME));
        bytes.map(read).transpose()
    }

    /// Notes that something waits to be confirmed, or that nothing does any more.
    pub fn set_unconfirmed(&self, unconfirmed: Option<&Unconfirmed>) -> Result<(), Trouble> {
        self.set_meta(NAME, unconfirmed.map(|u| json!(u).to_string()).unwrap_or_default().as_bytes())
    }

    /// What is known of refusals.
    pub fn known_refusals(&self) -> Result<KnownRefusals, Trouble> {
        let refusals = self.refusals()?;
        let days = || refusals.iter().map(|r| r.since).filter(|day| day.is_known());
        Ok(KnownRefusals {
            values: refusals.iter().map(|r| r.value).collect::<BTreeSet<_>>().len(),
            first: days().min(),
            last: days().max(),
            file: self.refusals.clone(),
            unreadable: unreadable(&self.refusals),
        })
    }
}

/// The files beside that of refusals which nobody can read any more.
fn unreadable(refusals: &Path) -> Vec<(PathBuf, usize)> {
    let folder = refusals.parent().map(fs::read_dir).and_then(Result::ok);
    let is_lost = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(LOST));
    let mut files: Vec<PathBuf> = folder.into_iter().flatten().flatten().map(|e| e.path()).filter(is_lost).collect();
    files.sort();
    let lines = |path: PathBuf| {
        let count = fs::read_to_string(&path).map_or(0, |text| text.lines().filter(|l| !l.trim().is_empty()).count());
        (path, count)
    };
    files.into_iter().map(lines).collect()
}
