//! The report as JSON: complete, English, ids and addresses and codes, no personal value.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Becomes, ChangeReport, Report, RouteReport};
use crate::{
    address::{Place, describe},
    ask::Ask,
    day::Day,
    finding::{Code, Finding, Trouble},
    language::Language,
    plan::{Back, PERCENT, Stop},
    pull::Outcome,
};

impl Report {
    /// Everything, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "run": self.run,
            "at": self.at,
            "day": self.day.to_string(),
            "command": self.command.name(),
            "version": env!("CARGO_PKG_VERSION"),
            "exit": self.exit(),
            "unchanged_since": self.unchanged_since,
            "waiting": self.waiting(),
            "sources": self.sources.iter().map(|s| self.source(s)).collect::<Vec<_>>(),
            "findings": self.findings.iter().map(|f| self.finding(f)).collect::<Vec<_>>(),
            "refusals": {
                "own": self.refusals.own, "by_value": self.refusals.by_value, "by_link": self.refusals.by_link,
            },
            "questions": self.questions.iter().map(|q| {
                let mut question = self.finding(&q.finding);
                question["new"] = json!(q.is_new);
                question["since"] = json!(since(q.since));
                question
            }).collect::<Vec<_>>(),
            "routes": self.routes.iter().map(|r| self.route_json(r)).collect::<Vec<_>>(),
        })
    }

    /// What the chain of runs keeps: counts, versions and digests, no row and no card.
    #[must_use]
    pub fn to_record(&self, config_hash: &str, user: &str, ask: &Ask) -> Value {
        let mut codes: BTreeMap<&str, u64> = BTreeMap::new();
        self.findings.iter().for_each(|f| *codes.entry(f.code.name()).or_default() += 1);
        json!({
            "run": self.run,
            "at": self.at,
            "day": self.day.to_string(),
            "who": user,
            "command": self.command.name(),
            "version": env!("CARGO_PKG_VERSION"),
            "config": config_hash,
            "exit": self.exit(),
            "unchanged_since": self.unchanged_since,
            "waiting": self.waiting(),
            "guard": ask.guard,
            "revealed": ask.reveal,
            "rejects": ask.rejects,
            "limit": ask.limit,
            "only": ask.only.len(),
            "questions": waits(self.questions.iter().map(|q| (q.finding.code, q.since))),
            "guard_default": PERCENT,
            "times": self.times.iter().map(|(stage, ms)| json!({ "stage": stage, "ms": ms })).collect::<Vec<_>>(),
            "sources": self.sources.iter().map(|s| json!({
                "name": self.source_names[usize::from(s.id.0)],
                "version": s.version,
                "rows": s.rows,
                "trouble": trouble(s.failure()),
            })).collect::<Vec<_>>(),
            "findings": codes,
            "refusals": {
                "own": self.refusals.own, "by_value": self.refusals.by_value, "by_link": self.refusals.by_link,
            },
            "routes": self.routes.iter().map(|r| {
                let mut route = counts(r);
                route.insert("plan".into(), json!(r.digest));
                route.insert("emptied".into(), json!(r.emptied));
                route.insert("waits".into(), waits(r.items.iter().map(|i| (i.code(), i.since))));
                Value::Object(route)
            }).collect::<Vec<_>>(),
        })
    }

    fn source(&self, source: &Outcome) -> Value {
        let sheet = |(name, rows): &(String, u64)| json!({ "name": name, "rows": rows });
        let mut value = json!({
            "name": self.source_names[usize::from(source.id.0)],
            "rows": source.rows,
            "blank_rows": source.blank,
            "sheets": source.sheets.iter().map(sheet).collect::<Vec<_>>(),
            "columns_not_needed": source.unused,
            "version": source.version,
            "trouble": trouble(source.trouble.as_ref()),
        });
        if let Some((wrote, why)) = &source.wrote_back {
            value["wrote_back"] = json!({ "cells": wrote.cells, "left": wrote.left, "kept": wrote.kept });
            if why.is_some() {
                value["wrote_back"]["trouble"] = trouble(why.as_ref());
            }
        }
        value
    }

    fn finding(&self, finding: &Finding) -> Value {
        json!({
            "code": finding.code.name(),
            "severity": finding.code.severity().word(Language::English),
            "place": self.place_json(finding.place),
            "shape": finding.shape.map(|s| s.describe(Language::English)),
            "hint": finding.hint,
        })
    }

    pub(crate) fn place_json(&self, place: Place) -> Value {
        let source = &self.source_names[usize::from(place.source.0)];
        let sheet = place.sheet.and_then(|s| self.sheets.get(s.0 as usize));
        json!({
            "text": describe(place, source, &self.sheets, Language::English),
            "source": source,
            "sheet": sheet.map(crate::address::SheetInfo::name),
            "row": place.row,
            "column": place.column.map(crate::address::letters),
        })
    }

    fn route_json(&self, route: &RouteReport) -> Value {
        let mut object = counts(route);
        object.insert("location".into(), json!(route.location));
        let items = route.items.iter().map(|i| {
            json!({
                "code": i.code().name(),
                "place": i.place.map(|p| self.place_json(p)),
                "hint": i.hint,
                "cards": i.cards.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "new": i.is_new,
                "since": since(i.since),
            })
        });
        object.insert("waiting".into(), items.collect());
        object.insert("changes".into(), route.changes.iter().map(|c| self.change_json(route, c)).collect());
        object.insert("digest".into(), json!(route.digest));
        Value::Object(object)
    }

    fn change_json(&self, route: &RouteReport, change: &ChangeReport) -> Value {
        let named = |wanted: fn(Becomes) -> bool| -> Vec<&str> {
            let cells = change.cells.iter().filter(|c| wanted(c.becomes));
            cells.map(|c| route.columns[usize::from(c.column)].as_str()).collect()
        };
        json!({
            "id": change.id.to_string(),
            "step": word(change.step),
            "reason": word(change.why),
            "kept_back": match change.back {
                Back::No => Value::Null,
                Back::Guard => json!("guard"),
                Back::Later => json!("later"),
            },
            "set": named(|b| b != Becomes::Cleared),
            "clear": named(|b| b == Becomes::Cleared),
            "denied": named(|b| b == Becomes::No),
            "rows": change.rows.iter().map(|p| self.place_json(*p)).collect::<Vec<_>>(),
        })
    }
}

