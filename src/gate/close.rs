//! The second gate: what refusals take away from a route's clients. It only takes.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{Cleared, Granted, Rows, named};
use crate::{
    change::ClientId,
    config::{Config, RouteConfig},
    day::Day,
    record::{RowId, values},
    resolve::{Clients, RouteKeys, Survivor, SurvivorState},
    rights::Reached,
    set::{FieldId, FieldSet, PurposeId, PurposeSet},
    written::{Index, Written},
};

/// The clients of a route, and what each of them may still receive.
#[derive(Debug, Default)]
pub struct Closed {
    /// The clients; what was taken is marked in their cells.
    pub clients: Clients,
    /// What may become of each.
    pub may: Vec<May>,
    /// The purposes that carry each.
    pub carried: Vec<PurposeSet>,
    /// The last day on which some purpose carries each.
    pub until: Vec<Day>,
    /// The same as if nobody had refused.
    pub shadow_until: Vec<Day>,
    /// Per client, the permission flags of the route that say yes, as bits in the route's order.
    pub flags: Vec<u64>,
    /// Cards that a refusal names, with the purposes that it closes: it decides of those without a client.
    pub cards: BTreeMap<u32, PurposeSet>,
    /// Fields that stay as they stand, since something that decides them was not read.
    pub frozen: FieldSet,
    /// Whether anything of the route is frozen: then nothing goes but by refusal.
    pub is_frozen: bool,
}

/// What may become of a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum May {
    /// All that is planned.
    Gain,
    /// Its card only loses; without one it is not created.
    Lose,
    /// Refusals left no purpose: its card goes.
    Go,
}

/// What is known beside the clients.
pub struct Around<'a> {
    /// The config.
    pub config: &'a Config,
    /// What refusals reached.
    pub reached: &'a Reached,
    /// What the route wrote before.
    pub past: &'a Written,
    /// The same, to be found by hash.
    pub index: &'a Index<'a>,
    /// The keys of the route.
    pub keys: &'a RouteKeys,
    /// Purposes of which a source was not read to its end: they get removals only.
    pub frozen: PurposeSet,
    /// What refusals of earlier runs are still to take from cards.
    pub owed: &'a BTreeMap<ClientId, PurposeSet>,
}

struct Closer<'a> {
    rows: &'a Rows<'a>,
    clients: &'a Clients,
    route: &'a RouteConfig,
    around: &'a Around<'a>,
    frozen: PurposeSet,
}

/// What was found about one client.
struct Judged {
    may: May,
    carried: PurposeSet,
    until: Day,
    shadow_until: Day,
    flags: u64,
    states: Option<Vec<SurvivorState>>,
}

/// Takes away what refusals took. People were matched and their values chosen as if nobody had refused:
/// nothing steps into the place of what goes.
///
/// # Panics
/// When clients and rows are of different routes.
#[must_use]
pub fn close(clients: Granted<Clients>, rows: &Granted<Rows<'_>>, around: &Around<'_>) -> Cleared<Closed> {
    assert_eq!(clients.route, rows.route, "clients of one route, rows of another");
    let route = &around.config.routes[usize::from(clients.route.0)];
    let frozen = around.frozen.intersection(route.purposes);
    let closer = Closer { rows: rows.get(), clients: &clients.of, route, around, frozen };
    let judged: Vec<Judged> = (0..clients.of.len()).into_par_iter().map(|c| closer.judge(c)).collect();
    let cards = closer.cards();
    let frozen_fields = closer.frozen_fields();
    let mut closed = Closed { cards, frozen: frozen_fields, is_frozen: !frozen.is_empty(), ..Closed::default() };
    let mut clients_of = clients.of;
    for (client, judged) in judged.into_iter().enumerate() {
        closed.may.push(judged.may);
        closed.carried.push(judged.carried);
        closed.until.push(judged.until);
        closed.shadow_until.push(judged.shadow_until);
        closed.flags.push(judged.flags);
        for (cell, state) in clients_of.cells.get_mut(client).iter_mut().zip(judged.states.unwrap_or_default()) {
            cell.state = state;
        }
    }
    closed.clients = clients_of;
    Cleared { route: clients.route, of: closed }
}

