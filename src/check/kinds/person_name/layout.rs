//! Russian names typed with the keyboard left in English: `Kt,tltdf` for Лебедева.

use super::given;
use crate::name::fold;

const ENGLISH: &str = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.";
const RUSSIAN: &str = "ёйцукенгшщзхъфывапролджэячсмитьбю";

/// What was meant, when a known given name, a patronymic or (beside a comma within a word) a surname
/// comes out. `None` when the text is what it seems to be.
pub(super) fn retyped(text: &str) -> Option<String> {
    if text.len() > 100 || !text.is_ascii() || !is_strange(text) {
        return None;
    }
    let meant = typed_in_russian(text.trim_end_matches([',', ' ']));
    let sure = meant.split(|c: char| !c.is_alphabetic()).map(fold).any(|word| {
        let sign_inside = has_sign_inside(text) && given::is_surname(&word, true);
        word.len() > 2 && (given::is_russian(&word) || given::is_patronymic(&word, false) || sign_inside)
    });
    let known = text.split(|c: char| !c.is_alphabetic()).any(|word| given::is_english(&fold(word)));
    (sure && !known).then_some(meant)
}

/// A cheap look for what English names rarely have: a sign before a letter, or hardly a vowel.
fn is_strange(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let vowels = text.bytes().filter(|b| b"aeiouAEIOU".contains(b)).count();
    letters > 2 && (has_sign_inside(text) || vowels * 4 <= letters)
}

fn has_sign_inside(text: &str) -> bool {
    text.as_bytes().windows(2).any(|w| b",;[]`".contains(&w[0]) && w[1].is_ascii_alphabetic())
}

/// Key by key. A full stop is ю, unless it ends a word or is one of the initials `;.l.` (Ж.Д.).
fn typed_in_russian(text: &str) -> String {
    let keys: Vec<char> = text.chars().collect();
    let stops = |at: usize| {
        let after = |n: usize| keys.get(at + n).copied().unwrap_or(' ');
        after(1) == ' ' || after(2) == '.'
    };
    let meant = |(at, &c): (usize, &char)| if c == '.' && stops(at) { c } else { key(c) };
    let russian: String = keys.iter().enumerate().map(meant).collect();
    if text.contains(|c: char| c.is_ascii_lowercase()) { russian } else { russian.to_uppercase() }
}

/// The letter on the same key.
fn key(c: char) -> char {
    let lower = match c {
        '<' => ',',
        '>' => '.',
        ':' => ';',
        '"' => '\'',
        '{' => '[',
        '}' => ']',
        '~' => '`',
        _ => c.to_ascii_lowercase(),
    };
    let russian = ENGLISH.chars().position(|k| k == lower).and_then(|at| RUSSIAN.chars().nth(at));
    match russian {
        Some(letter) if lower != c => letter.to_uppercase().next().unwrap_or(letter),
        Some(letter) => letter,
        None => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wrong_layout_is_read_as_it_was_meant() {
        for (text, expected) in [
            ("Kt,tltdf dfkthbz", Some("Лебедева валерия")),
            ("Cthutq", Some("Сергей")),
            ("K.,jdm fylhttdf", Some("Любовь андреева")),
            (",tkjdf jkmuf", Some("белова ольга")),
            ("Vb[fqkjdf C.", Some("Михайлова С.")),
            (",hjdf ;.l.", Some("брова ж.д.")),
            (".kbz", Some("юлия")),
            ("T;JDF FYYF", Some("ЕЖОВА АННА")),
            ("Rachel Lynn", None),
            ("Lynn Smyth", None),
            ("Harris,Rachel", None),
            ("Ng", None),
            ("Ольга", None),
            ("", None),
        ] {
            assert_eq!(retyped(text).as_deref(), expected, "{text}");
        }
    }
}
