//! A line for each run.

use std::fmt::Write as _;

use super::{History, Run, words::took};
use crate::{
    catalogue::{Fill, say},
    language::Language,
    printable::printable,
};

impl History {
    /// The newest `limit` runs, newest first.
    #[must_use]
    pub fn lines(&self, limit: usize, language: Language) -> String {
        let short = self.short();
        let width = self.runs.iter().map(|r| r.command.chars().count()).max().unwrap_or(0);
        let mut out = String::new();
        for run in self.runs.iter().rev().take(limit) {
            let id: String = printable(&run.run).chars().take(short).collect();
            let (at, command) = (printable(&run.at), printable(&run.command));
            let exit = run.exit.map_or("-".to_owned(), |e| e.to_string());
            let took = run.ms().map(|ms| format!("; {}", took(ms, language))).unwrap_or_default();
            let _ = writeln!(out, "{id}  {at}  {exit:>2}  {command:width$}  {}{took}", what(run, language));
        }
        if self.runs.len() > limit {
            let more = Fill::Number((self.runs.len() - limit) as u64);
            let _ = writeln!(out, "{}", say("report-more", language, &[("n", more)]));
        }
        out
    }
}

/// What a run did.
pub(super) fn what(run: &Run, language: Language) -> String {
    if !run.is_sync() {
        return say("history-by", language, &[("who", Fill::Text(&printable(&run.who)))]);
    }
    let waiting = Fill::Number(run.waiting);
    if run.unchanged_since.is_some() {
        return say("history-unchanged", language, &[("waiting", waiting)]);
    }
    let step = |step| Fill::Number(run.count(step));
    let fills =
        [("created", step("create")), ("updated", step("update")), ("deleted", step("delete")), ("waiting", waiting)];
    let mut text = say("history-run", language, &fills);
    let unread = run.sources.iter().filter(|s| s.trouble.is_some()).map(|s| &s.name);
    let failed = run.routes.iter().filter(|r| r.trouble.is_some() || !r.stops.is_empty()).map(|r| &r.name);
    let names: Vec<_> = unread.chain(failed).map(|n| format!("`{}`", printable(n))).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        let _ = write!(text, "; {}", say("history-failed", language, &[("names", Fill::Text(&names))]));
    }
    text
}
