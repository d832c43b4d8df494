//! Names that others gave, on their way to a terminal: file names, titles, headings. What would move the
//! cursor, colour a line or turn a text around is left out.

use std::borrow::Cow;

/// The text without controls and direction marks; a line end becomes a space.
#[must_use]
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        c => is_plain(c).then_some(c),
    });
    Cow::Owned(kept.collect())
}

fn is_plain(c: char) -> bool {
    !c.is_control() && !is_hidden(c)
}

/// Whether a character shows nothing, or turns others around.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_prints_nothing_is_left() {
        for (text, expected) in [
            ("orders 2026.csv", "orders 2026.csv"),
            ("Заказы", "Заказы"),
            ("a\u{1b}[31mb", "a[31mb"),
            ("a\nerror[x]: y", "a error[x]: y"),
            ("cod\u{202e}fdp.exe", "codfdp.exe"),
            ("\u{feff}x\u{2069}", "x"),
        ] {
            assert_eq!(printable(text), expected, "{text:?}");
        }
    }
}
