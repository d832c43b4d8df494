//! One cell of one field, whatever its kind.

use std::borrow::Cow;

use super::{
    kind::{FieldKind, How, Input, Note, Out},
    mess,
};
use crate::{
    finding::{Code, Severity},
    record::{Cell, list_mark},
    sheet::Raw,
};

const CELL_ERROR: Code = Code::new("cell-error");
const CELL_TOO_LONG: Code = Code::new("cell-too-long");
const CELL_FORMULA: Code = Code::new("cell-formula");
const CELL_LETTERS: Code = Code::new("cell-letters-broken");

/// Reads the cells that feed one field, each with its place among the columns that the config lists.
/// The canonical text is appended to `text`, findings to `notes`.
pub(crate) fn read_cell(
    kind: &FieldKind,
    inputs: &[(u8, Input<'_>)],
    how: &How,
    text: &mut String,
    notes: &mut Vec<Note>,
) -> Cell {
    let start = text.len();
    let before = notes.len();
    let column = first_filled(inputs);
    if kind.list {
        read_list(kind, inputs, how, text, notes);
    } else {
        read_one(kind, inputs, how, text, notes);
    }
    if text.len() > start {
        Cell::value(start, text.len() - start, column)
    } else if notes[before..].iter().any(|n| n.code.severity() == Severity::Error) {
        bad(kind, inputs, how, text, column)
    } else {
        Cell::BLANK
    }
}

/// A bad cell keeps what is legible of it, where its kind can tell.
fn bad(kind: &FieldKind, inputs: &[(u8, Input<'_>)], how: &How, text: &mut String, column: u8) -> Cell {
    let Some(legible) = kind.legible else { return Cell::bad(column) };
    let start = text.len();
    for input in inputs.iter().filter_map(|(_, i)| if let Raw::Text(t) = i.raw { Some(mess::clean(t)) } else { None }) {
        for found in legible(&input, how) {
            text.push(list_mark(column));
            text.push_str(&found);
        }
    }
    Cell::legible(start, text.len() - start, column)
}

fn first_filled(inputs: &[(u8, Input<'_>)]) -> u8 {
    inputs.iter().find(|(_, i)| i.raw != Raw::Blank).map_or(0, |(column, _)| *column)
}

fn read_one(kind: &FieldKind, inputs: &[(u8, Input<'_>)], how: &How, text: &mut String, notes: &mut Vec<Note>) {
    if let [(_, alone)] = inputs {
        read_alone(kind, alone, how, &mut Out { text, mark: None, values: 0, notes });
        return;
    }
    let washed: Vec<Option<Cow<'_, str>>> = inputs.iter().map(|(_, i)| wash(i.raw)).collect();
    let mut clean: Vec<Input<'_>> = Vec::with_capacity(inputs.len());
    for ((_, input), washed) in inputs.iter().zip(&washed) {
        let raw = washed.as_deref().map_or(input.raw, Raw::Text);
        match settle(raw) {
            Ok(Raw::Blank) => {}
            Ok(raw) => clean.push(Input { part: input.part, raw }),
            Err(code) => return notes.push(Note { code, hint: None }),
        }
    }
    if !clean.is_empty() {
        (kind.parse)(&clean, how, &mut Out { text, mark: None, values: 0, notes });
    }
}

fn read_alone(kind: &FieldKind, input: &Input<'_>, how: &How, out: &mut Out<'_>) {
    let washed = wash(input.raw);
    let raw = washed.as_deref().map_or(input.raw, Raw::Text);
    match settle(raw) {
        Ok(Raw::Blank) => {}
        Ok(raw) => (kind.parse)(&[Input { part: input.part, raw }], how, out),
        Err(code) => out.note(code),
    }
}

/// A list is read column by column; a value that two of them hold is taken once.
fn read_list(kind: &FieldKind, inputs: &[(u8, Input<'_>)], how: &How, text: &mut String, notes: &mut Vec<Note>) {
    let start = text.len();
    let mut values = 0;
    for (column, input) in inputs {
        let mut out = Out { text, mark: Some(list_mark(*column)), values: 0, notes };
        read_alone(kind, input, how, &mut out);
        values += out.values;
    }
    if values == 1 {
        text.remove(start);
    } else if values > 1 {
        dedup(text, start);
    }
}

fn dedup(text: &mut String, start: usize) {
    let list = text.split_off(start);
    let mut seen: Vec<&str> = Vec::new();
    let mut rest = list.as_str();
    while let Some(mark) = rest.chars().next() {
        let value = crate::record::values(rest).next().unwrap_or_default();
        if !seen.contains(&value) {
            seen.push(value);
            text.push(mark);
            text.push_str(value);
        }
        rest = &rest[mark.len_utf8() + value.len()..];
    }
    if seen.len() == 1 {
        text.remove(start);
    }
}

fn wash(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    match raw {
        Raw::Text(text) => Some(mess::clean(text)),
        _ => None,
    }
}

fn settle(raw: Raw<'_>) -> Result<Raw<'_>, Code> {
    match raw {
        Raw::Text("") => Ok(Raw::Blank),
        Raw::Error("#TOO-LONG!") => Err(CELL_TOO_LONG),
        Raw::Error(_) => Err(CELL_ERROR),
        Raw::Text(text) if mess::is_sheet_error(text) => Err(CELL_ERROR),
        Raw::Text(text) if mess::is_formula(text) => Err(CELL_FORMULA),
        Raw::Text(text) if mess::is_broken(text) => Err(CELL_LETTERS),
        raw => Ok(raw),
    }
}
