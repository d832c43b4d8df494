//! What is remembered of refusals and of consents: keyed hashes and days.

use std::collections::BTreeMap;

use crate::day::Day;

/// A refused value, as it is remembered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Remembered {
    /// The value, hashed.
    pub value: [u8; 16],
    /// The name beside which alone it counts, hashed; without one it counts everywhere.
    pub name: Option<[u8; 16]>,
    /// The purpose, by the name that it had.
    pub purpose: String,
    /// The day of the refusal: a grant of a later day is free of it.
    pub since: Day,
    /// Where it came from.
    pub cause: Cause,
}

impl Remembered {
    /// What makes it one entry.
    #[must_use]
    pub fn key(&self) -> ([u8; 16], Option<[u8; 16]>, &str) {
        (self.value, self.name, &self.purpose)
    }
}

/// Where a refusal came from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// A cell that says that consent was withdrawn.
    Cell,
    /// A consent cell that turned from yes to no.
    Turned,
    /// A list of refusals.
    List,
    /// Another row of the same person.
    Link,
}

impl Cause {
    const ALL: [(&'static str, Self); 4] =
        [("cell", Self::Cell), ("turned", Self::Turned), ("list", Self::List), ("link", Self::Link)];

    /// Its word in the ledger.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, c)| *c == self).map_or("", |(name, _)| name)
    }

    /// The cause of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, cause)| *cause)
    }
}

/// What the rows under one handle said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Yes {
    /// The latest day of a grant; [`Day::NEVER`] where a yes had no date, `None` where none was ever said.
    pub granted: Option<Day>,
    /// The day on which their refusal was first seen, while it stands.
    pub turned: Option<Day>,
    /// How many of them said yes.
    pub yes: u32,
    /// How many of them said no.
    pub no: u32,
}

/// Who of a source said yes for a purpose, by hashed handle.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Consented(BTreeMap<u64, Yes>);

impl Consented {
    /// From records by handle.
    #[must_use]
    pub fn from_records(records: impl IntoIterator<Item = (u64, Yes)>) -> Self {
        Self(records.into_iter().collect())
    }

    /// What is remembered under a handle.
    #[must_use]
    pub fn get(&self, handle: u64) -> Option<Yes> {
        self.0.get(&handle).copied()
    }

    /// Remembers under a handle.
    pub fn set(&mut self, handle: u64, yes: Yes) {
        self.0.insert(handle, yes);
    }

    /// Forgets the day of a refusal whose rows are gone: who says it anew says it on a later day.
    pub fn forget_days(&mut self, is_gone: impl Fn(u64) -> bool) {
        let gone = self.0.iter_mut().filter(|(handle, yes)| yes.turned.is_some() && is_gone(**handle));
        gone.for_each(|(_, yes)| *yes = Yes { turned: None, yes: yes.yes.max(1), no: 0, ..*yes });
    }

    /// All that is remembered, by handle.
    pub fn iter(&self) -> impl Iterator<Item = (u64, Yes)> {
        self.0.iter().map(|(handle, yes)| (*handle, *yes))
    }

    /// How many handles are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
