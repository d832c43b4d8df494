//! Config: text → spanned tree → [`Config`], every problem at once. Touches no file, network or
//! credential but the config itself.

mod destinations;
mod extends;
mod fields;
mod model;
mod operator;
mod options;
mod problem;
mod purposes;
mod rules;
mod schema;
mod secret;
mod sources;
mod sql;
mod tree;

use std::path::Path;

use toml::{Spanned, de::DeTable};

pub use extends::ReadBase;
pub use model::{
    Config, Consent, Feed, Field, Mode, Operator, Profile, RouteConfig, SourceConfig, StateConfig, Survivorship, Whole,
    WriteBack,
};
pub use problem::{Problem, Problems};
pub(crate) use purposes::whole_days;
pub use schema::schema;
pub(crate) use secret::holds_password;
pub use secret::{Secret, without_userinfo};

use crate::finding::{Code, Trouble};
use extends::Chain;
use sources::Known;
use tree::{Gathered, Section};

const NO_CONFIG: Code = Code::new("config-not-found");
const SYNTAX: Code = Code::new("config-syntax");
const TWICE: Code = Code::new("config-twice");
const UNQUOTED: Code = Code::new("config-unquoted");
const BACKSLASH: Code = Code::new("config-backslash");
const BAD_KEY: Code = Code::new("config-bad-key");

/// A config that passed, and what may still be worth a look.
#[derive(Debug)]
pub struct Passed {
    /// The config.
    pub config: Config,
    /// Warnings, if any.
    pub warnings: Problems,
}

/// Reads a config from its text; `path` is how the file was named. It extends no other file.
///
/// # Errors
/// All problems of the file, if one of them keeps it from being used.
pub fn parse(text: &str, path: &Path) -> Result<Passed, Box<Problems>> {
    parse_with(text, path, &|base| Err(Trouble::new(NO_CONFIG, base.display().to_string())))
}

/// The same with the files that it extends, which `read` gives.
///
/// # Errors
/// All problems of all files, if one of them keeps the config from being used.
pub fn parse_with(text: &str, path: &Path, read: ReadBase<'_>) -> Result<Passed, Box<Problems>> {
    let chain = Chain::read(text, path, read);
    let gathered = Gathered::default();
    let texts = chain.padded();
    let mut is_whole = true;
    let trees: Vec<Spanned<DeTable<'_>>> = texts
        .iter()
        .map(|text| {
            let (tree, errors) = DeTable::parse_recoverable(text);
            is_whole &= errors.is_empty();
            for error in first_of_each_line(text, &errors) {
                let span = error.span().unwrap_or(0..0);
                gathered.add(Problem::new(syntax(error.message()), span).with("message", error.message()));
            }
            tree
        })
        .collect();
    let (tree, replaced) = extends::merged(&trees, chain.own().start);
    let root = Section::root(&tree, &gathered, chain.own().start);
    let language = operator::language(&root);
    is_whole &= chain.judge(&trees, &gathered, language);
    // After a mistake in the syntax, what is missing may only be unreadable.
    let config = is_whole.then(|| self::read(root, &chain)).flatten();
    let problems = Problems { language, list: gathered.into_list(), files: chain.files };
    match config {
        Some(config) if !problems.has_errors() => {
            Ok(Passed { config: Config { replaced, ..config }, warnings: problems })
        }
        _ => Err(Box::new(problems)),
    }
}

/// Of the mistakes that the parser finds in one line the first: the others follow from it.
fn first_of_each_line<'e>(text: &str, errors: &'e [toml::de::Error]) -> Vec<&'e toml::de::Error> {
    let line = |error: &toml::de::Error| {
        let at = error.span().map_or(0, |s| s.start.min(text.len()));
        memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count()
    };
    let mut first: Vec<&toml::de::Error> = Vec::new();
    for error in errors {
        if !first.iter().any(|f| line(f) == line(error)) {
            first.push(error);
        }
    }
    first
}

/// The mistakes that people make most have words of their own; the others are told in the parser's.
fn syntax(message: &str) -> Code {
    match message {
        _ if message.contains("duplicate key") => TWICE,
        _ if message.contains("must be quoted") => UNQUOTED,
        _ if message.contains("escape") || message.contains("unicode value") => BACKSLASH,
        _ if message.contains("unquoted key") || message.contains("key with no value") => BAD_KEY,
        _ => SYNTAX,
    }
}

fn read(root: Section<'_>, chain: &Chain) -> Option<Config> {
    let (own, path) = (chain.own(), chain.own().path.as_path());
    root.get("extends");
    let operator = root.need("operator").and_then(|n| n.section("operator")).and_then(operator::operator);
    let fields = root.need("fields").and_then(|n| n.section("fields")).map(|s| fields::fields(&s)).unwrap_or_default();
    let (purposes, unsure) = root
        .need("purposes")
        .and_then(|n| n.section("purposes"))
        .map(|s| purposes::purposes(&s, &fields))
        .unwrap_or_default();
    let names: Vec<&str> = purposes.iter().map(|p| p.name.as_str()).collect();
    let texts = root.section("texts").map(|s| purposes::consent_texts(&s, &names)).unwrap_or_default();
    let known = Known { fields: &fields, purposes: &purposes, names: &names, texts: &texts, unsure };
    let sources = root
        .need("sources")
        .and_then(|n| n.section("sources"))
        .map(|s| sources::sources(&s, &known))
        .unwrap_or_default();
    let routes = root
        .need("destinations")
        .and_then(|n| n.section("destinations"))
        .map(|s| destinations::destinations(&s, &fields, &purposes, &names))
        .unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new(""));
    let state = operator::state(root.section("state"), folder);
    // What was dropped as broken must not be reported as missing too.
    if !root.gathered().has_errors() {
        rules::across(&root, own.start, &purposes, &sources, &routes);
    }
    root.finish();
    let mut config = Config {
        path: path.to_path_buf(),
        text: chain.whole(),
        bases: chain.files.iter().rev().skip(1).map(|f| f.shown.clone()).collect(),
        replaced: Vec::new(),
        operator: operator?,
        fields,
        purposes,
        sources,
        routes,
        state,
    };
    rules::defaults(&mut config);
    Some(config)
}
