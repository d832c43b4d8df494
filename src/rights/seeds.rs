//! Where refusals start: a `withdrawn` cell, a consent that turned from yes to no, a list of refusals.

use std::collections::BTreeMap;

use super::{Cause, Consented, Memory, Reached, Yes, latest};
use crate::{
    address::SourceId,
    config::{Config, SourceConfig},
    day::Day,
    record::{Fact, Grant, Lapse, Records, RowId, Said},
    set::PurposeId,
};

/// A refusal in a row of this run.
pub(super) struct Seed {
    pub(super) row: RowId,
    pub(super) purpose: PurposeId,
    pub(super) day: Day,
    pub(super) cause: Cause,
    /// It stands in the row's own cell, and the row has no grant of its own, or the refusal no date to
    /// compare: nothing frees the row.
    pub(super) stands: bool,
}

/// Finds them, and remembers who says yes now.
pub(super) fn find(records: &Records, config: &Config, memory: &Memory, today: Day, out: &mut Reached) -> Vec<Seed> {
    let mut seeds = Vec::new();
    for source in config.sources.iter().filter(|s| !s.closes().is_empty()) {
        let rows: Vec<RowId> = rows_of(records, source.id);
        for purpose in source.closes().iter() {
            let before = memory.consented.get(&(source.id, purpose)).cloned().unwrap_or_default();
            let now = purpose_of_source(records, source, &rows, purpose, before, today, &mut seeds, out);
            out.consented.insert((source.id, purpose), now);
        }
    }
    seeds
}

fn rows_of(records: &Records, source: SourceId) -> Vec<RowId> {
    records.rows().filter(|row| records.sheets[records.get(*row).sheet()].source == source).collect()
}

/// What a row says now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Yes(Day),
    No,
    Refuses,
    Nothing,
}

fn says(fact: &Fact) -> Says {
    match fact.grant {
        _ if fact.refused.is_some() => Says::Refuses,
        Grant::Live | Grant::Unsure | Grant::Lapsed(Lapse::Expired | Lapse::Prohibited) => Says::Yes(fact.granted),
        Grant::Lapsed(Lapse::SaidNo) => Says::No,
        Grant::Lapsed(_) => Says::Nothing,
    }
}

/// What the memory of its handles says of a row.
#[derive(Clone, Copy)]
struct Recalled {
    /// The day on which its refusal was first seen.
    first_seen: Option<Day>,
    /// A yes became a no.
    turned: bool,
    /// The yes that it said before.
    granted: Option<Day>,
    /// No other row of the source has its handles.
    alone: bool,
}

