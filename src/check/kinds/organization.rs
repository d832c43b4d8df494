//! `organization`: an organisation's name, its legal form spelt one way and in one place.
//!
//! Russian forms go first and the name in guillemets (`ООО «Ромашка»`), Western ones last (`Acme Ltd`).

use super::contact;
use crate::{
    check::{
        alike::{self, Reach},
        kind::{FieldKind, How, Input, Out},
        mess,
    },
    finding::Code,
    sheet::Raw,
};

pub(super) const KIND: FieldKind =
    FieldKind::plain("organization", "an organisation's name with its legal form", parse);

const NOT_TEXT: Code = Code::new("org-not-text");
const CONTACT: Code = Code::new("org-contact");
const NO_NAME: Code = Code::new("org-no-name");
const LOOKALIKE: Code = Code::new("org-lookalike");

/// Russian forms written out, in small letters.
const WRITTEN_OUT: [(&str, &str); 14] = [
    ("общество с ограниченной ответственностью", "ООО"),
    ("товарищество с ограниченной ответственностью", "ТОО"),
    ("акционерное общество", "АО"),
    ("публичное акционерное общество", "ПАО"),
    ("непубличное акционерное общество", "НАО"),
    ("открытое акционерное общество", "ОАО"),
    ("закрытое акционерное общество", "ЗАО"),
    ("индивидуальный предприниматель", "ИП"),
    ("автономная некоммерческая организация", "АНО"),
    ("некоммерческая организация", "НКО"),
    ("товарищество собственников жилья", "ТСЖ"),
    ("товарищество собственников недвижимости", "ТСН"),
    ("садовое некоммерческое товарищество", "СНТ"),
    ("крестьянское фермерское хозяйство", "КФХ"),
];

const RUSSIAN: [&str; 27] = [
    "ООО",
    "ОАО",
    "ЗАО",
    "ПАО",
    "НАО",
    "АО",
    "ИП",
    "ЧП",
    "ТОО",
    "ОДО",
    "ЧУП",
    "АНО",
    "НКО",
    "НПО",
    "ТСЖ",
    "ТСН",
    "СНТ",
    "КФХ",
    "МУП",
    "ГУП",
    "ФГУП",
    "ГБУ",
    "ФГБУ",
    "МБУ",
    "ГБОУ",
    "ФГБОУ",
    "МБОУ",
];

/// A person's name follows these: no guillemets.
const OF_PERSONS: [&str; 2] = ["ИП", "ЧП"];

/// Western forms without full stops, in small letters, and as they are written.
const WESTERN: [(&str, &str); 21] = [
    ("llc", "LLC"),
    ("limited liability company", "LLC"),
    ("llp", "LLP"),
    ("ltd", "Ltd"),
    ("limited", "Ltd"),
    ("co ltd", "Co. Ltd"),
    ("pty ltd", "Pty Ltd"),
    ("pte ltd", "Pte Ltd"),
    ("inc", "Inc."),
    ("incorporated", "Inc."),
    ("corp", "Corp."),
    ("corporation", "Corp."),
    ("plc", "PLC"),
    ("gmbh", "GmbH"),
    ("gmbh & co kg", "GmbH & Co. KG"),
    ("sarl", "SARL"),
    ("bv", "B.V."),
    ("nv", "N.V."),
    ("oy", "Oy"),
    ("sa", "S.A."),
    ("ag", "AG"),
];

/// The ones that may stand first, as Russians write them; `Limited Edition` has none.
const WESTERN_FIRST: [&str; 2] = ["llc", "ltd"];

/// Words elsewhere, so that only capitals make a form of them.
const ONLY_IN_CAPITALS: [&str; 4] = ["sa", "ag", "bv", "nv"];

/// What is written where there is no organisation, without full stops.
const NOBODY: [&str; 7] =
    ["физлицо", "физ лицо", "физическое лицо", "частное лицо", "частник", "private person", "individual"];

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    match inputs.first().map(|i| i.raw) {
        Some(Raw::Text(text)) => parse_text(text, out),
        Some(Raw::Number(_) | Raw::Date(_) | Raw::Bool(_)) => out.note(NOT_TEXT),
        Some(Raw::Blank | Raw::Error(_)) | None => {}
    }
}

fn parse_text(text: &str, out: &mut Out<'_>) {
    if mess::is_placeholder(text) || NOBODY.contains(&key(text).as_str()) {
        return;
    }
    if contact::is_contact(text) {
        return out.note(CONTACT);
    }
    let repaired = alike::repair(text, Reach::Mixed).inspect(|_| out.note(LOOKALIKE));
    match canonical(repaired.as_deref().unwrap_or(text)) {
        Some(name) => out.value(&name),
        None => out.note(NO_NAME),
    }
}

