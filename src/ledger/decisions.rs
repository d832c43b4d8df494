//! What people decided about who is who: per route and question, so that each answer can be taken back.

use rusqlite::params;

use super::{DAMAGED, Ledger, damaged};
use crate::{
    decision::{Decisions, Pair},
    finding::Trouble,
};

/// A person's answer to one question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The route that it is about.
    pub route: String,
    /// The question, hashed.
    pub question: u64,
    /// What kind of question it was.
    pub kind: String,
    /// What was chosen.
    pub choice: String,
    /// When, in UTC.
    pub at: String,
    /// By whom.
    pub who: String,
    /// What follows from it.
    pub pairs: Vec<Pair>,
}

impl Ledger {
    /// What was decided about a route.
    pub fn decisions(&self, route: &str) -> Result<Decisions, Trouble> {
        let pairs: Vec<Pair> = self.answers()?.into_iter().filter(|a| a.route == route).flat_map(|a| a.pairs).collect();
        Ok(Decisions::new(&pairs))
    }

    /// All answers that stand, the oldest first.
    pub fn answers(&self) -> Result<Vec<Answer>, Trouble> {
        self.answered(true)
    }

    /// The answers about a route that were taken back: what they were about is asked again.
    pub fn reopened(&self, route: &str) -> Result<Vec<Answer>, Trouble> {
        Ok(self.answered(false)?.into_iter().filter(|a| a.route == route).collect())
    }

    fn answered(&self, stands: bool) -> Result<Vec<Answer>, Trouble> {
        let read = || {
            let columns = "SELECT route, question, kind, choice, at, who, pairs FROM answers WHERE stands = ?1
                           ORDER BY at, route, question";
            let mut select = self.db.prepare_cached(columns)?;
            let rows = select.query_map([stands], |row| {
                let (question, pairs): (i64, String) = (row.get(1)?, row.get(6)?);
                let answer = Answer {
                    route: row.get(0)?,
                    question: question.cast_unsigned(),
                    kind: row.get(2)?,
                    choice: row.get(3)?,
                    at: row.get(4)?,
                    who: row.get(5)?,
                    pairs: Vec::new(),
                };
                Ok((answer, pairs))
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let with_pairs = |(answer, pairs): (Answer, String)| {
            let broken = |_| Trouble::new(DAMAGED, format!("the answers about {}", answer.route));
            let pairs = serde_json::from_str(&pairs).map_err(broken)?;
            Ok(Answer { pairs, ..answer })
        };
        read().map_err(damaged)?.into_iter().map(with_pairs).collect()
    }

    /// Remembers an answer, in the place of an earlier one to the same question. The next run looks anew.
    pub fn answer(&mut self, answer: &Answer) -> Result<(), Trouble> {
        let pairs = serde_json::to_string(&answer.pairs).map_err(|_| Trouble::new(DAMAGED, "an answer"))?;
        self.db
            .execute(
                "INSERT OR REPLACE INTO answers (route, question, kind, choice, at, who, pairs, stands)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)",
                params![
                    answer.route,
                    answer.question.cast_signed(),
                    answer.kind,
                    answer.choice,
                    answer.at,
                    answer.who,
                    pairs
                ],
            )
            .map_err(damaged)?;
        self.set_seal(None)
    }

    /// Takes an answer back: its question is open again.
    pub fn take_back(&mut self, route: &str, question: u64) -> Result<(), Trouble> {
        let update = "UPDATE answers SET stands = 0 WHERE route = ?1 AND question = ?2";
        self.db.execute(update, params![route, question.cast_signed()]).map_err(damaged)?;
        self.set_seal(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{change::ClientId, decision::Party, keys::Keys};

    fn answer(question: u64, same: bool) -> Answer {
        Answer {
            route: "crm".into(),
            question,
            kind: "undecided".into(),
            choice: "1".into(),
            at: "2026-11-25T00:00:00Z".into(),
            who: "anna".into(),
            pairs: vec![Pair { a: Party::Person(7), b: Party::Card(ClientId([1; 10])), same }],
        }
    }

    #[test]
    fn an_answer_is_kept_replaced_and_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = Ledger::in_memory(Keys::new([1; 32]), folder.path().join("r")).expect("a ledger");
        let decided = |ledger: &Ledger, route| ledger.decisions(route).expect("read").card(7, ClientId([1; 10]));
        ledger.set_seal(Some(b"sealed")).expect("sealed");
        ledger.answer(&answer(u64::MAX, true)).expect("kept");
        assert_eq!(ledger.seal(), Ok(Some(Vec::new())), "the next run must look");
        assert_eq!((decided(&ledger, "crm"), decided(&ledger, "mail")), (Some(true), None));
        ledger.answer(&answer(u64::MAX, false)).expect("kept");
        assert_eq!(ledger.answers(), Ok(vec![answer(u64::MAX, false)]));
        ledger.take_back("crm", u64::MAX).expect("taken back");
        assert_eq!((decided(&ledger, "crm"), ledger.answers()), (None, Ok(Vec::new())));
        assert_eq!(ledger.reopened("crm"), Ok(vec![answer(u64::MAX, false)]));
        ledger.answer(&answer(u64::MAX, true)).expect("kept");
        assert_eq!((decided(&ledger, "crm"), ledger.reopened("crm")), (Some(true), Ok(Vec::new())));
    }
}
