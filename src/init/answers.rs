//! What only the owner knows.

use crate::{config::Profile, language::Language};

/// Why people are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// They order, visit or buy: a contract.
    Clients,
    /// They agreed to the use of their data.
    Agreed,
    /// They agreed to news and offers, and there is no other reason.
    Newsletter,
    /// A law demands it.
    Law,
    /// An interest of the owner's, weighed against theirs.
    Interest,
}

impl Why {
    /// All of them, with the words of the command line.
    pub const ALL: [(&'static str, Self); 5] = [
        ("clients", Self::Clients),
        ("agreed", Self::Agreed),
        ("newsletter", Self::Newsletter),
        ("law", Self::Law),
        ("interest", Self::Interest),
    ];

    /// Its word on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, why)| *why == self).map_or("", |(word, _)| word)
    }

    /// What the purpose is called in the config.
    pub(super) fn purpose(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Agreed | Self::Interest => "contacts",
            Self::Newsletter => "newsletter",
            Self::Law => "records",
        }
    }

    /// Its basis in the config.
    pub(super) fn basis(self) -> &'static str {
        match self {
            Self::Clients => "contract",
            Self::Agreed | Self::Newsletter => "consent",
            Self::Law => "law",
            Self::Interest => "legitimate_interest",
        }
    }

    /// Whether the term must count from a date, since nobody's word ends it.
    pub(super) fn needs_date(self) -> bool {
        matches!(self, Self::Clients | Self::Law)
    }
}

/// A destination.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Its kind, where the address doesn't tell.
    pub kind: Option<String>,
    /// Where it is, as the config is to say.
    pub path: String,
    /// Whether it is a file, whose columns people read.
    pub is_file: bool,
}

/// What only the owner knows, answered or assumed.
#[derive(Clone, Debug)]
pub struct Answers {
    /// The name that people know.
    pub operator: String,
    /// The law that counts.
    pub profile: Profile,
    /// The language of what the owner reads.
    pub language: Language,
    /// Where "today" is.
    pub time_zone: String,
    /// Why people are kept.
    pub why: Why,
    /// For how long after somebody was last here, such as `3 years`.
    pub keep: String,
    /// Where clean records go.
    pub main: Place,
    /// Where those go who agreed to a newsletter, if there is another reason for all.
    pub newsletter: Place,
}

/// A term as the config has it: `3 года` is `3 years`. Nothing for what is no term.
#[must_use]
pub fn term(text: &str) -> Option<String> {
    const WORDS: [(&str, &str); 10] = [
        ("лет", "years"),
        ("год", "years"),
        ("месяц", "months"),
        ("мес", "months"),
        ("недел", "weeks"),
        ("дней", "days"),
        ("день", "days"),
        ("дня", "days"),
        ("дн", "days"),
        ("г.", "years"),
    ];
    let words = text.split_whitespace().map(|word| {
        let word = word.to_lowercase();
        WORDS.iter().find(|(stem, _)| word.starts_with(stem)).map_or(word, |(_, english)| (*english).to_owned())
    });
    let text = words.collect::<Vec<_>>().join(" ");
    crate::config::whole_days(&text).map(|_| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_typed_in_either_language() {
        for (text, expected) in [
            ("3 years", Some("3 years")),
            ("1 Year", Some("1 year")),
            ("3 года", Some("3 years")),
            ("1 год 6 месяцев", Some("1 years 6 months")),
            ("90 дней", Some("90 days")),
            ("3", None),
            ("всегда", None),
            ("2 hours", None),
            ("", None),
        ] {
            assert_eq!(term(text).as_deref(), expected, "{text}");
        }
    }
}
