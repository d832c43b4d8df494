//! What stands at a destination, laid beside what is asked or planned.

use std::collections::BTreeMap;

use crate::{
    change::ClientId,
    failure::Failure,
    plan::Step,
    port::Whole,
    report::{ChangeReport, RouteReport},
    review::{Question, Side},
    value::{PrivateText, Texts},
};

/// Reads the cards of candidates without rows, and lays what stands there beside the others.
pub(super) async fn fill(questions: &mut [Question], whole: &mut dyn Whole) -> Result<(), Failure> {
    let mut ids: Vec<ClientId> = vanished(questions).filter_map(|side| side.card).collect();
    if ids.is_empty() {
        return Ok(());
    }
    ids.sort_unstable();
    ids.dedup();
    let mut standing: BTreeMap<ClientId, Texts> = BTreeMap::new();
    whole.read(Some(&ids), &mut |id, texts| drop(standing.insert(id, texts))).await?;
    for side in vanished(questions) {
        let Some(texts) = side.card.and_then(|id| standing.get(&id)) else { continue };
        // The columns that hold values are the first of a destination's.
        for (cell, text) in side.cells.iter_mut().zip(texts.iter()).filter(|(_, text)| !text.expose().is_empty()) {
            cell.values = vec![PrivateText::new(text.expose())];
        }
    }
    Ok(())
}

/// Reads what now stands in the columns that a plan changes, and with `reveal` on the cards that it removes.
pub(super) async fn old(report: &mut RouteReport, reveal: bool, whole: &mut dyn Whole) -> Result<(), Failure> {
    let is_read = |c: &&ChangeReport| c.step == Step::Update || (reveal && c.step == Step::Delete);
    let mut ids: Vec<ClientId> = report.changes.iter().filter(is_read).map(|c| c.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    ids.sort_unstable();
    let mut standing: BTreeMap<ClientId, Texts> = BTreeMap::new();
    whole.read(Some(&ids), &mut |id, texts| drop(standing.insert(id, texts))).await?;
    for change in &mut report.changes {
        let Some(texts) = standing.get(&change.id) else { continue };
        for (column, text) in (0..).zip(texts.iter()).filter(|(_, text)| !text.expose().is_empty()) {
            if let Some(cell) = change.cells.iter_mut().find(|cell| cell.column == column) {
                cell.old = Some(text.shape());
            }
            if reveal {
                report.revealed.old(change.id, column, PrivateText::new(text.expose()));
            }
        }
    }
    Ok(())
}

fn vanished(questions: &mut [Question]) -> impl Iterator<Item = &mut Side> {
    questions.iter_mut().flat_map(|q| &mut q.candidates).filter(|side| side.rows.is_empty())
}
