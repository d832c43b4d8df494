//! A person's name in its canonical form, its parts, and the form in which two spellings are compared.

use std::sync::LazyLock;

/// Stands between the parts of a canonical name whose parts are known.
pub const PART_MARK: char = '\u{1f}';

/// Marks of a generation as canonical names write them, last in the family name.
pub const SUFFIXES: [&str; 7] = ["Jr.", "Sr.", "II", "III", "IV", "мл.", "ст."];

/// A canonical name, taken apart.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Name<'a> {
    /// The family name, without its suffix.
    pub family: Option<&'a str>,
    /// The given name or names, or an initial: `Анна`, `Mary Ann`, `А.`.
    pub given: Option<&'a str>,
    /// The patronymic; in Latin names also a middle initial.
    pub patronymic: Option<&'a str>,
    /// What tells father from son: one of [`SUFFIXES`].
    pub suffix: Option<&'a str>,
    /// Words of which nobody knows what they are; when there are some, nothing else is there.
    pub loose: Vec<&'a str>,
}

impl<'a> Name<'a> {
    /// Takes a canonical name apart.
    #[must_use]
    pub fn parse(canonical: &'a str) -> Self {
        let mut parts = canonical.split(PART_MARK);
        let first = parts.next().unwrap_or_default();
        let (Some(given), Some(patronymic)) = (parts.next(), parts.next()) else {
            return Self { loose: first.split(' ').filter(|t| !t.is_empty()).collect(), ..Self::default() };
        };
        let (family, suffix) = split_suffix(first);
        let some = |part: &'a str| (!part.is_empty()).then_some(part);
        Self { family: some(family), given: some(given), patronymic: some(patronymic), suffix, loose: Vec::new() }
    }
}

fn split_suffix(family: &str) -> (&str, Option<&str>) {
    let (rest, last) = family.rsplit_once(' ').unwrap_or(("", family));
    if SUFFIXES.contains(&last) { (rest, Some(last)) } else { (family, None) }
}

/// The name as people write it: family name, given name, patronymic. A text that is no canonical name
/// stays as it is.
///
/// ```
/// assert_eq!(sheetbridge::name::display("Петрова\u{1f}Анна\u{1f}"), "Петрова Анна");
/// ```
#[must_use]
pub fn display(canonical: &str) -> String {
    let mut out = String::with_capacity(canonical.len());
    for part in canonical.split(PART_MARK).filter(|p| !p.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// The form in which two spellings of one name are the same: lower case, ASCII, without accents, signs
/// and hyphens, and with the competing transliterations made one. For comparing, never for showing.
///
/// ```
/// use sheetbridge::name::fold;
/// assert_eq!(fold("Юлия"), fold("Iuliia"));
/// assert_eq!(fold("Сергей"), fold("Sergey"));
/// ```
#[must_use]
pub fn fold(token: &str) -> String {
    unify(&latin(token))
}

/// Lower-case ASCII letters and digits, and nothing else.
fn latin(token: &str) -> String {
    let russian = &*RUSSIAN;
    let mut out = String::with_capacity(token.len() + 4);
    for c in token.chars() {
        match c {
            'А'..='я' => out.push_str(&russian[c as usize - 'А' as usize]),
            c => push_latin(c, &mut out),
        }
    }
    out
}

/// What [`push_latin`] makes of the letters from А to я: it takes a while for each.
static RUSSIAN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let latin = |c| {
        let mut out = String::new();
        push_latin(c, &mut out);
        out
    };
    ('А'..='я').map(latin).collect()
});

