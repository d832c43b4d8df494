//! A recovering as its owner reads it.

use std::fmt::Write as _;

use super::{Recovered, RecoveredRoute};
use crate::{
    catalogue::{Fill, say},
    language::Language,
    ledger::KnownRefusals,
};

impl Recovered {
    /// What was recovered, route by route, and what a person has to confirm.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.routes.iter().for_each(|route| self.route(route, &mut out));
        if let Some(known) = &self.asks {
            let _ = write!(out, "\n{}\n{}", known.text(self.language), say("recover-then", self.language, &[]) + "\n");
        }
        out
    }

    fn route(&self, route: &RecoveredRoute, out: &mut String) {
        let _ = writeln!(out, "{} → {}", route.name, route.location);
        if let Some(trouble) = &route.trouble {
            out.push_str(&trouble.render(&route.name, self.language));
            return;
        }
        let n = |n: usize| Fill::Number(n as u64);
        let name = match () {
            () if route.was_lost => "recover-made",
            () if route.cards == 0 => "recover-empty",
            () => "recover-agrees",
        };
        let fills = [("n", n(route.cards)), ("known", n(route.known))];
        let _ = writeln!(out, "  {}", say(name, self.language, &fills));
        if !route.nameless.is_empty() {
            let _ = writeln!(out, "  {}", say("recover-nameless", self.language, &[("n", n(route.nameless.len()))]));
            route.nameless.iter().for_each(|id| _ = writeln!(out, "    {id}"));
        }
    }
}

impl KnownRefusals {
    /// What is known of refusals, for the person who has to say whether that is all.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let first = self.first.map(|day| day.to_string()).unwrap_or_default();
        let last = self.last.map(|day| day.to_string()).unwrap_or_default();
        let file = self.file.display().to_string();
        let fills = [
            ("n", Fill::Number(self.values as u64)),
            ("first", Fill::Text(&first)),
            ("last", Fill::Text(&last)),
            ("file", Fill::Text(&file)),
        ];
        let name = match () {
            () if self.values == 0 => "recover-refusals-none",
            () if self.first.is_none() => "recover-refusals-undated",
            () => "recover-refusals",
        };
        let mut out = say(name, language, &fills) + "\n";
        for (file, lines) in &self.unreadable {
            let file = file.display().to_string();
            let fills = [("n", Fill::Number(*lines as u64)), ("file", Fill::Text(&file))];
            out += &(say("recover-refusals-lost", language, &fills) + "\n");
        }
        out + &say("recover-how", language, &[])
    }
}
