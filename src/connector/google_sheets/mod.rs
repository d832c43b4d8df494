//! `google_sheets`: a spreadsheet of Google's, through the Sheets API v4 and a service account.

mod a1;
mod account;
mod book;
mod cells;
mod collect;
mod link;
mod own;
mod packs;
mod pieces;
mod quotas;
mod said;
mod session;
#[cfg(test)]
mod session_tests;
mod sessions;
mod sign_in;
mod source;
mod tabs;
mod values;
mod write;

use super::{ConnectorOption, SourceKind, is_pointer};
use crate::{check::kind::Takes, http::Endpoint};

pub(super) const SOURCE: SourceKind = SourceKind {
    name: "google_sheets",
    about: "a Google Sheet, read by a service account with which it is shared",
    address: "sheet",
    extensions: &[],
    schemes: &["https://docs.google.com/spreadsheets/"],
    tabs: true,
    writes_back: true,
    tables: false,
    link: Some(|text| link::Link::parse(text).map(|link| link.to_string())),
    options: &[
        ConnectorOption {
            name: sessions::CREDENTIALS,
            about: "`file:PATH` or `env:NAME` with the service account's key; without it the file that \
                    GOOGLE_APPLICATION_CREDENTIALS names",
            takes: Takes::Pointer,
            check: is_pointer,
        },
        ConnectorOption {
            name: sessions::ENDPOINT,
            about: "another server that speaks the Sheets API v4, with its token at /token; plain http on this \
                    machine alone",
            takes: Takes::Text,
            check: |text| Endpoint::parse(text).map(|_| ()),
        },
    ],
    sign_in: Some(sign_in::SIGN_IN),
    make: |place| Box::new(source::GoogleSource::new(place)),
};