/// One purpose of one source. A handle may stand on several rows, since lists hold people twice: a yes
/// turned when under one handle there are fewer yes and more no than before.
#[expect(clippy::too_many_arguments, reason = "one loop over rows, one over handles, and what both need")]
fn purpose_of_source(
    records: &Records,
    source: &SourceConfig,
    rows: &[RowId],
    purpose: PurposeId,
    before: Consented,
    today: Day,
    seeds: &mut Vec<Seed>,
    out: &mut Reached,
) -> Consented {
    let fact = |row: RowId| records.get(row).facts().iter().find(|f| f.purpose == purpose).copied();
    let mut by_handle: Vec<(u64, RowId)> = Vec::with_capacity(rows.len());
    for row in rows {
        by_handle.extend(records.get(*row).handles().iter().map(|handle| (*handle, *row)));
    }
    by_handle.sort_unstable();
    by_handle.dedup();
    let groups: Vec<&[(u64, RowId)]> = by_handle.chunk_by(|a, b| a.0 == b.0).collect();

    let mut recalled: BTreeMap<RowId, Recalled> = BTreeMap::new();
    for group in &groups {
        let Some(before) = before.get(group[0].0) else { continue };
        let count =
            |wanted: fn(Says) -> bool| group.iter().filter(|(_, r)| fact(*r).is_some_and(|f| wanted(says(&f)))).count();
        let (yes, no) = (count(|s| matches!(s, Says::Yes(_))), count(|s| s == Says::No));
        let turned = before.turned.is_some() || (yes < before.yes as usize && no > before.no as usize);
        for (_, row) in *group {
            let known = recalled.entry(*row).or_insert(Recalled {
                first_seen: None,
                turned: false,
                granted: None,
                alone: true,
            });
            known.first_seen = [known.first_seen, before.turned].into_iter().flatten().min();
            known.turned |= turned;
            known.alone &= group.len() == 1;
            if before.yes > 0 || before.turned.is_some() {
                known.granted = known.granted.max(before.granted);
            }
        }
    }

    let mut days: BTreeMap<RowId, Day> = BTreeMap::new();
    for row in rows {
        let Some(fact) = fact(*row) else { continue };
        let recalled = recalled.get(row).copied();
        let Some(seed) = seed(*row, &fact, recalled, today, source) else { continue };
        days.insert(*row, seed.day);
        if let Some(granted) = recalled.filter(|r| r.alone && seed.cause != Cause::List).and_then(|r| r.granted)
            && says_no_more(&fact)
        {
            latest(out.restored.entry(*row).or_default(), purpose, granted);
        }
        seeds.push(seed);
    }

    let mut now = before;
    // A source that was not read says nothing of who is gone.
    if records.sheets.iter().any(|sheet| sheet.source == source.id) {
        now.forget_days(|handle| groups.binary_search_by_key(&handle, |group| group[0].0).is_err());
    }
    for group in groups {
        let facts = || group.iter().filter_map(|(_, row)| fact(*row));
        let blank = facts().filter(|f| says(f) == Says::Nothing).count();
        let yes = facts().filter(|f| matches!(says(f), Says::Yes(_)) || agreed_and_refused(f)).count();
        let no = facts().filter(|f| says(f) == Says::No).count();
        let turned = group.iter().filter_map(|(_, row)| days.get(row)).min().copied();
        let known = now.get(group[0].0);
        if yes == 0 && no == 0 && turned.is_none() && known.is_none() {
            continue;
        }
        let said = facts().filter_map(|f| if let Says::Yes(day) = says(&f) { Some(day) } else { None }).max();
        let granted = said.max(known.and_then(|k| k.granted));
        // What was wiped out between a yes and a no doesn't hide that the one became the other.
        let wiped = known.map_or(0, |k| k.yes as usize).saturating_sub(yes).min(blank);
        now.set(group[0].0, Yes { granted, turned, yes: (yes + wiped) as u32, no: no as u32 });
    }
    now
}

/// A row that says yes and that it was withdrawn.
fn agreed_and_refused(fact: &Fact) -> bool {
    fact.refused.is_some() && fact.grant == Grant::Live
}

/// The row has no live grant of its own any more.
fn says_no_more(fact: &Fact) -> bool {
    matches!(fact.grant, Grant::Lapsed(Lapse::SaidNo | Lapse::NeverAsked | Lapse::Unreadable | Lapse::Undated))
}

/// A row's own refusal. One without a date counts from the day on which it was first seen.
fn seed(row: RowId, fact: &Fact, recalled: Option<Recalled>, today: Day, source: &SourceConfig) -> Option<Seed> {
    let first_seen = recalled.and_then(|r| r.first_seen).unwrap_or(today);
    let cause = if source.refuses.has(fact.purpose) { Cause::List } else { Cause::Cell };
    let stands = fact.refused == Some(Said::Undated) || says_no_more(fact);
    let seed = |day, cause| Some(Seed { row, purpose: fact.purpose, day, cause, stands });
    match fact.refused {
        Some(Said::On(day)) => return seed(day, cause),
        Some(Said::Undated) => return seed(first_seen, cause),
        None => {}
    }
    let recalled = recalled.filter(|r| r.turned && says(fact) == Says::No)?;
    // The date beside the no, where it can be one: not before the yes, not to come.
    let said = fact.granted;
    let can_be = said.is_known() && recalled.granted.is_none_or(|g| said >= g) && said <= today;
    seed(if can_be { said } else { first_seen }, Cause::Turned)
}
