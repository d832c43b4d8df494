//! A decimal number as people type it, digit by digit: never through a float.

use crate::{check::kind::Guess, sheet::Raw};

/// What keeps a text from being a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    /// It is something else, or more than a number.
    Unreadable,
    /// `1,234` is one and a bit, or more than a thousand.
    Ambiguous,
}

/// More digits than this are no number that anybody counted.
const DIGITS_MAX: usize = 30;

/// Reads `1 234,50`, `1.234,50`, `1'234.5`, `(12)` or `−3` as plain digits with a point, without needless
/// zeros. `decimal` is the decimal separator where it is known.
pub(super) fn read(text: &str, decimal: Option<char>) -> Result<String, Problem> {
    let (negative, text) = sign(text);
    let (whole, fraction) = halves(text, decimal)?;
    let whole = if whole.is_empty() && !fraction.is_empty() { Some("0".to_owned()) } else { ungrouped(whole) };
    let whole = whole.ok_or(Problem::Unreadable)?;
    if whole.len() + fraction.len() > DIGITS_MAX || !is_digits(fraction) {
        return Err(Problem::Unreadable);
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    let minus = if negative && (whole, fraction) != ("0", "") { "-" } else { "" };
    Ok(format!("{minus}{whole}{point}{fraction}"))
}

/// A number of a spreadsheet in the 15 digits that it shows: what is behind them is dust of its sums.
pub(super) fn of_float(n: f64) -> Option<String> {
    const EXACT_MAX: f64 = 1e15;
    if n.is_nan() || n.abs() >= EXACT_MAX {
        return None;
    }
    let whole_digits = format!("{:.0}", n.abs().trunc()).len();
    read(&format!("{n:.*}", 15 - whole_digits.min(15)), Some('.')).ok()
}

/// Takes off a sign, or the brackets of a bookkeeper.
fn sign(text: &str) -> (bool, &str) {
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return (true, inner.trim());
    }
    match text.strip_prefix(['-', '−', '–']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
    }
}

/// What is before the decimal separator, with its grouping, and what is behind.
fn halves(text: &str, decimal: Option<char>) -> Result<(&str, &str), Problem> {
    let Some(last) = text.rfind(['.', ',']) else { return Ok((text, "")) };
    let mark = if text[last..].starts_with('.') { '.' } else { ',' };
    let (before, behind) = (&text[..last], &text[last + 1..]);
    let split = (before, behind);
    if before.contains(mark) {
        // `1,234,567`: what comes twice groups.
        return if before.contains(other(mark)) { Err(Problem::Unreadable) } else { Ok((text, "")) };
    }
    let groups = before.contains([' ', '\'', '’', other(mark)]);
    let may_group = behind.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    match decimal {
        _ if groups || !may_group => Ok(split),
        Some(decimal) if decimal == mark => Ok(split),
        Some(_) => Ok((text, "")),
        None => Err(Problem::Ambiguous),
    }
}

fn other(mark: char) -> char {
    if mark == '.' { ',' } else { '.' }
}

/// The digits without separators between thousands, which all have to be of one kind.
fn ungrouped(text: &str) -> Option<String> {
    let Some(mark) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return (!text.is_empty()).then(|| text.to_owned());
    };
    if ![' ', '\'', '’', '.', ','].contains(&mark) {
        return None;
    }
    let mut groups = text.split(mark);
    let first = groups.next().filter(|g| (1..=3).contains(&g.len()) && is_digits(g))?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        digits.push_str(group);
    }
    Some(digits)
}

/// Whether there is nothing but digits, if anything.
fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// What a column tells about its decimal separator; texts around the digits don't matter.
pub(super) fn guess(cells: &mut dyn Iterator<Item = Raw<'_>>) -> Guess {
    let mut guess = Guess::Nothing;
    for cell in cells {
        let Raw::Text(text) = cell else { continue };
        let told = match told(text.trim_matches(|c: char| !c.is_ascii_digit())) {
            Some('.') => Guess::Value("."),
            Some(_) => Guess::Value(","),
            None => continue,
        };
        if guess != Guess::Nothing && guess != told {
            return Guess::Contradiction;
        }
        guess = told;
    }
    guess
}

/// The only decimal separator with which a text is a number.
fn told(text: &str) -> Option<char> {
    let last = text.chars().rev().find(|c| matches!(c, '.' | ','))?;
    let text = text.replace(['\u{a0}', '\u{202f}'], " ");
    read(&text, None).ok()?;
    // `1,234,567`: what comes twice is not the decimal one.
    Some(if text.matches(last).count() > 1 { other(last) } else { last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_tells_its_separator() {
        let guess = |texts: &[&str]| guess(&mut texts.iter().map(|t| Raw::Text(t)));
        assert_eq!(guess(&["1,234", "1 234,50 ₽", "12"]), Guess::Value(","));
        assert_eq!(guess(&["1,234", "$1,234.5"]), Guess::Value("."));
        assert_eq!(guess(&["1,234,567"]), Guess::Value("."));
        assert_eq!(guess(&["1.234.567", "0,5"]), Guess::Value(","));
        assert_eq!(guess(&["1,5", "1.5"]), Guess::Contradiction);
        assert_eq!(guess(&["1,234", "12", "12.05.2024", "1.2.3"]), Guess::Nothing);
    }

    #[test]
    fn a_float_loses_its_dust() {
        for (n, text) in [
            (0.1 + 0.2, "0.3"),
            (1234.5, "1234.5"),
            (-0.0, "0"),
            (1e-7, "0.0000001"),
            (123_456_789_012_345.0, "123456789012345"),
            (19.99 * 3.0, "59.97"),
        ] {
            assert_eq!(of_float(n).as_deref(), Some(text));
        }
        for n in [1e15, f64::NAN, f64::INFINITY] {
            assert_eq!(of_float(n), None);
        }
    }
}