/// The variants of our own enums, in the form that JSON has.
pub(crate) fn word(value: impl std::fmt::Debug) -> String {
    let name = format!("{value:?}");
    let mut out = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn counts(route: &RouteReport) -> Map<String, Value> {
    let steps: BTreeMap<String, usize> =
        route.steps.iter().map(|((step, why), n)| (format!("{} {}", word(step), word(why)), *n)).collect();
    let lapses: BTreeMap<String, usize> = route.lapses.iter().map(|(why, n)| (word(why), *n)).collect();
    let value = json!({
        "name": route.name,
        "rows": route.rows,
        "people": route.people,
        "doubles": route.doubles,
        "lapses": lapses,
        "refused": route.refused,
        "steps": steps,
        "held": route.items.len(),
        "suspended": route.suspended,
        "stops": route.stops.iter().map(stop).collect::<Vec<_>>(),
        "unread": route.unread,
        "left_out": route.left_out,
        "later": route.later,
        "edited": route.edited,
        "lost": route.lost,
        "wrote": route.wrote,
        "cards": route.cards,
        "trouble": trouble(route.trouble.as_ref()),
    });
    if let Value::Object(map) = value { map } else { Map::new() }
}

/// What waits, by code: how many, and since when the one that waits longest.
fn waits(items: impl Iterator<Item = (Code, Day)>) -> Value {
    let mut by_code: BTreeMap<&str, (u64, Option<Day>)> = BTreeMap::new();
    for (code, day) in items {
        let (n, first) = by_code.entry(code.name()).or_default();
        *n += 1;
        if day.is_known() && first.is_none_or(|first| day < first) {
            *first = Some(day);
        }
    }
    let value = |(code, (n, first)): (&str, (u64, Option<Day>))| {
        (code.to_owned(), json!({ "n": n, "since": first.and_then(since) }))
    };
    Value::Object(by_code.into_iter().map(value).collect())
}

/// A day, if anybody kept it.
fn since(day: Day) -> Option<String> {
    day.is_known().then(|| day.to_string())
}

fn stop(stop: &Stop) -> Value {
    let (what, numbers) = match stop {
        Stop::Removals { wanted, allowed } => ("removals", Some((wanted, allowed))),
        Stop::Lapses { wanted, allowed } => ("lapses", Some((wanted, allowed))),
        Stop::Rewrites { wanted, allowed } => ("rewrites", Some((wanted, allowed))),
        Stop::Emptied => ("emptied", None),
    };
    json!({ "what": what, "wanted": numbers.map(|n| n.0), "allowed": numbers.map(|n| n.1) })
}

fn trouble(trouble: Option<&Trouble>) -> Value {
    trouble.map_or(Value::Null, |t| json!({ "code": t.code.name(), "hint": t.hint, "row": t.row }))
}

/// What an earlier `plan --out` showed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Planned {
    /// The digest of each route's plan.
    pub digests: BTreeMap<String, String>,
    /// See [`crate::pipeline::Ask::limit`].
    pub limit: Option<usize>,
    /// See [`crate::pipeline::Ask::only`].
    pub only: Vec<String>,
}

impl Report {
    /// What the chain of runs keeps of somebody who looked at values in a plan.
    #[must_use]
    pub fn to_look(&self, user: &str, ask: &Ask) -> Value {
        json!({
            "run": self.run,
            "at": self.at,
            "who": user,
            "command": self.command.name(),
            "version": env!("CARGO_PKG_VERSION"),
            "revealed": ask.reveal,
            "rejects": ask.rejects,
            "routes_looked_at": self.routes.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(),
        })
    }
}

/// What `plan --out` writes: the report, whose digests `apply` compares, and what was asked.
#[must_use]
pub fn plan_file(report: &Report, ask: &Ask) -> String {
    let mut value = report.to_json();
    value["plan"] = json!("sheetbridge/1");
    if ask.is_few() {
        value["limit"] = json!(ask.limit);
        value["only"] = json!(ask.only);
    }
    format!("{value:#}\n")
}

/// What a file says that [`plan_file`] wrote; `None` when it is none.
#[must_use]
pub fn read_plan_file(text: &str) -> Option<Planned> {
    let value: Value = serde_json::from_str(text).ok()?;
    if value["plan"] != "sheetbridge/1" {
        return None;
    }
    let digest = |r: &Value| Some((r["name"].as_str()?.to_owned(), r["digest"].as_str()?.to_owned()));
    let digests = value["routes"].as_array()?.iter().map(digest).collect::<Option<_>>()?;
    let limit = value["limit"].as_u64().and_then(|n| usize::try_from(n).ok());
    let only = value["only"].as_array().into_iter().flatten();
    Some(Planned { digests, limit, only: only.filter_map(|a| a.as_str().map(str::to_owned)).collect() })
}
