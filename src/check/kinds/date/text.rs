//! A date as people type it.

use jiff::civil::Date;

use super::{
    AMBIGUOUS, CONTRADICTS, DUMMY, Found, IMPOSSIBLE, PARTIAL, SERIAL, TWO_DIGIT_YEAR, UNREADABLE, is_plausible,
    serial_date,
};
use crate::{
    check::{
        kind::{DateOrder, How},
        mess,
    },
    finding::Code,
};

/// Reads a text; `None` where it is a placeholder.
pub(super) fn read(text: &str, how: &How) -> Result<Option<Found>, Code> {
    if let Some(date) = plain(text, how.order) {
        return date.map(Found::sure).map(Some);
    }
    let text = mess::fold_width(text);
    if mess::is_placeholder(&text) {
        return Ok(None);
    }
    let words = Words::of(without_time(&text)).ok_or(UNREADABLE)?;
    if words.numbers().len() >= 3 && words.numbers().iter().all(|n| n.bytes().all(|b| b == b'0')) {
        return Err(DUMMY);
    }
    match (words.month, words.numbers()) {
        (None, [only]) => single(only),
        (None, [a, b]) => pair(a, b),
        (None, [a, b, c]) => triple(a, b, c, &words, how),
        (Some(month), [a, b]) => with_month(month, a, b, how),
        (Some(_), [_] | []) => Err(PARTIAL),
        _ => Err(UNREADABLE),
    }
    .map(Some)
}

/// The two spellings that most cells have, `2024-03-01` and `01.03.2024`.
fn plain(text: &str, order: DateOrder) -> Option<Result<Date, Code>> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let number =
        |digits: &[u8]| digits.iter().try_fold(0_i16, |n, b| b.is_ascii_digit().then(|| n * 10 + i16::from(b - b'0')));
    let (year, month, day) = match bytes {
        [y @ .., b'-', m1, m2, b'-', d1, d2] => (number(y)?, number(&[*m1, *m2])?, number(&[*d1, *d2])?),
        [d1, d2, b'.', m1, m2, b'.', y @ ..] if order != DateOrder::Mdy => {
            (number(y)?, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
        }
        _ => return None,
    };
    // Months above 12 and zeros are left to the long way, which knows more about them.
    let fine = year > 0 && (1..=12).contains(&month) && day > 0;
    fine.then(|| Date::new(year, month as i8, day as i8).map_err(|_| IMPOSSIBLE))
}

/// The text before the time of day: `01.02.2024 в 10:30`, `2024-03-01T10:22:33+03:00`.
pub(super) fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let before = text[..colon].trim_end_matches(|c: char| c.is_ascii_digit());
    let hours = colon - before.len();
    let date = before.trim_end();
    let date = ["T", "в", "at", ","].iter().find_map(|mark| date.strip_suffix(mark)).unwrap_or(date);
    if (1..=2).contains(&hours) && before.len() < colon && date.len() < before.len() { date.trim_end() } else { text }
}

/// The numbers of a date, the mark between them, and its month where that is a word.
#[derive(Default)]
pub(super) struct Words<'a> {
    numbers: [&'a str; 3],
    count: usize,
    mark: char,
    month: Option<i8>,
}

impl<'a> Words<'a> {
    /// `None` for a text that holds more than one date, or anything but a date.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let mut words = Words::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let len = if c.is_ascii_digit() {
                let len = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                *words.numbers.get_mut(words.count)? = &rest[..len];
                words.count += 1;
                len
            } else if c.is_alphabetic() {
                let len = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                words.take_word(&rest[..len])?;
                len
            } else {
                words.take_mark(c)?;
                c.len_utf8()
            };
            rest = &rest[len..];
        }
        Some(words)
    }

    pub(super) fn numbers(&self) -> &[&'a str] {
        &self.numbers[..self.count]
    }

    pub(super) fn month(&self) -> Option<i8> {
        self.month
    }

    fn take_word(&mut self, word: &str) -> Option<()> {
        let lower = word.to_lowercase();
        match month(&lower) {
            Some(month) if self.month.is_none() => self.month = Some(month),
            None if says_nothing(&lower) => {}
            _ => return None,
        }
        Some(())
    }

    fn take_mark(&mut self, c: char) -> Option<()> {
        let c = if matches!(c, '‐' | '–' | '—' | '−') { '-' } else { c };
        if self.count == 1 && matches!(c, '.' | '/' | '-' | ',') {
            self.mark = c;
        }
        (c.is_whitespace() || "./-,\\_\"'«»()".contains(c)).then_some(())
    }
}

