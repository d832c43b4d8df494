//! A name in several columns: each tidied by itself, with what was typed into the wrong one put right.

use std::borrow::Cow;

use super::{
    Notes, REMARK, SWAPPED, is_letter, prepare,
    reading::Reading,
    roles::Role,
    words::{self, Look, Segment},
};
use crate::{
    check::kind::{Input, Out},
    finding::Code,
};

type Texts<'a> = [Option<Cow<'a, str>>; 3];

/// Reads the columns of a name; one that can't be read spoils the name, since the rest is not it.
pub(super) fn read(inputs: &[Input<'_>], notes: &mut Notes, out: &mut Out<'_>) -> Result<(), Code> {
    let mut texts: Texts<'_> = [None, None, None];
    for input in inputs {
        let place = input.part.unwrap_or_default();
        if texts[place].is_none() {
            texts[place] = prepare(input.raw, notes)?;
        }
    }
    if texts.iter().any(Option::is_some) {
        match whole_in_one(&texts, notes) {
            Some(whole) => whole.write(out),
            None => Reading::of_parts(tidy(&texts, notes)?).write(out),
        }
    }
    Ok(())
}

/// A whole name that stands in the column of one part, beside empty ones.
fn whole_in_one<'a>(texts: &'a Texts<'_>, notes: &mut Notes) -> Option<Reading<'a>> {
    let (text, column) = match texts {
        [Some(family), None, None] => (family, Role::Family),
        [None, Some(given), None] => (given, Role::Given),
        _ => return None,
    };
    let mut own = Notes::default();
    let whole = Reading::of(text, &mut own).ok().filter(|w| w.words.len() > 1)?;
    let given = whole.has(Role::Given, &[Look::Given, Look::Initial]);
    let family = whole.has(Role::Family, &[Look::Surname, Look::Compound, Look::Unknown]);
    let sure = given && (family || column == Role::Family);
    sure.then(|| {
        notes.extend(own.0);
        whole
    })
}

fn tidy<'a>(texts: &'a Texts<'_>, notes: &mut Notes) -> Result<[Segment<'a>; 3], Code> {
    let mut parts: [Segment<'a>; 3] = Default::default();
    for (part, text) in parts.iter_mut().zip(texts) {
        let text = text.as_deref().unwrap_or_default();
        let (before, after) = text.split_once(',').unwrap_or((text, ""));
        *part = words::read(before, true)?;
        notes.extend((part.cut || after.contains(is_letter)).then_some(REMARK));
    }
    let [family, given, patronymic] = &mut parts;
    let follows = |look| matches!(look, Look::Patronymic | Look::Initial);
    if patronymic.words.is_empty() && given.words.len() > 1 && given.words.last().is_some_and(|w| follows(w.look)) {
        patronymic.words.extend(given.words.pop());
    }
    if is_swapped(family, given) {
        std::mem::swap(family, given);
        notes.push(SWAPPED);
    }
    Ok(parts)
}

/// A given name in the family's column, and what can only be a surname in the other.
fn is_swapped(family: &Segment<'_>, given: &Segment<'_>) -> bool {
    match (family.words.as_slice(), given.words.as_slice()) {
        ([f], [g]) => f.cyrillic && f.look == Look::Given && g.cyrillic && g.look == Look::Surname,
        _ => false,
    }
}
