use proptest::prelude::*;

use super::*;
use crate::check::testing::{TODAY, check, check_how};

fn region(region: Region) -> How {
    How { region: Some(region), ..How::new(TODAY) }
}

/// One value and no finding, in Russia.
#[track_caller]
fn reads(text: &str, value: &str) {
    check_how(&KIND, &region(Region::RU), Raw::Text(text), &[value], &[]);
}

/// No value and one finding, in Russia.
#[track_caller]
fn fails(text: &str, code: &str) {
    check_how(&KIND, &region(Region::RU), Raw::Text(text), &[], &[code]);
}

/// Values and findings, in Russia.
#[track_caller]
fn gives(text: &str, values: &[&str], codes: &[&str]) {
    check_how(&KIND, &region(Region::RU), Raw::Text(text), values, codes);
}

#[test]
fn every_way_of_writing_gives_one_number() {
    for text in [
        "+79161234567",
        "89161234567",
        "79161234567",
        "9161234567",
        "8 916 123-45-67",
        "8 (916) 123 45 67",
        "+7 (916) 123-45-67",
        "+7\u{a0}916\u{a0}123\u{a0}45\u{a0}67",
        "8-916-123-45-67",
        "8.916.123.45.67",
        "8–916–123–45–67",
        "+７ ９１６ １２３－４５－６７",
        "＋79161234567",
        "  8  916  123  45  67 ",
        "'89161234567",
        "=+79161234567",
        "++79161234567",
        "тел. 8-916-123-45-67",
        "моб.:89161234567",
        "tel:+7-916-123-45-67",
        "8~10 7 916 123 45 67",
        "007 916 123 45 67",
        "8/916/123-45-67",
        "8916\n123-45-67",
        "79161234567.0",
        "89161234567,0",
        "7.9161234567E+10",
        "\u{200e}+79161234567",
    ] {
        reads(text, "+79161234567");
    }
}

#[test]
fn area_codes_that_begin_with_8_keep_it() {
    for text in ["8(812)312-34-56", "+7 812 312-34-56", "78123123456", "8123123456"] {
        reads(text, "+78123123456");
    }
    reads("8 (800) 555-35-35", "+78005553535");
    reads("8 493 234 34 48", "+74932343448");
}

#[test]
fn a_cell_may_hold_several() {
    let both = ["+79161234567", "+79037654321"];
    for text in [
        "89161234567, 89037654321",
        "89161234567;89037654321",
        "89161234567 / 89037654321",
        "+7 (916) 123-45-67\n+7 (903) 765-43-21",
        "89161234567 и +79037654321",
        "89161234567 или 9037654321",
        "89161234567 or 89037654321",
        "9161234567 9037654321",
        "8 916 123 45 67 8 903 765 43 21",
        "+79161234567+79037654321",
        "+79161234567 +79037654321",
    ] {
        gives(text, &both, &[]);
    }
    gives("89161234567, +7 916 123-45-67", &["+79161234567"], &[]);
    gives("89161234567 доп. 89037654321", &both, &["phone-remark"]);
    gives("8 916 123-45-67/68", &["+79161234567"], &["phone-too-short"]);
    gives("89161234567, 8903765432", &["+79161234567"], &["phone-invalid"]);
}

#[test]
fn words_and_extensions_are_tolerated() {
    for text in [
        "Анна +79161234567",
        "+79161234567 (мама)",
        "89161234567 звонить после 18",
        "с 9:00 до 18:00 89161234567",
        "8 916 123-45-67 с 10-18",
        "+7 (916) 123-45-67 вечером",
        "WhatsApp 89161234567",
        "89161234567Анна",
        "89161234567 ivan87@example.com",
        "89161234567?",
        "раб. 89161234567",
        "кв. 15, 89161234567",
    ] {
        gives(text, &["+79161234567"], &["phone-remark"]);
    }
    for text in [
        "89161234567 доб. 12",
        "89161234567доб12",
        "8 916 123-45-67 ext. 3",
        "89161234567 #12",
        "89161234567x12",
        "tel:+79161234567;ext=12",
        "8 (916) 123-45-67, доб. 105",
    ] {
        gives(text, &["+79161234567"], &["phone-extension"]);
    }
}

#[test]
fn letters_among_digits_are_never_guessed() {
    for text in [
        "8916l234567",
        "8916123456О",
        "+7 9O3 765-43-21",
        "8 916 12З 45 67",
        "8 9 О 3 765 43 21",
        "89I61234567",
        "S9161234567",
    ] {
        fails(text, "phone-letters");
    }
    gives("89161234567, 8916l234567", &["+79161234567"], &["phone-letters"]);
}

