//! Where a refusal of a row came from: asked for one row, when somebody wants to know, and looked up then.

use std::collections::BTreeSet;

use super::{Cause, Memory, Reached, closable, index::hash, named};
use crate::{
    config::Config,
    day::Day,
    identity::{Identifying, Value},
    keys::Hasher,
    record::{Records, RowId},
    set::{FieldId, FieldSet, PurposeId},
};

/// What is known beside the row.
pub(crate) struct Tracing<'a> {
    pub(crate) records: &'a Records,
    pub(crate) config: &'a Config,
    pub(crate) memory: &'a Memory,
    pub(crate) reached: &'a Reached,
    pub(crate) hasher: &'a Hasher,
}

/// Where a refusal came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// A cell of the row itself, or a list of refusals that it stands in.
    Own,
    /// The row's own consent, which was a yes before.
    Turned,
    /// Another row, which says no itself.
    Row(RowId),
    /// Nothing that stands in a list today: it is remembered since a day.
    Remembered(Cause, Day),
}

/// How a refusal reached a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Trace {
    pub(crate) origin: Origin,
    /// The field whose value is the same.
    pub(crate) by: Option<FieldId>,
    /// The row in between, where it came by one.
    pub(crate) through: Option<RowId>,
}

const ALL: FieldSet = FieldSet::from_bits(u64::MAX);

impl Tracing<'_> {
    /// How a refusal of a purpose reached a row, by the shortest way: its own cell, a row of the same value, what
    /// is remembered of one, and only then other rows of the same person.
    pub(crate) fn trace(&self, row: RowId, purpose: PurposeId) -> Option<Trace> {
        let identifying = Identifying::of(self.config);
        if self.says_no(row, purpose) {
            return Some(Trace { origin: Origin::Own, by: None, through: None });
        }
        if self.reached.stands(row, purpose) {
            return Some(Trace { origin: Origin::Turned, by: None, through: None });
        }
        let refused: Vec<RowId> = self
            .reached
            .rows
            .iter()
            .filter(|(_, days)| days.iter().any(|(p, _)| *p == purpose))
            .map(|(row, _)| *row)
            .collect();
        // Every row on the way, with the first step that led to it.
        let mut way: Vec<(RowId, Option<(RowId, FieldId)>)> = vec![(row, None)];
        let mut known: BTreeSet<RowId> = [row].into();
        let mut next = 0;
        while let Some((at, first)) = way.get(next).copied() {
            next += 1;
            let values = values(&identifying, self.records, at);
            let mut neighbours = Vec::new();
            for other in refused.iter().filter(|other| **other != at) {
                let Some(by) = shared(&values, &identifying, self.records, *other) else { continue };
                if self.says_no(*other, purpose) || self.reached.stands(*other, purpose) {
                    return Some(step(Origin::Row(*other), by, first));
                }
                neighbours.push((*other, by));
            }
            if let Some((cause, since, by)) = self.remembered(&values, purpose) {
                return Some(step(Origin::Remembered(cause, since), by, first));
            }
            for (other, by) in neighbours {
                if known.insert(other) {
                    way.push((other, first.or(Some((other, by)))));
                }
            }
        }
        None
    }

    fn says_no(&self, row: RowId, purpose: PurposeId) -> bool {
        self.records.get(row).facts().iter().any(|f| f.purpose == purpose && f.refused.is_some())
    }

    /// What is remembered of these values since the earliest day. Who was reached by a link comes last.
    fn remembered(&self, values: &[Held], purpose: PurposeId) -> Option<(Cause, Day, FieldId)> {
        let closable = closable(self.config);
        let mut found: Vec<(Cause, Day, FieldId)> = Vec::new();
        for held in values {
            let wide = held.with(|value| hash(self.hasher, value));
            let means = |name: &str| named(self.config, name, closable).0.has(purpose);
            let entries = self.memory.refusals.iter().filter(|r| r.value == wide && means(&r.purpose));
            found.extend(entries.map(|r| (r.cause, r.since, held.field)));
        }
        found.into_iter().min_by_key(|(cause, since, _)| (*cause, *since))
    }

    /// What is remembered of one value, whoever has it: by purpose.
    pub(crate) fn remembered_of(&self, value: &Value<'_>) -> Vec<(PurposeId, Cause, Day)> {
        let (wide, closable) = (hash(self.hasher, value), closable(self.config));
        let entries = self.memory.refusals.iter().filter(|r| r.value == wide);
        let all =
            entries.flat_map(|r| named(self.config, &r.purpose, closable).0.iter().map(|p| (p, r.cause, r.since)));
        let mut first: Vec<(PurposeId, Cause, Day)> = all.collect();
        first.sort_by_key(|(purpose, cause, since)| (*purpose, *cause, *since));
        first.dedup_by_key(|(purpose, ..)| *purpose);
        first
    }
}

fn step(origin: Origin, by: FieldId, first: Option<(RowId, FieldId)>) -> Trace {
    match first {
        Some((through, by)) => Trace { origin, by: Some(by), through: Some(through) },
        None => Trace { origin, by: Some(by), through: None },
    }
}

/// An identifying value of a row.
struct Held {
    identity: crate::check::kind::Identity,
    text: String,
    field: FieldId,
}

impl Held {
    fn with<T>(&self, make: impl FnOnce(&Value<'_>) -> T) -> T {
        make(&Value { identity: self.identity, text: &self.text, field: self.field, part: 0 })
    }
}

fn values(identifying: &Identifying, records: &Records, row: RowId) -> Vec<Held> {
    let mut held = Vec::new();
    identifying.each(records.get(row), ALL, |value| {
        held.push(Held { identity: value.identity, text: value.text.to_owned(), field: value.field });
    });
    held
}

/// The field of the first of `values` that a row has too.
fn shared(values: &[Held], identifying: &Identifying, records: &Records, row: RowId) -> Option<FieldId> {
    let mut found = None;
    identifying.each(records.get(row), ALL, |value| {
        let same = values.iter().find(|held| held.identity == value.identity && held.text == value.text);
        found = found.or(same.map(|held| held.field));
    });
    found
}
