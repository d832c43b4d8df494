//! Fields of the config to be: what kind each is, and what feeds it.

use super::quote::quoted;

/// What the field is called that starts the term, whatever its column is called.
pub(super) const EVENT: &str = "last_date";

/// A field with the columns of one list that feed it.
#[derive(Clone, Debug)]
pub(super) struct Fed {
    pub(super) name: String,
    pub(super) spec: Spec,
    pub(super) feed: Feed,
}

/// The kind of a field, with its settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Spec {
    Kind(&'static str),
    Phone(Option<&'static str>),
    Date { order: Option<&'static str>, birth: bool },
    Choice(Vec<String>),
}

/// The columns that feed a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Feed {
    First(Vec<Whole>),
    All(Vec<String>),
}

/// One place from which a whole value comes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Whole {
    Column(String),
    Parts(Vec<(&'static str, String)>),
}

impl Fed {
    pub(super) fn new(name: &str, spec: Spec, feed: Feed) -> Self {
        Self { name: name.to_owned(), spec, feed }
    }
}

impl Spec {
    /// As the config has it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Kind(kind) => quoted(kind),
            Self::Phone(None) => quoted("phone"),
            Self::Phone(Some(region)) => format!("{{ kind = \"phone\", region = {} }}", quoted(region)),
            Self::Date { order: None, birth: false } => quoted("date"),
            Self::Date { order, birth } => {
                let order = order.map(|order| format!(", order = {}", quoted(order))).unwrap_or_default();
                let birth = if *birth { ", birth = true" } else { "" };
                format!("{{ kind = \"date\"{order}{birth} }}")
            }
            Self::Choice(values) => format!("{{ kind = \"choice\", of = {} }}", super::quote::list(values)),
        }
    }

    /// What two lists say of one field: where they differ, nothing that both must follow. `None` where they mean
    /// different things.
    pub(super) fn with(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (one, other) if one == other => Some(one.clone()),
            (Self::Phone(_), Self::Phone(_)) => Some(Self::Phone(None)),
            (Self::Date { birth: a, .. }, Self::Date { birth: b, .. }) if a == b => {
                Some(Self::Date { order: None, birth: *a })
            }
            (Self::Choice(a), Self::Choice(b)) => {
                let mut values = a.clone();
                values.extend(b.iter().filter(|v| a.iter().all(|w| w.to_lowercase() != v.to_lowercase())).cloned());
                Some(Self::Choice(values))
            }
            _ => None,
        }
    }
}

impl Feed {
    /// One column.
    pub(super) fn one(header: &str) -> Self {
        Self::First(vec![Whole::Column(header.to_owned())])
    }

    /// All of these columns, or the one.
    pub(super) fn all(headers: Vec<String>) -> Self {
        match headers.as_slice() {
            [one] => Self::one(one),
            _ => Self::All(headers),
        }
    }

    /// As the config has it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::All(headers) => format!("{{ all = {} }}", super::quote::list(headers)),
            Self::First(wholes) => match wholes.as_slice() {
                [one] => one.text(),
                several => format!("[{}]", several.iter().map(Whole::text).collect::<Vec<_>>().join(", ")),
            },
        }
    }

    /// The columns.
    pub(super) fn headers(&self) -> Vec<&str> {
        match self {
            Self::All(headers) => headers.iter().map(String::as_str).collect(),
            Self::First(wholes) => wholes.iter().flat_map(Whole::headers).collect(),
        }
    }
}

impl Whole {
    fn text(&self) -> String {
        match self {
            Self::Column(header) => quoted(header),
            Self::Parts(parts) => {
                let parts: Vec<String> = parts.iter().map(|(part, h)| format!("{part} = {}", quoted(h))).collect();
                format!("{{ {} }}", parts.join(", "))
            }
        }
    }

    fn headers(&self) -> Vec<&str> {
        match self {
            Self::Column(header) => vec![header],
            Self::Parts(parts) => parts.iter().map(|(_, header)| header.as_str()).collect(),
        }
    }
}

/// How soon a field goes when a config has no room for all: the larger, the sooner. `None`: never.
pub(super) fn dispensable(name: &str, spec: &Spec) -> Option<u8> {
    let rank = match (name, spec) {
        ("name" | "phone" | "email" | EVENT, _) => return None,
        ("company", _) => 1,
        ("address", _) => 2,
        ("born", _) => 3,
        ("inn", _) => 4,
        ("id", _) => 5,
        ("country", _) => 6,
        ("job", _) => 7,
        ("ogrn", _) => 8,
        ("snils", _) => 9,
        ("site", _) => 10,
        (_, Spec::Date { .. }) => 11,
        ("amount", _) => 12,
        ("number", _) => 13,
        _ => 14,
    };
    Some(rank)
}
