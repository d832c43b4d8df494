//! `resolve`: from a route's rows to its clients, one per person within the route.
//!
//! In this engine people are joined by exact identity values: e-mail, phone, document, name with birth
//! date. A value that stands beside plainly different names is a household's or an office's and joins
//! nobody by itself; clashing birth dates are asked. It sees a [`Granted`] projection and nothing else,
//! and works as if nobody had refused.

mod ids;
mod links;
mod rows;
mod survivors;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use rows::{person, sight};
pub use survivors::{Survivor, SurvivorState};

use crate::{
    change::ClientId,
    check::kind::Identity,
    config::{Config, Survivorship},
    csr::Lists,
    decision::Decisions,
    gate::{Granted, Rows},
    identity::{Identifying, Value, parts},
    keys::{Hasher, Keys, Use},
    set::FieldId,
    value::Private,
    written::{Index, Written, unmarked},
};

/// The keys of one route's matching.
pub struct RouteKeys {
    identity: Hasher,
    id: Hasher,
    print: Hasher,
    decision: Hasher,
    waiting: Hasher,
}

impl RouteKeys {
    /// The keys of a route.
    #[must_use]
    pub fn new(keys: &Keys, route: &str) -> Self {
        let hasher = |purpose| keys.hasher(purpose, route);
        Self {
            identity: hasher(Use::Identity),
            id: hasher(Use::Id),
            print: hasher(Use::RowPrint),
            decision: hasher(Use::Decision),
            waiting: hasher(Use::Waiting),
        }
    }

    /// The hash by which the route knows an identity value.
    #[must_use]
    pub fn identity(&self, value: &Value<'_>) -> u64 {
        self.identity_of(value.identity, Private::new(value.text))
    }

    /// The same of a value that is not at hand in a row.
    #[must_use]
    pub fn identity_of(&self, identity: Identity, text: Private<'_>) -> u64 {
        unmarked(self.identity.short(&parts(identity, text.expose())))
    }

    /// The hash of a full name.
    #[must_use]
    pub fn name(&self, full_name: &str) -> u64 {
        unmarked(self.identity.short(&[b"name", full_name.as_bytes()])).max(2)
    }

    /// The hash by which a row that waits is known again.
    pub(crate) fn waiting(&self, why: Why, print: u64) -> u64 {
        self.waiting.short(&[format!("{why:?}").as_bytes(), &print.to_be_bytes()])
    }

    /// The id that a client is born with.
    fn birth(&self, identity: u64, counter: u32) -> ClientId {
        let hash = self.id.full(&[&identity.to_be_bytes(), &counter.to_be_bytes()]);
        ClientId(std::array::from_fn(|i| hash[i]))
    }
}

/// How a route's people are matched and which of their values survive.
pub struct Matching {
    identifying: Identifying,
    survivorship: Vec<(FieldId, Survivorship, bool)>,
}

impl Matching {
    /// The matching of a route.
    #[must_use]
    pub fn new(config: &Config, route: usize) -> Self {
        let field = |f: FieldId| (f, config.field(f).survivorship, config.field(f).kind.list);
        Self {
            identifying: Identifying::of(config),
            survivorship: config.routes[route].fields().iter().map(field).collect(),
        }
    }
}

/// The clients of one route, in no order that means anything, and what could not be decided.
#[derive(Debug, Default)]
pub struct Clients {
    /// Their ids.
    pub ids: Vec<ClientId>,
    /// The card that each has, by its place in [`Written`]; `None` when it is born now.
    pub cards: Vec<Option<u32>>,
    /// The rows of each, by their place among the route's rows.
    pub rows: Lists<u32>,
    /// What survives of each, by field.
    pub cells: Lists<Survivor>,
    /// The hashed identities of each, ascending: marked where somebody else has them too.
    pub identities: Lists<u64>,
    /// Cards that became part of another client: they go once it stands.
    pub merged: BTreeMap<u32, ClientId>,
    /// Rows that wait, each with the reason and the cards that it may belong to.
    pub waiting: Vec<Waiting>,
    /// Cards that something waits for: they stay as they are.
    pub tied: BTreeSet<u32>,
    /// What matching saw of every row, hashed, ascending.
    pub prints: Vec<u64>,
    /// Rows whose key was somebody else's until now, ascending: it was not believed.
    pub moved: Vec<u32>,
}

impl Clients {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// By card, the rows that wait and that it may come from.
    pub(crate) fn waiting_by_card(&self) -> BTreeMap<u32, Vec<&Waiting>> {
        let mut rows: BTreeMap<u32, Vec<&Waiting>> = BTreeMap::new();
        for waiting in &self.waiting {
            waiting.cards.iter().for_each(|card| rows.entry(*card).or_default().push(waiting));
        }
        rows
    }
}

/// A row that waits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Waiting {
    /// What matching sees of it, hashed.
    pub print: u64,
    /// Its place among the route's rows.
    pub row: u32,
    /// Why.
    pub why: Why,
    /// The cards that it may belong to, by their place in [`Written`].
    pub cards: Vec<u32>,
    /// The smallest of the prints of the rows that are one person with it and wait together.
    pub group: u64,
}

/// Why a row waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Why {
    /// A required field is blank or bad.
    RequiredMissing,
    /// It has neither a key nor an identity value.
    NoIdentity,
    /// It may be one of several people.
    Undecided,
    /// Two cards would become one, and no new or edited row explains it.
    JoinUnexplained,
    /// A card would become two, and no new or edited row explains it.
    SplitUnexplained,
}

/// Finds the people behind a route's rows, keeps the ids that they have, and picks what survives of each.
#[must_use]
pub fn resolve(
    rows: &Granted<Rows<'_>>,
    matching: &Matching,
    past: &Written,
    index: &Index<'_>,
    keys: &RouteKeys,
    decisions: &Decisions,
) -> Granted<Clients> {
    rows.map(|rows| {
        let (read, entries) = rows::read(rows, &matching.identifying, keys, decisions);
        let links = links::link(rows, &matching.identifying, &read, entries, decisions);
        let given = ids::give(rows, &matching.identifying, read, links, &ids::Before { past, index, keys, decisions });
        survivors::pick(rows, matching, given)
    })
}
