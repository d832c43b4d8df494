//! `country`: a country by name or code, in English or Russian, as its two-letter code of ISO 3166-1.

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    check::{
        alike::{self, Reach},
        kind::{FieldKind, How, Input, Out},
        mess,
    },
    finding::Code,
    name::fold,
    sheet::Raw,
};

pub(super) const KIND: FieldKind =
    FieldKind::plain("country", "a country by name or code, in English or Russian", parse);

const NOT_TEXT: Code = Code::new("country-not-text");
const UNKNOWN: Code = Code::new("country-unknown");
const CLOSE: Code = Code::new("country-close");

/// How like a name of a country a typing error must be to be offered: two letters in ten.
const CLOSE_ENOUGH: f64 = 0.8;

struct Countries {
    /// Two- and three-letter codes, in capitals.
    codes: HashMap<&'static str, &'static str>,
    /// Folded names.
    names: HashMap<String, &'static str>,
    /// English and Russian name of a code.
    shown: HashMap<&'static str, (&'static str, &'static str)>,
}

static COUNTRIES: LazyLock<Countries> = LazyLock::new(|| {
    let mut countries = Countries { codes: HashMap::new(), names: HashMap::new(), shown: HashMap::new() };
    for line in include_str!("../../../config/names/countries.txt").lines() {
        let mut fields = line.split("; ");
        let Some((two, three)) =
            fields.next().and_then(|codes| codes.split_once(' ')).filter(|(two, _)| two.len() == 2)
        else {
            continue;
        };
        countries.codes.extend([(two, two), (three, two)]);
        let names: Vec<&str> = fields.collect();
        countries.names.extend(names.iter().map(|name| (fold(name), two)));
        countries.shown.insert(two, (names[0], names[1]));
    }
    countries
});

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    match inputs.first().map(|i| i.raw) {
        // NO is Norway and NA is Namibia; `no` and `n/a` are nothing
        Some(Raw::Text(text)) if COUNTRIES.codes.contains_key(text) => parse_text(text, out),
        Some(Raw::Text(text)) if !mess::is_placeholder(text) => parse_text(text, out),
        Some(Raw::Number(_) | Raw::Date(_) | Raw::Bool(_)) => out.note(NOT_TEXT),
        Some(Raw::Text(_) | Raw::Blank | Raw::Error(_)) | None => {}
    }
}

fn parse_text(text: &str, out: &mut Out<'_>) {
    let repaired = alike::repair(text, Reach::Mixed);
    let text = repaired.as_deref().unwrap_or(text);
    if let Some(code) = find(text) {
        return out.value(code);
    }
    match nearest(text) {
        Some(code) => {
            let (english, russian) = COUNTRIES.shown[code];
            out.note_hint(CLOSE, format!("{code} ({english}, {russian})"));
        }
        None => out.note(UNKNOWN),
    }
}

fn find(text: &str) -> Option<&'static str> {
    let code = || COUNTRIES.codes.get(text.trim_end_matches('.').to_ascii_uppercase().as_str());
    code().or_else(|| COUNTRIES.names.get(&fold(text))).copied()
}

