//! What a spreadsheet does to a phone number that it takes for a number: `7.9161E+10`, `79161234567.0`.

use super::{EXPONENT, NO_NUMBER};
use crate::finding::Code;

/// From so many digits on a number may be a phone with its code, and not just any number.
const PHONE_DIGITS: usize = 10;

/// A number that ends in so many zeros went through `7.9161E+10`, which keeps six digits of eleven.
const LOST_ZEROS: usize = 5;

/// The digits of a cell that holds a number.
pub(super) fn digits(n: f64) -> Result<String, Code> {
    /// Up to here an `f64` holds every integer.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if n.fract() != 0.0 || n < 0.0 || !n.is_finite() {
        return Err(NO_NUMBER);
    }
    let digits = format!("{n:.0}");
    let zeros = digits.len() - digits.trim_end_matches('0').len();
    if n > EXACT || (zeros >= LOST_ZEROS && digits.len() >= PHONE_DIGITS) {
        return Err(EXPONENT);
    }
    Ok(digits)
}

/// The digits of a text in which a spreadsheet left a number: `79161234567.0`, or an exponent that lost
/// none. `None` for any other text.
pub(super) fn undo(text: &str) -> Option<String> {
    let exponent = Exponent::read(text).filter(|e| e.len == text.len());
    exponent.and_then(|e| e.digits()).or_else(|| without_fraction(text).map(str::to_owned))
}

/// `7.9161E+10` at the start of a text.
pub(super) struct Exponent<'a> {
    whole: &'a str,
    fraction: &'a str,
    power: &'a str,
    /// How many bytes it takes.
    pub(super) len: usize,
}

impl<'a> Exponent<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (whole, rest) = digits_of(text.strip_prefix('+').unwrap_or(text))?;
        let (fraction, rest) = rest.strip_prefix(['.', ',']).and_then(digits_of).unwrap_or(("", rest));
        let rest = rest.strip_prefix(['E', 'e', 'Е', 'е'])?;
        let (power, rest) = digits_of(rest.strip_prefix('+').unwrap_or(rest))?;
        Some(Self { whole, fraction, power, len: text.len() - rest.len() })
    }

    /// Its digits, when all of them are there.
    fn digits(&self) -> Option<String> {
        (self.power.parse() == Ok(self.fraction.len())).then(|| format!("{}{}", self.whole, self.fraction))
    }
}

/// The digits that a text starts with, and the rest.
fn digits_of(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// `79161234567.0` is what is left when a column of numbers with blanks among them was exported.
fn without_fraction(text: &str) -> Option<&str> {
    let (whole, zeros) = text.split_once(['.', ','])?;
    let phone = whole.len() >= PHONE_DIGITS && is_digits(whole);
    (phone && is_digits(zeros) && zeros.bytes().all(|b| b == b'0')).then_some(whole)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
