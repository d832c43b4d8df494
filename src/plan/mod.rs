//! `plan`: from cleared clients, and what the ledger says was written, to what is to change. Held is not
//! absent: what waits for a person keeps its card, which may lose, never gain.

mod alike;
mod cells;
mod few;
mod guard;
mod loose;
mod planner;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

pub use cells::Columns;
pub(crate) use cells::{VALUES_APART, flag_text, write_value};
pub use few::Few;
pub use guard::{Approved, Guard, PERCENT, Stop};
pub use state::After;

use planner::Planner;

use crate::{
    change::ClientId,
    config::{Config, Mode},
    csr::Lists,
    day::Day,
    decision::{Decisions, Pair, Party},
    gate::{Cleared, Closed, Granted, RouteId, Rows},
    identity::Identifying,
    keys::{Hasher, Keys, Use},
    record::{Lapse, RowId},
    resolve::{RouteKeys, Why},
    set::FieldId,
    written::{Index, Written},
};

/// No client, or no card.
const NONE: u32 = u32::MAX;

/// What is to happen to one card of a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The card.
    pub id: ClientId,
    client: u32,
    card: u32,
    /// A refusal took the card away before: there is nothing of it to speak of.
    is_tomb: bool,
    /// Its rows are gone, whatever somebody refused.
    is_absent: bool,
    /// What happens.
    pub step: Step,
    /// Why.
    pub why: Reason,
    /// Columns that are set, as bits.
    pub set: u64,
    /// Columns that are cleared, as bits.
    pub clear: u64,
    /// Of those, the ones that a refusal cleared.
    pub refused: u64,
    /// Permission flags that turn to no, as bits.
    pub denied: u64,
    /// Columns in which one value takes the place of another, as bits.
    pub replaced: u64,
    /// What kept it back from what was planned.
    pub back: Back,
}

/// What keeps a change back, in whole or in part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Back {
    /// Nothing.
    No,
    /// The guard.
    Guard,
    /// It is not among the few that go first.
    Later,
}

impl Entry {
    /// An entry to which nothing happens.
    fn new(id: ClientId, client: u32, card: u32) -> Self {
        let (step, why) = (Step::Stand, Reason::Rows);
        let (set, clear, refused, denied, replaced, back) = (0, 0, 0, 0, 0, Back::No);
        let (is_tomb, is_absent) = (false, false);
        Self { id, client, card, is_tomb, is_absent, step, why, set, clear, refused, denied, replaced, back }
    }

    /// The client, by its place among the route's clients.
    #[must_use]
    pub fn client(&self) -> Option<usize> {
        (self.client != NONE).then_some(self.client as usize)
    }

    /// Whether it only keeps in mind whom a refusal took away.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.is_tomb && matches!(self.step, Step::Hold | Step::Omit)
    }

    /// Whether a refusal takes it, for whatever reason it goes.
    pub(crate) fn is_refused(&self) -> bool {
        self.step == Step::Delete && (self.why == Reason::Refused || self.refused != 0)
    }

    /// Whether it goes for a reason, and no refusal would take it anyway.
    pub(crate) fn goes_by(&self, why: Reason) -> bool {
        self.step == Step::Delete && self.why == why && self.refused == 0
    }

    /// Whether a file that is written as a whole has the card.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.client().is_some() && matches!(self.step, Step::Create | Step::Update | Step::Stand)
    }

    /// The card, by its place in what the ledger knows.
    #[must_use]
    pub fn card(&self) -> Option<usize> {
        (self.card != NONE).then_some(self.card as usize)
    }
}

/// What happens to a card.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// It comes into being.
    Create,
    /// Some of its columns change.
    Update,
    /// It goes.
    Delete,
    /// Nothing: it stands as it should.
    Stand,
    /// Nothing: something waits.
    Hold,
    /// Nothing: there is no card, and none is made.
    Omit,
}

/// Why a card goes, waits or is not made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// Its rows say so.
    Rows,
    /// A refusal.
    Refused,
    /// No grant holds any more.
    Lapsed,
    /// It became part of another.
    Merged,
    /// Its rows are gone.
    Absent,
    /// Rows that may belong to it wait for a person.
    Waiting,
    /// One card vanishes and one appears that are alike: perhaps an edit.
    Edit,
    /// A source was not read.
    Unread,
    /// The destination's mode doesn't do that.
    Mode,
    /// A person undid the run that made it.
    Undone,
}

