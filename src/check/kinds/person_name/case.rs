//! Words of a name that were typed in one case, written as names are: `MCCARTHY`, `иванова-петрова`.

use std::borrow::Cow;

use crate::check::alike;

/// What follows `Mac` with a capital; after it most others do not (Mackay, Macy, Machado).
const AFTER_MAC: [&str; 17] = [
    "donald", "gregor", "leod", "arthur", "millan", "intyre", "pherson", "lean", "neil", "neill", "dougall", "farlane",
    "kinnon", "lellan", "rae", "innes", "allister",
];

/// The word with a capital where one belongs, if it is all in capitals or all in small letters; a word
/// in mixed case or of two alphabets stays as it was written.
pub(super) fn recase(word: &str) -> Cow<'_, str> {
    if is_title(word) || !is_one_case(word) || alike::has_mixed_word(word) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(titled(word))
    }
}

/// The usual case, in which nothing is to be done: one capital, then small letters.
fn is_title(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.all(char::is_lowercase)
}

/// All small, all capitals, or as the caps-lock key leaves it: `иВАНОВ`.
fn is_one_case(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else { return false };
    let rest: Vec<char> = letters.collect();
    let small = rest.iter().all(|c| c.is_lowercase());
    let capitals = rest.iter().all(|c| c.is_uppercase());
    (first.is_lowercase() && (small || capitals)) || (first.is_uppercase() && capitals && !rest.is_empty())
}

fn titled(word: &str) -> String {
    let lower: String = word.chars().map(lowered).collect();
    let mut out = String::with_capacity(word.len());
    for (i, piece) in lower.split('-').enumerate() {
        if i > 0 {
            out.push('-');
        }
        push_piece(piece, &mut out);
    }
    out
}

/// One side of a hyphen. `O'` and `D'` are followed by a capital; elsewhere an apostrophe is a soft sign
/// (`Ol'ga`, `L'vov`).
fn push_piece(piece: &str, out: &mut String) {
    if matches!(piece, "оглы" | "кызы" | "ogly" | "kyzy") {
        out.push_str(piece);
    } else if let Some((head, tail)) = piece.split_once('\'')
        && matches!(head, "o" | "d" | "о" | "д")
    {
        push_capital(head, out);
        out.push('\'');
        push_capital(tail, out);
    } else if let Some(tail) = piece.strip_prefix("mc").filter(|t| t.chars().count() > 2) {
        out.push_str("Mc");
        push_capital(tail, out);
    } else if let Some(tail) = piece.strip_prefix("mac").filter(|t| AFTER_MAC.contains(t)) {
        out.push_str("Mac");
        push_capital(tail, out);
    } else {
        push_capital(piece, out);
    }
}

fn push_capital(word: &str, out: &mut String) {
    let mut chars = word.chars();
    if let Some(first) = chars.next() {
        let mut upper = first.to_uppercase();
        out.push(upper.next().filter(|_| upper.len() == 0).unwrap_or(first));
        out.push_str(chars.as_str());
    }
}

/// One letter for one letter, so that a name in its final case is in it for good.
fn lowered(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_case_becomes_a_name_and_mixed_case_stays() {
        for (word, expected) in [
            ("ИВАНОВ", "Иванов"),
            ("иванов", "Иванов"),
            ("иВАНОВ", "Иванов"),
            ("Иванов", "Иванов"),
            ("ИВАНОВА-ПЕТРОВА", "Иванова-Петрова"),
            ("мамед-оглы", "Мамед-оглы"),
            ("ЁЛКИНА", "Ёлкина"),
            ("MCCARTHY", "McCarthy"),
            ("mccarthy", "McCarthy"),
            ("McCarthy", "McCarthy"),
            ("MACDONALD", "MacDonald"),
            ("MACHADO", "Machado"),
            ("Macdonald", "Macdonald"),
            ("O'CONNOR", "O'Connor"),
            ("o'connor", "O'Connor"),
            ("О'КОННОР", "О'Коннор"),
            ("OL'GA", "Ol'ga"),
            ("l'vov", "L'vov"),
            ("DeVito", "DeVito"),
            ("Мкртчян", "Мкртчян"),
            ("y", "Y"),
            ("", ""),
        ] {
            assert_eq!(recase(word), expected, "{word}");
            assert_eq!(recase(&recase(word)), expected, "{word}, twice");
        }
    }
}
