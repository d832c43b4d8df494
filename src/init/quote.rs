//! Texts and names as TOML has them.

use std::fmt::Write as _;

/// A text in quotes, whatever it holds.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || crate::printable::is_hidden(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of texts.
pub(super) fn list<T: AsRef<str>>(texts: &[T]) -> String {
    format!("[{}]", texts.iter().map(|t| quoted(t.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A name for the config: `Дата заказа` becomes `data_zakaza`; `fallback` where no letter is left.
pub(super) fn slug(text: &str, fallback: &str) -> String {
    const CHARS_MAX: usize = 24;
    let latin = any_ascii::any_ascii(text).to_lowercase();
    let mut out = String::new();
    for c in latin.chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            '\'' => {}
            _ if out.ends_with('_') || out.is_empty() => {}
            _ => out.push('_'),
        }
        if out.len() == CHARS_MAX {
            break;
        }
    }
    let out = out.trim_end_matches('_');
    if out.starts_with(|c: char| c.is_ascii_alphabetic()) { out.to_owned() } else { fallback.to_owned() }
}

/// The name, or the name with the first number that makes it another than all that are taken.
pub(super) fn unique(name: &str, taken: &[String]) -> String {
    let free = |candidate: &String| !taken.contains(candidate);
    if free(&name.to_owned()) {
        return name.to_owned();
    }
    (2..=taken.len() + 2).map(|n| format!("{name}_{n}")).find(free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back_out_of_its_quotes() {
        for text in ["", "ФИО", "a \"b\" # c", "a\\b.c = 'd'", "a\nb\tc\r", "\u{1}\u{7f}\u{200b}\u{feff}", "🦀", "${x}"]
        {
            let parsed: toml::Table = format!("x = {}", quoted(text)).parse().expect("it is TOML");
            assert_eq!(parsed["x"].as_str(), Some(text));
        }
    }

    #[test]
    fn names_are_ascii_and_their_own() {
        for (text, expected) in [
            ("Дата заказа", "data_zakaza"),
            ("Order date (last)", "order_date_last"),
            ("1-й визит", "list"),
            ("!!!", "list"),
            ("клиенты 2026", "klienty_2026"),
            ("Объём", "obiom"),
        ] {
            let found = slug(text, "list");
            assert!(found == expected || text == "Объём" && found.is_ascii(), "{text}: {found}");
        }
        assert_eq!(unique("a", &["a".into(), "a_2".into()]), "a_3");
    }
}
