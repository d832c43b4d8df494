//! The page of a ledger: what goes where, what waits since when, what was found, the runs over time. Made of records
//! alone, so no personal value can be on it.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{
    History, Run, Status,
    line::what,
    plots::{self, Flow, Runs, Waiting},
    words::{failures, title, took},
};
use crate::{catalogue, day::Day, finding::Severity, language::Language, page::Page};

const PAGE: Page = Page { name: "report", template: include_str!("page.html") };

/// So long is a date.
const DATE: usize = 10;

/// So many runs are in the table.
const TABLE_MAX: usize = 20;

/// For whom a page is, and when.
pub struct Reader<'a> {
    /// The operator's name.
    pub operator: &'a str,
    /// What they read.
    pub language: Language,
    /// Where their days begin.
    pub time_zone: TimeZone,
    /// When the page is made.
    pub now: Timestamp,
}

#[derive(Serialize)]
struct Content<'a> {
    operator: &'a str,
    now: String,
    zone: String,
    all_runs: usize,
    is_well: bool,
    headline: String,
    warnings: Vec<String>,
    cards: u64,
    waiting_count: u64,
    waiting_since: Option<String>,
    findings_count: u64,
    last_day: String,
    last_what: String,
    flows: Vec<Flow>,
    routes: Vec<Route<'a>>,
    waiting: Waiting,
    findings: Vec<Found<'a>>,
    looked_at: String,
    runs: Runs,
    took_most: String,
    table: Vec<Row<'a>>,
    head: Option<String>,
}

#[derive(Serialize)]
struct Route<'a> {
    name: &'a str,
    rows: u64,
    people: u64,
    cards: u64,
    waiting: u64,
    good: String,
    why: Vec<String>,
}

#[derive(Serialize)]
struct Found<'a> {
    code: &'a str,
    title: String,
    severity: &'static str,
    class: &'static str,
    n: u64,
    share: u64,
}

#[derive(Serialize)]
struct Row<'a> {
    at: String,
    exit: Option<u8>,
    command: &'a str,
    what: String,
    took: String,
    id: String,
}

impl History {
    /// The page for a reader, with how things stand.
    #[must_use]
    pub fn page(&self, status: &Status, reader: &Reader<'_>) -> String {
        let language = reader.language;
        let today = Day::of(reader.now.to_zoned_datetime(reader.time_zone.clone()).date());
        let syncs: Vec<&Run> = self.runs.iter().filter(|r| r.is_sync()).collect();
        // A run that found nothing to do looked at nothing: what was found before still is.
        let looked = syncs.iter().rev().find(|r| r.unchanged_since.is_none()).copied();
        let mut places: Vec<_> = status.routes.iter().map(|r| (r.name.as_str(), &r.found.waits)).collect();
        places.push(("", &status.questions));
        let since = places.iter().flat_map(|(_, waits)| waits.values().filter_map(|w| w.since.clone())).min();
        let runs = plots::runs(&syncs);
        let content = Content {
            operator: reader.operator,
            now: reader.local(reader.now),
            zone: reader.time_zone.iana_name().unwrap_or("UTC").to_owned(),
            all_runs: self.runs.len(),
            is_well: status.is_well(),
            headline: status.headline(language, |at| reader.local(at)),
            warnings: status.warning(language).into_iter().collect(),
            cards: status.routes.iter().map(|r| r.found.cards).sum(),
            waiting_count: status.waiting(),
            waiting_since: since,
            findings_count: looked.map_or(0, |r| r.findings.values().sum()),
            last_day: syncs.last().map(|r| reader.when(r).chars().take(DATE).collect()).unwrap_or_default(),
            last_what: syncs.last().map(|r| what(r, language)).unwrap_or_default(),
            flows: plots::flows(&status.routes.iter().map(|r| &r.found).collect::<Vec<_>>()),
            routes: status.routes.iter().map(|r| route(r, reader)).collect(),
            waiting: plots::waiting(&places, today, |code| title(code, language)),
            findings: looked.map(|r| findings(r, language)).unwrap_or_default(),
            looked_at: looked.map(|r| reader.when(r)).unwrap_or_default(),
            runs,
            took_most: syncs.iter().filter_map(|r| r.ms()).max().map(|ms| took(ms, language)).unwrap_or_default(),
            table: self.runs.iter().rev().take(TABLE_MAX).map(|r| row(r, self.short(), reader)).collect(),
            head: self.head(),
        };
        PAGE.render(language, &content)
    }
}

impl Reader<'_> {
    /// A time as it is for the reader, to the minute.
    fn local(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.time_zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// When a run began; as it stands in its record where that is no time.
    fn when(&self, run: &Run) -> String {
        run.time().map_or_else(|| run.at.clone(), |at| self.local(at))
    }
}

fn route<'a>(standing: &'a super::Standing, reader: &Reader<'_>) -> Route<'a> {
    let found = &standing.found;
    let failed = standing.last.as_ref().is_some_and(|(_, is_good)| !is_good);
    Route {
        name: &standing.name,
        rows: found.rows,
        people: found.people,
        cards: found.cards,
        waiting: found.held,
        good: standing.good.map_or_else(|| "–".to_owned(), |good| reader.local(good)),
        why: if failed { failures(found, reader.language) } else { Vec::new() },
    }
}

fn findings(run: &Run, language: Language) -> Vec<Found<'_>> {
    let most = run.findings.values().max().copied().unwrap_or(1).max(1);
    let severity = |code: &str| catalogue::find(code).map_or(Severity::Note, |e| e.severity);
    let mut all: Vec<_> = run.findings.iter().map(|(code, n)| (severity(code), *n, code.as_str())).collect();
    all.sort_by(|a, b| (b.0, b.1, a.2).cmp(&(a.0, a.1, b.2)));
    all.into_iter()
        .map(|(severity, n, code)| Found {
            code,
            title: title(code, language),
            severity: severity.word(language),
            class: match severity {
                Severity::Error => "failed",
                Severity::Warning => "new",
                Severity::Note => "rows",
            },
            n,
            share: (n * 100).div_ceil(most),
        })
        .collect()
}

fn row<'a>(run: &'a Run, short: usize, reader: &Reader<'_>) -> Row<'a> {
    Row {
        at: reader.when(run),
        exit: run.exit,
        command: &run.command,
        what: what(run, reader.language),
        took: run.ms().map(|ms| took(ms, reader.language)).unwrap_or_default(),
        id: run.run.chars().take(short).collect(),
    }
}
