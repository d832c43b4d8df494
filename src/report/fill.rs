//! What planning found out about a route, in the report's words.

use std::collections::BTreeSet;

use super::{Becomes, CellReport, ChangeReport, Item, Revealed, RouteReport};
use crate::{
    address::Place,
    ask::Ask,
    config::Config,
    finding::{Code, Finding},
    gate::{Cleared, Closed, Granted, May, Rows},
    plan::{Approved, Entry, Plan, Step, lapses, write_value},
    record::{Records, State},
    set::FieldId,
    value::{PrivateText, Shape},
};

const KEY_MOVED: Code = Code::new("key-moved");

impl RouteReport {
    /// Takes over what planning found out.
    pub(crate) fn fill(
        &mut self,
        approved: &Approved,
        cleared: &Cleared<Closed>,
        rows: &Granted<Rows<'_>>,
        records: &Records,
        config: &Config,
        ask: &Ask,
    ) {
        let (plan, closed, rows) = (approved.plan(), cleared.get(), rows.get());
        let joined: usize = closed.clients.rows.items().len();
        self.rows = rows.len();
        self.people = closed.clients.len();
        self.doubles = joined - closed.clients.len();
        self.lapses = lapses(rows);
        self.refused = closed.may.iter().filter(|m| **m == May::Go).count();
        self.steps = plan.counts();
        self.later = plan.later();
        self.suspended = plan.suspended;
        self.stops = approved.stops().to_vec();
        self.keeps_file = approved.keeps_file();
        let place = |row: u32| records.place(rows.seen(row as usize).row(), None);
        self.items = plan
            .items
            .iter()
            .map(|item| Item {
                why: item.why,
                place: item.row.map(place).or(item.unseen.map(|row| records.place(row, None))),
                hint: item.row.map(|row| missing(rows, row, config)).unwrap_or_default(),
                cards: item.cards.clone(),
                is_new: item.is_new,
                since: item.since,
                is_shifted: item.unseen.is_some_and(|row| records.get(row).row().shifted),
            })
            .collect();
        self.items.sort_by_key(|i| (i.place, i.why));
        self.findings = closed.clients.moved.iter().map(|row| Finding::at(KEY_MOVED, place(*row))).collect();
        if ask.detail {
            let maker = Maker { plan, closed, rows, place: &place };
            self.columns = plan.columns().names().to_vec();
            self.changes = plan.entries.iter().filter_map(|entry| maker.change(entry)).collect();
            if ask.reveal {
                let cards = plan.entries.iter().filter(|e| matches!(e.step, Step::Create | Step::Update));
                cards.for_each(|entry| maker.reveal(entry, &mut self.revealed));
            }
        }
    }
}

/// The required fields that a row lacks.
fn missing(rows: &Rows<'_>, row: u32, config: &Config) -> String {
    let seen = rows.seen(row as usize);
    let required = seen.waiting().iter().flat_map(|p| config.purpose(p).required.iter());
    let lacks = |f: &FieldId| rows.record(row as usize).cell(*f).state() != State::Value;
    let names: BTreeSet<&str> = required.filter(lacks).map(|f| config.field(f).name.as_str()).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// Makes the lines of single changes.
struct Maker<'a> {
    plan: &'a Plan,
    closed: &'a Closed,
    rows: &'a Rows<'a>,
    place: &'a dyn Fn(u32) -> Place,
}

impl Maker<'_> {
    fn change(&self, entry: &Entry) -> Option<ChangeReport> {
        if entry.step == Step::Stand || entry.is_silent() {
            return None;
        }
        let of_client = entry.client().map_or(&[][..], |client| self.closed.clients.rows.get(client));
        let mut rows: Vec<Place> = of_client.iter().map(|row| (self.place)(*row)).collect();
        rows.sort_unstable();
        let cells = (0..self.plan.columns().len()).filter_map(|column| self.cell(entry, column)).collect();
        Some(ChangeReport { id: entry.id, step: entry.step, why: entry.why, back: entry.back, cells, rows })
    }

    fn cell(&self, entry: &Entry, column: usize) -> Option<CellReport> {
        let is = |bits: u64| bits & (1 << column) != 0;
        let becomes = if is(entry.clear) {
            Becomes::Cleared
        } else if !is(entry.set) {
            return None;
        } else if self.plan.columns().field(column).is_some() {
            Becomes::Value(Shape::of(&self.value(entry, column)))
        } else {
            let flags = entry.client().map_or(0, |client| self.closed.flags[client]);
            if self.plan.columns().says_yes(column, flags) { Becomes::Yes } else { Becomes::No }
        };
        Some(CellReport { column: column as u16, becomes, old: None })
    }

    fn value(&self, entry: &Entry, column: usize) -> String {
        let mut text = String::new();
        if let (Some(client), Some(field)) = (entry.client(), self.plan.columns().field(column)) {
            write_value(self.rows, self.closed.clients.cells.get(client), field, &mut text);
        }
        text
    }

    fn reveal(&self, entry: &Entry, revealed: &mut Revealed) {
        for column in (0..self.plan.columns().len()).filter(|column| entry.set & (1 << column) != 0) {
            let text = self.value(entry, column);
            if !text.is_empty() {
                revealed.value(entry.id, column as u16, PrivateText::new(text));
            }
        }
    }
}
