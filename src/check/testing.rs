//! The one helper of the kinds' table tests.

use super::{
    cell::read_cell,
    kind::{FieldKind, How, Input},
};
use crate::{day::Day, sheet::Raw};

/// The day on which the tables are read.
pub(crate) const TODAY: Day = Day(20_781);

/// Reads `raw` with nothing set, and compares the values and the codes of the findings.
#[track_caller]
pub(crate) fn check(kind: &FieldKind, raw: Raw<'_>, values: &[&str], codes: &[&str]) {
    check_how(kind, &How::new(TODAY), raw, values, codes);
}

/// The same with settings.
#[track_caller]
pub(crate) fn check_how(kind: &FieldKind, how: &How, raw: Raw<'_>, values: &[&str], codes: &[&str]) {
    check_parts(kind, how, &[(None, raw)], values, codes);
}

/// The same for a value that several columns make.
#[track_caller]
pub(crate) fn check_parts(
    kind: &FieldKind,
    how: &How,
    raws: &[(Option<&str>, Raw<'_>)],
    values: &[&str],
    codes: &[&str],
) {
    let inputs: Vec<(u8, Input<'_>)> = raws
        .iter()
        .map(|(part, raw)| {
            let part = part.map(|p| kind.parts.iter().position(|q| *q == p).expect("a part of the kind"));
            (0, Input { part, raw: *raw })
        })
        .collect();
    let (mut text, mut notes) = (String::new(), Vec::new());
    let cell = read_cell(kind, &inputs, how, &mut text, &mut notes);
    // A bad cell may leave what is legible of it, which is no value.
    let is_value = cell.state() == crate::record::State::Value;
    let got: Vec<&str> = crate::record::values(&text).filter(|_| is_value).collect();
    let found: Vec<&str> = notes.iter().map(|n| n.code.name()).collect();
    let shown: Vec<Raw<'_>> = raws.iter().map(|(_, r)| *r).collect();
    assert_eq!(got, values, "values of {:?}", describe(&shown));
    assert_eq!(found, codes, "findings of {:?}", describe(&shown));
}

fn describe(raws: &[Raw<'_>]) -> Vec<String> {
    raws.iter()
        .map(|raw| match raw {
            Raw::Text(t) | Raw::Error(t) => (*t).to_owned(),
            Raw::Number(n) | Raw::Date(n) => n.to_string(),
            other => format!("{other:?}"),
        })
        .collect()
}
