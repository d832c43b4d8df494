//! The dirt that every kind of cell may carry, and how it is washed off.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc_quick};

/// The text without blanks around it, with single spaces inside lines, composed letters (NFC), and
/// none of the characters that nobody sees: no-break and zero-width spaces, soft hyphens, byte order
/// marks, controls. Line ends stay, as `\n`.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if is_clean(text) { Cow::Borrowed(text) } else { Cow::Owned(cleaned(text)) }
}

fn is_clean(text: &str) -> bool {
    let mut before = ' ';
    // Letters that nothing before them changes, as nearly all are.
    let mut plain = true;
    for c in text.chars() {
        let fine = match c {
            ' ' => before != ' ',
            '!'..='~' | 'А'..='я' | 'Ё' | 'ё' => true,
            _ => {
                plain = false;
                !is_space(c) && !is_invisible(c)
            }
        };
        if !fine {
            return false;
        }
        before = c;
    }
    (before != ' ' || text.is_empty())
        && (plain || is_nfc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes)
}

fn cleaned(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = None;
    for c in text.nfc() {
        if c == '\n' || c == '\r' || c == '\u{2028}' {
            space = Some('\n');
        } else if is_space(c) {
            space = space.or(Some(' '));
        } else if !is_invisible(c) {
            if let Some(space) = space.take().filter(|_| !out.is_empty()) {
                out.push(space);
            }
            out.push(c);
        }
    }
    out
}

/// Whether nobody sees anything there.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_space(c) || is_invisible(c))
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{180e}' | '\u{2800}' | '\u{3164}')
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fffc}' | '\u{fe0e}' | '\u{fe0f}')
}

/// Compatibility forms folded away (NFKC): full-width digits and letters become plain ones. For phones,
/// e-mails and numbers, never for names.
#[must_use]
pub fn fold_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect()) }
}

/// What people write into a cell in order to write nothing.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 28] = [
        "нет",
        "не указан",
        "не указана",
        "не указано",
        "не дает",
        "не даёт",
        "не знаю",
        "неизвестно",
        "н/д",
        "б/н",
        "отсутствует",
        "пусто",
        "no",
        "none",
        "null",
        "nil",
        "nan",
        "n/a",
        "na",
        "unknown",
        "not given",
        "empty",
        "tbd",
        "нету",
        "не помню",
        "не оставил",
        "не оставила",
        "отказ",
    ];
    if text.chars().all(|c| matches!(c, '-' | '–' | '—' | '.' | '?' | '_' | '*' | '/' | '\\' | '×' | ' ')) {
        return true;
    }
    // No word begins with a digit, or has more than 12 letters of two bytes.
    !text.starts_with(|c: char| c.is_ascii_digit()) && text.len() <= 24 && text.chars().count() <= 12 && {
        let lower = text.to_lowercase();
        WORDS.contains(&lower.trim_end_matches('.'))
    }
}

/// Whether a text is an error that a spreadsheet left behind, in English or Russian.
#[must_use]
pub fn is_sheet_error(text: &str) -> bool {
    const ERRORS: [&str; 21] = [
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#ERROR!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#GETTING_DATA",
        "#ССЫЛКА!",
        "#Н/Д",
        "#ЗНАЧ!",
        "#ИМЯ?",
        "#ДЕЛ/0!",
        "#ПУСТО!",
        "#ЧИСЛО!",
        "#ОШИБКА!",
        "#ПЕРЕНОС!",
    ];
    text.starts_with('#') && ERRORS.contains(&text.to_uppercase().as_str())
}

/// Whether a text is a formula that nobody calculated: `=A2&B2`, `@SUM(A1)`, `+HYPERLINK(…)`. A value that
/// somebody made a formula of, such as `="00123"`, is none.
#[must_use]
pub fn is_formula(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['=', '@', '+', '-']) else { return false };
    if text.starts_with('=') {
        return rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '\'' | '$' | '['))
            && rest.contains(|c: char| c == '(' || c == '!' || c.is_ascii_digit());
    }
    let name = rest.find('(').unwrap_or_default();
    name > 1 && rest.as_bytes()[..name].iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'.' | b'_'))
}