/// The month that a word names or begins to name.
fn month(lower: &str) -> Option<i8> {
    const MONTHS: [[&str; 3]; 12] = [
        ["январь", "января", "january"],
        ["февраль", "февраля", "february"],
        ["март", "марта", "march"],
        ["апрель", "апреля", "april"],
        ["май", "мая", "may"],
        ["июнь", "июня", "june"],
        ["июль", "июля", "july"],
        ["август", "августа", "august"],
        ["сентябрь", "сентября", "september"],
        ["октябрь", "октября", "october"],
        ["ноябрь", "ноября", "november"],
        ["декабрь", "декабря", "december"],
    ];
    let long_enough = lower.chars().count() >= 3;
    let month = MONTHS.iter().position(|names| long_enough && names.iter().any(|n| n.starts_with(lower)))?;
    Some(month as i8 + 1)
}

/// Whether a word adds nothing to a date: `г.`, the ending of `1-го` or `1st`, a day of the week.
fn says_nothing(lower: &str) -> bool {
    const SHORT: &str = "г гг год года го ого е ое of the st nd rd th пн вт ср чт пт сб вс";
    const WEEKDAYS: &str = "понедельник вторник среда четверг пятница суббота воскресенье \
        monday tuesday wednesday thursday friday saturday sunday";
    let begins = |day: &str| lower.chars().count() >= 3 && day.starts_with(lower);
    SHORT.split(' ').any(|w| w == lower) || WEEKDAYS.split(' ').any(begins)
}

/// One group of digits: a serial number, a year, or a date without marks.
fn single(digits: &str) -> Result<Found, Code> {
    match digits.len() {
        4 => Err(PARTIAL),
        5 => serial(digits),
        8 => compact(digits),
        _ => Err(UNREADABLE),
    }
}

/// `31195`: a serial number that lost its format on the way through a file.
fn serial(digits: &str) -> Result<Found, Code> {
    let date = serial_date(f64::from(value(digits))).filter(|d| is_plausible(*d)).ok_or(UNREADABLE)?;
    Ok(Found { date, note: Some(SERIAL) })
}

/// `20240301` or `01032024`, when only one of the two is a date.
fn compact(digits: &str) -> Result<Found, Code> {
    let date = |y: &str, m: &str, d: &str| calendar(value(y), value(m), value(d)).ok().filter(|d| is_plausible(*d));
    let year_first = date(&digits[..4], &digits[4..6], &digits[6..]);
    let day_first = date(&digits[4..], &digits[2..4], &digits[..2]);
    match (year_first, day_first) {
        (Some(_), Some(_)) => Err(AMBIGUOUS),
        (Some(date), None) | (None, Some(date)) => Ok(Found::sure(date)),
        (None, None) => Err(UNREADABLE),
    }
}

/// Two groups: `45292.0`, or a date that lacks a part.
fn pair(a: &str, b: &str) -> Result<Found, Code> {
    match (a.len(), b.len()) {
        (5, _) => serial(a),
        (1 | 2 | 4, 1 | 2) | (1 | 2, 4) => Err(PARTIAL),
        _ => Err(UNREADABLE),
    }
}