fn push_latin(c: char, out: &mut String) {
    if c.is_ascii() {
        out.extend(c.is_ascii_alphanumeric().then_some(c.to_ascii_lowercase()));
    } else {
        let plain = if matches!(c, 'ё' | 'Ё') { "e" } else { any_ascii::any_ascii_char(c) };
        out.extend(plain.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
    }
}

/// Makes one spelling of those by which transliterations compete.
fn unify(latin: &str) -> String {
    let mut out = String::with_capacity(latin.len() + 2);
    let mut rest = latin.as_bytes();
    while let [first, ..] = rest {
        let (to, taken) = match rest {
            [b's', b'h', b'c', b'h', ..] => ("sh", 4), // щ: Shchukin, Schukin
            [b's', b'c', b'h', ..] => ("sh", 3),       // and the German ш: Schmidt
            [b't', b'c', b'h', ..] => ("ch", 3),       // Tchaikovsky
            [b'c', b'h', b'r', ..] => ("kr", 3),       // Christina, Кристина
            [b'c', b'h', ..] => ("ch", 2),
            [b'c', b'k', ..] => ("k", 2),
            [b'k', b'h', ..] => ("h", 2), // Khabarov, Habarov
            [b't', b'z', ..] => ("ts", 2),
            // ц before a soft vowel and in Cvetkov, к elsewhere: Victor
            [b'c', b'e' | b'i' | b'y' | b'v' | b'z', ..] => ("ts", 1),
            [b'c', ..] => ("k", 1),
            [b'x', ..] => ("ks", 1),
            // е after a vowel or a soft sign and at the start: Yelena, Alekseyevich; not Katie
            [b'i' | b'j' | b'y', b'e', _, ..] => ("e", 2),
            // ё: Fyodor
            [b'j' | b'y', b'o', ..] if out.ends_with(is_consonant) => ("e", 2),
            // one i for any run of и, й, ы: Dmitry, Dmitrii, Dmitrij
            [b'i' | b'j' | b'y', ..] => (if out.ends_with('i') { "" } else { "i" }, 1),
            _ => ("", 0),
        };
        if to == "e" && out.ends_with('i') {
            out.pop();
        }
        if taken == 0 {
            out.push(char::from(*first));
        }
        out.push_str(to);
        rest = &rest[taken.max(1)..];
    }
    out
}

fn is_consonant(c: char) -> bool {
    c.is_ascii_alphabetic() && !matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canonical_name_comes_apart() {
        let name = Name::parse("Петрова\u{1f}Анна\u{1f}Ивановна");
        assert_eq!((name.family, name.given, name.patronymic), (Some("Петрова"), Some("Анна"), Some("Ивановна")));
        assert!(name.suffix.is_none() && name.loose.is_empty());
        let name = Name::parse("Smith Jr.\u{1f}John\u{1f}");
        assert_eq!((name.family, name.suffix, name.patronymic), (Some("Smith"), Some("Jr."), None));
        let name = Name::parse("мл.\u{1f}Анна\u{1f}");
        assert_eq!((name.family, name.suffix), (None, Some("мл.")));
        assert_eq!(Name::parse("Ким Лин").loose, ["Ким", "Лин"]);
        assert!(Name::parse("") == Name::default());
    }

    #[test]
    fn a_name_is_shown_in_words() {
        for (canonical, expected) in [
            ("Петрова\u{1f}Анна\u{1f}Ивановна", "Петрова Анна Ивановна"),
            ("\u{1f}Анна\u{1f}Ивановна", "Анна Ивановна"),
            ("Петрова\u{1f}\u{1f}", "Петрова"),
            ("Ким Лин", "Ким Лин"),
            ("", ""),
        ] {
            assert_eq!(display(canonical), expected);
        }
    }

    #[test]
    fn spellings_of_one_name_fold_alike() {
        for same in [
            &["Юлия", "Yulia", "Iuliia", "Julija", "Yuliya", "ЮЛИЯ"][..],
            &["Сергей", "Sergey", "Sergei", "Sergej"],
            &["Дмитрий", "Dmitry", "Dmitriy", "Dmitrii", "Dmitrij"],
            &["Дарья", "Darya", "Daria", "Dar'ja", "Dar’ya"],
            &["Татьяна", "Tatyana", "Tatiana", "Tat'jana"],
            &["Наталья", "Natalya", "Natalia", "Natal'ja", "Наталия"],
            &["Семён", "Семен", "Semyon", "Semen"],
            &["Пётр", "Petr", "Pyotr"],
            &["Фёдор", "Fedor", "Fyodor"],
            &["Артём", "Artem", "Artyom"],
            &["Соловьёв", "Solovev", "Solovyov", "Solov'ev", "Solovyev"],
            &["Алексей", "Alexey", "Aleksei", "Alexei"],
            &["Алексеевич", "Alexeyevich", "Alekseevich"],
            &["Анатольевич", "Anatolyevich", "Anatolievich", "Anatol'evich"],
            &["Дмитриевна", "Dmitrievna", "Dmitriyevna"],
            &["Ксения", "Xenia", "Kseniia", "Kseniya"],
            &["Хабаров", "Khabarov", "Habarov"],
            &["Цветков", "Tsvetkov", "Cvetkov", "Tzvetkov"],
            &["Щукин", "Shchukin", "Schukin"],
            &["Шмидт", "Schmidt", "Shmidt"],
            &["Чайковский", "Chaikovsky", "Tchaikovsky", "Chaykovskij", "Chaikovskiy"],
            &["Туманская", "Tumanskaya", "Tumanskaja", "Tumanskaia"],
            &["Юрьевич", "Yurievich", "Yur'evich", "Iurevich"],
            &["Вячеслав", "Vyacheslav", "Viacheslav", "Vjacheslav"],
            &["Любовь", "Lyubov", "Liubov'", "Ljubov"],
            &["Елена", "Yelena", "Jelena", "Elena"],
            &["Виктор", "Victor", "Viktor"],
            &["Кристина", "Christina", "Kristina"],
            &["Илья", "Ilya", "Ilia", "Il'ja"],
            &["Объездчик", "Ob'ezdchik", "Obezdchik"],
            &["Николай", "Nikolay", "Nicolai", "Nikolaj"],
            &["O'Connor", "OConnor", "o’connor"],
            &["Иванова-Петрова", "Ivanova-Petrova", "Ivanovapetrova"],
            &["Müller", "Muller"],
        ] {
            for other in &same[1..] {
                assert_eq!(fold(same[0]), fold(other), "{} and {other}", same[0]);
            }
        }
    }

    #[test]
    fn different_names_fold_differently() {
        for (one, other) in [
            ("Мария", "Марина"),
            ("Олег", "Ольга"),
            ("Анна", "Алла"),
            ("Анна", "Яна"),
            ("Павел", "Павлов"),
            ("Петров", "Петрова"),
            ("Кузнецов", "Кузнецова"),
            ("Иванов", "Иваненко"),
            ("Иван", "Илья"),
            ("Шаров", "Чаров"),
            ("Шаров", "Жаров"),
            ("Лёня", "Лена"),
            ("Саша", "Паша"),
            ("Юля", "Оля"),
            ("Настя", "Наташа"),
            ("Михаил", "Михайлов"),
            ("Smith", "Smithson"),
            ("Roman", "Ramon"),
            ("Eric", "Erica"),
            ("Daniel", "Daniela"),
            ("Jackson", "Johnson"),
            ("Harris", "Harrison"),
            ("Катя", "Кати"),
            ("Kate", "Katie"),
            ("Ян", "Яна"),
        ] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }
}
