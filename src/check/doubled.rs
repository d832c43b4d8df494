//! Keys that stand on more than one row: by them nobody can be told apart in the next run.

use crate::{
    address::Place,
    finding::{Code, Finding},
};

const DOUBLED: Code = Code::new("key-doubled");

/// Keys that more than one row of a source has: each is reported at every row but the first.
pub(super) fn doubled(mut keys: Vec<(u64, Place)>) -> Vec<Finding> {
    keys.sort_unstable_by_key(|(key, place)| (place.source, *key, *place));
    let pairs = keys.array_windows().filter(|[a, b]| (a.0, a.1.source) == (b.0, b.1.source));
    pairs.map(|[_, again]| Finding::at(DOUBLED, again.1)).collect()
}
