//! A question side by side.

use std::fmt::Write as _;

use console::{measure_text_width, truncate_str};

use super::Open;
use crate::{
    catalogue::{Fill, say},
    language::Language,
    review::{Likeness, Question, Side, SideCell},
};

/// How wide a table is where nobody says how wide the terminal is.
pub(super) const WIDTH: usize = 100;

/// No column is narrower; candidates that don't fit stand below.
const COLUMN_MIN: usize = 26;

/// The question, and those whom it is about in columns of their own; `place` is its number and of how many.
pub(super) fn render(
    open: &Open<'_>,
    question: &Question,
    place: (usize, usize),
    reveal: bool,
    width: usize,
) -> String {
    let language = open.report.language;
    let mut out = format!("{}/{}  {}  {}\n", place.0, place.1, question.route, question.name());
    let _ = writeln!(out, "{}\n", say(question.kind.asks(), language, &[]));
    let where_word = say("review-where", language, &[]);
    let names = question.columns.iter().map(String::as_str).chain([where_word.as_str()]);
    let label = names.map(measure_text_width).max().unwrap_or_default();
    let room = width.saturating_sub(label + 2);
    let in_band = (room / COLUMN_MIN).saturating_sub(1).max(1);
    let candidates: Vec<(usize, &Side)> = (1..).zip(&question.candidates).collect();
    for band in candidates.chunks(in_band) {
        let column = room / (band.len() + 1);
        let heads = band.iter().map(|(number, side)| head(Some(*number), side, language));
        line(&mut out, label, column, "", [head(None, &question.about, language)].into_iter().chain(heads));
        let sides = || [&question.about].into_iter().chain(band.iter().map(|(_, side)| *side));
        line(&mut out, label, column, &where_word, sides().map(|side| open.places(&side.rows)));
        for (c, name) in question.columns.iter().enumerate() {
            let cells =
                sides().map(|side| side.cells.get(c).map_or_else(String::new, |cell| text(cell, reveal, language)));
            line(&mut out, label, column, name, cells);
        }
        out.push('\n');
    }
    out
}

fn line(out: &mut String, label: usize, column: usize, name: &str, cells: impl Iterator<Item = String>) {
    let pad = |text: &str, width: usize| {
        let text = truncate_str(text, width.saturating_sub(2), "…").into_owned();
        let blank = width.saturating_sub(measure_text_width(&text));
        text + &" ".repeat(blank)
    };
    let cells: String = cells.map(|cell| pad(&cell, column)).collect();
    let _ = writeln!(out, "{}", format!("{}{cells}", pad(name, label + 2)).trim_end());
}

fn head(number: Option<usize>, side: &Side, language: Language) -> String {
    let card = side.card.map(|id| say("review-card", language, &[("id", Fill::Text(&id.to_string()))]));
    match (number, card) {
        (Some(number), Some(card)) => format!("{number}: {card}"),
        (Some(number), None) => format!("{number}: {}", say("review-row", language, &[])),
        (None, Some(card)) => card,
        (None, None) => say("review-this", language, &[]),
    }
}

/// What may be shown of a cell: how it compares, and its text or only its length.
fn text(cell: &SideCell, reveal: bool, language: Language) -> String {
    let mark = match cell.likeness {
        Likeness::Same => "= ",
        Likeness::Different => "≠ ",
        Likeness::Silent => "",
    };
    let value = |value: &crate::value::PrivateText| match (reveal, value.private()) {
        (true, private) => crate::printable::printable(private.expose()).into_owned(),
        (false, private) => say("review-masked", language, &[("n", Fill::Number(private.shape().chars.into()))]),
    };
    let values: Vec<String> = cell.values.iter().map(value).collect();
    let unknown = values.is_empty() && cell.likeness != Likeness::Silent;
    let text = if unknown { say("review-not-at-hand", language, &[]) } else { values.join(", ") };
    format!("{mark}{text}")
}
