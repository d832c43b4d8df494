//! Connectors: one file per vendor or format. Nobody but [`SOURCES`] and [`DESTINATIONS`] knows one by
//! name.

mod csv;
mod database;
mod file_table;
#[cfg(test)]
mod file_table_tests;
mod files;
mod google_sheets;
mod postgres;
mod shared;
mod sqlite;
mod table;
#[cfg(test)]
mod testing;
mod titles;
mod xlsx;

use std::path::PathBuf;

pub(crate) use csv::guarded;
pub use shared::Shared;

pub use crate::http::{Patience, Waiting, Waits};
use crate::{
    change::Layout,
    check::{kind::Takes, mess},
    config::{Secret, WriteBack},
    failure::Failure,
    finding::Code,
    port::{Before, Source, Whole},
    sheet::Raw,
};

/// A kind of source.
pub struct SourceKind {
    /// Its name in the config.
    pub name: &'static str,
    /// One line for help and docs.
    pub about: &'static str,
    /// The key under which the config has its address.
    pub address: &'static str,
    /// Extensions of files that are of this kind.
    pub extensions: &'static [&'static str],
    /// Starts of addresses that are of this kind.
    pub schemes: &'static [&'static str],
    /// Whether it has tabs, which the config may name.
    pub tabs: bool,
    /// Whether columns of its own may be written back into it.
    pub writes_back: bool,
    /// Whether it is a database, of which the config names a table or gives a query.
    pub tables: bool,
    /// Where it is named by a link: gives that in its one form, or the code of what is wrong with it.
    pub link: Option<ReadLink>,
    /// What else the config may say.
    pub options: &'static [ConnectorOption],
    /// How it is signed in to, where a key is needed.
    pub sign_in: Option<SignIn>,
    /// Makes the port; touches nothing yet.
    pub make: fn(SourcePlace) -> Box<dyn Source>,
}

/// How a kind of source is signed in to: with a key that lies in a file.
pub struct SignIn {
    /// The setting that says where the key is.
    pub setting: &'static str,
    /// What the key's file is called beside the config, unless somebody names another.
    pub file: &'static str,
    /// The environment variable that names the key's file without a setting.
    pub variable: &'static str,
    /// The setting that names another server.
    pub endpoint: &'static str,
    /// The steps to a key: texts of the catalogue, in which `{file}` is where the key is to lie.
    pub steps: &'static [&'static str],
    /// Whether a trouble stays as long as the address does; another passes when somebody mends what it names.
    pub stays: fn(Code) -> bool,
}

/// Gives a link in its one form, or the code of what is wrong with it.
pub type ReadLink = fn(&str) -> Result<String, Code>;

/// A kind of destination.
pub struct DestinationKind {
    /// Its name in the config.
    pub name: &'static str,
    /// One line for help and docs.
    pub about: &'static str,
    /// Extensions of files that are of this kind.
    pub extensions: &'static [&'static str],
    /// Starts of addresses that are of this kind.
    pub schemes: &'static [&'static str],
    /// Whether it is one file that is replaced as a whole.
    pub is_file: bool,
    /// Whether it holds several tables, which the config may name.
    pub tables: bool,
    /// What else the config may say.
    pub options: &'static [ConnectorOption],
    /// Makes the port; touches nothing yet.
    pub make: fn(DestinationPlace) -> Result<Box<dyn Whole>, Failure>,
}

/// A setting of a connector.
pub struct ConnectorOption {
    /// Its name in the config.
    pub name: &'static str,
    /// One line for help and docs, with the values it takes.
    pub about: &'static str,
    /// The form of its values, for editors; `check` has the last word.
    pub takes: Takes,
    /// Says what a wrong value should have been.
    pub check: fn(&str) -> Result<(), String>,
}

/// Whether a setting says where a secret is, instead of what it is.
fn is_pointer(text: &str) -> Result<(), String> {
    match Secret::parse(text) {
        Secret::Plain(_) => Err("`env:NAME` or `file:PATH`".into()),
        Secret::Env(_) | Secret::File(_) => Ok(()),
    }
}

/// What of a database a source reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Select {
    /// A table or a view, whole.
    Table(String),
    /// What a query gives.
    Query(String),
}

/// Where a source is, and how it is to be read.
#[derive(Clone, Debug, Default)]
pub struct SourcePlace {
    /// The address: a path, a pattern of paths, or a URL that may hold secrets.
    pub location: Secret,
    /// The folder that paths are relative to.
    pub folder: PathBuf,
    /// The table or the query, of a database.
    pub select: Option<Select>,
    /// Where a day begins: the operator's zone by its IANA name, if it has one.
    pub time_zone: Option<String>,
    /// The tabs to read, or patterns of them; `None` reads all.
    pub tabs: Option<Vec<String>>,
    /// The header's row, where the config names it: the first rows are shown up to it.
    pub header: Option<u32>,
    /// The settings that the config gives.
    pub options: Vec<(&'static str, String)>,
    /// The columns that are to be written back into it.
    pub write_back: Option<WriteBack>,
    /// What sources of one process share.
    pub shared: Shared,
    /// What earlier runs learnt of it.
    pub before: Before,
}

impl SourcePlace {
    /// A setting of the config, or nothing.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// What an earlier run inferred, or nothing.
    #[must_use]
    pub fn pin(&self, name: &str) -> Option<&str> {
        self.before.pins.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Where a destination is, and what its columns are.
#[derive(Clone, Debug)]
pub struct DestinationPlace {
    /// The address: a path, or a URL that may hold secrets.
    pub location: Secret,
    /// The folder that paths are relative to.
    pub folder: PathBuf,
    /// The route's name.
    pub route: String,
    /// The table, where there are several.
    pub table: String,
    /// The columns.
    pub layout: Layout,
    /// The settings that the config gives.
    pub options: Vec<(&'static str, String)>,
}

impl DestinationPlace {
    /// A setting of the config, or nothing.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }
}

/// Whether a cell of a spreadsheet says something. A box that nobody ticked doesn't: there may be one in every row of
/// a table, down to its last.
fn fills(raw: Raw<'_>) -> bool {
    match raw {
        Raw::Blank | Raw::Bool(false) => false,
        Raw::Text(text) => !mess::is_blank(text),
        Raw::Number(_) | Raw::Date(_) | Raw::Bool(true) | Raw::Error(_) => true,
    }
}

/// Every kind of source, in the order in which help lists them.
pub const SOURCES: &[SourceKind] =
    &[csv::SOURCE, xlsx::SOURCE, google_sheets::SOURCE, sqlite::SOURCE, postgres::SOURCE];

/// Every kind of destination, in the order in which help lists them.
pub const DESTINATIONS: &[DestinationKind] =
    &[xlsx::DESTINATION, csv::DESTINATION, sqlite::DESTINATION, postgres::DESTINATION];
