//! Letters of one alphabet typed into a word of the other: `Шyтникoв` with Latin `y` and `o`.

/// Latin letters and the Cyrillic ones that look like them.
const PAIRS: [(char, char); 22] = [
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'У'),
    ('Ë', 'Ё'),
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('k', 'к'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
    ('ë', 'ё'),
];

/// What may be repaired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// Words that mix the alphabets.
    Mixed,
    /// Also whole words of look-alikes among words of the other alphabet, and the digits 0 and 3 within
    /// a word: for names, where no brand or model is written.
    Whole,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
}

/// The text with its look-alike letters in the alphabet that they were meant to be of; `None` when it
/// needs no repair or none is possible.
pub(crate) fn repair(text: &str, reach: Reach) -> Option<String> {
    let (latin, cyrillic, digits) = census(text);
    if (latin == 0 || cyrillic == 0) && (digits == 0 || reach == Reach::Mixed) {
        return None;
    }
    let main = if latin > cyrillic { Script::Latin } else { Script::Cyrillic };
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        let end = rest[start..].find(|c: char| !is_of_word(c)).map_or(rest.len(), |n| start + n);
        out.push_str(&rest[..start]);
        repair_word(&rest[start..end], main, reach, &mut out);
        rest = &rest[end..];
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

/// A word with every letter in Cyrillic, and zero and three for the letters that they look like; `None`
/// when a letter has no look-alike there.
pub(crate) fn to_cyrillic(word: &str) -> Option<String> {
    let letter = |c: char| match (c, script(c)) {
        ('0', _) => Some('о'),
        ('3', _) => Some('з'),
        (_, Some(Script::Latin)) => turned(c, Script::Cyrillic),
        _ => Some(c),
    };
    word.chars().map(letter).collect()
}

/// Whether some word of the text has letters of both alphabets.
pub(crate) fn has_mixed_word(text: &str) -> bool {
    let has_both = |text: &str| matches!(census(text), (1.., 1.., _));
    has_both(text) && text.split(|c: char| !c.is_alphanumeric()).any(has_both)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '\'')
}

/// How many Latin letters, Cyrillic letters and digits there are.
fn census(text: &str) -> (usize, usize, usize) {
    let (mut latin, mut cyrillic, mut digits) = (0, 0, 0);
    for c in text.chars() {
        match script(c) {
            Some(Script::Latin) => latin += 1,
            Some(Script::Cyrillic) => cyrillic += 1,
            None => digits += usize::from(c.is_ascii_digit()),
        }
    }
    (latin, cyrillic, digits)
}

fn script(c: char) -> Option<Script> {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => Some(Script::Latin),
        '\u{400}'..='\u{52f}' => Some(Script::Cyrillic),
        _ => None,
    }
}

fn repair_word(word: &str, main: Script, reach: Reach, out: &mut String) {
    let target = target(word, main, reach);
    let alone = word.chars().nth(1).is_none();
    let mut before = None;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let made = match target {
            Some(script) if c.is_ascii_digit() && reach == Reach::Whole => letter_of(c, script, before, next),
            Some(script) if alone => turned_capital(c, script),
            Some(script) => turned(c, script).or_else(|| lowered(turned_capital(c, script)?)),
            None => None,
        };
        out.push(made.unwrap_or(c));
        before = Some(c);
    }
}

/// The alphabet that a word was meant to be of, when all of its letters can be made of it.
fn target(word: &str, main: Script, reach: Reach) -> Option<Script> {
    let can = |to: Script| word.chars().all(|c| script(c).is_none_or(|s| s == to) || turned(c, to).is_some());
    // `tимофей` was `Tимофей` once
    let can_in_capitals =
        |to: Script| word.chars().all(|c| script(c).is_none_or(|s| s == to) || turned_capital(c, to).is_some());
    // a whole word must look the same in small letters too: Bob and Tom are English in any case
    let can_whole = || match word.chars().next() {
        Some(c) if c.len_utf8() == word.len() => turned_capital(c, main).is_some(),
        _ => word.chars().all(|c| script(c).is_none() || c.to_lowercase().all(|c| turned(c, main).is_some())),
    };
    let (latin, cyrillic, _) = census(word);
    let by_count = if latin > cyrillic { Script::Latin } else { Script::Cyrillic };
    match (latin > 0, cyrillic > 0) {
        (true, true) => match (can(Script::Cyrillic), can(Script::Latin)) {
            (true, true) if latin == cyrillic => Some(main),
            (true, true) => Some(by_count),
            (true, false) => Some(Script::Cyrillic),
            (false, true) => Some(Script::Latin),
            (false, false) => [main, other(main)].into_iter().find(|to| can_in_capitals(*to)),
        },
        (false, false) => None,
        _ if reach == Reach::Whole && by_count != main && can_whole() => Some(main),
        _ => Some(by_count),
    }
}

