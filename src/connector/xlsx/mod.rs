//! `xlsx`: workbooks of Excel and of everything that writes like it.

mod destination;
mod package;
mod place;
mod plain;
mod pull;
mod sheet;
mod source;
#[cfg(test)]
mod source_tests;
mod strings;
mod styles;
#[cfg(test)]
mod testing;
mod workbook;
mod xml;

use super::{ConnectorOption, DestinationKind, SourceKind};
use crate::check::kind::Takes;

pub(super) const SOURCE: SourceKind = SourceKind {
    name: "xlsx",
    about: "workbooks of Excel, LibreOffice and Google Sheets saved as .xlsx or .xlsm",
    address: "path",
    extensions: &["xlsx", "xlsm"],
    schemes: &[],
    tabs: true,
    writes_back: false,
    link: None,
    tables: false,
    options: &[ConnectorOption {
        name: "hidden",
        about: "`read` hidden tabs, rows and columns (the default) or `skip` them",
        takes: Takes::Words(&["read", "skip"]),
        check: check_hidden,
    }],
    sign_in: None,
    make: |place| Box::new(source::XlsxSource::new(place)),
};

pub(super) const DESTINATION: DestinationKind = DestinationKind {
    name: "xlsx",
    about: "a workbook with one sheet, replaced as a whole; up to 1,048,575 clients",
    extensions: &["xlsx"],
    schemes: &[],
    is_file: true,
    tables: false,
    options: &[],
    make: |place| Ok(destination::make(place)),
};

fn check_hidden(text: &str) -> Result<(), String> {
    if matches!(text, "read" | "skip") { Ok(()) } else { Err("\"read\", \"skip\"".into()) }
}

#[cfg(test)]
pub(super) use destination::decode_for_tests;
