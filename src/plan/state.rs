//! What the ledger will say once an approved plan stands.

use std::collections::BTreeMap;

use super::{Approved, Entry, Planner, Reason, Step};
use crate::{
    config::Config,
    csr::Lists,
    day::Day,
    gate::{Cleared, Closed, Granted, Rows},
    identity::Identifying,
    likeness::Traits,
    resolve::{RouteKeys, Waiting, Why},
    set::PurposeSet,
    value::Private,
    written::{Written, unmarked},
};

/// How long the guard remembers what went, in days.
const REMEMBERED_DAYS: i32 = 31;

impl Planner<'_> {
    /// The full name of a client, as far as the route sees it.
    pub(super) fn full_name(&self, client: usize) -> Option<String> {
        full_name(self.closed, self.rows, &Identifying::of(self.known.config), client)
    }
}

/// The full name of a client, as if nobody had refused.
fn full_name(closed: &Closed, rows: &Rows<'_>, identifying: &Identifying, client: usize) -> Option<String> {
    let field = identifying.name()?;
    let cells = closed.clients.cells.get(client);
    let name = cells.iter().find(|c| c.field == field && c.had_value())?.text(rows).map(Private::new)?;
    Traits::new(Some(name.expose()), None, []).full_name()
}

/// Cards on their way into a [`Written`].
struct Writer<'a> {
    approved: &'a Approved,
    closed: &'a Closed,
    rows: &'a Rows<'a>,
    past: &'a Written,
    keys: &'a RouteKeys,
    identifying: Identifying,
    waiting: BTreeMap<u32, Vec<&'a Waiting>>,
    out: Written,
    retired: Vec<crate::change::ClientId>,
}

impl Approved {
    /// What the ledger will say when this plan stands.
    #[must_use]
    pub fn after(
        &self,
        cleared: &Cleared<Closed>,
        rows: &Granted<Rows<'_>>,
        config: &Config,
        past: &Written,
        keys: &RouteKeys,
    ) -> Written {
        let cards = self.plan().entries.len();
        let columns = self.plan().columns.names().to_vec();
        let mut writer = Writer {
            approved: self,
            closed: cleared.get(),
            rows: rows.get(),
            past,
            keys,
            identifying: Identifying::of(config),
            waiting: cleared.get().clients.waiting_by_card(),
            out: Written {
                runs: past.runs + u32::from(self.plan().entries.iter().any(is_born)),
                prints: Vec::with_capacity(cards * columns.len()),
                identities: Lists::with_capacity(cards, cards * 3),
                handles: Lists::with_capacity(cards, cards * 3),
                columns,
                purposes: config.purposes.iter().map(|p| p.name.clone()).collect(),
                ..Written::default()
            },
            retired: Vec::new(),
        };
        self.plan().entries.iter().for_each(|entry| writer.entry(entry));
        writer.finish()
    }
}

/// Whether a card is known from now on that was not before.
fn is_born(entry: &Entry) -> bool {
    let is_refused = entry.step == Step::Omit && entry.why == Reason::Refused;
    entry.card().is_none() && (entry.step == Step::Create || is_refused)
}