fn triple(a: &str, b: &str, c: &str, words: &Words<'_>, how: &How) -> Result<Found, Code> {
    match (a.len(), b.len(), c.len()) {
        (4, 1 | 2, 1 | 2) => calendar(value(a), value(b), value(c)).map(Found::sure),
        (1 | 2, 1 | 2, 2) if is_year_first(a, b, c, words.mark, how.order)? => dated(value(c), value(b), a, how),
        (1 | 2, 1 | 2, 2 | 4) => {
            let (day, month) = day_and_month(value(a), value(b), words.mark, how.order)?;
            dated(day, month, c, how)
        }
        _ => Err(UNREADABLE),
    }
}

/// Whether `99-12-31` begins with its year.
fn is_year_first(a: &str, b: &str, c: &str, mark: char, order: DateOrder) -> Result<bool, Code> {
    match order {
        DateOrder::Ymd => Ok(mark != '.'),
        DateOrder::Unknown if value(a) > 31 => Ok(true),
        // With hyphens, `24-03-01` is as good as `01-03-24`.
        DateOrder::Unknown if mark == '-' && value(b) <= 12 && value(c) <= 31 => Err(AMBIGUOUS),
        _ => Ok(false),
    }
}

/// Which of the first two numbers is the day. With dots it is the first one everywhere we serve; a column
/// that is known to be month first makes that doubtful again.
fn day_and_month(first: u32, second: u32, mark: char, order: DateOrder) -> Result<(u32, u32), Code> {
    let dmy = (first, second);
    let mdy = (second, first);
    let order = if mark == '.' && order != DateOrder::Mdy { DateOrder::Dmy } else { order };
    match (first <= 12, second <= 12) {
        (true, true) if first == second => Ok(dmy),
        (true, true) => match order {
            DateOrder::Dmy => Ok(dmy),
            DateOrder::Mdy if mark != '.' => Ok(mdy),
            _ => Err(AMBIGUOUS),
        },
        (false, true) if order == DateOrder::Mdy => Err(CONTRADICTS),
        (false, true) => Ok(dmy),
        (true, false) if order == DateOrder::Dmy && second <= 31 => Err(CONTRADICTS),
        (true, false) => Ok(mdy),
        (false, false) => Err(IMPOSSIBLE),
    }
}

/// `1 марта 2024`, `March 1, 2024`, `2024 March 1`.
fn with_month(month: i8, a: &str, b: &str, how: &How) -> Result<Found, Code> {
    let month = month.unsigned_abs().into();
    match (a.len(), b.len()) {
        (4, 1 | 2) => dated(value(b), month, a, how),
        (1 | 2, 2 | 4) => dated(value(a), month, b, how),
        _ => Err(UNREADABLE),
    }
}

fn dated(day: u32, month: u32, year: &str, how: &How) -> Result<Found, Code> {
    if year.len() == 4 {
        return calendar(value(year), month, day).map(Found::sure);
    }
    let date = calendar(1900 + value(year), month, day);
    let later = calendar(2000 + value(year), month, day);
    let past = |date: &Date| how.today.date().is_none_or(|today| *date <= today);
    let date = if how.birth {
        // The latest year that is not to come: nobody in a list of clients is over a hundred.
        later.ok().filter(past).map_or(date, Ok)
    } else {
        // The pivot of POSIX `strptime`.
        if value(year) <= 68 { later } else { date }
    }?;
    Ok(Found { date, note: Some(TWO_DIGIT_YEAR) })
}

fn calendar(year: u32, month: u32, day: u32) -> Result<Date, Code> {
    let small = |n: u32| i8::try_from(n).map_err(|_| IMPOSSIBLE);
    let year = i16::try_from(year).map_err(|_| IMPOSSIBLE)?;
    Date::new(year, small(month)?, small(day)?).map_err(|_| IMPOSSIBLE)
}

/// The value of at most eight digits.
pub(super) fn value(digits: &str) -> u32 {
    digits.bytes().fold(0, |n, b| n * 10 + u32::from(b - b'0'))
}
