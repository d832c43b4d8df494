//! `postgres`: a table in a PostgreSQL database (15 or newer; to read from, 11).
//!
//! The address is a URL or a list of `key=value`, as libpq has them. What it says of `sslmode`:
//!
//! | server | nothing, `prefer` | `require` | `disable` |
//! |---|---|---|---|
//! | a Unix socket | plain | refused: it has no TLS | plain |
//! | `127.0.0.1`, `::1`, `localhost` | plain | encrypted | plain |
//! | anywhere else | encrypted | encrypted | plain |
//!
//! Encrypted always means that the server's certificate is verified, its name included, against the
//! machine's certificates and `ca`. There is no mode that encrypts to whoever answers.
//!
//! Fields become `TEXT`, `DATE`, `NUMERIC` and `BOOLEAN`.

mod address;
mod copy;
mod failure;
mod schema;
mod session;
mod source;
#[cfg(test)]
mod source_tests;
#[cfg(test)]
mod tests;
mod whole;

use super::{ConnectorOption, DestinationKind, SourceKind, is_pointer};
use crate::check::kind::Takes;

const SCHEMES: &[&str] = &["postgres://", "postgresql://"];

const OPTIONS: &[ConnectorOption] = &[
    ConnectorOption {
        name: address::PASSWORD,
        about: "`env:NAME` or `file:PATH`, where the address has none",
        takes: Takes::Pointer,
        check: is_pointer,
    },
    ConnectorOption {
        name: address::CA,
        about: "a PEM file with certificates that the server's may be signed by",
        takes: Takes::Text,
        check: |_| Ok(()),
    },
];

pub(super) const SOURCE: SourceKind = SourceKind {
    name: "postgres",
    about: "a `table` or a `query` of a PostgreSQL database, which is only read",
    address: "path",
    extensions: &[],
    schemes: SCHEMES,
    tabs: false,
    writes_back: false,
    link: None,
    tables: true,
    options: OPTIONS,
    sign_in: None,
    make: |place| Box::new(source::PostgresSource::new(place)),
};

pub(super) const DESTINATION: DestinationKind = DestinationKind {
    name: "postgres",
    about: "a table in a PostgreSQL database, written in one transaction",
    extensions: &[],
    schemes: SCHEMES,
    is_file: false,
    tables: true,
    options: OPTIONS,
    make: |place| Ok(Box::new(whole::PostgresTable::new(place)?)),
};
