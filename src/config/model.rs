//! A config that has passed: what the rest of the program works with.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use super::secret::Secret;
use crate::{
    address::SourceId,
    check::kind::{FieldKind, How},
    connector::{DestinationKind, Select, SourceKind},
    day::Day,
    language::Language,
    purpose::{Channel, Purpose},
    set::{FieldId, FieldSet, PurposeId, PurposeSet},
};

/// A whole config.
#[derive(Debug)]
pub struct Config {
    /// The file, as it was named.
    pub path: PathBuf,
    /// Its text, followed by those of the files that it extends: for its hash in the run's record.
    pub text: String,
    /// The files that it extends, the nearest first.
    pub bases: Vec<String>,
    /// What of those files it says otherwise, such as `fields.phone`.
    pub replaced: Vec<String>,
    /// Who answers for the data.
    pub operator: Operator,
    /// The fields, in the order of the file.
    pub fields: Vec<Field>,
    /// The purposes, in the order of the file.
    pub purposes: Vec<Purpose>,
    /// The sources, in the order of the file.
    pub sources: Vec<SourceConfig>,
    /// The destinations, in the order of the file.
    pub routes: Vec<RouteConfig>,
    /// Where what is remembered is kept.
    pub state: StateConfig,
}

/// Who answers for the data.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The name that people know.
    pub name: String,
    /// The law that counts.
    pub profile: Profile,
    /// The language of what the operator reads.
    pub language: Language,
    /// Where "today" is.
    pub time_zone: TimeZone,
}

/// The law that counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// 152-FZ.
    Ru,
    /// The GDPR.
    Eu,
    /// None of them.
    None,
}

/// A field: our word for a kind of value.
#[derive(Clone)]
pub struct Field {
    /// The word.
    pub name: String,
    /// The kind.
    pub kind: &'static FieldKind,
    /// How its cells are read, as far as the config says.
    pub how: How,
    /// The options that the config sets, which nothing inferred may change.
    pub set: Vec<&'static str>,
    /// Which of several values survives.
    pub survivorship: Survivorship,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.kind.name)
    }
}

/// Which of several values of one client survives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Survivorship {
    /// The newest by the source's `dated`, then the most frequent, the fullest, the smallest bytes.
    #[default]
    Newest,
    /// The one from the source that the config names first, then as `Newest`.
    SourceOrder,
    /// All of them, as a list.
    All,
}

/// A source.
pub struct SourceConfig {
    /// Its place in the config.
    pub id: SourceId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: &'static SourceKind,
    /// Where it is.
    pub location: Secret,
    /// The table or the query, of a database.
    pub select: Option<Select>,
    /// The tabs to read; `None` reads all.
    pub tabs: Option<Vec<String>>,
    /// The header's row, where the first filled row isn't it.
    pub header: Option<u32>,
    /// The column that dates a row.
    pub dated: Option<String>,
    /// The column that identifies a row.
    pub key: Option<String>,
    /// Purposes for which a basis other than consent stands behind every row.
    pub purposes: PurposeSet,
    /// Purposes that every row of it refuses.
    pub refuses: PurposeSet,
    /// Which columns feed which field.
    pub columns: Vec<(FieldId, Feed)>,
    /// Consent, purpose by purpose.
    pub consents: Vec<Consent>,
    /// The columns that are to be written back into it.
    pub write_back: Option<WriteBack>,
    /// The connector's settings.
    pub options: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for SourceConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} at {:?}", self.name, self.kind.name, self.location)
    }
}

impl SourceConfig {
    /// The purposes that its rows may be granted.
    #[must_use]
    pub fn grants(&self) -> PurposeSet {
        self.consents.iter().map(|c| c.purpose).collect::<PurposeSet>().union(self.purposes)
    }

    /// The purposes that something in it may refuse: unread, it freezes them.
    #[must_use]
    pub fn closes(&self) -> PurposeSet {
        self.consents.iter().map(|c| c.purpose).collect::<PurposeSet>().union(self.refuses)
    }

    /// The headers of all columns that are read, as the config has them.
    #[must_use]
    pub fn column_names(&self) -> Vec<&str> {
        let consents = self.consents.iter().flat_map(|c| {
            [Some(&c.given), c.date.as_ref(), c.withdrawn.as_ref()].into_iter().flatten().map(String::as_str)
        });
        let controls = self.key.as_deref().into_iter().chain(self.dated.as_deref());
        self.columns.iter().flat_map(|(_, feed)| feed.column_names()).chain(controls).chain(consents).collect()
    }

