//! A plan as a person reads it: what goes first, then what changes, field by field, and what comes; each group
//! with its reason. Masked: a new value is shown as its shape.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Becomes, CellReport, ChangeReport, Report, RouteReport, Show, reason_name};
use crate::{
    catalogue::{Fill, say},
    plan::{Back, Reason, Step},
    printable::printable,
    value::{PrivateText, Shape},
};

/// So many cards of a group are shown; the rest are counted.
const CARDS_MAX: usize = 20;

/// What a change is to its reader; they read in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Delete,
    Guarded,
    Update,
    Create,
    Hold,
    Omit,
    Later,
}

impl Kind {
    fn of(change: &ChangeReport) -> Self {
        match (change.step, change.back) {
            (Step::Delete, _) => Self::Delete,
            (Step::Update, _) => Self::Update,
            (Step::Create, _) => Self::Create,
            (_, Back::Guard) => Self::Guarded,
            (_, Back::Later) => Self::Later,
            (Step::Hold | Step::Stand, _) => Self::Hold,
            (Step::Omit, _) => Self::Omit,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Delete => '-',
            Self::Update => '~',
            Self::Create => '+',
            Self::Hold | Self::Guarded => '?',
            Self::Omit | Self::Later => '·',
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Delete => "change-delete",
            Self::Guarded => "change-guarded",
            Self::Update => "change-update",
            Self::Create => "change-create",
            Self::Hold => "change-hold",
            Self::Omit => "change-omit",
            Self::Later => "change-later",
        }
    }
}

/// The reason in words. Of a card that was kept back it says what would have become of it.
fn why(change: &ChangeReport) -> &'static str {
    match (change.back, change.step, change.why) {
        (Back::Guard | Back::Later, Step::Omit, Reason::Rows) => "reason-new",
        (Back::Guard | Back::Later, Step::Hold, Reason::Rows) => "reason-changed",
        (_, _, why) => reason_name(why),
    }
}

impl Report {
    /// All groups of a route's changes.
    pub(super) fn changes(&self, out: &mut String, route: &RouteReport, show: Show) {
        let mut groups: BTreeMap<(Kind, &str), Vec<&ChangeReport>> = BTreeMap::new();
        for change in &route.changes {
            groups.entry((Kind::of(change), why(change))).or_default().push(change);
        }
        for ((kind, why), mut changes) in groups {
            // In the order of the lists; ids are in none that a person knows.
            changes.sort_by_key(|change| (change.rows.first().copied(), change.id));
            let is_plain = matches!(kind, Kind::Create | Kind::Update) && why == "reason-rows";
            let words = say(why, self.language, &[]);
            let why = if is_plain { String::new() } else { format!(" ({words})") };
            let fills = [("why", Fill::Text(&why)), ("n", Fill::Number(changes.len() as u64))];
            let _ = writeln!(out, "  {}", say(kind.title(), self.language, &fills));
            let shown = if show.all { changes.len() } else { CARDS_MAX };
            changes.iter().take(shown).for_each(|change| self.change(out, route, change, kind, show));
            if changes.len() > shown {
                let more = Fill::Number((changes.len() - shown) as u64);
                let _ = writeln!(out, "    {}", say("plan-more", self.language, &[("n", more)]));
            }
        }
    }

    fn change(&self, out: &mut String, route: &RouteReport, change: &ChangeReport, kind: Kind, show: Show) {
        let rows = if change.rows.is_empty() { String::new() } else { format!("  ← {}", self.places(&change.rows)) };
        let _ = writeln!(out, "    {} {}{rows}", kind.sign(), change.id);
        // Of a new card there is nothing to tell but its values, and of one that goes what stands there.
        if kind == Kind::Update || show.reveal {
            change.cells.iter().for_each(|cell| self.cell(out, route, change, cell, show));
        }
        if kind == Kind::Delete {
            let columns = (0..).zip(&route.columns);
            let stands = columns.filter_map(|(c, name)| Some((name, route.revealed.standing(change.id, c)?)));
            for (name, text) in stands.filter(|_| show.reveal) {
                let _ = writeln!(out, "        {name}: {}", printable(text.expose()));
            }
        }
    }

    fn cell(&self, out: &mut String, route: &RouteReport, change: &ChangeReport, cell: &CellReport, show: Show) {
        let words = |name| say(name, self.language, &[]);
        let shown = |text: Option<&PrivateText>, shape: Shape| match text.filter(|_| show.reveal) {
            Some(text) => printable(text.expose()).into_owned(),
            None => shape.describe(self.language),
        };
        let new = match cell.becomes {
            Becomes::Cleared => words("cell-cleared"),
            Becomes::Yes => words("cell-yes"),
            Becomes::No => words("cell-no"),
            Becomes::Value(shape) => shown(route.revealed.of(change.id, cell.column), shape),
        };
        let is_flag = matches!(cell.becomes, Becomes::Yes | Becomes::No);
        let old = cell
            .old
            .filter(|_| !is_flag)
            .map(|shape| shown(route.revealed.standing(change.id, cell.column), shape) + " → ");
        let name = &route.columns[usize::from(cell.column)];
        let _ = writeln!(out, "        {name}: {}{new}", old.unwrap_or_default());
    }
}
