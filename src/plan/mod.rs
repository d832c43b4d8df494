//! `plan`: from cleared clients, and what the ledger says was written, to what is to change. Held is not
//! absent: what waits for a person keeps its card, which may lose, never gain.

mod alike;
mod cells;
mod guard;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

pub use cells::Columns;
pub(crate) use cells::write_value;
pub use guard::{Approved, Guard, PERCENT, Stop};
pub use state::After;

use crate::{
    change::ClientId,
    config::{Config, Mode},
    csr::Lists,
    day::Day,
    gate::{Cleared, Closed, Granted, May, RouteId, Rows},
    keys::{Hasher, Keys, Use},
    record::{Lapse, RowId},
    resolve::{Clients, RouteKeys, Waiting, Why},
    set::{FieldId, FieldSet, PurposeSet},
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
}

impl Entry {
    /// An entry to which nothing happens.
    fn new(id: ClientId, client: u32, card: u32) -> Self {
        let (step, why) = (Step::Stand, Reason::Rows);
        let (set, clear, refused, denied, replaced) = (0, 0, 0, 0, 0);
        Self { id, client, card, is_tomb: false, is_absent: false, step, why, set, clear, refused, denied, replaced }
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
        for item in &mut items {
            item.is_new = known.past.waiting.binary_search(&item.key).is_err();
        }
        items.sort_unstable();
        Self {
            route: cleared.route(),
            is_file: route.kind.is_file,
            entries,
            items,
            suspended: if vanished > 0 && route.mode == Mode::Mirror { loose.suspending } else { 0 },
            is_frozen: cleared.get().is_frozen,
            prints,
            shadows,
            untied: loose.prints,
            vanished,
            columns,
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

    /// Whether something at the destination changes.
    #[must_use]
    pub fn changes(&self) -> bool {
        self.entries.iter().any(|e| matches!(e.step, Step::Create | Step::Update | Step::Delete))
    }
}

/// Rows that wait and belong to no card that is known.
struct Loose {
    suspending: usize,
    prints: Vec<u64>,
}

struct Planner<'a> {
    closed: &'a Closed,
    rows: &'a Rows<'a>,
    known: &'a Known<'a>,
    mode: Mode,
    is_file: bool,
    clears_blanks: bool,
    columns: &'a Columns,
    waiting: BTreeMap<u32, Vec<&'a Waiting>>,
}

impl Planner<'_> {
    /// What the rows that wait for a card may show: those cells stay as they stand. A file has none that could.
    fn waiting_fields(&self, card: usize) -> FieldSet {
        let rows = self.waiting.get(&(card as u32)).filter(|_| !self.is_file);
        let cells = rows.into_iter().flatten().map(|waiting| self.rows.seen(waiting.row as usize).cells());
        cells.fold(FieldSet::EMPTY, FieldSet::union)
    }

    fn clients_of(&self) -> &Clients {
        &self.closed.clients
    }

    /// One entry per client, and the fingerprints of what those that change are given.
    fn clients(&self) -> (Vec<Entry>, Lists<u64>) {
        const CHUNK: usize = 4096;
        let clients = self.clients_of();
        let entry = |(id, card): (&ClientId, &Option<u32>)| Entry::new(*id, NONE, card.unwrap_or(NONE));
        let mut entries: Vec<Entry> = clients.ids.iter().zip(&clients.cards).map(entry).collect();
        let chunks = entries.par_chunks_mut(CHUNK).enumerate().map(|(chunk, entries)| {
            let (mut new, mut prints) = (Vec::with_capacity(self.columns.len()), Lists::default());
            for (place, entry) in entries.iter_mut().enumerate() {
                let client = chunk * CHUNK + place;
                entry.client = client as u32;
                entry.is_tomb = entry.card().is_some_and(|card| self.known.past.is_tomb(card));
                cells::fingerprints(self, client, &mut new);
                match entry.card() {
                    Some(card) if !entry.is_tomb => self.standing(entry, client, card, &new),
                    _ => self.newcomer(entry, client, &new),
                }
                prints.extend(new.iter().copied().filter(|_| entry.set != 0));
                prints.end();
            }
            prints
        });
        let prints = Lists::concat(chunks.collect());
        (entries, prints)
    }

