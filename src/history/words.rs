//! Words that several views of the past say alike.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{SignedDuration, Timestamp};

use super::run::{Cause, Past, Stopped, Waits};
use crate::{
    catalogue::{self, Fill, fill, plain, say},
    language::Language,
    printable::printable,
};

/// A code's title, without what only a finding knew; an unknown code speaks for itself.
pub(super) fn title(code: &str, language: Language) -> String {
    let Some(entry) = catalogue::find(code) else { return printable(code).into_owned() };
    plain(&entry.words(language).title.replace(": {hint}", "").replace(" ({hint})", ""))
}

/// Why something could not be done.
pub(super) fn cause(cause: &Cause, language: Language) -> String {
    let Some(entry) = catalogue::find(&cause.code) else {
        return printable(&format!("{} {}", cause.code, cause.hint)).into_owned();
    };
    let hint = printable(&cause.hint);
    let fills = [("hint", Fill::Text(&hint)), ("row", Fill::Number(cause.row.unwrap_or_default()))];
    fill(&entry.words(language).title, &fills, language)
}

/// Why not all was done at a destination, one sentence each.
pub(super) fn failures(route: &Past, language: Language) -> Vec<String> {
    let names = |names: &[String]| names.iter().map(|n| format!("`{}`", printable(n))).collect::<Vec<_>>().join(", ");
    let mut all: Vec<String> = route.trouble.iter().map(|t| cause(t, language)).collect();
    let is_emptied = route.stops.iter().any(|s| s.what == "emptied");
    let says = |s: &&Stopped| !is_emptied || s.what != "removals";
    all.extend(route.stops.iter().filter(says).map(|s| stop(s, &names(&route.emptied), language)));
    if !route.unread.is_empty() {
        all.push(say("report-frozen", language, &[("names", Fill::Text(&names(&route.unread)))]));
    }
    if route.later > 0 {
        all.push(say("report-later", language, &[("n", Fill::Number(route.later))]));
    }
    all
}

fn stop(stop: &Stopped, emptied: &str, language: Language) -> String {
    let name = match stop.what.as_str() {
        "removals" => "stop-removals",
        "lapses" => "stop-lapses",
        "rewrites" => "stop-rewrites",
        "emptied" => "stop-emptied",
        other => return printable(other).into_owned(),
    };
    let n = |n: Option<u64>| Fill::Number(n.unwrap_or_default());
    let fills = [("wanted", n(stop.wanted)), ("allowed", n(stop.allowed)), ("names", Fill::Text(emptied))];
    say(name, language, &fills)
}

/// What a step is called of which so many were taken.
pub(super) fn step(step: &str, language: Language) -> String {
    let name = match step {
        "create" => "step-create",
        "update" => "step-update",
        "delete" => "step-delete",
        "stand" => "step-stand",
        "hold" => "step-hold",
        "omit" => "step-omit",
        other => return printable(other).into_owned(),
    };
    say(name, language, &[])
}

/// Why a step was taken.
pub(super) fn reason(why: &str, language: Language) -> String {
    catalogue::find(&format!("reason-{why}"))
        .map_or_else(|| printable(why).into_owned(), |entry| entry.words(language).title.clone())
}

/// What waits, a line for each code: how many, since when, what it is.
pub(super) fn waits(out: &mut String, place: &str, waits: &BTreeMap<String, Waits>, language: Language) {
    for (code, waits) in waits {
        let count = if waits.n > 1 { format!(" × {}", waits.n) } else { String::new() };
        let since = waits.since.as_ref().map(|day| {
            let day = printable(day);
            format!(", {}", say("report-since", language, &[("day", Fill::Text(&day))]))
        });
        let (place, code_shown) = (printable(place), printable(code));
        let _ = writeln!(out, "  {place}[{code_shown}]{count}{}: {}", since.unwrap_or_default(), title(code, language));
    }
}

/// How long ago something was.
pub(super) fn age(then: Timestamp, now: Timestamp, language: Language) -> String {
    let passed = now.duration_since(then);
    let (name, n) = match (passed.as_mins(), passed.as_hours()) {
        _ if passed < SignedDuration::ZERO => ("age-ahead", 0),
        (0, _) => ("age-moment", 0),
        (minutes, 0..2) => ("age-minutes", minutes),
        (_, hours @ 2..48) => ("age-hours", hours),
        (_, hours) => ("age-days", hours / 24),
    };
    say(name, language, &[("n", Fill::Number(u64::try_from(n).unwrap_or_default()))])
}

/// So many milliseconds, as people say them.
pub(super) fn took(ms: u64, language: Language) -> String {
    match ms {
        0..1000 => say("took-ms", language, &[("n", Fill::Number(ms))]),
        1000..120_000 => {
            let seconds = format!("{}{}{}", ms / 1000, language.pick('.', ','), ms % 1000 / 100);
            say("took-seconds", language, &[("n", Fill::Text(&seconds))])
        }
        _ => say("took-minutes", language, &[("n", Fill::Number(ms / 60_000))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(minutes: i64, english: &str, russian: &str) {
        let now: Timestamp = "2026-11-25T03:00:00Z".parse().expect("a time");
        let then = now - SignedDuration::from_mins(minutes);
        assert_eq!(age(then, now, Language::English), english);
        assert_eq!(age(then, now, Language::Russian), russian);
    }

    #[test]
    fn ages_are_told_in_what_people_count_in() {
        check(0, "less than a minute ago", "меньше минуты назад");
        check(1, "1 minute ago", "1 минуту назад");
        check(119, "119 minutes ago", "119 минут назад");
        check(122, "2 hours ago", "2 часа назад");
        check(47 * 60, "47 hours ago", "47 часов назад");
        check(24 * 60 * 21, "21 days ago", "21 день назад");
        check(-5, "in the future", "в будущем");
    }

    #[test]
    fn what_no_version_of_this_wrote_speaks_for_itself() {
        assert_eq!(title("wait-news", Language::English), "wait-news");
        assert_eq!(step("turn", Language::English), "turn");
        let odd = Cause { code: "odd".into(), hint: "a\u{1b}[31m".into(), row: None };
        assert_eq!(cause(&odd, Language::Russian), "odd a[31m");
    }
}
