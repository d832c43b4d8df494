//! What stands at a destination, and which of the ledger's two memories of it is true.

use crate::{
    change::{ClientId, RunId, Standing},
    finding::{Code, Trouble},
    port::Journal,
    written::{Kept, Written},
};

const NEW: Code = Code::new("ledger-new");
const OLDER: Code = Code::new("ledger-older");
const FOREIGN: Code = Code::new("ledger-foreign");

/// What stands at a destination.
#[derive(Debug)]
pub struct Stand {
    /// The run that wrote last, as far as the ledger knows, and what a file then held; `None` before the first.
    pub last: Option<(RunId, Option<[u8; 32]>)>,
    /// The cards that are there, ascending.
    pub ids: Vec<ClientId>,
    /// The digest of a file.
    pub digest: Option<[u8; 32]>,
    /// Whether it is a file.
    pub is_file: bool,
}

impl Stand {
    /// Whether somebody changed a file since it was written.
    #[must_use]
    pub fn is_edited(&self) -> bool {
        self.is_file && self.last.is_some_and(|(_, digest)| digest != self.digest)
    }
}

/// Compares what a destination holds with what the ledger knows, tells which of that is true, settles what an
/// interrupted run left open, and stops where the ledger is new, older than the destination, or another's:
/// writing from there would make people twice, or bring back who left.
pub fn stand(
    route: &str,
    mut found: Standing,
    is_file: bool,
    kept: Option<Kept>,
    intended: Option<Kept>,
    journal: &mut dyn Journal,
) -> Result<(Stand, Written), Trouble> {
    found.ids.sort_unstable();
    let fits = |kept: Option<&Kept>| if is_file { file_fits(&found, kept) } else { run_of(kept) == found.run };
    // A file that is as the interrupted run found it was never replaced.
    let untouched = is_file && intended.as_ref().is_some_and(|i| i.digest == found.digest);
    let kept = match intended {
        Some(intended) if fits(Some(&intended)) && !untouched => {
            journal.settle(route, None)?;
            Some(Kept { digest: None, ..intended })
        }
        Some(_) => {
            journal.discard(route)?;
            kept
        }
        None => kept,
    };
    // A destination that was dropped is made anew; one that was never written is as it should be.
    if !fits(kept.as_ref()) && !found.is_empty() {
        return Err(Trouble::new(which(&found, kept.as_ref()), route));
    }
    let last = kept.as_ref().map(|k| (k.run, k.digest));
    let written = kept.map(|k| k.written).unwrap_or_default();
    Ok((Stand { last, ids: found.ids, digest: found.digest, is_file }, written))
}

fn run_of(kept: Option<&Kept>) -> Option<RunId> {
    kept.map(|k| k.run)
}

/// A file carries no run, but ids: all of them must be known.
fn file_fits(found: &Standing, kept: Option<&Kept>) -> bool {
    let nothing = Written::default();
    let known = kept.map_or(&nothing, |k| &k.written);
    found.ids.iter().all(|id| known.find(*id).is_some())
}

