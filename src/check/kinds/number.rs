//! `number`: a decimal number, as `-1234.5`.

use super::decimal::{self, Problem};
use crate::{
    check::{
        kind::{Column, FieldKind, FieldOption, How, Infer, Input, Out, Setting, Takes},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

const UNREADABLE: Code = Code::new("number-unreadable");
const AMBIGUOUS: Code = Code::new("number-ambiguous");
const WORDS: Code = Code::new("number-words");
const EXPONENT: Code = Code::new("number-exponent");
const DATE: Code = Code::new("number-date");
const PERCENT: Code = Code::new("number-percent");

/// The separator of decimals, which `money` takes as well.
pub(super) const DECIMAL: FieldOption = FieldOption {
    name: "decimal",
    about: "the decimal separator: \",\" or \".\"",
    takes: Takes::Words(&[",", "."]),
    set: set_decimal,
};

/// What a column tells about it.
pub(super) const INFER: Infer = Infer { option: "decimal", guess: decimal::guess };

pub(super) const KIND: FieldKind = FieldKind {
    column: Column::Number,
    options: &[DECIMAL],
    infer: Some(INFER),
    ..FieldKind::plain("number", "numbers, written as -1234.5; a percentage is a part of one", parse)
};

fn set_decimal(how: &mut How, setting: &Setting) -> Result<(), String> {
    how.decimal = match setting {
        Setting::Text(text) if text == "," => Some(','),
        Setting::Text(text) if text == "." => Some('.'),
        _ => return Err("`,`, `.`".to_owned()),
    };
    Ok(())
}

fn parse(inputs: &[Input<'_>], how: &How, out: &mut Out<'_>) {
    for input in inputs {
        match input.raw {
            Raw::Text(text) => read_text(text, how, out),
            Raw::Number(n) => match decimal::of_float(n) {
                Some(number) => out.value(&number),
                None => out.note(EXPONENT),
            },
            Raw::Date(_) => out.note(DATE),
            Raw::Bool(_) => out.note(UNREADABLE),
            Raw::Blank | Raw::Error(_) => {}
        }
    }
}

fn read_text(text: &str, how: &How, out: &mut Out<'_>) {
    let text = mess::fold_width(text);
    if mess::is_placeholder(&text) {
        return;
    }
    let percent = text.strip_suffix('%').map(str::trim_end);
    match (decimal::read(percent.unwrap_or(&text), how.decimal), percent) {
        (Ok(number), None) => out.value(&number),
        (Ok(number), Some(_)) => {
            out.value(&hundredth(&number));
            out.note(PERCENT);
        }
        (Err(Problem::Ambiguous), _) => out.note(AMBIGUOUS),
        (Err(Problem::Unreadable), _) if is_exponent(&text) => out.note(EXPONENT),
        (Err(Problem::Unreadable), _) if has_multiplier(&text) => out.note(WORDS),
        (Err(Problem::Unreadable), _) => out.note(UNREADABLE),
    }
}

/// A plain number with its point two places to the left.
fn hundredth(number: &str) -> String {
    let (minus, number) = number.strip_prefix('-').map_or(("", number), |n| ("-", n));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole:0>3}{fraction}");
    let (whole, fraction) = digits.split_at(whole.len().max(3) - 2);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{minus}{whole}") } else { format!("{minus}{whole}.{fraction}") }
}

/// `1.2E+05`, in which a spreadsheet showed less than it had.
pub(super) fn is_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E', 'е', 'Е']) else { return false };
    let exponent = exponent.trim_start_matches(['+', '-']);
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    decimal::read(mantissa, Some('.')).is_ok() && digits(exponent)
}

/// `12 тыс.`, `1.5k`, `2 млн`: as much as a person cared to write, not the number.
pub(super) fn has_multiplier(text: &str) -> bool {
    const MULTIPLIERS: [&str; 13] =
        ["тыс", "тысяч", "тысяча", "тысячи", "млн", "миллион", "млрд", "к", "k", "m", "mln", "thousand", "million"];
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic());
    lower.contains(|c: char| c.is_ascii_digit()) && words.any(|w| MULTIPLIERS.contains(&w))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::{TODAY, check, check_how};

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for (text, number) in [
            ("15", "15"),
            ("007", "7"),
            ("0", "0"),
            ("-0", "0"),
            ("1 234,50", "1234.5"),
            ("1\u{a0}234,50", "1234.5"),
            ("1\u{202f}234", "1234"),
            ("1.234,50", "1234.5"),
            ("1,234.50", "1234.5"),
            ("1'234.50", "1234.5"),
            ("1’234", "1234"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1 234 567,891", "1234567.891"),
            ("1234,567", "1234.567"),
            ("0,125", "0.125"),
            ("0.125", "0.125"),
            ("12,5", "12.5"),
            ("12.50", "12.5"),
            (",5", "0.5"),
            ("5.", "5"),
            ("-5", "-5"),
            ("− 5", "-5"),
            ("–5,5", "-5.5"),
            ("(1 234)", "-1234"),
            ("+5", "5"),
            ("１２３", "123"),
            ("1234567890123456789012345678", "1234567890123456789012345678"),
        ] {
            check(&KIND, Raw::Text(text), &[number], &[]);
        }
    }

    #[test]
    fn a_known_separator_settles_what_may_be_two_numbers() {
        check(&KIND, Raw::Text("1,234"), &[], &["number-ambiguous"]);
        check(&KIND, Raw::Text("1.234"), &[], &["number-ambiguous"]);
        for (decimal, text, number) in [
            (',', "1,234", "1.234"),
            (',', "1.234", "1234"),
            ('.', "1,234", "1234"),
            ('.', "1.234", "1.234"),
            (',', "1.5", "1.5"),
        ] {
            let how = How { decimal: Some(decimal), ..How::new(TODAY) };
            check_how(&KIND, &how, Raw::Text(text), &[number], &[]);
        }
    }

    #[test]
    fn percentages_are_parts_of_one() {
        for (text, number) in
            [("15%", "0.15"), ("100 %", "1"), ("7,5%", "0.075"), ("-150%", "-1.5"), ("0%", "0"), ("1 000%", "10")]
        {
            check(&KIND, Raw::Text(text), &[number], &["number-percent"]);
        }
    }

    #[test]
    fn what_is_no_number_is_not_made_one() {
        for (text, code) in [
            ("12 тыс.", "number-words"),
            ("1,5k", "number-words"),
            ("2 млн", "number-words"),
            ("1.2E+05", "number-exponent"),
            ("7,96Е+10", "number-exponent"),
            ("1 23", "number-unreadable"),
            ("12 34,5", "number-unreadable"),
            ("1,23,456", "number-unreadable"),
            ("1.234,567.8", "number-unreadable"),
            ("1 234.567,8", "number-unreadable"),
            ("5 шт", "number-unreadable"),
            ("10-15", "number-unreadable"),
            ("много", "number-unreadable"),
            ("01.02.2024", "number-unreadable"),
            ("1O", "number-unreadable"),
            ("--5", "number-unreadable"),
            ("5,5,", "number-unreadable"),
        ] {
            check(&KIND, Raw::Text(text), &[], &[code]);
        }
        for text in ["-", "нет", "н/д", "?"] {
            check(&KIND, Raw::Text(text), &[], &[]);
        }
    }

    #[test]
    fn cells_that_are_no_text() {
        check(&KIND, Raw::Number(0.1 + 0.2), &["0.3"], &[]);
        check(&KIND, Raw::Number(-1e-5), &["-0.00001"], &[]);
        check(&KIND, Raw::Number(1e22), &[], &["number-exponent"]);
        check(&KIND, Raw::Date(45_292.0), &[], &["number-date"]);
        check(&KIND, Raw::Bool(true), &[], &["number-unreadable"]);
    }

    fn run(text: &str, how: &How) -> String {
        let (mut arena, mut notes) = (String::new(), Vec::new());
        read_text(&mess::clean(text), how, &mut Out { text: &mut arena, mark: None, values: 0, notes: &mut notes });
        arena
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_number_gives_it(n in -1_000_000_000_i64..1_000_000_000) {
            let plain = decimal::read(&format!("{}.{:02}", n / 100, (n % 100).abs()), Some('.')).expect("a number");
            let minus = if n < 0 && n > -100 { "-" } else { "" };
            let plain = format!("{}{plain}", if plain == "0" { "" } else { minus });
            let whole = n / 100;
            let mut grouped = whole.abs().to_string();
            for at in (1..grouped.len()).rev().filter(|at| (grouped.len() - at) % 3 == 0).collect::<Vec<_>>() {
                grouped.insert(at, ' ');
            }
            let sign = if n < 0 { "-" } else { "" };
            let cents = (n % 100).abs();
            for text in [
                format!("{sign}{grouped},{cents:02}"),
                format!("{sign}{},{cents:02}", grouped.replace(' ', ".")),
                format!("{sign}{}.{cents:02}", grouped.replace(' ', ",")),
                format!("{sign}{}.{cents:02}", grouped.replace(' ', "'")),
            ] {
                prop_assert_eq!(run(&text, &How::new(TODAY)), plain.clone(), "{}", text);
            }
        }

        #[test]
        fn canonical_numbers_stay(text in "[0-9 .,'()%-]{1,16}", known in prop::sample::select(vec![None, Some(','), Some('.')])) {
            let how = How { decimal: known, ..How::new(TODAY) };
            let number = run(&text, &how);
            if !number.is_empty() {
                let point = How { decimal: Some('.'), ..How::new(TODAY) };
                prop_assert_eq!(run(&number, &point), number);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), n in any::<f64>()) {
            run(&text, &How::new(TODAY));
            decimal::of_float(n);
        }
    }
}
