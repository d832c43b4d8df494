//! Whether what two rows say of a person agrees: the guard beside every equal phone, e-mail or document.

use rapidfuzz::distance::osa;

use crate::name::{Name, fold};

/// How two names compare.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Names {
    /// Family and given name agree.
    Same,
    /// One of them says too little to tell.
    Unclear,
    /// They may be one person written twice, or two: spouses, father and son.
    Doubtful,
    /// They are plainly different.
    Different,
}

/// How two rows compare that share a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Nothing speaks against one person.
    Join,
    /// Only a person can tell.
    Ask,
    /// Two people.
    Apart,
}

/// What a row says of its person, prepared for comparing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Traits {
    name: FoldedName,
    birth: Option<String>,
    documents: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
struct FoldedName {
    family: String,
    given: Vec<Word>,
    patronymic: Option<Word>,
    suffix: String,
    loose: Vec<Word>,
}

/// A folded word; an initial stays one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Word {
    text: String,
    initial: bool,
}

impl Word {
    fn of(text: &str) -> Self {
        let initial = text.trim_end_matches('.').chars().count() == 1;
        Self { text: fold(text), initial }
    }

    fn agrees(&self, other: &Self) -> bool {
        if self.initial || other.initial {
            return self.text.starts_with(&other.text) || other.text.starts_with(&self.text);
        }
        is_near(&self.text, &other.text) && !self.is_pair(other)
    }

    /// Александр and Александра, Евгений and Евгения: one letter apart, and two people.
    fn is_pair(&self, other: &Self) -> bool {
        let feminine = |his: &str, hers: &str| hers.strip_prefix(his).is_some_and(|end| matches!(end, "a" | "ia"));
        feminine(&self.text, &other.text) || feminine(&other.text, &self.text)
    }
}

/// Equal but for a slip: one in four letters or more, two in eight or more.
fn is_near(a: &str, b: &str) -> bool {
    let slips_max = match a.len().min(b.len()) {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    a == b || (slips_max > 0 && osa::distance(a.chars(), b.chars()) <= slips_max)
}

impl Traits {
    /// From canonical values: a name, a birth date, numbers of documents.
    #[must_use]
    pub fn new<'a>(name: Option<&str>, birth: Option<&str>, documents: impl IntoIterator<Item = &'a str>) -> Self {
        let mut documents: Vec<String> = documents.into_iter().map(str::to_owned).collect();
        documents.sort_unstable();
        Self { name: name.map(FoldedName::of).unwrap_or_default(), birth: birth.map(str::to_owned), documents }
    }

    /// How the names compare.
    #[must_use]
    pub fn names(&self, other: &Self) -> Names {
        self.name.compare(&other.name)
    }

    /// Whether two rows that share a value may be one person.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Verdict {
        let births_clash = matches!((&self.birth, &other.birth), (Some(a), Some(b)) if a != b);
        let documents_clash = !self.documents.is_empty()
            && !other.documents.is_empty()
            && !self.documents.iter().any(|d| other.documents.contains(d));
        match self.names(other) {
            Names::Different => Verdict::Apart,
            Names::Doubtful => Verdict::Ask,
            _ if births_clash || documents_clash => Verdict::Ask,
            Names::Same | Names::Unclear => Verdict::Join,
        }
    }

    /// A key that two spellings of one full name share; `None` when the name is not full.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        self.name.key(|given| (!given.initial).then_some(given.text.as_str()))
    }

    /// The keys under which a person of this name is remembered, so that one who is written with an
    /// initial is known again too; each with a word that keeps the kinds apart.
    #[must_use]
    pub fn remembered_as(&self) -> Vec<(&'static str, String)> {
        let initialled = self.name.key(|given| given.text.get(..1));
        match (self.full_name(), initialled) {
            (Some(full), Some(short)) => vec![("full", full), ("short of full", short)],
            (None, Some(short)) => vec![("short", short)],
            _ => Vec::new(),
        }
    }

    /// The keys under which a person of this name may have been remembered.
    #[must_use]
    pub fn known_as(&self) -> Vec<(&'static str, String)> {
        let initialled = self.name.key(|given| given.text.get(..1));
        match (self.full_name(), initialled) {
            (Some(full), Some(short)) => vec![("full", full), ("short", short)],
            (None, Some(short)) => vec![("short of full", short.clone()), ("short", short)],
            _ => Vec::new(),
        }
    }
}

