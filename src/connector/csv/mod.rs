//! `csv`: text files with delimiters.

mod destination;
mod dialect;
mod encoding;
mod guard;
mod source;

pub(crate) use guard::guarded;

use super::{ConnectorOption, DestinationKind, SourceKind};
use crate::check::kind::Takes;

const DELIMITERS: Takes = Takes::Words(&[",", ";", "tab", "|"]);

pub(super) const SOURCE: SourceKind = SourceKind {
    name: "csv",
    about: "text files with `,` `;` or tabs between cells; UTF-8, UTF-16 or windows-1251",
    address: "path",
    extensions: &["csv", "tsv", "txt"],
    schemes: &[],
    tabs: false,
    writes_back: false,
    link: None,
    tables: false,
    options: &[
        ConnectorOption {
            name: "delimiter",
            about: "`,` `;` `tab` or `|`; found by itself",
            takes: DELIMITERS,
            check: check_delimiter,
        },
        ConnectorOption {
            name: "encoding",
            about: "such as `windows-1252`; found by itself",
            takes: Takes::Text,
            check: check_encoding,
        },
    ],
    sign_in: None,
    make: |place| Box::new(source::CsvSource::new(place)),
};

pub(super) const DESTINATION: DestinationKind = DestinationKind {
    name: "csv",
    about: "a text file in UTF-8, replaced as a whole; texts that look like formulas get an apostrophe",
    extensions: &["csv"],
    schemes: &[],
    is_file: true,
    tables: false,
    options: &[
        ConnectorOption {
            name: "delimiter",
            about: "`,` (the default) `;` `tab` or `|`",
            takes: DELIMITERS,
            check: check_delimiter,
        },
        ConnectorOption {
            name: "bom",
            about: "`yes` (the default, for Excel) or `no`",
            takes: Takes::Words(&["yes", "no"]),
            check: check_mark,
        },
    ],
    make: |place| Ok(destination::make(place)),
};

fn check_mark(text: &str) -> Result<(), String> {
    if matches!(text, "yes" | "no") { Ok(()) } else { Err("\"yes\", \"no\"".into()) }
}

fn check_delimiter(text: &str) -> Result<(), String> {
    let known = dialect::DELIMITERS.map(|(name, _)| name);
    if known.contains(&text) { Ok(()) } else { Err(known.map(|n| format!("\"{n}\"")).join(", ")) }
}

fn check_encoding(text: &str) -> Result<(), String> {
    let known = encoding_rs::Encoding::for_label(text.as_bytes());
    known
        .map(|_| ())
        .ok_or_else(|| "\"utf-8\", \"windows-1251\", …: https://encoding.spec.whatwg.org/#names-and-labels".into())
}

#[cfg(test)]
pub(super) use destination::decode_for_tests;
