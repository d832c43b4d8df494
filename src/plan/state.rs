//! What the ledger will say once an approved plan stands.

use std::collections::BTreeMap;

use rayon::prelude::*;
use smallvec::SmallVec;

use super::{Approved, Back, Entry, Plan, Reason, Step};
use crate::{
    change::{ClientId, RunId},
    config::Config,
    csr::Lists,
    day::Day,
    gate::{Cleared, Closed, Granted, Rows},
    identity::Identifying,
    likeness,
    resolve::{RouteKeys, Waiting, Why, sight},
    set::PurposeSet,
    written::{Written, is_row, row, unmarked},
};

/// How long the guard remembers what went, in days.
const REMEMBERED_DAYS: i32 = 31;

/// The full name of a client, as if nobody had refused.
pub(super) fn full_name(closed: &Closed, rows: &Rows<'_>, identifying: &Identifying, client: usize) -> Option<String> {
    let field = identifying.name()?;
    let cells = closed.clients.cells.get(client);
    let name = cells.iter().find(|c| c.field == field && c.had_value())?.text(rows)?;
    likeness::full_name(name)
}

/// What the ledger will say of a route.
pub struct After {
    /// All of it.
    pub written: Written,
    /// Whether it is anything else than what it was made of.
    pub differs: bool,
}

/// What becomes of the memory of a card.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Memory {
    Stays,
    /// It stays, though nothing of the card stands.
    Tomb,
    Goes,
}

fn memory(entry: &Entry) -> Memory {
    let was_tomb = entry.is_tomb;
    let is_refused = entry.why == Reason::Refused && matches!(entry.step, Step::Omit | Step::Delete);
    let goes = match entry.step {
        Step::Omit if was_tomb => matches!(entry.why, Reason::Absent | Reason::Lapsed | Reason::Merged),
        Step::Delete | Step::Omit => !is_refused,
        _ => false,
    };
    if goes {
        Memory::Goes
    } else if is_refused || (was_tomb && entry.step != Step::Create) {
        Memory::Tomb
    } else {
        Memory::Stays
    }
}

/// Whether a card is known from now on that was not before.
fn is_born(entry: &Entry) -> bool {
    let is_refused = entry.step == Step::Omit && entry.why == Reason::Refused;
    entry.card().is_none() && (entry.step == Step::Create || is_refused)
}

impl Approved {
    /// What the ledger will say when this plan stands, made of what it says now: column by column, so that
    /// there are never two of all of them.
    #[must_use]
    pub fn after(
        &self,
        cleared: &Cleared<Closed>,
        rows: &Granted<Rows<'_>>,
        config: &Config,
        mut written: Written,
        keys: &RouteKeys,
        run: RunId,
    ) -> After {
        let plan = self.plan();
        let mut differs = false;
        let writer = Writer {
            plan,
            closed: cleared.get(),
            rows: rows.get(),
            keys,
            identifying: Identifying::of(config),
            waiting: cleared.get().clients.waiting_by_card(),
            cards: (0..plan.entries.len() as u32)
                .filter(|place| memory(&plan.entries[*place as usize]) != Memory::Goes)
                .collect(),
        };
        writer.cards(&mut written, &mut differs, run);
        let entries = plan.entries.iter();
        let gone = entries.filter(|entry| entry.card().is_some() && memory(entry) == Memory::Goes);
        let gone: Vec<ClientId> = gone.map(|entry| entry.id).collect();
        renew(&mut written.retired, &mut differs, |old| ascending(gone.into_iter().chain(old.iter().copied())));
        // What was stopped or left has not been seen: it must explain the same changes once it is let through.
        if self.stops().is_empty() && !plan.is_frozen && !plan.is_few {
            renew(&mut written.seen, &mut differs, |_| cleared.get().clients.prints.clone());
            renew(&mut written.is_recovered, &mut differs, |_| false);
            renew(&mut written.innocent, &mut differs, |old| {
                let known = |p: &u64| plan.vanished == 0 || old.binary_search(p).is_ok();
                plan.untied.iter().copied().filter(known).collect()
            });
        }
        renew(&mut written.waiting, &mut differs, |_| ascending(plan.items.iter().map(|i| (i.key, i.since))));
        let count = |why: Reason| plan.entries.iter().filter(|e| e.goes_by(why)).count() as u32;
        renew(&mut written.removed, &mut differs, |old| remembered(old, self.today(), count(Reason::Absent)));
        renew(&mut written.lapsed, &mut differs, |old| remembered(old, self.today(), count(Reason::Lapsed)));
        After { written, differs }
    }
}

