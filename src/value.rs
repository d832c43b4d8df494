//! Personal text, and what may be said about it without saying it.

use std::fmt;

use crate::language::Language;

/// A personal value. `Debug` shows its [`Shape`]; [`Private::expose`] is the one way to the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Private<'a>(&'a str);

impl<'a> Private<'a> {
    /// Wraps a text that belongs to a person.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text itself: the word to look for in review.
    #[must_use]
    pub fn expose(self) -> &'a str {
        self.0
    }

    /// What may be said about it.
    #[must_use]
    pub fn shape(self) -> Shape {
        Shape::of(self.0)
    }
}

impl fmt::Debug for Private<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‹{}›", self.shape().describe(Language::English))
    }
}

/// A personal value that outlives what it was read from. `Debug` shows its [`Shape`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrivateText(Box<str>);

impl PrivateText {
    /// Keeps a text that belongs to a person.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text, still wrapped.
    #[must_use]
    pub fn private(&self) -> Private<'_> {
        Private::new(&self.0)
    }

    /// The text itself, see [`Private::expose`].
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for PrivateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Private::new(&self.0).fmt(f)
    }
}

/// Several personal texts in one piece, such as the cells of a card; a blank one is empty. `Debug` shows shapes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Texts {
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Texts {
    /// These texts, in their order.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for part in texts {
            text.push_str(part);
            ends.push(text.len() as u32);
        }
        Self { text: text.into(), ends: ends.into() }
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Private<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| Private(&self.text[start as usize..*end as usize]))
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// What a value looks like: how long it is and which classes of characters it has, never which ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shape {
    /// Length in characters, saturating.
    pub chars: u16,
    classes: u8,
}

const CLASSES: [(&str, &str); 7] = [
    ("digits", "цифры"),
    ("Latin letters", "латинские буквы"),
    ("Cyrillic letters", "кириллица"),
    ("other letters", "другие буквы"),
    ("spaces", "пробелы"),
    ("punctuation", "знаки препинания"),
    ("other characters", "другие знаки"),
];

impl Shape {
    /// The shape of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut classes = 0;
        let mut chars = 0_u16;
        for c in text.chars() {
            chars = chars.saturating_add(1);
            classes |= 1 << class(c);
        }
        Self { chars, classes }
    }

    /// For example `digits, Latin letters; 16 characters`.
    #[must_use]
    pub fn describe(self, language: Language) -> String {
        let names = CLASSES
            .iter()
            .enumerate()
            .filter(|(i, _)| self.classes & (1 << i) != 0)
            .map(|(_, (en, ru))| language.pick(*en, *ru))
            .collect::<Vec<_>>()
            .join(", ");
        let n = u64::from(self.chars);
        let unit = match language {
            Language::English => language.plural(n, "character", "characters", ""),
            Language::Russian => language.plural(n, "знак", "знака", "знаков"),
        };
        if names.is_empty() { language.pick("empty", "пусто").to_owned() } else { format!("{names}; {n} {unit}") }
    }
}

fn class(c: char) -> u8 {
    match c {
        '0'..='9' => 0,
        'a'..='z' | 'A'..='Z' => 1,
        '\u{400}'..='\u{52f}' => 2,
        _ if c.is_alphabetic() => 3,
        _ if c.is_whitespace() => 4,
        _ if c.is_ascii_punctuation() => 5,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_text() {
        let shown = format!("{:?}", Private::new("Анна +7 916"));
        assert_eq!(shown, "‹digits, Cyrillic letters, spaces, punctuation; 11 characters›");
        assert_eq!(format!("{:?}", PrivateText::new("Анна +7 916")), shown);
    }

    #[test]
    fn texts_come_back_and_are_not_shown() {
        let texts = Texts::of(["a", "", "Анна"]);
        assert_eq!(texts.iter().map(Private::expose).collect::<Vec<_>>(), ["a", "", "Анна"]);
        assert_eq!(format!("{texts:?}"), "[‹Latin letters; 1 character›, ‹empty›, ‹Cyrillic letters; 4 characters›]");
        assert_eq!(Texts::default().iter().count(), 0);
    }

    #[test]
    fn a_shape_reads_in_both_languages() {
        let shape = Shape::of("89l6");
        assert_eq!(shape.describe(Language::English), "digits, Latin letters; 4 characters");
        assert_eq!(shape.describe(Language::Russian), "цифры, латинские буквы; 4 знака");
        assert_eq!(Shape::default().describe(Language::Russian), "пусто");
    }
}
