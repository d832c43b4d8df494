//! Which client is which card: ids are born once and then carried along by the votes of identities.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::{RouteKeys, Waiting, Why, links::Links, rows::Read};
use crate::{
    change::ClientId,
    csr::Lists,
    day::Day,
    gate::Rows,
    identity::Identifying,
    written::{Index, Written},
};

/// Clients with their ids, in the order of them.
pub(super) struct Given {
    pub(super) ids: Vec<ClientId>,
    pub(super) cards: Vec<Option<u32>>,
    pub(super) rows: Lists<u32>,
    pub(super) identities: Lists<u64>,
    pub(super) merged: BTreeMap<u32, ClientId>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) tied: BTreeSet<u32>,
    pub(super) prints: Vec<u64>,
    /// By client, the day of its newest held row.
    pub(super) held: HashMap<usize, Day>,
}

struct Giver<'a> {
    rows: &'a Rows<'a>,
    identifying: &'a Identifying,
    read: &'a Read,
    clusters: Lists<u32>,
    past: &'a Written,
    index: &'a Index<'a>,
    keys: &'a RouteKeys,
    /// Per cluster, its identities: those that stand in no other.
    unshared: Lists<u64>,
    card_of: Vec<Option<u32>>,
    /// Clusters that wait as a whole.
    waits: BTreeMap<u32, (Why, Vec<u32>)>,
}

/// How often a cluster's identities vote for a card.
struct Votes {
    /// `(cluster, card, votes)`, by cluster and card.
    list: Vec<(u32, u32, u32)>,
}

pub(super) fn give(
    rows: &Rows<'_>,
    identifying: &Identifying,
    read: &Read,
    links: Links,
    past: &Written,
    index: &Index<'_>,
    keys: &RouteKeys,
) -> Given {
    let cards = vec![None; links.clusters.len()];
    let pairs = identities_of(&links.clusters, read);
    let unshared = unshared(&pairs, links.clusters.len());
    let mut giver = Giver {
        rows,
        identifying,
        read,
        clusters: links.clusters,
        past,
        index,
        keys,
        unshared,
        card_of: cards,
        waits: BTreeMap::new(),
    };
    let votes = giver.votes(&pairs);
    giver.assign(&votes);
    let merged = giver.join_and_split(&votes);
    giver.ask(&links.asks);
    giver.finish(merged, &links.undecided, &pairs)
}

