//! The kinds of fields. A new one is a file here, a `mod` and an entry in [`KINDS`].

mod date;
mod text;

use super::kind::FieldKind;

/// Every kind of field, in the order in which help lists them.
pub const KINDS: &[FieldKind] = &[text::KIND];

/// The kind of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static FieldKind> {
    KINDS.iter().find(|k| k.name == name)
}

/// A number as a person would type it: no exponent, no trailing zeros.
fn plain_number(n: f64) -> String {
    format!("{n}")
}
