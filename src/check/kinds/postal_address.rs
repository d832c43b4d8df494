//! `postal_address`: an address, kept as it was written but for spaces and commas.

use std::borrow::Cow;

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

pub(super) const KIND: FieldKind = FieldKind {
    parts: &["country", "region", "city", "street", "postcode"],
    ..FieldKind::plain(
        "postal_address",
        "an address, in one column or in `country`, `region`, `city`, `street` and `postcode`",
        parse,
    )
};

const CONTACT: Code = Code::new("address-contact");
const DATE: Code = Code::new("address-date");
const NOT_TEXT: Code = Code::new("address-not-text");
const LOOKALIKE: Code = Code::new("address-lookalike");

/// The parts of a Russian address, from the large to the small, as places in `parts`.
const RUSSIAN_ORDER: [usize; 5] = [4, 0, 1, 2, 3];
/// The parts of any other, from the small to the large.
const WESTERN_ORDER: [usize; 5] = [3, 2, 1, 4, 0];

/// Abbreviations that a space follows after their full stop, in small letters.
const ABBREVIATIONS: [&str; 53] = [
    "ул",
    "пр",
    "просп",
    "пр-кт",
    "пр-т",
    "пер",
    "пл",
    "ш",
    "б-р",
    "бул",
    "бульв",
    "наб",
    "туп",
    "проезд",
    "пр-д",
    "мкр",
    "мкрн",
    "кв-л",
    "г",
    "гор",
    "с",
    "п",
    "пос",
    "пгт",
    "д",
    "дер",
    "дом",
    "кв",
    "к",
    "корп",
    "стр",
    "вл",
    "лит",
    "эт",
    "под",
    "оф",
    "пом",
    "ком",
    "обл",
    "респ",
    "р-н",
    "р",
    "ст",
    "х",
    "снт",
    "тер",
    "st",
    "str",
    "ave",
    "rd",
    "apt",
    "no",
    "fl",
];

fn parse(inputs: &[Input<'_>], _how: &How, out: &mut Out<'_>) {
    let mut parts: [Option<Cow<'_, str>>; 5] = Default::default();
    let whole = inputs.iter().find(|i| i.part.is_none());
    for input in whole.map_or(inputs, std::slice::from_ref) {
        let place = input.part.unwrap_or(3);
        match text(input) {
            Ok(text) => parts[place] = parts[place].take().or(text),
            Err(code) => return out.note(code),
        }
    }
    let russian = parts.iter().flatten().any(|p| p.contains(|c| matches!(c, '\u{400}'..='\u{52f}')));
    let order = if russian { RUSSIAN_ORDER } else { WESTERN_ORDER };
    let given: Vec<&str> = order.iter().filter_map(|&at| parts[at].as_deref()).collect();
    let address = match given.as_slice() {
        [whole] if is_tidy(whole) => Cow::Borrowed(*whole),
        _ => Cow::Owned(tidy(&given.join(", "))),
    };
    let repaired = alike::repair(&address, Reach::Mixed).inspect(|_| out.note(LOOKALIKE));
    out.value(repaired.as_deref().unwrap_or(&address));
}

/// What a cell says of the address. A number is one only where postcodes stand; a date was a house and a
/// flat (`12-5`) before the spreadsheet took it.
fn text<'a>(input: &Input<'a>) -> Result<Option<Cow<'a, str>>, Code> {
    match input.raw {
        Raw::Text(text) if mess::is_placeholder(text) => Ok(None),
        Raw::Text(text) if contact::is_contact(text) => Err(CONTACT),
        Raw::Text(text) => Ok(Some(Cow::Borrowed(text))),
        Raw::Number(n) if input.part == Some(4) && n > 0.0 && n.fract() == 0.0 && n < 1e9 => {
            Ok(Some(Cow::Owned(super::plain_number(n))))
        }
        Raw::Date(_) => Err(DATE),
        Raw::Number(_) | Raw::Bool(_) => Err(NOT_TEXT),
        Raw::Blank | Raw::Error(_) => Ok(None),
    }
}

/// Whether [`tidy`] has surely nothing to do, as in most cells.
fn is_tidy(text: &str) -> bool {
    let mut before = b' ';
    for byte in text.bytes() {
        let fine = match byte {
            b',' => before != b',' && before != b' ',
            b' ' => before != b' ',
            b';' | b'\n' => false,
            _ => before != b',' && (before != b'.' || byte.is_ascii_punctuation()),
        };
        if !fine {
            return false;
        }
        before = byte;
    }
    before != b',' && before != b' '
}

/// One line, with one comma and one space between its parts, and a space after an abbreviation's full stop.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut gap = "";
    for c in text.chars() {
        match c {
            ',' | '\n' | ';' => gap = ", ",
            ' ' if gap.is_empty() => gap = " ",
            ' ' => {}
            c => {
                if !out.is_empty() {
                    let missing = gap.is_empty() && c.is_alphanumeric() && ends_with_abbreviation(&out);
                    out.push_str(if missing { " " } else { gap });
                }
                gap = "";
                out.push(c);
            }
        }
    }
    out
}