/// The [`Traits::full_name`] of a canonical name, without the rest of what it says.
#[must_use]
pub fn full_name(canonical: &str) -> Option<String> {
    let name = Name::parse(canonical);
    let full = |word: &str| Some(Word::of(word)).filter(|w| !w.initial).map(|w| w.text);
    match name.loose.as_slice() {
        [one, other] => Some(key(&mut [&full(one)?, &full(other)?])),
        [] => {
            let family = fold(name.family?);
            let given = full(name.given?.split(' ').next()?)?;
            (!family.is_empty()).then(|| key(&mut [&family, &given]))
        }
        _ => None,
    }
}

/// Two words in whichever order they stood.
fn key(words: &mut [&str; 2]) -> String {
    words.sort_unstable();
    words.join(" ")
}

impl FoldedName {
    fn of(canonical: &str) -> Self {
        let name = Name::parse(canonical);
        Self {
            family: name.family.map(fold).unwrap_or_default(),
            given: name.given.map(|g| g.split(' ').map(Word::of).collect()).unwrap_or_default(),
            patronymic: name.patronymic.map(Word::of),
            suffix: name.suffix.map(fold).unwrap_or_default(),
            loose: name.loose.iter().map(|w| Word::of(w)).collect(),
        }
    }

    fn key<'a>(&'a self, part: impl Fn(&'a Word) -> Option<&'a str>) -> Option<String> {
        match self.loose.as_slice() {
            [one, other] => Some(key(&mut [part(one)?, part(other)?])),
            [] if !self.family.is_empty() => Some(key(&mut [&self.family, part(self.given.first()?)?])),
            _ => None,
        }
    }

    fn compare(&self, other: &Self) -> Names {
        if self.loose.is_empty() && other.loose.is_empty() { self.by_parts(other) } else { self.by_words(other) }
    }

    fn by_parts(&self, other: &Self) -> Names {
        let family = Family::compare(&self.family, &other.family);
        let given = given(&self.given, &other.given);
        let patronymic = match (&self.patronymic, &other.patronymic) {
            (Some(a), Some(b)) => Some(a.agrees(b)),
            _ => None,
        };
        let suffixes_differ = !self.suffix.is_empty() && !other.suffix.is_empty() && self.suffix != other.suffix;
        if suffixes_differ {
            return Names::Different;
        }
        if family == Family::Different || given == Given::Different {
            return if self.is_swapped(other) { Names::Same } else { Names::Different };
        }
        // One of them is a junior: father and son until somebody says otherwise.
        if patronymic == Some(false) || self.suffix != other.suffix || given == Given::OtherGender {
            return Names::Doubtful;
        }
        match (family, given) {
            (Family::OtherGender, Given::Same) => Names::Unclear,
            (Family::OtherGender, _) => Names::Doubtful,
            (Family::Same, Given::Same) => Names::Same,
            _ => Names::Unclear,
        }
    }

    /// `Harris Rachel` beside `Rachel Harris`: nothing in either says which word is the family name.
    fn is_swapped(&self, other: &Self) -> bool {
        let crosses = |a: &Self, b: &Self| matches!(a.given.as_slice(), [g] if !g.initial && g.text == b.family);
        self.patronymic.is_none() && other.patronymic.is_none() && crosses(self, other) && crosses(other, self)
    }