impl Closer<'_> {
    fn judge(&self, client: usize) -> Judged {
        let members = self.clients.rows.get(client);
        let days = self.closed_days(members);
        let touched = !days.is_empty() || self.has_blocked_cell(members);
        let (mut carried, mut until, mut shadow_until) = (PurposeSet::EMPTY, Day::NEVER, Day::NEVER);
        for row in members {
            for purpose in self.rows.seen(*row as usize).ready().iter() {
                let last = self.rows.grant(*row as usize, purpose).map_or(Day::NEVER, |f| f.until);
                shadow_until = shadow_until.max(last);
                if self.is_open(*row, purpose, &days) {
                    carried.insert(purpose);
                    until = until.max(last);
                }
            }
        }
        let needs_states = touched || !self.frozen.is_empty();
        let cells = self.clients.cells.get(client);
        let carriers: Option<Vec<PurposeSet>> = (needs_states || !self.route.flags.is_empty())
            .then(|| cells.iter().map(|cell| self.carriers(members, *cell, &days)).collect());
        let states = carriers.as_ref().filter(|_| needs_states).map(|c| self.states(cells, c));
        let flags = carriers.as_ref().map_or(0, |c| self.flags(cells, c));
        let may = if carried.is_empty() {
            May::Go
        } else if carried.is_subset(self.frozen) || self.lacks_required(carried, cells, states.as_deref()) {
            May::Lose
        } else {
            May::Gain
        };
        Judged { may, carried, until, shadow_until, flags, states }
    }

    /// The purposes of the route that a refusal closes for a client, each with the latest day of one.
    fn closed_days(&self, members: &[u32]) -> Vec<(PurposeId, Day)> {
        let mut days: Vec<(PurposeId, Day)> = Vec::new();
        if self.around.reached.is_empty() {
            return days;
        }
        for row in members {
            for (purpose, day) in self.around.reached.row(self.id(*row)) {
                if self.route.purposes.has(*purpose) {
                    match days.iter_mut().find(|(p, _)| p == purpose) {
                        Some((_, latest)) => *latest = (*latest).max(*day),
                        None => days.push((*purpose, *day)),
                    }
                }
            }
        }
        days
    }

    fn id(&self, row: u32) -> RowId {
        self.rows.seen(row as usize).row()
    }

    fn has_blocked_cell(&self, members: &[u32]) -> bool {
        !self.around.reached.is_empty()
            && members.iter().any(|row| {
                self.around
                    .reached
                    .has_cells(self.id(*row))
                    .any(|list| list.iter().any(|(p, _)| self.route.purposes.has(*p)))
            })
    }

    /// The day of a row's own grant.
    fn granted(&self, row: u32, purpose: PurposeId) -> Day {
        self.rows.grant(row as usize, purpose).map_or(Day::NEVER, |f| f.granted)
    }

    /// Where a refusal closed the purpose, only a row with a later grant of its own is free.
    fn is_open(&self, row: u32, purpose: PurposeId, days: &[(PurposeId, Day)]) -> bool {
        let closed = days.iter().find(|(p, _)| *p == purpose);
        closed.is_none_or(|(_, day)| {
            self.granted(row, purpose) > *day && !self.around.reached.stands(self.id(row), purpose)
        })
    }

    /// The purposes that still carry a surviving value: the same value in several rows carries the union
    /// of their grants.
    fn carriers(&self, members: &[u32], cell: Survivor, days: &[(PurposeId, Day)]) -> PurposeSet {
        let Some(value) = cell.text(self.rows) else { return PurposeSet::EMPTY };
        let needing = self.rows.carriers(cell.field);
        let mut carried = PurposeSet::EMPTY;
        for row in members {
            let Some(part) = self.holds(*row, cell, value) else { continue };
            let blocked = self.around.reached.cell(self.id(*row), cell.field, part);
            for purpose in self.rows.seen(*row as usize).ready().intersection(needing).iter() {
                let free = |(p, day): &(PurposeId, Day)| *p != purpose || self.granted(*row, purpose) > *day;
                if self.is_open(*row, purpose, days) && blocked.iter().all(free) {
                    carried.insert(purpose);
                }
            }
        }
        carried
    }

    /// Where in its cell a row holds a value.
    fn holds(&self, row: u32, cell: Survivor, value: &str) -> Option<u8> {
        let super::SeenCell::Value(text) = self.rows.cell(row as usize, cell.field) else { return None };
        if cell.part == Survivor::WHOLE {
            return (text.expose() == value).then_some(0);
        }
        values(text.expose()).position(|v| v == value).and_then(|p| u8::try_from(p).ok())
    }

    fn states(&self, cells: &[Survivor], carriers: &[PurposeSet]) -> Vec<SurvivorState> {
        let frozen = self.frozen_fields();
        let state = |(cell, carried): (&Survivor, &PurposeSet)| match cell.state {
            SurvivorState::Value | SurvivorState::ValueIfNew if carried.is_empty() => SurvivorState::Refused,
            SurvivorState::Value | SurvivorState::ValueIfNew if frozen.has(cell.field) => {
                if carried.is_subset(self.frozen) { SurvivorState::Keep } else { SurvivorState::ValueIfNew }
            }
            SurvivorState::Taken if frozen.has(cell.field) => SurvivorState::Keep,
            state => state,
        };
        cells.iter().zip(carriers).map(state).collect()
    }

    fn frozen_fields(&self) -> FieldSet {
        let fields = self.rows.fields().iter();
        fields.filter(|f| !self.rows.carriers(*f).intersection(self.frozen).is_empty()).collect()
    }

    /// A flag says yes only if every value of its channel on the card carries its purpose.
    fn flags(&self, cells: &[Survivor], carriers: &[PurposeSet]) -> u64 {
        let mut flags = 0;
        for (bit, (purpose, channel, _)) in self.route.flags.iter().enumerate() {
            let of_channel = |field: FieldId| self.around.config.field(field).kind.name == channel.field_kind();
            let mut values =
                cells.iter().zip(carriers).filter(|(c, carried)| of_channel(c.field) && !carried.is_empty());
            let some = values.clone().next().is_some();
            if some && values.all(|(_, carried)| carried.has(*purpose)) && !self.frozen.has(*purpose) {
                flags |= 1 << bit;
            }
        }
        flags
    }

    /// Whether every purpose that is left lost something that it requires.
    fn lacks_required(&self, carried: PurposeSet, cells: &[Survivor], states: Option<&[SurvivorState]>) -> bool {
        let Some(states) = states else { return false };
        let lost: FieldSet =
            cells.iter().zip(states).filter(|(_, s)| **s == SurvivorState::Refused).map(|(c, _)| c.field).collect();
        let kept: FieldSet =
            cells.iter().zip(states).filter(|(_, s)| **s != SurvivorState::Refused).map(|(c, _)| c.field).collect();
        let lost = lost.without(kept);
        let lacks = |p: PurposeId| !self.around.config.purpose(p).required.intersection(lost).is_empty();
        carried.iter().all(lacks)
    }

    /// The cards whom a refusal names, for those whose people have no row in the route any more, or only
    /// rows that wait.
    fn cards(&self) -> BTreeMap<u32, PurposeSet> {
        let Around { reached, past, index, keys, owed, .. } = self.around;
        let mut closed = named(&reached.values, self.route.purposes, past, index, keys);
        for (id, purposes) in *owed {
            if let Some(card) = past.find(*id) {
                let known = closed.entry(card as u32).or_default();
                *known = known.union(purposes.intersection(self.route.purposes));
            }
        }
        closed
    }
}
