//! `history`: what the ledger recorded of earlier runs, read back: how things stand now, run by run, and as a page.
//! Pure: the records and the time are handed in.

mod days;
mod line;
mod page;
mod plots;
mod run;
mod show;
mod status;
mod words;

pub use page::Reader;
pub use run::{Named, Past, Run, Stopped, Took, Waits};
pub use status::{Standing, Status};

use crate::ledger::verify_chain;

/// The runs of a ledger, oldest first.
#[derive(Debug)]
pub struct History {
    /// The runs, and whatever else was recorded beside them.
    pub runs: Vec<Run>,
    records: Vec<(String, [u8; 32])>,
}

/// Why no run goes by a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unnamed {
    /// No run's id begins so.
    Unknown,
    /// Several do: how many.
    Several(usize),
}

impl History {
    /// Reads the records of a ledger, oldest first. One that can't be read is a run of which nothing is known: it has
    /// its place in the chain all the same.
    #[must_use]
    pub fn new(records: Vec<(String, [u8; 32])>) -> Self {
        let runs = records.iter().map(|(record, _)| serde_json::from_str(record).unwrap_or_default()).collect();
        Self { runs, records }
    }

    /// The run whose id begins with `name`; `last` is the newest.
    ///
    /// # Errors
    /// When none or several are called so.
    pub fn find(&self, name: &str) -> Result<usize, Unnamed> {
        if name == "last" {
            return self.runs.len().checked_sub(1).ok_or(Unnamed::Unknown);
        }
        let name = name.to_lowercase();
        let found: Vec<usize> = (0..self.runs.len()).filter(|i| self.runs[*i].run.starts_with(&name)).collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(Unnamed::Unknown),
            several => Err(Unnamed::Several(several.len())),
        }
    }

    /// So many letters of an id tell every run from the others; at least eight, as people know them from git.
    #[must_use]
    pub fn short(&self) -> usize {
        let mut ids: Vec<&str> = self.runs.iter().map(|r| r.run.as_str()).collect();
        ids.sort_unstable();
        let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        ids.array_windows().map(|[a, b]| same(a, b) + 1).max().unwrap_or(0).max(8)
    }

    /// The place of the first record that was changed, added or taken out, if any.
    #[must_use]
    pub fn broken(&self) -> Option<usize> {
        verify_chain(&self.records)
    }

    /// The hash of the newest record, which all others went into.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        self.records.last().map(|(_, hash)| crate::keys::hex(hash))
    }

    /// A record as it stands in the ledger, with its hash.
    #[must_use]
    pub fn record(&self, place: usize) -> serde_json::Value {
        let (record, hash) = &self.records[place];
        let mut value = serde_json::from_str(record).unwrap_or_else(|_| serde_json::json!({ "unreadable": record }));
        value["hash"] = crate::keys::hex(hash).into();
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(ids: &[&str]) -> History {
        let record = |id: &&str| (format!(r#"{{"run":"{id}"}}"#), [0; 32]);
        History::new(ids.iter().map(record).collect())
    }

    #[test]
    fn a_run_is_found_by_the_beginning_of_its_id() {
        let history = history(&["019aaaaa-1111", "019aaaaa-1122", "019bbbbb-1111"]);
        for (name, expected) in [
            ("last", Ok(2)),
            ("019B", Ok(2)),
            ("019aaaaa-111", Ok(0)),
            ("019aaaaa-11", Err(Unnamed::Several(2))),
            ("02", Err(Unnamed::Unknown)),
        ] {
            assert_eq!(history.find(name), expected, "{name}");
        }
        assert_eq!(history.short(), 12);
    }

    #[test]
    fn what_is_no_record_keeps_its_place() {
        let records = vec![("nonsense".to_owned(), [0; 32]), (r#"{"run":"x","exit":"odd"}"#.to_owned(), [0; 32])];
        let history = History::new(records);
        assert_eq!((history.runs.len(), history.runs[0].run.as_str()), (2, ""));
        assert_eq!(history.record(0)["unreadable"], "nonsense");
        assert_eq!(super::History::new(Vec::new()).find("last"), Err(Unnamed::Unknown));
    }
}
