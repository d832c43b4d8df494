//! What a route remembers of what it wrote: ids, keyed hashes and fingerprints, no readable value.

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::{
    change::{ClientId, RunId},
    csr::Lists,
    day::Day,
    set::{PurposeId, PurposeSet},
};

/// What the ledger says was written for one route, card by card in the order of their ids.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Written {
    /// The runs that bore cards, the first one first: the age of a card is the run that bore it.
    pub births: Vec<RunId>,
    /// Whether it was made anew of what stands at the destination: until a run has seen all rows, none of them
    /// explains why cards are joined or split.
    pub is_recovered: bool,
    /// The columns that the fingerprints belong to, in their order.
    pub columns: Vec<String>,
    /// The purposes that [`Written::carried`] counts, in the order of its bits.
    pub purposes: Vec<String>,
    /// The cards, ascending.
    pub ids: Vec<ClientId>,
    /// Which run bore each, counted from 1; 0 where nobody knows.
    pub born: Vec<u32>,
    /// The last day on which some purpose carries each, as far as was known.
    pub until: Vec<Day>,
    /// The purposes that carry each.
    pub carried: Vec<PurposeSet>,
    /// The hashed full name of each; where it has none, what a route sees of a row that made
    /// it, hashed and marked.
    pub names: Vec<u64>,
    /// One fingerprint per card and column; 0 is blank.
    pub prints: Vec<u64>,
    /// The hashed identities of each, ascending.
    pub identities: Lists<u64>,
    /// The hashed handles of the rows that made each, ascending.
    pub handles: Lists<u64>,
    /// Those of the cards that a refusal took away, ascending: nothing of them stands, but they are known
    /// again, so that a later grant brings back the same id.
    pub tombs: Vec<ClientId>,
    /// Cards from which a refusal took something, ascending, and per column what would stand had nobody
    /// refused: matching and questions go on as if nobody had.
    pub shadows: Vec<ClientId>,
    /// One fingerprint per shadow and column.
    pub shadow_prints: Vec<u64>,
    /// The last day on which some purpose would carry each shadow.
    pub shadow_until: Vec<Day>,
    /// Ids that were in use and are not any more, ascending: never given again.
    pub retired: Vec<ClientId>,
    /// What matching saw of every row, hashed, ascending: tells which rows are new or edited.
    pub seen: Vec<u64>,
    /// Held rows that can't be what is left of a card, ascending: no card lacked its rows when they came.
    pub innocent: Vec<u64>,
    /// What waits for a person and was reported, ascending, each with the day on which it was first seen:
    /// [`Day::NEVER`] where nobody kept it.
    pub waiting: Vec<(u64, Day)>,
    /// How many cards went, by day, so that the guard sees a week.
    pub removed: Vec<(Day, u32)>,
    /// How many cards went by lapse, by day.
    pub lapsed: Vec<(Day, u32)>,
}

/// What a run wrote to a route, as the ledger keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The run that wrote last.
    pub run: RunId,
    /// What a file then held; of what was about to be written, what it held before.
    pub digest: Option<[u8; 32]>,
    /// What was written, or was about to be.
    pub written: Written,
}

impl Written {
    /// The same with its purposes counted in the order of `names`; those that are no more are left out.
    #[must_use]
    pub fn with_purposes(mut self, names: &[String]) -> Self {
        if self.purposes != names {
            let place = |p: PurposeId| names.iter().position(|n| *n == self.purposes[usize::from(p.0)]);
            let moved = |set: &PurposeSet| set.iter().filter_map(place).map(|i| PurposeId(i as u8)).collect();
            self.carried = self.carried.iter().map(moved).collect();
            self.purposes = names.to_vec();
        }
        self
    }

    /// Forgets what stands in the columns of cards that a destination lost, so that they are written anew.
    pub fn lose(&mut self, standing: &[ClientId]) -> usize {
        let width = self.columns.len();
        let mut lost = 0;
        for card in 0..self.ids.len() {
            if standing.binary_search(&self.ids[card]).is_err() {
                self.prints[card * width..(card + 1) * width].fill(0);
                lost += usize::from(!self.is_tomb(card));
            }
        }
        lost
    }

    /// The cards that a run bore, by their place.
    pub fn born_in(&self, run: RunId) -> impl Iterator<Item = usize> {
        let number = self.births.iter().position(|r| *r == run).map(|place| place as u32 + 1);
        (0..self.ids.len()).filter(move |card| Some(self.born[*card]) == number)
    }

    /// Forgets cards, whose ids (ascending) are never given again.
    pub fn retire(&mut self, gone: &[ClientId]) {
        let goes = |id: &ClientId| gone.binary_search(id).is_ok();
        let stays: Vec<bool> = self.ids.iter().map(|id| !goes(id)).collect();
        let shadow_stays: Vec<bool> = self.shadows.iter().map(|id| !goes(id)).collect();
        let width = self.columns.len();
        self.retired.extend(self.ids.iter().filter(|id| goes(id)));
        self.retired.sort_unstable();
        self.retired.dedup();
        keep(&mut self.ids, &stays, 1);
        keep(&mut self.born, &stays, 1);
        keep(&mut self.until, &stays, 1);
        keep(&mut self.carried, &stays, 1);
        keep(&mut self.names, &stays, 1);
        keep(&mut self.prints, &stays, width);
        self.identities = self.identities.picked(&stays);
        self.handles = self.handles.picked(&stays);
        self.tombs.retain(|id| !goes(id));
        keep(&mut self.shadows, &shadow_stays, 1);
        keep(&mut self.shadow_until, &shadow_stays, 1);
        keep(&mut self.shadow_prints, &shadow_stays, width);
    }

