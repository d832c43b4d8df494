//! What planning found out about a route, in the report's words.

use std::collections::BTreeSet;

use super::{ChangeReport, Item, RouteReport};
use crate::{
    address::Place,
    config::Config,
    finding::{Code, Finding},
    gate::{Cleared, Closed, Granted, May, Rows},
    plan::{Approved, Entry, Plan, Step, lapses},
    record::{Records, State},
    set::FieldId,
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
        detail: bool,
    ) {
        let (plan, closed, rows) = (approved.plan(), cleared.get(), rows.get());
        let joined: usize = closed.clients.rows.items().len();
        self.rows = rows.len();
        self.people = closed.clients.len();
        self.doubles = joined - closed.clients.len();
        self.lapses = lapses(rows);
        self.refused = closed.may.iter().filter(|m| **m == May::Go).count();
        self.steps = plan.counts();
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
        if detail {
            self.changes = plan.entries.iter().filter_map(|e| change(e, plan, closed, &place)).collect();
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

fn change(entry: &Entry, plan: &Plan, closed: &Closed, place: &dyn Fn(u32) -> Place) -> Option<ChangeReport> {
    if entry.step == Step::Stand || entry.is_silent() {
        return None;
    }
    let names = |bits: u64| {
        let columns = plan.columns().names().iter().enumerate();
        columns.filter(|(c, _)| bits & (1 << c) != 0).map(|(_, name)| name.clone()).collect()
    };
    let mut rows: Vec<_> =
        entry.client().map(|c| closed.clients.rows.get(c).iter().map(|r| place(*r)).collect()).unwrap_or_default();
    rows.sort_unstable();
    Some(ChangeReport {
        id: entry.id,
        step: entry.step,
        why: entry.why,
        set: names(entry.set),
        clear: names(entry.clear),
        rows,
    })
}