    /// Where the roles of words are not known on both sides, words are compared as a set.
    fn by_words(&self, other: &Self) -> Names {
        let (mine, theirs) = (self.words(), other.words());
        let (few, many) = if mine.len() <= theirs.len() { (mine, theirs) } else { (theirs, mine) };
        let found = few.iter().filter(|w| many.iter().any(|v| v.agrees(w))).count();
        match (few.len(), found) {
            (0, _) | (1, 1) => Names::Unclear,
            (n, m) if n == m => Names::Same,
            _ => Names::Different,
        }
    }

    fn words(&self) -> Vec<Word> {
        let family = (!self.family.is_empty()).then(|| Word { text: self.family.clone(), initial: false });
        let known = family.into_iter().chain(self.given.iter().cloned()).chain(self.patronymic.clone());
        known.chain(self.loose.iter().cloned()).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Same,
    OtherGender,
    Missing,
    Different,
}

impl Family {
    fn compare(a: &str, b: &str) -> Self {
        if a.is_empty() || b.is_empty() {
            return Self::Missing;
        }
        if is_pair(a, b) || is_pair(b, a) {
            return Self::OtherGender;
        }
        if is_near(a, b) { Self::Same } else { Self::Different }
    }
}

/// Петров and Петрова, Туманский and Туманская, in folded form.
fn is_pair(his: &str, hers: &str) -> bool {
    let possessive = ["ov", "ev", "in"].iter().any(|e| his.ends_with(e)) && hers.strip_suffix('a') == Some(his);
    let adjective = his.strip_suffix('i').is_some_and(|stem| hers.strip_suffix("aia") == Some(stem));
    possessive || adjective
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Same,
    OtherGender,
    Initial,
    Missing,
    Different,
}

/// A longer list of given names agrees with a shorter one that it starts with.
fn given(a: &[Word], b: &[Word]) -> Given {
    let mut pairs = a.iter().zip(b).peekable();
    if pairs.peek().is_none() {
        return Given::Missing;
    }
    if a[0].is_pair(&b[0]) && !a[0].initial && !b[0].initial {
        return Given::OtherGender;
    }
    if !pairs.all(|(x, y)| x.agrees(y)) {
        return Given::Different;
    }
    if a[0].initial || b[0].initial { Given::Initial } else { Given::Same }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, test_runner::RngSeed};

    use super::*;

    fn traits(name: &str) -> Traits {
        Traits::new(Some(&name.replace('/', "\u{1f}")), None, [])
    }

    #[test]
    fn names_are_told_apart() {
        for (a, b, expected) in [
            ("Петрова/Анна/", "Петрова/Анна/Ивановна", Names::Same),
            ("Петрова/Анна/", "Petrova/Anna/", Names::Same),
            ("Семёнов/Пётр/", "Семенов/Петр/", Names::Same),
            ("Краввчук/Юрий/", "Кравчук/Юрий/", Names::Same),
            ("Петрова/А./С.", "Петрова/Анна/Сергеевна", Names::Unclear),
            ("Петрова/А./С.", "Петрова/Ольга/Сергеевна", Names::Different),
            ("Петрова/Анна/", "/Анна/", Names::Unclear),
            ("/Анна/", "/Анна/", Names::Unclear),
            ("/Анна/", "/Иван/", Names::Different),
            ("Петрова/Анна/", "Петров/Иван/", Names::Different),
            ("Петров//", "Петрова//", Names::Doubtful),
            ("Петров/А./", "Петрова/А./", Names::Doubtful),
            ("Туманский/А./", "Туманская/А./", Names::Doubtful),
            ("Иванов/Иван/Петрович", "Иванов/Иван/Сергеевич", Names::Doubtful),
            ("Smith Jr./John/", "Smith Sr./John/", Names::Different),
            ("Smith Jr./John/", "Smith/John/", Names::Doubtful),
            ("Smith/Mary Ann/", "Smith/Mary/", Names::Same),
            ("Петрова/Анна/", "Иванова/Анна/", Names::Different),
            ("Иванов/Александр/", "Иванова/Александра/", Names::Doubtful),
            ("Хворкин/Евгений/", "/Евгения/", Names::Doubtful),
            ("Горшенко/Валерий/", "Gorshenko/Valeria/", Names::Doubtful),
            ("Горшенко/Валерий/", "Gorshenko/Valerija/", Names::Doubtful),
            ("Петров/Иван/Сергеевич", "Петрова/Анна/Сергеевна", Names::Different),
            ("Harris/Rachel/", "Rachel/Harris/", Names::Same),
            ("Иван/Пётр/Иванович", "Пётр/Иван/Иванович", Names::Different),
            ("Rachel/R./", "R./Rachel/", Names::Different),
            ("Ким Лин", "Лин Ким", Names::Same),
            ("Ким Лин", "Лин/Ким/", Names::Same),
            ("Ким Лин", "Ким Сон", Names::Different),
            ("Ким", "Ким Лин", Names::Unclear),
            ("Ким", "Ли", Names::Different),
        ] {
            assert_eq!(traits(a).names(&traits(b)), expected, "{a} | {b}");
            assert_eq!(traits(b).names(&traits(a)), expected, "{b} | {a}");
        }
        assert_eq!(Traits::default().names(&traits("Петрова/Анна/")), Names::Unclear);
    }

