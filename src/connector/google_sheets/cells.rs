//! One cell of its two renders: what it holds, and what people see.
//!
//! A value as it is stored doesn't tell a date from a number, and has lost the zeros and the plus that a format
//! puts before a phone; the text that people see has lost digits to rounding. Together they tell.

use std::fmt::{self, Write as _};

use smallvec::SmallVec;

use super::values::Value;
use crate::{check::mess, day::Day, sheet::Raw};

/// What Google shows while a formula waits for another document.
const LOADING: &str = "Loading...";

/// 1970-01-01, counted from 1899-12-30 (the epoch of serial numbers in the API's reference).
const UNIX_EPOCH: i32 = 25_569;

/// The cell that has both renders; `None` where no cell can have, since somebody changed it between the two.
pub(super) fn cell<'a>(shown: Value<'a>, stored: Value<'a>) -> Option<Raw<'a>> {
    match (shown, stored) {
        (Value::Blank, Value::Blank) => Some(Raw::Blank),
        (Value::Text(shown), Value::Text(stored)) => text(shown, stored),
        (Value::Text(_), Value::Bool(yes)) => Some(Raw::Bool(yes)),
        (Value::Text(shown), Value::Number(stored)) => number(shown, stored),
        // A format may hide a number.
        (Value::Blank, Value::Number(stored)) => Some(Raw::Number(stored)),
        // Nothing but a text is ever shown.
        _ => None,
    }
}

/// A format may put something around a text.
fn text<'a>(shown: &'a str, stored: &'a str) -> Option<Raw<'a>> {
    if !shown.contains(stored) {
        return None;
    }
    let is_error = stored == LOADING || mess::is_sheet_error(stored);
    Some(if is_error { Raw::Error(stored) } else { Raw::Text(stored) })
}

fn number(shown: &str, stored: f64) -> Option<Raw<'_>> {
    if is_plain(shown, stored) || !shown.bytes().any(|b| b.is_ascii_digit()) {
        return Some(Raw::Number(stored));
    }
    let exact = Digits::of_number(stored.abs());
    if adds_digits(shown, stored, &exact) {
        return Some(Raw::Text(shown));
    }
    if shows_number(shown, &exact) || rounds(shown, stored, &exact) {
        return Some(Raw::Number(stored));
    }
    let is_plain = shown.bytes().all(|b| b.is_ascii_digit());
    (!is_plain || shows_moment(shown, stored)).then_some(Raw::Date(stored))
}

/// Whether what is shown is the number and nothing else, as most are: this spares the rest.
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "a double holds as many digits exactly")]
fn is_plain(shown: &str, stored: f64) -> bool {
    /// Whole numbers of so many digits are exact.
    const EXACT: usize = 15;
    shown.len() <= EXACT && !shown.starts_with(['0', '+']) && shown.parse().is_ok_and(|n: i64| n as f64 == stored)
}

/// The decimal digits of a text or a number, without what stands between them.
struct Digits(SmallVec<[u8; 32]>);

impl Digits {
    fn of(text: &str) -> Self {
        Self(text.bytes().filter(u8::is_ascii_digit).collect())
    }

    /// As many as tell it from all other numbers.
    fn of_number(number: f64) -> Self {
        let mut digits = Self(SmallVec::new());
        let _ = write!(digits, "{number}");
        digits
    }

    /// From the first that isn't a zero on.
    fn significant(&self) -> &[u8] {
        let start = self.0.iter().position(|b| *b != b'0').unwrap_or(self.0.len());
        &self.0[start..]
    }
}

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend(text.bytes().filter(u8::is_ascii_digit));
        Ok(())
    }
}

/// Whether a format puts digits or a plus before a whole number: `00123`, `+7 (916) 123-45-67`.
fn adds_digits(shown: &str, stored: f64, plain: &Digits) -> bool {
    if stored.fract() != 0.0 || stored < 0.0 || shown.contains(['.', ',', ':', '/', '%']) {
        return false;
    }
    let (seen, plain) = (Digits::of(shown).0, &plain.0);
    let (is_longer, is_marked) = (seen.len() > plain.len(), shown.trim_start().starts_with('+'));
    seen.ends_with(plain) && (is_marked || is_longer && (seen[0] == b'0' || plain.len() >= 10))
}

/// Whether what is shown is the number, grouped, rounded, with a currency, in per cent or with an exponent.
fn shows_number(shown: &str, exact: &Digits) -> bool {
    let mantissa = shown.split(['E', 'e']).next().unwrap_or(shown);
    let (seen, exact) = (Digits::of(mantissa), exact.significant());
    let seen = seen.significant();
    let significant = &seen[..seen.iter().rposition(|b| *b != b'0').map_or(0, |at| at + 1)];
    if significant.is_empty() || exact.starts_with(significant) {
        return true;
    }
    // Rounded in its last digit.
    let is_shorter = significant.len() > 1 && significant.len() < exact.len();
    is_shorter && value(significant).abs_diff(value(&exact[..significant.len()])) <= 1
}

/// Whether what is shown is the number rounded to its last digit: 10.5 as `11`, 999.9 as `1 000`.
fn rounds(shown: &str, stored: f64, exact: &Digits) -> bool {
    if stored.fract() == 0.0 && shown.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let mantissa = shown.split(['E', 'e']).next().unwrap_or(shown);
    let (seen, exact) = (Digits::of(mantissa), exact.significant());
    let seen = seen.significant();
    // A carry may have brought another digit.
    [seen.len(), seen.len().saturating_sub(1)].into_iter().any(|kept| {
        let up = exact.get(kept).map(|next| u64::from(*next >= b'5'));
        up.is_some_and(|up| value(&exact[..kept]) + up == value(seen))
    })
}