/// Something that waits for a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Item {
    /// What waits, hashed, so that it is known again.
    pub key: u64,
    /// Why.
    pub why: Waits,
    /// A row that it is about, by its place among the route's rows.
    pub row: Option<u32>,
    /// A row that the route doesn't see.
    pub unseen: Option<RowId>,
    /// The cards that it is about.
    pub cards: Vec<ClientId>,
    /// Whether it was not there at the last run.
    pub is_new: bool,
    /// The day on which it was first seen.
    pub since: Day,
}

/// Why something waits for a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Waits {
    /// A row can't be used as it is, or can't be told apart.
    Row(Why),
    /// A date that decides about a row's grant can't be read.
    GrantUnsure,
    /// A vanished card and a new client look like one edited row.
    Edit,
}

/// What is to change at one destination.
pub struct Plan {
    route: RouteId,
    is_file: bool,
    /// Every card and every client, by id.
    pub entries: Vec<Entry>,
    /// What waits for a person.
    pub items: Vec<Item>,
    /// Rows with a live grant that wait and can't be tied to a card: nothing goes by absence.
    pub suspended: usize,
    /// Whether nothing goes but by refusal, because a source was not read.
    pub is_frozen: bool,
    /// Whether only a few go, and the rest is left for later.
    is_few: bool,
    /// By client, the fingerprints of what its columns shall hold; none where nothing is set.
    prints: Lists<u64>,
    shadows: BTreeMap<usize, Vec<u64>>,
    columns: Columns,
    untied: Vec<u64>,
    vanished: usize,
}

/// What planning knows beside the clients.
pub struct Known<'a> {
    /// The config.
    pub config: &'a Config,
    /// What the route wrote before, its bits in the order of the config's purposes.
    pub past: &'a Written,
    /// The same, to be found by hash.
    pub index: &'a Index<'a>,
    /// The keys of the route's matching.
    pub keys: &'a RouteKeys,
    /// The keys of its fingerprints and of what waits.
    pub prints: &'a PlanKeys,
    /// The cards that the destination holds, ascending.
    pub standing: &'a [ClientId],
    /// What people decided about the route.
    pub decisions: &'a Decisions,
    /// The day of the run.
    pub today: Day,
}

/// The keys that planning uses.
pub struct PlanKeys {
    fingerprint: Hasher,
    waiting: Hasher,
    plan: Hasher,
}

impl PlanKeys {
    /// The keys of a route.
    #[must_use]
    pub fn new(keys: &Keys, route: &str) -> Self {
        Self {
            fingerprint: keys.hasher(Use::Fingerprint, route),
            waiting: keys.hasher(Use::Waiting, route),
            plan: keys.hasher(Use::Plan, route),
        }
    }

    /// The hash of a question about some pairs.
    pub(crate) fn question<'p>(&self, kind: &str, pairs: impl Iterator<Item = &'p Pair>) -> u64 {
        let parties: BTreeSet<(Party, Party)> = pairs.map(|pair| (pair.a.min(pair.b), pair.a.max(pair.b))).collect();
        let mut stream = self.waiting.stream();
        stream.part(kind.as_bytes());
        for party in parties.into_iter().flat_map(|(a, b)| [a, b]) {
            match party {
                Party::Person(hash) => stream.part(&hash.to_be_bytes()),
                Party::Card(id) => stream.part(&id.0),
            }
        }
        let hash = stream.finish();
        u64::from_be_bytes(std::array::from_fn(|i| hash[i]))
    }
}

impl Plan {
    /// What is to change so that the destination holds `cleared`.
    ///
    /// # Panics
    /// When clients and rows are of different routes.
    #[must_use]
    pub fn between(cleared: &Cleared<Closed>, rows: &Granted<Rows<'_>>, known: &Known<'_>) -> Self {
        assert_eq!(cleared.route(), rows.route(), "clients of one route, rows of another");
        let route = &known.config.routes[usize::from(cleared.route().0)];
        let columns = Columns::new(known.config, route);
        let planner = Planner {
            closed: cleared.get(),
            rows: rows.get(),
            known,
            mode: route.mode,
            is_file: route.kind.is_file,
            clears_blanks: route.mode == Mode::Mirror || route.clear,
            columns: &columns,
            identifying: Identifying::of(known.config),
            waiting: cleared.get().clients.waiting_by_card(),
        };
        let (mut entries, prints) = planner.clients();
        let loose = planner.loose_rows();
        let (cards, vanished) = planner.cards(&loose);
        entries.extend(cards);
        entries.par_sort_unstable_by_key(|e| (e.id, e.client));
        let mut items = planner.items();
        let shadows = cells::shadows(&planner);
        let edits = alike::edits(&planner, &mut entries, &prints, &shadows);
        items.extend(edits);
        let (waiting, today) = (&known.past.waiting, known.today);
        for item in &mut items {
            let seen = waiting.binary_search_by_key(&item.key, |(key, _)| *key);
            item.is_new = seen.is_err();
            item.since = seen.map_or(today, |at| waiting[at].1);
        }
        items.sort_unstable();
        Self {
            route: cleared.route(),
            is_file: route.kind.is_file,
            entries,
            items,
            suspended: if vanished > 0 && route.mode == Mode::Mirror { loose.suspending } else { 0 },
            is_frozen: cleared.get().is_frozen,
            is_few: false,
            prints,
            shadows,
            untied: loose.prints,
            vanished,
            columns,
        }
    }

