//! What else people write into a name's cell, taken out: remarks, numbers, contacts, symbols.

use std::borrow::Cow;

use super::{CONTACT, DIGIT, NO_LETTER, NUMBER, Notes, REMARK, SEVERAL, given, is_letter};
use crate::{finding::Code, name::fold};

/// The text with letters, spaces, full stops, commas, hyphens and apostrophes alone, among them a letter.
pub(super) fn scrub<'a>(text: &'a str, notes: &mut Notes) -> Result<Cow<'a, str>, Code> {
    let text = without_marks(text);
    if text.chars().all(is_plain) && !text.contains(" -") && !text.contains("- ") && has_letter(text) {
        return Ok(Cow::Borrowed(text));
    }
    let line = one_line(text, notes);
    let name = without_brackets(&line, notes);
    let name = before_dash(&name, notes);
    if has_two_names(&name) {
        return Err(SEVERAL);
    }
    let mut out = String::with_capacity(name.len());
    let beside_contact = is_contact(text);
    for token in name.split(' ').filter(|t| !t.is_empty()) {
        if beside_contact && is_label(token) {
            notes.push(REMARK);
        } else {
            push_token(token, &mut out, notes)?;
        }
    }
    if has_letter(&out) { Ok(Cow::Owned(out)) } else { Err(if is_contact(text) { CONTACT } else { NO_LETTER }) }
}

/// A program's own marks around a text. One at either end alone belongs to the name: 't Hooft, Igor'.
fn without_marks(text: &str) -> &str {
    text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).unwrap_or(text)
}

fn is_plain(c: char) -> bool {
    is_letter(c) || matches!(c, ' ' | '.' | ',' | '-' | '\'')
}

fn has_letter(text: &str) -> bool {
    text.contains(is_letter)
}

/// An e-mail, a link, a nickname, or as many digits as a phone has.
fn is_contact(text: &str) -> bool {
    text.contains('@') || text.contains("://") || text.chars().filter(char::is_ascii_digit).count() >= 7
}

/// A word that says only that a contact follows: `тел.`, `e-mail:`.
fn is_label(token: &str) -> bool {
    const LABELS: [&str; 18] = [
        "т",
        "тел",
        "телефон",
        "моб",
        "мобильный",
        "сот",
        "сотовый",
        "почта",
        "эл",
        "tel",
        "phone",
        "mob",
        "mobile",
        "cell",
        "mail",
        "email",
        "e-mail",
        "whatsapp",
    ];
    let word = token.trim_matches(|c: char| !is_letter(c)).to_lowercase();
    // A lone capital is an initial.
    LABELS.contains(&word.as_str()) && (word.chars().count() > 1 || token.starts_with('т'))
}

/// A name written over several lines; of more than three words, only the first line.
fn one_line<'a>(text: &'a str, notes: &mut Notes) -> Cow<'a, str> {
    let Some((first, _)) = text.split_once('\n') else { return Cow::Borrowed(text) };
    if text.split_whitespace().count() <= 3 || !first.contains(' ') {
        Cow::Owned(text.replace('\n', " "))
    } else {
        notes.push(REMARK);
        Cow::Borrowed(first)
    }
}

/// Brackets and quotation marks in pairs with what is in them. A name that stands in them as a whole
/// is taken out of them.
fn without_brackets<'a>(text: &'a str, notes: &mut Notes) -> Cow<'a, str> {
    if !text.contains(|c| closing(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c| closing(c).is_some()) {
        let open = rest[start..].chars().next().unwrap_or('(');
        let inside = &rest[start + open.len_utf8()..];
        let close = closing(open).unwrap_or(')');
        out.push_str(&rest[..start]);
        out.push(' ');
        rest = match inside.split_once(close) {
            Some((_, after)) => after,
            None if open == '(' => "",
            None => inside,
        };
    }
    out.push_str(rest);
    if has_letter(&out) {
        notes.push(REMARK);
        Cow::Owned(out)
    } else {
        Cow::Owned(text.replace(|c: char| !is_plain(c) && !c.is_alphanumeric() && !matches!(c, '@' | ':' | '/'), " "))
    }
}

fn closing(c: char) -> Option<char> {
    match c {
        '(' => Some(')'),
        '[' => Some(']'),
        '{' => Some('}'),
        '<' => Some('>'),
        '«' => Some('»'),
        '“' => Some('”'),
        '„' => Some('“'),
        '"' => Some('"'),
        _ => None,
    }
}

/// What stands before a dash with a space beside it, a semicolon or a bar: after them come remarks, but
/// for `Иванова - Петрова`.
fn before_dash<'a>(text: &'a str, notes: &mut Notes) -> Cow<'a, str> {
    let text = text.trim_matches(|c| is_dash(c) || c == ' ' || c == ';' || c == '|');
    let Some((at, _)) = text.char_indices().find(|&(at, c)| ends_name(text, at, c)) else {
        return Cow::Borrowed(text);
    };
    let (left, right) = (text[..at].trim_end(), text[at..].trim_start_matches(|c| is_dash(c) || c == ' '));
    let (last, first) = (left.rsplit(' ').next().unwrap_or_default(), right.split(' ').next().unwrap_or_default());
    if is_capital_surname(last) && is_capital_surname(first) {
        let joined = format!("{left}-{right}");
        return Cow::Owned(before_dash(&joined, notes).into_owned());
    }
    notes.push(REMARK);
    Cow::Borrowed(left)
}

fn ends_name(text: &str, at: usize, c: char) -> bool {
    let beside = || text[..at].ends_with(' ') || text[at + c.len_utf8()..].starts_with(' ');
    matches!(c, ';' | '|') || is_dash(c) && beside()
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_capital_surname(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && given::is_surname(&fold(word), true)
}

/// `Иванов И. / Петров П.`, `John & Mary Smith`: letters on both sides of a sign that joins.
fn has_two_names(text: &str) -> bool {
    text.match_indices(['/', '&', '+']).any(|(at, sign)| {
        let after = &text[at + sign.len()..];
        has_letter(&text[..at]) && has_letter(after) && !after.starts_with(|c: char| c.is_ascii_digit() || c == '/')
    })
}

/// Appends a token without what can't be in a name.
fn push_token(token: &str, out: &mut String, notes: &mut Notes) -> Result<(), Code> {
    if token.contains('@') || token.contains("://") || token.starts_with("www.") {
        notes.push(REMARK);
        return Ok(());
    }
    let token = without_digits(token, notes)?;
    if !out.is_empty() {
        out.push(' ');
    }
    for c in token.chars() {
        match c {
            '’' | '‘' | 'ʼ' | '`' | '´' | '′' => out.push('\''),
            '_' => out.push(' '),
            c if is_plain(c) => out.push(c),
            c if is_dash(c) => out.push('-'),
            _ => {
                notes.push(REMARK);
                out.push(' ');
            }
        }
    }
    Ok(())
}

/// The letters before the digits: `Иван2`. A token that begins with a digit is a number; letters on both
/// sides of a digit are no name.
fn without_digits<'a>(token: &'a str, notes: &mut Notes) -> Result<&'a str, Code> {
    let Some(digit) = token.find(char::is_numeric) else { return Ok(token) };
    let letter = token.find(is_letter);
    if letter.is_some_and(|l| l < digit) && token[digit..].contains(is_letter) {
        return Err(DIGIT);
    }
    notes.push(NUMBER);
    Ok(if letter.is_some_and(|l| l < digit) { &token[..digit] } else { "" })
}
