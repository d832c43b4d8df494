//! The report as its owner reads it.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Command, Item, Report, RouteReport, waits_code};
use crate::{
    address::describe,
    catalogue::{self, Fill, say},
    finding::{Finding, Severity},
    plan::{Reason, Step, Stop},
    record::Lapse,
};

/// So many places of one finding are named; the rest are counted.
const PLACES_MAX: usize = 3;

/// So many changes and waiting items are named; the rest are counted.
const LINES_MAX: usize = 20;

impl Report {
    /// The one line of an unattended run.
    #[must_use]
    pub fn line(&self) -> String {
        let n = |n: usize| Fill::Number(n as u64);
        let step = |step| self.routes.iter().map(|r| r.count(|s, _| s == step)).sum::<usize>();
        let waiting = Fill::Number(self.waiting());
        if let Some(since) = &self.unchanged_since {
            return say("line-unchanged", self.language, &[("since", Fill::Text(since)), ("waiting", waiting)]);
        }
        let rows: u64 = self.sources.iter().map(|s| s.rows).sum();
        let fills = [
            ("rows", Fill::Number(rows)),
            ("created", n(step(Step::Create))),
            ("updated", n(step(Step::Update))),
            ("deleted", n(step(Step::Delete))),
            ("findings", n(self.findings.len())),
            ("waiting", waiting),
        ];
        let mut line =
            say(if self.command == Command::Plan { "line-plan" } else { "line-sync" }, self.language, &fills);
        for trouble in self.troubles() {
            let _ = write!(line, "; {trouble}");
        }
        line
    }

    /// What kept the run from its work, one sentence each.
    fn troubles(&self) -> Vec<String> {
        let sources = self.sources.iter().filter_map(|s| s.trouble.as_ref());
        let routes = self.routes.iter().filter_map(|r| r.trouble.as_ref());
        let text = |t: &crate::finding::Trouble| {
            let title = &catalogue::entry(t.code.name()).words(self.language).title;
            catalogue::fill(title, &[("hint", Fill::Text(&t.hint))], self.language)
        };
        let stopped = self.routes.iter().filter(|r| !r.stops.is_empty());
        let stops = stopped.map(|r| say("line-stopped", self.language, &[("route", Fill::Text(&r.name))]));
        sources.chain(routes).map(text).chain(stops).collect()
    }