fn ends_with_abbreviation(text: &str) -> bool {
    let Some(text) = text.strip_suffix('.') else { return false };
    let word = text.rsplit([' ', ',', '.', '(']).next().unwrap_or_default();
    let same = |abbreviation: &str| word.chars().flat_map(char::to_lowercase).eq(abbreviation.chars());
    ABBREVIATIONS.iter().any(|a| same(a))
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, test_runner::RngSeed};

    use super::*;
    use crate::check::testing::{TODAY, check, check_parts};

    #[test]
    fn an_address_is_tidied_and_kept() {
        for (raw, expected) in [
            ("ул. Ленина, д. 5, кв. 12", "ул. Ленина, д. 5, кв. 12"),
            ("ул.Ленина д5", "ул. Ленина д5"),
            ("ул.Ленина 17-128", "ул. Ленина 17-128"),
            ("УЛ.ЛЕНИНА", "УЛ. ЛЕНИНА"),
            ("г.Москва,ул.Ленина,д.5", "г. Москва, ул. Ленина, д. 5"),
            ("г. Москва , ул. Ленина ,, д. 5,", "г. Москва, ул. Ленина, д. 5"),
            ("304063,  Зеленая,  114,  кв  178", "304063, Зеленая, 114, кв 178"),
            ("Чехова д.71 кв.289", "Чехова д. 71 кв. 289"),
            ("пр-т.Мира, 5", "пр-т. Мира, 5"),
            ("Москва\nЛенина 5", "Москва, Ленина 5"),
            ("Москва; Ленина 5", "Москва, Ленина 5"),
            (", Ленина 5", "Ленина 5"),
            ("ул. 8 Марта, 3/1", "ул. 8 Марта, 3/1"),
            ("Ленина 5А", "Ленина 5А"),
            ("5.2 км шоссе", "5.2 км шоссе"),
            ("ул. М.Горького", "ул. М.Горького"),
            ("д.5к.2", "д. 5к.2"),
            ("Химки (мкр.Подрезково)", "Химки (мкр. Подрезково)"),
            ("101000", "101000"),
            ("101000, 12-5", "101000, 12-5"),
            ("57 Green Street,L1 3JZ", "57 Green Street, L1 3JZ"),
            ("Flat 2 , 17 Church Cl,  m179ap", "Flat 2, 17 Church Cl, m179ap"),
            ("10 Main St.Apt 4", "10 Main St. Apt 4"),
            ("P.O. Box 12", "P.O. Box 12"),
            ("самовывоз", "самовывоз"),
        ] {
            check(&KIND, Raw::Text(raw), &[expected], &[]);
            check(&KIND, Raw::Text(expected), &[expected], &[]);
        }
        check(&KIND, Raw::Text("г. Kраcнoяpcк"), &["г. Красноярск"], &["address-lookalike"]);
    }

    #[test]
    fn what_is_no_address() {
        for raw in ["anna@example.com", "+7 916 123-45-67", "89161234567", "https://example.com/a", "vk.com/anna"] {
            check(&KIND, Raw::Text(raw), &[], &["address-contact"]);
        }
        check(&KIND, Raw::Date(45292.0), &[], &["address-date"]);
        check(&KIND, Raw::Number(5.0), &[], &["address-not-text"]);
        check(&KIND, Raw::Bool(false), &[], &["address-not-text"]);
        for raw in ["-", "нет", "не указан", "..."] {
            check(&KIND, Raw::Text(raw), &[], &[]);
        }
    }

    #[test]
    fn parts_are_joined_in_the_order_of_their_country() {
        let how = How::new(TODAY);
        let text = |part, text| (Some(part), Raw::Text(text));
        check_parts(
            &KIND,
            &how,
            &[
                text("country", "Россия"),
                text("region", "Московская обл."),
                text("city", "г.Химки"),
                text("street", "ул.Ленина, 5"),
                (Some("postcode"), Raw::Number(141_400.0)),
            ],
            &["141400, Россия, Московская обл., г. Химки, ул. Ленина, 5"],
            &[],
        );
        let western =
            [text("city", "Leeds"), text("street", "5 New Rd"), text("postcode", "LS1 4AP"), text("country", "UK")];
        check_parts(&KIND, &how, &western, &["5 New Rd, Leeds, LS1 4AP, UK"], &[]);
        check_parts(&KIND, &how, &[text("city", "Казань"), text("street", "-")], &["Казань"], &[]);
        check_parts(
            &KIND,
            &how,
            &[text("city", "Казань"), (Some("street"), Raw::Date(45292.0))],
            &[],
            &["address-date"],
        );
        check_parts(&KIND, &how, &[text("city", "-")], &[], &[]);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            rng_seed: RngSeed::Fixed(17),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_canonical_address_stays_as_it_is(text in "(ул\\.|Ленина|д\\.|кв|[ ,;.\n-]|[0-9]{1,3}|\\PC){0,9}") {
            prop_assert_eq!(tidy(&tidy(&text)), tidy(&text));
        }

        #[test]
        fn what_looks_tidy_is(text in "([aул1.)«]{0,3}[ ,]{0,2}){0,6}|\\PC{0,12}") {
            prop_assert!(!is_tidy(&text) || tidy(&text) == text, "{}", text);
        }
    }
}
