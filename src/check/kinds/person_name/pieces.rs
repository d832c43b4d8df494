//! The pieces of a text, and what stands around a name: titles, suffixes, remarks.

use std::{collections::HashMap, sync::LazyLock};

use super::{ORGANIZATION, SENTENCE, SEVERAL, given, is_letter, words::Segment};
use crate::{finding::Code, name::fold};

/// A piece between spaces and full stops, as it was typed.
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    dot: bool,
    pub(super) folded: String,
    known: Option<Known>,
}

/// More words than this are a sentence.
const WORDS_MAX: usize = 7;

/// Splits a text that no comma divides.
pub(super) fn split(text: &str) -> Result<Vec<Piece<'_>>, Code> {
    let mut pieces = Vec::with_capacity(4);
    for token in text.split(' ') {
        for part in token.split_inclusive('.') {
            let dot = part.ends_with('.');
            let text = part.trim_end_matches(['.', '-']).trim_start_matches(['-', '\'']);
            if text.contains(is_letter) {
                let folded = fold(text);
                let known = KNOWN.get(&folded).copied();
                pieces.push(Piece { text, dot, folded, known });
            }
        }
    }
    if pieces.iter().any(|p| p.is(Known::LegalForm)) {
        return Err(ORGANIZATION);
    }
    if pieces.len() > WORDS_MAX { Err(SENTENCE) } else { Ok(pieces) }
}

/// Takes off what stands around the name, and says what it was. Where the text is a part of a name, it may
/// be a suffix alone.
pub(super) fn strip<'a>(pieces: &mut Vec<Piece<'a>>, part: bool) -> Result<Segment<'a>, Code> {
    let suffix = take_suffix(pieces, part);
    let titled = drop_titles(pieces);
    if names_two(pieces) {
        return Err(SEVERAL);
    }
    let cut = cut_remark(pieces);
    Ok(Segment { words: Vec::new(), suffix, titled, cut })
}

impl Piece<'_> {
    /// Whether it is a word known for this, in the alphabet in which it is one: Pao and Fio are names.
    pub(super) fn is(&self, known: Known) -> bool {
        let cyrillic = self.is_cyrillic();
        self.known == Some(known)
            && match known {
                Known::LegalForm => cyrillic || WESTERN_FORMS.iter().any(|form| form.eq_ignore_ascii_case(self.text)),
                Known::Address => cyrillic,
                Known::Honour => !cyrillic,
                Known::Remark => cyrillic || !is_title(self.text),
                Known::Title | Known::Particle | Known::Son => true,
            }
    }

    pub(super) fn is_letter(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }

    pub(super) fn is_small(&self) -> bool {
        self.text.starts_with(char::is_lowercase)
    }

    pub(super) fn is_cyrillic(&self) -> bool {
        self.text.starts_with(is_cyrillic)
    }

    /// Two capitals without full stops: `ИИ`, the initials.
    pub(super) fn is_two_capitals(&self) -> bool {
        self.text.chars().count() == 2 && self.text.chars().all(|c| is_cyrillic(c) && c.is_uppercase())
    }

    /// In the list, and with no surname's ending.
    pub(super) fn is_surely_given(&self) -> bool {
        let cyrillic = self.is_cyrillic();
        is_given(&self.folded, cyrillic) && !given::is_surname(&self.folded, cyrillic)
    }

    fn is_name_part(&self) -> bool {
        let cyrillic = self.is_cyrillic();
        is_given(&self.folded, cyrillic)
            || given::is_patronymic(&self.folded, cyrillic)
            || given::is_surname(&self.folded, cyrillic)
    }
}

pub(super) fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

/// Whether a folded word is in the lists of given names that its alphabet has.
pub(super) fn is_given(folded: &str, cyrillic: bool) -> bool {
    given::is_russian(folded) || !cyrillic && given::is_english(folded)
}

/// Words that are known to be no name by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Known {
    /// Of an organisation.
    LegalForm,
    /// Stands before a family name as well.
    Title,
    /// Stands before a given name.
    Address,
    /// Stands after a name and says nothing about it.
    Honour,
    /// Follows a name with nothing between, in Cyrillic whatever its case.
    Remark,
    /// Begins a family name.
    Particle,
    /// Makes a patronymic of the word before: son or daughter.
    Son,
}

/// The forms among the known words that are ones in Latin letters too.
const WESTERN_FORMS: [&str; 6] = ["OOO", "LLC", "LLP", "Ltd", "GmbH", "Inc"];