/// Whether the letters of a text were broken by a program that took one encoding for another: `РђРЅРЅР°`,
/// `ÐÐ½Ð½Ð°`, or were lost on the way: `����`, `????`.
#[must_use]
pub fn is_broken(text: &str) -> bool {
    if text.is_ascii() {
        let marks = text.bytes().filter(|b| *b == b'?').count();
        return marks > 3 && text.bytes().all(|b| matches!(b, b'?' | b' ' | b'-' | b'.' | b','));
    }
    if text.contains('\u{fffd}') {
        return true;
    }
    // Each letter became a pair: the first byte of its UTF-8, and the second as the wrong encoding shows it.
    let mut pairs = 0;
    let mut letters = 0;
    let mut before = ' ';
    for c in text.chars() {
        letters += usize::from(!c.is_ascii());
        pairs += usize::from(matches!(
            (before, c),
            ('Р' | 'С', '\u{80}'..='\u{bf}' | 'Ђ'..='Џ' | 'ђ'..='џ' | 'Ґ' | 'ґ' | '\u{2010}'..='\u{2122}')
                | ('Ð' | 'Ñ', '\u{80}'..='\u{bf}' | 'Œ'..='ƒ' | 'ˆ' | '˜' | '\u{2010}'..='\u{2122}')
        ));
        before = c;
    }
    pairs > 1 && pairs * 3 > letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dirt_is_washed_off() {
        for (dirty, expected) in [
            ("Анна", "Анна"),
            (" Анна\u{a0}\u{a0} Петрова\t", "Анна Петрова"),
            ("\u{feff}Анна\u{200b}", "Анна"),
            ("й", "й"),
            ("ё", "ё"),
            ("a\u{ad}b", "ab"),
            ("one \r\n two", "one\ntwo"),
            ("\n\n", ""),
            ("", ""),
            ("x\u{7}y", "xy"),
            ("a  b", "a b"),
        ] {
            assert_eq!(clean(dirty), expected, "{dirty:?}");
        }
        assert!(matches!(clean("plain text, и чистый тоже"), Cow::Borrowed(_)));
    }

    #[test]
    fn every_letter_is_washed_as_by_the_book() {
        for c in '\0'..=char::MAX {
            for text in [String::from(c), format!("a{c}"), format!("и{c}"), format!("{c}я")] {
                assert_eq!(clean(&text), cleaned(&text), "{c:?}");
                assert_eq!(is_blank(&text), cleaned(&text).is_empty(), "{c:?}");
            }
        }
    }

    #[test]
    fn placeholders_are_nothing() {
        for text in ["-", "—", "нет", "Нет.", "N/A", "не дает", "?", "--", "null", "..."] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["Анна", "1", "Нетребко", "no@example.com", "None Smith and Sons"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn spreadsheet_errors_are_known_in_both_languages() {
        for text in ["#REF!", "#ref!", "#Н/Д", "#ССЫЛКА!", "#N/A"] {
            assert!(is_sheet_error(text), "{text}");
        }
        for text in ["#1", "REF", "#hashtag", ""] {
            assert!(!is_sheet_error(text), "{text}");
        }
    }

    #[test]
    fn formulas_are_no_values() {
        for text in [
            "=A1",
            "=$B$2&C2",
            "=Лист1!A1",
            "=ГИПЕРССЫЛКА(\"x\")",
            "=HYPERLINK(\"http://evil\")",
            "@SUM(1+1)*cmd",
            "+HYPERLINK(A1)",
            "-IF(A1)",
        ] {
            assert!(is_formula(text), "{text}");
        }
        for text in [
            "=",
            "=\"00123\"",
            "=+79161234567",
            "=1+1",
            "=Anna",
            "@anna",
            "@anna (Анна)",
            "+7(916)1112233",
            "+7 916",
            "-",
            "a=b",
            "@A(",
            "",
            "+",
        ] {
            assert!(!is_formula(text), "{text}");
        }
    }

    #[test]
    fn broken_letters_are_seen() {
        for text in ["Анна Петрова", "Пётр Новиков", "Её", "да", "Юлия Щукина-Ёж", "Їжак Ґанна"]
        {
            let bytes = text.as_bytes();
            let as_1251 = encoding_rs::WINDOWS_1251.decode_without_bom_handling(bytes).0;
            let as_1252 = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0;
            for broken in [as_1251, as_1252] {
                assert!(is_broken(&broken), "{broken}");
                assert!(is_broken(&clean(&broken)) || text == "да", "{broken}, cleaned");
            }
            assert!(!is_broken(text), "{text}");
        }
        for text in ["\u{fffd}\u{fffd} Петрова", "????", "???? ??????"] {
            assert!(is_broken(text), "{text}");
        }
        for text in ["Сё", "РФ", "ПАО «РСР»", "СССР…", "Р°", "???", "что????", "Ñandú", "Ð", "anna@example.com", ""]
        {
            assert!(!is_broken(text), "{text}");
        }
    }
}
