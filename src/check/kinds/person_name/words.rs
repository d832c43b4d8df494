//! The words of a name, and what each of them looks like by itself.

use std::borrow::Cow;

use super::{
    case::recase,
    given,
    pieces::{self, Known, Piece, is_cyrillic, is_given, is_title},
};
use crate::{finding::Code, name::fold};

/// Words of a text that no comma divides, and what stood around them.
#[derive(Default)]
pub(super) struct Segment<'a> {
    pub(super) words: Vec<Word<'a>>,
    /// Jr., мл. and the like, as a canonical name writes it.
    pub(super) suffix: Option<&'static str>,
    /// Whether a title stood before, as before a family name.
    pub(super) titled: bool,
    /// Whether a remark was cut off.
    pub(super) cut: bool,
}

/// One word of a name, or several that belong together: `van der Berg`, `Вагиф оглы`.
pub(super) struct Word<'a> {
    /// As the canonical name writes it.
    pub(super) text: Cow<'a, str>,
    pub(super) look: Look,
    pub(super) cyrillic: bool,
    /// Whether it was typed in small letters.
    pub(super) small: bool,
    folded: String,
}

/// What a word looks like, the surest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Look {
    /// One letter.
    Initial,
    /// A family name with a particle.
    Compound,
    /// In the list of given names.
    Given,
    /// By its ending.
    Patronymic,
    /// By its ending.
    Surname,
    /// Nothing tells.
    Unknown,
}

impl Word<'_> {
    /// Whether it ends as a surname, even if it is in the list of given names (Марина).
    pub(super) fn ends_as_surname(&self) -> bool {
        self.look == Look::Compound || given::is_surname(&self.folded, self.cyrillic)
    }

    /// Whether no English name is spelt so, but a Russian one is.
    pub(super) fn is_russian_only(&self) -> bool {
        given::is_russian(&self.folded) && !given::is_english(&self.folded)
    }

    /// Whether no Russian name is spelt so, but an English one is.
    pub(super) fn is_english_only(&self) -> bool {
        !self.cyrillic && given::is_english(&self.folded) && !given::is_russian(&self.folded)
    }

    /// Whether it can be nothing but a patronymic.
    pub(super) fn is_patronymic_female(&self) -> bool {
        given::is_patronymic_female(&self.folded)
    }
}

/// Reads the words of a text that no comma divides. Where it is a part of a name, it may be a suffix alone.
pub(super) fn read(text: &str, part: bool) -> Result<Segment<'_>, Code> {
    let mut pieces = pieces::split(text)?;
    let around = pieces::strip(&mut pieces, part)?;
    Ok(Segment { words: compose(&mut pieces), ..around })
}

/// Puts together what belongs together, and says of each what it looks like.
fn compose<'a>(pieces: &mut [Piece<'a>]) -> Vec<Word<'a>> {
    let mut words: Vec<Word<'a>> = Vec::with_capacity(pieces.len());
    let mixed = pieces.iter().any(Piece::is_small) && pieces.iter().any(|p| p.text.contains(char::is_uppercase));
    let initials = pieces.iter().any(|p| is_title(p.text)) && !pieces.iter().any(Piece::is_surely_given);
    let mut at = 0;
    while at < pieces.len() {
        let particles = (at..pieces.len()).take_while(|&at| is_particle(pieces, at, mixed)).count();
        let piece = &mut pieces[at];
        if particles > 0 {
            words.push(compound(&mut pieces[at..=at + particles]));
            at += particles;
        } else if piece.is(Known::Son) && words.last().is_some_and(|w| w.look != Look::Initial) {
            make_patronymic(&mut words, piece);
        } else if piece.is_letter() || initials && piece.is_two_capitals() {
            words.extend(piece.text.chars().map(initial));
        } else {
            words.push(single(piece));
        }
        at += 1;
    }
    words
}

/// A particle has a name after it; in front it is written small, or stands before another one.
fn is_particle(pieces: &[Piece<'_>], at: usize, mixed: bool) -> bool {
    let written = |text: &str| text.chars().skip(1).all(char::is_lowercase) || text.chars().all(char::is_uppercase);
    let known = |at: usize| pieces.get(at).is_some_and(|p| p.is(Known::Particle) && written(p.text));
    let next = pieces.get(at + 1).is_some_and(|p| !p.is_letter() && !p.is(Known::Son));
    let small = pieces[at].is_small() && mixed;
    let placed = small || known(at + 1) || at > 0 && (!pieces[at].is_cyrillic() || !is_title(pieces[at].text));
    known(at) && next && placed
}

fn compound<'a>(pieces: &mut [Piece<'a>]) -> Word<'a> {
    let mut text = String::new();
    let (name, particles) = pieces.split_last_mut().expect("particles and a name");
    for piece in particles {
        if is_title(piece.text) {
            text.push_str(piece.text);
        } else {
            text.push_str(&piece.text.to_lowercase());
        }
        text.push(' ');
    }
    let last = single(name);
    text.push_str(&last.text);
    Word { text: Cow::Owned(text), look: Look::Compound, ..last }
}

fn make_patronymic(words: &mut [Word<'_>], son: &Piece<'_>) {
    if let Some(word) = words.last_mut() {
        let small = son.text.to_lowercase();
        word.text = Cow::Owned(format!("{} {small}", word.text));
        word.look = Look::Patronymic;
    }
}

fn initial<'a>(letter: char) -> Word<'a> {
    let mut upper = letter.to_uppercase();
    let letter = upper.next().filter(|_| upper.len() == 0).unwrap_or(letter);
    Word {
        text: Cow::Owned(format!("{letter}.")),
        look: Look::Initial,
        cyrillic: is_cyrillic(letter),
        small: false,
        folded: String::new(),
    }
}

fn single<'a>(piece: &mut Piece<'a>) -> Word<'a> {
    let cyrillic = piece.is_cyrillic();
    let folded = std::mem::take(&mut piece.folded);
    let before_hyphen = || piece.text.split_once('-').map(|(one, _)| fold(one));
    let look = if ends_with_son(&folded) {
        Look::Patronymic
    } else if is_given(&folded, cyrillic) || before_hyphen().is_some_and(|one| is_given(&one, cyrillic)) {
        Look::Given
    } else if given::is_patronymic(&folded, cyrillic) {
        Look::Patronymic
    } else if given::is_surname(&folded, cyrillic) {
        Look::Surname
    } else {
        Look::Unknown
    };
    Word { text: recase(piece.text), look, cyrillic, small: piece.is_small(), folded }
}

/// `Мамед-оглы`, whose hyphen folding has removed.
fn ends_with_son(folded: &str) -> bool {
    ["ogli", "oglu", "kizi", "gizi"].iter().any(|son| folded.len() > son.len() + 2 && folded.ends_with(son))
}
