//! Which of a client's values survive, field by field, from the route's own values and dates.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::{Clients, Matching, ids::Given};
use crate::{
    config::Survivorship,
    csr::Lists,
    day::Day,
    gate::{Rows, SeenCell},
    record::values,
    set::FieldId,
};

/// What survives in a field: a value by the cell that it comes from, or why there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Survivor {
    /// The row of the cell, by its place among the route's rows.
    pub row: u32,
    /// The field.
    pub field: FieldId,
    /// Which value of a list; [`Survivor::WHOLE`] in fields that hold one.
    pub part: u8,
    /// What becomes of the field.
    pub state: SurvivorState,
}

/// What becomes of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SurvivorState {
    /// The value is set.
    Value,
    /// The value is set on a new card; on one that stands the field stays, because a bad cell is newer.
    ValueIfNew,
    /// The field stays as it stands.
    Keep,
    /// No purpose carries it: it is cleared.
    Taken,
    /// A refusal took it: it is cleared.
    Refused,
}

impl Survivor {
    /// The part of a survivor that is its whole cell.
    pub const WHOLE: u8 = u8::MAX;

    /// Its value.
    #[must_use]
    pub fn text<'r>(self, rows: &Rows<'r>) -> Option<&'r str> {
        let SeenCell::Value(text) = rows.cell(self.row as usize, self.field) else { return None };
        match self.part {
            Self::WHOLE => Some(text.expose()),
            part => values(text.expose()).nth(usize::from(part)),
        }
    }

    /// Whether it carries a value, or would had nobody refused.
    #[must_use]
    pub fn had_value(self) -> bool {
        self.has_value() || self.state == SurvivorState::Refused
    }

    /// Whether it carries a value.
    #[must_use]
    pub fn has_value(self) -> bool {
        matches!(self.state, SurvivorState::Value | SurvivorState::ValueIfNew)
    }
}

pub(super) fn pick(rows: &Rows<'_>, matching: &Matching, given: Given) -> Clients {
    let numbers: Vec<usize> = (0..given.ids.len()).collect();
    let parts: Vec<Lists<Survivor>> = numbers
        .par_chunks(4096)
        .map(|chunk| {
            let mut lists = Lists::with_capacity(chunk.len(), chunk.len() * matching.survivorship.len());
            for client in chunk {
                let held = given.held.get(client).copied().unwrap_or(Day::NEVER);
                let members = given.rows.get(*client);
                for (field, rule, is_list) in &matching.survivorship {
                    field_of(rows, members, held, *field, *rule, *is_list, &mut lists);
                }
                lists.end();
            }
            lists
        })
        .collect();
    let cells = Lists::concat(parts);
    Clients {
        ids: given.ids,
        cards: given.cards,
        rows: given.rows,
        cells,
        identities: given.identities,
        merged: given.merged,
        waiting: given.waiting,
        tied: given.tied,
        prints: given.prints,
        moved: given.moved,
    }
}

fn field_of(
    rows: &Rows<'_>,
    members: &[u32],
    held: Day,
    field: FieldId,
    rule: Survivorship,
    is_list: bool,
    out: &mut Lists<Survivor>,
) {
    let mut candidates: smallvec::SmallVec<[(u32, &str); 4]> = smallvec::SmallVec::new();
    let (mut bad, mut taken) = (None, None);
    for row in members {
        match rows.cell(*row as usize, field) {
            SeenCell::Value(text) => candidates.push((*row, text.expose())),
            SeenCell::Bad => bad = bad.max(Some((rows.dated(*row as usize), *row))),
            SeenCell::Taken => taken = Some(*row),
            SeenCell::Blank => {}
        }
    }
    let survivor = |row, part, state| Survivor { row, field, part, state };
    if candidates.is_empty() {
        out.extend(match (bad, taken) {
            (Some((_, row)), _) => Some(survivor(row, Survivor::WHOLE, SurvivorState::Keep)),
            (None, Some(row)) => Some(survivor(row, Survivor::WHOLE, SurvivorState::Taken)),
            (None, None) => None,
        });
        return;
    }
    let newest = candidates.iter().map(|(row, _)| rows.dated(*row as usize)).max().unwrap_or(Day::NEVER);
    // A bad cell that is not older leaves the field as it stands; a held row only where it is newer.
    let stays = bad.is_some_and(|(day, _)| day >= newest) || held > newest;
    let state = if stays { SurvivorState::ValueIfNew } else { SurvivorState::Value };
    rank(rows, rule, &mut candidates);
    let all = rule == Survivorship::All;
    let chosen = if all { candidates.len() } else { 1 };
    let mut kept: smallvec::SmallVec<[&str; 4]> = smallvec::SmallVec::new();
    for (row, text) in &candidates[..chosen] {
        if !is_list {
            out.push(survivor(*row, Survivor::WHOLE, state));
            continue;
        }
        // Each value of a list on its own, so that a refusal can take one and leave the other.
        for (part, value) in values(text).enumerate().take(usize::from(Survivor::WHOLE)) {
            if !kept.contains(&value) {
                kept.push(value);
                out.push(survivor(*row, part as u8, state));
            }
        }
    }
}

/// The best first: the newest, the most frequent, the fullest, the smallest bytes. Only the address of
/// equal values depends on where they stand.
fn rank(rows: &Rows<'_>, rule: Survivorship, candidates: &mut [(u32, &str)]) {
    if candidates.len() < 2 {
        return;
    }
    let frequency = |text: &str| candidates.iter().filter(|(_, other)| *other == text).count();
    let mut keyed: Vec<_> = candidates
        .iter()
        .map(|(row, text)| {
            let source = if rule == Survivorship::SourceOrder { rows.source(*row as usize) } else { 0 };
            let dated = Reverse(rows.dated(*row as usize));
            (source, dated, Reverse(frequency(text)), Reverse(text.chars().count()), *text, *row)
        })
        .collect();
    keyed.sort_unstable();
    for (place, (.., text, row)) in candidates.iter_mut().zip(keyed) {
        *place = (row, text);
    }
}
