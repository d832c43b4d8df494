//! `date`: placeholder until the kind lands.
use jiff::{Span, civil::Date};

/// Appends the day of a spreadsheet's serial number (days since 1899-12-30) as `2026-11-24`; nothing
/// when it is out of the calendar.
pub(super) fn write_serial(serial: f64, text: &mut String) {
    let base = Date::constant(1899, 12, 30);
    if let Ok(date) = Span::new().try_days(serial.floor() as i64).and_then(|days| base.checked_add(days)) {
        text.push_str(&date.to_string());
    }
}
