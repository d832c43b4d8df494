//! Digits into E.164, by the numbering plans that `rlibphonenumber` carries.

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, Region, ValidationError,
};

use super::{AMBIGUOUS, DUMMY, INVALID, NO_PLUS, NO_REGION, PREFIX, TOO_LONG, TOO_SHORT};
use crate::finding::Code;

/// The digits of a number as somebody typed them.
#[derive(Clone, Copy)]
pub(super) struct Typed<'a> {
    pub(super) digits: &'a str,
    pub(super) plus: bool,
    /// How many digits stand before the first space, bracket or hyphen.
    pub(super) first: usize,
}

/// A valid number, and what was tolerated on the way.
pub(super) struct Written {
    pub(super) e164: String,
    pub(super) repair: Option<Code>,
}

/// The shortest text of digits that may be a whole number of another country with its code. Shorter ones
/// are too often a national number that lost a digit.
const ABROAD_DIGITS: usize = 11;

/// Reads a number, or says what is wrong with it.
pub(super) fn read(typed: Typed<'_>, region: Option<Region>) -> Result<Written, Code> {
    let read = match (typed.digits.strip_prefix("00"), region) {
        _ if typed.plus => international(typed, region),
        (Some(digits), _) => international(Typed { digits, plus: true, first: digits.len() }, region),
        (None, Some(region)) => national(typed.digits, region),
        (None, None) if typed.digits.len() < 7 => Err(TOO_SHORT),
        (None, None) => Err(NO_REGION),
    };
    match read {
        Err(TOO_LONG) => Err(TOO_LONG),
        _ if is_dummy(typed.digits.as_bytes()) => Err(DUMMY),
        read => read,
    }
}

fn international(typed: Typed<'_>, region: Option<Region>) -> Result<Written, Code> {
    let digits = typed.digits;
    // `+8 916 …`: the trunk prefix behind a plus. Only Russia and Kazakhstan have an 8.
    let at_home = region
        .filter(|r| shares_seven(*r) && digits.starts_with('8') && digits.len() == 11)
        .and_then(|r| valid(digits, Some(r)).ok());
    match (valid(&format!("+{digits}"), None), at_home) {
        // `+8 (495) …` is Moscow, and in another grouping Vietnam.
        (Ok(_), Some(_)) if typed.first == 1 => Err(AMBIGUOUS),
        (Ok(number), _) => {
            let e164 = e164(&number);
            let repair = (e164.len() != digits.len() + 1).then_some(PREFIX);
            Ok(Written { e164, repair })
        }
        (Err(_), Some(number)) => Ok(Written { e164: e164(&number), repair: Some(PREFIX) }),
        (Err(code), None) => Err(code),
    }
}

fn national(digits: &str, region: Region) -> Result<Written, Code> {
    match valid(digits, Some(region)) {
        // Ten digits from 7 on are a number of Kazakhstan, or a Russian one that lost a digit.
        Ok(number) if shares_seven(region) && digits.len() == 10 && !is_of(&number, region) => Err(INVALID),
        Ok(number) => Ok(Written { e164: e164(&number), repair: None }),
        Err(code) => abroad(digits, region).unwrap_or_else(|| Err(with_trunk(digits, region, code))),
    }
}

/// Eleven digits are right in Russia, but they begin with 7 or 8.
fn with_trunk(digits: &str, region: Region, code: Code) -> Code {
    if shares_seven(region) && digits.len() == 11 && !digits.starts_with(['7', '8']) { INVALID } else { code }
}

/// A number of another country whose plus is missing, unless it may as well be one of this country with
/// a digit too many.
fn abroad(digits: &str, region: Region) -> Option<Result<Written, Code>> {
    if digits.len() < ABROAD_DIGITS {
        return None;
    }
    let number = valid(&format!("+{digits}"), None).ok()?;
    let e164 = e164(&number);
    if e164.len() != digits.len() + 1 {
        return None;
    }
    let mut shorter = (1..=3).map(|n| &digits[..digits.len() - n]).chain([&digits[1..]]);
    let home = shorter.any(|d| valid(d, Some(region)).is_ok_and(|n| is_of(&n, region)));
    Some(if home { Err(AMBIGUOUS) } else { Ok(Written { e164, repair: Some(NO_PLUS) }) })
}

fn shares_seven(region: Region) -> bool {
    matches!(region, Region::RU | Region::KZ)
}

fn is_of(number: &PhoneNumber, region: Region) -> bool {
    PHONE_NUMBER_UTIL.is_valid_number_for_region(number, region)
}

fn e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

fn valid(digits: &str, region: Option<Region>) -> Result<PhoneNumber, Code> {
    match PHONE_NUMBER_UTIL.parse(digits, region) {
        Ok(number) if PHONE_NUMBER_UTIL.is_valid_number(&number) => Ok(number),
        Ok(number) => Err(why_not(&number)),
        Err(ParseError::InvalidCountryCode) => Err(INVALID),
        Err(ParseError::TooLongNsn) => Err(TOO_LONG),
        Err(_) => Err(TOO_SHORT),
    }
}

fn why_not(number: &PhoneNumber) -> Code {
    if number.country_code == 7 {
        // The plan of +7 allows for other lengths, but nobody has such a number.
        return match e164(number).len() {
            ..12 => TOO_SHORT,
            12 => INVALID,
            13.. => TOO_LONG,
        };
    }
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(number) {
        Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => TOO_SHORT,
        Err(ValidationError::TooLong) => TOO_LONG,
        _ => INVALID,
    }
}

/// Whether somebody only filled the cell: `1111111`, `1234567890`, `8 999 999 99 99`, `+7 900 000 00 00`.
pub(super) fn is_dummy(digits: &[u8]) -> bool {
    /// Golden numbers repeat seven or eight digits; nine in a row are nobody's.
    const RUN: usize = 9;
    let longest = longest_run(digits);
    (digits.len() >= 5 && longest == digits.len())
        || longest >= RUN
        || (digits.len() >= 10 && digits.ends_with(b"0000000"))
}

/// The longest stretch of one digit, or of digits that count up or down.
fn longest_run(digits: &[u8]) -> usize {
    let steps: Vec<i16> = digits.windows(2).map(|w| i16::from(w[1]) - i16::from(w[0])).collect();
    steps.chunk_by(|a, b| a == b).filter(|run| run[0].abs() <= 1).map(|run| run.len() + 1).max().unwrap_or(1)
}
