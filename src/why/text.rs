//! An answer as the operator reads it.

use std::fmt::Write as _;

use super::{Answer, Asked, CellAnswer, CellState, Fate, Ground, Next, PurposeAnswer, RefusalAnswer, RowAnswer};
use crate::{
    address::Place,
    catalogue::{self, Fill, say},
    config::Config,
    day::Day,
    plan::{Back, Reason, Step},
    purpose::Basis,
    record::Lapse,
    report::{Report, reason_name, waits_code},
    rights::Cause,
    set::{FieldId, PurposeId},
};

/// An answer, and the words for what it speaks of.
struct Teller<'a> {
    report: &'a Report,
    config: &'a Config,
    route: &'a str,
}

impl Answer {
    /// The answer about a route, in the words of its report.
    #[must_use]
    pub fn text(&self, report: &Report, config: &Config, route: &str) -> String {
        let teller = Teller { report, config, route };
        let mut out = String::new();
        let _ = writeln!(out, "{route}: {}", teller.asked(self));
        for row in &self.rows {
            teller.row(&mut out, row);
        }
        if self.more > 0 {
            let _ = writeln!(out, "\n{}", teller.say("report-more", &[("n", Fill::Number(self.more as u64))]));
        }
        teller.nobody(&mut out, self);
        out
    }
}

