//! Calendar days, in which consent, refusals and retention are counted.

use std::fmt;

use jiff::{Span, civil::Date};

/// A calendar day, as days since 1970-01-01. [`Day::NEVER`] stands for "no date" and is before all others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// No date: earlier than every other, so it never counts as the later of two.
    pub const NEVER: Self = Self(i32::MIN);
    /// After every other day: a term that doesn't end.
    pub const FOREVER: Self = Self(i32::MAX);

    /// The date, unless this is one of the two ends.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        Date::constant(1970, 1, 1).checked_add(Span::new().try_days(self.0).ok()?).ok()
    }

    /// The day of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let epoch = Date::constant(1970, 1, 1);
        Self((date - epoch).get_days())
    }

    /// Whether this is a day at all.
    #[must_use]
    pub fn is_known(self) -> bool {
        self != Self::NEVER && self != Self::FOREVER
    }

    /// The day after `span`, or [`Day::FOREVER`] when the calendar ends first.
    #[must_use]
    pub fn after(self, span: Span) -> Self {
        self.date().and_then(|d| d.checked_add(span).ok()).map_or(Self::FOREVER, Self::of)
    }

    /// Reads `2026-11-24`, the form that [`Day`] prints and that `date` fields hold.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        text.parse::<Date>().ok().map(Self::of)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => date.fmt(f),
            None if *self == Self::NEVER => f.write_str("never"),
            None => f.write_str("forever"),
        }
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn days_go_to_dates_and_back() {
        for (text, days) in [("1970-01-01", 0), ("1969-12-31", -1), ("2026-11-24", 20_781), ("0001-01-01", -719_162)] {
            let day = Day::parse_iso(text).expect(text);
            assert_eq!(day, Day(days), "{text}");
            assert_eq!(day.to_string(), text);
        }
        assert_eq!(Day::NEVER.date(), None);
        assert!(Day::NEVER < Day(-719_162) && Day(0) < Day::FOREVER);
    }

    #[test]
    fn a_term_of_months_ends_on_the_calendar() {
        let day = Day::parse_iso("2024-02-29").expect("a date");
        assert_eq!(day.after(1.year()).to_string(), "2025-02-28");
        assert_eq!(day.after(3.years()).to_string(), "2027-02-28");
        assert_eq!(Day::FOREVER.after(1.day()), Day::FOREVER);
    }
}