/// The look-alike of a letter in the other alphabet.
fn turned(c: char, to: Script) -> Option<char> {
    match to {
        Script::Cyrillic => PAIRS.iter().find(|(latin, _)| *latin == c).map(|(_, cyrillic)| *cyrillic),
        Script::Latin => PAIRS.iter().find(|(_, cyrillic)| *cyrillic == c).map(|(latin, _)| *latin),
    }
}

/// The look-alike of its capital. An initial is one, however it was typed.
fn turned_capital(c: char, to: Script) -> Option<char> {
    turned(c.to_uppercase().next()?, to)
}

fn lowered(c: char) -> Option<char> {
    c.to_lowercase().next()
}

fn other(script: Script) -> Script {
    match script {
        Script::Latin => Script::Cyrillic,
        Script::Cyrillic => Script::Latin,
    }
}

/// The letter that a digit stands for inside a word, never at its end: `0льга`, `Ку3нецов`, not `Иван3`.
fn letter_of(digit: char, script: Script, before: Option<char>, next: Option<char>) -> Option<char> {
    let next = next.filter(|c| c.is_alphabetic())?;
    let (upper, lower) = match (digit, script) {
        ('0', Script::Cyrillic) => ('О', 'о'),
        ('0', Script::Latin) => ('O', 'o'),
        ('3', Script::Cyrillic) => ('З', 'з'),
        _ => return None,
    };
    match before {
        Some(b) if !b.is_alphabetic() => None,
        Some(b) if b.is_lowercase() || next.is_lowercase() => Some(lower),
        _ => Some(upper),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, reach: Reach, expected: Option<&str>) {
        assert_eq!(repair(text, reach).as_deref(), expected, "{text}");
    }

    #[test]
    fn letters_of_the_other_alphabet_are_turned() {
        for (text, expected) in [
            ("Шyтникoв", "Шутников"),
            ("Гyceйнова Aннa", "Гусейнова Анна"),
            ("Kраcнoяpcк", "Красноярск"),
            ("Smіth Jаne", "Smіth Jane"), // і is not in Russian
            ("Вrоwn", "Brown"),
            ("Kopoлёв", "Королёв"),
            ("tимофeй", "тимофей"),
        ] {
            check(text, Reach::Mixed, Some(expected));
            check(text, Reach::Whole, Some(expected));
        }
        for text in ["Шутников", "Smith", "Яndex", "Анна Smith", "", "123", "Иванов А.", "АННА", "дом 12A"]
        {
            check(text, Reach::Mixed, None);
        }
    }

    #[test]
    fn whole_words_and_digits_only_where_asked() {
        for (text, expected) in [
            ("Громов A.H.", "Громов А.Н."),
            ("Smith А.", "Smith A."),
            ("громов m", "громов М"),
            ("0льга Ку3нецова", "Ольга Кузнецова"),
            ("ПЕТР0ВА", "ПЕТРОВА"),
            ("R0bert", "Robert"),
        ] {
            check(text, Reach::Mixed, None);
            check(text, Reach::Whole, Some(expected));
        }
        for text in ["Иван3", "Иван 0", "Tom Петров", "BOB ПЕТРОВ", "Anna Петрова", "89161234567", "Ив4н"]
        {
            check(text, Reach::Whole, None);
        }
    }

    #[test]
    fn mixed_words_are_seen() {
        assert!(has_mixed_word("Яndex") && has_mixed_word("Анна Шyтник"));
        assert!(!has_mixed_word("Анна Smith") && !has_mixed_word("Анна-Maria"));
    }
}