#[test]
fn what_a_spreadsheet_destroyed_is_not_made_up() {
    for text in ["7.9161E+10", "7,96132E+10", "+7,9E+10", "7,916Е+10", "7E+10", "7.9161234500E+9"] {
        fails(text, "phone-exponent");
    }
    fails("7,91062E+10 вечером", "phone-exponent");
    fails("7.9161E+10, 7.903E+10", "phone-exponent");
    gives("7.9161E+10 доб. 12", &[], &["phone-exponent", "phone-extension"]);
    gives("7.9161E+10 / 89037654321", &["+79037654321"], &["phone-exponent"]);
    let how = region(Region::RU);
    check_how(&KIND, &how, Raw::Number(79_161_234_567.0), &["+79161234567"], &[]);
    check_how(&KIND, &how, Raw::Number(9_161_234_567.0), &["+79161234567"], &[]);
    check_how(&KIND, &how, Raw::Number(79_161_000_000.0), &[], &["phone-exponent"]);
    check_how(&KIND, &how, Raw::Number(7.916e21), &[], &["phone-exponent"]);
    check_how(&KIND, &how, Raw::Number(0.0), &[], &["phone-only-prefix"]);
    check_how(&KIND, &how, Raw::Number(12.5), &[], &["phone-no-number"]);
    check_how(&KIND, &how, Raw::Number(f64::NAN), &[], &["phone-no-number"]);
    check_how(&KIND, &how, Raw::Date(45_292.0), &[], &["phone-no-number"]);
    check_how(&KIND, &how, Raw::Bool(true), &[], &["phone-no-number"]);
}

#[test]
fn wrong_numbers_say_what_is_wrong() {
    for (text, code) in [
        ("+7954154512", "phone-too-short"),
        ("916123456", "phone-too-short"),
        ("312-34-56", "phone-too-short"),
        ("112", "phone-too-short"),
        ("0890", "phone-too-short"),
        ("891612345678", "phone-too-long"),
        ("8 916 123 45 67 89", "phone-too-long"),
        ("+7 916 123-45-678", "phone-too-long"),
        ("89161234567890376543210", "phone-too-long"),
        ("07784 841473", "phone-invalid"),
        ("+7 216 123-45-67", "phone-invalid"),
        ("+7 930 038-00-00", "phone-invalid"),
        ("8 (000) 123-45-68", "phone-invalid"),
        ("7224508803", "phone-invalid"),
        ("916123456712", "phone-ambiguous"),
        ("998901234567", "phone-ambiguous"),
        ("+8 (495) 123-45-67", "phone-ambiguous"),
        ("спросить у мамы", "phone-no-number"),
        ("ivan@example.com", "phone-no-number"),
        ("после 18", "phone-too-short"),
    ] {
        fails(text, code);
    }
}

#[test]
fn dummies_are_no_numbers() {
    for text in [
        "89999999999",
        "80000000000",
        "+70000000000",
        "1111111",
        "1234567",
        "1234567890",
        "+7 (912) 345-67-89",
        "8 987 654 32 10",
        "+7 900 000-00-00",
        "00000",
    ] {
        fails(text, "phone-dummy");
    }
    reads("8 (495) 777-77-77", "+74957777777");
    reads("+7 916 700-00-00", "+79167000000");
}

#[test]
fn nothing_is_nothing() {
    for text in ["-", "нет", "не дает", "?", "н/д", "—"] {
        gives(text, &[], &[]);
    }
    for text in ["+7", "8", "7", "0", "+7 (___) ___-__-__"] {
        gives(text, &[], &["phone-only-prefix"]);
    }
}

#[test]
fn other_countries_are_read_too() {
    for (text, value, codes) in [
        ("+44 7911 123456", "+447911123456", &[] as &[&str]),
        ("+44 (0)20 7946 0018", "+442079460018", &[]),
        ("8 10 44 7911 123456", "+447911123456", &[]),
        ("0044 7911 123456", "+447911123456", &[]),
        ("447911123456", "+447911123456", &["phone-no-plus"]),
        ("375291234567", "+375291234567", &["phone-no-plus"]),
        ("+375 (29) 123-45-67", "+375291234567", &[]),
        ("+84 95 123 4567", "+84951234567", &[]),
        ("+7 701 123 45 67", "+77011234567", &[]),
        ("8 701 123 45 67", "+77011234567", &[]),
        ("+8 916 123-45-67", "+79161234567", &["phone-prefix"]),
        ("+7 8 916 123-45-67", "+79161234567", &["phone-prefix"]),
    ] {
        gives(text, &[value], codes);
    }
    for (at, text, value) in [
        (Region::GB, "07911 123456", "+447911123456"),
        (Region::GB, "7911123456", "+447911123456"),
        (Region::GB, "447911123456", "+447911123456"),
        (Region::US, "(212) 555-0187", "+12125550187"),
        (Region::US, "1-212-555-0187", "+12125550187"),
        (Region::US, "011 44 7911 123456", "+447911123456"),
        (Region::DE, "030 901820", "+4930901820"),
        (Region::GB, "+7 916 123-45-67", "+79161234567"),
    ] {
        check_how(&KIND, &region(at), Raw::Text(text), &[value], &[]);
    }
    check_how(&KIND, &region(Region::GB), Raw::Text("79161234567"), &[], &["phone-ambiguous"]);
}