    /// Everything that its owner wants to know, in sections.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        if let Some(since) = &self.unchanged_since {
            let fills = [("since", Fill::Text(since.as_str())), ("waiting", Fill::Number(self.waiting()))];
            let _ = writeln!(out, "{}", say("line-unchanged", self.language, &fills));
            return out;
        }
        self.born(&mut out);
        self.lists(&mut out);
        for route in &self.routes {
            self.route(&mut out, route);
        }
        self.to_correct(&mut out);
        self.waiting_items(&mut out);
        out
    }

    fn born(&self, out: &mut String) {
        let Some((folder, key, refusals)) = &self.born else { return };
        let key = key.as_ref().map_or_else(|| "env:/file:".to_owned(), |k| k.display().to_string());
        let (folder, refusals) = (folder.display().to_string(), refusals.display().to_string());
        let fills = [("folder", Fill::Text(&folder)), ("key", Fill::Text(&key)), ("refusals", Fill::Text(&refusals))];
        let _ = writeln!(out, "{}\n", say("report-born", self.language, &fills));
    }

    fn lists(&self, out: &mut String) {
        let _ = writeln!(out, "{}", say("report-lists", self.language, &[]));
        let names = self.sources.iter().flat_map(|s| s.sheets.iter().map(|(name, _)| name.chars().count()));
        let width = names.max().unwrap_or(0);
        for source in &self.sources {
            let is_refusals = self.refusal_lists[usize::from(source.id.0)];
            let unit = if is_refusals { "report-refusals" } else { "report-rows" };
            for (name, rows) in &source.sheets {
                let count = say(unit, self.language, &[("n", Fill::Number(*rows))]);
                let pad = " ".repeat(width - name.chars().count());
                let _ = writeln!(out, "  {name}{pad}  {count}");
            }
            if !source.unused.is_empty() {
                let columns = source.unused.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
                let fills = [("n", Fill::Number(source.unused.len() as u64)), ("columns", Fill::Text(&columns))];
                let _ = writeln!(out, "    {}", say("report-unused", self.language, &fills));
            }
            if let Some(trouble) = &source.trouble {
                let name = &self.source_names[usize::from(source.id.0)];
                self.trouble(out, name, trouble);
            }
        }
    }

    fn trouble(&self, out: &mut String, place: &str, trouble: &crate::finding::Trouble) {
        let place_of = crate::address::Place::source(crate::address::SourceId(0));
        let finding = Finding::at(trouble.code, place_of).hint(trouble.hint.as_str());
        for line in finding.render(place, self.language).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }

    fn route(&self, out: &mut String, route: &RouteReport) {
        let n = |n: usize| Fill::Number(n as u64);
        let _ = writeln!(out, "\n{} → {}", route.name, route.location);
        let fills = [("rows", n(route.rows)), ("people", n(route.people)), ("doubles", n(route.doubles))];
        let _ = writeln!(out, "  {}", say("report-people", self.language, &fills));
        for (lapse, count) in grouped_lapses(&route.lapses) {
            let _ = writeln!(out, "  {}", say(lapse, self.language, &[("n", n(count))]));
        }
        if route.refused > 0 {
            let _ = writeln!(out, "  {}", say("report-refused", self.language, &[("n", n(route.refused))]));
        }
        let _ = writeln!(out, "  {}", self.steps(route));
        for (count, name) in [
            (route.count(|s, why| s == Step::Hold && why == Reason::Absent), "report-gone"),
            (route.suspended, "report-suspended"),
            (route.lost, "report-lost"),
        ] {
            if count > 0 {
                let _ = writeln!(out, "  {}", say(name, self.language, &[("n", n(count))]));
            }
        }
        if !route.unread.is_empty() {
            let names = route.unread.join(", ");
            let _ = writeln!(out, "  {}", say("report-frozen", self.language, &[("names", Fill::Text(&names))]));
        }
        for stop in &route.stops {
            let _ = writeln!(out, "  {}", self.stop(*stop));
        }
        if let Some(trouble) = &route.trouble {
            self.trouble(out, &route.name, trouble);
        }
        self.changes(out, route);
    }

    /// What is created, changed and removed; what would be, in a plan.
    fn steps(&self, route: &RouteReport) -> String {
        let n = |n: usize| Fill::Number(n as u64);
        let created = route.count(|s, _| s == Step::Create);
        let updated = route.count(|s, _| s == Step::Update);
        let deleted = route.count(|s, _| s == Step::Delete);
        if created + updated + deleted == 0 {
            let name = if route.wrote { "report-rewritten" } else { "report-nothing" };
            return say(name, self.language, &[("cards", n(route.cards))]);
        }
        let name = if self.command == Command::Plan { "report-planned" } else { "report-written" };
        let fills =
            [("created", n(created)), ("updated", n(updated)), ("deleted", n(deleted)), ("cards", n(route.cards))];
        say(name, self.language, &fills)
    }

    fn stop(&self, stop: Stop) -> String {
        let n = |n: usize| Fill::Number(n as u64);
        let numbered =
            |name, wanted, allowed| say(name, self.language, &[("wanted", n(wanted)), ("allowed", n(allowed))]);
        match stop {
            Stop::Removals { wanted, allowed } => numbered("stop-removals", wanted, allowed),
            Stop::Lapses { wanted, allowed } => numbered("stop-lapses", wanted, allowed),
            Stop::Rewrites { wanted, allowed } => numbered("stop-rewrites", wanted, allowed),
            Stop::Emptied => say("stop-emptied", self.language, &[]),
        }
    }

    /// Change by change, masked: ids, columns and rows, no value.
    fn changes(&self, out: &mut String, route: &RouteReport) {
        for change in route.changes.iter().take(LINES_MAX) {
            let sign = match change.step {
                Step::Create => '+',
                Step::Delete => '-',
                Step::Update => '~',
                Step::Stand | Step::Hold | Step::Omit => '?',
            };
            let columns: Vec<String> =
                change.set.iter().cloned().chain(change.clear.iter().map(|c| format!("{c} ✗"))).collect();
            let rows: Vec<String> = change.rows.iter().map(|p| self.place(*p)).collect();
            let _ = write!(out, "    {sign} {}", change.id);
            if change.step == Step::Update {
                let _ = write!(out, "  {}", columns.join(", "));
            }
            if change.why != Reason::Rows {
                let _ = write!(out, "  {}", say(reason_name(change.why), self.language, &[]));
            }
            let _ = writeln!(out, "{}{}", if rows.is_empty() { "" } else { "  ← " }, rows.join("; "));
        }
        if route.changes.len() > LINES_MAX {
            let more = Fill::Number((route.changes.len() - LINES_MAX) as u64);
            let _ = writeln!(out, "    {}", say("report-more", self.language, &[("n", more)]));
        }
    }

    fn place(&self, place: crate::address::Place) -> String {
        describe(place, &self.source_names[usize::from(place.source.0)], &self.sheets, self.language)
    }

    /// What was found, by code, the worst first, and what to write there.
    fn to_correct(&self, out: &mut String) {
        let mut by_code: BTreeMap<(std::cmp::Reverse<Severity>, &str), Vec<&Finding>> = BTreeMap::new();
        for finding in &self.findings {
            by_code.entry((std::cmp::Reverse(finding.code.severity()), finding.code.name())).or_default().push(finding);
        }
        if by_code.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{}", say("report-found", self.language, &[]));
        for ((severity, code), findings) in by_code {
            let words = catalogue::entry(code).words(self.language);
            let hint = findings[0].hint.as_deref().unwrap_or_default();
            let fill = |text: &str| catalogue::fill(text, &[("hint", Fill::Text(hint))], self.language);
            let count = if findings.len() > 1 { format!(" × {}", findings.len()) } else { String::new() };
            let _ = writeln!(out, "  {}[{code}]{count}: {}", severity.0.word(self.language), fill(&words.title));
            let places: Vec<String> = findings.iter().take(PLACES_MAX).map(|f| self.place(f.place)).collect();
            let more = if findings.len() > PLACES_MAX { ", …" } else { "" };
            let _ = writeln!(out, "    {}{more}", places.join("; "));
            let _ = writeln!(out, "    → {}", fill(&words.help));
        }
    }

    /// What waits for a person, route by route.
    fn waiting_items(&self, out: &mut String) {
        if self.waiting() == 0 {
            return;
        }
        let fills = [("n", Fill::Number(self.waiting()))];
        let _ = writeln!(out, "\n{}", say("report-waiting", self.language, &fills));
        for (finding, _) in &self.questions {
            for line in finding.render(&self.place(finding.place), self.language).lines() {
                let _ = writeln!(out, "  {line}");
            }
        }
        for route in self.routes.iter().filter(|r| !r.items.is_empty()) {
            for item in route.items.iter().take(LINES_MAX) {
                self.item(out, route, item);
            }
            if route.items.len() > LINES_MAX {
                let more = Fill::Number((route.items.len() - LINES_MAX) as u64);
                let _ = writeln!(out, "  {}", say("report-more", self.language, &[("n", more)]));
            }
        }
    }

    fn item(&self, out: &mut String, route: &RouteReport, item: &Item) {
        let code = waits_code(item.why);
        let words = catalogue::entry(code.name()).words(self.language);
        let fill = |text: &str| catalogue::fill(text, &[("hint", Fill::Text(&item.hint))], self.language);
        let place = item.place.map(|p| self.place(p)).unwrap_or_default();
        let _ = writeln!(out, "  {}[{}]: {}", route.name, code.name(), fill(&words.title));
        if !place.is_empty() {
            let _ = writeln!(out, "    {place}");
        }
        let _ = writeln!(out, "    → {}", fill(&words.help));
    }
}

