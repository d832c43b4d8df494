//! The kinds of fields. A new one is a file here, a `mod` and an entry in [`KINDS`].

mod choice;
mod contact;
mod country;
mod date;
mod decimal;
mod email;
mod id;
mod inn;
mod money;
mod number;
mod numbered;
mod ogrn;
mod organization;
mod person_name;
mod phone;
mod postal_address;
mod snils;
mod text;
mod url;
pub(crate) mod yes_no;

use super::kind::FieldKind;

/// Every kind of field, in the order in which help lists them.
pub const KINDS: &[FieldKind] = &[
    person_name::KIND,
    organization::KIND,
    phone::KIND,
    email::KIND,
    date::KIND,
    money::KIND,
    number::KIND,
    yes_no::KIND,
    choice::KIND,
    country::KIND,
    postal_address::KIND,
    text::KIND,
    url::KIND,
    id::KIND,
    inn::KIND,
    ogrn::KIND,
    snils::KIND,
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

/// The kind that reads dates, also those of a source and of consents.
#[must_use]
pub(crate) fn date() -> &'static FieldKind {
    static DATE: &FieldKind = &date::KIND;
    DATE
}

/// The kind that takes anything.
#[must_use]
pub(crate) fn text() -> &'static FieldKind {
    static TEXT: &FieldKind = &text::KIND;
    TEXT
}

/// Whether a canonical e-mail address belongs to a role (info@) and not to a person.
#[must_use]
pub(crate) fn is_role_address(address: &str) -> bool {
    address.split_once('@').is_some_and(|(local, _)| email::is_role(local))
}

/// Whether a canonical number of a document is a person's: an INN of ten digits is a firm's.
#[must_use]
pub(crate) fn is_personal(document: &str) -> bool {
    document.len() == 11 || inn::is_personal(document)
}
