//! What a row says about the purposes of its source: grants, lapses, refusals. Grants fail closed:
//! blank, unreadable, unknown or expired is never a yes.

use super::{
    kind::How,
    kinds::yes_no::{Answer, date_in, is_plain_no, said},
    row::{Rules, Work},
};
use crate::{
    config::{Config, SourceConfig},
    day::Day,
    finding::Code,
    purpose::{After, Keep, Purpose},
    read::{BoundConsent, Draft},
    record::{Fact, Grant, Lapse, RecordRef, Said, State},
    set::{PurposeId, PurposeSet},
};

const UNCLEAR: Code = Code::new("consent-unclear");
const WITHDRAWAL_UNCLEAR: Code = Code::new("withdrawal-unclear");
const UNDATED: Code = Code::new("consent-undated");
const FUTURE: Code = Code::new("consent-future");

/// The purposes of a source and the columns of its consents.
pub(super) struct Consents<'a> {
    config: &'a Config,
    hows: &'a [How],
    consents: &'a [BoundConsent],
    declared: PurposeSet,
    refuses: PurposeSet,
    all: PurposeSet,
    today: Day,
}

impl<'a> Consents<'a> {
    pub(super) fn new(draft: &'a Draft, config: &'a Config, source: &SourceConfig, today: Day) -> Self {
        Self {
            config,
            hows: &draft.hows,
            consents: &draft.binding.consents,
            declared: source.purposes,
            refuses: source.refuses,
            all: source.grants().union(source.refuses),
            today,
        }
    }
}

/// Appends the facts of the row that was just added.
pub(super) fn facts(rules: &Rules<'_>, of: &Consents<'_>, work: &mut Work<'_>, row: usize, dated: Day, shifted: bool) {
    let start = work.out.facts.len();
    for purpose in of.all.iter() {
        let mut fact = if of.refuses.has(purpose) {
            listed(purpose, dated, of.today)
        } else if shifted {
            // No cell of a shifted row can be trusted, least of all its yes.
            fact(purpose, Grant::Unsure, Day::NEVER)
        } else if of.declared.has(purpose) {
            fact(purpose, Grant::Live, dated)
        } else {
            consent(rules, of, work, row, purpose)
        };
        retain(of, work, &mut fact);
        // What is still to come is later than no refusal.
        if fact.granted > of.today {
            fact.granted = Day::NEVER;
        }
        work.out.facts.push(fact);
    }
    prohibit(of.config, &mut work.out.facts[start..]);
}

fn fact(purpose: PurposeId, grant: Grant, granted: Day) -> Fact {
    Fact { purpose, grant, granted, until: Day::FOREVER, refused: None }
}

fn listed(purpose: PurposeId, dated: Day, today: Day) -> Fact {
    let said = if dated.is_known() && dated <= today { Said::On(dated) } else { Said::Undated };
    Fact { refused: Some(said), ..fact(purpose, Grant::Lapsed(Lapse::RefusalList), Day::NEVER) }
}

fn consent(rules: &Rules<'_>, of: &Consents<'_>, work: &mut Work<'_>, row: usize, purpose: PurposeId) -> Fact {
    let Some(bound) = of.consents.iter().find(|c| c.purpose == purpose) else {
        return fact(purpose, Grant::Lapsed(Lapse::NeverAsked), Day::NEVER);
    };
    let (grant, granted) = match said(work.raw.cell(row, bound.given)) {
        Answer::Blank => (Grant::Lapsed(Lapse::NeverAsked), Day::NEVER),
        // The date beside a no is the date of the no.
        Answer::No => {
            (Grant::Lapsed(Lapse::SaidNo), bound.date.and_then(|d| rules.date(work, row, d)).unwrap_or(Day::NEVER))
        }
        Answer::Unclear => {
            rules.found(work, UNCLEAR, row, bound.given);
            (Grant::Lapsed(Lapse::Unreadable), Day::NEVER)
        }
        Answer::Yes => agreed(rules, of, work, row, bound),
    };
    Fact { refused: withdrawn(rules, of, work, row, bound), ..fact(purpose, grant, granted) }
}

/// A yes with its date: where the config names a column for the date, a yes without one proves nothing.
fn agreed(rules: &Rules<'_>, of: &Consents<'_>, work: &mut Work<'_>, row: usize, bound: &BoundConsent) -> (Grant, Day) {
    let in_cell = date_in(work.raw.cell(row, bound.given), &of.hows[bound.given]);
    let beside = bound.date.and_then(|d| rules.date(work, row, d));
    match (beside.or(in_cell), bound.date) {
        (Some(day), at) if day > of.today => {
            rules.found(work, FUTURE, row, at.unwrap_or(bound.given));
            (Grant::Lapsed(Lapse::Undated), Day::NEVER)
        }
        (Some(day), _) => (Grant::Live, day),
        (None, Some(at)) => {
            rules.found(work, UNDATED, row, at);
            (Grant::Lapsed(Lapse::Undated), Day::NEVER)
        }
        (None, None) => (Grant::Live, Day::NEVER),
    }
}

/// Anything in the cell that isn't a plain no is a withdrawal; what doesn't say so in a known word is reported.
fn withdrawn(
    rules: &Rules<'_>,
    of: &Consents<'_>,
    work: &mut Work<'_>,
    row: usize,
    bound: &BoundConsent,
) -> Option<Said> {
    let pulled = bound.withdrawn?;
    let cell = work.raw.cell(row, pulled);
    let answer = said(cell);
    if answer == Answer::Blank || is_plain_no(cell) {
        return None;
    }
    if answer == Answer::Unclear {
        rules.found(work, WITHDRAWAL_UNCLEAR, row, pulled);
    }
    let day = date_in(cell, &of.hows[pulled]).filter(|d| *d <= of.today);
    Some(day.map_or(Said::Undated, Said::On))
}

/// Ends a grant whose term is over, and sets its last day.
fn retain(of: &Consents<'_>, work: &Work<'_>, fact: &mut Fact) {
    let purpose: &Purpose = of.config.purpose(fact.purpose);
    let Keep::For { term, after } = purpose.keep else { return };
    if fact.grant != Grant::Live {
        return;
    }
    let start = match after {
        After::Grant if fact.granted.is_known() => Some(fact.granted),
        After::Grant => None,
        After::Field(event) => {
            let record = RecordRef::last(&work.out, of.config.fields.len());
            match record.cell(event).state() {
                // What has not happened yet starts no term.
                State::Blank => return,
                State::Value => record.text(event).and_then(|t| Day::parse_iso(t.expose())),
                State::Bad => None,
            }
        }
    };
    match start {
        None => fact.grant = Grant::Unsure,
        Some(day) => {
            fact.until = day.after(term);
            if fact.until < of.today {
                fact.grant = Grant::Lapsed(Lapse::Expired);
            }
        }
    }
}

/// A row that was collected for a purpose never serves those that it prohibits.
fn prohibit(config: &Config, facts: &mut [Fact]) {
    let live = facts.iter().filter(|f| f.grant == Grant::Live).map(|f| config.purpose(f.purpose).prohibits);
    let prohibited = live.fold(PurposeSet::EMPTY, PurposeSet::union);
    // A no stays a no, or one that a yes turned into would go unseen.
    let holds = |fact: &Fact| matches!(fact.grant, Grant::Live | Grant::Unsure);
    for fact in facts.iter_mut().filter(|f| prohibited.has(f.purpose) && holds(f)) {
        fact.grant = Grant::Lapsed(Lapse::Prohibited);
    }
}
