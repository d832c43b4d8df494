//! Everything that was recorded of one run.

use std::fmt::Write as _;

use super::{
    History, Past, Run,
    words::{cause, failures, reason, step, title, took, waits},
};
use crate::{
    catalogue::{self, Fill, say},
    language::Language,
    printable::printable,
};

/// So much of a digest or a version is shown.
const DIGEST: usize = 12;

impl History {
    /// One run as its owner reads it.
    #[must_use]
    pub fn show(&self, place: usize, language: Language) -> String {
        let run = &self.runs[place];
        let mut out = String::new();
        head(&mut out, run, language);
        rest(&mut out, run);
        if run.is_sync() {
            lists(&mut out, run, language);
            run.routes.iter().for_each(|r| route(&mut out, r, language));
            found(&mut out, run, language);
        } else {
            run.routes.iter().for_each(|r| aside(&mut out, r, language));
        }
        out
    }
}

fn head(out: &mut String, run: &Run, language: Language) {
    let exit = run.exit.map(|e| format!("  exit {e}")).unwrap_or_default();
    let _ = writeln!(out, "{}  {}  {}{exit}", printable(&run.command), printable(&run.run), printable(&run.at));
    let (who, version, config) = (printable(&run.who), printable(&run.version), short(&run.config));
    let fills = [("who", Fill::Text(&who)), ("version", Fill::Text(&version)), ("config", Fill::Text(&config))];
    let name = if run.version.is_empty() { "history-by" } else { "history-head" };
    let _ = writeln!(out, "  {}", say(name, language, &fills));
    if let Some(since) = &run.unchanged_since {
        let fills = [("since", Fill::Text(since)), ("waiting", Fill::Number(run.waiting))];
        let _ = writeln!(out, "  {}", say("line-unchanged", language, &fills));
    }
    if run.guard.is_some() && run.guard != run.guard_default.or(Some(crate::plan::PERCENT as u64)) {
        let percent = Fill::Number(run.guard.unwrap_or_default());
        let _ = writeln!(out, "  {}", say("history-guard", language, &[("percent", percent)]));
    }
    asked(out, run, language);
    if let Some(all) = run.ms() {
        let stages = run.times.iter().map(|t| format!("{} {}", printable(&t.stage), took(t.ms, language)));
        let (stages, all) = (stages.collect::<Vec<_>>().join(", "), took(all, language));
        let fills = [("all", Fill::Text(&all)), ("stages", Fill::Text(&stages))];
        let _ = writeln!(out, "  {}", say("history-took", language, &fills));
    }
}

/// What was asked beyond the usual.
fn asked(out: &mut String, run: &Run, language: Language) {
    let (limit, only) = (Fill::Number(run.limit.unwrap_or_default()), Fill::Number(run.only));
    let all = [
        (run.limit.is_some(), "history-limit", limit),
        (run.only > 0, "history-only", only),
        (run.revealed, "history-revealed", Fill::Number(0)),
        (run.rejects, "history-rejects", Fill::Number(0)),
    ];
    for (_, name, n) in all.into_iter().filter(|(is_so, ..)| *is_so) {
        let _ = writeln!(out, "  {}", say(name, language, &[("n", n)]));
    }
}

/// What this program has no words for, by its name: another version, or a record of something else.
fn rest(out: &mut String, run: &Run) {
    for (name, value) in run.rest.iter().filter(|(name, value)| *name != "day" && !value.is_null()) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = writeln!(out, "  {}: {}", printable(name), printable(&value));
    }
}

fn lists(out: &mut String, run: &Run, language: Language) {
    if run.sources.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", say("report-lists", language, &[]));
    let width = run.sources.iter().map(|s| s.name.chars().count()).max().unwrap_or(0);
    for source in &run.sources {
        let name = printable(&source.name);
        let what = match &source.trouble {
            Some(trouble) => cause(trouble, language),
            None => say("report-rows", language, &[("n", Fill::Number(source.rows))]),
        };
        let version = if source.version.is_empty() { String::new() } else { format!("  {}", short(&source.version)) };
        let _ = writeln!(out, "  {name:width$}  {what}{version}");
    }
    let reached: Vec<u64> =
        ["own", "by_value", "by_link"].map(|k| run.refusals.get(k).copied().unwrap_or_default()).into();
    if reached.iter().sum::<u64>() > 0 {
        let fills = [
            ("own", Fill::Number(reached[0])),
            ("value", Fill::Number(reached[1])),
            ("link", Fill::Number(reached[2])),
        ];
        let _ = writeln!(out, "  {}", say("history-refusals", language, &fills));
    }
}

fn route(out: &mut String, route: &Past, language: Language) {
    let n = |n: u64| Fill::Number(n);
    let _ = writeln!(out, "\n{}", printable(&route.name));
    let fills = [("rows", n(route.rows)), ("people", n(route.people)), ("doubles", n(route.doubles))];
    if route.trouble.is_none() {
        let _ = writeln!(out, "  {}", say("report-people", language, &fills));
    }
    failures(route, language).iter().for_each(|why| {
        let _ = writeln!(out, "  {why}");
    });
    steps(out, route, language);
    if !route.waits.is_empty() || route.held > 0 {
        let _ = writeln!(out, "  {}", say("report-waiting", language, &[("n", n(route.held))]));
        let mut lines = String::new();
        waits(&mut lines, "", &route.waits, language);
        lines.lines().for_each(|line| {
            let _ = writeln!(out, "  {line}");
        });
    }
    if route.trouble.is_none() {
        let _ = writeln!(out, "  {}", say("history-stand", language, &[("n", n(route.cards))]));
    }
    if !route.plan.is_empty() {
        let digest = short(&route.plan);
        let _ = writeln!(out, "  {}", say("history-plan", language, &[("digest", Fill::Text(&digest))]));
    }
}

fn steps(out: &mut String, route: &Past, language: Language) {
    for (key, count) in route.steps.iter().filter(|(_, n)| **n > 0) {
        let (what, why) = key.split_once(' ').unwrap_or((key, "rows"));
        let why = if why == "rows" { String::new() } else { format!(" ({})", reason(why, language)) };
        let _ = writeln!(out, "  {}: {}{why}", step(what, language), catalogue::grouped(*count));
    }
}

/// A destination of what was no run of the whole way.
fn aside(out: &mut String, route: &Past, language: Language) {
    let _ = writeln!(out, "\n{}", printable(&route.name));
    failures(route, language).iter().for_each(|why| {
        let _ = writeln!(out, "  {why}");
    });
    steps(out, route, language);
    if route.cards > 0 {
        let _ = writeln!(out, "  {}", say("history-stand", language, &[("n", Fill::Number(route.cards))]));
    }
}

fn found(out: &mut String, run: &Run, language: Language) {
    if !run.questions.is_empty() {
        let n = run.questions.values().map(|w| w.n).sum();
        let _ = writeln!(out, "\n{}", say("report-waiting", language, &[("n", Fill::Number(n))]));
        waits(out, "", &run.questions, language);
    }
    if run.findings.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", say("report-found", language, &[]));
    for (code, n) in &run.findings {
        let severity = catalogue::find(code).map(|e| e.severity.word(language)).unwrap_or_default();
        let count = if *n > 1 { format!(" × {n}") } else { String::new() };
        let _ = writeln!(out, "  {severity}[{}]{count}: {}", printable(code), title(code, language));
    }
}

/// The beginning of a digest.
fn short(digest: &str) -> String {
    let shown: String = printable(digest).chars().take(DIGEST).collect();
    if shown.len() < digest.len() { shown + "…" } else { shown }
}