/// The name with its form in place; `None` when there is nothing but a form.
fn canonical(text: &str) -> Option<String> {
    let (form, name) = split_form(text);
    let name = with_guillemets(name);
    let (name, quoted) = unwrapped(&name);
    if !name.contains(char::is_alphanumeric) {
        return None;
    }
    Some(match form {
        None if name.contains(is_cyrillic) => closed(name),
        None => straight(name),
        Some(Form::Western(form)) => format!("{} {form}", straight(name)),
        Some(Form::Russian(form)) if OF_PERSONS.contains(&form) => format!("{form} {}", closed(name)),
        Some(Form::Russian(form)) if name.contains('«') && !quoted => format!("{form} {}", closed(name)),
        Some(Form::Russian(form)) => format!("{form} «{}»", name.trim_end_matches('»')),
    })
}

#[derive(Clone, Copy)]
enum Form {
    Russian(&'static str),
    Western(&'static str),
}

/// The legal form at one end of the text, the longest that there is, and the rest.
fn split_form(text: &str) -> (Option<Form>, &str) {
    let between = |c: char| c == ' ' || c == '\n' || is_quote(c);
    let words: Vec<&str> = text.split(between).filter(|w| w.contains(is_of_form)).collect();
    let at = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    for count in (1..=words.len().min(4)).rev() {
        let (first, last) = (&words[..count], &words[words.len() - count..]);
        let after = &text[at(first[count - 1]) + first[count - 1].len()..];
        let may_lead = WESTERN_FIRST.contains(&key(first[0]).as_str());
        match (form(first, text), form(last, text)) {
            (Some(form @ Form::Russian(_)), _) => return (Some(form), after),
            (_, Some(form)) => return (Some(form), &text[..at(last[0])]),
            (Some(form), None) if may_lead => return (Some(form), after),
            _ => {}
        }
    }
    (None, text)
}

fn is_of_form(c: char) -> bool {
    c.is_alphanumeric() || c == '&'
}

/// The form that these words spell. `OOO` in Latin letters or zeros is one, too; `AO` only beside Russian.
fn form(words: &[&str], text: &str) -> Option<Form> {
    let typed = key(&words.join(" "));
    let capitals = || words.iter().all(|w| !w.contains(char::is_lowercase));
    let western = WESTERN.iter().find(|(spelt, _)| *spelt == typed);
    if let Some((_, form)) = western.filter(|(spelt, _)| !ONLY_IN_CAPITALS.contains(spelt) || capitals()) {
        return Some(Form::Western(form));
    }
    let russian = alike::to_cyrillic(&typed)?;
    let beside_russian = text.contains(is_cyrillic);
    let short = RUSSIAN.iter().find(|form| key(form) == russian && (form.chars().count() > 2 || beside_russian));
    let long = || WRITTEN_OUT.iter().find(|(spelt, _)| *spelt == russian).map(|(_, form)| *form);
    short.copied().or_else(long).map(Form::Russian)
}

/// Small letters without full stops, commas and brackets.
fn key(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '.' | ',' | '(' | ')')).flat_map(char::to_lowercase).collect()
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '«' | '»' | '“' | '”' | '„' | '‟' | '″' | '‹' | '›')
}

