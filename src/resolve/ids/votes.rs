//! Which cards the rows of a cluster speak for.

use rayon::prelude::*;

use super::Giver;
use crate::{
    resolve::rows::sight,
    written::{is_key, is_shared, row, unmarked},
};

/// A key says who a row is, whatever else was edited, as long as not all else is another's.
const KEY_VOTES: u32 = 1000;

/// How often a cluster's identities vote for a card.
pub(super) struct Votes {
    /// `(cluster, card, votes)`, by cluster and card.
    pub(super) list: Vec<(u32, u32, u32)>,
}

impl Votes {
    fn sum(mut list: Vec<(u32, u32, u32)>) -> Self {
        list.par_sort_unstable();
        let sum = |group: &[(u32, u32, u32)]| (group[0].0, group[0].1, group.iter().map(|(.., votes)| votes).sum());
        Self { list: list.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).map(sum).collect() }
    }

    pub(super) fn of(&self, cluster: u32) -> &[(u32, u32, u32)] {
        let start = self.list.partition_point(|v| v.0 < cluster);
        let end = start + self.list[start..].partition_point(|v| v.0 == cluster);
        &self.list[start..end]
    }
}

/// Gives each card that has a hash of one of the groups, with its own mark. Both lists ascend.
fn join(groups: &[(u64, u32)], cards: &[(u64, u32)], mut give: impl FnMut(&[(u64, u32)], u64, u32)) {
    let mut at = 0;
    for group in groups.chunk_by(|a, b| a.0 == b.0) {
        while at < cards.len() && unmarked(cards[at].0) < unmarked(group[0].0) {
            at += 1;
        }
        let same = cards[at..].iter().take_while(|(hash, _)| unmarked(*hash) == unmarked(group[0].0));
        same.for_each(|(hash, card)| give(group, *hash, *card));
    }
}

impl Giver<'_> {
    /// Every identity that a card was known by votes for it. One that several people share, or shared
    /// then, votes only where the name agrees, or without one the row; a key outvotes them all.
    pub(super) fn votes(&mut self, pairs: &[(u64, u32)]) -> Votes {
        let mut list: Vec<(u32, u32, u32)> = Vec::with_capacity(self.index.identities().len());
        join(pairs, self.index.identities(), |group, identity, card| {
            let certain = group.len() == 1 && !is_shared(identity);
            let agrees = |c: &&(u64, u32)| certain || self.names_agree(c.1, card) || self.has_row_of(c.1, card);
            list.extend(group.iter().filter(agrees).map(|(_, cluster)| (*cluster, card, 1)));
        });
        let mut votes = Votes::sum(list);
        let keys = self.keys_of_clusters();
        if !keys.is_empty() {
            let mut of_keys = Vec::new();
            join(&keys, self.index.handles(), |group, handle, card| {
                let clusters = group.iter().filter(|_| is_key(handle));
                of_keys.extend(clusters.map(|(key, cluster)| (*key, *cluster, card)));
            });
            let (believed, doubtful): (Vec<_>, Vec<_>) =
                of_keys.into_iter().partition(|(_, cluster, card)| self.supports(&votes, *cluster, *card));
            votes.list.extend(believed.iter().map(|(_, cluster, card)| (*cluster, *card, KEY_VOTES)));
            votes.list.extend(doubtful.iter().map(|(_, cluster, card)| (*cluster, *card, 0)));
            votes = Votes::sum(votes.list);
            self.doubtful = doubtful;
        }
        votes
    }

    /// Whether anything but the key says that a cluster is a card's person: a value, or the name, unless
    /// the values say that it is another card's of that name. Rows may be numbered anew.
    fn supports(&self, votes: &Votes, cluster: u32, card: u32) -> bool {
        let of_cluster = votes.of(cluster);
        let is_namesake = |v: &&(u32, u32, u32)| self.names_agree(cluster, v.1);
        of_cluster.iter().any(|v| v.1 == card)
            || self.names_agree(cluster, card) && !of_cluster.iter().any(|v| is_namesake(&v))
    }

    /// The keys of the clusters' rows, ascending.
    fn keys_of_clusters(&self) -> Vec<(u64, u32)> {
        let mut keys = Vec::new();
        for (cluster, rows) in self.clusters.iter().enumerate() {
            for row in rows {
                let handles = self.rows.handles(*row as usize).iter();
                keys.extend(handles.filter(|h| is_key(**h)).map(|handle| (*handle, cluster as u32)));
            }
        }
        keys.par_sort_unstable();
        keys.dedup();
        keys
    }

    /// Whether a row of the cluster is as it was when it made a card without a name.
    fn has_row_of(&self, cluster: u32, card: u32) -> bool {
        let Some(known) = self.past.row_of_nameless(card as usize) else { return false };
        let sight = |r: &u32| row(sight(self.rows, self.identifying, self.keys, *r as usize));
        self.clusters.get(cluster as usize).iter().any(|r| sight(r) == known)
    }
}
