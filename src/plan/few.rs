//! A few cards first: of a plan, only the chosen clients are created and changed. Refusals act in full, and
//! of the rest nothing is done and nothing remembered as done.

use std::collections::BTreeSet;

use super::{
    Back, Entry, Plan, Step,
    guard::{Through, hold_back},
};
use crate::{
    gate::{Closed, Rows},
    record::RowId,
};

/// Which few clients go.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Few {
    /// The first so many of them in the order of their first rows, so that a person can foresee which.
    pub limit: Option<usize>,
    /// Only those whom these rows are of.
    pub only: Option<BTreeSet<RowId>>,
}

impl Plan {
    /// Leaves what is not of the few for later.
    pub fn keep(&mut self, few: &Few, closed: &Closed, rows: &Rows<'_>) {
        let chosen = few.chosen(&self.entries, closed, rows);
        for (place, entry) in self.entries.iter_mut().enumerate() {
            if !chosen.contains(&place) {
                hold_back(entry, Through::Refusals, Back::Later);
            }
        }
        self.is_few = true;
    }
}

impl Few {
    /// The entries that go, by their place.
    fn chosen(&self, entries: &[Entry], closed: &Closed, rows: &Rows<'_>) -> BTreeSet<usize> {
        let mut chosen: Vec<(RowId, usize)> = Vec::new();
        for (place, entry) in entries.iter().enumerate().filter(|(_, e)| gains(e)) {
            let of_client = entry.client().map_or(&[][..], |client| closed.clients.rows.get(client));
            let ids = || of_client.iter().map(|row| rows.seen(*row as usize).row());
            let is_asked = self.only.as_ref().is_none_or(|only| ids().any(|row| only.contains(&row)));
            chosen.extend(ids().min().filter(|_| is_asked).map(|first| (first, place)));
        }
        chosen.sort_unstable();
        chosen.truncate(self.limit.unwrap_or(usize::MAX));
        chosen.into_iter().map(|(_, place)| place).collect()
    }
}

/// Whether more happens to a card than what refusals and ended permissions do in any case.
fn gains(entry: &Entry) -> bool {
    match entry.step {
        Step::Create => true,
        Step::Update => entry.set & !entry.denied != 0 || entry.clear & !entry.refused != 0,
        _ => false,
    }
}
