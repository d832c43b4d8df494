//! Which client is which card: ids are born once and then carried along by the votes of identities.

mod decided;
mod votes;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use votes::Votes;

use super::{RouteKeys, Waiting, Why, links::Links, rows::Read};
use crate::{
    change::ClientId,
    csr::Lists,
    day::Day,
    decision::Decisions,
    gate::Rows,
    identity::Identifying,
    written::{Index, Written, shared, unmarked},
};

/// Clients with their ids, by the first of their rows.
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
    /// Rows whose key was somebody else's.
    pub(super) moved: Vec<u32>,
}

/// What is known from before.
pub(super) struct Before<'a> {
    pub(super) past: &'a Written,
    pub(super) index: &'a Index<'a>,
    pub(super) keys: &'a RouteKeys,
    pub(super) decisions: &'a Decisions,
}

struct Giver<'a> {
    rows: &'a Rows<'a>,
    identifying: &'a Identifying,
    read: &'a Read,
    clusters: Lists<u32>,
    past: &'a Written,
    index: &'a Index<'a>,
    keys: &'a RouteKeys,
    decisions: &'a Decisions,
    /// Per cluster, its identities, marked where they stand in another one too.
    known_by: Lists<u64>,
    card_of: Vec<Option<u32>>,
    /// Clusters that wait as a whole.
    waits: BTreeMap<u32, (Why, Vec<u32>)>,
    /// Keys, their clusters, and the cards that had them and have nothing else in common with the cluster.
    doubtful: Vec<(u64, u32, u32)>,
}