impl Writer<'_> {
    fn entry(&mut self, entry: &Entry) {
        let was_tomb = entry.is_tomb;
        let is_refused = entry.why == Reason::Refused && matches!(entry.step, Step::Omit | Step::Delete);
        let rises = was_tomb && entry.step == Step::Create;
        let goes = match entry.step {
            Step::Omit if was_tomb => matches!(entry.why, Reason::Absent | Reason::Lapsed | Reason::Merged),
            Step::Delete | Step::Omit => !is_refused,
            _ => false,
        };
        if goes {
            self.retired.extend(entry.card().map(|_| entry.id));
            return;
        }
        if is_refused || (was_tomb && !rises) {
            self.out.tombs.push(entry.id);
        }
        match (entry.client(), entry.card()) {
            (Some(client), _) => self.client(entry, client),
            (None, Some(card)) => self.card(entry, card),
            (None, None) => {}
        }
    }

    /// A card that a client stands behind.
    fn client(&mut self, entry: &Entry, client: usize) {
        let clients = &self.closed.clients;
        let card = entry.card();
        self.out.ids.push(entry.id);
        self.out.born.push(card.map_or(self.out.runs, |c| self.past.born[c]));
        self.out.until.push(self.closed.until[client]);
        self.out.carried.push(self.carried(client, card));
        let changed = entry.step != Step::Stand;
        let known = card.filter(|_| !changed).map(|c| self.past.names[c]);
        self.out.names.push(known.unwrap_or_else(|| self.name(client)));
        self.prints(entry, Some(client));
        if let Some(shadow) = self.approved.plan().shadows.get(&client) {
            self.out.shadows.push(entry.id);
            self.out.shadow_prints.extend(shadow);
            self.out.shadow_until.push(self.closed.shadow_until[client]);
        }
        self.out.identities.extend(clients.identities.get(client).iter().copied());
        self.out.identities.end();
        self.out.handles.extend(self.handles(client, card));
        self.out.handles.end();
    }

    /// The rows that wait and may be what is left of a card beside those of its client.
    fn waiting(&self, card: Option<usize>) -> &[&Waiting] {
        card.and_then(|card| self.waiting.get(&(card as u32))).map_or(&[], Vec::as_slice)
    }

    /// What a waiting row gave the card stays, and with it the purposes by which it may.
    fn carried(&self, client: usize, card: Option<usize>) -> PurposeSet {
        let before = card.map_or(PurposeSet::EMPTY, |card| self.past.carried[card]);
        let waiting = self.waiting(card).iter().map(|waiting| self.rows.seen()[waiting.row as usize]);
        let live = waiting.fold(PurposeSet::EMPTY, |all, row| all.union(row.ready()).union(row.waiting()));
        self.closed.carried[client].union(before.intersection(live))
    }

    fn handles(&self, client: usize, card: Option<usize>) -> Vec<u64> {
        let mut handles = Vec::new();
        let before = card.map_or(&[][..], |card| self.past.handles.get(card));
        for waiting in self.waiting(card) {
            let of = self.rows.handles(waiting.row as usize).iter().copied();
            let known = of.filter(|handle| before.iter().any(|b| unmarked(*b) == unmarked(*handle)));
            // The key of a row that may be somebody else says no longer who this is.
            let is_unsure = waiting.why == Why::Undecided;
            handles.extend(known.map(|handle| if is_unsure { unmarked(handle) } else { handle }));
        }
        let rows = self.closed.clients.rows.get(client).iter();
        handles.extend(rows.flat_map(|row| self.rows.handles(*row as usize)));
        handles.sort_unstable();
        handles.dedup();
        handles
    }

    fn name(&self, client: usize) -> u64 {
        let name = full_name(self.closed, self.rows, &self.identifying, client);
        name.map_or(0, |name| self.keys.name(&name))
    }

    /// A card whose rows are gone, or wait.
    fn card(&mut self, entry: &Entry, card: usize) {
        self.out.ids.push(entry.id);
        self.out.born.push(self.past.born[card]);
        self.out.until.push(self.past.until[card]);
        let closed = self.closed.cards.get(&(card as u32)).copied().unwrap_or_default();
        let still = self.past.carried[card].without(closed);
        self.out.carried.push(still);
        self.out.names.push(self.past.names[card]);
        self.prints(entry, None);
        if entry.refused != 0 || self.past.shadows.binary_search(&entry.id).is_ok() || entry.why == Reason::Refused {
            self.out.shadows.push(entry.id);
            self.out.shadow_prints.extend(self.approved.plan().columns.shadow_of(self.past, card));
            self.out.shadow_until.push(self.past.shadow_until(card));
        }
        self.out.identities.extend(self.past.identities.get(card).iter().copied());
        self.out.identities.end();
        self.out.handles.extend(self.past.handles.get(card).iter().copied());
        self.out.handles.end();
    }

    /// What then stands in each column.
    fn prints(&mut self, entry: &Entry, client: Option<usize>) {
        let width = self.out.columns.len();
        let before = entry.card().map(|card| self.approved.plan().columns.prints_of(self.past, card));
        let is_tomb = self.out.tombs.last() == Some(&entry.id);
        let sets = matches!(entry.step, Step::Create | Step::Update);
        for column in 0..width {
            let bit = 1 << column;
            let print = if is_tomb || entry.clear & bit != 0 {
                0
            } else if let Some(client) = client.filter(|_| sets && entry.set & bit != 0) {
                self.approved.plan().prints[client * width + column]
            } else {
                before.as_ref().map_or(0, |b| b[column])
            };
            self.out.prints.push(print);
        }
    }

    fn finish(mut self) -> Written {
        let plan = self.approved.plan();
        self.retired.extend(&self.past.retired);
        self.retired.sort_unstable();
        self.retired.dedup();
        self.out.retired = self.retired;
        let stopped = !self.approved.stops().is_empty();
        // What was stopped has not been seen: it must explain the same changes once it is let through.
        if stopped || plan.is_frozen {
            self.out.seen.clone_from(&self.past.seen);
            self.out.innocent.clone_from(&self.past.innocent);
        } else {
            self.out.seen.clone_from(&self.closed.clients.prints);
            let known = |p: &u64| plan.vanished == 0 || self.past.innocent.binary_search(p).is_ok();
            self.out.innocent = plan.untied.iter().copied().filter(known).collect();
        }
        self.out.waiting = plan.items.iter().map(|i| i.key).collect();
        self.out.waiting.sort_unstable();
        self.out.waiting.dedup();
        let count = |why: Reason| plan.entries.iter().filter(|e| e.goes_by(why)).count() as u32;
        let today = self.approved.today();
        self.out.removed = remembered(&self.past.removed, today, count(Reason::Absent));
        self.out.lapsed = remembered(&self.past.lapsed, today, count(Reason::Lapsed));
        self.out
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