impl Teller<'_> {
    fn say(&self, name: &str, fills: &[(&str, Fill<'_>)]) -> String {
        say(name, self.report.language, fills)
    }

    /// The same, filled with texts.
    fn tell(&self, name: &str, fills: &[(&str, &str)]) -> String {
        let fills: Vec<(&str, Fill<'_>)> = fills.iter().map(|(name, text)| (*name, Fill::Text(text))).collect();
        self.say(name, &fills)
    }

    fn place(&self, place: Place) -> String {
        self.report.place(place)
    }

    /// ` (orders.xlsx, "2026", cell C9)`, or nothing.
    fn beside(&self, place: Option<Place>) -> String {
        place.map(|place| format!(" ({})", self.place(place))).unwrap_or_default()
    }

    /// A piece of a sentence about a day, or nothing.
    fn day(&self, name: &str, day: Day) -> String {
        if day.is_known() { self.tell(name, &[("day", &day.to_string())]) } else { String::new() }
    }

    fn purpose(&self, purpose: PurposeId) -> &str {
        &self.config.purpose(purpose).name
    }

    fn field(&self, field: FieldId) -> &str {
        &self.config.field(field).name
    }

    fn asked(&self, answer: &Answer) -> String {
        let shape = answer.shape.describe(self.report.language);
        match &answer.asked {
            Asked::Row => self.tell("why-row", &[]),
            Asked::Card => self.tell("why-card", &[]),
            Asked::Value(fields) if fields.is_empty() => self.tell("why-key", &[("shape", &shape)]),
            Asked::Value(fields) => self.tell("why-value", &[("fields", &fields.join(", ")), ("shape", &shape)]),
        }
    }

    fn row(&self, out: &mut String, row: &RowAnswer) {
        let _ = writeln!(out, "\n{}", self.place(row.place));
        let mut line = |text: String| {
            let _ = writeln!(out, "  {text}");
        };
        if !matches!(row.fate, Fate::Refusal) {
            row.purposes.iter().flat_map(|purpose| self.about(purpose)).for_each(&mut line);
            if matches!(row.fate, Fate::Unseen) && !row.elsewhere.is_empty() {
                let names: Vec<&str> = row.elsewhere.iter().map(|p| self.purpose(*p)).collect();
                line(self.tell("why-elsewhere", &[("purposes", &names.join(", ")), ("route", self.route)]));
            }
        }
        self.fate(row).into_iter().for_each(&mut line);
        self.cells(&row.cells).into_iter().for_each(&mut line);
        self.found(row).into_iter().for_each(&mut line);
        if let Fate::Client { next, .. } = &row.fate {
            line(self.tell("why-next", &[("what", &self.next(*next))]));
        }
    }

    fn about(&self, purpose: &PurposeAnswer) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", self.purpose(purpose.purpose), self.ground(purpose))];
        for (field, place) in &purpose.missing {
            let place = place.column.map(|_| *place);
            let fills = [("field", self.field(*field)), ("cell", &self.beside(place))];
            lines.push(format!("  {}", self.tell("why-missing", &fills)));
        }
        if let Some(refusal) = &purpose.refusal {
            lines.push(format!("  {}", self.refusal(refusal)));
            if refusal.freed {
                lines.push(format!("  {}", self.tell("why-freed", &[])));
            }
        }
        if !purpose.blocked.is_empty() {
            let names: Vec<&str> = purpose.blocked.iter().map(|f| self.field(*f)).collect();
            lines.push(format!("  {}", self.tell("why-blocked", &[("fields", &names.join(", "))])));
        }
        lines
    }

    fn ground(&self, of: &PurposeAnswer) -> String {
        match of.ground {
            Ground::Declared { since, until } => {
                let basis = self.config.purpose(of.purpose).basis;
                let word = Basis::ALL.iter().find(|(_, b)| *b == basis).map_or("", |(word, _)| *word);
                let fills =
                    [("basis", word), ("on", &self.day("why-on", since)), ("until", &self.day("why-until", until))];
                self.tell("why-declared", &fills)
            }
            Ground::Consent { cell, on, until } => {
                let consents = &self.config.source(cell.source).consents;
                let text = consents.iter().find(|c| c.purpose == of.purpose).and_then(|c| c.text.as_deref());
                let text = text.map(|text| self.tell("why-text", &[("text", text)])).unwrap_or_default();
                self.tell(
                    "why-consented",
                    &[
                        ("cell", &self.place(cell)),
                        ("on", &self.day("why-on", on)),
                        ("text", &text),
                        ("until", &self.day("why-until", until)),
                    ],
                )
            }
            Ground::Lapsed { why, cell, until } => {
                let name = match why {
                    Lapse::NeverAsked => "why-never-asked",
                    Lapse::SaidNo => "why-said-no",
                    Lapse::Unreadable => "why-consent-unclear",
                    Lapse::Undated => "why-undated",
                    Lapse::Expired => "why-expired",
                    Lapse::Prohibited => "why-prohibited",
                    Lapse::RefusalList => "why-refusal-entry",
                };
                let on = self.day("why-on", until);
                self.tell(name, &[("cell", &self.beside(cell)), ("on", &on)])
            }
            Ground::Unsure { cell } => self.tell("why-unsure", &[("cell", &self.beside(cell))]),
        }
    }

    fn refusal(&self, refusal: &RefusalAnswer) -> String {
        let place = refusal.place.map(|place| self.place(place)).unwrap_or_default();
        let field = refusal.by.map(|field| self.field(field)).unwrap_or_default();
        let cause = refusal.remembered.map(|cause| self.tell(cause_name(cause), &[])).unwrap_or_default();
        let through = refusal.through.map(|row| self.place(row)).unwrap_or_default();
        let (on, day) = (self.day("why-on", refusal.day), refusal.day.to_string());
        let name = match (refusal.by, refusal.remembered, refusal.through) {
            (None, ..) if refusal.turned => "why-refused-turned",
            (None, ..) => "why-refused-own",
            (_, None, None) => "why-refused-row",
            (_, None, Some(_)) => "why-refused-link",
            (_, Some(_), None) => "why-refused-remembered",
            (_, Some(_), Some(_)) => "why-refused-remembered-link",
        };
        let fills = [
            ("place", &*place),
            ("field", field),
            ("cause", &cause),
            ("through", &through),
            ("on", &on),
            ("day", &day),
        ];
        self.tell(name, &fills)
    }

    fn fate(&self, row: &RowAnswer) -> Vec<String> {
        let route = ("route", self.route);
        match &row.fate {
            Fate::Refusal => vec![self.tell("why-refusal-row", &[])],
            Fate::Unseen if row.purposes.is_empty() && row.elsewhere.is_empty() => {
                vec![self.tell("why-no-purpose", &[route])]
            }
            Fate::Unseen => vec![self.tell("why-unseen", &[route])],
            Fate::Waits { why, cards, with } => {
                let words = catalogue::entry(waits_code(*why).name()).words(self.report.language);
                let lacks = row.purposes.iter().flat_map(|p| &p.missing).map(|(field, _)| self.field(*field));
                let mut names: Vec<&str> = lacks.collect();
                names.sort_unstable();
                names.dedup();
                let names = names.join(", ");
                let fill = |text: &str| catalogue::fill(text, &[("hint", Fill::Text(&names))], self.report.language);
                let mut lines = vec![self.tell("why-waits", &[("why", &fill(&words.title))])];
                if !with.is_empty() {
                    lines.push(format!("  {}", self.tell("why-alike", &[("places", &self.report.places(with))])));
                }
                if !cards.is_empty() {
                    let ids: Vec<String> = cards.iter().map(ToString::to_string).collect();
                    lines.push(format!("  {}", self.tell("why-may-be", &[("cards", &ids.join(", "))])));
                }
                lines.push(format!("  → {}", fill(&words.help)));
                lines
            }
            Fate::Client { id, others, next } => {
                let name = match next.step {
                    Step::Create => "why-client-new",
                    Step::Omit => "why-client-none",
                    _ => "why-client",
                };
                let joined = self.tell("why-joined", &[("places", &self.report.places(others))]);
                let joined = if others.is_empty() { String::new() } else { joined };
                vec![self.tell(name, &[("id", &id.to_string()), ("joined", &joined)])]
            }
        }
    }

    /// What was found in the row while it was read.
    fn found(&self, row: &RowAnswer) -> Vec<String> {
        let language = self.report.language;
        let is_of_row = |place: Place| Place { column: None, ..place } == row.place;
        let found = self.report.findings.iter().filter(|f| is_of_row(f.place));
        found
            .map(|f| {
                let words = catalogue::entry(f.code.name()).words(language);
                let hint = f.hint.as_deref().unwrap_or_default();
                let title = catalogue::fill(&words.title, &[("hint", Fill::Text(hint))], language);
                let cell = self.beside(f.place.column.map(|_| f.place));
                let fills = [("word", f.code.severity().word(language)), ("code", f.code.name())];
                self.tell("why-found", &[fills[0], fills[1], ("title", &title), ("cell", &cell)])
            })
            .collect()
    }

    fn cells(&self, cells: &[CellAnswer]) -> Vec<String> {
        let group = |name: &str, wanted: fn(CellState) -> Option<bool>| {
            let named = cells.iter().filter_map(|cell| {
                let is_placed = wanted(cell.state)?;
                let place = match cell.state {
                    CellState::Same(place) | CellState::Lost(place) => place,
                    _ => cell.place,
                };
                let beside = if is_placed { self.beside(Some(place)) } else { String::new() };
                Some(format!("{}{beside}", self.field(cell.field)))
            });
            let named: Vec<String> = named.collect();
            (!named.is_empty()).then(|| self.tell(name, &[("fields", &named.join(", "))]))
        };
        let groups = [
            group("why-stands", |s| (s == CellState::Stands).then_some(false)),
            group("why-same", |s| matches!(s, CellState::Same(_)).then_some(true)),
            group("why-lost", |s| matches!(s, CellState::Lost(_)).then_some(true)),
            group("why-taken-refused", |s| (s == CellState::Refused).then_some(false)),
            group("why-taken", |s| (s == CellState::Taken).then_some(false)),
            group("why-bad-cell", |s| (s == CellState::Unreadable).then_some(true)),
        ];
        groups.into_iter().flatten().collect()
    }

    fn next(&self, next: Next) -> String {
        let name = match next.step {
            Step::Create => "why-next-create",
            Step::Update => "why-next-update",
            Step::Delete => "why-next-delete",
            Step::Stand => "why-next-stand",
            Step::Hold => "why-next-hold",
            Step::Omit => "why-next-omit",
        };
        let reason = match next.back {
            Back::Guard => Some("why-guard"),
            _ if next.why == Reason::Rows => None,
            _ => Some(reason_name(next.why)),
        };
        let reason = reason.map(|name| format!(" ({})", self.tell(name, &[]))).unwrap_or_default();
        self.tell(name, &[("why", &reason)])
    }

    /// What is known where no row has it, or beside the rows that do.
    fn nobody(&self, out: &mut String, answer: &Answer) {
        let mut lines = Vec::new();
        if answer.rows.is_empty() {
            let (sheets, rows) = (answer.looked.0 as u64, answer.looked.1 as u64);
            lines.push(self.say("why-nobody", &[("sheets", Fill::Number(sheets)), ("rows", Fill::Number(rows))]));
        }
        for (name, places) in [("why-legible", &answer.legible), ("why-unreadable-cells", &answer.unreadable)] {
            if !places.is_empty() {
                lines.push(self.tell(name, &[("places", &self.report.places(places))]));
            }
        }
        if !answer.unread.is_empty() {
            lines.push(self.tell("why-unread", &[("names", &answer.unread.join(", "))]));
        }
        for (purpose, cause, since) in answer.remembered.iter().filter(|_| answer.rows.is_empty()) {
            let cause = self.tell(cause_name(*cause), &[]);
            let fills = [("purpose", self.purpose(*purpose)), ("cause", &cause), ("day", &since.to_string())];
            lines.push(self.tell("why-remembered", &fills));
        }
        for card in &answer.cards {
            let (id, what) = (card.id.to_string(), self.next(card.next));
            lines.push(self.tell("why-card-known", &[("id", &id), ("what", &what)]));
        }
        if answer.rows.is_empty() {
            // A family name, or half a phone, is nothing but perhaps a key.
            let is_key = matches!(&answer.asked, Asked::Value(fields) if fields.is_empty());
            lines.push(format!("→ {}", self.tell(if is_key { "why-key-help" } else { "why-nobody-help" }, &[])));
        }
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{}", lines.join("\n"));
        }
    }
}

fn cause_name(cause: Cause) -> &'static str {
    match cause {
        Cause::Cell => "why-cause-cell",
        Cause::Turned => "why-cause-turned",
        Cause::List => "why-cause-list",
        Cause::Link => "why-cause-link",
    }
}
