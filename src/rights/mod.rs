//! `rights`: whom refusals reach. It sees every row of every source, and lets out nothing but which
//! (row, purpose) and which (value, purpose) are refused (DESIGN section 2).
//!
//! A refusal names a value. The value is blocked in every row. Rows are reached through values that are
//! not shared, or through a shared one when the name agrees too; from a reached row it goes on to the
//! row's other values. What it reached is remembered as keyed hashes and only grows.

mod index;
mod memory;
mod reach;
mod seeds;
mod trace;

use std::collections::{BTreeMap, BTreeSet};

pub use memory::{Cause, Consented, Remembered, Yes};
pub(crate) use trace::{Origin, Trace, Tracing};

use crate::{
    address::SourceId,
    check::kind::Identity,
    config::Config,
    day::Day,
    finding::Finding,
    identity::Identifying,
    keys::Hasher,
    record::{Records, RowId},
    set::{FieldId, PurposeId, PurposeSet},
    value::Private,
};

/// What the ledger remembers that bears on rights.
#[derive(Default)]
pub struct Memory {
    /// Refusals of earlier runs.
    pub refusals: Vec<Remembered>,
    /// Who said yes, per source and purpose.
    pub consented: BTreeMap<(SourceId, PurposeId), Consented>,
}

/// Names one value: its row, its field and its place in the list.
pub type CellId = (RowId, FieldId, u8);

/// Refused purposes, each with the day of the refusal.
type Days = Vec<(PurposeId, Day)>;

/// What is refused. Beside it only what must be remembered and what the operator is told.
#[derive(Default, Debug)]
pub struct Reached {
    /// Refused purposes of rows, each with the day of the refusal.
    rows: BTreeMap<RowId, Days>,
    /// Refused purposes of single values: row, field and place in the list.
    cells: BTreeMap<CellId, Days>,
    /// Remembered grants of rows whose refusal came from their own cell, by which they are projected.
    restored: BTreeMap<RowId, Days>,
    /// Rows whose own cell refuses, and that have no grant of their own, or the refusal no date to compare:
    /// nothing frees them.
    standing: BTreeSet<(RowId, PurposeId)>,
    /// The values themselves.
    pub values: Vec<RefusedValue>,
    /// To be remembered.
    pub new: Vec<Remembered>,
    /// Who said yes, as it is now.
    pub consented: BTreeMap<(SourceId, PurposeId), Consented>,
    /// What only a person can settle, with the row that it is about.
    pub questions: Vec<(Finding, Option<RowId>)>,
    /// How far it went.
    pub counts: Counts,
}

/// A value that is refused, as it was met in this run: for the cards of people who have no row any more.
#[derive(Clone, PartialEq, Eq)]
pub struct RefusedValue {
    /// As what it identifies.
    pub identity: Identity,
    text: Box<str>,
    /// The full name of the row that held it.
    name: Option<Box<str>>,
    /// Whether a list of refusals names it, whoever has it.
    is_listed: bool,
    /// The purposes for which it is refused.
    pub purposes: PurposeSet,
}

impl RefusedValue {
    /// The canonical text.
    #[must_use]
    pub fn text(&self) -> Private<'_> {
        Private::new(&self.text)
    }

    /// Whether a list of refusals names it, whoever has it.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.is_listed
    }

    /// The full name beside it, as [`crate::likeness::Traits::full_name`] gives it.
    #[must_use]
    pub fn name(&self) -> Option<Private<'_>> {
        self.name.as_deref().map(Private::new)
    }
}

impl std::fmt::Debug for RefusedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?}", self.identity, self.text(), self.purposes)
    }
}

/// How many rows a run's refusals reached.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Rows that said no themselves.
    pub own: usize,
    /// Rows that hold a value which a refusal names.
    pub by_value: usize,
    /// Rows reached through another row of the same person.
    pub by_link: usize,
}

impl Reached {
    /// The refused purposes of a row.
    #[must_use]
    pub fn row(&self, row: RowId) -> &[(PurposeId, Day)] {
        self.rows.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Whether the row's own cell refuses, and nothing frees it.
    #[must_use]
    pub fn stands(&self, row: RowId, purpose: PurposeId) -> bool {
        self.standing.contains(&(row, purpose))
    }

    /// The refused purposes of one value of a row.
    #[must_use]
    pub fn cell(&self, row: RowId, field: FieldId, part: u8) -> &[(PurposeId, Day)] {
        if self.cells.is_empty() {
            return &[];
        }
        self.cells.get(&(row, field, part)).map_or(&[], Vec::as_slice)
    }

    /// The refused purposes of each value of a row.
    pub fn has_cells(&self, row: RowId) -> impl Iterator<Item = &[(PurposeId, Day)]> {
        let cells = self.cells.range((row, FieldId(0), 0)..=(row, FieldId(u8::MAX), u8::MAX));
        cells.map(|(_, list)| list.as_slice())
    }

    /// The remembered grants by which a row is projected although its own cell refuses now.
    #[must_use]
    pub fn restored(&self, row: RowId) -> &[(PurposeId, Day)] {
        self.restored.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing is refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.cells.is_empty()
    }
}

/// The purposes that a person's no can end.
pub(crate) fn closable(config: &Config) -> PurposeSet {
    let purposes = config.purposes.iter().enumerate();
    purposes.filter(|(_, p)| p.basis.can_be_refused()).map(|(i, _)| PurposeId(i as u8)).collect()
}

/// Finds everything that refusals reach: those in the rows themselves, and those that are remembered.
#[must_use]
pub fn reached(records: &Records, config: &Config, memory: &Memory, hasher: &Hasher, today: Day) -> Reached {
    let identifying = Identifying::of(config);
    let mut out = Reached::default();
    let seeds = seeds::find(records, config, memory, today, &mut out);
    if seeds.is_empty() && memory.refusals.is_empty() {
        return out;
    }
    let index = index::Index::new(records, &identifying, hasher, config);
    let mut reach = reach::Reach::new(records, &identifying, &index, config, hasher);
    reach.remembered(&memory.refusals, closable(config));
    for seed in &seeds {
        reach.seed(seed);
    }
    reach.run();
    reach.finish(&memory.refusals, &mut out);
    out
}

/// The later of the days of equal purposes, in the order of the purposes.
fn latest(list: &mut Days, purpose: PurposeId, day: Day) -> bool {
    match list.binary_search_by_key(&purpose, |(p, _)| *p) {
        Ok(i) if list[i].1 >= day => false,
        Ok(i) => {
            list[i].1 = day;
            true
        }
        Err(i) => {
            list.insert(i, (purpose, day));
            true
        }
    }
}

/// The purposes that a remembered name means: the one of that name now or before; a name that nothing
/// bears any more closes all that a no can end, since it must not bring anybody back.
pub(crate) fn named(config: &Config, name: &str, closable: PurposeSet) -> (PurposeSet, bool) {
    let bears = |p: &crate::purpose::Purpose| p.name == name || p.was.iter().any(|w| w == name);
    let found: BTreeSet<u8> =
        config.purposes.iter().enumerate().filter(|(_, p)| bears(p)).map(|(i, _)| i as u8).collect();
    if found.is_empty() {
        (closable, false)
    } else {
        (found.into_iter().map(PurposeId).collect::<PurposeSet>().intersection(closable), true)
    }
}
