//! An answer for programs: English, places, ids, days and codes.

use serde_json::{Value, json};

use super::{Answer, Asked, CellState, Fate, Ground, Next, PurposeAnswer, RowAnswer};
use crate::{
    address::Place,
    config::Config,
    day::Day,
    language::Language,
    report::{Report, waits_code, word},
    set::{FieldId, PurposeId},
};

struct Writer<'a> {
    report: &'a Report,
    config: &'a Config,
}

impl Answer {
    /// The answer about a route.
    #[must_use]
    pub fn to_json(&self, report: &Report, config: &Config, route: &str) -> Value {
        let writer = Writer { report, config };
        let (understood, fields) = match &self.asked {
            Asked::Row => ("row", None),
            Asked::Card => ("card", None),
            Asked::Value(fields) => ("value", Some(fields)),
        };
        json!({
            "route": route,
            "asked": { "as": understood, "fields": fields, "shape": self.shape.describe(Language::English) },
            "rows": self.rows.iter().map(|row| writer.row(row)).collect::<Vec<_>>(),
            "more_rows": self.more,
            "cards": self.cards.iter().map(|c| {
                json!({ "id": c.id.to_string(), "next": next(c.next) })
            }).collect::<Vec<_>>(),
            "remembered": self.remembered.iter().map(|(purpose, cause, since)| {
                json!({ "purpose": writer.purpose(*purpose), "cause": cause.name(), "since": since.to_string() })
            }).collect::<Vec<_>>(),
            "may_hold_it": writer.places(&self.legible),
            "unreadable": writer.places(&self.unreadable),
            "unread_sources": self.unread,
            "looked_at": { "sheets": self.looked.0, "rows": self.looked.1 },
        })
    }
}

impl Writer<'_> {
    fn place(&self, place: Option<Place>) -> Value {
        place.map_or(Value::Null, |place| self.report.place_json(place))
    }

    fn places(&self, places: &[Place]) -> Vec<Value> {
        places.iter().map(|place| self.report.place_json(*place)).collect()
    }

    fn purpose(&self, purpose: PurposeId) -> &str {
        &self.config.purpose(purpose).name
    }

    fn field(&self, field: FieldId) -> &str {
        &self.config.field(field).name
    }

    fn row(&self, row: &RowAnswer) -> Value {
        json!({
            "place": self.report.place_json(row.place),
            "purposes": row.purposes.iter().map(|p| self.about(p)).collect::<Vec<_>>(),
            "other_purposes_of_its_source": row.elsewhere.iter().map(|p| self.purpose(*p)).collect::<Vec<_>>(),
            "fate": self.fate(&row.fate),
            "findings": self.report.findings.iter()
                .filter(|f| Place { column: None, ..f.place } == row.place)
                .map(|f| json!({ "code": f.code.name(), "place": self.report.place_json(f.place) }))
                .collect::<Vec<_>>(),
            "cells": row.cells.iter().map(|cell| {
                let (state, elsewhere) = match cell.state {
                    CellState::Stands => ("stands", None),
                    CellState::Same(place) => ("stands_from_another_row", Some(place)),
                    CellState::Lost(place) => ("lost", Some(place)),
                    CellState::Refused => ("refused", None),
                    CellState::Taken => ("not_for_this_route", None),
                    CellState::Unreadable => ("unreadable", None),
                };
                let (place, to) = (self.report.place_json(cell.place), self.place(elsewhere));
                json!({ "field": self.field(cell.field), "place": place, "state": state, "to": to })
            }).collect::<Vec<_>>(),
        })
    }

    fn about(&self, purpose: &PurposeAnswer) -> Value {
        json!({
            "purpose": self.purpose(purpose.purpose),
            "ground": self.ground(purpose),
            "missing": purpose.missing.iter().map(|(f, _)| self.field(*f)).collect::<Vec<_>>(),
            "refusal": purpose.refusal.map(|r| json!({
                "day": day(r.day),
                "place": self.place(r.place),
                "remembered": r.remembered.map(crate::rights::Cause::name),
                "turned": r.turned,
                "same_field": r.by.map(|f| self.field(f)),
                "through": self.place(r.through),
                "freed": r.freed,
            })),
            "refused_values": purpose.blocked.iter().map(|f| self.field(*f)).collect::<Vec<_>>(),
        })
    }

    fn ground(&self, purpose: &PurposeAnswer) -> Value {
        match purpose.ground {
            Ground::Declared { since, until } => {
                json!({ "granted": true, "by": "config", "on": day(since), "until": day(until) })
            }
            Ground::Consent { cell, on, until } => {
                let consents = &self.config.source(cell.source).consents;
                let text = consents.iter().find(|c| c.purpose == purpose.purpose).and_then(|c| c.text.as_deref());
                let cell = self.place(Some(cell));
                json!({ "granted": true, "by": "cell", "cell": cell, "on": day(on), "text": text, "until": day(until) })
            }
            Ground::Lapsed { why, cell, until } => {
                json!({ "granted": false, "why": word(why), "cell": self.place(cell), "until": day(until) })
            }
            Ground::Unsure { cell } => json!({ "granted": null, "cell": self.place(cell) }),
        }
    }

    fn fate(&self, fate: &Fate) -> Value {
        match fate {
            Fate::Refusal => json!({ "is": "refusal" }),
            Fate::Unseen => json!({ "is": "not_seen" }),
            Fate::Waits { why, cards, with } => json!({
                "is": "waiting",
                "code": waits_code(*why).name(),
                "cards": cards.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "alike": self.places(with),
            }),
            Fate::Client { id, others, next: then } => {
                json!({ "is": "client", "id": id.to_string(), "other_rows": self.places(others), "next": next(*then) })
            }
        }
    }
}

fn next(next: Next) -> Value {
    json!({ "step": word(next.step), "reason": word(next.why) })
}

/// A day, unless it is one of the two ends.
fn day(day: Day) -> Option<String> {
    day.is_known().then(|| day.to_string())
}
