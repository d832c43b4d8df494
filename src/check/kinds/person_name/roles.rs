//! Which word of a name is what, by what the words look like and where they stand.

use std::borrow::Cow;

use super::words::{Look, Word};

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Family,
    Given,
    Patronymic,
    /// No part of the name, after one that is complete.
    Remark,
}

/// What each word of a name is; `None` when nothing tells.
pub(super) type Roles = Option<Cow<'static, [Role]>>;

use Look::{Compound as C, Given as G, Initial as I, Patronymic as P, Surname as S};
use Role::{Family, Given, Patronymic, Remark};

const FAMILY_GIVEN: &[Role] = &[Family, Given];
const GIVEN_FAMILY: &[Role] = &[Given, Family];
const GIVEN_PATRONYMIC: &[Role] = &[Given, Patronymic];
const FAMILY_GIVEN_PATRONYMIC: &[Role] = &[Family, Given, Patronymic];
const GIVEN_PATRONYMIC_FAMILY: &[Role] = &[Given, Patronymic, Family];
const GIVEN_FAMILY_PATRONYMIC: &[Role] = &[Given, Family, Patronymic];
const FAMILY_PATRONYMIC_GIVEN: &[Role] = &[Family, Patronymic, Given];

/// Roles of words that no comma divides; `titled` when a title stood before them.
pub(super) fn of_words(words: &[Word<'_>], titled: bool) -> Roles {
    match words {
        [] => None,
        [one] => of_one(one, titled).map(Cow::Borrowed),
        [one, two] => of_two(one, two).map(Cow::Borrowed),
        [one, two, three] if is_latin(words) => of_three_latin(one, two, three).map(Cow::Borrowed),
        [one, two, three] => of_three(one, two, three).map(Cow::Borrowed),
        _ => of_many(words).map(Cow::Owned),
    }
}

/// Roles of the words after the comma of `Harris, Rachel J.`.
pub(super) fn of_given(words: &[Word<'_>]) -> Vec<Role> {
    let mut roles = vec![Given; words.len()];
    if let (Some(last), Some(role)) = (words.last(), roles.last_mut()) {
        let follows = words.len() > 1 && (last.look == I || last.cyrillic && last.look != G);
        if last.look == P || follows {
            *role = Patronymic;
        }
    }
    roles
}

/// Whether English order is to be expected: Latin letters, and nothing that is only Russian.
fn is_latin(words: &[Word<'_>]) -> bool {
    words.iter().all(|w| !w.cyrillic && w.look != P && w.text.starts_with(|c: char| c < '\u{250}'))
}

fn of_one(word: &Word<'_>, titled: bool) -> Option<&'static [Role]> {
    match word.look {
        C => Some(&[Family]),
        // Mr James is of the family James
        G if !titled || word.cyrillic => Some(&[Given]),
        G | P | S | Look::Unknown if titled => Some(&[Family]),
        _ => None,
    }
}

fn of_two(one: &Word<'_>, two: &Word<'_>) -> Option<&'static [Role]> {
    match (one.look, two.look) {
        (I, I) => None,
        (G, I) | (I, _) | (_, C) => Some(GIVEN_FAMILY),
        (_, I) | (C, _) => Some(FAMILY_GIVEN),
        (S, P) => Some(&[Family, Patronymic]),
        (_, P) if one.is_english_only() => Some(GIVEN_FAMILY),
        (_, P) => Some(GIVEN_PATRONYMIC),
        (P, _) if one.is_patronymic_female() => Some(&[Patronymic, Given]),
        (P, G) => Some(FAMILY_GIVEN),
        _ if !one.cyrillic && !two.cyrillic => of_two_latin(one, two),
        (G, G) => by_ending(one, two),
        (G, _) => Some(GIVEN_FAMILY),
        (_, G) => Some(FAMILY_GIVEN),
        _ => by_ending(one, two),
    }
}

/// Given name first, as in English, unless the words are those of a transliterated Russian name.
fn of_two_latin(one: &Word<'_>, two: &Word<'_>) -> Option<&'static [Role]> {
    if !is_latin(std::slice::from_ref(one)) || !is_latin(std::slice::from_ref(two)) {
        return None;
    }
    let russian = match (one.look, two.look) {
        (G, _) => false,
        (S, G) => true,
        (S, _) => two.look != S,
        (_, _) => two.look == G && two.is_russian_only(),
    };
    Some(if russian { FAMILY_GIVEN } else { GIVEN_FAMILY })
}

/// The one of two that ends as a surname is one.
fn by_ending(one: &Word<'_>, two: &Word<'_>) -> Option<&'static [Role]> {
    match (one.ends_as_surname(), two.ends_as_surname()) {
        (true, false) => Some(FAMILY_GIVEN),
        (false, true) => Some(GIVEN_FAMILY),
        _ => None,
    }
}

#[expect(clippy::match_same_arms, reason = "the order of the arms decides, and each tells one kind of name")]
fn of_three(one: &Word<'_>, two: &Word<'_>, three: &Word<'_>) -> Option<&'static [Role]> {
    match (one.look, two.look, three.look) {
        (I, I, I) => None,
        (I, I, _) => Some(GIVEN_PATRONYMIC_FAMILY),
        (_, I, I | P) => Some(FAMILY_GIVEN_PATRONYMIC),
        (G, I, _) | (_, I, S | C) => Some(GIVEN_PATRONYMIC_FAMILY),
        (I, _, _) | (_, I, _) => None,
        (S, P, G) => Some(FAMILY_PATRONYMIC_GIVEN),
        (P, G, P) => Some(FAMILY_GIVEN_PATRONYMIC),
        (P, _, _) => None,
        (_, P, _) => Some(GIVEN_PATRONYMIC_FAMILY),
        (G, S | C, P) => Some(GIVEN_FAMILY_PATRONYMIC),
        (_, _, P) => Some(FAMILY_GIVEN_PATRONYMIC),
        (_, _, I) => of_two(one, two).map(with_patronymic),
        // a second given name, or a patronymic with a slip of the hand in it
        (S | C, G, G) => Some(&[Family, Given, Given]),
        (G, G, S | C) => Some(&[Given, Given, Family]),
        (S | C, _, _) => Some(FAMILY_GIVEN_PATRONYMIC),
        (G, _, S | C) => Some(GIVEN_PATRONYMIC_FAMILY),
        (_, G, Look::Unknown) => Some(FAMILY_GIVEN_PATRONYMIC),
        _ => None,
    }
}

/// The roles of two words with a patronymic's initial after them.
fn with_patronymic(two: &'static [Role]) -> &'static [Role] {
    if two == GIVEN_FAMILY { GIVEN_FAMILY_PATRONYMIC } else { FAMILY_GIVEN_PATRONYMIC }
}

/// All but the last are given names; an initial among them is a middle one.
fn of_three_latin(one: &Word<'_>, two: &Word<'_>, three: &Word<'_>) -> Option<&'static [Role]> {
    match (one.look, two.look, three.look) {
        (I, I, I) => None,
        (_, I, I) => Some(FAMILY_GIVEN_PATRONYMIC),
        (_, I, _) => Some(GIVEN_PATRONYMIC_FAMILY),
        (_, _, I) => of_two(one, two).map(with_patronymic),
        (S | C, G, _) => Some(FAMILY_GIVEN_PATRONYMIC),
        (C, _, _) => Some(&[Family, Given, Given]),
        (_, C, _) => None,
        _ => Some(&[Given, Given, Family]),
    }
}

/// Four words and more: around a patronymic, or English.
fn of_many(words: &[Word<'_>]) -> Option<Vec<Role>> {
    let last = words.len() - 1;
    if is_latin(words) {
        let initials = words.iter().filter(|w| w.look == I).count();
        let compound = words[..last].iter().any(|w| w.look == C);
        return (initials == 0 && !compound && last < 5).then(|| {
            let mut roles = vec![Given; last];
            roles.push(Family);
            roles
        });
    }
    let at = patronymic(words)?;
    let known = words[at - 1].look == G;
    let mut roles = vec![Family; words.len()];
    roles[at - 1] = Given;
    roles[at] = Patronymic;
    match (at, last - at) {
        (_, 0) => Some(roles),
        (1, 1 | 2) if known => Some(roles),
        (2, _) if known => {
            roles[at + 1..].fill(Remark);
            Some(roles)
        }
        _ => None,
    }
}

/// Where the patronymic is: after a given name, or else the last one.
fn patronymic(words: &[Word<'_>]) -> Option<usize> {
    let is = |at: &usize| words[*at].look == P;
    (1..words.len())
        .filter(is)
        .find(|at| words[at - 1].look == G)
        .or_else(|| (1..words.len()).rev().find(is))
        .filter(|at| words.iter().all(|w| w.look != I) && words[at - 1].look != P)
}
