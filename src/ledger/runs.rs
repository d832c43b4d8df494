//! The record of every run, chained by hashes: who, which version, what was read, planned, approved and
//! done. Verifiable offline: `hash = SHA-256(previous hash ‖ record)`.

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

use super::{Ledger, damaged};
use crate::{change::RunId, finding::Trouble};

impl Ledger {
    /// Appends the record of a run.
    pub fn record(&mut self, run: RunId, record: &serde_json::Value) -> Result<(), Trouble> {
        let text = record.to_string();
        let write = || {
            let last = "SELECT hash FROM runs ORDER BY seq DESC LIMIT 1";
            let previous: Option<Vec<u8>> = self.db.query_row(last, [], |row| row.get(0)).optional()?;
            let hash = chain(&previous.unwrap_or_default(), &text);
            self.db.execute(
                "INSERT INTO runs (id, record, hash) VALUES (?1, ?2, ?3)",
                params![run.to_string(), text, hash],
            )
        };
        write().map(|_| ()).map_err(damaged)
    }

    /// All records, oldest first, each with its hash.
    pub fn records(&self) -> Result<Vec<(String, [u8; 32])>, Trouble> {
        all(&self.db)
    }

    /// The newest record of a run that worked, and not only looked or answered.
    pub fn last_record(&self) -> Result<Option<String>, Trouble> {
        let last = "SELECT record FROM runs WHERE record ->> 'command' IN ('sync', 'apply') ORDER BY seq DESC LIMIT 1";
        self.db.query_row(last, [], |row| row.get(0)).optional().map_err(damaged)
    }
}

/// All records of a ledger, oldest first, each with its hash.
pub(super) fn all(db: &Connection) -> Result<Vec<(String, [u8; 32])>, Trouble> {
    let read = || {
        let mut select = db.prepare("SELECT record, hash FROM runs ORDER BY seq")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>()
    };
    read().map_err(damaged)
}

fn chain(previous: &[u8], record: &str) -> [u8; 32] {
    Sha256::new().chain_update(previous).chain_update(record).finalize().into()
}

/// The place of the first record that was changed, added or taken out, if any.
#[must_use]
pub fn verify(records: &[(String, [u8; 32])]) -> Option<usize> {
    let mut previous: &[u8] = &[];
    for (i, (record, hash)) in records.iter().enumerate() {
        if chain(previous, record) != *hash {
            return Some(i);
        }
        previous = hash;
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::Keys;

    #[test]
    fn a_changed_record_breaks_the_chain() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = Ledger::in_memory(Keys::new([1; 32]), folder.path().join("r")).expect("a ledger");
        for n in 0..4 {
            ledger.record(RunId(uuid::Uuid::from_u128(n)), &json!({ "run": n.to_string() })).expect("recorded");
        }
        let records = ledger.records().expect("records");
        assert_eq!((records.len(), verify(&records)), (4, None));
        let mut changed = records.clone();
        changed[2].0 = changed[2].0.replace('2', "7");
        assert_eq!(verify(&changed), Some(2));
        let mut without = records;
        without.remove(1);
        assert_eq!(verify(&without), Some(1));
    }
}