/// All known words, folded.
static KNOWN: LazyLock<HashMap<String, Known>> = LazyLock::new(|| {
    [
        (Known::LegalForm, "ООО ОАО ЗАО ПАО ТОО АНО LLC LLP Ltd GmbH Inc"),
        (
            Known::Title,
            "г-н г-жа господин госпожа гр гр-н гр-ка гражданин гражданка тов товарищ д-р доктор проф профессор \
             Mr Mrs Ms Miss Mx Mister Dr Prof Professor Sir Madam Dame Rev Sra",
        ),
        (Known::Address, "ФИО тётя дядя"),
        (Known::Honour, "PhD Esq MBA MSc BSc DDS"),
        (
            Known::Remark,
            "VIP постоянный постоянная новый новая клиент клиентка абонемент мама папа муж жена дочь дочка бабушка \
             дедушка сестра брат подруга администратор менеджер директор бухгалтер тест дубль копия звонить \
             перезвонить запись ватсап вотсап телеграм member client customer test duplicate copy",
        ),
        (
            Known::Particle,
            "van von der den ter ten zu zum de di da del della la le du dos das bin ibn el al \
             фон ван дер ден де ди да дель делла ла ле дю дос бин ибн эль аль",
        ),
        (Known::Son, "оглы оглу кызы гызы улы уулу ogly oglu kyzy qizi gizi uulu"),
    ]
    .into_iter()
    .flat_map(|(known, words)| words.split_whitespace().map(move |word| (fold(word), known)))
    .collect()
});

/// Whether `word` alone is something that follows a name and says nothing (`PhD`).
pub(super) fn is_honour(word: &str) -> bool {
    KNOWN.get(&fold(word)) == Some(&Known::Honour)
}

fn drop_titles(pieces: &mut Vec<Piece<'_>>) -> bool {
    let mut titled = false;
    while pieces.len() > 1 {
        let title = pieces[0].is(Known::Title) || matches!(pieces[0].text, "ИП" | "ип");
        if !title && !pieces[0].is(Known::Address) && !is_client(&pieces[0]) {
            break;
        }
        titled |= title;
        pieces.remove(0);
    }
    while pieces.len() > 1 && pieces.last().is_some_and(|p| p.is(Known::Honour)) {
        pieces.pop();
    }
    titled
}

/// A remark after a name, an address before it.
fn is_client(piece: &Piece<'_>) -> bool {
    matches!(piece.text, "клиент" | "Клиент" | "клиентка" | "Клиентка" | "client" | "Client")
}

/// `Иван и Мария`, `John and Mary`; not `Иванов И О`.
fn names_two(pieces: &[Piece<'_>]) -> bool {
    pieces.windows(3).any(|w| {
        let joins = w[1].text == "и"
            || w[1].text.eq_ignore_ascii_case("and")
            || w[1].text == "И" && given::is_russian(&w[0].folded) && given::is_russian(&w[2].folded);
        joins && !w[1].dot && !w[0].is_letter() && !w[2].is_letter()
    })
}

/// Cuts off the words that a remark begins with: known ones, and small letters after a name in capitals
/// that are no name by list or ending.
fn cut_remark(pieces: &mut Vec<Piece<'_>>) -> bool {
    let capitals = pieces.first().is_some_and(|p| !p.is_small());
    let begins_remark = |at: usize| {
        let piece = &pieces[at];
        piece.is(Known::Remark) || capitals && !piece.text.contains(char::is_uppercase) && is_remark_word(pieces, at)
    };
    let Some(at) = (1..pieces.len()).find(|&at| begins_remark(at)) else { return false };
    pieces.truncate(at);
    true
}

fn is_remark_word(pieces: &[Piece<'_>], at: usize) -> bool {
    let piece = &pieces[at];
    if piece.is_letter() {
        // a preposition, such as `с` in `Анна с дочкой`
        return piece.is_cyrillic() && !piece.dot && pieces.get(at + 1).is_some_and(|next| !next.is_letter());
    }
    let part = piece.is(Known::Particle) || piece.is(Known::Son);
    // the second word in Latin letters may be a surname, and no ending tells
    let told = piece.is_cyrillic() || at > 1;
    told && !part && !piece.is_name_part()
}

pub(super) fn is_title(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.any(char::is_lowercase)
}

fn suffix(piece: &Piece<'_>) -> Option<&'static str> {
    const LATIN: [(&str, &str); 7] =
        [("jr", "Jr."), ("jnr", "Jr."), ("sr", "Sr."), ("snr", "Sr."), ("ii", "II"), ("iii", "III"), ("iv", "IV")];
    const CYRILLIC_FOLDED: [(&str, &str); 6] = [
        ("ml", "мл."),
        ("mladshi", "мл."),
        ("mladshaia", "мл."),
        ("st", "ст."),
        ("starshi", "ст."),
        ("starshaia", "ст."),
    ];
    let found = if piece.is_cyrillic() {
        CYRILLIC_FOLDED.iter().find(|(typed, _)| *typed == piece.folded)
    } else {
        LATIN.iter().find(|(typed, _)| typed.eq_ignore_ascii_case(piece.text))
    };
    found.map(|(_, suffix)| *suffix)
}

fn take_suffix(pieces: &mut Vec<Piece<'_>>, part: bool) -> Option<&'static str> {
    let mut found = None;
    while let Some((at, suffix)) = (0..pieces.len()).rev().find_map(|at| Some((at, suffix(&pieces[at])?)))
        && (part || pieces.len() > 1)
    {
        found = found.or(Some(suffix));
        pieces.remove(at);
    }
    found
}
