//! What was recognised and assumed, as the owner reads it. Headers are shown, cells never.

use std::{fmt::Write as _, path::Path};

use crate::{
    catalogue::{Fill, say},
    init::{Draft, Proposal, Use},
    language::Language,
    printable::printable,
};

/// The widest that a header is shown.
const HEADER_MAX: usize = 30;

/// One line per list.
pub(super) fn lists(proposals: &[Proposal], language: Language) -> String {
    let mut out = String::new();
    for list in proposals {
        let place = printable(&list.called);
        let fills = [
            ("list", Fill::Text(&place)),
            ("rows", Fill::Number(list.rows as u64)),
            ("tabs", Fill::Number(list.tab_count as u64)),
            ("row", Fill::Number(list.header.unwrap_or(1).into())),
        ];
        let name = if list.refuses {
            "init-list-refuses"
        } else if list.tab_count > 1 {
            "init-list-tabs"
        } else {
            "init-list"
        };
        out.push_str(&say(name, language, &fills));
        if list.header.is_some() {
            out.push_str(&say("init-list-header", language, &fills));
        }
        out.push('\n');
    }
    out
}

/// What each column feeds, how it reads, and why the others feed nothing.
pub(super) fn columns(proposals: &[Proposal], draft: &Draft, language: Language) -> String {
    let mut out = String::new();
    for list in proposals {
        let _ = writeln!(out, "{}", printable(&list.called));
        let seen = draft.seen(list);
        let shown: Vec<String> = seen.iter().map(|(header, ..)| short(header)).collect();
        let width = shown.iter().map(|h| h.chars().count()).max().unwrap_or_default();
        for ((_, used, share), header) in seen.iter().zip(&shown) {
            let fills = [("read", Fill::Number(share.read as u64)), ("filled", Fill::Number(share.filled as u64))];
            let what = match used {
                Use::Fields(fields) => {
                    let share = if share.filled == 0 { String::new() } else { say("init-share", language, &fills) };
                    format!("{}{share}", fields.join(" + "))
                }
                Use::Consent => say("init-consent", language, &fills),
                Use::Key => say("init-key", language, &[]),
                Use::Nothing(why) => format!("– {}", say(why, language, &[])),
            };
            let gap = width - header.chars().count();
            let _ = writeln!(out, "  {header}{:gap$}  {what}", "");
        }
        if let Some(header) = &list.lone_withdrawal {
            let header = short(header);
            let _ = writeln!(out, "  {}", say("init-lone-withdrawal", language, &[("header", Fill::Text(&header))]));
        }
        out.push('\n');
    }
    out
}

fn short(header: &str) -> String {
    let clean = printable(header);
    let mut shown: String = clean.chars().take(HEADER_MAX).collect();
    if clean.chars().count() > HEADER_MAX {
        shown.push('…');
    }
    shown
}

/// What nobody answered, with the flag that changes it.
pub(super) fn assumed(assumed: &[(&'static str, String)], language: Language) -> String {
    if assumed.is_empty() {
        return String::new();
    }
    let mut out = say("init-assumed", language, &[]) + "\n";
    for (flag, answer) in assumed {
        let _ = writeln!(out, "  --{flag:<9} {}", printable(answer));
    }
    out.push('\n');
    out
}

/// What to do next.
pub(super) fn next(config: &Path, language: Language) -> String {
    let name = config.display().to_string();
    let config = if name == "bridge.toml" { String::new() } else { format!(" {name}") };
    say("init-next", language, &[("config", Fill::Text(&config))]) + "\n"
}
