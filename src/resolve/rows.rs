//! What matching knows of each row: its hashed identities, and a print of what it sees.

use rayon::prelude::*;

use super::RouteKeys;
use crate::{
    check::{kind::Identity, kinds::is_role_address},
    csr::Lists,
    decision::Decisions,
    gate::Rows,
    identity::Identifying,
    keys::Stream,
    written::unmarked,
};

/// The identities and prints of a route's rows.
pub(super) struct Read {
    /// The hashed identities of each row, ascending.
    pub(super) identities: Lists<u64>,
    /// What matching sees of each row, hashed: the same as before means that the row is neither new nor
    /// edited.
    pub(super) prints: Vec<u64>,
    /// Identities that are role addresses, ascending.
    pub(super) roles: Vec<u64>,
    /// The hash under which decisions know each row's person; 0 of those about whom nothing was decided. Nothing
    /// where nothing was decided at all.
    people: Vec<u64>,
}

impl Read {
    /// The hash under which decisions know a row's person; 0 where nothing was decided about it.
    pub(super) fn person(&self, row: u32) -> u64 {
        self.people.get(row as usize).copied().unwrap_or_default()
    }

    /// The rows about whose people something was decided.
    pub(super) fn decided(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).zip(&self.people).filter(|(_, person)| **person != 0).map(|(row, _)| row)
    }
}

#[derive(Default)]
struct Part {
    ends: Vec<usize>,
    joins: Vec<bool>,
    identities: Vec<u64>,
    prints: Vec<u64>,
    roles: Vec<u64>,
}

/// Reads the rows; beside them every identity that may join its row to others, held rows aside, ascending.
pub(super) fn read(
    rows: &Rows<'_>,
    identifying: &Identifying,
    keys: &RouteKeys,
    decisions: &Decisions,
) -> (Read, Vec<(u64, u32)>) {
    let numbers: Vec<u32> = (0..rows.len() as u32).collect();
    let parts: Vec<Part> = numbers
        .par_chunks(4096)
        .map(|chunk| {
            let mut part = Part::default();
            chunk.iter().for_each(|row| part.row(rows, identifying, keys, *row as usize));
            part
        })
        .collect();
    let mut identities = Lists::with_capacity(numbers.len(), parts.iter().map(|p| p.identities.len()).sum());
    let (mut prints, mut roles) = (Vec::with_capacity(numbers.len()), Vec::new());
    let mut joins = Vec::with_capacity(numbers.len());
    for part in parts {
        let mut start = 0;
        for end in part.ends {
            identities.extend(part.identities[start..end].iter().copied());
            identities.end();
            start = end;
        }
        prints.extend(part.prints);
        joins.extend(part.joins);
        roles.extend(part.roles);
    }
    roles.sort_unstable();
    roles.dedup();
    let mut entries = Vec::with_capacity(identities.items().len());
    for row in numbers {
        if joins[row as usize] && !rows.seen(row as usize).is_held() {
            entries.extend(identities.get(row as usize).iter().map(|identity| (*identity, row)));
        }
    }
    entries.par_sort_unstable();
    let people = people(rows, identifying, keys, decisions);
    (Read { identities, prints, roles, people }, entries)
}

fn people(rows: &Rows<'_>, identifying: &Identifying, keys: &RouteKeys, decisions: &Decisions) -> Vec<u64> {
    if decisions.is_empty() {
        return Vec::new();
    }
    let known = |person: u64| if decisions.names(person) { person } else { 0 };
    (0..rows.len()).into_par_iter().map(|row| known(person(rows, identifying, keys, row))).collect()
}

impl Part {
    fn row(&mut self, rows: &Rows<'_>, identifying: &Identifying, keys: &RouteKeys, row: usize) {
        let start = self.identities.len();
        let seen = rows.seen(row).cells();
        identifying.each(rows.record(row), seen, |value| {
            let identity = keys.identity(&value);
            self.identities.push(identity);
            if value.identity == Identity::Email && is_role_address(value.text) {
                self.roles.push(identity);
            }
        });
        // A row that shows the route nothing that identifies is known by its handles, and joins nobody:
        // they may come from cells that the route doesn't see.
        self.joins.push(self.identities.len() > start);
        if self.identities.len() == start && !rows.handles(row).is_empty() {
            let handles: Vec<u8> = rows.handles(row).iter().flat_map(|h| h.to_be_bytes()).collect();
            self.identities.push(unmarked(keys.identity.short(&[b"row", &handles])));
        }
        self.identities[start..].sort_unstable();
        let mut kept = start;
        for i in start..self.identities.len() {
            if i == start || self.identities[i] != self.identities[kept - 1] {
                self.identities[kept] = self.identities[i];
                kept += 1;
            }
        }
        self.identities.truncate(kept);
        self.ends.push(kept);
        self.prints.push(print(rows, identifying, keys, row));
    }
}

/// The cells that matching reads, so that a field which is new to the config makes no row look edited.
fn print(rows: &Rows<'_>, identifying: &Identifying, keys: &RouteKeys, row: usize) -> u64 {
    let mut stream = keys.print.stream();
    rows.handles(row).iter().for_each(|h| stream.part(&h.to_be_bytes()));
    finish(stream, rows, identifying, row)
}

/// The same without what only the row's own sheet knows it by.
pub(crate) fn sight(rows: &Rows<'_>, identifying: &Identifying, keys: &RouteKeys, row: usize) -> u64 {
    finish(keys.print.stream(), rows, identifying, row)
}

fn finish(mut stream: Stream, rows: &Rows<'_>, identifying: &Identifying, row: usize) -> u64 {
    let seen = rows.seen(row).cells();
    for field in identifying.fields().intersection(seen).iter() {
        stream.part(&[field.0]);
        stream.part(rows.record(row).text(field).map_or(&[], |t| t.expose().as_bytes()));
    }
    let hash = stream.finish();
    u64::from_be_bytes(std::array::from_fn(|i| hash[i]))
}

/// The hash under which decisions know a row's person: over what identifies it and tells it from others, by
/// kind of value, so that neither another row number nor another name or order of the config's fields changes it.
pub(crate) fn person(rows: &Rows<'_>, identifying: &Identifying, keys: &RouteKeys, row: usize) -> u64 {
    let (record, seen) = (rows.record(row), rows.seen(row).cells());
    let mut values: Vec<u64> = Vec::new();
    identifying.each(record, seen, |value| values.push(keys.identity(&value)));
    values.sort_unstable();
    values.dedup();
    let mut stream = keys.decision.stream();
    values.iter().for_each(|value| stream.part(&value.to_be_bytes()));
    for field in [identifying.name(), identifying.birth()] {
        let text = field.filter(|f| seen.has(*f)).and_then(|f| record.text(f));
        stream.part(text.map_or(&[], |t| t.expose().as_bytes()));
    }
    let hash = stream.finish();
    u64::from_be_bytes(std::array::from_fn(|i| hash[i])).max(1)
}
