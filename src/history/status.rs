//! How things stand: when each destination was last brought up to date, what failed since, and what waits.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    History, Past, Run, Waits,
    words::{age, failures, waits},
};
use crate::{
    catalogue::{Fill, say},
    language::Language,
    printable::printable,
    report::{EXIT_FAILED, EXIT_OK},
};

/// So far may the clocks of two machines be apart before a run counts as one of the future.
const APART: SignedDuration = SignedDuration::from_mins(2);

/// How things stand.
#[derive(Clone, Debug)]
pub struct Status {
    now: Timestamp,
    age_max: Option<SignedDuration>,
    /// Destination by destination, in the order of the config.
    pub routes: Vec<Standing>,
    /// Refusals that wait for a person, by code.
    pub questions: BTreeMap<String, Waits>,
    /// When a run of the future began, if there is one: the clock went back.
    pub ahead: Option<String>,
}

/// How a destination stands.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// When its last good run began, of those that are not of the future.
    pub good: Option<Timestamp>,
    /// When it was last tried, and whether that was good.
    pub last: Option<(String, bool)>,
    /// What the last run found that could look; and what kept a later one from it.
    pub found: Past,
}

impl Status {
    /// How the destinations `names` stand at `now`. With `age_max`, a good run counts as long as it is younger.
    #[must_use]
    pub fn of(history: &History, names: &[&str], now: Timestamp, age_max: Option<SignedDuration>) -> Self {
        let routes = names.iter().map(|name| Standing { name: (*name).to_owned(), ..Standing::default() }).collect();
        let mut status = Self { now, age_max, routes, questions: BTreeMap::new(), ahead: None };
        for run in &history.runs {
            match run.command.as_str() {
                "undo" => status.take_back(run),
                _ if run.is_sync() => status.take(run),
                _ => {}
            }
        }
        status
    }

    /// What was undone stands there no more; a good run it was not.
    fn take_back(&mut self, undo: &Run) {
        for standing in &mut self.routes {
            let route = undo.routes.iter().find(|r| r.name == standing.name && r.trouble.is_none());
            let gone = route.map_or(0, |r| r.count("delete"));
            standing.found.cards = standing.found.cards.saturating_sub(gone);
        }
    }

    fn take(&mut self, run: &Run) {
        let time = run.time().filter(|t| *t <= self.now.saturating_add(APART).unwrap_or(Timestamp::MAX));
        if time.is_none() && run.time().is_some() {
            self.ahead = Some(run.at.clone());
        }
        if run.unchanged_since.is_none() {
            self.questions.clone_from(&run.questions);
        }
        for standing in &mut self.routes {
            let found = run.routes.iter().find(|r| r.name == standing.name);
            let is_good = match found {
                Some(found) => found.is_good(),
                // It was looked at, and all was as its last good run had left it.
                None if run.unchanged_since.is_some() && standing.last.is_some() => true,
                None => continue,
            };
            standing.last = Some((run.at.clone(), is_good));
            if is_good {
                standing.good = time.or(standing.good);
            }
            match found {
                // It may not have come to count anything, and what it counted is not what stands there.
                Some(found) if found.trouble.is_some() => {
                    standing.found.stops.clear();
                    standing.found.unread.clear();
                    standing.found.later = 0;
                    standing.found.trouble.clone_from(&found.trouble);
                }
                Some(found) => standing.found = found.clone(),
                None => {}
            }
        }
    }