fn which(found: &Standing, kept: Option<&Kept>) -> Code {
    let Some(kept) = kept else { return NEW };
    let knows_any = found.ids.iter().any(|id| kept.written.find(*id).is_some());
    if knows_any { OLDER } else { FOREIGN }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Paper(Vec<&'static str>);

    impl Journal for Paper {
        fn intend(&mut self, _: &str, _: &[u8; 32], _: &Kept) -> Result<(), Trouble> {
            self.0.push("intend");
            Ok(())
        }
        fn settle(&mut self, _: &str, _: Option<[u8; 32]>) -> Result<(), Trouble> {
            self.0.push("settle");
            Ok(())
        }
        fn discard(&mut self, _: &str) -> Result<(), Trouble> {
            self.0.push("discard");
            Ok(())
        }
        fn note(&mut self, _: &str, _: &Kept) -> Result<(), Trouble> {
            self.0.push("note");
            Ok(())
        }
    }

    fn kept(run: u128, ids: &[u8]) -> Kept {
        let written = Written { ids: ids.iter().map(|i| ClientId([*i; 10])).collect(), ..Written::default() };
        Kept { run: RunId(uuid::Uuid::from_u128(run)), digest: Some([run as u8; 32]), written }
    }

    fn found(run: Option<u128>, ids: &[u8]) -> Standing {
        Standing {
            run: run.map(|r| RunId(uuid::Uuid::from_u128(r))),
            ids: ids.iter().map(|i| ClientId([*i; 10])).collect(),
            digest: None,
        }
    }

    /// The run that is believed, or the code that stops; and what was written down.
    fn judge(
        found: Standing,
        is_file: bool,
        kept: Option<Kept>,
        intended: Option<Kept>,
    ) -> (String, Vec<&'static str>) {
        let mut paper = Paper(Vec::new());
        let verdict = match stand("r", found, is_file, kept, intended, &mut paper) {
            Ok((stand, _)) => stand.last.map_or("nothing".into(), |(run, _)| run.0.as_u128().to_string()),
            Err(trouble) => trouble.code.name().into(),
        };
        (verdict, paper.0)
    }

    #[test]
    fn a_database_says_which_run_wrote_last() {
        for (there, before, intended, expected, written) in [
            (found(None, &[]), None, None, "nothing", &[][..]),
            (found(Some(1), &[1]), Some(kept(1, &[1])), None, "1", &[]),
            (found(Some(2), &[1, 2]), Some(kept(1, &[1])), Some(kept(2, &[1, 2])), "2", &["settle"]),
            (found(Some(1), &[1]), Some(kept(1, &[1])), Some(kept(2, &[1, 2])), "1", &["discard"]),
            (found(None, &[]), None, Some(kept(1, &[1])), "nothing", &["discard"]),
            (found(Some(1), &[1]), None, Some(kept(1, &[1])), "1", &["settle"]),
            (found(Some(1), &[1]), None, None, "ledger-new", &[]),
            (found(Some(3), &[1, 3]), Some(kept(1, &[1])), None, "ledger-older", &[]),
            (found(Some(3), &[7]), Some(kept(1, &[1])), None, "ledger-foreign", &[]),
            (found(None, &[]), Some(kept(1, &[1])), None, "1", &[]),
        ] {
            let label = format!("{there:?} {before:?} {intended:?}");
            assert_eq!(judge(there, false, before, intended), (expected.to_owned(), written.to_vec()), "{label}");
        }
    }

    #[test]
    fn a_file_says_whose_cards_it_holds() {
        let with_digest = |mut s: Standing, d| {
            s.digest = Some([d; 32]);
            s
        };
        // What run 2 intended, over a file with the digest `d`, or over none.
        let before = |d: u8, ids: &[u8]| Kept { digest: Some([d; 32]), ..kept(2, ids) };
        let first = |ids: &[u8]| Kept { digest: None, ..kept(2, ids) };
        for (there, before, intended, expected, written) in [
            (found(None, &[]), None, None, "nothing", &[][..]),
            (found(None, &[1]), Some(kept(1, &[1, 2])), None, "1", &[]),
            (found(None, &[1]), None, None, "ledger-new", &[]),
            (found(None, &[1, 3]), Some(kept(1, &[1])), None, "ledger-older", &[]),
            (found(None, &[3]), Some(kept(1, &[1])), None, "ledger-foreign", &[]),
            (with_digest(found(None, &[1, 2]), 2), Some(kept(1, &[1])), Some(before(1, &[1, 2])), "2", &["settle"]),
            (with_digest(found(None, &[1]), 1), Some(kept(1, &[1])), Some(before(1, &[1])), "1", &["discard"]),
            (with_digest(found(None, &[1]), 2), Some(kept(1, &[1])), Some(before(1, &[1])), "2", &["settle"]),
            // Somebody edited the file before the run that was interrupted.
            (with_digest(found(None, &[1]), 7), Some(kept(1, &[1])), Some(before(7, &[1])), "1", &["discard"]),
            (with_digest(found(None, &[1]), 2), Some(kept(1, &[1])), Some(before(7, &[1])), "2", &["settle"]),
            // There was none, and there is none.
            (found(None, &[]), None, Some(first(&[1])), "nothing", &["discard"]),
            (with_digest(found(None, &[1]), 2), None, Some(first(&[1])), "2", &["settle"]),
        ] {
            let label = format!("{there:?} {before:?} {intended:?}");
            assert_eq!(judge(there, true, before, intended), (expected.to_owned(), written.to_vec()), "{label}");
        }
    }
}
