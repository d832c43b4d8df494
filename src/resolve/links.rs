//! Which rows are one person: exact identity values, with the guards that make that safe, and what people decided.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::prelude::*;
use smallvec::SmallVec;

use super::rows::Read;
use crate::{
    csr::Lists,
    decision::Decisions,
    gate::Rows,
    identity::Identifying,
    likeness::{Names, Traits, Verdict},
};

/// Beyond so many different descriptions of a person on one value nobody compares each with each: only
/// rows whose full names agree are joined.
const TRAITS_MAX: usize = 48;

/// Rows joined into clusters, and what could not be decided.
pub(super) struct Links {
    /// The rows of each cluster.
    pub(super) clusters: Lists<u32>,
    /// Rows that may belong to several people.
    pub(super) undecided: BTreeSet<u32>,
    /// Pairs of rows that only a person can tell apart or together.
    pub(super) asks: Vec<(u32, u32)>,
}

/// A description of a person. One about whom something was decided has one of its own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    traits: Traits,
    person: u64,
}

struct Linker<'a> {
    read: &'a Read,
    decisions: &'a Decisions,
    kinds: Vec<Kind>,
    kind_of: Vec<u32>,
    /// By the class of those who are one person, their descriptions.
    classes: BTreeMap<u64, Vec<u32>>,
    parents: Vec<u32>,
    shared: BTreeSet<u64>,
    asks: Vec<(u32, u32)>,
    vague: Vec<(u32, bool)>,
}

const NONE: u32 = u32::MAX;

pub(super) fn link(
    rows: &Rows<'_>,
    identifying: &Identifying,
    read: &Read,
    mut entries: Vec<(u64, u32)>,
    decisions: &Decisions,
) -> Links {
    // Who has all his identities alone is joined with nobody.
    keep_shared(&mut entries);
    let mut linker = Linker {
        read,
        decisions,
        kinds: Vec::new(),
        kind_of: vec![NONE; rows.len()],
        classes: BTreeMap::new(),
        parents: (0..rows.len() as u32).collect(),
        shared: BTreeSet::new(),
        asks: Vec::new(),
        vague: Vec::new(),
    };
    linker.describe(rows, identifying, &entries);
    entries.chunk_by(|a, b| a.0 == b.0).for_each(|group| linker.judge(group));
    drop(entries);
    linker.join_decided(read.decided().filter(|row| !rows.seen(*row as usize).is_held()));
    let (mut clusters, mut undecided) = linker.split_conflicts(rows);
    undecided.extend(linker.vague_rows(&clusters));
    if !undecided.is_empty() {
        clusters.retain(|cluster| !cluster.iter().all(|row| undecided.contains(row)));
    }
    Links { clusters, undecided, asks: linker.asks }
}

/// Leaves out the identities that stand once.
fn keep_shared(entries: &mut Vec<(u64, u32)>) {
    let (mut start, mut kept) = (0, 0);
    while start < entries.len() {
        let same = entries[start..].iter().take_while(|e| e.0 == entries[start].0).count();
        if same > 1 {
            entries.copy_within(start..start + same, kept);
            kept += same;
        }
        start += same;
    }
    entries.truncate(kept);
    entries.shrink_to_fit();
}

