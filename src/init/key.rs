//! Which column identifies a row: one that tells all rows apart, and doesn't only count them.

use std::collections::HashSet;

use super::{
    column::Use,
    fields::{Fed, Feed, Spec},
    list::{Placed, Proposal, Reading, Tab, is_filled, rows_of},
    words::Role,
};
use crate::{
    check::mess,
    read::{is_total, normal},
    sheet::Raw,
};

impl Reading<'_> {
    /// A column of numbers of its own for every row; without any contact, the name.
    pub(super) fn key(&self, proposal: &mut Proposal) {
        let ids: Vec<&Placed> = self.of(Role::Id).collect();
        let mut has_field = false;
        for id in &ids {
            match self.uniqueness(id) {
                Uniqueness::RowNumber => Self::left(id, "init-left-row-number", proposal),
                found if !has_field => {
                    has_field = true;
                    Self::used(id, "id", proposal);
                    proposal.fed.push(Fed::new("id", Spec::Kind("id"), Feed::one(&id.header)));
                    proposal.key = Some(id.header.clone()).filter(|_| found == Uniqueness::Unique);
                }
                Uniqueness::Unique if proposal.key.is_none() => {
                    proposal.key = Some(id.header.clone());
                    proposal.columns[id.at].used = Use::Key;
                }
                _ => Self::left(id, "init-left-second", proposal),
            }
        }
        if proposal.key.is_none() {
            let inn = self.of(Role::Inn).next().filter(|inn| self.uniqueness(inn) == Uniqueness::Unique);
            proposal.key = inn.map(|inn| inn.header.clone());
        }
        let has = |field: &str| proposal.fed.iter().any(|f| f.name == field);
        let nameless = ["phone", "email", "inn", "snils", "born"].iter().all(|field| !has(field));
        if proposal.key.is_none() && nameless && self.tabs.len() == 1 {
            let name =
                self.of(Role::Name).find(|p| p.in_all).or_else(|| self.of(Role::Organization).find(|p| p.in_all));
            proposal.is_named_key = name.is_some();
            proposal.key = name.map(|p| p.header.clone());
        }
    }

    /// Whether the cells of a column tell all rows apart.
    fn uniqueness(&self, placed: &Placed) -> Uniqueness {
        let header = normal(&placed.header);
        let (mut seen, mut counts, mut from_zero, mut rows) = (HashSet::new(), true, false, 0_usize);
        for tab in self.tabs {
            let Some(at) = tab.header.names.iter().position(|n| normal(n) == header) else { return Uniqueness::No };
            for (chunk, row) in rows_of(tab).filter(|(chunk, row)| !is_no_person(tab, chunk, *row)) {
                rows += 1;
                let text = match chunk.cell(row, at) {
                    Raw::Text(text) => mess::clean(text).into_owned(),
                    Raw::Number(n) => n.to_string(),
                    _ => String::new(),
                };
                from_zero |= rows == 1 && text == "0";
                counts &= text == (rows - usize::from(from_zero)).to_string();
                if text.is_empty() || !seen.insert(text) {
                    return Uniqueness::No;
                }
            }
        }
        match rows {
            0 => Uniqueness::No,
            _ if counts => Uniqueness::RowNumber,
            _ => Uniqueness::Unique,
        }
    }
}

/// Whether a column tells all rows apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Uniqueness {
    Unique,
    /// It counts them: numbers that change as soon as the rows are sorted.
    RowNumber,
    No,
}

/// The header again, or a total.
fn is_no_person(tab: &Tab, chunk: &crate::sheet::RawChunk, row: usize) -> bool {
    let mut filled = (0..tab.header.names.len()).map(|at| (at, chunk.cell(row, at))).filter(|(_, c)| is_filled(c));
    match filled.next() {
        Some((at, Raw::Text(text))) => {
            let text = mess::clean(text);
            is_total(&text)
                || normal(&text) == normal(&tab.header.names[at])
                    && filled
                        .next()
                        .is_none_or(|(at, c)| matches!(c, Raw::Text(t) if normal(t) == normal(&tab.header.names[at])))
        }
        Some(_) => false,
        None => true,
    }
}
