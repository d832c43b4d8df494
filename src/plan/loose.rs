//! Rows that wait and are nobody's who is known: while one may be what is left of a card, nothing goes by absence.

use super::Planner;
use crate::written::{is_shared, unmarked};

/// Rows that wait and belong to no card that is known, and to nobody whose card comes to be now.
pub(super) struct Loose {
    pub(super) suspending: usize,
    pub(super) prints: Vec<u64>,
}

/// A row of which no card is known, by all that the next run would tie it to one by.
struct Row {
    print: u64,
    identities: Vec<u64>,
    handles: Vec<u64>,
    /// The hashed full name; 0 of a row that has none.
    name: u64,
}

impl Planner<'_> {
    /// Rows that wait, and rows whose grant can't be told, that are nobody's. One that was here when no card lacked
    /// its rows can't be what is left of a card.
    pub(super) fn loose_rows(&self) -> Loose {
        let waiting = self.clients_of().waiting.iter().filter(|w| w.cards.is_empty());
        let unsure = self.rows.marks().iter().filter(|m| !m.unsure.is_empty());
        let unsure = unsure.filter(|m| self.cards_of_mark(&m.handles).is_empty());
        let waiting = waiting.map(|w| self.waiting_row(w.print, w.row as usize));
        let unsure = unsure.map(|m| Row {
            print: m.handles.first().copied().unwrap_or_default(),
            identities: Vec::new(),
            handles: unmarked_all(&m.handles),
            name: 0,
        });
        let mut rows: Vec<Row> = waiting.chain(unsure).collect();
        self.leave_newcomers(&mut rows);
        let mut prints: Vec<u64> = rows.into_iter().map(|row| row.print).collect();
        prints.sort_unstable();
        prints.dedup();
        let suspending = prints.iter().filter(|p| self.known.past.innocent.binary_search(p).is_err()).count();
        Loose { suspending, prints }
    }

    fn waiting_row(&self, print: u64, row: usize) -> Row {
        let (record, seen) = (self.rows.record(row), self.rows.seen(row).cells());
        let mut identities = Vec::new();
        self.identifying.each(record, seen, |value| identities.push(self.known.keys.identity(&value)));
        let name = self.identifying.full_name(record, seen).map_or(0, |name| self.known.keys.name(&name));
        Row { print, identities, handles: unmarked_all(self.rows.handles(row)), name }
    }

    /// Leaves out the rows of those whose card comes to be now: they will be tied to it, and what they don't hold
    /// back then they must not hold back today, or the same lists would delete tomorrow what they keep today.
    fn leave_newcomers(&self, rows: &mut Vec<Row>) {
        let mut hashes: Vec<u64> =
            rows.iter().flat_map(|row| row.identities.iter().chain(&row.handles)).copied().collect();
        if hashes.is_empty() {
            return;
        }
        hashes.sort_unstable();
        let clients = self.clients_of();
        let newcomers = (0..clients.len()).filter(|client| clients.cards[*client].is_none());
        for client in newcomers {
            let handles = clients.rows.get(client).iter().flat_map(|row| self.rows.handles(*row as usize));
            let mut known = clients.identities.get(client).iter().chain(handles);
            // Of a million newcomers few have anything to do with a row that waits.
            if known.any(|hash| hashes.binary_search(&unmarked(*hash)).is_ok()) {
                let name = self.name_of(client);
                rows.retain(|row| !self.is_of(row, client, name));
            }
        }
    }

    fn name_of(&self, client: usize) -> u64 {
        let name = super::state::full_name(self.closed, self.rows, &self.identifying, client);
        name.map_or(0, |name| self.known.keys.name(&name))
    }

    /// Whether a row may be a client's. On a shared value somebody of another name is somebody else.
    fn is_of(&self, row: &Row, client: usize, name: u64) -> bool {
        let clients = self.clients_of();
        let is_other = row.name != 0 && name != 0 && row.name != name;
        let says = |known: &u64| (!is_shared(*known) || !is_other) && row.identities.contains(&unmarked(*known));
        let mut handles = clients.rows.get(client).iter().flat_map(|of| self.rows.handles(*of as usize));
        clients.identities.get(client).iter().any(says)
            || handles.any(|handle| row.handles.contains(&unmarked(*handle)))
    }
}

fn unmarked_all(handles: &[u64]) -> Vec<u64> {
    handles.iter().map(|handle| unmarked(*handle)).collect()
}