    /// Whether every destination had a good run: the last one, or one that is young enough.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.routes.iter().all(|r| self.is_route_well(r))
    }

    fn is_route_well(&self, route: &Standing) -> bool {
        match self.age_max {
            Some(max) => route.good.is_some_and(|good| self.now.duration_since(good) <= max),
            None => route.last.as_ref().is_some_and(|(_, is_good)| *is_good),
        }
    }

    /// The exit code. What is known to wait is told, and no failure.
    #[must_use]
    pub fn exit(&self) -> u8 {
        if self.is_well() { EXIT_OK } else { EXIT_FAILED }
    }

    /// How many things wait for a person.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        let questions: u64 = self.questions.values().map(|w| w.n).sum();
        self.routes.iter().map(|r| r.found.held).sum::<u64>() + questions
    }

    /// The last good run of the destination that has waited longest for one; `None` where one never had any.
    #[must_use]
    pub fn good(&self) -> Option<Timestamp> {
        self.routes.iter().map(|r| r.good).min().flatten()
    }

    /// As its owner reads it.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}", self.headline(language, |at| at.to_string()));
        out.extend(self.warning(language).map(|text| text + "\n"));
        out.push('\n');
        let width = self.routes.iter().map(|r| r.name.chars().count()).max().unwrap_or(0);
        for route in &self.routes {
            let pad = " ".repeat(width - route.name.chars().count());
            let _ = writeln!(out, "{}{pad}  {}", route.name, self.route(route, language));
            if let Some(max) = self.age_max.filter(|_| !self.is_route_well(route) && route.good.is_some()) {
                let max = format!("{max:#}");
                let _ = writeln!(out, "  {}", say("status-route-old", language, &[("max", Fill::Text(&max))]));
            }
            if route.last.as_ref().is_some_and(|(_, is_good)| !is_good) {
                failures(&route.found, language).iter().for_each(|why| {
                    let _ = writeln!(out, "  {why}");
                });
            }
        }
        if self.waiting() > 0 {
            let _ = writeln!(out, "\n{}", say("report-waiting", language, &[("n", Fill::Number(self.waiting()))]));
            waits(&mut out, "", &self.questions, language);
            self.routes.iter().for_each(|r| waits(&mut out, &r.name, &r.found.waits, language));
        }
        out
    }

    /// That the clock went back, if it did.
    pub(super) fn warning(&self, language: Language) -> Option<String> {
        let at = printable(self.ahead.as_ref()?);
        Some(say("status-clock", language, &[("at", Fill::Text(&at))]))
    }

    pub(super) fn headline(&self, language: Language, when: impl Fn(Timestamp) -> String) -> String {
        let good = self.good().map(|good| (when(good), age(good, self.now, language)));
        let name = match (self.is_well(), &good) {
            (true, Some(_)) => "status-well",
            (true, None) => "status-well-undated",
            (false, Some(_)) => "status-unwell",
            (false, None) => "status-never",
        };
        let (at, age) = good.unwrap_or_default();
        say(name, language, &[("at", Fill::Text(&at)), ("age", Fill::Text(&age))])
    }

    fn route(&self, route: &Standing, language: Language) -> String {
        let when = |at: &str| {
            let age = at.parse().map(|at| format!(", {}", age(at, self.now, language))).unwrap_or_default();
            format!("{}{age}", printable(at))
        };
        let good = route.good.map(|good| when(&good.to_string())).unwrap_or_default();
        let name = match (&route.last, route.good) {
            (None, _) => "status-route-none",
            (Some((_, true)), _) => "status-route-good",
            (Some((_, false)), Some(_)) => "status-route-failed",
            (Some((_, false)), None) => "status-route-never",
        };
        let at = route.last.as_ref().map(|(at, _)| when(at)).unwrap_or_default();
        let fills = [("at", Fill::Text(&at)), ("good", Fill::Text(&good)), ("cards", Fill::Number(route.found.cards))];
        say(name, language, &fills)
    }

    /// For programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let waits = |waits: &BTreeMap<String, Waits>| {
            let value = |(code, w): (&String, &Waits)| (code.clone(), json!({ "n": w.n, "since": w.since }));
            Value::Object(waits.iter().map(value).collect())
        };
        json!({
            "well": self.is_well(),
            "exit": self.exit(),
            "now": self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "max_age_seconds": self.age_max.map(|d| d.as_secs()),
            "last_good": self.good().map(|t| t.to_string()),
            "clock_went_back_from": self.ahead,
            "waiting": self.waiting(),
            "questions": waits(&self.questions),
            "routes": self.routes.iter().map(|r| json!({
                "name": r.name,
                "well": self.is_route_well(r),
                "last_good": r.good.map(|t| t.to_string()),
                "last": r.last.as_ref().map(|l| &l.0),
                "last_was_good": r.last.as_ref().map(|l| l.1),
                "why": if r.last.as_ref().is_some_and(|l| !l.1) { failures(&r.found, Language::English) } else { Vec::new() },
                "cards": r.found.cards,
                "waits": waits(&r.found.waits),
            })).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-25T03:00:00Z";

    fn history(records: &[Value]) -> History {
        History::new(records.iter().map(|r| (r.to_string(), [0; 32])).collect())
    }

    fn run(at: &str, routes: &Value) -> Value {
        json!({ "run": at, "at": at, "command": "sync", "exit": 0, "routes": routes })
    }

    fn good(names: &[&str]) -> Value {
        names.iter().map(|name| json!({ "name": name, "cards": 3 })).collect()
    }

    #[track_caller]
    fn check(records: &[Value], max_hours: Option<i64>, expected: u8) -> Status {
        let max = max_hours.map(SignedDuration::from_hours);
        let status = Status::of(&history(records), &["shop", "mail"], NOW.parse().expect("a time"), max);
        assert_eq!(status.exit(), expected, "{}", status.text(Language::English));
        status
    }

    #[test]
    fn a_nightly_run_of_one_destination_says_nothing_of_the_other() {
        let both = run("2026-11-20T03:00:00Z", &good(&["shop", "mail"]));
        let one = run("2026-11-24T23:00:00Z", &good(&["shop"]));
        check(&[], None, 2);
        check(std::slice::from_ref(&one), None, 2);
        check(&[both.clone(), one.clone()], None, 0);
        check(&[both.clone(), one.clone()], Some(26), 2);
        check(&[both.clone(), one], Some(26 * 6), 0);
    }

    #[test]
    fn a_run_that_found_nothing_to_do_was_a_good_one() {
        let first = run("2026-11-20T03:00:00Z", &good(&["shop", "mail"]));
        let quiet =
            json!({ "at": "2026-11-25T02:00:00Z", "command": "sync", "unchanged_since": "2026-11-20T03:00:00Z" });
        let status = check(&[first, quiet.clone()], Some(2), 0);
        assert_eq!(status.good().map(|t| t.to_string()).as_deref(), Some("2026-11-25T02:00:00Z"));
        check(&[quiet], Some(2), 2);
    }

    #[test]
    fn what_failed_was_stopped_or_got_removals_only_was_not_good() {
        let before = run("2026-11-24T04:00:00Z", &good(&["shop", "mail"]));
        for fails in [
            json!({ "name": "mail", "trouble": { "code": "destination-failed", "hint": "mail: full", "row": null } }),
            json!({ "name": "mail", "stops": [{ "what": "removals", "wanted": 9, "allowed": 3 }] }),
            json!({ "name": "mail", "unread": ["orders"] }),
            json!({ "name": "mail", "later": 7 }),
        ] {
            let failed = run("2026-11-25T02:00:00Z", &json!([{ "name": "shop" }, fails]));
            check(&[before.clone(), failed.clone()], None, 2);
            check(&[before.clone(), failed.clone()], Some(26), 0);
            let status = check(&[before.clone(), failed], Some(20), 2);
            let mail = &status.routes[1].found;
            assert!(mail.trouble.is_none() || mail.cards == 3, "what stood there before still does");
        }
    }

    #[test]
    fn what_is_no_sync_is_no_good_run() {
        let mut undo = run("2026-11-25T02:00:00Z", &good(&["shop", "mail"]));
        undo["command"] = "undo".into();
        check(&[undo], Some(26), 2);
        let before = run("2026-11-25T01:00:00Z", &good(&["shop", "mail"]));
        let undone = json!([{ "name": "mail", "steps": { "delete undone": 2 } }, { "name": "shop", "steps":
            { "delete undone": 1 }, "trouble": { "code": "destination-failed" } }]);
        let mut undo = run("2026-11-25T02:00:00Z", &undone);
        undo["command"] = "undo".into();
        let status = check(&[before, undo], None, 0);
        assert_eq!(status.routes.iter().map(|r| r.found.cards).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(status.good().map(|t| t.to_string()).as_deref(), Some("2026-11-25T01:00:00Z"));
    }

    #[test]
    fn a_run_of_the_future_doesnt_count_and_is_told() {
        let future = run("2031-01-01T00:00:00Z", &good(&["shop", "mail"]));
        let status = check(std::slice::from_ref(&future), Some(26), 2);
        assert_eq!(status.ahead.as_deref(), Some("2031-01-01T00:00:00Z"));
        check(&[run("2026-11-24T23:00:00Z", &good(&["shop", "mail"])), future], Some(26), 0);
    }
}
