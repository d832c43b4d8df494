//! The guard: what no run does unasked (DESIGN section 6).

use super::{Back, Entry, Plan, PlanKeys, Reason, Step};
use crate::{change::ClientId, day::Day, written::Written};

/// How much may change without a person's word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guard {
    /// How many of a hundred cards may go or be rewritten.
    pub percent: usize,
    /// A source that had rows has none.
    pub emptied: bool,
    /// The day of the run.
    pub today: Day,
}

/// What anybody's list may lose in a week without being a disaster.
const REMOVED_FLOOR: usize = 3;

/// What anybody may correct in one evening. Three, as for removals, would stop a shop that corrects four
/// phone numbers.
const REWRITTEN_FLOOR: usize = 10;

const WEEK_DAYS: i32 = 7;

/// How many of a hundred need no person's word.
pub const PERCENT: usize = 10;

/// Why the guard stopped something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stop {
    /// Too many cards would go because their rows are gone.
    Removals {
        /// How many, those of the last week included.
        wanted: usize,
        /// How many may.
        allowed: usize,
    },
    /// Too many cards would go because no grant holds any more: they stay a while, blocked.
    Lapses {
        /// How many, those of the last week included.
        wanted: usize,
        /// How many may.
        allowed: usize,
    },
    /// Too many cards would get another value in the place of one that they have.
    Rewrites {
        /// How many.
        wanted: usize,
        /// How many may.
        allowed: usize,
    },
    /// A source that had rows has none.
    Emptied,
}

/// A plan that may be applied: all of it, or as much as the guard lets through.
pub struct Approved {
    plan: Plan,
    stops: Vec<Stop>,
    keeps_file: bool,
    today: Day,
}

/// How much of a plan goes through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    All,
    /// A mass lapse delays the deletion, never the block: what lapsed receives nothing as it is.
    AllButLapses,
    /// Removals by refusal pass every guard.
    Refusals,
}

impl Plan {
    /// Lets the plan through, or as much of it as the guard allows. `standing` are the cards that the
    /// destination holds, ascending.
    #[must_use]
    pub fn approve(mut self, guard: &Guard, past: &Written, standing: &[ClientId]) -> Approved {
        let stops = self.stops(guard, past, standing);
        // A file is written as a whole: what may not go can only stay by keeping the old file.
        let keeps_file = self.is_file && (!stops.is_empty() || self.is_frozen);
        let lapses_only = stops.iter().all(|s| matches!(s, Stop::Lapses { .. }));
        let through = match (stops.is_empty(), lapses_only) {
            _ if keeps_file => Through::Refusals,
            (true, _) => Through::All,
            (false, true) => Through::AllButLapses,
            (false, false) => Through::Refusals,
        };
        self.entries.iter_mut().for_each(|entry| hold_back(entry, through, Back::Guard));
        Approved { plan: self, stops, keeps_file, today: guard.today }
    }

    fn stops(&self, guard: &Guard, past: &Written, standing: &[ClientId]) -> Vec<Stop> {
        if guard.percent >= 100 {
            return Vec::new();
        }
        let count = |wanted: &dyn Fn(&Entry) -> bool| self.entries.iter().filter(|e| wanted(e)).count();
        let week = |days: &[(Day, u32)]| -> usize {
            let recent = days.iter().filter(|(day, _)| day.0 > guard.today.0 - WEEK_DAYS);
            recent.map(|(_, n)| *n as usize).sum()
        };
        let share = past.standing() * guard.percent / 100;
        let removed = count(&|e| e.goes_by(Reason::Absent) || self.leaves_out(e, standing));
        let lapses = count(&|e| e.goes_by(Reason::Lapsed));
        let rewrites = count(&|e| e.replaced != 0);
        let over = |new: usize, before: usize, floor: usize| {
            (new > 0 && new + before > share.max(floor)).then_some((new + before, share.max(floor)))
        };
        let mut stops = Vec::new();
        if guard.emptied && !past.is_empty() {
            stops.push(Stop::Emptied);
        }
        let removals = over(removed, week(&past.removed), REMOVED_FLOOR);
        stops.extend(removals.map(|(wanted, allowed)| Stop::Removals { wanted, allowed }));
        let lapses = over(lapses, week(&past.lapsed), REMOVED_FLOOR);
        stops.extend(lapses.map(|(wanted, allowed)| Stop::Lapses { wanted, allowed }));
        let rewrites = over(rewrites, 0, REWRITTEN_FLOOR);
        stops.extend(rewrites.map(|(wanted, allowed)| Stop::Rewrites { wanted, allowed }));
        stops
    }

