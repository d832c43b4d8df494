//! Values of cells as plain text, and days as Excel counts them.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime, Time};

use crate::{day::Day, sheet::Raw};

/// 1970-01-01, counted from 1899-12-30.
const UNIX_EPOCH: i32 = 25_569;

/// 1904-01-01, counted from 1899-12-30.
const MAC_EPOCH: f64 = 1462.0;

/// Excel's own count as days since 1899-12-30. It has a 29th of February 1900, which was not, so that
/// before the 1st of March it is one behind. Less than a day is a time, and has no day.
pub(super) fn from_excel(serial: f64, from_1904: bool) -> f64 {
    match serial {
        _ if from_1904 => serial + MAC_EPOCH,
        1.0..60.0 => serial + 1.0,
        _ => serial,
    }
}

/// The reverse, for files that count from 1900; nothing for days that Excel doesn't have.
pub(super) fn to_excel(date: Date) -> Option<f64> {
    let days = serial(date);
    match days {
        61.0.. => Some(days),
        2.0..61.0 => Some(days - 1.0),
        _ => None,
    }
}

/// A date as days since 1899-12-30.
pub(super) fn serial(date: Date) -> f64 {
    f64::from(Day::of(date).0 + UNIX_EPOCH)
}

/// A date, a date with a time, or a time as ISO 8601 writes it.
pub(super) fn from_iso(text: &str) -> Option<f64> {
    let text = text.trim_end_matches('Z');
    let of_day = |time: Time| time.duration_since(Time::midnight()).as_secs_f64() / 86_400.0;
    if let Ok(at) = text.parse::<DateTime>() {
        return Some(serial(at.date()) + of_day(at.time()));
    }
    text.parse::<Date>().map(serial).or_else(|_| text.parse::<Time>().map(of_day)).ok()
}

/// A cell as text: numbers without an exponent, dates as ISO 8601.
pub(super) fn plain(raw: Raw<'_>) -> Cow<'_, str> {
    match raw {
        Raw::Blank => Cow::Borrowed(""),
        Raw::Text(text) | Raw::Error(text) => Cow::Borrowed(text),
        Raw::Number(number) => Cow::Owned((number + 0.0).to_string()),
        Raw::Date(serial) => Cow::Owned(iso(serial).unwrap_or_else(|| serial.to_string())),
        Raw::Bool(yes) => Cow::Borrowed(if yes { "true" } else { "false" }),
    }
}

fn iso(serial: f64) -> Option<String> {
    let seconds = (serial * 86_400.0).round();
    let days = (seconds / 86_400.0).floor();
    let of_day = (seconds - days * 86_400.0) as i64;
    let time = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
    if days == 0.0 {
        return Some(time);
    }
    if days.abs() > f64::from(i32::MAX / 2) {
        return None;
    }
    let date = Day(days as i32 - UNIX_EPOCH).date()?;
    Some(if of_day == 0 { date.to_string() } else { format!("{date}T{time}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_plain_text() {
        for (raw, expected) in [
            (Raw::Number(79_161_234_567.0), "79161234567"),
            (Raw::Number(-0.0), "0"),
            (Raw::Number(0.1), "0.1"),
            (Raw::Number(1e21), "1000000000000000000000"),
            (Raw::Date(45292.0), "2024-01-01"),
            (Raw::Date(45292.5), "2024-01-01T12:00:00"),
            (Raw::Date(45_291.999_999_999), "2024-01-01"),
            (Raw::Date(0.25), "06:00:00"),
            (Raw::Date(1e18), "1000000000000000000"),
            (Raw::Bool(true), "true"),
            (Raw::Error("#N/A"), "#N/A"),
            (Raw::Blank, ""),
        ] {
            assert_eq!(plain(raw), expected);
        }
    }

    #[test]
    fn days_are_counted_as_excel_does() {
        for (text, excel) in [
            ("1900-01-01", Some(1.0)),
            ("1900-02-28", Some(59.0)),
            ("1900-03-01", Some(61.0)),
            ("2024-01-01", Some(45292.0)),
            ("1899-12-31", None),
        ] {
            let date: Date = text.parse().expect(text);
            assert_eq!(to_excel(date), excel, "{text}");
            assert_eq!(excel.map(|days| from_excel(days, false)), excel.map(|_| serial(date)), "{text}");
        }
        let counted = [(0.0, true), (0.5, false), (-1.0, false)].map(|(days, mac)| Some(from_excel(days, mac)));
        assert_eq!(counted, [Some(1462.0), Some(0.5), Some(-1.0)]);
    }

    #[test]
    fn dates_of_the_strict_format_are_serials() {
        for (text, expected) in [
            ("2024-01-01", Some(45292.0)),
            ("2024-01-01T12:00:00", Some(45292.5)),
            ("2024-01-01T18:00:00.000Z", Some(45292.75)),
            ("06:00:00", Some(0.25)),
            ("soon", None),
        ] {
            assert_eq!(from_iso(text), expected, "{text}");
        }
    }
}
