//! `date`: a day of the calendar, as `2026-11-24`.

mod guess;
mod text;

use jiff::{SignedDuration, Span, civil::Date};

use crate::{
    check::{
        kind::{Column, DateOrder, FieldKind, FieldOption, How, Infer, Input, Out, Setting, Takes},
        mess,
    },
    day::Day,
    finding::Code,
    sheet::Raw,
};

const UNREADABLE: Code = Code::new("date-unreadable");
const PARTIAL: Code = Code::new("date-partial");
const AMBIGUOUS: Code = Code::new("date-ambiguous");
const CONTRADICTS: Code = Code::new("date-contradicts-order");
const IMPOSSIBLE: Code = Code::new("date-impossible");
const DUMMY: Code = Code::new("date-dummy");
const OUT_OF_RANGE: Code = Code::new("date-out-of-range");
const FUTURE: Code = Code::new("date-future");
const SERIAL: Code = Code::new("date-serial");
const TWO_DIGIT_YEAR: Code = Code::new("date-two-digit-year");

/// A birth date is an identity beside a name, any other date is none: `identity` is one per kind, so the
/// config decides by `birth`.
pub(super) const KIND: FieldKind = FieldKind {
    column: Column::Date,
    options: &[
        FieldOption {
            name: "order",
            about: "what 01/02/2024 means: \"dmy\", \"mdy\" or \"ymd\"",
            takes: Takes::Words(&["dmy", "mdy", "ymd"]),
            set: set_order,
        },
        FieldOption {
            name: "birth",
            about: "true for birth dates: they are past, and identify beside a name",
            takes: Takes::Switch,
            set: set_birth,
        },
    ],
    infer: Some(Infer { option: "order", guess: guess::order }),
    ..FieldKind::plain(
        "date",
        "dates, written as 2026-11-24; with dots they are day.month.year, with slashes the column or `order` tells",
        parse,
    )
};

fn set_order(how: &mut How, setting: &Setting) -> Result<(), String> {
    how.order = match setting {
        Setting::Text(text) if text == "dmy" => DateOrder::Dmy,
        Setting::Text(text) if text == "mdy" => DateOrder::Mdy,
        Setting::Text(text) if text == "ymd" => DateOrder::Ymd,
        _ => return Err("`dmy`, `mdy`, `ymd`".to_owned()),
    };
    Ok(())
}

fn set_birth(how: &mut How, setting: &Setting) -> Result<(), String> {
    let Setting::Bool(birth) = setting else { return Err("`true`, `false`".to_owned()) };
    how.birth = *birth;
    Ok(())
}

