//! One address: its syntax, its letters, its domain.

use std::borrow::Cow;

use email_address::EmailAddress;
use unicode_normalization::UnicodeNormalization;

use super::{
    COMMA, DOMAIN_BROKEN, DOMAIN_TYPO, DUMMY, HOMOGLYPH, INVALID, NO_AT, NO_DOT, NOT_LATIN, TWO_ATS,
    providers::{known, meant},
};
use crate::{check::kind::Out, finding::Code};

/// The longest address in ASCII: a path of 256 (RFC 5321, 4.5.3.1.3) less its angle brackets.
const ADDRESS_MAX: usize = 254;

/// Reads one address, and puts it or says what is wrong.
pub(super) fn read(address: &str, out: &mut Out<'_>) {
    match canonical(address) {
        Ok((local, domain)) => {
            if !local.is_ascii() {
                out.note(NOT_LATIN);
            }
            if let Some(meant) = meant(&domain) {
                out.note_hint(DOMAIN_TYPO, meant);
            }
            out.write(|text| text.extend([&local, "@", &domain]));
        }
        Err(Problem { code, meant: None }) => out.note(code),
        Err(Problem { code, meant: Some(meant) }) => out.note_hint(code, meant),
    }
}

/// The canonical form of an address, with the domain that was probably meant.
pub(super) fn repaired(address: &str) -> Option<String> {
    match canonical(address) {
        Ok((local, domain)) => Some(format!("{local}@{domain}")),
        Err(Problem { meant, .. }) => {
            let local = read_local(parts(address).ok()?.0)?;
            meant.map(|domain| format!("{local}@{domain}"))
        }
    }
}

/// Why an address can't be used, and the domain that was probably meant.
struct Problem {
    code: Code,
    meant: Option<&'static str>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, meant: None }
    }
}

fn canonical(address: &str) -> Result<(Cow<'_, str>, Cow<'_, str>), Problem> {
    let (local, domain) = parts(address)?;
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if domain.contains(',') {
        return Err(broken(&domain.replace(',', ".").to_lowercase(), COMMA));
    }
    check_scripts(local, domain)?;
    let lower = read_local(local).ok_or(INVALID)?;
    if !domain.contains('.') {
        return Err(broken(&domain.to_lowercase(), NO_DOT));
    }
    let (shown, ascii_len) = read_domain(domain).ok_or(INVALID)?;
    check_scripts(local, &shown)?; // what `xn--` and capitals have hidden
    if lower.len() + 1 + ascii_len > ADDRESS_MAX {
        return Err(INVALID.into());
    }
    if is_dummy(&lower, &shown) {
        return Err(DUMMY.into());
    }
    Ok((lower, shown))
}

fn parts(address: &str) -> Result<(&str, &str), Code> {
    match address.split_once('@') {
        None => Err(NO_AT),
        Some((_, domain)) if domain.contains('@') => Err(TWO_ATS),
        Some(("", _) | (_, "")) => Err(INVALID),
        Some(parts) => Ok(parts),
    }
}

/// A domain that cannot be, with the well-known one that it was meant to be.
fn broken(domain: &str, otherwise: Code) -> Problem {
    match known(domain).or_else(|| meant(domain)) {
        Some(meant) => Problem { code: DOMAIN_BROKEN, meant: Some(meant) },
        None => otherwise.into(),
    }
}

fn read_local(local: &str) -> Option<Cow<'_, str>> {
    let lower = if local.is_ascii() { lower_ascii(local) } else { Cow::Owned(local.to_lowercase().nfkc().collect()) };
    let letters = lower.chars().all(|c| c.is_ascii() || c.is_alphanumeric());
    // A few letters change again when they are read again, and a value has one spelling.
    let settled = lower.is_ascii() || lower.to_lowercase().nfkc().eq(lower.chars());
    let fine = letters && settled && !lower.starts_with('"') && EmailAddress::is_valid_local_part(&lower);
    fine.then_some(lower)
}

