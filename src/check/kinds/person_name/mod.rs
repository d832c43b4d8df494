//! `person_name`: a person's name in any usual order, as family name, given name and patronymic.
//!
//! The canonical text has the three parts with [`PART_MARK`] between them, any of them empty; where nobody
//! can tell which word is what, it has the words with spaces between them.

mod case;
mod given;
mod layout;
mod parts;
mod pieces;
mod reading;
mod roles;
mod scrub;
#[cfg(test)]
mod tests;
mod words;

use std::borrow::Cow;

use self::reading::Reading;
use crate::{
    check::{
        alike::{self, Reach},
        kind::{FieldKind, How, Identity, Input, Out},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

pub(super) const KIND: FieldKind = FieldKind {
    parts: &["family", "given", "patronymic"],
    identity: Some(Identity::Name),
    ..FieldKind::plain("person_name", "a person's name, in one column or in `family`, `given` and `patronymic`", parse)
};

const NOT_TEXT: Code = Code::new("name-not-text");
const CONTACT: Code = Code::new("name-contact");
const NO_LETTER: Code = Code::new("name-no-letter");
const ORGANIZATION: Code = Code::new("name-organization");
const SEVERAL: Code = Code::new("name-several");
const SENTENCE: Code = Code::new("name-sentence");
const DIGIT: Code = Code::new("name-digit");
const NUMBER: Code = Code::new("name-number");
const REMARK: Code = Code::new("name-remark");
const LOOKALIKE: Code = Code::new("name-lookalike");
const TWO_ALPHABETS: Code = Code::new("name-two-alphabets");
const LAYOUT: Code = Code::new("name-layout");
const SWAPPED: Code = Code::new("name-swapped");

/// What was found in a name that is used all the same, each thing once.
#[derive(Default)]
struct Notes(Vec<Code>);

impl Notes {
    fn push(&mut self, code: Code) {
        if !self.0.contains(&code) {
            self.0.push(code);
        }
    }

    fn extend(&mut self, codes: impl IntoIterator<Item = Code>) {
        codes.into_iter().for_each(|code| self.push(code));
    }
}

/// Whether it is a letter; the ones that names are mostly made of are known without a table.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'А'..='я' | 'ё' | 'Ё') || c.is_alphabetic()
}

/// Whether there is nothing to repair or to cut off, as in most cells.
fn is_plain_russian(text: &str) -> bool {
    text.starts_with(is_letter) && text.chars().all(|c| matches!(c, 'А'..='я' | 'ё' | 'Ё' | ' ' | '.'))
}

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    let mut notes = Notes::default();
    let read = match inputs.iter().find(|i| i.part.is_none()) {
        Some(whole) => read_whole(whole.raw, &mut notes, out),
        None => parts::read(inputs, &mut notes, out),
    };
    match read {
        Ok(()) => notes.0.into_iter().for_each(|code| out.note(code)),
        Err(code) => out.note(code),
    }
}

fn read_whole(raw: Raw<'_>, notes: &mut Notes, out: &mut Out<'_>) -> Result<(), Code> {
    if let Some(text) = prepare(raw, notes)? {
        Reading::of(&text, notes)?.write(out);
    }
    Ok(())
}

/// The text of a cell in one alphabet a word, letters and their company alone; `None` where the cell
/// says nothing.
fn prepare<'a>(raw: Raw<'a>, notes: &mut Notes) -> Result<Option<Cow<'a, str>>, Code> {
    let text = match raw {
        Raw::Text(text) if mess::is_placeholder(text) => return Ok(None),
        Raw::Text(text) => text,
        Raw::Blank => return Ok(None),
        Raw::Number(_) | Raw::Date(_) | Raw::Bool(_) | Raw::Error(_) => return Err(NOT_TEXT),
    };
    if is_plain_russian(text) {
        return Ok(Some(Cow::Borrowed(text)));
    }
    let repaired = if let Some(meant) = layout::retyped(text) {
        notes.push(LAYOUT);
        Some(meant)
    } else {
        alike::repair(text, Reach::Whole).inspect(|_| notes.push(LOOKALIKE))
    };
    if alike::has_mixed_word(repaired.as_deref().unwrap_or(text)) {
        notes.push(TWO_ALPHABETS);
    }
    Ok(Some(match repaired {
        Some(repaired) => Cow::Owned(scrub::scrub(&repaired, notes)?.into_owned()),
        None => scrub::scrub(text, notes)?,
    }))
}
