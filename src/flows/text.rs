//! The flows as plain text, which fits the width of a page.

use std::fmt::Write as _;

use super::{
    Flows, Use,
    words::{basis, flag, kind, origin, profile, term},
};
use crate::{
    catalogue::{Fill, say},
    language::Language,
    printable::printable,
};

/// A page of paper has so many columns.
const WIDTH: usize = 100;

/// Where a table is wider than the page, a column may still have so much.
const CELL_MAX: usize = 24;

impl Flows {
    /// As it is read and signed.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let mut out = String::new();
        let (law, hash) = (profile(self.profile, language), self.config_sha256.get(..16).unwrap_or_default());
        let fills = [
            ("operator", Fill::Text(&self.operator)),
            ("law", Fill::Text(law)),
            ("config", Fill::Text(&self.config)),
            ("hash", Fill::Text(hash)),
        ];
        let _ = writeln!(out, "{}\n", say("flows-title", language, &[]).to_uppercase());
        wrapped(&mut out, 0, &say("flows-head", language, &fills));
        for (i, purpose) in self.purposes.iter().enumerate() {
            self.purpose(&mut out, i + 1, purpose, language);
        }
        self.destinations(&mut out, language);
        self.compatible(&mut out, language);
        out.push('\n');
        wrapped(&mut out, 0, &say("flows-limits", language, &[]));
        out.push('\n');
        let _ = writeln!(out, "{}", say("flows-sign", language, &[]));
        out
    }

    fn purpose(&self, out: &mut String, number: usize, purpose: &Use, language: Language) {
        let _ = writeln!(out);
        wrapped(out, 3, &format!("{number}. {}: {}", purpose.name, printable(&purpose.title)));
        let (basis, term) = (basis(purpose.basis, language), term(&purpose.keep, language));
        wrapped(out, 3, &say("flows-basis", language, &[("basis", Fill::Text(&basis)), ("term", Fill::Text(&term))]));
        purpose.sources.iter().for_each(|from| wrapped(out, 5, &origin(from, language)));
        for list in &purpose.refusals {
            wrapped(out, 5, &say("flows-refusals", language, &[("location", Fill::Text(&list.location))]));
        }
        let going: Vec<usize> =
            (0..self.destinations.len()).filter(|d| purpose.fields.iter().any(|f| f.columns[*d].is_some())).collect();
        if going.is_empty() {
            return wrapped(out, 3, &say("flows-nowhere", language, &[]));
        }
        let mut rows = vec![vec![say("flows-field", language, &[]), say("flows-kind", language, &[])]];
        rows[0].extend(going.iter().map(|d| format!("→ {}", self.destinations[*d].name)));
        for field in &purpose.fields {
            let mark = if field.required { "*" } else { "" };
            let mut row = vec![format!("{}{mark}", field.field), kind(field.kind, language)];
            row.extend(going.iter().map(|d| field.columns[*d].clone().unwrap_or_else(|| "–".to_owned())));
            rows.push(row);
        }
        table(out, &rows);
        purpose.flags.iter().for_each(|f| wrapped(out, 3, &flag(f, language)));
        if purpose.fields.iter().any(|f| f.required) {
            let _ = writeln!(out, "   {}", say("flows-required", language, &[]));
        }
    }

    fn destinations(&self, out: &mut String, language: Language) {
        let _ = writeln!(out, "\n{}", say("flows-destinations", language, &[]));
        let rows: Vec<Vec<String>> = self
            .destinations
            .iter()
            .map(|d| {
                vec![d.name.clone(), printable(&d.location).into_owned(), d.mode.to_owned(), d.purposes.join(", ")]
            })
            .collect();
        table(out, &rows);
    }

    fn compatible(&self, out: &mut String, language: Language) {
        if self.compatible.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n{}", say("flows-compatible", language, &[]));
        for pair in &self.compatible {
            wrapped(out, 3, &format!("{} + {}: {}", pair.purpose, pair.with, printable(&pair.because)));
        }
    }
}

/// Rows whose columns stand beneath each other; what is too long is cut, and the page of `--html` has it whole.
fn table(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let len = |text: &String| text.chars().count();
    let width = |c: usize| rows.iter().filter_map(|r| r.get(c)).map(len).max().unwrap_or(0);
    let fits = (0..columns).map(|c| width(c) + 2).sum::<usize>() <= WIDTH;
    let room = if fits { WIDTH } else { (WIDTH / columns.max(1)).max(CELL_MAX) };
    let widths: Vec<usize> = (0..columns).map(|c| width(c).min(room)).collect();
    for row in rows {
        let cell = |(c, text): (usize, &String)| {
            let text = printable(text);
            let cut: String = if text.chars().count() > widths[c] {
                text.chars().take(widths[c].saturating_sub(1)).chain(['…']).collect()
            } else {
                text.into_owned()
            };
            format!("{cut:0$}", widths[c])
        };
        let line = row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "   {}", line.trim_end());
    }
}

/// A text in lines of at most [`WIDTH`], the first as far in as `indent` less what hangs, the others at `indent`.
fn wrapped(out: &mut String, indent: usize, text: &str) {
    for (i, paragraph) in text.lines().enumerate() {
        let hangs = i == 0 && paragraph.starts_with(|c: char| c.is_ascii_digit());
        let mut line = " ".repeat(if hangs { 0 } else { indent });
        let mut is_empty = true;
        for word in paragraph.split(' ') {
            if !is_empty && line.chars().count() + word.chars().count() >= WIDTH {
                let _ = writeln!(out, "{line}");
                line = " ".repeat(indent);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        let _ = writeln!(out, "{line}");
    }
}