/// Puts a new column in the place of an old one.
fn renew<T: PartialEq>(column: &mut T, differs: &mut bool, make: impl FnOnce(&T) -> T) {
    let new = make(column);
    *differs |= new != *column;
    *column = new;
}

fn ascending<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items
}

type Hashes = SmallVec<[u64; 8]>;

/// Cards on their way into a [`Written`].
struct Writer<'a> {
    plan: &'a Plan,
    closed: &'a Closed,
    rows: &'a Rows<'a>,
    keys: &'a RouteKeys,
    identifying: Identifying,
    waiting: BTreeMap<u32, Vec<&'a Waiting>>,
    /// The cards that are remembered, by their place among the entries.
    cards: Vec<u32>,
}

impl Writer<'_> {
    /// All that is remembered card by card.
    fn cards(&self, out: &mut Written, differs: &mut bool, run: RunId) {
        let clients = &self.closed.clients;
        if self.plan.entries.iter().any(is_born) {
            out.births.push(run);
        }
        let runs = out.births.len() as u32;
        // First what is made of several columns.
        let (shadows, shadow_prints, shadow_until) = self.shadows(out);
        renew(&mut out.prints, differs, |old| self.prints(&out.columns, old));
        renew(&mut out.handles, differs, |old| {
            self.lists(|entry| known(entry, |client, card| self.handles(client, card, old), |c| old.get(c).into()))
        });
        renew(&mut out.identities, differs, |old| {
            self.lists(|entry| known(entry, |client, _| clients.identities.get(client).into(), |c| old.get(c).into()))
        });
        renew(&mut out.carried, differs, |old| {
            let of_card = |card: usize| old[card].without(self.closes(card));
            let of_client = |client, card: Option<usize>| self.carried(client, card, card.map(|card| old[card]));
            self.column(|entry| pick(entry, of_client, of_card))
        });
        renew(&mut out.names, differs, |old| {
            let of_client = |entry: &Entry, client, card: Option<usize>| {
                let known = card.filter(|_| entry.step == Step::Stand).map(|card| old[card]);
                known.filter(|name| !is_row(*name)).unwrap_or_else(|| self.name(client))
            };
            self.column(|entry| known(entry, |client, card| of_client(entry, client, card), |card| old[card]))
        });
        renew(&mut out.until, differs, |old| {
            self.column(|entry| pick(entry, |client, _| self.closed.until[client], |card| old[card]))
        });
        renew(&mut out.born, differs, |old| self.column(|entry| entry.card().map_or(runs, |card| old[card])));
        renew(&mut out.ids, differs, |_| self.column(|entry| entry.id));
        renew(&mut out.tombs, differs, |_| {
            self.entries().filter(|entry| memory(entry) == Memory::Tomb).map(|entry| entry.id).collect()
        });
        renew(&mut out.shadows, differs, |_| shadows);
        renew(&mut out.shadow_prints, differs, |_| shadow_prints);
        renew(&mut out.shadow_until, differs, |_| shadow_until);
        renew(&mut out.columns, differs, |_| self.plan.columns.names().to_vec());
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.cards.iter().map(|place| &self.plan.entries[*place as usize])
    }

    fn column<T: Send>(&self, of: impl Fn(&Entry) -> T + Sync) -> Vec<T> {
        self.cards.par_iter().map(|place| of(&self.plan.entries[*place as usize])).collect()
    }

    fn lists(&self, of: impl Fn(&Entry) -> Hashes + Sync) -> Lists<u64> {
        let parts = self.cards.par_chunks(4096).map(|places| {
            let mut lists = Lists::default();
            for place in places {
                lists.extend(of(&self.plan.entries[*place as usize]));
                lists.end();
            }
            lists
        });
        Lists::concat(parts.collect())
    }

    /// The purposes that a refusal closes of a card whose rows are gone.
    fn closes(&self, card: usize) -> PurposeSet {
        self.closed.cards.get(&(card as u32)).copied().unwrap_or_default()
    }

    /// The rows that wait and may be what is left of a card beside those of its client.
    fn waiting(&self, card: Option<usize>) -> &[&Waiting] {
        card.and_then(|card| self.waiting.get(&(card as u32))).map_or(&[], Vec::as_slice)
    }

    /// What a waiting row gave the card stays, and with it the purposes by which it may.
    fn carried(&self, client: usize, card: Option<usize>, before: Option<PurposeSet>) -> PurposeSet {
        let waiting = self.waiting(card).iter().map(|waiting| self.rows.seen(waiting.row as usize));
        let live = waiting.fold(PurposeSet::EMPTY, |all, row| all.union(row.ready()).union(row.waiting()));
        self.closed.carried[client].union(before.unwrap_or_default().intersection(live))
    }

    fn handles(&self, client: usize, card: Option<usize>, old: &Lists<u64>) -> Hashes {
        let mut handles = Hashes::new();
        let before = card.map_or(&[][..], |card| old.get(card));
        for waiting in self.waiting(card) {
            let of = self.rows.handles(waiting.row as usize).iter().copied();
            let known = of.filter(|handle| before.iter().any(|b| unmarked(*b) == unmarked(*handle)));
            // The key of a row that may be somebody else says no longer who this is.
            let is_unsure = waiting.why == Why::Undecided;
            handles.extend(known.map(|handle| if is_unsure { unmarked(handle) } else { handle }));
        }
        let rows = self.closed.clients.rows.get(client).iter();
        handles.extend(rows.flat_map(|row| self.rows.handles(*row as usize)).copied());
        handles.sort_unstable();
        handles.dedup();
        handles
    }

    fn name(&self, client: usize) -> u64 {
        if let Some(name) = full_name(self.closed, self.rows, &self.identifying, client) {
            return self.keys.name(&name);
        }
        let rows = self.closed.clients.rows.get(client).iter();
        let sights = rows.map(|row| sight(self.rows, &self.identifying, self.keys, *row as usize));
        sights.min().map_or(0, row)
    }

    /// The cards from which a refusal took something, and what would stand there had nobody refused.
    fn shadows(&self, past: &Written) -> (Vec<ClientId>, Vec<u64>, Vec<Day>) {
        let (mut ids, mut prints, mut until) = (Vec::new(), Vec::new(), Vec::new());
        for entry in self.entries() {
            match (entry.client(), entry.card()) {
                (Some(client), _) => {
                    let Some(shadow) = self.plan.shadows.get(&client) else { continue };
                    prints.extend(shadow);
                    until.push(self.closed.shadow_until[client]);
                }
                (None, Some(card)) => {
                    let was = || past.shadows.binary_search(&entry.id).is_ok();
                    if entry.refused == 0 && entry.why != Reason::Refused && !was() {
                        continue;
                    }
                    prints.extend_from_slice(&self.plan.columns.shadow_of(past, card));
                    until.push(past.shadow_until(card));
                }
                (None, None) => continue,
            }
            ids.push(entry.id);
        }
        (ids, prints, until)
    }

    /// What then stands in each column.
    fn prints(&self, columns: &[String], old: &[u64]) -> Vec<u64> {
        let (width, before) = (self.plan.columns.len(), columns.len());
        let mut prints = vec![0; self.cards.len() * width];
        prints.par_chunks_mut(width.max(1)).zip(&self.cards).for_each(|(prints, place)| {
            let entry = &self.plan.entries[*place as usize];
            if memory(entry) == Memory::Tomb {
                return;
            }
            if let Some(card) = entry.card() {
                prints.copy_from_slice(&self.plan.columns.in_order(columns, &old[card * before..][..before]));
            }
            let sets = matches!(entry.step, Step::Create | Step::Update);
            let new = entry.client().filter(|_| sets).map_or(&[][..], |client| self.plan.prints.get(client));
            for (column, print) in prints.iter_mut().enumerate() {
                let bit = 1 << column;
                if entry.clear & bit != 0 {
                    *print = 0;
                } else if entry.set & bit != 0 && !new.is_empty() {
                    *print = new[column];
                }
            }
        });
        prints
    }
}

/// What is known of the client that stands behind a card, or else of a card whose rows are gone, or wait.
fn pick<T>(entry: &Entry, client: impl Fn(usize, Option<usize>) -> T, card: impl Fn(usize) -> T) -> T {
    match (entry.client(), entry.card()) {
        (Some(c), card) => client(c, card),
        (None, c) => card(c.expect("an entry has a client or a card")),
    }
}

/// The same of what a card is known by: of one whose change was kept back it stays as it was, or that change would
/// look like another one once it is let through.
fn known<T>(entry: &Entry, client: impl Fn(usize, Option<usize>) -> T, card: impl Fn(usize) -> T) -> T {
    match entry.card().filter(|_| entry.back != Back::No) {
        Some(kept_back) => card(kept_back),
        None => pick(entry, client, card),
    }
}

fn remembered(before: &[(Day, u32)], today: Day, count: u32) -> Vec<(Day, u32)> {
    let mut list: Vec<(Day, u32)> =
        before.iter().copied().filter(|(day, _)| day.0 > today.0 - REMEMBERED_DAYS).collect();
    match list.iter_mut().find(|(day, _)| *day == today) {
        _ if count == 0 => {}
        Some((_, n)) => *n += count,
        None => list.push((today, count)),
    }
    list
}
