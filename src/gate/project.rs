//! The first gate: per route, the cells that its purposes allow, row by row.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Granted, RouteId};
use crate::{
    config::Config,
    day::Day,
    record::{Fact, Grant, Lapse, RecordRef, Records, RowId, State},
    rights::Reached,
    set::{FieldId, FieldSet, PurposeId, PurposeSet},
    value::Private,
};

/// What a route sees of one row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen {
    row: RowId,
    cells: FieldSet,
    ready: PurposeSet,
    waiting: PurposeSet,
}

/// What a route knows of a row that it doesn't see: no values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The row, for its address in the operator's report.
    pub row: RowId,
    /// The hashed handles by which its sheet knows it.
    pub handles: Vec<u64>,
    /// Why no purpose of the route has a live grant.
    pub why: Lapse,
    /// Purposes whose grant can't be told, because a date that decides can't be read: the row is held.
    pub unsure: PurposeSet,
}

/// What stands in a field, as far as a route may know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeenCell<'a> {
    /// A value.
    Value(Private<'a>),
    /// Nothing.
    Blank,
    /// Something that could not be read, or that waits for the rest of its row: the field stays.
    Bad,
    /// No purpose of the route carries it here.
    Taken,
}

/// All that one route sees.
pub struct Rows<'r> {
    records: &'r Records,
    fields: FieldSet,
    needs: Vec<(PurposeId, FieldSet)>,
    seen: Sights,
    marks: Vec<Mark>,
}

/// What is seen of many rows: few things are seen of any, so each is kept once.
#[derive(Default)]
struct Sights {
    rows: Vec<(RowId, u32)>,
    kinds: Vec<Sight>,
    places: HashMap<[u64; 3], u32>,
}

/// What is seen of a row: the cells, and the purposes that are ready and waiting.
type Sight = (FieldSet, PurposeSet, PurposeSet);

impl Sights {
    fn push(&mut self, seen: Seen) {
        let kind = self.kind((seen.cells, seen.ready, seen.waiting));
        self.rows.push((seen.row, kind));
    }

    fn kind(&mut self, sight: Sight) -> u32 {
        let (cells, ready, waiting) = sight;
        *self.places.entry([cells.0, ready.0, waiting.0]).or_insert_with(|| {
            self.kinds.push(sight);
            self.kinds.len() as u32 - 1
        })
    }

    fn append(&mut self, more: Self) {
        let kinds: Vec<u32> = more.kinds.into_iter().map(|sight| self.kind(sight)).collect();
        self.rows.extend(more.rows.into_iter().map(|(row, kind)| (row, kinds[kind as usize])));
    }

    fn get(&self, row: usize) -> Seen {
        let (row, kind) = self.rows[row];
        let (cells, ready, waiting) = self.kinds[kind as usize];
        Seen { row, cells, ready, waiting }
    }
}

impl Seen {
    /// The row, for its address in the operator's report.
    #[must_use]
    pub fn row(&self) -> RowId {
        self.row
    }

    /// The fields that some purpose carries here.
    #[must_use]
    pub fn cells(&self) -> FieldSet {
        self.cells
    }

    /// Purposes with a live grant and all that they require.
    #[must_use]
    pub fn ready(&self) -> PurposeSet {
        self.ready
    }

    /// Purposes with a live grant that lack something which they require.
    #[must_use]
    pub fn waiting(&self) -> PurposeSet {
        self.waiting
    }

    /// Whether no purpose has all that it requires.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.ready.is_empty()
    }
}

impl<'r> Rows<'r> {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of the rows, which are in no order that means anything.
    #[must_use]
    pub fn seen(&self, row: usize) -> Seen {
        self.seen.get(row)
    }

    /// What is known of the rows that the route doesn't see.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The fields of the route.
    #[must_use]
    pub fn fields(&self) -> FieldSet {
        self.fields
    }