/// The domain as people read it, and its length in ASCII.
fn read_domain(domain: &str) -> Option<(Cow<'_, str>, usize)> {
    let lower = if domain.is_ascii() { lower_ascii(domain) } else { Cow::Owned(domain.to_lowercase()) };
    if lower.is_ascii() && !is_encoded(&lower) {
        return is_host(&lower).then(|| (lower.clone(), lower.len()));
    }
    let ascii = idna::domain_to_ascii_strict(&lower).ok()?;
    let (unicode, fine) = idna::domain_to_unicode(&ascii);
    let tld = unicode.rsplit('.').next()?;
    let exists = tld.bytes().all(|b| b.is_ascii_lowercase()) || CYRILLIC_TLDS.contains(&tld) || !has_cyrillic(tld);
    (fine.is_ok() && exists && unicode.contains('.')).then_some((Cow::Owned(unicode), ascii.len()))
}

/// Whether a domain or a label is written as `xn--…`.
fn is_encoded(domain: &str) -> bool {
    domain.split('.').any(|l| l.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--")))
}

fn lower_ascii(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The host names of RFC 1123, 2.1, with a top level of two letters or more; one letter is left to
/// [`meant`], which knows what `mail.r` was going to be.
fn is_host(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let tld = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.split('.').all(label)
        && tld.bytes().all(|b| b.is_ascii_alphabetic())
        && (tld.len() > 1 || meant(domain).is_some())
}

/// Top-level domains in Cyrillic (IANA root zone). Another one is a Latin one in disguise.
const CYRILLIC_TLDS: [&str; 17] = [
    "рф",
    "рус",
    "бел",
    "укр",
    "срб",
    "мкд",
    "мон",
    "қаз",
    "бг",
    "ею",
    "москва",
    "дети",
    "онлайн",
    "сайт",
    "орг",
    "ком",
    "католик",
];

/// Looks for letters of one alphabet that pass for another's: `ivаn@mail.ru` with a Cyrillic `а` is a
/// mailbox that nobody has.
fn check_scripts(local: &str, domain: &str) -> Result<(), Code> {
    if local.is_ascii() && domain.is_ascii() {
        return Ok(());
    }
    let is_latin = |label: &str| !is_encoded(label) && label.bytes().any(|b| b.is_ascii_alphabetic());
    let latin_host = domain.split('.').any(is_latin);
    let cyrillic_end = domain.rsplit('.').next().is_some_and(has_cyrillic);
    let disguised = |part: &str| is_mixed(part) || (latin_host && passes_for_latin(part));
    if disguised(local) || domain.split('.').any(disguised) || (latin_host && cyrillic_end) {
        return Err(HOMOGLYPH);
    }
    Ok(())
}

fn has_cyrillic(text: &str) -> bool {
    text.chars().any(is_cyrillic)
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

fn is_mixed(part: &str) -> bool {
    let latin = part.chars().any(|c| c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}'));
    let greek = part.chars().any(|c| matches!(c, '\u{370}'..='\u{3ff}'));
    let scripts = [latin, greek, has_cyrillic(part)];
    scripts.into_iter().filter(|s| *s).count() > 1
}

/// Whether all its letters are Cyrillic ones that look like Latin ones.
fn passes_for_latin(part: &str) -> bool {
    let mut letters = part.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| "аеорсухіѕјАВЕКМНОРСТУХІЅЈ".contains(c))
}

/// Whether somebody only filled the cell: `no@no.no`, `test@test.ru`, `aaa@aaa.aa`.
fn is_dummy(local: &str, domain: &str) -> bool {
    const WORDS: [&str; 10] = ["no", "net", "none", "нет", "test", "mail", "email", "qwe", "asd", "qwerty"];
    let Some((label, ending)) = domain.split_once('.') else { return false };
    if local != label || ending.contains('.') {
        return false;
    }
    let mut chars = label.chars();
    let first = chars.next();
    let one_letter = chars.all(|c| Some(c) == first);
    let digits = label.bytes().all(|b| b.is_ascii_digit());
    WORDS.contains(&label) || one_letter || digits
}
