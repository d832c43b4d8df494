//! Numbers that an authority gives out with check digits in them: what INN, OGRN and SNILS share.

use crate::{
    check::{kind::Out, mess},
    finding::Code,
    sheet::Raw,
};

/// One such number.
pub(super) struct Numbered {
    /// The words that may stand before it, in small letters.
    pub(super) labels: &'static [&'static str],
    /// How many digits it has.
    pub(super) lengths: &'static [usize],
    /// How many zeros it may begin with, and so lose in a spreadsheet; the finding that they are back.
    pub(super) zeros: Option<(usize, Code)>,
    /// Whether its check digits agree with the others; it has one of the lengths.
    pub(super) holds: fn(&[u8]) -> bool,
    /// What may be found.
    pub(super) codes: Codes,
}

/// The findings of one number.
pub(super) struct Codes {
    /// Something else than digits.
    pub(super) unreadable: Code,
    /// Too few digits or too many.
    pub(super) length: Code,
    /// The check digits disagree.
    pub(super) checksum: Code,
    /// Filled in to fill the cell.
    pub(super) dummy: Code,
    /// Digits were lost to `5.001E+11`.
    pub(super) exponent: Code,
}

impl Numbered {
    /// Reads a cell and puts its digits.
    pub(super) fn read(&self, raw: Raw<'_>, out: &mut Out<'_>) {
        let digits = match raw {
            Raw::Text(text) if mess::is_placeholder(text) => return,
            Raw::Text(text) => self.digits_of_text(text),
            Raw::Number(n) => self.digits_of_number(n),
            Raw::Date(_) | Raw::Bool(_) => Err(self.codes.unreadable),
            Raw::Blank | Raw::Error(_) => return,
        };
        match digits.and_then(|digits| self.judge(digits)) {
            Ok((digits, note)) => {
                if let Some(code) = note {
                    out.note(code);
                }
                out.value(&digits);
            }
            Err(code) => out.note(code),
        }
    }

    fn digits_of_text(&self, text: &str) -> Result<String, Code> {
        let folded = mess::fold_width(text);
        let text = self.unlabelled(&folded);
        let text = text.strip_suffix(".0").unwrap_or(text); // a column of numbers with blanks, exported
        if let Some((mantissa, exponent)) = text.split_once(['E', 'e', 'Е', 'е']) {
            return self.digits_of_exponent(mantissa, exponent);
        }
        let strange = |c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '-' | '–' | '\''));
        if text.contains(strange) {
            return Err(self.codes.unreadable);
        }
        Ok(text.chars().filter(char::is_ascii_digit).collect())
    }

    fn unlabelled<'a>(&self, text: &'a str) -> &'a str {
        let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
        if !self.labels.contains(&text[..end].to_lowercase().as_str()) {
            return text;
        }
        let number = text[end..].trim_start_matches([' ', ':', '.', '-']);
        number.strip_prefix("No").unwrap_or(number).trim_start() // `№`, width folded
    }

    /// `5.00100732259E+11` shows all its digits, `5.001E+11` has lost some.
    fn digits_of_exponent(&self, mantissa: &str, exponent: &str) -> Result<String, Code> {
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let exponent: usize = exponent.trim_start_matches('+').parse().map_err(|_| self.codes.unreadable)?;
        if mantissa.contains(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))) {
            return Err(self.codes.unreadable);
        }
        if digits.len() == exponent + 1 { Ok(digits) } else { Err(self.codes.exponent) }
    }

    fn digits_of_number(&self, n: f64) -> Result<String, Code> {
        /// Up to here an `f64` holds every integer.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        /// `5.001E+11` read as a number ends in so many zeros.
        const LOST: &str = "00000";
        if n < 0.0 || n.fract() != 0.0 || !n.is_finite() {
            return Err(self.codes.unreadable);
        }
        let digits = format!("{n:.0}");
        let lost = n > EXACT || (digits.ends_with(LOST) && digits.len() > LOST.len() + 1);
        if lost { Err(self.codes.exponent) } else { Ok(digits) }
    }

    /// The digits, if they are such a number, with the zeros they lost.
    fn judge(&self, digits: String) -> Result<(String, Option<Code>), Code> {
        let first = digits.bytes().next().ok_or(self.codes.unreadable)?;
        if digits.bytes().all(|b| b == first) {
            return Err(self.codes.dummy);
        }
        if self.lengths.contains(&digits.len()) {
            let holds = (self.holds)(digits.as_bytes());
            return if holds { Ok((digits, None)) } else { Err(self.codes.checksum) };
        }
        self.restored(&digits).ok_or(self.codes.length)
    }

    fn restored(&self, digits: &str) -> Option<(String, Option<Code>)> {
        let (zeros_max, code) = self.zeros?;
        (1..=zeros_max)
            .filter(|n| self.lengths.contains(&(digits.len() + n)))
            .map(|n| format!("{}{digits}", "0".repeat(n)))
            .find(|restored| (self.holds)(restored.as_bytes()))
            .map(|restored| (restored, Some(code)))
    }
}

/// The sum of digits, each times its weight.
pub(super) fn weighed(digits: &[u8], weights: impl IntoIterator<Item = u32>) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| u32::from(d - b'0') * w).sum()
}

/// The remainder of a long number.
pub(super) fn remainder(digits: &[u8], by: u32) -> u32 {
    digits.iter().fold(0, |rest, d| (rest * 10 + u32::from(d - b'0')) % by)
}

/// The last digit as a number.
pub(super) fn last(digits: &[u8]) -> u32 {
    digits.last().map_or(0, |d| u32::from(d - b'0'))
}
