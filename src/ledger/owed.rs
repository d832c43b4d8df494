//! What refusals are still to take from a destination. It is noted before any destination is spoken to and
//! struck out when it is done: row and refusal may both be gone by the time a destination answers again.

use std::collections::{BTreeMap, BTreeSet};

use super::{DAMAGED, Ledger};
use crate::{change::ClientId, finding::Trouble};

/// Cards, each with the names of the purposes that a refusal closed for it.
pub type Owed = BTreeMap<ClientId, BTreeSet<String>>;

impl Ledger {
    /// What is still to be taken from a route.
    pub fn owed(&self, route: &str) -> Result<Owed, Trouble> {
        let Some(text) = self.meta(&name(route))? else { return Ok(Owed::new()) };
        let damaged = || Trouble::new(DAMAGED, format!("what is owed to {route}"));
        let cards: BTreeMap<String, BTreeSet<String>> = serde_json::from_slice(&text).map_err(|_| damaged())?;
        let cards = cards.into_iter().map(|(id, purposes)| Some((id.parse().ok()?, purposes)));
        cards.collect::<Option<Owed>>().ok_or_else(damaged)
    }

    /// Notes what is to be taken from a route; nothing, once it is done.
    pub fn owe(&mut self, route: &str, owed: &Owed) -> Result<(), Trouble> {
        let cards: BTreeMap<String, _> = owed.iter().map(|(id, purposes)| (id.to_string(), purposes)).collect();
        self.set_meta(&name(route), serde_json::json!(cards).to_string().as_bytes())
    }
}

fn name(route: &str) -> String {
    format!("owed to {route}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    #[test]
    fn what_is_owed_is_noted_and_struck_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = Ledger::in_memory(Keys::new([1; 32]), folder.path().join("r")).expect("a ledger");
        let owed = Owed::from([(ClientId([7; 10]), BTreeSet::from(["newsletter".to_owned()]))]);
        for now in [owed, Owed::new()] {
            ledger.owe("crm", &now).expect("noted");
            assert_eq!(ledger.owed("crm"), Ok(now));
            assert_eq!(ledger.owed("mail"), Ok(Owed::new()));
        }
    }
}
