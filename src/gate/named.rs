//! Cards that a refusal names: known by the hashes of what they were written with, since their people may
//! have no row any more.

use std::collections::BTreeMap;

use crate::{
    resolve::RouteKeys,
    rights::RefusedValue,
    set::PurposeSet,
    written::{Index, Written},
};

/// The cards of a route that refused values name, each with those of `purposes` that are closed for it.
#[must_use]
pub fn named(
    values: &[RefusedValue],
    purposes: PurposeSet,
    past: &Written,
    index: &Index<'_>,
    keys: &RouteKeys,
) -> BTreeMap<u32, PurposeSet> {
    let mut closed: BTreeMap<u32, PurposeSet> = BTreeMap::new();
    for value in values {
        let purposes = value.purposes.intersection(purposes);
        for card in cards_of(value, past, index, keys).filter(|_| !purposes.is_empty()) {
            let known = closed.entry(card).or_default();
            *known = known.union(purposes);
        }
    }
    closed
}

/// The cards that a value is known by. One that several people share means only who has the name.
fn cards_of(value: &RefusedValue, past: &Written, index: &Index<'_>, keys: &RouteKeys) -> impl Iterator<Item = u32> {
    let name = value.name().map(|name| keys.name(name.expose()));
    let identity = keys.identity_of(value.identity, value.text());
    index.of_identity(identity).filter_map(move |(card, is_shared)| {
        let known = past.name(card as usize);
        let whoever = known == 0 || name.is_none() || value.is_listed();
        let is_meant = name == Some(known) || (!is_shared && whoever);
        is_meant.then_some(card)
    })
}
