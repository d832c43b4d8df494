//! What stands on the cards that a question is about and that have no rows any more.

use std::collections::BTreeMap;

use crate::{
    change::ClientId,
    failure::Failure,
    port::Whole,
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

fn vanished(questions: &mut [Question]) -> impl Iterator<Item = &mut Side> {
    questions.iter_mut().flat_map(|q| &mut q.candidates).filter(|side| side.rows.is_empty())
}
