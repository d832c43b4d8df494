//! Which rows hold which value, and whether a value is shared.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::{
    check::{kind::Identity, kinds::is_role_address},
    config::Config,
    identity::{Identifying, Value},
    keys::Hasher,
    likeness::{Names, Traits},
    record::{Records, RowId},
    set::{FieldId, FieldSet},
};

/// A value in a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Holding {
    /// The value's hash, shortened.
    pub(super) value: u64,
    pub(super) row: RowId,
    pub(super) field: FieldId,
    pub(super) part: u8,
}

/// All values of all rows, by value.
pub(super) struct Index<'a> {
    records: &'a Records,
    identifying: &'a Identifying,
    holdings: Vec<Holding>,
    roles: Vec<u64>,
    /// Which sheets are lists of refusals.
    lists: Vec<bool>,
}

/// The short form of a remembered hash.
pub(super) fn short(wide: &[u8; 16]) -> u64 {
    u64::from_be_bytes(std::array::from_fn(|i| wide[i]))
}

/// The hash of a value.
pub(super) fn hash(hasher: &Hasher, value: &Value<'_>) -> [u8; 16] {
    let [kind, text] = value.parts();
    hasher.wide(&[kind, text])
}

const ALL: FieldSet = FieldSet::from_bits(u64::MAX);

/// Beyond so many different names on one value nobody looks further: it is shared.
const NAMES_MAX: usize = 16;

impl<'a> Index<'a> {
    pub(super) fn new(records: &'a Records, identifying: &'a Identifying, hasher: &Hasher, config: &Config) -> Self {
        let rows: Vec<RowId> = records.rows().collect();
        let found: Vec<(Holding, bool)> = rows
            .par_chunks(4096)
            .flat_map_iter(|rows| {
                let mut found = Vec::new();
                for row in rows {
                    identifying.each(records.get(*row), ALL, |value| {
                        let is_role = value.identity == Identity::Email && is_role_address(value.text);
                        let key = short(&hash(hasher, &value));
                        found.push((Holding { value: key, row: *row, field: value.field, part: value.part }, is_role));
                    });
                }
                found
            })
            .collect();
        let mut roles: Vec<u64> = found.iter().filter(|(_, is_role)| *is_role).map(|(h, _)| h.value).collect();
        roles.sort_unstable();
        roles.dedup();
        let mut holdings: Vec<Holding> = found.into_iter().map(|(holding, _)| holding).collect();
        holdings.par_sort_unstable();
        let lists = records.sheets.iter().map(|s| !config.source(s.source).refuses.is_empty()).collect();
        Self { records, identifying, holdings, roles, lists }
    }

    /// Where a value stands.
    pub(super) fn holders(&self, value: u64) -> &[Holding] {
        let start = self.holdings.partition_point(|h| h.value < value);
        let len = self.holdings[start..].partition_point(|h| h.value == value);
        &self.holdings[start..start + len]
    }

    /// Whether a row stands in a list of refusals.
    pub(super) fn is_listed(&self, row: RowId) -> bool {
        self.lists[self.records.get(row).sheet()]
    }

    /// What a row says of its person.
    pub(super) fn traits(&self, row: RowId) -> Traits {
        self.identifying.traits(self.records.get(row), ALL)
    }

    /// Whether several people stand behind a value: a role address, or plainly different names. The names
    /// of a list of refusals don't count: another refusal must never bring anybody back.
    pub(super) fn is_shared(&self, value: u64) -> bool {
        if self.roles.binary_search(&value).is_ok() {
            return true;
        }
        let mut names: BTreeSet<Traits> = BTreeSet::new();
        let people = self.holders(value).iter().filter(|h| !self.is_listed(h.row));
        for holding in people {
            names.insert(self.traits(holding.row));
            if names.len() > NAMES_MAX {
                return true;
            }
        }
        let names: Vec<&Traits> = names.iter().collect();
        names.iter().enumerate().any(|(i, a)| names[..i].iter().any(|b| a.names(b) == Names::Different))
    }
}
