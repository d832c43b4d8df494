//! How far days are from each other, for an axis.

use crate::day::Day;

/// An axis of days, from the first to the last.
pub(super) struct Days {
    first: Day,
    last: Day,
}

impl Days {
    /// The axis of `days`, up to `today`; at least a week, so that one day is no wall.
    pub(super) fn until(today: Day, days: impl Iterator<Item = Day>) -> Self {
        let first = days.min().unwrap_or(today).min(Day(today.0.saturating_sub(7)));
        Self { first, last: today }
    }

    /// Where a day is, from 0 (the first) to 1 (the end of the last).
    pub(super) fn place(&self, day: Day) -> f64 {
        let all = f64::from(self.last.0.saturating_sub(self.first.0)) + 1.0;
        (f64::from(day.0.saturating_sub(self.first.0)) / all).clamp(0.0, 1.0)
    }

    /// A few days to write beneath the axis.
    pub(super) fn ticks(&self) -> Vec<Day> {
        let all = self.last.0.saturating_sub(self.first.0);
        let step = (all / 4).max(1);
        (0..=all / step).map(|i| Day(self.first.0 + i * step)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_place() {
        let axis = Days::until(Day(100), [Day(81), Day(90)].into_iter());
        assert_eq!((axis.place(Day(81)), axis.place(Day(91)), axis.place(Day(300))), (0.0, 0.5, 1.0));
        assert_eq!(axis.ticks(), [81, 85, 89, 93, 97].map(Day));
        assert_eq!(Days::until(Day(100), std::iter::empty()).ticks().first(), Some(&Day(93)));
    }
}
