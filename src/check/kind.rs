//! What a kind of field is: one file that exports a [`FieldKind`].

use rlibphonenumber::Region;

use crate::{day::Day, finding::Code, sheet::Raw};

/// A kind of field: how its cells are read, and what its values are good for.
pub struct FieldKind {
    /// Its name in the config.
    pub name: &'static str,
    /// One line for help and docs.
    pub about: &'static str,
    /// Columns that together make one value, such as `family` and `given`; empty where only one can.
    pub parts: &'static [&'static str],
    /// Whether a cell may hold several values.
    pub list: bool,
    /// Whether equal values are evidence of one person.
    pub identity: Option<Identity>,
    /// What a database makes of it.
    pub column: Column,
    /// What the config may say about it.
    pub options: &'static [FieldOption],
    /// What can only be read off a whole column.
    pub infer: Option<Infer>,
    /// What a cell that could not be read probably means: canonical values, or at least seven of a phone's
    /// digits. It decides nothing but whom an unreadable refusal may mean.
    pub legible: Option<fn(&str, &How) -> Vec<String>>,
    /// Raised when the canonical form of a value changes, so that what was remembered is compared anew.
    pub version: u8,
    /// Reads a cell: a pure function of its inputs and `how`. It is never called when every input is
    /// blank or holds a spreadsheet's error; those are settled before.
    pub parse: fn(&[Input<'_>], &How, &mut Out<'_>),
}

impl FieldKind {
    /// A kind of text in one column that identifies nobody and has no settings.
    pub(super) const fn plain(
        name: &'static str,
        about: &'static str,
        parse: fn(&[Input<'_>], &How, &mut Out<'_>),
    ) -> Self {
        Self {
            name,
            about,
            parts: &[],
            list: false,
            identity: None,
            column: Column::Text,
            options: &[],
            infer: None,
            legible: None,
            version: 1,
            parse,
        }
    }
}

/// As what a value identifies a person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Identity {
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A number of a document of one person, such as SNILS.
    Document,
    /// A name, which identifies only beside a birth date.
    Name,
    /// A birth date, which identifies only beside a name.
    Birth,
}

/// What a database makes of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// Text.
    Text,
    /// A date, written `2026-11-24`.
    Date,
    /// A decimal number, written with a point.
    Number,
    /// `true` or `false`.
    Bool,
}

/// A setting that the config may give a field of this kind.
pub struct FieldOption {
    /// Its name in the config.
    pub name: &'static str,
    /// One line for help and docs, with the values it takes.
    pub about: &'static str,
    /// The form of its values, for editors; `set` has the last word.
    pub takes: Takes,
    /// Takes the setting, or says what it should have been.
    pub set: fn(&mut How, &Setting) -> Result<(), String>,
}

/// The form of the values that a setting takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// `true` or `false`.
    Switch,
    /// One of these.
    Words(&'static [&'static str]),
    /// Any text, or one of too many to list.
    Text,
    /// Where a text is to be found: `env:NAME` or `file:PATH`.
    Pointer,
    /// A list of texts, or lists of texts under names.
    Lists,
}

/// A setting as the config holds it.
#[derive(Clone, PartialEq, Debug)]
pub enum Setting {
    /// A text.
    Text(String),
    /// A switch.
    Bool(bool),
    /// A list of texts.
    List(Vec<String>),
    /// Lists of texts under names, in the order of the file.
    Table(Vec<(String, Vec<String>)>),
}

/// What a column tells about how its cells are to be read.
pub struct Infer {
    /// The option that it stands for.
    pub option: &'static str,
    /// The value of the option that every cell agrees with; `None` when no cell tells.
    /// [`Guess::Contradiction`] when two cells tell different things.
    pub guess: fn(&mut dyn Iterator<Item = Raw<'_>>) -> Guess,
}

/// What [`Infer::guess`] answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guess {
    /// No cell tells.
    Nothing,
    /// Every cell that tells, tells this.
    Value(&'static str),
    /// Cells tell different things.
    Contradiction,
}

/// The order in which a date is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DateOrder {
    /// Nobody said, and nothing tells.
    #[default]
    Unknown,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
    /// Year, month, day.
    Ymd,
}

/// How the cells of one field are to be read: the field's settings and what was inferred.
#[derive(Clone, Debug)]
pub struct How {
    /// The day of the run in the operator's time zone.
    pub today: Day,
    /// The region whose national numbers a phone field takes.
    pub region: Option<Region>,
    /// The order of a date's parts.
    pub order: DateOrder,
    /// Whether a date is a birth date: in the past, and with a name an identity.
    pub birth: bool,
    /// The decimal separator of numbers; `None` when nobody said and nothing tells.
    pub decimal: Option<char>,
    /// The currency of amounts that name none, as ISO 4217.
    pub currency: Option<String>,
    /// The allowed values with all their spellings as `choice` compares them, in the order of the config.
    pub choices: Vec<(String, Vec<String>)>,
}

impl How {
    /// Nothing set, on a day.
    #[must_use]
    pub fn new(today: Day) -> Self {
        Self {
            today,
            region: None,
            order: DateOrder::default(),
            birth: false,
            decimal: None,
            currency: None,
            choices: Vec::new(),
        }
    }
}

/// A raw cell on its way into a field.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Which of the kind's `parts` it is; `None` where the column holds the whole value.
    pub part: Option<usize>,
    /// The cell. Texts come cleaned by [`super::mess::clean`]: no blanks around, one space between.
    pub raw: Raw<'a>,
}

/// Where a kind puts what it read.
pub struct Out<'a> {
    /// The arena of the chunk: canonical text is appended.
    pub(super) text: &'a mut String,
    /// Marks that lead the values of a list, or nothing.
    pub(super) mark: Option<char>,
    /// How many values were put.
    pub(super) values: usize,
    /// What was found.
    pub(super) notes: &'a mut Vec<Note>,
}

/// A finding about the cell at hand, without its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What it is.
    pub code: Code,
    /// What the text's `{hint}` says: never anything of the value but what a dictionary of ours holds.
    pub hint: Option<String>,
}

impl Out<'_> {
    /// Puts one canonical value. A kind with `list` may call it several times for one cell.
    pub fn value(&mut self, canonical: &str) {
        self.write(|text| text.push_str(canonical));
    }

    /// Puts one canonical value that `write` appends to the arena; appending nothing puts nothing.
    pub fn write(&mut self, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        self.text.extend(self.mark);
        let from = self.text.len();
        write(self.text);
        if self.text.len() == from {
            self.text.truncate(start);
        } else {
            self.values += 1;
        }
    }

    /// Reports something about the cell. A cell with an error and no value is bad: its field stays as
    /// it stands; a cell with neither is blank.
    pub fn note(&mut self, code: Code) {
        self.notes.push(Note { code, hint: None });
    }

    /// The same with a hint that is no personal value.
    pub fn note_hint(&mut self, code: Code, hint: impl Into<String>) {
        self.notes.push(Note { code, hint: Some(hint.into()) });
    }
}
