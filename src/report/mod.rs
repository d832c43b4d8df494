//! `report`: everything a run learned, as text for its owner and as JSON for programs. No personal value
//! but in [`Revealed`] and [`Rejects`], which are filled when somebody asked for them, and go to that person alone.

mod changes;
mod fill;
mod json;
mod rejects;
mod revealed;
mod text;

use std::{collections::BTreeMap, path::PathBuf};

pub use json::{Planned, plan_file, read_plan_file};
pub use rejects::{RejectedRows, Rejects};
pub use revealed::Revealed;
pub(crate) use {json::word, text::reason_name};

use crate::{
    address::{Place, SheetInfo},
    change::ClientId,
    day::Day,
    finding::{Finding, Trouble},
    language::Language,
    plan::{Back, Reason, Step, Stop, Waits},
    pull::Outcome,
    record::Lapse,
    review,
    rights::Counts,
    value::Shape,
    why::Answer,
};

/// What a run was asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Show what would change.
    Plan,
    /// Do it.
    Sync,
    /// Do what an earlier plan showed.
    Apply,
}

impl Command {
    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Sync => "sync",
            Self::Apply => "apply",
        }
    }
}

/// Everything a run learned.
#[derive(Debug)]
pub struct Report {
    /// The run.
    pub run: String,
    /// When it began, in UTC.
    pub at: String,
    /// Which day that was for the operator.
    pub day: Day,
    /// What it was asked to do.
    pub command: Command,
    /// The operator's language.
    pub language: Language,
    /// The run as which everything still is, when nothing had to be looked at.
    pub unchanged_since: Option<String>,
    /// How many things wait for a person, when nothing had to be looked at.
    pub waiting_before: u64,
    /// Where ledger and key were made, if this was the first run.
    pub born: Option<(PathBuf, Option<PathBuf>, PathBuf)>,
    /// The names of the sources, in the order of the config.
    pub source_names: Vec<String>,
    /// Which of them are lists of refusals.
    pub refusal_lists: Vec<bool>,
    /// Whether only a few cards were to go.
    pub is_few: bool,
    /// What became of each source.
    pub sources: Vec<Outcome>,
    /// The sheets that places speak of.
    pub sheets: Vec<SheetInfo>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// How far refusals reached.
    pub refusals: Counts,
    /// Refusals that only a person can settle.
    pub questions: Vec<Question>,
    /// How long each stage took, in milliseconds, in the order in which they began; empty where nobody kept count.
    pub times: Vec<(&'static str, u64)>,
    /// What became of each route.
    pub routes: Vec<RouteReport>,
    /// What stands in the cells that findings speak of, if somebody asked to see it.
    pub revealed: Option<Revealed>,
    /// The rows that wait, to be corrected, if somebody asked for them.
    pub rejects: Option<Rejects>,
}

/// How much of a report a person sees.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Show {
    /// Every change, however many.
    pub all: bool,
    /// The values that were asked for, see [`Revealed`]: for a terminal alone.
    pub reveal: bool,
}

/// Something about refusals that only a person can settle.
#[derive(Clone, Debug)]
pub struct Question {
    /// What it is.
    pub finding: Finding,
    /// Whether it was not there at the last run.
    pub is_new: bool,
    /// The day on which it was first seen.
    pub since: Day,
}

/// What became of one route.
#[derive(Debug, Default)]
pub struct RouteReport {
    /// Its name.
    pub name: String,
    /// Where it goes, without secrets.
    pub location: String,
    /// Rows that it sees.
    pub rows: usize,
    /// People made of them.
    pub people: usize,
    /// Rows that were joined to another row of the same person.
    pub doubles: usize,
    /// Rows that it doesn't see, by reason.
    pub lapses: BTreeMap<Lapse, usize>,
    /// People whom refusals closed.
    pub refused: usize,
    /// How many cards take which step for which reason.
    pub steps: BTreeMap<(Step, Reason), usize>,
    /// What waits for a person.
    pub items: Vec<Item>,
    /// What was found while it was matched.
    pub findings: Vec<Finding>,
    /// Rows because of which nothing goes by absence.
    pub suspended: usize,
    /// Why the guard stopped it.
    pub stops: Vec<Stop>,
    /// Sources that were not read, because of which it got removals only.
    pub unread: Vec<String>,
    /// Whether an old file was kept.
    pub keeps_file: bool,
    /// Whether somebody changed the file since the last run.
    pub edited: bool,
    /// Cards that are not in a file while their rows wait.
    pub left_out: usize,
    /// Cards that are left for later, in whole or in part, since only a few were to go.
    pub later: usize,
    /// Lists that had rows and have none.
    pub emptied: Vec<String>,
    /// Cards that somebody deleted at the destination.
    pub lost: usize,
    /// Whether something was written.
    pub wrote: bool,
    /// Cards that then stand.
    pub cards: usize,
    /// Why it could not be done.
    pub trouble: Option<Trouble>,
    /// The keyed digest of the plan.
    pub digest: String,
    /// The columns that changes speak of.
    pub columns: Vec<String>,
    /// Change by change, when that was asked for.
    pub changes: Vec<ChangeReport>,
    /// What only a person can decide, when that was asked for. It holds values, which no text of a report shows.
    pub questions: Vec<review::Question>,
    /// What cards are to get, if somebody asked to see it.
    pub revealed: Revealed,
    /// Why somebody is there, or isn't, if that was asked.
    pub why: Option<Answer>,
}