pub(super) fn give(rows: &Rows<'_>, identifying: &Identifying, read: Read, links: Links, before: &Before<'_>) -> Given {
    let Before { past, index, keys, decisions } = *before;
    let cards = vec![None; links.clusters.len()];
    let pairs = identities_of(&links.clusters, &read);
    let known_by = known_by(&pairs, links.clusters.len());
    let mut giver = Giver {
        rows,
        identifying,
        read: &read,
        clusters: links.clusters,
        past,
        index,
        keys,
        decisions,
        known_by,
        card_of: cards,
        waits: BTreeMap::new(),
        doubtful: Vec::new(),
    };
    let votes = giver.votes(&pairs);
    giver.assign(&votes);
    giver.ask(&links.asks);
    let merged = giver.join_and_split(&votes);
    let mut given = giver.finish(merged, &links.undecided, pairs);
    given.prints = read.prints;
    given.prints.par_sort_unstable();
    given
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

/// Per cluster, its identities, ascending; those that stand in another one too are marked as shared.
fn known_by(pairs: &[(u64, u32)], clusters: usize) -> Lists<u64> {
    let marked = pairs.chunk_by(|a, b| a.0 == b.0).flat_map(|group| {
        let is_shared = group.len() > 1;
        group.iter().map(move |(identity, cluster)| (*cluster, if is_shared { shared(*identity) } else { *identity }))
    });
    let mut by_cluster: Vec<(u32, u64)> = marked.collect();
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
    /// Whether a row of the cluster has the name that the card was written with.
    fn names_agree(&self, cluster: u32, card: u32) -> bool {
        let known = self.past.name(card as usize);
        known != 0 && self.name_prints(cluster).any(|print| print == known)
    }

    fn name_prints(&self, cluster: u32) -> impl Iterator<Item = u64> + '_ {
        let names = self.clusters.get(cluster as usize).iter().filter_map(|row| self.full_name(*row));
        names.map(|name| self.keys.name(&name))
    }

    fn full_name(&self, row: u32) -> Option<String> {
        let (row, seen) = (row as usize, self.rows.seen(row as usize).cells());
        self.identifying.full_name(self.rows.record(row), seen)
    }

    /// Most votes, then the older card, then the smaller id; each card to one cluster. Of two clusters
    /// with as many votes for one card, the one whose rows stayed as they were has it.
    fn assign(&mut self, votes: &Votes) {
        let mut order: Vec<&(u32, u32, u32)> = votes.list.iter().collect();
        let asked = self.asked_splits();
        // Cards stand in the order of their ids.
        let older = |(_, card, votes): &(u32, u32, u32)| (u32::MAX - votes, self.past.born[*card as usize], *card);
        // Those who parted from a card and wait to be asked don't take it from the others meanwhile.
        order.par_sort_unstable_by(|a, b| {
            let waits = asked.contains(&a.0).cmp(&asked.contains(&b.0));
            waits.then(older(a).cmp(&older(b))).then_with(|| self.edited(a.0).cmp(&self.edited(b.0)))
        });
        let mut taken = vec![false; self.past.len()];
        for (cluster, card) in self.decided_cards() {
            if self.card_of[cluster as usize].is_none() && !taken[card as usize] {
                self.card_of[cluster as usize] = Some(card);
                taken[card as usize] = true;
            }
        }
        for (cluster, card, count) in order {
            // Where nothing but a key votes, the key is believed.
            if self.card_of[*cluster as usize].is_none()
                && !taken[*card as usize]
                && (self.is_holder(*cluster, *card, *count) || votes.of(*cluster).iter().all(|v| v.2 == 0))
            {
                self.card_of[*cluster as usize] = Some(*card);
                taken[*card as usize] = true;
            }
        }
    }

    /// How many of a cluster's rows were edited, and the smallest of their prints.
    fn edited(&self, cluster: u32) -> (usize, Option<u64>) {
        let prints = self.clusters.get(cluster as usize).iter().map(|row| self.read.prints[*row as usize]);
        (prints.clone().filter(|print| !self.was_seen(*print)).count(), prints.min())
    }

    /// Whether a cluster is the card's person: most of its identities are here, or the name agrees. A
    /// phone that somebody else has by now is not its former holder.
    fn is_holder(&self, cluster: u32, card: u32, votes: u32) -> bool {
        let most = votes as usize * 2 > self.past.identities.get(card as usize).len();
        most || self.past.name(card as usize) == 0
            || self.name_prints(cluster).next().is_none()
            || self.names_agree(cluster, card)
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
        let asked: BTreeSet<u32> = self.waits.keys().copied().collect();
        for (cluster, card, count) in votes.list.iter().filter(|(cluster, ..)| !asked.contains(cluster)) {
            match (owner[*card as usize], self.card_of[*cluster as usize]) {
                // The cluster has another card, and most of this one's identities are its now.
                (None, Some(own)) => {
                    let all = self.past.identities.get(*card as usize).len();
                    if (*count as usize) * 2 > all {
                        if self.is_explained(*cluster) || self.is_same(*cluster, own, *card) {
                            merged.insert(*card, *cluster);
                        } else {
                            self.wait(*cluster, Why::JoinUnexplained, [own, *card]);
                        }
                    }
                }
                // The card is another cluster's, and this one has none.
                (Some(other), None)
                    if other != *cluster
                        && !self.is_explained(*cluster)
                        && !self.is_explained(other)
                        && !self.is_other(*cluster, *card, other) =>
                {
                    self.wait(*cluster, Why::SplitUnexplained, [*card]);
                }
                _ => {}
            }
        }
        for (cluster, card) in self.still_split(&owner) {
            self.wait(cluster, Why::SplitUnexplained, [card]);
        }
        merged.retain(|_, cluster| !self.waits.contains_key(cluster));
        merged
    }

    fn wait(&mut self, cluster: u32, why: Why, cards: impl IntoIterator<Item = u32>) {
        self.waits.entry(cluster).or_insert((why, Vec::new())).1.extend(cards);
    }

    fn is_explained(&self, cluster: u32) -> bool {
        let mut rows = self.clusters.get(cluster as usize).iter();
        rows.any(|row| !self.was_seen(self.read.prints[*row as usize]))
    }

    fn was_seen(&self, print: u64) -> bool {
        self.past.is_recovered || self.past.seen.binary_search(&print).is_ok()
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

    fn finish(mut self, merged: BTreeMap<u32, u32>, undecided: &BTreeSet<u32>, pairs: Vec<(u64, u32)>) -> Given {
        let still_said = self.still_said(undecided);
        let held = self.held_days(&pairs);
        drop(pairs);
        let ids = self.bear();
        // In the order of their first rows, which stand side by side in memory.
        let order: Vec<(ClientId, u32)> = ids.iter().zip(0..).filter_map(|(id, c)| Some(((*id)?, c))).collect();
        let mut given = Given {
            ids: Vec::with_capacity(order.len()),
            cards: Vec::with_capacity(order.len()),
            rows: Lists::with_capacity(order.len(), self.rows.len()),
            identities: Lists::with_capacity(order.len(), self.known_by.items().len()),
            merged: merged.into_iter().filter_map(|(card, c)| Some((card, ids[c as usize]?))).collect(),
            waiting: Vec::new(),
            tied: BTreeSet::new(),
            prints: Vec::new(),
            held: HashMap::new(),
            moved: self.moved(),
        };
        for (client, (id, cluster)) in order.into_iter().enumerate() {
            given.held.extend(held.get(&cluster).map(|day| (client, *day)));
            given.ids.push(id);
            given.cards.push(self.card_of[cluster as usize]);
            given.rows.extend(self.clusters.get(cluster as usize).iter().copied());
            given.rows.end();
            let known_by = self.known_by.get(cluster as usize).iter();
            match self.card_of[cluster as usize].and_then(|card| still_said.get(&card)) {
                None => given.identities.extend(known_by.copied()),
                // Where both have it, the mark of today is the last and stays.
                Some(said) => {
                    let all = said.iter().chain(known_by).map(|identity| (unmarked(*identity), *identity));
                    given.identities.extend(all.collect::<BTreeMap<_, _>>().into_values());
                }
            }
            given.identities.end();
        }
        self.hold(&mut given, undecided);
        given
    }

    /// The rows whose key was somebody else's, ascending.
    fn moved(&self) -> Vec<u32> {
        let elsewhere = self.doubtful.iter().filter(|(_, c, card)| self.card_of[*c as usize] != Some(*card));
        let rows = elsewhere.flat_map(|(key, cluster, _)| {
            let rows = self.clusters.get(*cluster as usize).iter();
            rows.copied().filter(|row| self.rows.handles(*row as usize).contains(key))
        });
        rows.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn held_rows(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.rows.len() as u32).filter(|row| self.rows.seen(*row as usize).is_held())
    }

    /// By card, what it was known by and a row that waits still says: as long as that row waits, the card
    /// is known by it, or nobody would know whose card it is when the other rows go.
    fn still_said(&self, undecided: &BTreeSet<u32>) -> BTreeMap<u32, BTreeSet<u64>> {
        let mut said: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
        let waiting = self.waits.keys().flat_map(|cluster| self.clusters.get(*cluster as usize)).copied();
        for row in self.held_rows().chain(undecided.iter().copied()).chain(waiting) {
            for identity in self.read.identities.get(row as usize) {
                for (card, is_shared) in self.index.of_identity(*identity) {
                    let marked = if is_shared { shared(*identity) } else { *identity };
                    said.entry(card).or_default().insert(marked);
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
                let of_card = self.index.of_identity(*identity).filter_map(|(card, _)| owners.get(&card).copied());
                for cluster in of_card.chain(alone) {
                    let day = days.entry(cluster).or_insert(Day::NEVER);
                    *day = self.rows.dated(row as usize).max(*day);
                }
            }
        }
        days
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
                let smallest = self.known_by.get(cluster as usize).first().copied();
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

    /// The cards that a waiting row may belong to. On a shared value somebody of another name is
    /// somebody else.
    fn cards_of(&self, row: u32) -> Vec<u32> {
        let name = self.full_name(row).map(|name| self.keys.name(&name));
        let other = |card: u32| name.is_some_and(|n| ![0, n].contains(&self.past.name(card as usize)));
        let mut cards = Vec::new();
        for identity in self.read.identities.get(row as usize) {
            let found = self.index.of_identity(*identity);
            cards.extend(found.filter(|(card, is_shared)| !is_shared || !other(*card)).map(|(card, _)| card));
        }
        for handle in self.rows.handles(row as usize) {
            cards.extend(self.index.of_handle(*handle));
        }
        cards
    }

    /// Rows that wait, and the cards that stay as they are because of them.
    fn hold(&self, given: &mut Given, undecided: &BTreeSet<u32>) {
        let print = |row: u32| self.read.prints[row as usize];
        let alone = |row: u32, why| (row, why, Vec::new(), print(row));
        let mut waiting: Vec<(u32, Why, Vec<u32>, u64)> =
            self.held_rows().map(|row| alone(row, Why::RequiredMissing)).collect();
        waiting.extend(undecided.iter().map(|row| alone(*row, Why::Undecided)));
        for (cluster, (why, cards)) in &self.waits {
            let rows = self.clusters.get(*cluster as usize);
            let group = rows.iter().map(|row| print(*row)).min().unwrap_or_default();
            waiting.extend(rows.iter().map(|row| (*row, *why, cards.clone(), group)));
        }
        for (row, why, mut cards, group) in waiting {
            if cards.is_empty() {
                cards = self.cards_of(row);
            }
            cards.sort_unstable();
            cards.dedup();
            let nothing = self.read.identities.get(row as usize).is_empty();
            let why = if nothing { Why::NoIdentity } else { why };
            given.tied.extend(cards.iter().copied());
            given.waiting.push(Waiting { print: print(row), row, why, cards, group });
        }
        given.waiting.sort_unstable();
    }
}