fn value(digits: &[u8]) -> u64 {
    digits.iter().take(18).fold(0, |n, b| n * 10 + u64::from(b - b'0'))
}

/// Whether digits alone are a part of the moment or several: `2024`, `20240112`, `12`, `0930`.
fn shows_moment(shown: &str, serial: f64) -> bool {
    const FORMS: [&str; 18] = [
        "%Y", "%y", "%m", "%-m", "%d", "%-d", "%d%m", "%m%d", "%m%Y", "%Y%m", "%d%m%Y", "%m%d%Y", "%Y%m%d", "%d%m%y",
        "%H", "%-H", "%H%M", "%H%M%S",
    ];
    if !(0.0..4_000_000.0).contains(&serial) {
        return false;
    }
    let day = Day(serial.floor() as i32 - UNIX_EPOCH).date();
    let second = (serial.fract() * 86_400.0).round() as i64;
    let moment = day.and_then(|day| day.at(0, 0, 0, 0).checked_add(jiff::SignedDuration::from_secs(second)).ok());
    moment.is_some_and(|moment| FORMS.iter().any(|form| moment.strftime(form).to_string() == shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shown: &str, stored: Value<'_>, expected: Option<Raw<'_>>) {
        let shown_value = if shown.is_empty() { Value::Blank } else { Value::Text(shown) };
        let found = cell(shown_value, stored);
        assert_eq!(found, expected, "{shown}");
    }

    #[test]
    fn two_renders_make_one_cell() {
        use Value::{Blank, Bool, Number, Text};
        for (shown, stored, expected) in [
            ("", Blank, Some(Raw::Blank)),
            ("Анна", Text("Анна"), Some(Raw::Text("Анна"))),
            ("Анна (VIP)", Text("Анна"), Some(Raw::Text("Анна"))),
            ("#REF!", Text("#REF!"), Some(Raw::Error("#REF!"))),
            ("Loading...", Text("Loading..."), Some(Raw::Error("Loading..."))),
            ("ИСТИНА", Bool(true), Some(Raw::Bool(true))),
            ("FALSE", Bool(false), Some(Raw::Bool(false))),
            // numbers as they are typed
            ("79161234567", Number(79_161_234_567.0), Some(Raw::Number(79_161_234_567.0))),
            ("7,92E+10", Number(79_161_234_567.0), Some(Raw::Number(79_161_234_567.0))),
            ("1 234,57 ₽", Number(1234.567), Some(Raw::Number(1234.567))),
            ("$1,234.50", Number(1234.5), Some(Raw::Number(1234.5))),
            ("50%", Number(0.5), Some(Raw::Number(0.5))),
            ("12,3%", Number(0.1234), Some(Raw::Number(0.1234))),
            ("(1 234,50)", Number(-1234.5), Some(Raw::Number(-1234.5))),
            ("0", Number(0.0), Some(Raw::Number(0.0))),
            ("0,00", Number(0.0), Some(Raw::Number(0.0))),
            ("-5", Number(-5.0), Some(Raw::Number(-5.0))),
            ("1234567890123456", Number(1_234_567_890_123_456.0), Some(Raw::Number(1_234_567_890_123_456.0))),
            ("11", Number(10.5), Some(Raw::Number(10.5))),
            ("$1,000", Number(999.9), Some(Raw::Number(999.9))),
            ("0,1", Number(0.06), Some(Raw::Number(0.06))),
            ("13%", Number(0.125), Some(Raw::Number(0.125))),
            ("100%", Number(0.995), Some(Raw::Number(0.995))),
            ("8E+10", Number(79_161_234_567.0), Some(Raw::Number(79_161_234_567.0))),
            ("many", Number(120.0), Some(Raw::Number(120.0))),
            ("", Number(120.0), Some(Raw::Number(120.0))),
            ("45 363,00", Number(45_363.0), Some(Raw::Number(45_363.0))),
            // what a format puts before a number is meant
            ("00123", Number(123.0), Some(Raw::Text("00123"))),
            ("+7 (916) 123-45-67", Number(9_161_234_567.0), Some(Raw::Text("+7 (916) 123-45-67"))),
            ("+79161234567", Number(79_161_234_567.0), Some(Raw::Text("+79161234567"))),
            ("8-916-123-45-67", Number(9_161_234_567.0), Some(Raw::Text("8-916-123-45-67"))),
            // dates and times
            ("12.03.2024", Number(45_363.0), Some(Raw::Date(45_363.0))),
            ("3/12/2024", Number(45_363.0), Some(Raw::Date(45_363.0))),
            ("2024-03-12 12:00:00", Number(45_363.5), Some(Raw::Date(45_363.5))),
            ("12 марта 2024 г.", Number(45_363.0), Some(Raw::Date(45_363.0))),
            ("12:30:00", Number(0.520_833_333_333_333_4), Some(Raw::Date(0.520_833_333_333_333_4))),
            ("2024", Number(45_363.0), Some(Raw::Date(45_363.0))),
            ("20240312", Number(45_363.0), Some(Raw::Date(45_363.0))),
            ("2024", Number(2024.0), Some(Raw::Number(2024.0))),
            ("12", Number(45_363.0), Some(Raw::Date(45_363.0))),
            ("1230", Number(45_363.520_833_333_3), Some(Raw::Date(45_363.520_833_333_3))),
            ("46", Number(45_600.0), Some(Raw::Number(45_600.0))),
            // changed between the two reads
            ("Анна", Text("Борис"), None),
            ("", Text("Борис"), None),
            ("Анна", Blank, None),
            ("79161234567", Number(79_261_234_567.0), None),
            ("79161234567", Number(79_161_234_568.0), None),
            ("2", Number(15.0), None),
        ] {
            check(shown, stored, expected);
        }
    }
}
