//! What is to happen to each client and each card.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Entry, Item, Known, NONE, Reason, Step, Waits, cells, cells::Columns, loose::Loose};
use crate::{
    change::ClientId,
    config::Mode,
    csr::Lists,
    gate::{Closed, May, Rows},
    identity::Identifying,
    resolve::{Clients, Waiting},
    set::{FieldSet, PurposeSet},
};

/// Compares the clients of a route with the cards that it has.
pub(super) struct Planner<'a> {
    pub(super) closed: &'a Closed,
    pub(super) rows: &'a Rows<'a>,
    pub(super) known: &'a Known<'a>,
    pub(super) mode: Mode,
    pub(super) is_file: bool,
    pub(super) clears_blanks: bool,
    pub(super) columns: &'a Columns,
    pub(super) identifying: Identifying,
    pub(super) waiting: BTreeMap<u32, Vec<&'a Waiting>>,
}

impl Planner<'_> {
    /// What the rows that wait for a card may show: those cells stay as they stand. A file has none that could.
    pub(super) fn waiting_fields(&self, card: usize) -> FieldSet {
        let rows = self.waiting.get(&(card as u32)).filter(|_| !self.is_file);
        let cells = rows.into_iter().flatten().map(|waiting| self.rows.seen(waiting.row as usize).cells());
        cells.fold(FieldSet::EMPTY, FieldSet::union)
    }

    pub(super) fn clients_of(&self) -> &Clients {
        &self.closed.clients
    }

    /// One entry per client, and the fingerprints of what those that change are given.
    pub(super) fn clients(&self) -> (Vec<Entry>, Lists<u64>) {
        const CHUNK: usize = 4096;
        let clients = self.clients_of();
        let entry = |(id, card): (&ClientId, &Option<u32>)| Entry::new(*id, NONE, card.unwrap_or(NONE));
        let mut entries: Vec<Entry> = clients.ids.iter().zip(&clients.cards).map(entry).collect();
        let chunks = entries.par_chunks_mut(CHUNK).enumerate().map(|(chunk, entries)| {
            let (mut new, mut prints) = (Vec::with_capacity(self.columns.len()), Lists::default());
            for (place, entry) in entries.iter_mut().enumerate() {
                let client = chunk * CHUNK + place;
                entry.client = client as u32;
                entry.is_tomb = entry.card().is_some_and(|card| self.known.past.is_tomb(card));
                cells::fingerprints(self, client, &mut new);
                match entry.card() {
                    Some(card) if !entry.is_tomb => self.standing(entry, client, card, &new),
                    _ => self.newcomer(entry, client, &new),
                }
                prints.extend(new.iter().copied().filter(|_| entry.set != 0));
                prints.end();
            }
            prints
        });
        let prints = Lists::concat(chunks.collect());
        (entries, prints)
    }

    fn newcomer(&self, entry: &mut Entry, client: usize, new: &[u64]) {
        let filled = new.iter().enumerate().filter(|(_, print)| **print != 0);
        entry.set = filled.fold(0, |bits, (column, _)| bits | 1 << column);
        if let Some(card) = entry.card() {
            entry.set &= cells::would_stand(self, client, card, new, self.mode != Mode::Create);
        }
        (entry.step, entry.why) = match (self.closed.may[client], self.mode) {
            (May::Gain, Mode::Update) => (Step::Omit, Reason::Mode),
            (May::Gain, _) => (Step::Create, Reason::Rows),
            (May::Lose, _) if self.closed.is_frozen => (Step::Omit, Reason::Unread),
            // Removals by refusal are repeated until they are read back.
            (May::Lose | May::Go, _) if self.stands(entry.id) => (Step::Delete, Reason::Refused),
            (May::Lose | May::Go, _) => (Step::Omit, Reason::Refused),
        };
    }

    fn stands(&self, id: ClientId) -> bool {
        self.known.standing.binary_search(&id).is_ok()
    }

    fn standing(&self, entry: &mut Entry, client: usize, card: usize, new: &[u64]) {
        if self.closed.may[client] == May::Go {
            (entry.step, entry.why) = (Step::Delete, Reason::Refused);
            return;
        }
        // A file has no old card to keep: a client that may only lose is left out.
        if self.is_file && self.closed.may[client] == May::Lose && !self.closed.is_frozen {
            (entry.step, entry.why) = (Step::Delete, Reason::Refused);
            return;
        }
        let before = self.columns.prints_of(self.known.past, card);
        let may_gain = self.closed.may[client] == May::Gain && self.mode != Mode::Create;
        cells::compare(self, entry, client, new, &before, may_gain);
        if entry.set | entry.clear != 0 {
            entry.step = Step::Update;
        }
    }

    pub(super) fn cards_of_mark(&self, handles: &[u64]) -> BTreeSet<u32> {
        handles.iter().flat_map(|h| self.known.index.of_handle(*h)).collect()
    }

    /// One entry per card that has no client, and how many of them vanished.
    pub(super) fn cards(&self, loose: &Loose) -> (Vec<Entry>, usize) {
        let past = self.known.past;
        let mut has_client = vec![false; past.len()];
        for card in self.clients_of().cards.iter().flatten() {
            has_client[*card as usize] = true;
        }
        if has_client.iter().all(|has| *has) {
            return (Vec::new(), 0);
        }
        let (mut lapsed, mut unsure) = (BTreeSet::new(), BTreeSet::new());
        for mark in self.rows.marks() {
            let cards = self.cards_of_mark(&mark.handles);
            if mark.unsure.is_empty() { lapsed.extend(cards) } else { unsure.extend(cards) }
        }
        let mut vanished = 0;
        let entries = (0..past.len() as u32)
            .filter(|card| !has_client[*card as usize])
            .map(|card| {
                let as_if = self.as_if_nobody_refused(card, loose, &lapsed, &unsure);
                let (step, why) = self.card(card, as_if);
                let is_absent = as_if.1 == Reason::Absent;
                vanished += usize::from(is_absent);
                let is_tomb = past.is_tomb(card as usize);
                let mut entry =
                    Entry { is_tomb, is_absent, step, why, ..Entry::new(past.ids[card as usize], NONE, card) };
                if self.closed.cards.contains_key(&card) && step == Step::Delete {
                    entry.refused = u64::MAX;
                }
                if step == Step::Update {
                    entry.clear = self.clear_of(card);
                    entry.refused = entry.clear;
                    if entry.clear == 0 {
                        entry.step = Step::Hold;
                    }
                }
                entry
            })
            .collect();
        (entries, vanished)
    }

    /// What becomes of a card without a client. One that a refusal took away is forgotten when it would
    /// go, and known on when it would stay.
    fn card(&self, card: u32, as_if: (Step, Reason)) -> (Step, Reason) {
        let past = self.known.past;
        if past.is_tomb(card as usize) {
            return match as_if {
                _ if self.stands(past.ids[card as usize]) => (Step::Delete, Reason::Refused),
                (Step::Delete, why) => (Step::Omit, why),
                _ => (Step::Omit, Reason::Refused),
            };
        }
        match self.closed.cards.get(&card) {
            // What goes anyway goes for that reason, whether or not somebody refused.
            Some(_) if as_if.0 == Step::Delete => as_if,
            Some(closes) if self.is_file || past.carried[card as usize].is_subset(*closes) => {
                (Step::Delete, Reason::Refused)
            }
            // What is left of a card after a refusal has a term of its own.
            _ if as_if.0 == Step::Hold && !self.closed.is_frozen && past.until[card as usize] < self.known.today => {
                (Step::Delete, Reason::Lapsed)
            }
            Some(_) if as_if.0 == Step::Hold => (Step::Update, Reason::Refused),
            _ => as_if,
        }
    }

    fn as_if_nobody_refused(
        &self,
        card: u32,
        loose: &Loose,
        lapsed: &BTreeSet<u32>,
        unsure: &BTreeSet<u32>,
    ) -> (Step, Reason) {
        let merges = matches!(self.mode, Mode::Upsert | Mode::Mirror);
        let is_over = self.known.past.shadow_until(card as usize) < self.known.today;
        if self.closed.is_frozen {
            (Step::Hold, Reason::Unread)
        } else if self.clients_of().merged.contains_key(&card) {
            (if merges { Step::Delete } else { Step::Hold }, Reason::Merged)
        } else if self.clients_of().tied.contains(&card) || unsure.contains(&card) {
            (Step::Hold, Reason::Waiting)
        } else if lapsed.contains(&card) || is_over {
            (Step::Delete, Reason::Lapsed)
        } else {
            let goes = self.mode == Mode::Mirror && loose.suspending == 0;
            (if goes { Step::Delete } else { Step::Hold }, Reason::Absent)
        }
    }

    /// Of a card whose rows are gone, the columns that no purpose carries which is still open.
    fn clear_of(&self, card: u32) -> u64 {
        let past = self.known.past;
        let closes = self.closed.cards.get(&card).copied().unwrap_or_default();
        let open: PurposeSet = past.carried[card as usize].without(closes);
        let before = self.columns.prints_of(past, card as usize);
        let mut bits = 0;
        for (column, _) in before.iter().enumerate().filter(|(_, print)| **print != 0) {
            let carried = match self.columns.field(column) {
                Some(field) => self.needs(open).has(field),
                None => self.columns.flag(column).is_some_and(|(purpose, _)| open.has(purpose)),
            };
            if !carried {
                bits |= 1 << column;
            }
        }
        bits
    }

    fn needs(&self, purposes: PurposeSet) -> FieldSet {
        purposes.iter().fold(FieldSet::EMPTY, |all, p| all.union(self.known.config.purpose(p).needs))
    }

    /// What waits, row by row.
    pub(super) fn items(&self) -> Vec<Item> {
        let id = |card: &u32| self.known.past.ids[*card as usize];
        let unsure_key = |print: u64| self.known.prints.waiting.short(&[b"unsure", &print.to_be_bytes()]);
        let rows = self.clients_of().waiting.iter().map(|w| Item {
            key: self.known.keys.waiting(w.why, w.print),
            why: Waits::Row(w.why),
            row: Some(w.row),
            unseen: None,
            cards: w.cards.iter().map(id).collect(),
            is_new: false,
            since: self.known.today,
        });
        let unsure = self.rows.marks().iter().filter(|m| !m.unsure.is_empty()).map(|m| Item {
            key: unsure_key(m.handles.first().copied().unwrap_or_default()),
            why: Waits::GrantUnsure,
            row: None,
            unseen: Some(m.row),
            cards: self.cards_of_mark(&m.handles).iter().map(id).collect(),
            is_new: false,
            since: self.known.today,
        });
        rows.chain(unsure).collect()
    }
}