#[test]
fn without_a_region_a_plus_is_needed() {
    check(&KIND, Raw::Text("+7 (916) 123-45-67"), &["+79161234567"], &[]);
    check(&KIND, Raw::Text("0044 7911 123456"), &["+447911123456"], &[]);
    for text in ["89161234567", "9161234567", "07911 123456"] {
        check(&KIND, Raw::Text(text), &[], &["phone-no-region"]);
    }
    check(&KIND, Raw::Text("112"), &[], &["phone-too-short"]);
}

#[test]
fn the_region_is_a_country() {
    let mut how = How::new(TODAY);
    assert!(set_region(&mut how, &Setting::Text("ru".to_owned())).is_ok());
    assert_eq!(how.region, Some(Region::RU));
    for wrong in ["Russia", "ZZ", "001", ""] {
        assert!(set_region(&mut how, &Setting::Text(wrong.to_owned())).is_err(), "{wrong}");
    }
    assert!(set_region(&mut how, &Setting::Bool(true)).is_err());
}

/// The values of a cell, each with its mark away.
fn values(text: &str, how: &How) -> Vec<String> {
    let (mut arena, mut notes) = (String::new(), Vec::new());
    parse(
        &[Input { part: None, raw: Raw::Text(&mess::clean(text)) }],
        how,
        &mut Out { text: &mut arena, mark: Some('\u{e}'), values: 0, notes: &mut notes },
    );
    crate::record::values(&arena).map(str::to_owned).collect()
}

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

proptest! {
    #[test]
    fn any_spelling_of_one_number_gives_it(
        national in "(9[0-9]{2}|495|812|343)[2-7][0-9]{6}",
        prefix in prop::sample::select(vec!["8", "7", "+7", "8 ", "+7 ", "+7-", ""]),
        gaps in prop::collection::vec(prop::sample::select(vec!["", " ", "-", "\u{a0}", "  ", ".", "\u{2011}"]), 4),
        brackets in any::<bool>(),
        wide in any::<bool>(),
    ) {
        prop_assume!(!number::is_dummy(national.as_bytes()));
        let (open, close) = if brackets { ("(", ")") } else { ("", "") };
        let [a, b, c, d] = [&national[..3], &national[3..6], &national[6..8], &national[8..]];
        let text = format!("{prefix}{}{open}{a}{close}{}{b}{}{c}{}{d}", gaps[0], gaps[1], gaps[2], gaps[3]);
        let text = if wide { full_width(&text) } else { text };
        let plan = PHONE_NUMBER_UTIL.parse(format!("+7{national}"), None);
        prop_assume!(plan.is_ok_and(|n| PHONE_NUMBER_UTIL.is_valid_number(&n)));
        prop_assume!(!number::is_dummy(format!("8{national}").as_bytes()));
        prop_assume!(!number::is_dummy(format!("7{national}").as_bytes()));
        prop_assert_eq!(values(&text, &region(Region::RU)), [format!("+7{national}")], "{}", text);
    }

    #[test]
    fn the_short_way_agrees_with_the_plan(text in "\\+?[78]?[ (]{0,2}[0-9]{2,4}[) -]{0,2}[0-9]{5,8}") {
        if let Some(mobile) = plain::mobile(&text, Some(Region::RU)) {
            let number = PHONE_NUMBER_UTIL.parse(&text, Some(Region::RU)).expect("the plan reads it");
            prop_assert!(PHONE_NUMBER_UTIL.is_valid_number(&number));
            prop_assert_eq!(number.to_string(), mobile.as_str());
        }
    }

    #[test]
    fn every_plain_mobile_is_in_the_plan(national in "9[0-9]{9}", prefix in "(\\+7|7|8)?") {
        let text = format!("{prefix}{national}");
        match plain::mobile(&text, Some(Region::RU)) {
            Some(mobile) => {
                let number = PHONE_NUMBER_UTIL.parse(&text, Some(Region::RU)).expect("the plan reads it");
                prop_assert!(PHONE_NUMBER_UTIL.is_valid_number(&number));
                prop_assert_eq!(number.to_string(), mobile.as_str());
            }
            None => prop_assert!(number::is_dummy(national.as_bytes()) || national.starts_with("9300")),
        }
    }

    #[test]
    fn canonical_numbers_stay(text in "\\+?[0-9 ()-]{7,18}", at in prop::sample::select(vec![Region::RU, Region::GB, Region::US, Region::IT, Region::KZ])) {
        for value in values(&text, &region(at)) {
            prop_assert_eq!(values(&value, &region(at)), [value.clone()]);
            prop_assert_eq!(values(&value, &How::new(TODAY)), [value]);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), other in "[0-9A-Za-zА-я+(), .;:#*/\n-]{0,40}") {
        for at in [None, Some(Region::RU), Some(Region::US)] {
            values(&text, &How { region: at, ..How::new(TODAY) });
            values(&other, &How { region: at, ..How::new(TODAY) });
        }
    }
}
