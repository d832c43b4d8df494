//! How a cell looks on the screen, in the locale of its spreadsheet.

use std::{borrow::Cow, fmt::Write as _};

use jiff::{ToSpan as _, civil};

use super::grid::{Cell, Format};

/// How a locale writes numbers. The no-break space of Russian is a guess.
struct Style {
    point: char,
    group: char,
    before: &'static str,
    after: &'static str,
    /// How it names the pattern of an amount.
    amount: &'static str,
}

fn style(locale: &str) -> Style {
    match locale.get(..2) {
        Some("ru") => {
            Style { point: ',', group: '\u{a0}', before: "", after: "\u{a0}₽", amount: "#,##0.00\\ \"₽\"" }
        }
        Some("de") => Style { point: ',', group: '.', before: "", after: "\u{a0}€", amount: "#,##0.00\\ \"€\"" },
        _ => Style { point: '.', group: ',', before: "$", after: "", amount: "\"$\"#,##0.00" },
    }
}

/// The text of a cell, as its owner sees it.
pub(crate) fn text<'a>(cell: &'a Cell, locale: &str) -> Cow<'a, str> {
    match cell.value() {
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Error(error) => Cow::Borrowed(error),
        // Also in Russian: the API writes them so whatever the locale. A guess.
        Cell::Bool(yes) => Cow::Borrowed(if *yes { "TRUE" } else { "FALSE" }),
        Cell::Number(value, format) => Cow::Owned(number(*value, *format, &style(locale))),
        Cell::Blank | Cell::Formula(..) => Cow::Borrowed(""),
    }
}

/// The type and the pattern of a cell's format, where it has one of its own.
pub(crate) fn pattern(cell: &Cell, locale: &str) -> Option<(&'static str, String)> {
    let Cell::Number(_, format) = cell.value() else { return None };
    let zeros = |decimals: u8| if decimals > 0 { format!("0.{}", "0".repeat(decimals.into())) } else { "0".into() };
    Some(match format {
        Format::General => return None,
        Format::Fixed { decimals, grouped: false } => ("NUMBER", zeros(*decimals)),
        Format::Fixed { decimals, grouped: true } => ("NUMBER", format!("#,##{}", zeros(*decimals))),
        Format::Scientific => ("SCIENTIFIC", "0.00E+00".to_owned()),
        Format::Percent { decimals } => ("PERCENT", format!("{}%", zeros(*decimals))),
        Format::Currency => ("CURRENCY", style(locale).amount.to_owned()),
        Format::Date(pattern) if pattern.contains('h') => ("DATE_TIME", (*pattern).to_owned()),
        Format::Date(pattern) => ("DATE", (*pattern).to_owned()),
    })
}

fn number(value: f64, format: Format, style: &Style) -> String {
    match format {
        Format::General => general(value, style),
        Format::Fixed { decimals, grouped } => fixed(value, decimals, grouped, style),
        Format::Scientific => scientific(value, style),
        Format::Percent { decimals } => format!("{}%", fixed(value * 100.0, decimals, false, style)),
        Format::Currency => {
            let sign = if value < 0.0 { "-" } else { "" };
            format!("{sign}{}{}{}", style.before, fixed(value.abs(), 2, true, style), style.after)
        }
        Format::Date(pattern) => date(value, pattern),
    }
}

/// Whole numbers in full up to 15 digits, others to ten digits.
fn general(value: f64, style: &Style) -> String {
    if value.abs() >= 1e15 {
        return scientific(value, style);
    }
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let whole = format!("{:.0}", value.abs().trunc()).len();
    let shown = format!("{value:.*}", 10_usize.saturating_sub(whole));
    shown.trim_end_matches('0').trim_end_matches('.').replace('.', &style.point.to_string())
}

fn fixed(value: f64, decimals: u8, grouped: bool, style: &Style) -> String {
    let shown = format!("{value:.*}", usize::from(decimals));
    let (whole, fraction) = shown.split_once('.').unwrap_or((&shown, ""));
    let mut text = String::new();
    for (at, digit) in whole.char_indices() {
        let left = whole.len() - at;
        if grouped && left % 3 == 0 && text.chars().any(|c| c.is_ascii_digit()) {
            text.push(style.group);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(style.point);
        text.push_str(fraction);
    }
    text
}

fn scientific(value: f64, style: &Style) -> String {
    let shown = format!("{value:.2E}");
    let (digits, power) = shown.split_once('E').expect("an exponent");
    let power: i32 = power.parse().expect("digits");
    let sign = if power < 0 { '-' } else { '+' };
    format!("{}E{sign}{:02}", digits.replace('.', &style.point.to_string()), power.abs())
}

/// A day and a time since 1899-12-30 (source: the description of `DateTimeRenderOption`).
fn date(serial: f64, pattern: &str) -> String {
    let seconds = (serial * 86_400.0).round();
    let Ok(at) = civil::date(1899, 12, 30).at(0, 0, 0, 0).checked_add((seconds as i64).seconds()) else {
        return String::new();
    };
    let mut text = String::new();
    let mut after_hours = false;
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let length = rest.len() - rest.trim_start_matches(letter).len();
        let (token, next) = rest.split_at(length);
        let _ = match token {
            "yyyy" => write!(text, "{:04}", at.year()),
            "yy" => write!(text, "{:02}", at.year() % 100),
            "mm" if after_hours => write!(text, "{:02}", at.minute()),
            "mm" => write!(text, "{:02}", at.month()),
            "m" => write!(text, "{}", at.month()),
            "dd" => write!(text, "{:02}", at.day()),
            "d" => write!(text, "{}", at.day()),
            "hh" => write!(text, "{:02}", at.hour()),
            "h" => write!(text, "{}", at.hour()),
            "ss" => write!(text, "{:02}", at.second()),
            other => write!(text, "{other}"),
        };
        after_hours = token.starts_with('h') || (after_hours && token == ":");
        rest = next;
    }
    text
}