    fn newcomer(&self, entry: &mut Entry, client: usize, new: &[u64]) {
        let filled = new.iter().enumerate().filter(|(_, print)| **print != 0);
        entry.set = filled.fold(0, |bits, (column, _)| bits | 1 << column);
        if let Some(card) = entry.card() {
            entry.set &= cells::would_stand(self, client, card, new, self.mode != Mode::Create);
        }
        (entry.step, entry.why) = match (self.closed.may[client], self.mode) {
            (May::Gain, Mode::Update) => (Step::Omit, Reason::Mode),
            (May::Gain, _) => (Step::Create, Reason::Rows),
            (May::Lose, _) if self.closed.is_frozen => (Step::Omit, Reason::Unread),
            // Removals by refusal are repeated until they are read back.
            (May::Lose | May::Go, _) if self.stands(entry.id) => (Step::Delete, Reason::Refused),
            (May::Lose | May::Go, _) => (Step::Omit, Reason::Refused),
        };
    }

    fn stands(&self, id: ClientId) -> bool {
        self.known.standing.binary_search(&id).is_ok()
    }

    fn standing(&self, entry: &mut Entry, client: usize, card: usize, new: &[u64]) {
        if self.closed.may[client] == May::Go {
            (entry.step, entry.why) = (Step::Delete, Reason::Refused);
            return;
        }
        // A file has no old card to keep: a client that may only lose is left out.
        if self.is_file && self.closed.may[client] == May::Lose && !self.closed.is_frozen {
            (entry.step, entry.why) = (Step::Delete, Reason::Refused);
            return;
        }
        let before = self.columns.prints_of(self.known.past, card);
        let may_gain = self.closed.may[client] == May::Gain && self.mode != Mode::Create;
        cells::compare(self, entry, client, new, &before, may_gain);
        if entry.set | entry.clear != 0 {
            entry.step = Step::Update;
        }
    }

    /// Rows that wait, and rows whose grant can't be told, that no card is known to come from. One that
    /// was here when no card lacked its rows can't be what is left of a card.
    fn loose_rows(&self) -> Loose {
        let waiting = self.clients_of().waiting.iter().filter(|w| w.cards.is_empty()).map(|w| w.print);
        let unsure = self.rows.marks().iter().filter(|m| !m.unsure.is_empty());
        let unsure = unsure.filter(|m| self.cards_of_mark(&m.handles).is_empty());
        let mut prints: Vec<u64> =
            waiting.chain(unsure.map(|m| m.handles.first().copied().unwrap_or_default())).collect();
        prints.sort_unstable();
        prints.dedup();
        let suspending = prints.iter().filter(|p| self.known.past.innocent.binary_search(p).is_err()).count();
        Loose { suspending, prints }
    }

    fn cards_of_mark(&self, handles: &[u64]) -> BTreeSet<u32> {
        handles.iter().flat_map(|h| self.known.index.of_handle(*h)).collect()
    }

    /// One entry per card that has no client, and how many of them vanished.
    fn cards(&self, loose: &Loose) -> (Vec<Entry>, usize) {
        let past = self.known.past;
        let mut has_client = vec![false; past.len()];
        for card in self.clients_of().cards.iter().flatten() {
            has_client[*card as usize] = true;
        }
        if has_client.iter().all(|has| *has) {
            return (Vec::new(), 0);
        }
        let (mut lapsed, mut unsure) = (BTreeSet::new(), BTreeSet::new());
        for mark in self.rows.marks() {
            let cards = self.cards_of_mark(&mark.handles);
            if mark.unsure.is_empty() { lapsed.extend(cards) } else { unsure.extend(cards) }
        }
        let mut vanished = 0;
        let entries = (0..past.len() as u32)
            .filter(|card| !has_client[*card as usize])
            .map(|card| {
                let as_if = self.as_if_nobody_refused(card, loose, &lapsed, &unsure);
                let (step, why) = self.card(card, as_if);
                let is_absent = as_if.1 == Reason::Absent;
                vanished += usize::from(is_absent);
                let is_tomb = past.is_tomb(card as usize);
                let mut entry =
                    Entry { is_tomb, is_absent, step, why, ..Entry::new(past.ids[card as usize], NONE, card) };
                if self.closed.cards.contains_key(&card) && step == Step::Delete {
                    entry.refused = u64::MAX;
                }
                if step == Step::Update {
                    entry.clear = self.clear_of(card);
                    entry.refused = entry.clear;
                    if entry.clear == 0 {
                        entry.step = Step::Hold;
                    }
                }
                entry
            })
            .collect();
        (entries, vanished)
    }

