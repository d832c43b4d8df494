//! `check`: from drafts to records. One row at a time; a bad cell is a finding, never a lost row.

mod alike;
pub(crate) mod cell;
mod doubled;
mod facts;
pub mod kind;
pub mod kinds;
pub mod mess;
mod row;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use cell::read_cell;
use rayon::prelude::*;

use crate::{
    address::{SheetId, SheetInfo},
    config::Config,
    day::Day,
    finding::Finding,
    identity::Identifying,
    keys::{Keys, Use},
    progress::Progress,
    read::Draft,
    record::{ConsentColumns, Records, SheetColumns},
    sheet::RawChunk,
};

/// What `check` made of the drafts.
pub struct Checked {
    /// The rows.
    pub records: Records,
    /// What was found in them.
    pub findings: Vec<Finding>,
    /// The sheets, by their ids.
    pub sheets: Vec<SheetInfo>,
}

/// Reads every cell of every draft. `keys` make the handles by which a sheet knows its own rows again.
#[must_use]
pub fn check(mut drafts: Vec<Draft>, config: &Config, today: Day, keys: &Keys, progress: &dyn Progress) -> Checked {
    progress.stage("check", drafts.iter().map(|d| d.rows.len() as u64).sum());
    let identifying = Identifying::of(config);
    let chunks: Vec<(usize, RawChunk)> = drafts
        .iter_mut()
        .enumerate()
        .flat_map(|(d, draft)| std::mem::take(&mut draft.rows.chunks).into_iter().map(move |chunk| (d, chunk)))
        .collect();
    let rules: Vec<row::Rules<'_>> = drafts
        .iter()
        .map(|draft| {
            let source = config.source(draft.info.source);
            let handles = keys.hasher(Use::Handle, &source.name);
            row::Rules::new(draft, config, source, today, &identifying, handles)
        })
        .collect();
    // Each chunk's raw cells are freed as soon as it is read.
    let read = chunks.into_par_iter().map(|(d, chunk)| {
        let read = rules[d].chunk(d, &chunk);
        progress.step(chunk.len() as u64);
        read
    });
    let read: Vec<row::Rows> = read.collect();
    let mut records = Records { fields: config.fields.len(), ..Records::default() };
    let (mut findings, mut keys) = (Vec::new(), Vec::new());
    for rows in read {
        if !rows.chunk.rows.is_empty() {
            records.chunks.push(rows.chunk);
        }
        findings.extend(rows.findings);
        keys.extend(rows.keys);
    }
    findings.extend(doubled::doubled(keys));
    records.sheets = drafts.iter().map(columns).collect();
    let infos = drafts.into_iter().map(|d| (d.id, d.info)).collect();
    Checked { records, findings, sheets: by_id(infos) }
}

/// Where the columns of a draft's sheet are.
fn columns(draft: &Draft) -> SheetColumns {
    let binding = &draft.binding;
    let at = |pulled: usize| binding.pulled[pulled];
    let consents = binding.consents.iter().map(|c| ConsentColumns {
        purpose: c.purpose,
        given: at(c.given),
        date: c.date.map(at),
        withdrawn: c.withdrawn.map(at),
    });
    SheetColumns {
        id: draft.id,
        source: draft.info.source,
        columns: binding.columns.clone(),
        consents: consents.collect(),
    }
}

/// The sheets in the order of their ids, which count from 0.
fn by_id(mut infos: Vec<(SheetId, SheetInfo)>) -> Vec<SheetInfo> {
    infos.sort_by_key(|(id, _)| *id);
    infos.into_iter().map(|(_, info)| info).collect()
}
