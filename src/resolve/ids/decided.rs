//! What people decided about cards, and what they are still asked.

use std::collections::{BTreeSet, HashMap};

use super::Giver;
use crate::{change::ClientId, resolve::Why, written::unmarked};

impl Giver<'_> {
    /// The cards that a person gave to clusters.
    pub(super) fn decided_cards(&self) -> Vec<(u32, u32)> {
        let given: HashMap<u64, ClientId> = self.decisions.given().collect();
        if given.is_empty() {
            return Vec::new();
        }
        let card = |row: &u32| self.past.find(*given.get(&self.read.person(*row))?);
        let clusters = self.clusters.iter().enumerate();
        let of_cluster = |(c, rows): (usize, &[u32])| Some((c as u32, rows.iter().find_map(card)? as u32));
        clusters.filter_map(of_cluster).collect()
    }

    /// Whether somebody said that a cluster is not a card's person, or not the one whose card it is now.
    pub(super) fn is_other(&self, cluster: u32, card: u32, owner: u32) -> bool {
        let (ones, others) = (self.decided_of(cluster), self.decided_of(owner));
        let id = self.past.ids[card as usize];
        let apart = |one: &u64| others.iter().any(|other| self.decisions.people(*one, *other) == Some(false));
        ones.iter().any(|one| self.decisions.card(*one, id) == Some(false) || apart(one))
    }

    /// Whether somebody said that two cards, or rows that speak for them, are one person.
    pub(super) fn is_same(&self, cluster: u32, own: u32, other: u32) -> bool {
        if self.decisions.is_empty() {
            return false;
        }
        let speaks = |row: u32, card: u32| {
            let known = self.past.identities.get(card as usize);
            let said = self.read.identities.get(row as usize);
            said.iter().any(|identity| known.iter().any(|k| unmarked(*k) == *identity))
        };
        let classes = |card: u32| {
            let rows = self.clusters.get(cluster as usize).iter().filter(|row| self.read.person(**row) != 0);
            let rows = rows.filter(move |row| speaks(**row, card));
            rows.map(|row| self.decisions.class_of(self.read.person(*row))).collect::<BTreeSet<u64>>()
        };
        self.decisions.joined(self.past.ids[own as usize], self.past.ids[other as usize])
            || !classes(own).is_disjoint(&classes(other))
    }

    /// The people of a cluster about whom something was decided.
    fn decided_of(&self, cluster: u32) -> BTreeSet<u64> {
        let rows = self.clusters.get(cluster as usize).iter();
        rows.map(|row| self.read.person(*row)).filter(|person| *person != 0).collect()
    }

    /// Clusters with a row that was asked about as a part of a card, and that no new or edited row explains.
    pub(super) fn asked_splits(&self) -> BTreeSet<u32> {
        if self.past.waiting.is_empty() {
            return BTreeSet::new();
        }
        let was_asked = |row: &u32| {
            let key = self.keys.waiting(Why::SplitUnexplained, self.read.prints[*row as usize]);
            self.past.waiting.binary_search_by_key(&key, |(k, _)| *k).is_ok()
        };
        let clusters = (0..self.clusters.len() as u32).filter(|c| self.clusters.get(*c as usize).iter().any(was_asked));
        clusters.filter(|cluster| !self.is_explained(*cluster)).collect()
    }

    /// Those of them that have no card: they wait until a row explains it or somebody decides, though by now the
    /// card may be known by nothing that they have.
    pub(super) fn still_split(&self, owner: &[Option<u32>]) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        for cluster in self.asked_splits().into_iter().filter(|c| self.card_of[*c as usize].is_none()) {
            let cards = self.clusters.get(cluster as usize).iter().flat_map(|row| self.cards_of(*row));
            // It was the older card's: whoever else has the same phone came later.
            let oldest = cards.min_by_key(|card| (self.past.born[*card as usize], *card));
            let is_open = |card: &u32| {
                let owner = owner[*card as usize].filter(|owner| !self.is_explained(*owner));
                owner.is_some_and(|owner| !self.is_other(cluster, *card, owner))
            };
            found.extend(oldest.filter(is_open).map(|card| (cluster, card)));
        }
        found
    }
}