    /// What is to change so that cards (ascending, by their place in `past`) go, because a person undoes the run
    /// that made them, and nothing else.
    #[must_use]
    pub fn undoing(route: RouteId, columns: Columns, past: &Written, cards: &[usize]) -> Self {
        let entry = |card: &usize| Entry {
            step: Step::Delete,
            why: Reason::Undone,
            ..Entry::new(past.ids[*card], NONE, *card as u32)
        };
        Self {
            route,
            is_file: false,
            entries: cards.iter().map(entry).collect(),
            items: Vec::new(),
            suspended: 0,
            is_frozen: false,
            is_few: false,
            prints: Lists::default(),
            shadows: BTreeMap::new(),
            columns,
            untied: Vec::new(),
            vanished: 0,
        }
    }

    /// The route.
    #[must_use]
    pub fn route(&self) -> RouteId {
        self.route
    }

    /// The columns that the plan speaks of.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Column by column that holds values, whether a client that is given something and a card have the same;
    /// nothing where one of them has none.
    pub(crate) fn agreement(&self, client: usize, past: &Written, card: usize) -> Vec<Option<bool>> {
        let before = self.columns.prints_of(past, card);
        let new = self.shadows.get(&client).map_or(self.prints.get(client), Vec::as_slice);
        let columns = before.iter().zip(new).enumerate().filter(|(column, _)| self.columns.field(*column).is_some());
        columns.map(|(_, (old, new))| (*old != 0 && *new != 0).then(|| old == new)).collect()
    }

    /// A keyed digest of all that the plan does, values included: two plans of one digest do the same.
    #[must_use]
    pub fn digest(&self, keys: &PlanKeys) -> [u8; 32] {
        let mut stream = keys.plan.stream();
        for entry in self.entries.iter().filter(|e| e.step != Step::Stand) {
            stream.part(&entry.id.0);
            stream.part(&[entry.step as u8, entry.why as u8]);
            stream.part(&(u128::from(entry.set) << 64 | u128::from(entry.clear)).to_be_bytes());
            if let Some(client) = entry.client() {
                let prints = self.prints.get(client).iter().enumerate();
                let set = prints.filter(|(c, _)| entry.set & (1 << c) != 0);
                set.for_each(|(_, print)| stream.part(&print.to_be_bytes()));
            }
        }
        stream.finish()
    }

    /// How many cards take a step for a reason.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<(Step, Reason), usize> {
        let mut counts = BTreeMap::new();
        for entry in self.entries.iter().filter(|e| !e.is_silent()) {
            *counts.entry((entry.step, entry.why)).or_default() += 1;
        }
        counts
    }

    /// How many cards are left for later, in whole or in part.
    #[must_use]
    pub fn later(&self) -> usize {
        self.entries.iter().filter(|e| e.back == Back::Later).count()
    }

    /// Whether something at the destination changes.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.entries.iter().any(|e| matches!(e.step, Step::Create | Step::Update | Step::Delete))
    }
}

/// What the report says of rows that the route doesn't see, by reason.
#[must_use]
pub fn lapses(rows: &Rows<'_>) -> BTreeMap<Lapse, usize> {
    let mut counts = BTreeMap::new();
    for mark in rows.marks().iter().filter(|m| m.unsure.is_empty()) {
        *counts.entry(mark.why).or_default() += 1;
    }
    counts
}

/// The field of a column, or the flag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ColumnOf {
    /// A field.
    Field(FieldId),
    /// A permission flag.
    Flag(crate::set::PurposeId, crate::purpose::Channel),
}