fn parse(inputs: &[Input<'_>], how: &How, out: &mut Out<'_>) {
    for input in inputs {
        match read(input.raw, how) {
            Ok(Some(found)) => {
                if let Some(code) = found.note {
                    out.note(code);
                }
                out.write(|text| write_iso(found.date, text));
            }
            Ok(None) => {}
            Err(code) => out.note(code),
        }
    }
}

/// A date, and what had to be assumed for it.
struct Found {
    date: Date,
    note: Option<Code>,
}

impl Found {
    fn sure(date: Date) -> Self {
        Self { date, note: None }
    }
}

/// Reads a cell; `None` where it holds nothing.
fn read(raw: Raw<'_>, how: &How) -> Result<Option<Found>, Code> {
    let found = match raw {
        Raw::Text(text) => match text::read(text, how)? {
            Some(found) => found,
            None => return Ok(None),
        },
        Raw::Date(serial) if (0.0..1.0).contains(&serial) => return Err(PARTIAL), // a time of day
        Raw::Date(serial) => Found::sure(serial_date(serial).ok_or(OUT_OF_RANGE)?),
        Raw::Number(n) => number(n, how)?,
        Raw::Bool(_) => return Err(UNREADABLE),
        Raw::Blank | Raw::Error(_) => return Ok(None),
    };
    judge(found.date, how)?;
    Ok(Some(found))
}

/// A number in a date column: a serial number that lost its format, or digits that were never a date.
fn number(n: f64, how: &How) -> Result<Found, Code> {
    /// Years, and days such as `7.02`, end here; serial 2101 is in 1905.
    const SERIAL_MIN: f64 = 2101.0;
    if n < SERIAL_MIN {
        return Err(if n < 1.0 { UNREADABLE } else { PARTIAL });
    }
    match serial_date(n) {
        Some(date) if is_plausible(date) => Ok(Found { date, note: Some(SERIAL) }),
        _ => text::read(&super::plain_number(n), how)?.ok_or(UNREADABLE),
    }
}

/// The years that the dates of clients, orders and consents may have.
fn is_plausible(date: Date) -> bool {
    (1900..=2100).contains(&date.year())
}

/// Whether a date of the calendar can be meant.
fn judge(date: Date, how: &How) -> Result<(), Code> {
    /// The oldest person ever reached 122.
    const AGE_MAX: i16 = 120;
    if is_dummy(date) {
        return Err(DUMMY);
    }
    if !is_plausible(date) {
        return Err(OUT_OF_RANGE);
    }
    let today = how.today.date().filter(|_| how.birth);
    match today {
        Some(today) if date > today => Err(FUTURE),
        Some(today) if date.year() < today.year() - AGE_MAX => Err(OUT_OF_RANGE),
        _ => Ok(()),
    }
}

/// Days that stand where nobody knew one: the zeros of Excel, Google, Unix, SQL and .NET, and 11.11.1111.
fn is_dummy(date: Date) -> bool {
    const DUMMIES: [Date; 8] = [
        Date::constant(1, 1, 1),
        Date::constant(1111, 11, 11),
        Date::constant(1753, 1, 1),
        Date::constant(1899, 12, 30),
        Date::constant(1899, 12, 31),
        Date::constant(1900, 1, 1),
        Date::constant(1970, 1, 1),
        Date::constant(9999, 12, 31),
    ];
    DUMMIES.contains(&date)
}

/// The day of a spreadsheet's serial number: days since 1899-12-30.
fn serial_date(serial: f64) -> Option<Date> {
    /// 9999-12-31, where the calendars of spreadsheets end.
    const LAST: f64 = 2_958_465.0;
    let days = Some(serial.floor()).filter(|d| (-LAST..=LAST).contains(d))? as i64;
    Date::constant(1899, 12, 30).checked_add(Span::new().try_days(days).ok()?).ok()
}

/// Appends a spreadsheet's serial number as `2026-11-24`, with its time of day where it has one, a time
/// alone as `10:30`; nothing when it is out of the calendar.
pub(super) fn write_serial(serial: f64, text: &mut String) {
    let time = SignedDuration::from_secs(((serial - serial.floor()) * 86_400.0).round() as i64);
    let at = serial_date(serial).and_then(|date| date.at(0, 0, 0, 0).checked_add(time).ok());
    let Some(at) = at else { return };
    let time = match (at.hour(), at.minute(), at.second()) {
        (0, 0, 0) => return write_iso(at.date(), text),
        (_, _, 0) => at.strftime("%H:%M"),
        _ => at.strftime("%H:%M:%S"),
    };
    if !(0.0..1.0).contains(&serial) {
        write_iso(at.date(), text);
        text.push(' ');
    }
    text.push_str(&time.to_string());
}

fn write_iso(date: Date, text: &mut String) {
    let two = |n: i8| [b'0' + (n / 10).unsigned_abs(), b'0' + (n % 10).unsigned_abs()].map(char::from);
    let year = date.year();
    if (1000..=9999).contains(&year) {
        text.extend(two((year / 100) as i8).into_iter().chain(two((year % 100) as i8)));
        text.push('-');
        text.extend(two(date.month()));
        text.push('-');
        text.extend(two(date.day()));
    } else {
        text.push_str(&date.to_string());
    }
}

/// The day that a text such as `да, 12.03.2024` was said on; `None` where it names none for sure.
pub(super) fn day(raw: Raw<'_>, how: &How) -> Option<Day> {
    let clean;
    let raw = match raw {
        Raw::Text(text) => {
            clean = mess::clean(text);
            Raw::Text(&clean)
        }
        raw => raw,
    };
    read(raw, how).ok().flatten().map(|found| Day::of(found.date))
}

/// Whether a cell is a date of the calendar, even one whose order nobody knows.
pub(super) fn is_date(raw: Raw<'_>, how: &How) -> bool {
    match read(raw, how) {
        Ok(found) => found.is_some_and(|f| f.note != Some(SERIAL)),
        Err(code) => code == AMBIGUOUS,
    }
}

#[cfg(test)]
mod tests;
