//! Texts that a spreadsheet would take for formulas, made harmless on the way out, and restored on the
//! way in.

use std::borrow::Cow;

/// The text with an apostrophe before it, if a spreadsheet might calculate it when it opens the file. A zero byte, which ends a text for many readers, is left out.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { Cow::Borrowed(text) };
    if is_formula(&text) { Cow::Owned(format!("'{text}")) } else { text }
}

/// The text before [`guarded`]: it is read back unchanged, whatever it is.
pub(super) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(text)
}

/// Whether a spreadsheet may calculate a text: by its first character, after blanks and quotes, which
/// some programs strip. An apostrophe before it changes nothing, so that guarding can be undone.
fn is_formula(text: &str) -> bool {
    for c in text.chars() {
        match c {
            '\t' | '\r' | '\n' => return true,
            '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' => return !is_number(text),
            '\'' | '"' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' => {}
            _ if c.is_whitespace() || c.is_control() => {}
            _ => return false,
        }
    }
    false
}

/// A number with its sign, which is what it is calculated to; `+79161234567` is one too.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_told_from_numbers_and_names() {
        for (text, is_guarded) in [
            ("=1+1", true),
            ("=HYPERLINK(\"http://evil\",\"x\")", true),
            ("=cmd|' /C calc'!A0", true),
            ("+1+1", true),
            ("+cmd|' /C calc'!A0", true),
            ("-2+3", true),
            ("-cmd", true),
            ("@SUM(1)", true),
            ("@anna", true),
            ("\t=1+1", true),
            ("\ttab", true),
            ("\rreturn", true),
            ("\nline", true),
            ("  =1+1", true),
            ("\u{a0}=1+1", true),
            ("\u{feff}=1+1", true),
            ("\u{200b}=1+1", true),
            ("\"=1+1\"", true),
            ("'=1+1", true),
            ("'\"' =1+1", true),
            ("＝1+1", true),
            ("＋1", true),
            ("－1", true),
            ("＠x", true),
            (" ＝1", true),
            ("=", true),
            ("-", true),
            ("+", true),
            ("--1", true),
            ("- 1", true),
            (" -1", true),
            ("'-1", true),
            ("+7 916 123-45-67", true),
            ("+7(916)1234567", true),
            ("-1.5e3", true),
            ("-1.", true),
            ("-.5", true),
            ("-1,000.00", true),
            ("+79161234567", false),
            ("-5", false),
            ("-5.00", false),
            ("+5,25", false),
            ("5", false),
            ("Анна", false),
            ("anna@example.com", false),
            ("a=1", false),
            ("1+1", false),
            ("'", false),
            ("'Anna", false),
            ("O'Neil", false),
            ("\"Romashka\" LLC", false),
            ("_=1", false),
            ("", false),
            ("   ", false),
        ] {
            assert_eq!(guarded(text) != text, is_guarded, "{text:?}");
            assert_eq!(unguarded(&guarded(text)), text);
        }
        assert_eq!(guarded("a\0b"), "ab");
        assert_eq!(guarded("\0=1"), "'=1");
        assert_eq!(unguarded("'Anna"), "'Anna", "an apostrophe of the person's own");
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in "['\"=+@\\- \ta1.]{0,8}|[^\0]{0,8}") {
            let written = guarded(&text);
            prop_assert_eq!(unguarded(&written), text.as_str());
        }
    }
}