/// The country whose name is most like the text; of equals, the first by code.
fn nearest(text: &str) -> Option<&'static str> {
    let typed = fold(text);
    let like = |name: &str| rapidfuzz::distance::osa::normalized_similarity(typed.chars(), name.chars());
    let scored = COUNTRIES.names.iter().map(|(name, code)| (like(name), *code)).filter(|(s, _)| *s >= CLOSE_ENOUGH);
    scored.max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x))).map(|(_, code)| code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::testing::{TODAY, check};

    #[test]
    fn countries_are_known_by_many_names() {
        for (raw, expected) in [
            ("Россия", "RU"),
            ("россия", "RU"),
            ("РФ", "RU"),
            ("Р.Ф.", "RU"),
            ("Российская Федерация", "RU"),
            ("Russia", "RU"),
            ("Russian Federation", "RU"),
            ("Rossiya", "RU"),
            ("RU", "RU"),
            ("ru", "RU"),
            ("RUS", "RU"),
            ("Pоссия", "RU"),
            ("USA", "US"),
            ("U.S.A.", "US"),
            ("США", "US"),
            ("United States", "US"),
            ("UK", "GB"),
            ("GB", "GB"),
            ("Англия", "GB"),
            ("England", "GB"),
            ("Великобритания", "GB"),
            ("Беларусь", "BY"),
            ("Белоруссия", "BY"),
            ("Республика Беларусь", "BY"),
            ("Казахстан", "KZ"),
            ("Киргизия", "KG"),
            ("Кыргызстан", "KG"),
            ("Молдавия", "MD"),
            ("Moldova", "MD"),
            ("Украина", "UA"),
            ("Грузия", "GE"),
            ("Georgia", "GE"),
            ("Германия", "DE"),
            ("Deutschland", "DE"),
            ("Côte d’Ivoire", "CI"),
            ("Cote d'Ivoire", "CI"),
            ("Южная Корея", "KR"),
            ("The Netherlands", "NL"),
            ("Голландия", "NL"),
            ("ОАЭ", "AE"),
            ("Türkiye", "TR"),
            ("Чехия", "CZ"),
            ("Свазиленд", "SZ"),
            ("NO", "NO"),
            ("Namibia", "NA"),
        ] {
            check(&KIND, Raw::Text(raw), &[expected], &[]);
            check(&KIND, Raw::Text(expected), &[expected], &[]);
        }
    }

    #[test]
    fn what_is_no_country() {
        for raw in ["Росия", "Germny", "Белорусь", "Казахистан"] {
            check(&KIND, Raw::Text(raw), &[], &["country-close"]);
        }
        for raw in ["Москва", "СССР", "XX", "ЯЯЯ", "+7", "Europe"] {
            check(&KIND, Raw::Text(raw), &[], &["country-unknown"]);
        }
        for raw in ["-", "нет", "не указана", "no", "n/a"] {
            check(&KIND, Raw::Text(raw), &[], &[]);
        }
        for raw in [Raw::Number(643.0), Raw::Date(45292.0), Raw::Bool(true)] {
            check(&KIND, raw, &[], &["country-not-text"]);
        }
    }

    #[test]
    fn the_hint_names_the_country_and_nothing_of_the_cell() {
        let (mut text, mut notes) = (String::new(), Vec::new());
        let inputs = [Input { part: None, raw: Raw::Text("Росия") }];
        parse(&inputs, &How::new(TODAY), &mut Out { text: &mut text, mark: None, values: 0, notes: &mut notes });
        assert_eq!(notes[0].hint.as_deref(), Some("RU (Russia, Россия)"));
    }

    #[test]
    fn the_list_is_whole_and_no_name_means_two_countries() {
        assert_eq!(COUNTRIES.shown.len(), 249);
        let mut seen: HashMap<String, &str> = HashMap::new();
        for line in include_str!("../../../config/names/countries.txt").lines().filter(|l| l.contains("; ")) {
            for name in line.split("; ").skip(1) {
                if line.starts_with('#') {
                    continue;
                }
                let other = seen.insert(fold(name), &line[..2]);
                assert!(other.is_none_or(|o| o == &line[..2]), "{name} is {} and {other:?}", &line[..2]);
                let code = COUNTRIES.codes.get(name.to_ascii_uppercase().as_str());
                assert!(code.is_none_or(|c| *c == &line[..2]), "{name} is a code of {code:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,30}") {
            let (mut out, mut notes) = (String::new(), Vec::new());
            let inputs = [Input { part: None, raw: Raw::Text(&text) }];
            parse(&inputs, &How::new(TODAY), &mut Out { text: &mut out, mark: None, values: 0, notes: &mut notes });
            prop_assert!(out.is_empty() || COUNTRIES.shown.contains_key(out.as_str()));
        }
    }
}
