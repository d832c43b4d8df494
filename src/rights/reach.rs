//! How far refusals reach: from values to the rows that hold them, and on to those rows' other values.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Cause, CellId, Counts, Days, Reached, RefusedValue, Remembered,
    index::{Index, hash, short},
    latest, named,
    seeds::Seed,
};
use crate::{
    address::{Place, SourceId},
    check::kind::Identity,
    config::Config,
    day::Day,
    finding::{Code, Finding},
    identity::Identifying,
    keys::Hasher,
    likeness::{Names, Traits},
    record::{Grant, Records, RowId, State, values},
    set::{FieldId, FieldSet, PurposeId, PurposeSet},
};

const SEVERAL_PEOPLE: Code = Code::new("refusal-several-people");
const UNREADABLE: Code = Code::new("refusal-unreadable");
const NAMES_NOBODY: Code = Code::new("refusal-names-nobody");
const PURPOSE_GONE: Code = Code::new("refusal-purpose-gone");

/// The search for everything that is refused.
pub(super) struct Reach<'a> {
    records: &'a Records,
    identifying: &'a Identifying,
    index: &'a Index<'a>,
    config: &'a Config,
    hasher: &'a Hasher,
    shared: HashMap<u64, bool>,
    rows: BTreeMap<RowId, Days>,
    cells: BTreeMap<CellId, Days>,
    reached: BTreeMap<Entry, (Day, Cause)>,
    own: BTreeSet<RowId>,
    standing: BTreeSet<(RowId, PurposeId)>,
    followed: HashMap<(u64, Option<[u8; 16]>, PurposeId), Day>,
    named: BTreeSet<RowId>,
    queue: Vec<Step>,
    questions: Vec<(Finding, Option<RowId>)>,
}

/// A value, the name beside which alone it counts, and a purpose.
type Entry = ([u8; 16], Option<[u8; 16]>, PurposeId);

/// What is still to be followed.
enum Step {
    /// A row is refused.
    Row { row: RowId, purpose: PurposeId, day: Day, cause: Cause },
    /// A value is refused, in every row or beside one name.
    Value { value: u64, name: Option<NameKey>, purpose: PurposeId, day: Day, explicit: bool },
}

/// By what a name is known again.
#[derive(Clone)]
enum NameKey {
    /// The name itself, from a row of this run.
    Traits(Box<Traits>),
    /// A remembered hash.
    Hash([u8; 16]),
}

const ALL: FieldSet = FieldSet::from_bits(u64::MAX);

impl<'a> Reach<'a> {
    pub(super) fn new(
        records: &'a Records,
        identifying: &'a Identifying,
        index: &'a Index<'a>,
        config: &'a Config,
        hasher: &'a Hasher,
    ) -> Self {
        Self {
            records,
            identifying,
            index,
            config,
            hasher,
            shared: HashMap::new(),
            rows: BTreeMap::new(),
            cells: BTreeMap::new(),
            reached: BTreeMap::new(),
            own: BTreeSet::new(),
            standing: BTreeSet::new(),
            followed: HashMap::new(),
            named: BTreeSet::new(),
            queue: Vec::new(),
            questions: Vec::new(),
        }
    }

    /// Starts from what earlier runs remembered.
    pub(super) fn remembered(&mut self, refusals: &[Remembered], closable: PurposeSet) {
        let mut gone = BTreeSet::new();
        for refusal in refusals {
            let (purposes, known) = named(self.config, &refusal.purpose, closable);
            if !known {
                gone.insert(refusal.purpose.clone());
            }
            for purpose in purposes.iter() {
                let name = refusal.name.map(NameKey::Hash);
                let value = short(&refusal.value);
                let explicit = refusal.cause != Cause::Link;
                self.queue.push(Step::Value { value, name, purpose, day: refusal.since, explicit });
            }
        }
        for purpose in gone {
            // The place is the config as a whole; its first source stands for it.
            let place = Place::source(SourceId(0));
            self.questions.push((Finding::at(PURPOSE_GONE, place).hint(purpose), None));
        }
    }

    /// Starts from a row of this run.
    pub(super) fn seed(&mut self, seed: &Seed) {
        let Seed { row, purpose, day, cause, stands } = *seed;
        self.own.insert(row);
        if stands {
            self.standing.insert((row, purpose));
        }
        self.queue.push(Step::Row { row, purpose, day, cause });
        if cause == Cause::List {
            self.list_entry(row, purpose, day);
        }
    }

