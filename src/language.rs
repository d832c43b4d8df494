//! The two languages that people read here.

/// English or Russian; code, logs and JSON are English whatever this says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// The default.
    #[default]
    English,
    /// For operators, clients and regulators in Russia.
    Russian,
}

impl Language {
    /// The one of two texts that is in this language.
    #[must_use]
    pub fn pick<T>(self, english: T, russian: T) -> T {
        match self {
            Self::English => english,
            Self::Russian => russian,
        }
    }

    /// The form of a noun that goes with `n`: `one`, `few` (Russian 2–4) or `many`; English takes
    /// `one` and `few`. Rules: CLDR plural rules for cardinals, `en` and `ru`.
    #[must_use]
    pub fn plural<'a>(self, n: u64, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
        match self {
            Self::English if n == 1 => one,
            Self::English => few,
            Self::Russian => match (n % 10, n % 100) {
                (_, 11..=14) => many,
                (1, _) => one,
                (2..=4, _) => few,
                _ => many,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{English, Russian};

    #[test]
    fn plurals_follow_cldr() {
        let ru = |n| Russian.plural(n, "строка", "строки", "строк");
        for (n, expected) in
            [(1, "строка"), (2, "строки"), (5, "строк"), (11, "строк"), (21, "строка"), (112, "строк"), (0, "строк")]
        {
            assert_eq!(ru(n), expected, "{n}");
        }
        assert_eq!(English.plural(1, "row", "rows", ""), "row");
        assert_eq!(English.plural(0, "row", "rows", ""), "rows");
    }
}