    /// The record behind a row, through which only [`Seen::cells`] may be read.
    pub(crate) fn record(&self, row: usize) -> RecordRef<'r> {
        self.records.get(self.seen.rows[row].0)
    }

    /// What the route may know of a field of a row.
    #[must_use]
    pub fn cell(&self, row: usize, field: FieldId) -> SeenCell<'r> {
        let seen = self.seen(row);
        if !seen.cells.has(field) {
            return SeenCell::Taken;
        }
        if !self.carriers(field).intersection(seen.ready).is_empty() {
            let record = self.record(row);
            return match record.cell(field).state() {
                State::Blank => SeenCell::Blank,
                State::Bad => SeenCell::Bad,
                State::Value => record.text(field).map_or(SeenCell::Blank, SeenCell::Value),
            };
        }
        SeenCell::Bad
    }

    /// The purposes of the route that need a field.
    #[must_use]
    pub fn carriers(&self, field: FieldId) -> PurposeSet {
        self.needs.iter().filter(|(_, needs)| needs.has(field)).map(|(p, _)| *p).collect()
    }

    /// The row's grant for a purpose: its day and the last day on which it holds.
    #[must_use]
    pub fn grant(&self, row: usize, purpose: PurposeId) -> Option<&'r Fact> {
        self.record(row).facts().iter().find(|f| f.purpose == purpose)
    }

    /// The day by which newest is decided.
    #[must_use]
    pub fn dated(&self, row: usize) -> Day {
        self.record(row).row().dated
    }

    /// The hashed handles by which its sheet knows a row.
    #[must_use]
    pub fn handles(&self, row: usize) -> &'r [u64] {
        self.record(row).handles()
    }

    /// The row's source, for survivorship in the order of sources.
    #[must_use]
    pub fn source(&self, row: usize) -> u16 {
        self.records.sheets[self.record(row).sheet()].source.0
    }
}

/// Decides what a route sees: the cells f where some purpose p of the route has a live grant in that row
/// and f ∈ needs(p); nothing if none has. Refusals are not asked here, but for the remembered grant of a
/// row whose own cell refuses now.
#[must_use]
pub fn project<'r>(records: &'r Records, reached: &Reached, config: &Config, route: RouteId) -> Granted<Rows<'r>> {
    let purposes = config.routes[usize::from(route.0)].purposes;
    let rules = Rules {
        purposes: purposes.iter().map(|p| (p, config.purpose(p).needs, config.purpose(p).required)).collect(),
        reached,
    };
    let parts: Vec<(Sights, Vec<Mark>)> = (0..records.chunks.len())
        .into_par_iter()
        .map(|c| {
            let (mut seen, mut marks) = (Sights::default(), Vec::new());
            for r in 0..records.chunks[c].rows.len() {
                let row = RowId::new(c, r);
                match rules.row(row, records.get(row)) {
                    Some(Ok(row)) => seen.push(row),
                    Some(Err(mark)) => marks.push(mark),
                    None => {}
                }
            }
            (seen, marks)
        })
        .collect();
    let (mut seen, mut marks) = (Sights::default(), Vec::new());
    seen.rows.reserve_exact(parts.iter().map(|(seen, _)| seen.rows.len()).sum());
    for (more_seen, more_marks) in parts {
        seen.append(more_seen);
        marks.extend(more_marks);
    }
    let needs: Vec<_> = rules.purposes.iter().map(|(p, needs, _)| (*p, *needs)).collect();
    let fields = needs.iter().fold(FieldSet::EMPTY, |all, (_, needs)| all.union(*needs));
    Granted { route, of: Rows { records, fields, needs, seen, marks } }
}

struct Rules<'a> {
    purposes: Vec<(PurposeId, FieldSet, FieldSet)>,
    reached: &'a Reached,
}

impl Rules<'_> {
    /// What the route sees of a row, or what it knows of one that it doesn't see; `None` when the row
    /// never had to do with its purposes.
    fn row(&self, row: RowId, record: RecordRef<'_>) -> Option<Result<Seen, Mark>> {
        let restored = self.reached.restored(row);
        let (mut cells, mut ready, mut waiting, mut unsure) =
            (FieldSet::EMPTY, PurposeSet::EMPTY, PurposeSet::EMPTY, PurposeSet::EMPTY);
        let mut lapse = None;
        for fact in record.facts() {
            let Some((purpose, needs, required)) = self.purposes.iter().find(|(p, ..)| *p == fact.purpose) else {
                continue;
            };
            let live = match fact.grant {
                Grant::Live => true,
                Grant::Unsure => {
                    unsure.insert(*purpose);
                    false
                }
                Grant::Lapsed(why) => {
                    lapse = lapse.max(Some(why));
                    restored.iter().any(|(p, _)| p == purpose)
                }
            };
            if live {
                cells = cells.union(*needs);
                let has_all = required.iter().all(|f| record.cell(f).state() == State::Value);
                if has_all { ready.insert(*purpose) } else { waiting.insert(*purpose) }
            }
        }
        if !ready.union(waiting).is_empty() {
            return Some(Ok(Seen { row, cells, ready, waiting }));
        }
        let why = lapse.or_else(|| (!unsure.is_empty()).then_some(Lapse::Expired))?;
        (why != Lapse::RefusalList).then(|| Err(Mark { row, handles: record.handles().to_vec(), why, unsure }))
    }
}