impl Linker<'_> {
    /// Describes the people of all rows that share an identity with another, or about whom something was
    /// decided, equal descriptions once.
    fn describe(&mut self, rows: &Rows<'_>, identifying: &Identifying, entries: &[(u64, u32)]) {
        let mut sharing: Vec<u32> = entries.iter().map(|(_, row)| *row).chain(self.read.decided()).collect();
        sharing.par_sort_unstable();
        sharing.dedup();
        let traits = |row: u32| identifying.traits(rows.record(row as usize), rows.seen(row as usize).cells());
        let kind = |row: u32| (Kind { traits: traits(row), person: self.read.person(row) }, row);
        let mut described: Vec<(Kind, u32)> = sharing.into_par_iter().map(kind).collect();
        described.par_sort_unstable();
        for (kind, row) in described {
            if self.kinds.last() != Some(&kind) {
                self.kinds.push(kind);
            }
            self.kind_of[row as usize] = self.kinds.len() as u32 - 1;
        }
        for (id, kind) in (0..).zip(&self.kinds).filter(|(_, kind)| kind.person != 0) {
            self.classes.entry(self.decisions.class_of(kind.person)).or_default().push(id);
        }
    }

    fn traits(&self, id: u32) -> &Traits {
        &self.kinds[id as usize].traits
    }

    /// What was decided about two descriptions.
    fn decided(&self, a: u32, b: u32) -> Option<bool> {
        let (a, b) = (self.kinds[a as usize].person, self.kinds[b as usize].person);
        if a == 0 || b == 0 { None } else { self.decisions.people(a, b) }
    }

    /// All descriptions of those who are one person with this one.
    fn class(&self, id: u32) -> SmallVec<[u32; 1]> {
        let person = self.kinds[id as usize].person;
        let class = self.classes.get(&self.decisions.class_of(person)).filter(|_| person != 0);
        class.map_or_else(|| SmallVec::from([id]), |class| SmallVec::from_slice(class))
    }

    /// Whether two descriptions may be one person: what was decided, or else what all those say together who were
    /// decided to be one person with them. One that surely is the same speaks for all, or else one that is not.
    fn verdict(&self, a: u32, b: u32) -> Verdict {
        match self.decided(a, b) {
            None if self.classes.is_empty() => self.traits(a).compare(self.traits(b)),
            Some(true) => Verdict::Join,
            Some(false) => Verdict::Apart,
            None if self.agree(a, b) => Verdict::Join,
            None => self.of_classes(a, b, Traits::compare).max().unwrap_or(Verdict::Apart),
        }
    }

    /// Whether two descriptions are surely one person, on a value that several people share.
    fn agree(&self, a: u32, b: u32) -> bool {
        let agree = |a: &Traits, b: &Traits| a.names(b) == Names::Same && a.compare(b) == Verdict::Join;
        self.decided(a, b).unwrap_or_else(|| self.of_classes(a, b, agree).any(|agree| agree))
    }

    /// Compares each that is one person with the one with each that is one person with the other.
    fn of_classes<T>(&self, a: u32, b: u32, compare: impl Fn(&Traits, &Traits) -> T) -> impl Iterator<Item = T> {
        let (ones, others) = (self.class(a), self.class(b));
        let pairs = ones.into_iter().flat_map(move |one| others.clone().into_iter().map(move |other| (one, other)));
        pairs.map(move |(one, other)| compare(self.traits(one), self.traits(other)))
    }

    /// Joins the rows that share one identity, as far as that is safe.
    fn judge(&mut self, group: &[(u64, u32)]) {
        let identity = group[0].0;
        let kinds = self.kinds(group.iter().map(|(_, row)| *row));
        let is_role = self.read.roles.binary_search(&identity).is_ok();
        if !is_role && self.all_join(&kinds) {
            return group.windows(2).for_each(|pair| self.union(pair[0].1, pair[1].1));
        }
        self.shared.insert(identity);
        self.join_alike(group);
        self.join_by_name(group, &kinds);
        if kinds.len() <= TRAITS_MAX {
            self.question(group, &kinds, is_role);
        }
    }

    /// The different descriptions of some rows.
    fn kinds(&self, rows: impl Iterator<Item = u32>) -> SmallVec<[u32; 4]> {
        let mut kinds: SmallVec<[u32; 4]> = rows.map(|row| self.kind_of[row as usize]).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    fn all_join(&self, kinds: &[u32]) -> bool {
        kinds.len() <= TRAITS_MAX && pairs(kinds).all(|(a, b)| self.verdict(a, b) == Verdict::Join)
    }

    /// Rows in which the route sees the same are one person that stands twice: nothing tells them apart.
    fn join_alike(&mut self, group: &[(u64, u32)]) {
        let mut rows: Vec<u32> = group.iter().map(|(_, row)| *row).collect();
        rows.sort_unstable_by_key(|row| (self.sight(*row), *row));
        for pair in rows.windows(2) {
            if self.sight(pair[0]) == self.sight(pair[1]) {
                self.union(pair[0], pair[1]);
            }
        }
    }

    /// What the route sees that tells a row's person from others.
    fn sight(&self, row: u32) -> (u32, &[u64]) {
        (self.kind_of[row as usize], self.read.identities.get(row as usize))
    }

    /// On a shared value only rows whose full names agree are one person, and those of whom that was decided.
    fn join_by_name(&mut self, group: &[(u64, u32)], kinds: &[u32]) {
        let mut first: Vec<(u32, u32)> = Vec::new();
        for (_, row) in group {
            let kind = self.kind_of[*row as usize];
            if self.traits(kind).full_name().is_none() && self.kinds[kind as usize].person == 0 {
                continue;
            }
            match first.iter().find(|(k, _)| *k == kind) {
                Some((_, other)) => self.union(*other, *row),
                None => first.push((kind, *row)),
            }
        }
        if kinds.len() > TRAITS_MAX {
            return;
        }
        let joined: Vec<(u32, u32)> = (0..first.len())
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .filter(|(i, j)| self.agree(first[*i].0, first[*j].0))
            .map(|(i, j)| (first[i].1, first[j].1))
            .collect();
        joined.into_iter().for_each(|(a, b)| self.union(a, b));
    }

    /// Notes the links of a shared value that only a person can decide.
    fn question(&mut self, group: &[(u64, u32)], kinds: &[u32], is_role: bool) {
        let rows_of = |kind: u32| {
            let rows = group.iter().map(|(_, row)| *row).filter(|row| self.kind_of[*row as usize] == kind);
            rows.collect::<Vec<u32>>()
        };
        for (a, b) in pairs(kinds) {
            match self.verdict(a, b) {
                Verdict::Ask => {
                    let (ones, others) = (rows_of(a), rows_of(b));
                    self.asks.extend(ones.iter().map(|row| (*row, others[0])));
                    self.asks.extend(others.iter().map(|row| (ones[0], *row)));
                }
                Verdict::Join if !self.agree(a, b) => {
                    let vague = |kind: u32| [a, b].contains(&kind) && self.traits(kind).full_name().is_none();
                    let rows = group.iter().map(|(_, r)| *r).filter(|r| vague(self.kind_of[*r as usize]));
                    let rows: Vec<(u32, bool)> = rows.map(|row| (row, is_role)).collect();
                    self.vague.extend(rows);
                }
                Verdict::Join | Verdict::Apart => {}
            }
        }
    }

    /// Rows that say too little to tell to whom of a shared value they belong, and that nothing else
    /// joined to anybody. Beside a role address a row with a value of its own is somebody of its own.
    fn vague_rows(&self, clusters: &Lists<u32>) -> BTreeSet<u32> {
        if self.vague.is_empty() {
            return BTreeSet::new();
        }
        let is_alone = |c: &&[u32]| c.iter().all(|row| self.sight(*row) == self.sight(c[0]));
        let alone: HashSet<u32> = clusters.iter().filter(is_alone).flatten().copied().collect();
        let has_own = |row: u32| self.read.identities.get(row as usize).iter().any(|i| !self.shared.contains(i));
        let waits = |(row, is_role): &&(u32, bool)| alone.contains(row) && !(*is_role && has_own(*row));
        self.vague.iter().filter(waits).map(|(row, _)| *row).collect()
    }

    /// Joins those of some rows that were decided to be one person, whatever they share.
    fn join_decided(&mut self, rows: impl IntoIterator<Item = u32>) {
        let mut first: BTreeMap<u64, u32> = BTreeMap::new();
        for row in rows {
            let class = self.decisions.class_of(self.read.person(row));
            match first.get(&class) {
                Some(other) => self.union(*other, row),
                None => {
                    first.insert(class, row);
                }
            }
        }
    }

    fn find(&mut self, row: u32) -> u32 {
        let mut root = row;
        while self.parents[root as usize] != root {
            self.parents[root as usize] = self.parents[self.parents[root as usize] as usize];
            root = self.parents[root as usize];
        }
        root
    }

    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// The clusters, held rows aside. Where a cluster holds people that can't be one, the rows that
    /// agree with both sides belong to nobody yet, and without them the sides fall apart: every path
    /// between two rows that clash goes through one.
    fn split_conflicts(&mut self, rows: &Rows<'_>) -> (Lists<u32>, BTreeSet<u32>) {
        let mut pairs: Vec<(u32, u32)> = (0..rows.len() as u32)
            .filter(|row| !rows.seen(*row as usize).is_held())
            .map(|row| (self.find(row), row))
            .collect();
        pairs.par_sort_unstable();
        let (mut clusters, mut undecided) = (Lists::with_capacity(0, pairs.len()), BTreeSet::new());
        for component in pairs.chunk_by(|a, b| a.0 == b.0) {
            let members = component.iter().map(|(_, row)| *row);
            let kinds = self.kinds(members.clone());
            if component.len() == 1 || self.all_join(&kinds) {
                clusters.extend(members);
                clusters.end();
                continue;
            }
            let ambiguous = self.ambiguous(&kinds);
            let (waiting, rest): (Vec<u32>, Vec<u32>) =
                members.partition(|row| ambiguous.contains(&self.kind_of[*row as usize]));
            undecided.extend(waiting);
            for cluster in self.rejoin(&rest) {
                clusters.extend(cluster);
                clusters.end();
            }
        }
        (clusters, undecided)
    }

    /// Descriptions that agree with two that clash.
    fn ambiguous(&self, kinds: &[u32]) -> BTreeSet<u32> {
        if kinds.len() > TRAITS_MAX {
            return kinds.iter().copied().filter(|k| self.traits(*k).full_name().is_none()).collect();
        }
        let joins = |a: u32, b: u32| a == b || self.verdict(a, b) == Verdict::Join;
        let clashes: Vec<(u32, u32)> = pairs(kinds).filter(|(a, b)| !joins(*a, *b)).collect();
        let agrees_with_both =
            |kind: &u32| clashes.iter().any(|(a, b)| a != kind && b != kind && joins(*kind, *a) && joins(*kind, *b));
        kinds.iter().copied().filter(agrees_with_both).collect()
    }

    /// Joins the rows of a former cluster anew, by the same rules.
    fn rejoin(&mut self, rest: &[u32]) -> Vec<Vec<u32>> {
        for row in rest {
            self.parents[*row as usize] = *row;
        }
        let identities = rest.iter().flat_map(|row| self.read.identities.get(*row as usize).iter().map(|i| (*i, *row)));
        let mut entries: Vec<(u64, u32)> = identities.collect();
        entries.sort_unstable();
        for group in entries.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
            let kinds = self.kinds(group.iter().map(|(_, row)| *row));
            if self.shared.contains(&group[0].0) || !self.all_join(&kinds) {
                self.join_by_name(group, &kinds);
            } else {
                group.windows(2).for_each(|pair| self.union(pair[0].1, pair[1].1));
            }
        }
        self.join_decided(rest.iter().copied().filter(|row| self.read.person(*row) != 0).collect::<Vec<_>>());
        let mut roots: Vec<(u32, u32)> = rest.iter().map(|row| (self.find(*row), *row)).collect();
        roots.sort_unstable();
        roots.chunk_by(|a, b| a.0 == b.0).map(|c| c.iter().map(|(_, row)| *row).collect()).collect()
    }
}

fn pairs(kinds: &[u32]) -> impl Iterator<Item = (u32, u32)> + '_ {
    (0..kinds.len()).flat_map(move |i| (0..i).map(move |j| (kinds[i], kinds[j])))
}
