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

/// The cell that has both renders; `None` where none is known to have: somebody changed it between the two, or its
/// format shows something else.
pub(super) fn cell<'a>(shown: Value<'a>, stored: Value<'a>) -> Option<Raw<'a>> {
    match (shown, stored) {
        (Value::Blank, Value::Blank) => Some(Raw::Blank),
        (Value::Text(shown), Value::Text(stored)) => shown.contains(stored).then(|| text(stored)),
        (Value::Text(_), Value::Bool(yes)) => Some(Raw::Bool(yes)),
        (Value::Text(shown), Value::Number(stored)) => number(shown, stored),
        // A format may hide a number.
        (Value::Blank, Value::Number(stored)) => Some(Raw::Number(stored)),
        // Nothing but a text is ever shown.
        _ => None,
    }
}

/// The same of a cell that has these two renders whenever it is looked at, so that its format must be the reason.
pub(super) fn odd<'a>(shown: Value<'a>, stored: Value<'a>) -> Raw<'a> {
    match (shown, stored) {
        // Digits that a format puts around a number are meant, those that it takes away are not.
        (Value::Text(shown), Value::Number(number)) => {
            let is_longer = Digits::of(shown).0.len() > Digits::of_number(number).0.len();
            if is_longer { Raw::Text(shown) } else { Raw::Number(number) }
        }
        (_, Value::Text(stored)) => text(stored),
        (_, Value::Number(number)) => Raw::Number(number),
        (_, Value::Bool(yes)) => Raw::Bool(yes),
        (Value::Text(shown), Value::Blank) => text(shown),
        _ => Raw::Blank,
    }
}

/// What stands in a cell of a text.
fn text(stored: &str) -> Raw<'_> {
    let is_error = stored == LOADING || mess::is_sheet_error(stored);
    if is_error { Raw::Error(stored) } else { Raw::Text(stored) }
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
    if shows_moment(shown, stored) {
        return Some(Raw::Date(stored));
    }
    // A unit or a mark with a digit of its own: `45 м2`, `A1-0042`.
    if tokens(shown).any(|token| token.as_bytes() == exact.0.as_slice()) {
        return Some(Raw::Number(stored));
    }
    let is_whole = stored.fract() == 0.0 && stored >= 0.0;
    (is_whole && Digits::of(shown).0.ends_with(&exact.0)).then_some(Raw::Text(shown))
}

/// Runs of digits.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|token| !token.is_empty())
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
    let (seen, exact) = (Digits::of(mantissa(shown)), exact.significant());
    let seen = seen.significant();
    let significant = &seen[..seen.iter().rposition(|b| *b != b'0').map_or(0, |at| at + 1)];
    if exact.is_empty() || significant.is_empty() {
        return exact.is_empty() && significant.is_empty();
    }
    if exact.starts_with(significant) {
        return true;
    }
    // Rounded in its last digit.
    let is_shorter = significant.len() > 1 && significant.len() < exact.len();
    is_shorter && value(significant).abs_diff(value(&exact[..significant.len()])) <= 1
}

/// Whether what is shown is the number rounded to its last digit: 10.5 as `11`, 999.9 as `1 000`, 0.4 as `0`.
fn rounds(shown: &str, stored: f64, exact: &Digits) -> bool {
    if stored.fract() == 0.0 && shown.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let (seen, exact) = (Digits::of(mantissa(shown)), exact.significant());
    let seen = seen.significant();
    if seen.is_empty() {
        return stored.abs() < 0.5;
    }
    // A carry may have brought another digit.
    [seen.len(), seen.len().saturating_sub(1)].into_iter().any(|kept| {
        let up = exact.get(kept).map(|next| u64::from(*next >= b'5'));
        up.is_some_and(|up| value(&exact[..kept]) + up == value(seen))
    })
}

/// What is shown of a number before its exponent: an `e` stands between digits there, and not in the name of a month.
fn mantissa(shown: &str) -> &str {
    let is_exponent = |at: &usize| {
        let (before, after) = (shown[..*at].bytes().last(), shown[at + 1..].bytes().next());
        before.is_some_and(|b| b.is_ascii_digit())
            && after.is_some_and(|b| b.is_ascii_digit() || b == b'+' || b == b'-')
    };
    let mut letters = shown.match_indices(['E', 'e']).map(|(at, _)| at);
    letters.find(is_exponent).map_or(shown, |at| &shown[..at])
}