/// One line, with `«` before a word and `»` after one, whatever marks were typed; a mark that neither
/// opens nor closes goes.
fn with_guillemets(text: &str) -> String {
    let text = text.trim_matches([' ', ',', '\n']);
    let mut out = String::with_capacity(text.len());
    let mut open = 0_usize;
    for (at, c) in text.char_indices() {
        let after_word = !(out.is_empty() || out.ends_with([' ', '«', '(', '-', ',']));
        let before_word = || text[at..].chars().find(|c| !is_quote(*c)).is_some_and(char::is_alphanumeric);
        let aside = || text[at + c.len_utf8()..].starts_with(' ') && open == 0;
        match c {
            c if is_quote(c) && !after_word && (before_word() || aside()) => {
                out.push('«');
                open += 1;
            }
            c if is_quote(c) && open > 0 => {
                out.truncate(out.trim_end_matches(' ').len());
                open -= 1;
                if out.ends_with('«') {
                    out.pop();
                } else {
                    out.push('»');
                }
            }
            c if is_quote(c) => out.extend((after_word && before_word()).then_some(' ')),
            ',' if out.is_empty() => {}
            ' ' | '\n' if out.is_empty() || out.ends_with(['«', ' ']) => {}
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end_matches(['«', ' ', ',']).len());
    out
}

/// The name without guillemets around all of it, and whether it had them.
fn unwrapped(name: &str) -> (&str, bool) {
    let inner = name.trim_start_matches('«');
    let core = inner.trim_end_matches('»');
    let whole = !core.contains('»') && (inner.len() < name.len() || !core.contains('«'));
    if whole { (core.trim_matches([' ', ',']), core.len() < name.len()) } else { (name, false) }
}

/// The name with as many marks closing as opening.
fn closed(name: &str) -> String {
    let open = name.matches('«').count().saturating_sub(name.matches('»').count());
    format!("{name}{}", "»".repeat(open))
}

fn straight(name: &str) -> String {
    closed(name).replace(['«', '»'], "\"")
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, test_runner::RngSeed};

    use super::*;
    use crate::check::testing::{TODAY, check};

    #[test]
    fn forms_and_quotes_are_spelt_one_way() {
        for (raw, expected) in [
            ("ООО \"Ромашка\"", "ООО «Ромашка»"),
            ("ООО «Ромашка»", "ООО «Ромашка»"),
            ("ООО “Ромашка”", "ООО «Ромашка»"),
            ("ООО „Ромашка“", "ООО «Ромашка»"),
            ("\"Ромашка\" ООО", "ООО «Ромашка»"),
            ("Ромашка, ООО", "ООО «Ромашка»"),
            ("ооо ромашка", "ООО «ромашка»"),
            ("ООО Ромашка", "ООО «Ромашка»"),
            ("ООО\"Ромашка\"", "ООО «Ромашка»"),
            ("ООО \" Ромашка \"", "ООО «Ромашка»"),
            ("ООО \"Ромашка", "ООО «Ромашка»"),
            ("ООО Ромашка\"", "ООО «Ромашка»"),
            ("О.О.О. Ромашка", "ООО «Ромашка»"),
            ("OOO Romashka", "ООО «Romashka»"),
            ("000 Ромашка", "ООО «Ромашка»"),
            ("3АО Ромашка", "ЗАО «Ромашка»"),
            ("ООО\nРомашка", "ООО «Ромашка»"),
            ("ООО \"Торговый дом \"Ромашка\"\"", "ООО «Торговый дом «Ромашка»"),
            ("ООО Фирма \"Ромашка\"", "ООО Фирма «Ромашка»"),
            ("Общество с ограниченной ответственностью \"Ромашка\"", "ООО «Ромашка»"),
            ("публичное акционерное общество Ромашка", "ПАО «Ромашка»"),
            ("АО \"Ромашка\"", "АО «Ромашка»"),
            ("AO Ромашка", "АО «Ромашка»"),
            ("ПАО Ромашка", "ПАО «Ромашка»"),
            ("ип Петрова А.С.", "ИП Петрова А.С."),
            ("Петрова Анна ИП", "ИП Петрова Анна"),
            ("Индивидуальный предприниматель Петрова", "ИП Петрова"),
            ("ФГБОУ ВО \"Институт\"", "ФГБОУ ВО «Институт»"),
            ("\"Ромашка\"", "Ромашка"),
            ("Ромашка", "Ромашка"),
            ("кафе \"Ромашка\"", "кафе «Ромашка»"),
            ("Филиал ООО \"Ромашка\"", "Филиал ООО «Ромашка»"),
            ("Acme LLC", "Acme LLC"),
            ("acme llc", "acme LLC"),
            ("LLC Romashka", "Romashka LLC"),
            ("Acme, Inc.", "Acme Inc."),
            ("Acme Inc", "Acme Inc."),
            ("Acme Limited", "Acme Ltd"),
            ("Acme Co., Ltd.", "Acme Co. Ltd"),
            ("\"Acme\" GmbH", "Acme GmbH"),
            ("Acme GmbH & Co. KG", "Acme GmbH & Co. KG"),
            ("Acme S.A.", "Acme S.A."),
            ("La casa sa", "La casa sa"),
            ("Limited Edition", "Limited Edition"),
            ("Bar \"Acme\"", "Bar \"Acme\""),
            ("1С", "1С"),
        ] {
            check(&KIND, Raw::Text(raw), &[expected], &[]);
            check(&KIND, Raw::Text(expected), &[expected], &[]);
        }
    }

    #[test]
    fn what_is_no_organisation() {
        for (raw, code) in [
            ("ООО", "org-no-name"),
            ("ООО \"\"", "org-no-name"),
            ("LLC", "org-no-name"),
            ("!!!", "org-no-name"),
            ("info@example.com", "org-contact"),
            ("+7 916 123-45-67", "org-contact"),
        ] {
            check(&KIND, Raw::Text(raw), &[], &[code]);
        }
        for raw in ["-", "нет", "физ. лицо", "Физлицо", "частное лицо", ""] {
            check(&KIND, Raw::Text(raw), &[], &[]);
        }
        for raw in [Raw::Number(585.0), Raw::Date(45292.0), Raw::Bool(true)] {
            check(&KIND, raw, &[], &["org-not-text"]);
        }
        check(&KIND, Raw::Text("ООО Рoмашка"), &["ООО «Ромашка»"], &["org-lookalike"]);
        check(&KIND, Raw::Text("Яndex"), &["Яndex"], &[]);
    }

    fn read(text: &str) -> String {
        let (mut out, mut notes) = (String::new(), Vec::new());
        let inputs = [Input { part: None, raw: Raw::Text(text) }];
        let mut into = Out { text: &mut out, mark: None, values: 0, notes: &mut notes };
        parse(&inputs, &How::new(TODAY), &mut into);
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            rng_seed: RngSeed::Fixed(17),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_canonical_name_stays_as_it_is(
            text in "(ООО|ИП|Acme|ромашка|[«»\"(,. ]|[А-Яа-я]{1,3}|LLC|SA|\\PC){0,3}( |\"|, )(ООО|Ltd\\.|Дом|\"|»|[a-z ]{1,3}){0,3}",
        ) {
            let once = read(&mess::clean(&text));
            prop_assert_eq!(read(&once), once, "{}", text);
        }
    }
}
