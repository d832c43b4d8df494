//! The flows as a page of paper.

use serde::Serialize;

use super::{
    Compatible, Destination, Flowing, Flows,
    words::{basis, flag, kind, origin, profile, term},
};
use crate::{language::Language, page::Page};

const PAGE: Page = Page { name: "flows", template: include_str!("page.html") };

#[derive(Serialize)]
struct Content<'a> {
    operator: &'a str,
    law: &'a str,
    config: &'a str,
    hash: &'a str,
    purposes: Vec<Use<'a>>,
    destinations: &'a [Destination],
    compatible: &'a [Compatible],
}

#[derive(Serialize)]
struct Use<'a> {
    name: &'a str,
    title: &'a str,
    basis: String,
    term: String,
    origins: Vec<String>,
    refusals: Vec<&'a str>,
    /// The destinations to which it goes, by place and name.
    going: Vec<(usize, &'a str)>,
    fields: Vec<Field<'a>>,
    flags: Vec<String>,
    has_required: bool,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    kind: String,
    required: bool,
    columns: &'a [Option<String>],
}

fn field(field: &Flowing, language: Language) -> Field<'_> {
    let Flowing { field: name, kind: of, required, columns } = field;
    Field { name, kind: kind(of, language), required: *required, columns }
}

impl Flows {
    /// A page to print and to sign.
    #[must_use]
    pub fn page(&self, language: Language) -> String {
        let content = Content {
            operator: &self.operator,
            law: profile(self.profile, language),
            config: &self.config,
            hash: self.config_sha256.get(..16).unwrap_or_default(),
            purposes: self.purposes.iter().map(|p| self.use_of(p, language)).collect(),
            destinations: &self.destinations,
            compatible: &self.compatible,
        };
        PAGE.render(language, &content)
    }

    fn use_of<'a>(&'a self, purpose: &'a super::Use, language: Language) -> Use<'a> {
        let goes = |place: &usize| purpose.fields.iter().any(|f| f.columns[*place].is_some());
        let going = (0..self.destinations.len()).filter(goes).map(|d| (d, self.destinations[d].name.as_str()));
        Use {
            name: &purpose.name,
            title: &purpose.title,
            basis: basis(purpose.basis, language),
            term: term(&purpose.keep, language),
            origins: purpose.sources.iter().map(|from| origin(from, language)).collect(),
            refusals: purpose.refusals.iter().map(|r| r.location.as_str()).collect(),
            going: going.collect(),
            fields: purpose.fields.iter().map(|f| field(f, language)).collect(),
            flags: purpose.flags.iter().map(|f| flag(f, language)).collect(),
            has_required: purpose.fields.iter().any(|f| f.required),
        }
    }
}
