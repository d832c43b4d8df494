//! `flows`: purpose × field × destination, with basis and term, by the config alone: one page to sign. Pure: no
//! list, ledger or clock is looked at.

mod page;
mod text;
mod words;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{
    config::{Config, Consent, Profile, RouteConfig, SourceConfig},
    keys::hex,
    language::Language,
    purpose::{After, Basis, Channel, Keep, Purpose},
    set::{FieldId, PurposeId, PurposeSet},
};

/// What flows where.
#[derive(Debug, Serialize)]
pub struct Flows {
    operator: String,
    #[serde(serialize_with = "word_of_profile")]
    profile: Profile,
    config: String,
    /// The SHA-256 of the config, which the record of every run holds too.
    config_sha256: String,
    purposes: Vec<Use>,
    /// Purposes that share cards, and why they may.
    compatible: Vec<Compatible>,
    destinations: Vec<Destination>,
}

/// One purpose: why, for how long, from where, and what goes where.
#[derive(Debug, Serialize)]
struct Use {
    name: String,
    title: String,
    #[serde(serialize_with = "word_of_basis")]
    basis: Basis,
    keep: Term,
    /// The fields that it needs, and what each destination calls them.
    fields: Vec<Flowing>,
    /// What says in a shared destination whether a person may be reached for it.
    flags: Vec<Flag>,
    sources: Vec<Origin>,
    /// The lists of refusals that close it.
    refusals: Vec<Place>,
}

/// How long a value may be used.
#[derive(Debug, Serialize)]
struct Term {
    /// The term as ISO 8601 says it; `None`: until the person says no.
    term: Option<String>,
    #[serde(skip)]
    span: Option<jiff::Span>,
    /// The field from whose date it counts; `None`: the day of the grant.
    after: Option<String>,
}

/// A field on its way.
#[derive(Debug, Serialize)]
struct Flowing {
    field: String,
    kind: &'static str,
    required: bool,
    /// By destination, what it is called there; `None` where it doesn't go for this purpose.
    columns: Vec<Option<String>>,
}

#[derive(Debug, Serialize)]
struct Flag {
    destination: String,
    #[serde(serialize_with = "word_of_channel")]
    channel: Channel,
    column: String,
}

/// A list in which a purpose finds people, and what makes that lawful.
#[derive(Debug, Serialize)]
struct Origin {
    source: String,
    location: String,
    /// The consent column and what goes with it; `None`: the basis stands behind every row.
    consent: Option<Yes>,
}

#[derive(Debug, Serialize)]
struct Yes {
    given: String,
    date: Option<String>,
    withdrawn: Option<String>,
    text: Option<String>,
}

#[derive(Debug, Serialize)]
struct Place {
    name: String,
    location: String,
}

#[derive(Debug, Serialize)]
struct Compatible {
    purpose: String,
    with: String,
    because: String,
}

#[derive(Debug, Serialize)]
struct Destination {
    name: String,
    location: String,
    kind: &'static str,
    mode: &'static str,
    purposes: Vec<String>,
}

impl Flows {
    /// What a config lets flow.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            operator: config.operator.name.clone(),
            profile: config.operator.profile,
            config: config.path.display().to_string(),
            config_sha256: hex(&Sha256::digest(&config.text)),
            purposes: (0..config.purposes.len()).map(|i| purpose(config, PurposeId(i as u8))).collect(),
            compatible: compatible(config),
            destinations: config.routes.iter().map(|r| destination(config, r)).collect(),
        }
    }
}

fn purpose(config: &Config, id: PurposeId) -> Use {
    let purpose = config.purpose(id);
    let routed: Vec<&RouteConfig> = config.routes.iter().filter(|r| r.purposes.has(id)).collect();
    let flags = |r: &&RouteConfig| {
        let mine = r.flags.iter().filter(|(of, ..)| *of == id).cloned();
        let name = r.name.clone();
        mine.map(move |(_, channel, column)| Flag { destination: name.clone(), channel, column }).collect::<Vec<_>>()
    };
    let is_closed = |s: &&SourceConfig| s.refuses.has(id) && purpose.basis.can_be_refused();
    Use {
        name: purpose.name.clone(),
        title: purpose.title.clone(),
        basis: purpose.basis,
        keep: term(config, purpose),
        fields: purpose.needs.iter().map(|field| flowing(config, purpose, id, field)).collect(),
        flags: routed.iter().flat_map(flags).collect(),
        sources: config.sources.iter().filter(|s| s.grants().has(id)).map(|s| origin(s, id)).collect(),
        refusals: config.sources.iter().filter(is_closed).map(place).collect(),
    }
}

fn flowing(config: &Config, purpose: &Purpose, id: PurposeId, field: FieldId) -> Flowing {
    let heading = |r: &RouteConfig| {
        let column = r.columns.iter().find(|(f, _)| *f == field).filter(|_| r.purposes.has(id));
        column.map(|(_, heading)| heading.clone())
    };
    Flowing {
        field: config.field(field).name.clone(),
        kind: config.field(field).kind.name,
        required: purpose.required.has(field),
        columns: config.routes.iter().map(heading).collect(),
    }
}

fn term(config: &Config, purpose: &Purpose) -> Term {
    match purpose.keep {
        Keep::UntilWithdrawn => Term { term: None, span: None, after: None },
        Keep::For { term, after } => Term {
            term: Some(term.to_string()),
            span: Some(term),
            after: match after {
                After::Field(field) => Some(config.field(field).name.clone()),
                After::Grant => None,
            },
        },
    }
}

fn origin(source: &SourceConfig, id: PurposeId) -> Origin {
    let yes = |c: &Consent| Yes {
        given: c.given.clone(),
        date: c.date.clone(),
        withdrawn: c.withdrawn.clone(),
        text: c.text.clone(),
    };
    let Place { name, location } = place(source);
    Origin { source: name, location, consent: source.consents.iter().find(|c| c.purpose == id).map(yes) }
}

fn place(source: &SourceConfig) -> Place {
    Place { name: source.name.clone(), location: format!("{:?}", source.location) }
}

/// The pairs that share some destination, each with the words of the config.
fn compatible(config: &Config) -> Vec<Compatible> {
    let share = |a: PurposeId, b: PurposeId| config.routes.iter().any(|r| r.purposes.has(a) && r.purposes.has(b));
    let mut pairs = Vec::new();
    for (i, purpose) in config.purposes.iter().enumerate() {
        let with = purpose.compatible_with.iter().filter(|(other, _)| share(PurposeId(i as u8), *other));
        pairs.extend(with.map(|(other, because)| Compatible {
            purpose: purpose.name.clone(),
            with: config.purpose(*other).name.clone(),
            because: because.clone(),
        }));
    }
    pairs
}

fn destination(config: &Config, route: &RouteConfig) -> Destination {
    let names = |set: PurposeSet| set.iter().map(|id| config.purpose(id).name.clone()).collect();
    Destination {
        name: route.name.clone(),
        location: format!("{:?}", route.location),
        kind: route.kind.name,
        mode: crate::config::Mode::ALL.iter().find(|(_, m)| *m == route.mode).map_or("", |(word, _)| word),
        purposes: names(route.purposes),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn word_of_basis<S: serde::Serializer>(basis: &Basis, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(Basis::ALL.iter().find(|(_, b)| b == basis).map_or("", |(word, _)| word))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn word_of_channel<S: serde::Serializer>(channel: &Channel, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(channel.name())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn word_of_profile<S: serde::Serializer>(profile: &Profile, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(words::profile(*profile, Language::English))
}