impl RouteReport {
    fn count(&self, wanted: impl Fn(Step, Reason) -> bool) -> usize {
        self.steps.iter().filter(|((step, why), _)| wanted(*step, *why)).map(|(_, n)| n).sum()
    }
}

fn reason_name(why: Reason) -> &'static str {
    match why {
        Reason::Rows => "reason-rows",
        Reason::Refused => "reason-refused",
        Reason::Lapsed => "reason-lapsed",
        Reason::Merged => "reason-merged",
        Reason::Absent => "reason-absent",
        Reason::Waiting => "reason-waiting",
        Reason::Edit => "reason-edit",
        Reason::Unread => "reason-unread",
        Reason::Mode => "reason-mode",
    }
}

/// Lapses in the words of somebody who keeps the list.
fn grouped_lapses(lapses: &BTreeMap<Lapse, usize>) -> Vec<(&'static str, usize)> {
    let mut grouped: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (lapse, count) in lapses {
        let name = match lapse {
            Lapse::NeverAsked | Lapse::SaidNo => "report-never-agreed",
            Lapse::Unreadable | Lapse::Undated => "report-consent-unclear",
            Lapse::Expired => "report-expired",
            Lapse::Prohibited => "report-prohibited",
            Lapse::RefusalList => continue,
        };
        *grouped.entry(name).or_default() += count;
    }
    grouped.into_iter().collect()
}
