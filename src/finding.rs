//! What was found on the way: a stable code, a place, a shape, and what to do. Never a value.

use std::fmt::Write as _;

use crate::{
    address::Place,
    catalogue::{self, Fill},
    language::Language,
    printable::printable,
    value::Shape,
};

/// The stable name of a finding, such as `phone-letters`; its texts are in the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Code(&'static str);

impl Code {
    /// A code. Each one in the source has an entry in `config/catalogue.toml`: a test compares the two.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(self) -> Severity {
        catalogue::entry(self.0).severity
    }
}

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing; nothing was left out.
    Note,
    /// Used as it is, but probably not what was meant.
    Warning,
    /// Not used as it is.
    Error,
}

impl Severity {
    /// The word that a finding starts with.
    #[must_use]
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Self::Note => language.pick("note", "заметка"),
            Self::Warning => language.pick("warning", "внимание"),
            Self::Error => language.pick("error", "ошибка"),
        }
    }
}

/// One thing that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// What the value looks like, where there is one.
    pub shape: Option<Shape>,
    /// What the text's `{hint}` says: never a personal value.
    pub hint: Option<Box<str>>,
}

impl Finding {
    /// A finding about a whole place.
    #[must_use]
    pub fn at(code: Code, place: Place) -> Self {
        Self { code, place, shape: None, hint: None }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hint = Some(printable(hint.as_ref()).into());
        self
    }

    /// The finding as people read it; `place` is its place in words.
    #[must_use]
    pub fn render(&self, place: &str, language: Language) -> String {
        let entry = catalogue::entry(self.code.name());
        let fill = [("hint", Fill::Text(self.hint.as_deref().unwrap_or_default()))];
        let words = entry.words(language);
        let mut text = format!(
            "{}[{}]: {}\n  --> {place}\n",
            entry.severity.word(language),
            self.code.name(),
            catalogue::fill(&words.title, &fill, language),
        );
        if let Some(shape) = self.shape {
            let _ = writeln!(text, "   |  {}", shape.describe(language));
        }
        let help = language.pick(" help", "совет");
        let _ = writeln!(text, "{help}: {}", catalogue::fill(&words.help, &fill, language));
        text
    }
}

/// Why something could not be done at all, in the words of the catalogue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trouble {
    /// What it is.
    pub code: Code,
    /// What the text's `{hint}` says: a file's name, an encoding; never a personal value.
    pub hint: String,
    /// The row that it is about, which the text calls `{row}`.
    pub row: Option<u32>,
}

impl Trouble {
    /// A trouble with its hint.
    pub fn new(code: Code, hint: impl AsRef<str>) -> Self {
        Self { code, hint: printable(hint.as_ref()).into_owned(), row: None }
    }

    /// The same, about one row.
    #[must_use]
    pub fn at_row(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    /// What is wrong, in one sentence.
    #[must_use]
    pub fn title(&self, language: Language) -> String {
        self.fill(&catalogue::entry(self.code.name()).words(language).title, language)
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self, language: Language) -> String {
        self.fill(&catalogue::entry(self.code.name()).words(language).help, language)
    }

    /// The trouble as people read it; `place` is what it happened to.
    #[must_use]
    pub fn render(&self, place: &str, language: Language) -> String {
        let (word, name) = (self.code.severity().word(language), self.code.name());
        let help = self.help(language);
        let word_of_help = language.pick(" help", "совет");
        format!("{word}[{name}]: {}\n  --> {place}\n{word_of_help}: {help}\n", self.title(language))
    }

    fn fill(&self, text: &str, language: Language) -> String {
        let fills = [("hint", Fill::Text(&self.hint)), ("row", Fill::Number(self.row.unwrap_or_default().into()))];
        catalogue::fill(text, &fills, language)
    }
}
