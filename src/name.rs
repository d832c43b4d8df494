//! A person's name in its canonical form, its parts, and the form in which two spellings are compared.

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
    let mut out = String::with_capacity(token.len() + 4);
    for c in token.chars() {
        if c.is_ascii() {
            out.extend(c.is_ascii_alphanumeric().then_some(c.to_ascii_lowercase()));
        } else {
            let plain = if matches!(c, 'ё' | 'Ё') { "e" } else { any_ascii::any_ascii_char(c) };
            out.extend(plain.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
        }
    }
    out
}

/// Letters that several transliterations spell several ways, the longest first.
const SPELLINGS: [(&str, &str); 8] = [
    ("shch", "sh"), // щ: Shchukin, Schukin
    ("sch", "sh"),  // and the German ш: Schmidt, Шмидт
    ("tch", "ch"),  // Tchaikovsky
    ("chr", "kr"),  // Christina, Кристина
    ("ck", "k"),
    ("kh", "h"), // Khabarov, Habarov
    ("tz", "ts"),
    ("x", "ks"),
];

fn unify(latin: &str) -> String {
    let mut out = String::with_capacity(latin.len() + 2);
    let mut rest = latin;
    while let Some(&first) = rest.as_bytes().first() {
        if matches!(first, b'c' | b'k' | b's' | b't' | b'x')
            && let Some((from, to)) = SPELLINGS.iter().find(|(from, _)| rest.starts_with(from))
        {
            out.push_str(to);
            rest = &rest[from.len()..];
            continue;
        }
        let next = rest.as_bytes().get(1).copied();
        rest = &rest[1..];
        match (first, next) {
            (b'c', Some(b'h')) => {
                out.push_str("ch");
                rest = &rest[1..];
            }
            // ц before a soft vowel and in Cvetkov, к elsewhere: Victor, Виктор
            (b'c', Some(b'e' | b'i' | b'y' | b'v' | b'z')) => out.push_str("ts"),
            (b'c', _) => out.push('k'),
            // е after a vowel or a soft sign, at the start, and ё: Yelena, Alekseyevich, Fyodor; not Katie
            (b'i' | b'j' | b'y', Some(b'e')) if rest.len() > 1 => soften(&mut out, &mut rest),
            (b'j' | b'y', Some(b'o')) if out.ends_with(is_consonant) => soften(&mut out, &mut rest),
            // one i for any run of и, й, ы: Dmitry, Dmitrii, Dmitrij
            (b'i' | b'j' | b'y', _) => out.extend((!out.ends_with('i')).then_some('i')),
            _ => out.push(char::from(first)),
        }
    }
    out
}

/// Writes `e` for the vowel that `rest` starts with and whatever stands before it.
fn soften(out: &mut String, rest: &mut &str) {
    if out.ends_with('i') {
        out.pop();
    }
    out.push('e');
    *rest = &rest[1..];
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