    #[test]
    fn dates_and_documents_raise_a_question() {
        let anna = |birth, document: &'static [&'static str]| {
            Traits::new(Some("Петрова\u{1f}Анна\u{1f}"), birth, document.iter().copied())
        };
        let verdict = |a: &Traits, b: &Traits| a.compare(b);
        assert_eq!(verdict(&anna(Some("1990-01-02"), &[]), &anna(Some("1990-01-02"), &[])), Verdict::Join);
        assert_eq!(verdict(&anna(Some("1990-01-02"), &[]), &anna(None, &[])), Verdict::Join);
        assert_eq!(verdict(&anna(Some("1990-01-02"), &[]), &anna(Some("1985-01-02"), &[])), Verdict::Ask);
        assert_eq!(verdict(&anna(None, &["1", "2"]), &anna(None, &["2"])), Verdict::Join);
        assert_eq!(verdict(&anna(None, &["1"]), &anna(None, &["2"])), Verdict::Ask);
        let ivan = Traits::new(Some("Петров\u{1f}Иван\u{1f}"), Some("1985-01-02"), []);
        assert_eq!(verdict(&anna(Some("1990-01-02"), &[]), &ivan), Verdict::Apart);
    }

    #[test]
    fn keys_are_shared_by_spellings_and_initials() {
        assert_eq!(traits("Петрова/Анна/").full_name(), traits("Petrova/Anna/Ivanovna").full_name());
        assert_eq!(traits("Ким Лин").full_name(), traits("Лин/Ким/").full_name());
        assert_eq!(traits("Петрова/А./").full_name(), None);
        let meet = |a: &str, b: &str| traits(a).remembered_as().iter().any(|key| traits(b).known_as().contains(key));
        for (a, b, expected) in [
            ("Петрова/Анна/", "Петрова/Анна/", true),
            ("Петрова/Анна/", "Петрова/А./", true),
            ("Петрова/А./", "Петрова/Анна/", true),
            ("Петрова/А./", "Petrova/A./", true),
            ("Петрова/Анна/", "Петрова/Алла/", false),
            ("Петрова/А./", "Петрова/Ольга/", false),
            ("/Анна/", "/Анна/", false),
        ] {
            assert_eq!(meet(a, b), expected, "{a} | {b}");
        }
        assert_eq!(traits("/Анна/").full_name(), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_full_name_has_one_key(name in "((Петрова|Smith|О|-|Jr\\.|\\PC{0,3})[ /.]?){0,4}/?(Анна|Mary Ann|А\\.|-|)?/?(Ивановна|)") {
            prop_assert_eq!(full_name(&name.replace('/', "\u{1f}")), traits(&name).full_name());
        }
    }
}
