//! What stands in an e-mail cell: addresses, words around them, and addresses that fell apart.

use std::borrow::Cow;

use super::{COMMA, SPACE};
use crate::finding::Code;

/// Something with an `@` in it.
pub(super) enum Candidate<'a> {
    /// What may be one address.
    Address(&'a str),
    /// An address in pieces, of which nobody can tell for sure how they belong together.
    Broken(Code),
}

/// A cell, taken apart.
#[derive(Default)]
pub(super) struct Split<'a> {
    pub(super) candidates: Vec<Candidate<'a>>,
    /// Punctuation behind an address was dropped.
    pub(super) tidied: bool,
    /// There is more in the cell than addresses.
    pub(super) remarks: bool,
}

/// The text without spaces around `@`.
pub(super) fn tighten(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for loose in [" @", "@ "] {
        if text.contains(loose) {
            text = Cow::Owned(text.replace(loose, "@"));
        }
    }
    text
}

/// Takes a cell apart.
pub(super) fn split(text: &str) -> Split<'_> {
    let mut split = Split::default();
    let mut rest = text;
    let mut named = false;
    while let Some((before, inner, after)) = bracketed(rest) {
        named = true;
        split.take_named(before);
        split.take_word(inner);
        rest = after;
    }
    if named {
        split.take_named(rest);
    } else {
        split.take_words(rest);
    }
    split
}

/// `before <inner> after`, where `inner` has an `@`.
fn bracketed(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (inner, after) = rest.split_once('>')?;
    inner.contains('@').then_some((before, inner.trim(), after))
}

impl<'a> Split<'a> {
    /// A display name beside `<address>` is no remark, unless it holds addresses of its own.
    fn take_named(&mut self, text: &'a str) {
        if text.contains('@') {
            self.take_words(text);
        }
    }

    fn take_words(&mut self, text: &'a str) {
        for part in text.split([';', '/', '\\', '|', '\n']) {
            let words: Vec<&str> = part.split(' ').filter(|w| !w.is_empty()).collect();
            for (i, word) in words.iter().enumerate() {
                let before = i.checked_sub(1).and_then(|i| words.get(i));
                if !word.contains('@') {
                    self.remarks |= !is_joiner(word);
                } else if before.is_some_and(|w| is_bare(w)) || is_cut(word, words.get(i + 1)) {
                    self.candidates.push(Candidate::Broken(SPACE));
                } else {
                    self.take_word(word);
                }
            }
        }
    }

    /// Takes a word with an `@`: one address, or several with commas between them.
    fn take_word(&mut self, word: &'a str) {
        let word = word.trim_matches(',');
        let pieces = || word.split(',').map(str::trim).filter(|p| !p.is_empty());
        let (local, domain) = word.split_once('@').unwrap_or((word, ""));
        if pieces().all(|p| p.contains('@')) {
            pieces().for_each(|p| self.take_address(p));
        } else if !local.contains(',') && !domain.contains('@') {
            self.take_address(word); // `gmail,com`, on which the domain has its say
        } else {
            self.candidates.push(Candidate::Broken(COMMA));
        }
    }

    fn take_address(&mut self, text: &'a str) {
        let at = text.find('@').unwrap_or(0);
        let start = text[..at].rfind(':').map_or(0, |colon| colon + 1);
        let link = text[..start].to_ascii_lowercase().ends_with("mailto:");
        let address = text[start..].split(|c| link && c == '?').next().unwrap_or_default();
        let address = address.trim_start_matches(['"', '\'', '(', '[', '{', '«', '“', '„', '<']);
        let naked = address.trim_end_matches(['"', '\'', ')', ']', '}', '»', '”', '>']);
        let naked = naked.trim_end_matches(['.', ':', '!', '-', ')']);
        self.tidied |= naked.ends_with(char::is_alphanumeric) && address.ends_with(['.', ':', '!', '-']);
        self.candidates.push(Candidate::Address(naked));
    }
}

/// A word that says only that an address follows.
fn is_joiner(word: &str) -> bool {
    matches!(word, "и" | "или" | "and" | "or")
        || word.ends_with(':')
        || word.chars().all(|c| c.is_ascii_punctuation() || "–—".contains(c))
}

/// A Latin word that may be the beginning of the address behind it: `ivan petrov@mail.ru`.
fn is_bare(word: &str) -> bool {
    !is_joiner(word) && !word.contains('@') && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b))
}

/// Whether the short Latin word that follows may be the end of the address: `ivan@mail. ru`.
fn is_cut(address: &str, next: Option<&&str>) -> bool {
    !address.ends_with(',') && next.is_some_and(|w| is_bare(w) && w.len() <= 3)
}
