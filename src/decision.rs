//! What people decided about who is who: per route, as keyed hashes, an input of every run.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::change::ClientId;

/// One side of a decision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Party {
    /// What a route sees of a row that tells its person from others, hashed.
    Person(u64),
    /// A card.
    Card(ClientId),
}

/// Two parties, and whether they are one person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(from = "Line", into = "Line")]
pub struct Pair {
    /// One.
    pub a: Party,
    /// The other.
    pub b: Party,
    /// Whether they are one person.
    pub same: bool,
}

/// A pair as the ledger keeps it.
#[derive(Serialize, Deserialize)]
struct Line(String, String, bool);

impl From<Pair> for Line {
    fn from(pair: Pair) -> Self {
        let text = |party| match party {
            Party::Person(hash) => format!("{hash:016x}p"),
            Party::Card(id) => id.to_string(),
        };
        Self(text(pair.a), text(pair.b), pair.same)
    }
}

impl From<Line> for Pair {
    /// A party that can't be read is one that nobody is.
    fn from(Line(a, b, same): Line) -> Self {
        let party = |text: &str| match text.strip_suffix('p').map(|hash| u64::from_str_radix(hash, 16)) {
            Some(Ok(hash)) => Party::Person(hash),
            _ => text.parse().map_or(Party::Person(0), Party::Card),
        };
        Self { a: party(&a), b: party(&b), same }
    }
}

/// All decisions about one route.
#[derive(Clone, Default, Debug)]
pub struct Decisions {
    /// The smallest of those who are one person, by each of them.
    class: BTreeMap<u64, u64>,
    /// Pairs of classes that are two people.
    apart: BTreeSet<(u64, u64)>,
    people: BTreeSet<u64>,
    cards: BTreeMap<(u64, ClientId), bool>,
    joined: BTreeSet<(ClientId, ClientId)>,
}

impl Decisions {
    /// What follows from all pairs together. Where they contradict each other, two people stay two.
    #[must_use]
    pub fn new(pairs: &[Pair]) -> Self {
        let mut found = Self::default();
        let mut apart = Vec::new();
        for pair in pairs {
            match (pair.a, pair.b) {
                (Party::Person(a), Party::Person(b)) => {
                    found.people.extend([a, b]);
                    if pair.same { found.join(a, b) } else { apart.push((a, b)) }
                }
                (Party::Person(person), Party::Card(card)) | (Party::Card(card), Party::Person(person)) => {
                    found.people.insert(person);
                    *found.cards.entry((person, card)).or_insert(true) &= pair.same;
                }
                (Party::Card(a), Party::Card(b)) if pair.same => {
                    found.joined.insert((a.min(b), a.max(b)));
                }
                (Party::Card(_), Party::Card(_)) => {}
            }
        }
        found.apart = apart.into_iter().map(|(a, b)| found.classes(a, b)).collect();
        found
    }

    fn join(&mut self, a: u64, b: u64) {
        let (low, high) = self.classes(a, b);
        self.class.extend([(a, low), (b, low)]);
        self.class.values_mut().filter(|class| **class == high).for_each(|class| *class = low);
    }

    /// The classes of two people, the smaller first.
    fn classes(&self, a: u64, b: u64) -> (u64, u64) {
        let (a, b) = (self.class_of(a), self.class_of(b));
        (a.min(b), a.max(b))
    }

    /// The smallest of those who are one person with `person`: itself, where nobody else is.
    #[must_use]
    pub fn class_of(&self, person: u64) -> u64 {
        self.class.get(&person).copied().unwrap_or(person)
    }

    /// Whether nothing was decided.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.joined.is_empty()
    }

    /// Whether anything was decided about a person.
    #[must_use]
    pub fn names(&self, person: u64) -> bool {
        self.people.contains(&person)
    }

    /// Whether two are one person, as far as that was decided.
    #[must_use]
    pub fn people(&self, a: u64, b: u64) -> Option<bool> {
        let classes = self.classes(a, b);
        if self.apart.contains(&classes) {
            return Some(false);
        }
        (classes.0 == classes.1 && self.class.contains_key(&a)).then_some(true)
    }

    /// Whether a card is a person's, as far as that was decided.
    #[must_use]
    pub fn card(&self, person: u64, card: ClientId) -> Option<bool> {
        self.cards.get(&(person, card)).copied()
    }

    /// The cards that were given to people.
    pub fn given(&self) -> impl Iterator<Item = (u64, ClientId)> + '_ {
        self.cards.iter().filter(|(_, same)| **same).map(|((person, card), _)| (*person, *card))
    }

    /// Whether two cards were made one.
    #[must_use]
    pub fn joined(&self, a: ClientId, b: ClientId) -> bool {
        self.joined.contains(&(a.min(b), a.max(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: u64, b: u64, same: bool) -> Pair {
        Pair { a: Party::Person(a), b: Party::Person(b), same }
    }

    #[test]
    fn who_is_one_person_with_two_is_one_with_both() {
        let decided = Decisions::new(&[pair(1, 2, true), pair(3, 2, true), pair(3, 9, false), pair(5, 6, true)]);
        for (a, b, expected) in [
            (1, 3, Some(true)),
            (2, 1, Some(true)),
            (9, 1, Some(false)),
            (1, 5, None),
            (9, 5, None),
            (7, 7, None),
            (5, 6, Some(true)),
        ] {
            assert_eq!(decided.people(a, b), expected, "{a} {b}");
            assert_eq!(decided.people(b, a), expected, "{b} {a}");
        }
        assert!(decided.names(9) && !decided.names(7));
    }

    #[test]
    fn a_contradiction_keeps_two_people_two() {
        for pairs in [[pair(1, 2, true), pair(1, 2, false)], [pair(2, 1, false), pair(1, 2, true)]] {
            assert_eq!(Decisions::new(&pairs).people(1, 2), Some(false));
        }
        let (person, card) = (Party::Person(1), ClientId([7; 10]));
        let given = |same| Pair { a: person, b: Party::Card(card), same };
        assert_eq!(Decisions::new(&[given(true), given(false)]).card(1, card), Some(false));
    }

    #[test]
    fn a_pair_is_written_and_read_back() {
        let parties = [Party::Person(0), Party::Person(u64::MAX - 1), Party::Card(ClientId([200; 10]))];
        for (a, b) in parties.iter().flat_map(|a| parties.iter().map(move |b| (*a, *b))) {
            let pair = Pair { a, b, same: a == b };
            let text = serde_json::to_string(&pair).expect("writes");
            assert_eq!(serde_json::from_str::<Pair>(&text).expect("reads"), pair, "{text}");
        }
    }
}
