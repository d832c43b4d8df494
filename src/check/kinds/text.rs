//! `text`: any text, kept as it was written.

use crate::{
    check::kind::{Column, FieldKind, How, Input, Out},
    sheet::Raw,
};

pub(super) const KIND: FieldKind = FieldKind {
    name: "text",
    about: "any text, kept as it was written",
    parts: &[],
    list: false,
    identity: None,
    column: Column::Text,
    options: &[],
    infer: None,
    legible: None,
    version: 1,
    parse,
};

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    for input in inputs {
        match input.raw {
            Raw::Text(text) => out.value(text),
            Raw::Number(n) => out.value(&super::plain_number(n)),
            Raw::Date(serial) => out.write(|text| super::date::write_serial(serial, text)),
            Raw::Bool(yes) => out.value(if yes { "true" } else { "false" }),
            Raw::Blank | Raw::Error(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::check;

    #[test]
    fn text_stays_as_it_was_written() {
        for (raw, expected) in [
            (Raw::Text("постоянный клиент"), "постоянный клиент"),
            (Raw::Text("  два  пробела "), "два пробела"),
            (Raw::Text("-"), "-"),
            (Raw::Number(7.0), "7"),
            (Raw::Number(0.1), "0.1"),
            (Raw::Number(79_161_234_567.0), "79161234567"),
            (Raw::Date(45292.0), "2024-01-01"),
            (Raw::Date(45292.5), "2024-01-01 12:00"),
            (Raw::Bool(true), "true"),
        ] {
            check(&KIND, raw, &[expected], &[]);
        }
        check(&KIND, Raw::Blank, &[], &[]);
        check(&KIND, Raw::Text("#REF!"), &[], &["cell-error"]);
    }
}