    /// Whether a card that stands in a file is left out of it: a file has none that could stay, so who waits
    /// is not in it. Where a list was not read, the file is kept as it is.
    fn leaves_out(&self, entry: &Entry, standing: &[ClientId]) -> bool {
        self.is_file && !self.is_frozen && entry.step == Step::Hold && standing.binary_search(&entry.id).is_ok()
    }
}

/// Takes out of an entry what doesn't go through, and notes what kept it.
pub(super) fn hold_back(entry: &mut Entry, through: Through, back: Back) {
    let before = (entry.step, entry.set, entry.clear);
    pass(entry, through);
    if before != (entry.step, entry.set, entry.clear) {
        entry.back = back;
    }
}

fn pass(entry: &mut Entry, through: Through) {
    let is_taken = (entry.step == Step::Omit && entry.is_tomb) || entry.is_refused();
    match (through, entry.step) {
        (Through::All, _) | (_, Step::Stand | Step::Hold) => {}
        // What a refusal takes is forgotten when the others of its kind may go; if they are held back, it stays
        // known as one whom a refusal took.
        _ if is_taken => {
            if through == Through::Refusals || entry.why == Reason::Lapsed {
                entry.why = Reason::Refused;
            }
        }
        (Through::AllButLapses, Step::Delete) if entry.why == Reason::Lapsed => hold(entry),
        (Through::AllButLapses, _) | (_, Step::Omit) => {}
        // A permission that ended has ended, whatever else is stopped.
        (Through::Refusals, Step::Update) if entry.refused | entry.denied != 0 => {
            (entry.set, entry.clear, entry.replaced) = (entry.denied, entry.refused, 0);
        }
        (Through::Refusals, Step::Create) => entry.step = Step::Omit,
        (Through::Refusals, Step::Update | Step::Delete) => hold(entry),
    }
}

/// Nothing of it happens, so that nothing of it is remembered as done.
fn hold(entry: &mut Entry) {
    *entry = Entry { step: Step::Hold, set: 0, clear: 0, refused: 0, denied: 0, replaced: 0, ..*entry };
}

impl Approved {
    /// The plan, as far as it may be applied.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Why not all of it may be.
    #[must_use]
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// How many cards are not in a file while their rows wait.
    #[must_use]
    pub fn left_out(&self) -> usize {
        let writes_all = self.plan.is_file && !self.keeps_file;
        self.plan.entries.iter().filter(|e| writes_all && e.step == Step::Hold).count()
    }

    /// How many cards then stand at the destination. `standing` are those that stand there now, ascending.
    #[must_use]
    pub fn cards(&self, after: &Written, standing: &[ClientId]) -> usize {
        let entries = || self.plan.entries.iter();
        match (self.plan.is_file, self.keeps_file) {
            (false, _) => after.standing(),
            (true, false) => entries().filter(|e| e.is_listed()).count(),
            (true, true) => {
                let gone = |e: &&Entry| e.step == Step::Delete && standing.binary_search(&e.id).is_ok();
                standing.len() - entries().filter(gone).count()
            }
        }
    }

    /// Whether a file is kept as it is, but for what refusals take from it.
    #[must_use]
    pub fn keeps_file(&self) -> bool {
        self.keeps_file
    }

    /// The day for which it was approved.
    #[must_use]
    pub fn today(&self) -> Day {
        self.today
    }

    /// See [`Plan::digest`]: of what may be applied.
    #[must_use]
    pub fn digest(&self, keys: &PlanKeys) -> [u8; 32] {
        self.plan.digest(keys)
    }
}
