//! The kinds of fields. A new one is a file here, a `mod` and an entry in [`KINDS`].

mod choice;
mod contact;
mod country;
mod date;
mod id;
mod organization;
mod person_name;
mod postal_address;
mod text;
mod url;

use super::kind::FieldKind;

/// Every kind of field, in the order in which help lists them.
pub const KINDS: &[FieldKind] = &[
    person_name::KIND,
    organization::KIND,
    choice::KIND,
    country::KIND,
    postal_address::KIND,
    text::KIND,
    url::KIND,
    id::KIND,
];

/// The kind of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static FieldKind> {
    KINDS.iter().find(|k| k.name == name)
}

/// A number as a person would type it: no exponent, no trailing zeros.
fn plain_number(n: f64) -> String {
    format!("{n}")
}