    /// What becomes of a card without a client. One that a refusal took away is forgotten when it would
    /// go, and known on when it would stay.
    fn card(&self, card: u32, as_if: (Step, Reason)) -> (Step, Reason) {
        let past = self.known.past;
        if past.is_tomb(card as usize) {
            return match as_if {
                _ if self.stands(past.ids[card as usize]) => (Step::Delete, Reason::Refused),
                (Step::Delete, why) => (Step::Omit, why),
                _ => (Step::Omit, Reason::Refused),
            };
        }
        match self.closed.cards.get(&card) {
            // What goes anyway goes for that reason, whether or not somebody refused.
            Some(_) if as_if.0 == Step::Delete => as_if,
            Some(closes) if self.is_file || past.carried[card as usize].is_subset(*closes) => {
                (Step::Delete, Reason::Refused)
            }
            // What is left of a card after a refusal has a term of its own.
            _ if as_if.0 == Step::Hold && !self.closed.is_frozen && past.until[card as usize] < self.known.today => {
                (Step::Delete, Reason::Lapsed)
            }
            Some(_) if as_if.0 == Step::Hold => (Step::Update, Reason::Refused),
            _ => as_if,
        }
    }

    fn as_if_nobody_refused(
        &self,
        card: u32,
        loose: &Loose,
        lapsed: &BTreeSet<u32>,
        unsure: &BTreeSet<u32>,
    ) -> (Step, Reason) {
        let merges = matches!(self.mode, Mode::Upsert | Mode::Mirror);
        let is_over = self.known.past.shadow_until(card as usize) < self.known.today;
        if self.closed.is_frozen {
            (Step::Hold, Reason::Unread)
        } else if self.clients_of().merged.contains_key(&card) {
            (if merges { Step::Delete } else { Step::Hold }, Reason::Merged)
        } else if self.clients_of().tied.contains(&card) || unsure.contains(&card) {
            (Step::Hold, Reason::Waiting)
        } else if lapsed.contains(&card) || is_over {
            (Step::Delete, Reason::Lapsed)
        } else {
            let goes = self.mode == Mode::Mirror && loose.suspending == 0;
            (if goes { Step::Delete } else { Step::Hold }, Reason::Absent)
        }
    }

    /// Of a card whose rows are gone, the columns that no purpose carries which is still open.
    fn clear_of(&self, card: u32) -> u64 {
        let past = self.known.past;
        let closes = self.closed.cards.get(&card).copied().unwrap_or_default();
        let open: PurposeSet = past.carried[card as usize].without(closes);
        let before = self.columns.prints_of(past, card as usize);
        let mut bits = 0;
        for (column, _) in before.iter().enumerate().filter(|(_, print)| **print != 0) {
            let carried = match self.columns.field(column) {
                Some(field) => self.needs(open).has(field),
                None => self.columns.flag(column).is_some_and(|(purpose, _)| open.has(purpose)),
            };
            if !carried {
                bits |= 1 << column;
            }
        }
        bits
    }

    fn needs(&self, purposes: PurposeSet) -> FieldSet {
        purposes.iter().fold(FieldSet::EMPTY, |all, p| all.union(self.known.config.purpose(p).needs))
    }

    /// What waits, row by row.
    fn items(&self) -> Vec<Item> {
        let id = |card: &u32| self.known.past.ids[*card as usize];
        let key = |why: &str, print: u64| self.known.prints.waiting.short(&[why.as_bytes(), &print.to_be_bytes()]);
        let rows = self.clients_of().waiting.iter().map(|w| Item {
            key: key(&format!("{:?}", w.why), w.print),
            why: Waits::Row(w.why),
            row: Some(w.row),
            unseen: None,
            cards: w.cards.iter().map(id).collect(),
            is_new: false,
        });
        let unsure = self.rows.marks().iter().filter(|m| !m.unsure.is_empty()).map(|m| Item {
            key: key("unsure", m.handles.first().copied().unwrap_or_default()),
            why: Waits::GrantUnsure,
            row: None,
            unseen: Some(m.row),
            cards: self.cards_of_mark(&m.handles).iter().map(id).collect(),
            is_new: false,
        });
        rows.chain(unsure).collect()
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
