//! Changes in the words of a destination: its columns, the values as they are shown.

use std::ops::Range;

use super::{Applied, is_change};
use crate::{
    change::{Action, Change, ClientId, Write},
    plan::{Entry, Step, flag_text, write_value},
    value::Private,
};

/// Some changes, and the text that they point into.
pub(super) struct Batch {
    text: String,
    /// The cells of all changes, one after the other.
    cells: Vec<Cell>,
    /// Each with the number of its cells.
    changes: Vec<(ClientId, Action, usize)>,
}

enum Cell {
    Keep,
    Clear,
    Set(Range<usize>),
}

/// The entries to be written. Of a file that is kept, only the cards that stand in it.
pub(super) fn order<'a>(job: &Applied<'a>, writes_all: bool) -> Vec<&'a Entry> {
    let entries = job.approved.plan().entries.iter();
    if writes_all {
        return entries.filter(|e| e.is_listed()).collect();
    }
    let is_there = |e: &Entry| !job.stand.is_file || job.stand.ids.binary_search(&e.id).is_ok();
    entries.filter(|e| is_change(e.step) && is_there(e)).collect()
}

impl Batch {
    pub(super) fn of(job: &Applied<'_>, entries: &[&Entry], writes_all: bool) -> Self {
        let mut batch = Self { text: String::new(), cells: Vec::new(), changes: Vec::with_capacity(entries.len()) };
        for entry in entries {
            let action = match entry.step {
                _ if writes_all => Action::Create,
                Step::Create => Action::Create,
                Step::Delete => Action::Delete,
                _ => Action::Update,
            };
            let columns = if action == Action::Delete { 0 } else { job.approved.plan().columns().len() };
            for column in 0..columns {
                let cell = batch.cell(job, entry, column, action);
                batch.cells.push(cell);
            }
            batch.changes.push((entry.id, action, columns));
        }
        batch
    }

    fn cell(&mut self, job: &Applied<'_>, entry: &Entry, column: usize, action: Action) -> Cell {
        let bit = 1 << column;
        if action == Action::Update && entry.clear & bit != 0 {
            return Cell::Clear;
        }
        if entry.set & bit == 0 && (action == Action::Update || entry.step == Step::Create) {
            return Cell::Keep;
        }
        let start = self.text.len();
        write_column(job, entry, column, &mut self.text);
        if self.text.len() == start { Cell::Keep } else { Cell::Set(start..self.text.len()) }
    }

    pub(super) fn len(&self) -> usize {
        self.changes.len()
    }

    pub(super) fn changes(&self) -> Vec<Change<'_>> {
        let write = |cell: &Cell| match cell {
            Cell::Keep => Write::Keep,
            Cell::Clear => Write::Clear,
            Cell::Set(range) => Write::Set(Private::new(&self.text[range.clone()])),
        };
        let mut cells = self.cells.iter();
        let change = |(id, action, columns): &(ClientId, Action, usize)| Change {
            id: *id,
            action: *action,
            cells: cells.by_ref().take(*columns).map(write).collect(),
        };
        self.changes.iter().map(change).collect()
    }
}

/// Appends what shall stand in a column of a client's card.
fn write_column(job: &Applied<'_>, entry: &Entry, column: usize, out: &mut String) {
    let (Some(client), columns) = (entry.client(), job.approved.plan().columns()) else { return };
    let closed = job.cleared.get();
    match columns.field(column) {
        Some(field) => write_value(job.rows.get(), closed.clients.cells.get(client), field, out),
        None => out.push_str(flag_text(columns.says_yes(column, closed.flags[client]))),
    }
}
