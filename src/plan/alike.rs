//! A person who vanishes and one who appears in the same run, alike in name or in the cells around: one
//! edit, which is asked, never executed as delete and create.

use std::collections::{BTreeMap, HashMap};

use super::{Entry, Item, Planner, Reason, Step, Waits, state::full_name};
use crate::{change::ClientId, csr::Lists, resolve::person};

/// A value that so many vanished cards have tells nothing.
const COMMON_MAX: usize = 64;

/// Turns deletions and creations that look like one edit into questions.
pub(super) fn edits(
    planner: &Planner<'_>,
    entries: &mut [Entry],
    prints: &Lists<u64>,
    shadows: &BTreeMap<usize, Vec<u64>>,
) -> Vec<Item> {
    let vanished: Vec<usize> = (0..entries.len()).filter(|i| entries[*i].is_absent).collect();
    let appeared: Vec<usize> = (0..entries.len()).filter(|i| entries[*i].step == Step::Create).collect();
    if vanished.is_empty() || appeared.is_empty() {
        return Vec::new();
    }
    let past = planner.known.past;
    let before: BTreeMap<usize, Vec<u64>> = vanished
        .iter()
        .filter_map(|i| Some((*i, planner.columns.shadow_of(past, entries[*i].card()?).into_owned())))
        .collect();
    let mut by_name: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut by_value: HashMap<(usize, u64), Vec<usize>> = HashMap::new();
    for (entry, prints) in &before {
        let name = entries[*entry].card().map_or(0, |card| past.name(card));
        if name != 0 {
            by_name.entry(name).or_default().push(*entry);
        }
        for (column, print) in said(planner, prints) {
            by_value.entry((column, print)).or_default().push(*entry);
        }
    }
    let mut items = Vec::new();
    for entry in appeared {
        let Some(client) = entries[entry].client() else { continue };
        let new = shadows.get(&client).map_or(prints.get(client), Vec::as_slice);
        let mut alike = matches(planner, client, new, &before, &by_name, &by_value);
        alike.retain(|other| !is_other(planner, client, entries[*other].id));
        if alike.is_empty() {
            continue;
        }
        entries[entry].step = Step::Omit;
        entries[entry].why = Reason::Edit;
        for other in alike.iter().copied() {
            let other = &mut entries[other];
            (other.step, other.why) = match other.why {
                // It goes, and stays known: the question is asked as if nobody had refused.
                Reason::Absent if other.is_refused() => (Step::Delete, Reason::Refused),
                Reason::Absent => (Step::Hold, Reason::Edit),
                why => (other.step, why),
            };
        }
        let clients = planner.clients_of();
        let row = clients.rows.get(client).iter().copied().min_by_key(|r| planner.rows.seen(*r as usize).row());
        let mut cards: Vec<_> = alike.iter().map(|other| entries[*other].id).collect();
        cards.sort_unstable();
        let parts: Vec<&[u8]> =
            [&entries[entry].id.0[..]].into_iter().chain(cards.iter().map(|id| &id.0[..])).collect();
        let key = planner.known.prints.waiting.short(&parts);
        items.push(Item { key, why: Waits::Edit, row, unseen: None, cards, is_new: false, since: planner.known.today });
    }
    items
}

/// The vanished cards that a new client looks like: one name, or most of the filled columns and at least
/// two of them.
fn matches(
    planner: &Planner<'_>,
    client: usize,
    new: &[u64],
    before: &BTreeMap<usize, Vec<u64>>,
    by_name: &HashMap<u64, Vec<usize>>,
    by_value: &HashMap<(usize, u64), Vec<usize>>,
) -> Vec<usize> {
    let mut found = Vec::new();
    if let Some(name) = full_name(planner.closed, planner.rows, &planner.identifying, client) {
        found.extend(by_name.get(&planner.known.keys.name(&name)).into_iter().flatten().copied());
    }
    let mut equal: BTreeMap<usize, usize> = BTreeMap::new();
    for (column, print) in said(planner, new) {
        let same = by_value.get(&(column, print)).filter(|list| list.len() <= COMMON_MAX);
        for other in same.into_iter().flatten() {
            *equal.entry(*other).or_default() += 1;
        }
    }
    for (other, count) in equal {
        let both = said(planner, new).filter(|(column, _)| before[&other][*column] != 0).count();
        if count >= 2 && count * 2 > both {
            found.push(other);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether somebody said that a client is not a card's person.
fn is_other(planner: &Planner<'_>, client: usize, card: ClientId) -> bool {
    let decisions = planner.known.decisions;
    if decisions.is_empty() {
        return false;
    }
    let person = |row: &u32| person(planner.rows, &planner.identifying, planner.known.keys, *row as usize);
    let rows = planner.clients_of().rows.get(client).iter();
    rows.map(person).any(|person| decisions.card(person, card) == Some(false))
}

/// What a card says of its person, column by column. Permissions say nothing of anybody: most have the same.
fn said<'a>(planner: &'a Planner<'_>, prints: &'a [u64]) -> impl Iterator<Item = (usize, u64)> + 'a {
    let columns = prints.iter().copied().enumerate();
    columns.filter(|(column, print)| *print != 0 && planner.columns.field(*column).is_some())
}
