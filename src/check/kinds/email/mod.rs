//! `email`: a cell with one e-mail address or several, in one spelling each.

mod address;
mod legible;
mod providers;
mod role;
mod split;

use self::legible::legible;
pub(crate) use self::role::is_role;
use self::split::{Candidate, Split};
use crate::{
    check::{
        kind::{FieldKind, How, Identity, Input, Out},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

const NO_AT: Code = Code::new("email-no-at");
const TWO_ATS: Code = Code::new("email-two-ats");
const COMMA: Code = Code::new("email-comma");
const SPACE: Code = Code::new("email-space");
const HOMOGLYPH: Code = Code::new("email-homoglyph");
const NO_DOT: Code = Code::new("email-no-dot");
const DOMAIN_BROKEN: Code = Code::new("email-domain-broken");
const INVALID: Code = Code::new("email-invalid");
const DUMMY: Code = Code::new("email-dummy");
const DOMAIN_TYPO: Code = Code::new("email-domain-typo");
const NOT_LATIN: Code = Code::new("email-not-latin");
const TIDIED: Code = Code::new("email-tidied");
const REMARK: Code = Code::new("email-remark");

pub(super) const KIND: FieldKind = FieldKind {
    list: true,
    identity: Some(Identity::Email),
    legible: Some(legible),
    ..FieldKind::plain(
        "email",
        "e-mail addresses, in small letters because no provider in use tells capitals apart; \
            domains as people read them, `почта.рф` and not `xn--80a1acny.xn--p1ai`",
        parse,
    )
};

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    for input in inputs {
        match input.raw {
            Raw::Text(text) => read_text(text, out),
            Raw::Number(_) | Raw::Date(_) | Raw::Bool(_) => out.note(NO_AT),
            Raw::Blank | Raw::Error(_) => {}
        }
    }
}

fn read_text(text: &str, out: &mut Out<'_>) {
    if is_plain(text) {
        return address::read(text, out);
    }
    let text = mess::fold_width(text);
    if mess::is_placeholder(&text) {
        return;
    }
    let tight = split::tighten(&text);
    read_split(&split::split(&tight), tight != text, out);
}

/// One address with nothing around it, as most cells are: no need to look for more.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"@._-+".contains(b))
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.contains(&b'@')
}

fn read_split(split: &Split<'_>, tightened: bool, out: &mut Out<'_>) {
    for candidate in &split.candidates {
        match candidate {
            Candidate::Address(address) => address::read(address, out),
            Candidate::Broken(code) => out.note(*code),
        }
    }
    if split.candidates.is_empty() {
        return out.note(NO_AT);
    }
    if out.values > 0 && (tightened || split.tidied) {
        out.note(TIDIED);
    }
    if out.values > 0 && split.remarks {
        out.note(REMARK);
    }
}

#[cfg(test)]
mod tests;