    /// An entry of a list names its values for everybody, whoever stands behind them.
    fn list_entry(&mut self, row: RowId, purpose: PurposeId, day: Day) {
        let is_nameless = self.index.traits(row).remembered_as().is_empty();
        let mut values = Vec::new();
        self.identifying.each(self.records.get(row), ALL, |value| values.push(hash(self.hasher, &value)));
        let names_somebody = !values.is_empty();
        for value in values {
            self.keep(value, None, purpose, day, Cause::List);
            let (value, explicit) = (short(&value), true);
            self.queue.push(Step::Value { value, name: None, purpose, day, explicit });
            if is_nameless && self.is_shared(value) {
                let finding = Finding::at(SEVERAL_PEOPLE, self.records.place(row, None));
                self.questions.push((finding, Some(row)));
            }
        }
        let has_unreadable = self.unreadable(row, purpose, day);
        if !names_somebody && !has_unreadable {
            self.questions.push((Finding::at(NAMES_NOBODY, self.records.place(row, None)), Some(row)));
        }
    }

    /// An entry that can't be read matches by what is legible of it, if anything is, until somebody settles
    /// it. Says whether there was one.
    fn unreadable(&mut self, row: RowId, purpose: PurposeId, day: Day) -> bool {
        let record = self.records.get(row);
        let is_bad = |field: &FieldId| record.cell(*field).state() == State::Bad;
        let bad: Vec<FieldId> = self.identifying.alone().iter().filter(is_bad).collect();
        for field in &bad {
            let finding = Finding::at(UNREADABLE, self.records.place(row, Some(*field)));
            self.questions.push((finding, Some(row)));
            let Some(legible) = record.legible(*field) else { continue };
            let field = *field;
            for (holder, holder_field, part) in self.matching(legible.expose(), field) {
                if self.is_freed(holder, purpose, day) {
                    continue;
                }
                latest(self.cells.entry((holder, holder_field, part)).or_default(), purpose, day);
                self.named.insert(holder);
                self.queue.push(Step::Row { row: holder, purpose, day, cause: Cause::List });
            }
        }
        !bad.is_empty()
    }

    /// Rows whose value of the same kind is what was probably meant, or has the legible digits in it.
    fn matching(&self, legible: &str, field: FieldId) -> Vec<(RowId, FieldId, u8)> {
        let kind = self.config.field(field).kind.identity;
        let is_meant = |text: &str| match kind {
            Some(Identity::Phone) => values(legible).any(|l| text.contains(l)),
            _ => values(legible).any(|l| text == l),
        };
        let mut found = Vec::new();
        for row in self.records.rows() {
            self.identifying.each(self.records.get(row), ALL, |value| {
                if Some(value.identity) == kind && is_meant(value.text) {
                    found.push((row, value.field, value.part));
                }
            });
        }
        found
    }

    /// Follows everything to its end. A day only grows, and days are few, so it ends.
    pub(super) fn run(&mut self) {
        while let Some(step) = self.queue.pop() {
            match step {
                Step::Row { row, purpose, day, cause } => self.row(row, purpose, day, cause),
                Step::Value { value, name, purpose, day, explicit } => {
                    self.value(value, name.as_ref(), purpose, day, explicit);
                }
            }
        }
    }

    fn row(&mut self, row: RowId, purpose: PurposeId, day: Day, cause: Cause) {
        let known = self.rows.entry(row).or_default();
        if !latest(known, purpose, day) {
            return;
        }
        let traits = self.index.traits(row);
        let names = self.remembered_as(&traits);
        let mut values = Vec::new();
        self.identifying.each(self.records.get(row), ALL, |value| values.push(hash(self.hasher, &value)));
        for value in values {
            let short = short(&value);
            for name in &names {
                self.keep(value, Some(*name), purpose, day, cause);
            }
            // Nobody can say whose a shared value is that stands without a name: it is blocked for all.
            if names.is_empty() || !self.is_shared(short) {
                self.keep(value, None, purpose, day, cause);
                self.queue.push(Step::Value { value: short, name: None, purpose, day, explicit: false });
            } else {
                let name = Some(NameKey::Traits(Box::new(traits.clone())));
                self.queue.push(Step::Value { value: short, name, purpose, day, explicit: false });
            }
        }
    }

    fn value(&mut self, value: u64, name: Option<&NameKey>, purpose: PurposeId, day: Day, explicit: bool) {
        let key = (value, name.and_then(|n| self.key(n)), purpose);
        if self.followed.get(&key).is_some_and(|followed| *followed >= day) {
            return;
        }
        self.followed.insert(key, day);
        let shared = self.is_shared(value);
        for holding in self.index.holders(value).to_vec() {
            let agrees = name.is_none_or(|n| self.agrees(n, holding.row));
            if !agrees || self.is_freed(holding.row, purpose, day) {
                continue;
            }
            let cell = self.cells.entry((holding.row, holding.field, holding.part)).or_default();
            latest(cell, purpose, day);
            if name.is_some() || !shared {
                if explicit {
                    self.named.insert(holding.row);
                }
                self.queue.push(Step::Row { row: holding.row, purpose, day, cause: Cause::Link });
            }
        }
    }

