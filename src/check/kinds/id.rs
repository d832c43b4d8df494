//! `id`: an identifier, kept letter by letter; what a spreadsheet took for a number is an error where
//! digits were lost.

use crate::{
    check::{
        kind::{FieldKind, How, Input, Out},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

pub(super) const KIND: FieldKind =
    FieldKind::plain("id", "an identifier, kept as it was written: an order, a card, a contract", parse);

const DIGITS_LOST: Code = Code::new("id-digits-lost");
const FRACTION: Code = Code::new("id-fraction");
const DATE: Code = Code::new("id-date");
const NOT_TEXT: Code = Code::new("id-not-text");
const LINES: Code = Code::new("id-lines");
const POINT_ZERO: Code = Code::new("id-point-zero");

/// Above it not every whole number has a float of its own.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Excel and Google Sheets keep fifteen digits and write zeros after them.
const KEPT_MAX: f64 = 1e15;

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    match inputs.first().map(|i| i.raw) {
        Some(Raw::Text(text)) if !mess::is_placeholder(text) => parse_text(text, out),
        Some(Raw::Number(n)) => parse_number(n, out),
        Some(Raw::Date(_)) => out.note(DATE),
        Some(Raw::Bool(_)) => out.note(NOT_TEXT),
        Some(Raw::Text(_) | Raw::Blank | Raw::Error(_)) | None => {}
    }
}

fn parse_number(n: f64, out: &mut Out<'_>) {
    if n.fract() != 0.0 || !n.is_finite() {
        out.note(FRACTION);
    } else if n.abs() > EXACT_MAX || n.abs() >= KEPT_MAX && n % 10.0 == 0.0 {
        out.note(DIGITS_LOST);
    } else {
        out.value(&format!("{n:.0}"));
    }
}

fn parse_text(text: &str, out: &mut Out<'_>) {
    let text = unmarked(text);
    if text.contains('\n') {
        return out.note(LINES);
    }
    if is_scientific(text) {
        return out.note(DIGITS_LOST);
    }
    match text.strip_suffix(".0").filter(|whole| whole.len() > 3 && is_digits(whole)) {
        Some(whole) => {
            out.note(POINT_ZERO);
            out.value(whole);
        }
        None => out.value(text),
    }
}

/// The text without the marks by which a number is kept a text: `'00123`, `="00123"`.
fn unmarked(text: &str) -> &str {
    let formula = text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"'));
    let quoted = text.strip_prefix('\'').filter(|t| t.starts_with(|c: char| c.is_ascii_digit()));
    formula.or(quoted).filter(|t| !t.trim().is_empty()).map_or(text, str::trim)
}

/// `7.9161E+10`, `7,96Е+10`. Without a fraction or a sign it is an identifier of its own: `12E5`.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e', 'Е', 'е']) else { return false };
    let signed = exponent.starts_with(['+', '-']);
    let whole = mantissa.trim_start_matches('-');
    let (before, after) = whole.split_once(['.', ',']).unwrap_or((whole, "0"));
    is_digits(before)
        && is_digits(after)
        && is_digits(exponent.trim_start_matches(['+', '-']))
        && (signed || whole.contains(['.', ',']))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::{TODAY, check};

    #[test]
    fn identifiers_are_kept() {
        for (raw, expected) in [
            ("00123", "00123"),
            (" 00123 ", "00123"),
            ("A-17/2024", "A-17/2024"),
            ("aB12", "aB12"),
            ("№ 12", "№ 12"),
            ("12E5", "12E5"),
            ("5e3", "5e3"),
            ("E+10", "E+10"),
            ("1.0", "1.0"),
            ("1.10", "1.10"),
            ("10.250", "10.250"),
            ("0", "0"),
            ("'00123", "00123"),
            ("=\"00123\"", "00123"),
            ("O'Neil-1", "O'Neil-1"),
            ("4276 1234 5678 9010", "4276 1234 5678 9010"),
            ("договор 5", "договор 5"),
            ("79161234567", "79161234567"),
            ("2.5.1", "2.5.1"),
        ] {
            check(&KIND, Raw::Text(raw), &[expected], &[]);
            check(&KIND, Raw::Text(expected), &[expected], &[]);
        }
        check(&KIND, Raw::Text("79286706222.0"), &["79286706222"], &["id-point-zero"]);
    }

    #[test]
    fn whole_numbers_are_written_out() {
        for (n, expected) in [
            (7.0, "7"),
            (0.0, "0"),
            (79_161_234_567.0, "79161234567"),
            (123_456_789_012_345.0, "123456789012345"),
            (1_234_567_890_123_456.0, "1234567890123456"),
            (9_007_199_254_740_991.0, "9007199254740991"),
        ] {
            check(&KIND, Raw::Number(n), &[expected], &[]);
        }
    }

    #[test]
    fn what_a_spreadsheet_spoiled() {
        for (raw, code) in [
            (Raw::Text("7.9161E+10"), "id-digits-lost"),
            (Raw::Text("7,96E+10"), "id-digits-lost"),
            (Raw::Text("7,96Е+10"), "id-digits-lost"),
            (Raw::Text("7.96e10"), "id-digits-lost"),
            (Raw::Text("1E+15"), "id-digits-lost"),
            (Raw::Number(1e16), "id-digits-lost"),
            (Raw::Number(4_276_123_456_789_010.0), "id-digits-lost"),
            (Raw::Number(1e300), "id-digits-lost"),
            (Raw::Number(1.5), "id-fraction"),
            (Raw::Number(f64::NAN), "id-fraction"),
            (Raw::Date(45292.0), "id-date"),
            (Raw::Bool(true), "id-not-text"),
            (Raw::Text("12\n13"), "id-lines"),
        ] {
            check(&KIND, raw, &[], &[code]);
        }
        for raw in ["-", "—", "нет", "n/a", "б/н"] {
            check(&KIND, Raw::Text(raw), &[], &[]);
        }
    }

    proptest! {
        #[test]
        fn a_canonical_identifier_stays_as_it_is(text in "['=\"]{0,2}[0-9A-Za-z]{0,4}([.,E+-]|\\PC)?[0-9'\"]{0,4}(\\.0)?") {
            let read = |text: &str| {
                let (mut out, mut notes) = (String::new(), Vec::new());
                let inputs = [Input { part: None, raw: Raw::Text(text) }];
                parse(&inputs, &How::new(TODAY), &mut Out { text: &mut out, mark: None, values: 0, notes: &mut notes });
                out
            };
            let once = read(&mess::clean(&text));
            let twice = read(&once);
            // an apostrophe under an apostrophe is the only thing that a second reading still takes off
            prop_assert!(twice == once || once.starts_with(['\'', '=']) || once.ends_with(".0") || twice.is_empty(), "{}", text);
        }
    }
}