/// Something that waits for a person.
#[derive(Clone, Debug)]
pub struct Item {
    /// Why.
    pub why: Waits,
    /// Where.
    pub place: Option<Place>,
    /// The fields that are missing, or other words that help.
    pub hint: String,
    /// The cards that it is about.
    pub cards: Vec<ClientId>,
    /// Whether it was not there at the last run.
    pub is_new: bool,
    /// The day on which it was first seen.
    pub since: Day,
    /// Whether the row's cells may stand one column off.
    pub is_shifted: bool,
}

impl Item {
    /// Whether `sheetbridge review` asks about it; the others are corrected in the lists.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        use crate::resolve::Why;
        !matches!(self.why, Waits::Row(Why::RequiredMissing | Why::NoIdentity) | Waits::GrantUnsure)
    }

    /// Its name in the catalogue.
    #[must_use]
    pub fn code(&self) -> crate::finding::Code {
        if self.is_shifted { crate::finding::Code::new("wait-row-shifted") } else { waits_code(self.why) }
    }
}

/// A change to one card.
#[derive(Clone, Debug)]
pub struct ChangeReport {
    /// The card.
    pub id: ClientId,
    /// What happens.
    pub step: Step,
    /// Why.
    pub why: Reason,
    /// What kept it back from more.
    pub back: Back,
    /// The columns that change.
    pub cells: Vec<CellReport>,
    /// The rows that it comes from.
    pub rows: Vec<Place>,
}

/// A change to one column of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellReport {
    /// The column, by its place in [`RouteReport::columns`].
    pub column: u16,
    /// What then stands.
    pub becomes: Becomes,
    /// What stands now, in a plan.
    pub old: Option<Shape>,
}

/// What is to stand in a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Becomes {
    /// A value that looks like this.
    Value(Shape),
    /// A permission.
    Yes,
    /// None any more.
    No,
    /// Nothing.
    Cleared,
}

/// All in place.
pub const EXIT_OK: u8 = 0;
/// Something new needs a person.
pub const EXIT_NEW: u8 = 1;
/// The run could not do its work, or the guard stopped it.
pub const EXIT_FAILED: u8 = 2;
/// Another run holds the lock.
pub const EXIT_LOCKED: u8 = 75;

impl Report {
    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> u8 {
        let undone = self.sources.iter().any(|s| s.failure().is_some());
        let failed = self.routes.iter().any(|r| r.trouble.is_some() || !r.stops.is_empty());
        let new =
            self.routes.iter().any(|r| r.items.iter().any(|i| i.is_new)) || self.questions.iter().any(|q| q.is_new);
        match (undone || failed, new) {
            (true, _) => EXIT_FAILED,
            (false, true) => EXIT_NEW,
            (false, false) => EXIT_OK,
        }
    }

    /// How many things wait for a person.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        if self.unchanged_since.is_some() {
            return self.waiting_before;
        }
        self.routes.iter().map(|r| r.items.len() as u64).sum::<u64>() + self.questions.len() as u64
    }
}

/// The name of what waits, in the catalogue.
#[must_use]
pub fn waits_code(why: Waits) -> crate::finding::Code {
    use crate::{finding::Code, resolve::Why};
    match why {
        Waits::Row(Why::RequiredMissing) => Code::new("wait-required-missing"),
        Waits::Row(Why::NoIdentity) => Code::new("wait-no-identity"),
        Waits::Row(Why::Undecided) => Code::new("wait-undecided"),
        Waits::Row(Why::JoinUnexplained) => Code::new("wait-join-unexplained"),
        Waits::Row(Why::SplitUnexplained) => Code::new("wait-split-unexplained"),
        Waits::GrantUnsure => Code::new("wait-grant-unsure"),
        Waits::Edit => Code::new("wait-edit"),
    }
}