    /// The fields that it feeds.
    #[must_use]
    pub fn fields(&self) -> FieldSet {
        self.columns.iter().map(|(field, _)| *field).collect()
    }
}

/// The columns that feed a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Feed {
    /// The first of these that is there and not empty.
    First(Vec<Whole>),
    /// All of these, each with values of its own.
    All(Vec<String>),
}

impl Feed {
    /// The headers of its columns.
    #[must_use]
    pub fn column_names(&self) -> Vec<&str> {
        match self {
            Self::All(names) => names.iter().map(String::as_str).collect(),
            Self::First(wholes) => wholes
                .iter()
                .flat_map(|whole| match whole {
                    Whole::Column(name) => vec![name.as_str()],
                    Whole::Parts(parts) => parts.iter().map(|(_, name)| name.as_str()).collect(),
                })
                .collect(),
        }
    }
}

/// One place from which a whole value comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Whole {
    /// One column.
    Column(String),
    /// Several, each a part of the kind.
    Parts(Vec<(usize, String)>),
}

/// The columns that are to be written back into a source, by their headers.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct WriteBack {
    /// Whether a row is in order.
    pub status: Option<String>,
    /// What is wrong with it, in the operator's language.
    pub message: Option<String>,
    /// What names a row for good.
    pub id: Option<String>,
}

impl WriteBack {
    /// The headers of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.status, &self.message, &self.id].into_iter().flatten().map(String::as_str)
    }
}

/// Where a source keeps consent for one purpose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Consent {
    /// The purpose.
    pub purpose: PurposeId,
    /// The column that says yes or no.
    pub given: String,
    /// The column with the date of the yes.
    pub date: Option<String>,
    /// The column that says that it was withdrawn, and perhaps when.
    pub withdrawn: Option<String>,
    /// The text that was agreed to.
    pub text: Option<String>,
}

/// A route: one destination with its purposes.
#[derive(Clone)]
pub struct RouteConfig {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: &'static DestinationKind,
    /// Where it is.
    pub location: Secret,
    /// The table, where there are several.
    pub table: String,
    /// Its purposes.
    pub purposes: PurposeSet,
    /// What a sync may do there.
    pub mode: Mode,
    /// Whether a blank cell clears what stands, outside a mirror.
    pub clear: bool,
    /// The fields that it takes, with the names of their columns there, in their order.
    pub columns: Vec<(FieldId, String)>,
    /// The permission flags that it takes, with the names of their columns there.
    pub flags: Vec<(PurposeId, Channel, String)>,
    /// The connector's settings.
    pub options: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for RouteConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} at {:?}", self.name, self.kind.name, self.location)
    }
}

impl RouteConfig {
    /// The fields that it takes.
    #[must_use]
    pub fn fields(&self) -> FieldSet {
        self.columns.iter().map(|(field, _)| *field).collect()
    }
}

/// What a sync may do at a destination (DESIGN section 6). Refusals act in every mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Only new cards.
    Create,
    /// Only cards that stand.
    Update,
    /// Both; a row that is gone is reported.
    Upsert,
    /// Both; a card whose row is gone goes too.
    Mirror,
}

impl Mode {
    /// All of them, with the words of the config.
    pub const ALL: [(&'static str, Self); 4] =
        [("create", Self::Create), ("update", Self::Update), ("upsert", Self::Upsert), ("mirror", Self::Mirror)];
}

/// Where what is remembered is kept.
#[derive(Clone, Debug)]
pub struct StateConfig {
    /// The folder.
    pub folder: PathBuf,
    /// The key, where it isn't a file in that folder.
    pub key: Option<Secret>,
    /// The file of refusals, where it isn't in that folder.
    pub refusals: Option<PathBuf>,
}

impl Config {
    /// The folder that paths are relative to.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        }
    }

    /// A purpose.
    #[must_use]
    pub fn purpose(&self, id: PurposeId) -> &Purpose {
        &self.purposes[usize::from(id.0)]
    }

    /// A field.
    #[must_use]
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[usize::from(id.0)]
    }

    /// A source.
    #[must_use]
    pub fn source(&self, id: SourceId) -> &SourceConfig {
        &self.sources[usize::from(id.0)]
    }

    /// The fields in the order of the config.
    pub fn field_ids(&self) -> impl Iterator<Item = FieldId> + use<> {
        (0..self.fields.len()).map(|i| FieldId(i as u8))
    }

    /// How a field's cells are read on a day.
    #[must_use]
    pub fn how(&self, field: FieldId, today: Day) -> How {
        How { today, ..self.field(field).how.clone() }
    }
}
