//! `csv`: text files with delimiters.

mod dialect;
mod encoding;
mod source;

use super::{ConnectorOption, SourceKind};

pub(super) const SOURCE: SourceKind = SourceKind {
    name: "csv",
    about: "text files with `,` `;` or tabs between cells; UTF-8, UTF-16 or windows-1251",
    extensions: &["csv", "tsv", "txt"],
    tabs: false,
    options: &[
        ConnectorOption { name: "delimiter", about: "`,` `;` `tab` or `|`; found by itself", check: check_delimiter },
        ConnectorOption { name: "encoding", about: "such as `windows-1252`; found by itself", check: check_encoding },
    ],
    make: |place| Box::new(source::CsvSource::new(place)),
};

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
