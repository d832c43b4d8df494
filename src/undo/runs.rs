//! Finds a run that a person names.

use serde_json::Value;

use crate::{
    change::RunId,
    config::Config,
    finding::{Code, Trouble},
    ledger::Ledger,
};

const UNKNOWN: Code = Code::new("undo-run-unknown");
const SEVERAL: Code = Code::new("undo-run-several");
const NONE: Code = Code::new("undo-run-none");

/// So many runs are named where one is meant that isn't there.
const SHOWN_MAX: usize = 5;

/// A run of the past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Past {
    /// Its id.
    pub run: RunId,
    /// When it began, in UTC.
    pub at: String,
    /// How many cards it created.
    pub created: u64,
}

impl Past {
    /// What a record says, if it is one of a run that may write.
    fn of(record: &str) -> Option<Self> {
        let record: Value = serde_json::from_str(record).ok()?;
        if !["sync", "apply"].contains(&record["command"].as_str()?) {
            return None;
        }
        let routes = record["routes"].as_array()?.iter();
        let created = routes.filter_map(|r| r["steps"]["create rows"].as_u64().filter(|_| r["wrote"] == true)).sum();
        Some(Self { run: record["run"].as_str()?.parse().ok()?, at: record["at"].as_str()?.to_owned(), created })
    }

    fn name(&self) -> String {
        format!("`{}` ({}: {})", self.run, self.at, self.created)
    }
}

/// Runs that created cards and died before they were recorded.
fn unrecorded(ledger: &Ledger, config: &Config, recorded: &[Past]) -> Result<Vec<Past>, Trouble> {
    let mut runs: Vec<Past> = Vec::new();
    for route in &config.routes {
        for kept in [ledger.standing(&route.name)?, ledger.intended(&route.name)?].into_iter().flatten() {
            let births = kept.written.births.iter().copied();
            for run in births.filter(|run| recorded.iter().chain(&runs).all(|r| r.run != *run)).collect::<Vec<_>>() {
                let born = kept.written.born_in(run).count() as u64;
                runs.push(Past { run, at: began(run), created: born });
            }
        }
    }
    Ok(runs)
}

/// When a run began, as its id says.
fn began(run: RunId) -> String {
    let seconds = run.0.get_timestamp().and_then(|t| i64::try_from(t.to_unix().0).ok());
    let at = seconds.and_then(|s| jiff::Timestamp::from_second(s).ok());
    at.map_or_else(|| "?".to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The run of a name: its id, the start of its id, or `last`.
pub(super) fn find(ledger: &Ledger, config: &Config, name: &str) -> Result<Past, Trouble> {
    let mut runs: Vec<Past> = ledger.records()?.iter().filter_map(|(record, _)| Past::of(record)).collect();
    runs.extend(unrecorded(ledger, config, &runs)?);
    runs.sort_by_key(|run| run.run);
    if runs.is_empty() {
        return Err(Trouble::new(NONE, ""));
    }
    let wanted = name.to_lowercase();
    let fits = |run: &&Past| run.run.to_string().starts_with(&wanted);
    let mut found: Vec<&Past> = match wanted.as_str() {
        "last" => runs.last().into_iter().collect(),
        "" => Vec::new(),
        _ => runs.iter().filter(fits).collect(),
    };
    match (found.pop(), found.is_empty()) {
        (Some(run), true) => Ok(run.clone()),
        (Some(run), false) => Err(Trouble::new(SEVERAL, listed(found.into_iter().chain([run])))),
        (None, _) => {
            let fruitful = runs.iter().filter(|run| run.created > 0);
            let last: Vec<&Past> = fruitful.rev().take(SHOWN_MAX).collect();
            let last = listed(last.into_iter().rev());
            Err(Trouble::new(UNKNOWN, format!("`{name}`{}{last}", if last.is_empty() { "" } else { "; " })))
        }
    }
}

fn listed<'a>(runs: impl Iterator<Item = &'a Past>) -> String {
    runs.map(Past::name).collect::<Vec<_>>().join(", ")
}
