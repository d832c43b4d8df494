//! From a prepared text to words with their roles, and on to the canonical name.

use std::borrow::Cow;

use super::{
    Notes, REMARK, SEVERAL, is_letter, pieces,
    roles::{self, Role, Roles},
    words::{self, Look, Segment, Word},
};
use crate::{check::kind::Out, finding::Code, name::PART_MARK};

/// A name as it was understood.
pub(super) struct Reading<'a> {
    pub(super) words: Vec<Word<'a>>,
    pub(super) roles: Roles,
    suffix: Option<&'static str>,
}

impl<'a> Reading<'a> {
    /// Reads a name in whichever order it is written.
    pub(super) fn of(text: &'a str, notes: &mut Notes) -> Result<Self, Code> {
        let text = text.trim_matches([',', ' ']);
        match text.split_once(',') {
            None => Ok(Self::plain(words::read(text, false)?, notes)),
            Some((before, after)) => Self::with_comma(before, after, notes),
        }
    }

    /// A name of known parts.
    pub(super) fn of_parts(parts: [Segment<'a>; 3]) -> Self {
        let mut whole = Self { words: Vec::new(), roles: None, suffix: None };
        let mut roles = Vec::new();
        for (part, role) in parts.into_iter().zip([Role::Family, Role::Given, Role::Patronymic]) {
            roles.resize(roles.len() + part.words.len(), role);
            whole.words.extend(part.words);
            whole.suffix = whole.suffix.or(part.suffix);
        }
        whole.roles = Some(Cow::Owned(roles));
        whole
    }

    fn plain(segment: Segment<'a>, notes: &mut Notes) -> Self {
        let roles = roles::of_words(&segment.words, segment.titled);
        let cut = segment.cut || roles.as_ref().is_some_and(|r| r.contains(&Role::Remark));
        notes.extend(cut.then_some(REMARK));
        Self { words: segment.words, roles, suffix: segment.suffix }
    }

    fn with_comma(before: &'a str, after: &'a str, notes: &mut Notes) -> Result<Self, Code> {
        let mut first = words::read(before, true)?;
        let mut rest = Vec::new();
        for text in after.split(',').filter(|t| t.contains(is_letter) && !pieces::is_honour(t)) {
            // what can't be read is a remark, and has no words
            let segment = words::read(text, true).unwrap_or_default();
            first.suffix = first.suffix.or(segment.suffix);
            if segment.suffix.is_none() || !segment.words.is_empty() {
                rest.push(segment);
            }
        }
        if first.words.is_empty() {
            let next = if rest.is_empty() { words::read(before, false)? } else { rest.remove(0) };
            first = Segment { suffix: first.suffix, ..next };
        }
        Self::join(first, rest, notes)
    }

    /// Takes what stands behind a comma as the given names, as a part of the name, or as a remark.
    fn join(mut first: Segment<'a>, mut rest: Vec<Segment<'a>>, notes: &mut Notes) -> Result<Self, Code> {
        if is_list(&first, &rest) {
            first.words.extend(rest.drain(..).flat_map(|s| s.words));
        }
        if rest.is_empty() {
            return Ok(Self::plain(first, notes));
        }
        let second = rest.remove(0);
        let comma = meaning(&first, &second)?;
        first.cut |= second.cut || !rest.is_empty() || comma == Comma::Remark;
        let mut roles = vec![Role::Family; first.words.len()];
        roles.extend(roles::of_given(&second.words));
        if comma != Comma::Remark {
            first.words.extend(second.words);
        }
        Ok(match comma {
            Comma::FamilyFirst => {
                notes.extend(first.cut.then_some(REMARK));
                Self { words: first.words, roles: Some(Cow::Owned(roles)), suffix: first.suffix }
            }
            Comma::Stray | Comma::Remark => Self::plain(first, notes),
        })
    }

    /// Whether some word with this role looks so.
    pub(super) fn has(&self, role: Role, looks: &[Look]) -> bool {
        let roles = self.roles.as_deref().unwrap_or_default();
        self.words.iter().zip(roles).any(|(word, r)| *r == role && looks.contains(&word.look))
    }

    /// Writes the canonical name.
    pub(super) fn write(&self, out: &mut Out<'_>) {
        out.write(|text| match self.roles.as_deref() {
            Some(roles) => {
                let of = |role| self.words.iter().zip(roles).filter(move |(_, r)| **r == role).map(|(w, _)| &*w.text);
                push_joined(of(Role::Family).chain(self.suffix), text);
                text.push(PART_MARK);
                push_joined(of(Role::Given), text);
                text.push(PART_MARK);
                push_joined(of(Role::Patronymic), text);
            }
            None => push_joined(self.words.iter().map(|w| &*w.text).chain(self.suffix), text),
        });
    }
}

fn push_joined<'a>(words: impl Iterator<Item = &'a str>, text: &mut String) {
    for (at, word) in words.enumerate() {
        if at > 0 {
            text.push(' ');
        }
        text.push_str(word);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comma {
    /// `Harris, Rachel`.
    FamilyFirst,
    /// `Анна, Петрова`.
    Stray,
    /// `Анна, звонить вечером`.
    Remark,
}

/// `Иванов, Иван, Иванович`.
fn is_list(first: &Segment<'_>, rest: &[Segment<'_>]) -> bool {
    first.words.len() == 1
        && rest.len() == 2
        && rest.iter().all(|s| s.words.len() == 1)
        && rest[1].words[0].look == Look::Patronymic
}

fn meaning(first: &Segment<'_>, second: &Segment<'_>) -> Result<Comma, Code> {
    let Some(next) = second.words.first() else { return Ok(Comma::Remark) };
    let surely_given = second.words.len() <= 3 && matches!(next.look, Look::Given | Look::Initial | Look::Patronymic);
    // in English a family name before a comma is the rule, even one that is a given name too
    if let [one] = first.words.as_slice()
        && one.look == Look::Given
        && one.cyrillic
    {
        return match next.look {
            Look::Given if !one.ends_as_surname() => Err(SEVERAL),
            _ if surely_given => Ok(Comma::FamilyFirst),
            Look::Surname if second.words.len() == 1 => Ok(Comma::Stray),
            _ => Ok(Comma::Remark),
        };
    }
    let one = first.words.len() == 1;
    let none_given = first.words.iter().all(|w| !matches!(w.look, Look::Given | Look::Initial));
    let family = one || first.words.len() <= 3 && none_given;
    let small_latin = second.words.len() == 1 && first.words.iter().all(|w| w.small) && !next.cyrillic;
    let perhaps_given = second.words.len() <= 2 && second.words.iter().all(|w| !w.small) || small_latin;
    let family_first = family && (surely_given || one && perhaps_given);
    Ok(if family_first { Comma::FamilyFirst } else { Comma::Remark })
}
