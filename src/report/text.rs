//! The report as its owner reads it.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Command, Item, Report, RouteReport, Show};
use crate::{
    address::{describe, describe_all},
    catalogue::{self, Fill, say},
    day::Day,
    finding::{Finding, Severity},
    plan::{Reason, Step, Stop},
    port::WroteBack,
    printable::printable,
    pull::Outcome,
    record::Lapse,
};

/// So many places of one finding are named, each perhaps of many rows; the rest are counted.
const PLACES_MAX: usize = 5;

/// So many cells of one finding are shown to those who asked to see them.
const REVEALED_MAX: usize = 20;

/// So many columns that nothing needs are named; the rest are counted.
const NAMES_MAX: usize = 10;

impl Report {
    /// The one line of an unattended run: what was not done first.
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
        let left_out: usize = self.routes.iter().map(|r| r.left_out).sum();
        if left_out > 0 {
            let _ = write!(line, "; {}", say("line-left-out", self.language, &[("n", n(left_out))]));
        }
        let later: usize = self.routes.iter().map(|r| r.later).sum();
        if later > 0 {
            let _ = write!(line, "; {}", say("report-later", self.language, &[("n", n(later))]));
        }
        let troubles = self.troubles().join("; ");
        if troubles.is_empty() {
            return line;
        }
        say("line-failed", self.language, &[("troubles", Fill::Text(&troubles)), ("rest", Fill::Text(&line))])
    }

    /// What kept the run from its work, one sentence each.
    fn troubles(&self) -> Vec<String> {
        let sources = self.sources.iter().filter_map(Outcome::failure);
        let routes = self.routes.iter().filter_map(|r| r.trouble.as_ref());
        let stops = self.routes.iter().flat_map(|r| self.stops(r).map(|stop| format!("{}: {stop}", r.name)));
        sources.chain(routes).map(|t| t.title(self.language)).chain(stops).collect()
    }

    /// Everything that its owner wants to know, in sections.
    #[must_use]
    pub fn text(&self) -> String {
        self.text_with(Show::default())
    }

    /// The same, or more of it.
    #[must_use]
    pub fn text_with(&self, show: Show) -> String {
        let mut out = String::new();
        if let Some(since) = &self.unchanged_since {
            let fills = [("since", Fill::Text(since.as_str())), ("waiting", Fill::Number(self.waiting()))];
            let _ = writeln!(out, "{}", say("line-unchanged", self.language, &fills));
            return out;
        }
        out.extend(self.born().map(|text| text + "\n\n"));
        self.lists(&mut out);
        for route in &self.routes {
            self.route(&mut out, route, show);
        }
        self.to_correct(&mut out, show);
        self.waiting_items(&mut out, show);
        out
    }

    /// What the first run made, and what its owner must keep.
    #[must_use]
    pub fn born(&self) -> Option<String> {
        let (folder, key, refusals) = self.born.as_ref()?;
        let name = if key.is_some() { "report-born" } else { "report-born-keyed" };
        let key = key.as_ref().map(|k| k.display().to_string()).unwrap_or_default();
        let (folder, refusals) = (folder.display().to_string(), refusals.display().to_string());
        let fills = [("folder", Fill::Text(&folder)), ("key", Fill::Text(&key)), ("refusals", Fill::Text(&refusals))];
        Some(say(name, self.language, &fills))
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
                let named = source.unused.iter().take(NAMES_MAX).map(|c| format!("\"{}\"", printable(c)));
                let mut columns = named.collect::<Vec<_>>().join(", ");
                if source.unused.len() > NAMES_MAX {
                    let more = Fill::Number((source.unused.len() - NAMES_MAX) as u64);
                    let _ = write!(columns, " {}", say("report-more", self.language, &[("n", more)]));
                }
                let fills = [("n", Fill::Number(source.unused.len() as u64)), ("columns", Fill::Text(&columns))];
                let _ = writeln!(out, "    {}", say("report-unused", self.language, &fills));
            }
            let name = &self.source_names[usize::from(source.id.0)];
            if let Some(trouble) = &source.trouble {
                self.trouble(out, name, trouble);
            }
            if let Some((wrote, trouble)) = &source.wrote_back {
                self.wrote_back(out, *wrote);
                trouble.iter().for_each(|trouble| self.trouble(out, name, trouble));
            }
        }
    }

    fn wrote_back(&self, out: &mut String, wrote: WroteBack) {
        let counts = [
            ("report-wrote-back", wrote.cells),
            ("report-wrote-back-left", wrote.left),
            ("report-wrote-back-kept", wrote.kept),
        ];
        for (text, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
            let _ = writeln!(out, "    {}", say(text, self.language, &[("n", Fill::Number(n))]));
        }
    }

    fn trouble(&self, out: &mut String, place: &str, trouble: &crate::finding::Trouble) {
        for line in trouble.render(place, self.language).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }

    fn route(&self, out: &mut String, route: &RouteReport, show: Show) {
        let n = |n: usize| Fill::Number(n as u64);
        let _ = writeln!(out, "\n{} → {}", route.name, printable(&route.location));
        if let Some(trouble) = &route.trouble {
            return self.trouble(out, &route.name, trouble);
        }
        if !route.unread.is_empty() {
            let names = route.unread.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "  {}", say("report-frozen", self.language, &[("names", Fill::Text(&names))]));
        }
        if route.rows > 0 || route.unread.is_empty() {
            let fills = [("rows", n(route.rows)), ("people", n(route.people)), ("doubles", n(route.doubles))];
            let _ = writeln!(out, "  {}", say("report-people", self.language, &fills));
        }
        for (lapse, count) in grouped_lapses(&route.lapses) {
            let _ = writeln!(out, "  {}", say(lapse, self.language, &[("n", n(count))]));
        }
        if route.refused > 0 {
            let _ = writeln!(out, "  {}", say("report-refused", self.language, &[("n", n(route.refused))]));
        }
        let _ = writeln!(out, "  {}", self.steps(route));
        if route.edited {
            let _ = writeln!(out, "  {}", say("report-edited", self.language, &[]));
        }
        for (count, name) in [
            (route.count(|s, why| s == Step::Hold && why == Reason::Absent), "report-gone"),
            (route.left_out, "report-left-out"),
            (route.later, "report-later"),
            (route.suspended, "report-suspended"),
            (route.lost, "report-lost"),
        ] {
            if count > 0 {
                let _ = writeln!(out, "  {}", say(name, self.language, &[("n", n(count))]));
            }
        }
        for stop in self.stops(route) {
            let _ = writeln!(out, "  {stop}");
        }
        self.changes(out, route, show);
    }

    /// What is created, changed and removed; what would be, in a plan.
    fn steps(&self, route: &RouteReport) -> String {
        let n = |n: usize| Fill::Number(n as u64);
        let created = route.count(|s, _| s == Step::Create);
        let updated = route.count(|s, _| s == Step::Update);
        let deleted = route.count(|s, _| s == Step::Delete);
        if created + updated + deleted == 0 {
            let name = match (route.wrote, route.cards) {
                (false, _) => "report-nothing",
                (true, 0) => "report-empty",
                (true, _) => "report-rewritten",
            };
            return say(name, self.language, &[("cards", n(route.cards))]);
        }
        let name = if self.command == Command::Plan { "report-planned" } else { "report-written" };
        let fills =
            [("created", n(created)), ("updated", n(updated)), ("deleted", n(deleted)), ("cards", n(route.cards))];
        say(name, self.language, &fills)
    }

    /// Why the guard stopped a route. That a list is empty says why its cards would go.
    fn stops<'a>(&'a self, route: &'a RouteReport) -> impl Iterator<Item = String> + 'a {
        let is_emptied = route.stops.contains(&Stop::Emptied);
        let says = move |s: &&Stop| !is_emptied || !matches!(s, Stop::Removals { .. });
        route.stops.iter().filter(says).map(|s| self.stop(route, *s))
    }

    fn stop(&self, route: &RouteReport, stop: Stop) -> String {
        let n = |n: usize| Fill::Number(n as u64);
        let numbered =
            |name, wanted, allowed| say(name, self.language, &[("wanted", n(wanted)), ("allowed", n(allowed))]);
        match stop {
            Stop::Removals { wanted, allowed } => numbered("stop-removals", wanted, allowed),
            Stop::Lapses { wanted, allowed } => numbered("stop-lapses", wanted, allowed),
            Stop::Rewrites { wanted, allowed } => numbered("stop-rewrites", wanted, allowed),
            Stop::Emptied => {
                let names = route.emptied.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
                say("stop-emptied", self.language, &[("names", Fill::Text(&names))])
            }
        }
    }

    /// What stands in cells, for those who asked to see it.
    fn reveal(&self, out: &mut String, places: &[crate::address::Place], show: Show) {
        let Some(revealed) = self.revealed.as_ref().filter(|_| show.reveal) else { return };
        let shown = if show.all { places.len() } else { REVEALED_MAX };
        for place in places.iter().take(shown) {
            let Some(text) = revealed.at(*place) else { continue };
            let _ = writeln!(out, "      {}: {}", self.place(*place), printable(text.expose()));
        }
    }

    pub(crate) fn place(&self, place: crate::address::Place) -> String {
        describe(place, &self.source_names[usize::from(place.source.0)], &self.sheets, self.language)
    }

    /// Places in few words, in one line.
    pub(crate) fn places(&self, places: &[crate::address::Place]) -> String {
        let source = |id: crate::address::SourceId| self.source_names[usize::from(id.0)].clone();
        let all = describe_all(places, source, &self.sheets, self.language);
        let mut text = all.iter().take(PLACES_MAX).cloned().collect::<Vec<_>>().join("; ");
        if all.len() > PLACES_MAX {
            let more = Fill::Number((all.len() - PLACES_MAX) as u64);
            let _ = write!(text, "; {}", say("report-more", self.language, &[("n", more)]));
        }
        text
    }

    /// What was found, and what to write there.
    fn to_correct(&self, out: &mut String, show: Show) {
        if !self.findings.is_empty() {
            let _ = writeln!(out, "\n{}", say("report-found", self.language, &[]));
            self.findings(out, self.findings.iter().map(|f| (f, self.day)), show);
        }
    }

    /// Findings by code and hint, the worst first, each with its places, since when it waits, and what to do.
    fn findings<'a>(&self, out: &mut String, findings: impl Iterator<Item = (&'a Finding, Day)>, show: Show) {
        type Kind<'k> = (std::cmp::Reverse<Severity>, &'k str, &'k str);
        let mut groups: BTreeMap<Kind<'_>, Vec<(&Finding, Day)>> = BTreeMap::new();
        for (finding, since) in findings {
            let hint = finding.hint.as_deref().unwrap_or_default();
            let key = (std::cmp::Reverse(finding.code.severity()), finding.code.name(), hint);
            groups.entry(key).or_default().push((finding, since));
        }
        for ((severity, code, hint), findings) in groups {
            let words = catalogue::entry(code).words(self.language);
            let fill = |text: &str| catalogue::fill(text, &[("hint", Fill::Text(hint))], self.language);
            let count = counted(findings.len());
            let _ = writeln!(out, "  {}[{code}]{count}: {}", severity.0.word(self.language), fill(&words.title));
            let places: Vec<_> = findings.iter().map(|(f, _)| f.place).collect();
            let shape = findings[0].0.shape.filter(|s| findings.iter().all(|(f, _)| f.shape == Some(*s)));
            let shape = shape.map(|s| format!(" ({})", s.describe(self.language))).unwrap_or_default();
            let _ = writeln!(out, "    {}{shape}", self.places(&places));
            self.reveal(out, &places, show);
            self.since(out, findings.iter().map(|(_, since)| *since));
            let _ = writeln!(out, "    → {}", fill(&words.help));
        }
    }

    /// What waits for a person, route by route.
    fn waiting_items(&self, out: &mut String, show: Show) {
        if self.waiting() == 0 {
            return;
        }
        let fills = [("n", Fill::Number(self.waiting()))];
        let _ = writeln!(out, "\n{}", say("report-waiting", self.language, &fills));
        self.findings(out, self.questions.iter().map(|q| (&q.finding, q.since)), show);
        for route in &self.routes {
            let mut groups: BTreeMap<(&str, &str), Vec<&Item>> = BTreeMap::new();
            for item in &route.items {
                groups.entry((item.code().name(), item.hint.as_str())).or_default().push(item);
            }
            groups.into_iter().for_each(|((code, hint), items)| self.items(out, route, code, hint, &items));
        }
    }

    fn items(&self, out: &mut String, route: &RouteReport, code: &str, hint: &str, items: &[&Item]) {
        let words = catalogue::entry(code).words(self.language);
        let fill = |text: &str| catalogue::fill(text, &[("hint", Fill::Text(hint))], self.language);
        let _ = writeln!(out, "  {}[{code}]{}: {}", route.name, counted(items.len()), fill(&words.title));
        let places: Vec<_> = items.iter().filter_map(|i| i.place).collect();
        if !places.is_empty() {
            let _ = writeln!(out, "    {}", self.places(&places));
        }
        self.since(out, items.iter().map(|i| i.since));
        let _ = writeln!(out, "    → {}", fill(&words.help));
    }
}

impl Report {
    /// Since when the one that waits longest has waited, unless that is since today.
    fn since(&self, out: &mut String, days: impl Iterator<Item = Day>) {
        if let Some(day) = days.filter(|day| day.is_known() && *day < self.day).min() {
            let day = day.to_string();
            let _ = writeln!(out, "    {}", say("report-since", self.language, &[("day", Fill::Text(&day))]));
        }
    }
}

fn counted(n: usize) -> String {
    if n > 1 { format!(" × {n}") } else { String::new() }
}

impl RouteReport {
    fn count(&self, wanted: impl Fn(Step, Reason) -> bool) -> usize {
        self.steps.iter().filter(|((step, why), _)| wanted(*step, *why)).map(|(_, n)| n).sum()
    }
}

pub(crate) fn reason_name(why: Reason) -> &'static str {
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
        Reason::Undone => "reason-undone",
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