/// Every identity with its cluster, ascending, each pair once.
fn identities_of(clusters: &Lists<u32>, read: &Read) -> Vec<(u64, u32)> {
    let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(read.identities.items().len());
    for (cluster, rows) in clusters.iter().enumerate() {
        for row in rows {
            pairs.extend(read.identities.get(*row as usize).iter().map(|i| (*i, cluster as u32)));
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    pairs
}

/// Per cluster, the identities that stand in no other, ascending.
fn unshared(pairs: &[(u64, u32)], clusters: usize) -> Lists<u64> {
    let alone = pairs.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() == 1).map(|g| (g[0].1, g[0].0));
    let mut by_cluster: Vec<(u32, u64)> = alone.collect();
    by_cluster.par_sort_unstable();
    let mut lists = Lists::with_capacity(clusters, by_cluster.len());
    let mut next = by_cluster.into_iter().peekable();
    for cluster in 0..clusters as u32 {
        while let Some((_, identity)) = next.next_if(|(c, _)| *c == cluster) {
            lists.push(identity);
        }
        lists.end();
    }
    lists
}

impl Giver<'_> {
    /// Every identity that a card was known by votes for it. One that stands in several clusters by now
    /// votes only where the qualified form, which the name is part of, was remembered too.
    fn votes(&self, pairs: &[(u64, u32)]) -> Votes {
        let known = self.index.identities();
        let mut list: Vec<(u32, u32)> = Vec::with_capacity(known.len());
        let mut at = 0;
        for group in pairs.chunk_by(|a, b| a.0 == b.0) {
            while at < known.len() && known[at].0 < group[0].0 {
                at += 1;
            }
            let cards = known[at..].iter().take_while(|(i, _)| *i == group[0].0).map(|(_, card)| *card);
            let alone = group.len() == 1;
            for card in cards {
                let same_name = |c: &&(u64, u32)| alone || self.names_agree(c.1, card);
                list.extend(group.iter().filter(same_name).map(|(_, cluster)| (*cluster, card)));
            }
        }
        self.qualified_votes(&mut list);
        list.par_sort_unstable();
        let list = list.chunk_by(|a, b| a == b).map(|g| (g[0].0, g[0].1, g.len() as u32)).collect();
        Votes { list }
    }

    /// Whether a row of the cluster has the name that the card was written with.
    fn names_agree(&self, cluster: u32, card: u32) -> bool {
        let known = self.past.names[card as usize];
        known != 0 && self.name_prints(cluster).any(|print| print == known)
    }

    fn name_prints(&self, cluster: u32) -> impl Iterator<Item = u64> + '_ {
        let names = self.clusters.get(cluster as usize).iter().filter_map(|row| self.full_name(*row));
        names.map(|name| self.keys.name(&name))
    }

    fn full_name(&self, row: u32) -> Option<String> {
        let (row, seen) = (row as usize, self.rows.seen()[row as usize].cells());
        self.identifying.traits(self.rows.record(row), seen).full_name()
    }

    /// Clusters that share all they have with others are known by their values together with the name.
    fn qualified_votes(&self, list: &mut Vec<(u32, u32)>) {
        for cluster in 0..self.clusters.len() as u32 {
            if self.unshared.get(cluster as usize).is_empty() {
                for identity in self.qualified(cluster) {
                    list.extend(self.index.of_identity(identity).map(|card| (cluster, card)));
                }
            }
        }
    }

    fn qualified(&self, cluster: u32) -> BTreeSet<u64> {
        let rows = self.clusters.get(cluster as usize);
        rows.iter()
            .flat_map(|row| {
                let name = self.full_name(*row).unwrap_or_default();
                let identities = self.read.identities.get(*row as usize).iter();
                identities.map(move |i| self.keys.qualified(*i, &name))
            })
            .collect()
    }

    /// Most votes, then the older card, then the smaller id; each card to one cluster.
    fn assign(&mut self, votes: &Votes) {
        let mut order: Vec<&(u32, u32, u32)> = votes.list.iter().collect();
        order.par_sort_unstable_by_key(|(cluster, card, votes)| {
            let (born, id) = (self.past.born[*card as usize], self.past.ids[*card as usize]);
            (u32::MAX - votes, born, id, self.birth_identity(*cluster))
        });
        let mut taken = vec![false; self.past.len()];
        for (cluster, card, _) in order {
            let own = &mut self.card_of[*cluster as usize];
            if own.is_none() && !taken[*card as usize] {
                *own = Some(*card);
                taken[*card as usize] = true;
            }
        }
    }

    fn birth_identity(&self, cluster: u32) -> u64 {
        self.unshared.get(cluster as usize).first().copied().unwrap_or(u64::MAX)
    }

    /// Two cards that became one cluster, and one card that became two. Without a new or edited row to
    /// explain it, it is asked.
    fn join_and_split(&mut self, votes: &Votes) -> BTreeMap<u32, u32> {
        let mut owner: Vec<Option<u32>> = vec![None; self.past.len()];
        for (cluster, card) in self.card_of.iter().enumerate() {
            if let Some(card) = card {
                owner[*card as usize] = Some(cluster as u32);
            }
        }
        let mut merged = BTreeMap::new();
        for (cluster, card, count) in &votes.list {
            match (owner[*card as usize], self.card_of[*cluster as usize]) {
                // The cluster has another card, and most of this one's identities are its now.
                (None, Some(own)) => {
                    let all = self.past.identities.get(*card as usize).len();
                    if (*count as usize) * 2 > all {
                        if self.is_explained(*cluster) {
                            merged.insert(*card, *cluster);
                        } else {
                            self.wait(*cluster, Why::JoinUnexplained, [own, *card]);
                        }
                    }
                }
                // The card is another cluster's, and this one has none.
                (Some(other), None)
                    if other != *cluster && !self.is_explained(*cluster) && !self.is_explained(other) =>
                {
                    self.wait(*cluster, Why::SplitUnexplained, [*card]);
                }
                _ => {}
            }
        }
        merged.retain(|_, cluster| !self.waits.contains_key(cluster));
        merged
    }

    fn wait(&mut self, cluster: u32, why: Why, cards: impl IntoIterator<Item = u32>) {
        self.waits.entry(cluster).or_insert((why, Vec::new())).1.extend(cards);
    }

    fn is_explained(&self, cluster: u32) -> bool {
        let mut rows = self.clusters.get(cluster as usize).iter();
        rows.any(|row| self.past.seen.binary_search(&self.read.prints[*row as usize]).is_err())
    }

    /// Of an undecided link only the link is held: people who have a card or were joined already go on,
    /// a new row waits.
    fn ask(&mut self, asks: &[(u32, u32)]) {
        if asks.is_empty() {
            return;
        }
        let mut cluster_of: HashMap<u32, u32> = HashMap::new();
        let asked: BTreeSet<u32> = asks.iter().flat_map(|(a, b)| [*a, *b]).collect();
        for (cluster, rows) in self.clusters.iter().enumerate() {
            cluster_of.extend(rows.iter().filter(|r| asked.contains(r)).map(|row| (*row, cluster as u32)));
        }
        for (a, b) in asks {
            let (Some(a), Some(b)) = (cluster_of.get(a), cluster_of.get(b)) else { continue };
            for cluster in [*a, *b].into_iter().filter(|_| a != b) {
                let is_new = self.card_of[cluster as usize].is_none();
                if is_new && self.clusters.get(cluster as usize).len() == 1 {
                    self.wait(cluster, Why::Undecided, []);
                }
            }
        }
    }

    fn finish(mut self, merged: BTreeMap<u32, u32>, undecided: &BTreeSet<u32>, pairs: &[(u64, u32)]) -> Given {
        let ids = self.bear();
        let mut order: Vec<(ClientId, u32)> =
            (0..self.clusters.len() as u32).filter_map(|c| ids[c as usize].map(|id| (id, c))).collect();
        order.par_sort_unstable();
        let mut given = Given {
            ids: Vec::with_capacity(order.len()),
            cards: Vec::with_capacity(order.len()),
            rows: Lists::with_capacity(order.len(), self.rows.seen().len()),
            identities: Lists::with_capacity(order.len(), self.unshared.items().len()),
            merged: merged.into_iter().filter_map(|(card, c)| Some((card, ids[c as usize]?))).collect(),
            waiting: Vec::new(),
            tied: BTreeSet::new(),
            prints: Vec::new(),
            held: HashMap::new(),
        };
        let still_said = self.still_said(undecided);
        let held = self.held_days(pairs);
        for (client, (id, cluster)) in order.into_iter().enumerate() {
            given.held.extend(held.get(&cluster).map(|day| (client, *day)));
            given.ids.push(id);
            given.cards.push(self.card_of[cluster as usize]);
            given.rows.extend(self.clusters.get(cluster as usize).iter().copied());
            given.rows.end();
            let mut known_by = self.known_by(cluster);
            if let Some(said) = self.card_of[cluster as usize].and_then(|card| still_said.get(&card)) {
                known_by.extend(said);
                known_by.sort_unstable();
                known_by.dedup();
            }
            given.identities.extend(known_by);
            given.identities.end();
        }
        self.hold(&mut given, undecided);
        given.prints.clone_from(&self.read.prints);
        given.prints.par_sort_unstable();
        given
    }

    fn held_rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.rows.seen().iter().enumerate().filter(|(_, seen)| seen.is_held()).map(|(row, _)| row as u32)
    }

    /// By card, what it was known by and a row that waits still says: as long as that row waits, the card
    /// is known by it, or nobody would know whose card it is when the other rows go.
    fn still_said(&self, undecided: &BTreeSet<u32>) -> BTreeMap<u32, BTreeSet<u64>> {
        let mut said: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
        for row in self.held_rows().chain(undecided.iter().copied()) {
            for identity in self.read.identities.get(row as usize) {
                for card in self.index.of_identity(*identity) {
                    said.entry(card).or_default().insert(*identity);
                }
            }
        }
        said
    }

    /// By cluster, the day of the newest held row that shares an identity with it alone, or with its card.
    fn held_days(&self, pairs: &[(u64, u32)]) -> HashMap<u32, Day> {
        let mut days: HashMap<u32, Day> = HashMap::new();
        let mut owners: Option<HashMap<u32, u32>> = None;
        for row in self.held_rows() {
            let owners = owners.get_or_insert_with(|| {
                let cards = self.card_of.iter().enumerate();
                cards.filter_map(|(cluster, card)| Some(((*card)?, cluster as u32))).collect()
            });
            for identity in self.read.identities.get(row as usize) {
                let start = pairs.partition_point(|(i, _)| i < identity);
                let clusters: Vec<_> = pairs[start..].iter().take_while(|(i, _)| i == identity).collect();
                let alone = if let [(_, cluster)] = clusters.as_slice() { Some(*cluster) } else { None };
                let of_card = self.index.of_identity(*identity).filter_map(|card| owners.get(&card).copied());
                for cluster in of_card.chain(alone) {
                    let day = days.entry(cluster).or_insert(Day::NEVER);
                    *day = self.rows.dated(row as usize).max(*day);
                }
            }
        }
        days
    }

    /// What a client is known by: what nobody else has, or else its values together with its name.
    fn known_by(&self, cluster: u32) -> Vec<u64> {
        match self.unshared.get(cluster as usize) {
            [] => self.qualified(cluster).into_iter().collect(),
            unshared => unshared.to_vec(),
        }
    }

    /// The id of every cluster that doesn't wait: its card's, or a new one that never was in use.
    fn bear(&mut self) -> Vec<Option<ClientId>> {
        let mut ids: Vec<Option<ClientId>> = vec![None; self.clusters.len()];
        let mut births: Vec<(u64, u64, u32)> = Vec::new();
        for cluster in 0..self.clusters.len() as u32 {
            if self.waits.contains_key(&cluster) {
                continue;
            }
            if let Some(card) = self.card_of[cluster as usize] {
                ids[cluster as usize] = Some(self.past.ids[card as usize]);
            } else {
                let smallest = self.known_by(cluster).first().copied();
                let prints = self.clusters.get(cluster as usize).iter().map(|r| self.read.prints[*r as usize]);
                match smallest {
                    Some(smallest) => births.push((smallest, prints.min().unwrap_or_default(), cluster)),
                    None => self.wait(cluster, Why::NoIdentity, []),
                }
            }
        }
        births.par_sort_unstable();
        let mut before = (0, 0);
        for (smallest, _, cluster) in births {
            let mut counter = if before.0 == smallest { before.1 } else { 0 };
            let id = loop {
                let id = self.keys.birth(smallest, counter);
                counter += 1;
                let is_used = self.past.find(id).is_some() || self.past.retired.binary_search(&id).is_ok();
                if !is_used {
                    break id;
                }
            };
            before = (smallest, counter);
            ids[cluster as usize] = Some(id);
        }
        ids
    }

    /// Rows that wait, and the cards that stay as they are because of them.
    fn hold(&self, given: &mut Given, undecided: &BTreeSet<u32>) {
        let mut waiting: Vec<(u32, Why, Vec<u32>)> =
            self.held_rows().map(|row| (row, Why::RequiredMissing, Vec::new())).collect();
        waiting.extend(undecided.iter().map(|row| (*row, Why::Undecided, Vec::new())));
        for (cluster, (why, cards)) in &self.waits {
            let rows = self.clusters.get(*cluster as usize).iter();
            waiting.extend(rows.map(|row| (*row, *why, cards.clone())));
        }
        for (row, why, mut cards) in waiting {
            for identity in self.read.identities.get(row as usize) {
                cards.extend(self.index.of_identity(*identity));
            }
            for handle in self.rows.handles(row as usize) {
                cards.extend(self.index.of_handle(*handle));
            }
            cards.sort_unstable();
            cards.dedup();
            let nothing = self.read.identities.get(row as usize).is_empty();
            let why = if nothing { Why::NoIdentity } else { why };
            given.tied.extend(cards.iter().copied());
            given.waiting.push(Waiting { print: self.read.prints[row as usize], row, why, cards });
        }
        given.waiting.sort_unstable();
    }
}