    /// A later grant of its own frees a row, and only that row. A tie is no.
    fn is_freed(&self, row: RowId, purpose: PurposeId, day: Day) -> bool {
        let facts = self.records.get(row).facts();
        facts.iter().any(|f| f.purpose == purpose && f.grant == Grant::Live && f.refused.is_none() && f.granted > day)
    }

    fn agrees(&self, name: &NameKey, row: RowId) -> bool {
        let traits = self.index.traits(row);
        let known = self.hashed(&traits.known_as());
        match name {
            NameKey::Traits(other) => {
                traits.names(other) == Names::Same || self.remembered_as(other).iter().any(|name| known.contains(name))
            }
            NameKey::Hash(hash) => known.contains(hash),
        }
    }

    /// What tells a name in the queue from others.
    fn key(&self, name: &NameKey) -> Option<[u8; 16]> {
        match name {
            NameKey::Traits(traits) => self.remembered_as(traits).first().copied(),
            NameKey::Hash(hash) => Some(*hash),
        }
    }

    fn remembered_as(&self, traits: &Traits) -> Vec<[u8; 16]> {
        self.hashed(&traits.remembered_as())
    }

    fn hashed(&self, names: &[(&str, String)]) -> Vec<[u8; 16]> {
        names.iter().map(|(kind, name)| self.hasher.wide(&[b"name", kind.as_bytes(), name.as_bytes()])).collect()
    }

    fn is_shared(&mut self, value: u64) -> bool {
        let index = self.index;
        *self.shared.entry(value).or_insert_with(|| index.is_shared(value))
    }

    fn keep(&mut self, value: [u8; 16], name: Option<[u8; 16]>, purpose: PurposeId, day: Day, cause: Cause) {
        let kept = self.reached.entry((value, name, purpose)).or_insert((day, cause));
        kept.0 = kept.0.max(day);
    }

    /// Every value of a refused row and every blocked value, each with the purposes for which it is refused.
    fn values(&self) -> Vec<RefusedValue> {
        type Beside = Option<Box<str>>;
        let mut found: BTreeMap<(Identity, Box<str>, Beside, bool), PurposeSet> = BTreeMap::new();
        let of_cells = self.cells.keys().map(|(row, ..)| row);
        for row in self.rows.keys().chain(of_cells).collect::<BTreeSet<_>>() {
            let record = self.records.get(*row);
            let name = self.identifying.full_name(record, ALL).map(String::into_boxed_str);
            let is_listed = self.index.is_listed(*row);
            let of_row = self.rows.get(row).into_iter().flatten();
            self.identifying.each(record, ALL, |value| {
                let of_cell = self.cells.get(&(*row, value.field, value.part)).into_iter().flatten();
                let purposes: PurposeSet = of_row.clone().chain(of_cell).map(|(purpose, _)| *purpose).collect();
                let known = found.entry((value.identity, value.text.into(), name.clone(), is_listed)).or_default();
                *known = known.union(purposes);
            });
        }
        let value =
            |((identity, text, name, is_listed), purposes)| RefusedValue { identity, text, name, is_listed, purposes };
        found.into_iter().filter(|(_, purposes)| !purposes.is_empty()).map(value).collect()
    }

    /// Hands over what was found, and of it what is new to the memory.
    pub(super) fn finish(mut self, remembered: &[Remembered], out: &mut Reached) {
        let known: HashMap<_, Day> = remembered.iter().map(|r| (r.key(), r.since)).collect();
        let name = |purpose: PurposeId| self.config.purpose(purpose).name.as_str();
        for ((value, hashed_name, purpose), (day, cause)) in &self.reached {
            let key = (*value, *hashed_name, name(*purpose));
            if known.get(&key).is_none_or(|since| since < day) {
                let (value, hashed_name) = (*value, *hashed_name);
                let purpose = name(*purpose).to_owned();
                out.new.push(Remembered { value, name: hashed_name, purpose, since: *day, cause: *cause });
            }
        }
        let people: Vec<&RowId> = self.rows.keys().filter(|r| !self.index.is_listed(**r)).collect();
        let own = people.iter().filter(|r| self.own.contains(r)).count();
        let by_value = people.iter().filter(|r| !self.own.contains(r) && self.named.contains(r)).count();
        out.counts = Counts { own, by_value, by_link: people.len() - own - by_value };
        out.values = self.values();
        out.rows = self.rows;
        out.standing = self.standing;
        out.cells = self.cells;
        // What is asked for several purposes is asked once.
        self.questions.sort_by(|(a, _), (b, _)| (a.place, a.code, &a.hint).cmp(&(b.place, b.code, &b.hint)));
        self.questions.dedup();
        out.questions.append(&mut self.questions);
    }
}