fn value(digits: &[u8]) -> u64 {
    digits.iter().take(18).fold(0, |n, b| n * 10 + u64::from(b - b'0'))
}

/// Whether every number that is shown is a part of the moment: `12.03.2024`, `26 September`, `Q1 2024`, `25:30`, or
/// digits that are several parts in one, `20240112`.
fn shows_moment(shown: &str, serial: f64) -> bool {
    const FORMS: [&str; 14] = [
        "%d%m",
        "%m%d",
        "%m%Y",
        "%Y%m",
        "%d%m%Y",
        "%m%d%Y",
        "%Y%m%d",
        "%d%m%y",
        "%y%m%d",
        "%H%M",
        "%H%M%S",
        "%Y%m%d%H%M",
        "%Y%m%d%H%M%S",
        "%y%m",
    ];
    if !(0.0..4_000_000.0).contains(&serial) {
        return false;
    }
    let day = Day(serial.floor() as i32 - UNIX_EPOCH).date();
    let second = (serial.fract() * 86_400.0).round() as i64;
    let moment = day.and_then(|day| day.at(0, 0, 0, 0).checked_add(jiff::SignedDuration::from_secs(second)).ok());
    let Some(moment) = moment else { return false };
    let part = |number: i8| i64::from(number);
    let (year, month, hour) = (i64::from(moment.year()), part(moment.month()), part(moment.hour()));
    let of_day = [hour, (hour + 11) % 12 + 1, part(moment.minute()), part(moment.second())];
    let of_year = [year, year % 100, (month + 2) / 3, month, part(moment.day())];
    let all = (serial * 86_400.0).round() as i64;
    let elapsed = [all / 3600, all / 60, all];
    let parts = of_year.into_iter().chain(of_day).chain(elapsed).collect::<SmallVec<[i64; 12]>>();
    let is_part = |token: &str| {
        token.parse().is_ok_and(|number: i64| parts.contains(&number))
            || FORMS.iter().any(|form| moment.strftime(form).to_string() == token)
    };
    tokens(shown).all(is_part)
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
    fn what_a_format_shows_otherwise_is_what_is_stored() {
        use Value::{Blank, Bool, Number, Text};
        for (shown, stored, expected) in [
            (Blank, Text("Анна"), Raw::Text("Анна")),
            (Text("—"), Text("Анна"), Raw::Text("Анна")),
            (Blank, Bool(true), Raw::Bool(true)),
            (Text("2"), Number(1700.0), Raw::Number(1700.0)),
            (Text("8-495-0000000"), Number(7.0), Raw::Text("8-495-0000000")),
            (Text("#N/A"), Text("#N/A"), Raw::Error("#N/A")),
        ] {
            assert_eq!(odd(shown, stored), expected);
        }
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
            ("September 26, 2008", Number(39_717.0), Some(Raw::Date(39_717.0))),
            ("Wednesday, Q3 08", Number(39_717.0), Some(Raw::Date(39_717.0))),
            ("080926", Number(39_717.0), Some(Raw::Date(39_717.0))),
            ("200809261230", Number(39_717.520_833_333_3), Some(Raw::Date(39_717.520_833_333_3))),
            ("25:30:00", Number(1.0625), Some(Raw::Date(1.0625))),
            ("30", Number(1.25), Some(Raw::Date(1.25))),
            ("45 м2", Number(45.0), Some(Raw::Number(45.0))),
            ("A1-0042", Number(42.0), Some(Raw::Text("A1-0042"))),
            ("8 (495) 123-45-67", Number(1_234_567.0), Some(Raw::Text("8 (495) 123-45-67"))),
            ("84951234567", Number(1_234_567.0), Some(Raw::Text("84951234567"))),
            ("9 шт.", Number(6.0), None),
            ("2", Number(1700.0), None),
            ("26.09.2009", Number(39_717.0), None),
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