    /// How many cards are known, those that a refusal took away included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// How many cards stand.
    #[must_use]
    pub fn standing(&self) -> usize {
        self.ids.len() - self.tombs.len()
    }

    /// The cards that stand, ascending.
    pub fn standing_ids(&self) -> impl Iterator<Item = &ClientId> {
        self.ids.iter().filter(|id| self.tombs.binary_search(id).is_err())
    }

    /// Whether a refusal took a card away.
    #[must_use]
    pub fn is_tomb(&self, card: usize) -> bool {
        self.tombs.binary_search(&self.ids[card]).is_ok()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The fingerprints of a card, one per column.
    #[must_use]
    pub fn prints_of(&self, card: usize) -> &[u64] {
        let width = self.columns.len();
        &self.prints[card * width..(card + 1) * width]
    }

    /// The fingerprints of a card as if nobody had refused, one per column.
    #[must_use]
    pub fn shadow_of(&self, card: usize) -> &[u64] {
        let width = self.columns.len();
        match self.shadows.binary_search(&self.ids[card]) {
            Ok(i) => &self.shadow_prints[i * width..(i + 1) * width],
            Err(_) => self.prints_of(card),
        }
    }

    /// The last day on which some purpose would carry a card, had nobody refused.
    #[must_use]
    pub fn shadow_until(&self, card: usize) -> Day {
        self.shadows.binary_search(&self.ids[card]).map_or(self.until[card], |i| self.shadow_until[i])
    }

    /// The hashed full name of a card; 0 where it has none.
    #[must_use]
    pub fn name(&self, card: usize) -> u64 {
        if is_row(self.names[card]) { 0 } else { self.names[card] }
    }

    /// Of a card without a full name, the hashed sight of a row that made it.
    #[must_use]
    pub fn row_of_nameless(&self, card: usize) -> Option<u64> {
        is_row(self.names[card]).then_some(self.names[card])
    }

    /// The card of an id.
    #[must_use]
    pub fn find(&self, id: ClientId) -> Option<usize> {
        self.ids.binary_search(&id).ok()
    }
}

/// Keeps the items of what stays, of which each has so many.
fn keep<T>(items: &mut Vec<T>, stays: &[bool], each: usize) {
    let mut place = 0;
    items.retain(|_| {
        place += 1;
        stays[(place - 1) / each]
    });
}

/// The last bit of a hash is a mark: on an identity, that several people share it; on a handle, that it is
/// a key; in the place of a name, that it is the sight of a row.
const MARK: u64 = 1;

/// The hash of an identity that several people share.
#[must_use]
pub fn shared(identity: u64) -> u64 {
    identity | MARK
}

/// Whether several people share an identity.
#[must_use]
pub fn is_shared(identity: u64) -> bool {
    identity & MARK != 0
}

/// The handle of a row that has a key.
#[must_use]
pub fn key(handle: u64) -> u64 {
    handle | MARK
}

/// Whether a handle is a key.
#[must_use]
pub fn is_key(handle: u64) -> bool {
    handle & MARK != 0
}

/// The sight of a row in the place of a name.
#[must_use]
pub fn row(sight: u64) -> u64 {
    sight | MARK
}

/// Whether the sight of a row stands in the place of a name.
#[must_use]
pub fn is_row(name: u64) -> bool {
    name & MARK != 0
}

/// A hash without its mark.
#[must_use]
pub fn unmarked(hash: u64) -> u64 {
    hash & !MARK
}

/// What a route remembers, to be found by hash.
pub struct Index<'a> {
    written: &'a Written,
    identities: Vec<(u64, u32)>,
    handles: OnceLock<Vec<(u64, u32)>>,
}

impl<'a> Index<'a> {
    /// An index of `written`.
    #[must_use]
    pub fn new(written: &'a Written) -> Self {
        Self { written, identities: by_hash(&written.identities), handles: OnceLock::new() }
    }

    /// Every identity with its card, ascending.
    #[must_use]
    pub fn identities(&self) -> &[(u64, u32)] {
        &self.identities
    }

    /// The cards of an identity, each with whether it is shared there.
    pub fn of_identity(&self, identity: u64) -> impl Iterator<Item = (u32, bool)> + '_ {
        equal(&self.identities, identity).map(|(hash, card)| (card, is_shared(hash)))
    }

    /// Every handle with its card, ascending.
    #[must_use]
    pub fn handles(&self) -> &[(u64, u32)] {
        self.handles.get_or_init(|| by_hash(&self.written.handles))
    }

    /// The cards that a row made which its sheet knows by a handle.
    pub fn of_handle(&self, handle: u64) -> impl Iterator<Item = u32> + '_ {
        equal(self.handles(), handle).map(|(_, card)| card)
    }
}

fn by_hash(lists: &Lists<u64>) -> Vec<(u64, u32)> {
    let mut pairs: Vec<(u64, u32)> = Vec::with_capacity(lists.items().len());
    for card in 0..lists.len() {
        pairs.extend(lists.get(card).iter().map(|hash| (*hash, card as u32)));
    }
    pairs.par_sort_unstable();
    pairs
}

/// The pairs whose hash is the same, marks aside.
fn equal(pairs: &[(u64, u32)], hash: u64) -> impl Iterator<Item = (u64, u32)> + '_ {
    let hash = unmarked(hash);
    let start = pairs.partition_point(|(h, _)| *h < hash);
    pairs[start..].iter().take_while(move |(h, _)| unmarked(*h) == hash).copied()
}
