//! An undoing as its owner reads it.

use std::fmt::Write as _;

use super::{Rest, Undone, UndoneRoute};
use crate::catalogue::{Fill, say};

/// So many cards are named; the rest are counted.
const CARDS_MAX: usize = 20;

impl Undone {
    /// What goes and what is left, route by route.
    #[must_use]
    pub fn text(&self) -> String {
        let run = self.of.run.to_string();
        let fills = [("run", Fill::Text(&run)), ("at", Fill::Text(&self.of.at)), ("n", Fill::Number(self.of.created))];
        let mut out = say("undo-run", self.language, &fills) + "\n";
        if self.routes.is_empty() {
            return out + &say("undo-nothing", self.language, &[]) + "\n";
        }
        self.routes.iter().for_each(|route| self.route(route, &mut out));
        if self.goes() > 0 {
            let _ = writeln!(out, "\n{}", say("undo-next", self.language, &[]));
        }
        out
    }

    /// What was done, after the text of what would be was read.
    #[must_use]
    pub fn outcome(&self) -> String {
        let mut out = String::new();
        for route in self.routes.iter().filter(|r| !r.goes.is_empty()) {
            let count = [("n", Fill::Number(route.goes.len() as u64))];
            let done = || format!("{}: {}\n", route.name, say("undo-removed", self.language, &count));
            out += &route.trouble.as_ref().map_or_else(done, |trouble| trouble.render(&route.name, self.language));
        }
        out
    }

    fn route(&self, route: &UndoneRoute, out: &mut String) {
        let _ = writeln!(out, "\n{} → {}", route.name, route.location);
        if let Some(trouble) = &route.trouble {
            out.push_str(&trouble.render(&route.name, self.language));
            return;
        }
        let count = |n: usize| [("n", Fill::Number(n as u64))];
        if !route.goes.is_empty() {
            let _ = writeln!(out, "  {}", say("undo-removes", self.language, &count(route.goes.len())));
        }
        for (why, name) in [(Rest::Touched, "undo-touched"), (Rest::Gone, "undo-gone"), (Rest::Refused, "undo-refused")]
        {
            let ids: Vec<String> = route.rest.iter().filter(|(_, r)| *r == why).map(|(id, _)| id.to_string()).collect();
            if ids.is_empty() {
                continue;
            }
            let _ = writeln!(out, "  {}", say(name, self.language, &count(ids.len())));
            ids.iter().take(CARDS_MAX).for_each(|id| _ = writeln!(out, "    {id}"));
            if ids.len() > CARDS_MAX {
                let more = say("undo-more", self.language, &count(ids.len() - CARDS_MAX));
                let _ = writeln!(out, "    {more}");
            }
        }
    }

    /// The question before it is done.
    #[must_use]
    pub fn question(&self) -> String {
        say("undo-ask", self.language, &[("n", Fill::Number(self.goes() as u64))])
    }
}
