//! The words of a name, and what each of them looks like by itself.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use super::{ORGANIZATION, SENTENCE, SEVERAL, case::recase, given, is_letter};
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

/// A piece between spaces and full stops, as it was typed.
struct Piece<'a> {
    text: &'a str,
    dot: bool,
    folded: String,
    known: Option<Known>,
}

/// More words than this are a sentence.
const WORDS_MAX: usize = 7;

/// Reads the words of a text that no comma divides. Where it is a part of a name, it may be a suffix alone.
pub(super) fn read(text: &str, part: bool) -> Result<Segment<'_>, Code> {
    let mut pieces = pieces(text);
    if pieces.iter().any(|p| p.known == Some(Known::LegalForm)) {
        return Err(ORGANIZATION);
    }
    if pieces.len() > WORDS_MAX {
        return Err(SENTENCE);
    }
    let suffix = take_suffix(&mut pieces, part);
    let titled = drop_titles(&mut pieces);
    if names_two(&pieces) {
        return Err(SEVERAL);
    }
    let cut = cut_remark(&mut pieces);
    Ok(Segment { words: compose(&mut pieces), suffix, titled, cut })
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
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
    pieces
}

impl Piece<'_> {
    fn is_letter(&self) -> bool {
        self.text.chars().nth(1).is_none()
    }

    fn is_small(&self) -> bool {
        self.text.starts_with(char::is_lowercase)
    }

    fn is_cyrillic(&self) -> bool {
        self.text.starts_with(is_cyrillic)
    }

    /// Two capitals without full stops: `ИИ`, the initials.
    fn is_two_capitals(&self) -> bool {
        self.text.chars().count() == 2 && self.text.chars().all(|c| is_cyrillic(c) && c.is_uppercase())
    }

    fn is_name_part(&self) -> bool {
        let cyrillic = self.is_cyrillic();
        is_given(&self.folded, cyrillic)
            || given::is_patronymic(&self.folded, cyrillic)
            || given::is_surname(&self.folded, cyrillic)
    }
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

/// Words that are known to be no name by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
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
        let title = pieces[0].known == Some(Known::Title) || matches!(pieces[0].text, "ИП" | "ип");
        if !title && pieces[0].known != Some(Known::Address) && !is_client(&pieces[0]) {
            break;
        }
        titled |= title;
        pieces.remove(0);
    }
    while pieces.len() > 1 && pieces.last().is_some_and(|p| p.known == Some(Known::Honour)) {
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
        let joins = matches!(w[1].text, "и" | "and") && !w[1].dot
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
        let known = piece.known == Some(Known::Remark) && (piece.is_cyrillic() || !is_title(piece.text));
        known || capitals && !piece.text.contains(char::is_uppercase) && is_remark_word(pieces, at)
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
    let part = matches!(piece.known, Some(Known::Particle | Known::Son));
    // the second word in Latin letters may be a surname, and no ending tells
    let told = piece.is_cyrillic() || at > 1;
    told && !part && !piece.is_name_part()
}

fn is_title(word: &str) -> bool {
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

/// Puts together what belongs together, and says of each what it looks like.
fn compose<'a>(pieces: &mut [Piece<'a>]) -> Vec<Word<'a>> {
    let mut words: Vec<Word<'a>> = Vec::with_capacity(pieces.len());
    let mixed = pieces.iter().any(Piece::is_small) && pieces.iter().any(|p| p.text.contains(char::is_uppercase));
    let titles = pieces.iter().any(|p| is_title(p.text));
    let mut at = 0;
    while at < pieces.len() {
        let particles = (at..pieces.len()).take_while(|&at| is_particle(pieces, at, mixed)).count();
        let piece = &mut pieces[at];
        if particles > 0 {
            words.push(compound(&mut pieces[at..=at + particles]));
            at += particles;
        } else if piece.known == Some(Known::Son) && words.last().is_some_and(|w| w.look != Look::Initial) {
            make_patronymic(&mut words, piece);
        } else if piece.is_letter() || titles && piece.is_two_capitals() {
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
    let known = |at: usize| pieces.get(at).is_some_and(|p| p.known == Some(Known::Particle) && written(p.text));
    let next = pieces.get(at + 1).is_some_and(|p| !p.is_letter() && p.known != Some(Known::Son));
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

fn is_given(folded: &str, cyrillic: bool) -> bool {
    given::is_russian(folded) || !cyrillic && given::is_english(folded)
}

/// `Мамед-оглы`, whose hyphen folding has removed.
fn ends_with_son(folded: &str) -> bool {
    ["ogli", "oglu", "kizi", "gizi"].iter().any(|son| folded.len() > son.len() + 2 && folded.ends_with(son))
}
