//! One record of the chain of runs, as [`crate::report::Report::to_record`] wrote it. Whatever an older version did
//! not write is missing, and whatever a newer one adds is kept by its name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// What was recorded of a run, or of something else that a person did.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Run {
    /// Its id.
    pub run: String,
    /// When it began, in UTC.
    pub at: String,
    /// In whose name it ran.
    pub who: String,
    /// What was asked for: `sync`, `apply`; another word for what is no run of the whole way.
    #[serde(alias = "kind")]
    pub command: String,
    /// The program.
    pub version: String,
    /// The hash of the config.
    pub config: String,
    /// The exit code.
    pub exit: Option<u8>,
    /// The run as which everything still was.
    pub unchanged_since: Option<String>,
    /// How many things waited for a person.
    pub waiting: u64,
    /// How many of a hundred cards might go or be rewritten.
    pub guard: Option<u64>,
    /// The same without anybody's word.
    pub guard_default: Option<u64>,
    /// So many cards of a destination were to go first.
    pub limit: Option<u64>,
    /// At so many addresses stood the rows whose cards alone were to go.
    pub only: u64,
    /// Whether values were shown.
    pub revealed: bool,
    /// Whether the rows that waited were handed out.
    pub rejects: bool,
    /// How long each stage took.
    pub times: Vec<Took>,
    /// What became of each list.
    pub sources: Vec<Named>,
    /// How often each code was found.
    pub findings: BTreeMap<String, u64>,
    /// How far refusals reached.
    pub refusals: BTreeMap<String, u64>,
    /// Refusals that waited for a person, by code.
    pub questions: BTreeMap<String, Waits>,
    /// What became of each destination.
    pub routes: Vec<Past>,
    /// What else was recorded.
    #[serde(flatten)]
    pub rest: BTreeMap<String, Value>,
}

/// How long a stage took.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Took {
    /// The stage.
    pub stage: String,
    /// Milliseconds.
    pub ms: u64,
}

/// What became of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// What told its content from another.
    pub version: String,
    /// How many rows it had.
    pub rows: u64,
    /// Why it could not be read.
    pub trouble: Option<Cause>,
}

/// Why something could not be done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Cause {
    /// The code.
    pub code: String,
    /// What its text's `{hint}` says.
    pub hint: String,
    /// The row that it is about.
    pub row: Option<u64>,
}

/// What waits under one code.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Waits {
    /// How many.
    pub n: u64,
    /// The day since which the first has waited.
    pub since: Option<String>,
}

/// What the guard stopped.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Stopped {
    /// `removals`, `lapses`, `rewrites` or `emptied`.
    pub what: String,
    /// How many cards it was about.
    pub wanted: Option<u64>,
    /// How many might.
    pub allowed: Option<u64>,
}

/// What became of a destination.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Past {
    /// Its name.
    pub name: String,
    /// Rows that it saw.
    pub rows: u64,
    /// People made of them.
    pub people: u64,
    /// Rows that were joined to another of the same person.
    pub doubles: u64,
    /// People whom refusals closed.
    pub refused: u64,
    /// How many cards took which step for which reason, as `create rows`.
    pub steps: BTreeMap<String, u64>,
    /// How many things waited.
    pub held: u64,
    /// The same by code, and since when.
    pub waits: BTreeMap<String, Waits>,
    /// Why the guard stopped it.
    pub stops: Vec<Stopped>,
    /// Lists that had rows and had none.
    pub emptied: Vec<String>,
    /// Lists that were not read.
    pub unread: Vec<String>,
    /// Cards that were not in a file while their rows waited.
    pub left_out: u64,
    /// Cards that were left for later, since only a few were to go.
    pub later: u64,
    /// Cards that stood there then.
    pub cards: u64,
    /// Why it could not be done.
    pub trouble: Option<Cause>,
    /// The digest of the plan.
    pub plan: String,
}

impl Run {
    /// Whether it brought destinations up to date, or was to.
    #[must_use]
    pub fn is_sync(&self) -> bool {
        matches!(self.command.as_str(), "sync" | "apply")
    }

    /// When it began, if that is a time.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        self.at.parse().ok()
    }

    /// How long it took, in milliseconds, if anybody kept count.
    #[must_use]
    pub fn ms(&self) -> Option<u64> {
        (!self.times.is_empty()).then(|| self.times.iter().map(|t| t.ms).sum())
    }

    /// How many cards of all destinations took a step.
    #[must_use]
    pub fn count(&self, step: &str) -> u64 {
        self.routes.iter().map(|r| r.count(step)).sum()
    }
}

impl Past {
    /// How many cards took a step.
    #[must_use]
    pub fn count(&self, step: &str) -> u64 {
        let is = |key: &str| key.split(' ').next() == Some(step);
        self.steps.iter().filter(|(key, _)| is(key)).map(|(_, n)| n).sum()
    }

    /// Whether all was done that the lists ask for.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.trouble.is_none() && self.stops.is_empty() && self.unread.is_empty() && self.later == 0
    }
}
