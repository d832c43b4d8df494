//! `text`: any text, kept as it was written.

use crate::{
    check::kind::{FieldKind, How, Input, Out},
    sheet::Raw,
};

pub(super) const KIND: FieldKind = FieldKind::plain("text", "any text, kept as it was written", parse);

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
            (Raw::Text("две\nстроки"), "две\nстроки"),
            (Raw::Text("две\r\nстроки\r\n"), "две\nстроки"),
            (Raw::Text("Ж\u{a0}/\u{a0}М"), "Ж / М"),
            (Raw::Text("\u{feff}первая"), "первая"),
            (Raw::Text("пере\u{ad}нос"), "перенос"),
            (Raw::Text("и\u{306}"), "й"),
            (Raw::Text("ёлка"), "ёлка"),
            (Raw::Text("Ａ１"), "Ａ１"),
            (Raw::Text("-"), "-"),
            (Raw::Text("нет"), "нет"),
            (Raw::Text("n/a"), "n/a"),
            (Raw::Text("…"), "…"),
            (Raw::Text("☎ звонить"), "☎ звонить"),
            (Raw::Text("👩‍👧 мама"), "👩👧 мама"),
            (Raw::Text("=1+1"), "=1+1"),
            (Raw::Text("'00123"), "'00123"),
            (Raw::Text("0012"), "0012"),
            (Raw::Text("1,50"), "1,50"),
            (Raw::Text("<b>важно</b>"), "<b>важно</b>"),
            (Raw::Text("\"в кавычках\""), "\"в кавычках\""),
            (Raw::Text("a;b,c\td"), "a;b,c d"),
            (Raw::Text("#важно"), "#важно"),
            (Raw::Number(7.0), "7"),
            (Raw::Number(-7.5), "-7.5"),
            (Raw::Number(0.1), "0.1"),
            (Raw::Number(79_161_234_567.0), "79161234567"),
            (Raw::Number(1e21), "1000000000000000000000"),
            (Raw::Date(45292.0), "2024-01-01"),
            (Raw::Date(45292.5), "2024-01-01 12:00"),
            (Raw::Date(45292.75), "2024-01-01 18:00"),
            (Raw::Bool(true), "true"),
            (Raw::Bool(false), "false"),
        ] {
            check(&KIND, raw, &[expected], &[]);
        }
        for raw in [Raw::Blank, Raw::Text(""), Raw::Text(" \u{200b}"), Raw::Text("\n")] {
            check(&KIND, raw, &[], &[]);
        }
        check(&KIND, Raw::Text("#REF!"), &[], &["cell-error"]);
    }
}
