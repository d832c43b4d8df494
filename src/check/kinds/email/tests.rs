use proptest::prelude::*;

use super::*;
use crate::check::{
    kind::Note,
    testing::{TODAY, check},
};

/// One value and no finding.
#[track_caller]
fn reads(text: &str, value: &str) {
    gives(text, &[value], &[]);
}

/// No value and one finding.
#[track_caller]
fn fails(text: &str, code: &str) {
    gives(text, &[], &[code]);
}

#[track_caller]
fn gives(text: &str, values: &[&str], codes: &[&str]) {
    check(&KIND, Raw::Text(text), values, codes);
}

fn run(text: &str) -> (Vec<String>, Vec<Note>) {
    let (mut arena, mut notes) = (String::new(), Vec::new());
    let clean = mess::clean(text);
    let mut out = Out { text: &mut arena, mark: Some('\u{e}'), values: 0, notes: &mut notes };
    parse(&[Input { part: None, raw: Raw::Text(&clean) }], &How::new(TODAY), &mut out);
    (crate::record::values(&arena).map(str::to_owned).collect(), notes)
}

#[test]
fn one_spelling_each() {
    for (text, value) in [
        ("anna.petrova@example.com", "anna.petrova@example.com"),
        ("Anna.Petrova@Example.COM", "anna.petrova@example.com"),
        (" anna@example.com\u{a0}", "anna@example.com"),
        ("ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "anna@example.com"),
        ("mailto:anna@example.com", "anna@example.com"),
        ("MailTo:anna@example.com?subject=Hi", "anna@example.com"),
        ("e-mail: anna@example.com", "anna@example.com"),
        ("почта:anna@example.com", "anna@example.com"),
        ("Anna Petrova <anna@example.com>", "anna@example.com"),
        ("\"Petrova, Anna\" <anna@example.com>", "anna@example.com"),
        ("<anna@example.com>", "anna@example.com"),
        ("'anna@example.com'", "anna@example.com"),
        ("anna@example.com;", "anna@example.com"),
        ("anna@example.com,", "anna@example.com"),
        ("anna+shop@gmail.com", "anna+shop@gmail.com"),
        ("o'hara@example.com", "o'hara@example.com"),
        ("info@пример.рф", "info@пример.рф"),
        ("info@xn--e1afmkfd.xn--p1ai", "info@пример.рф"),
        ("INFO@ПРИМЕР.РФ", "info@пример.рф"),
        ("info@XN--E1AFMKFD.рф", "info@пример.рф"),
        ("anna@straße.de", "anna@straße.de"),
        ("a@b.co", "a@b.co"),
        ("test@example.com", "test@example.com"),
        ("ya@ya.ru", "ya@ya.ru"),
        ("mail@mail.example.com", "mail@mail.example.com"),
    ] {
        reads(text, value);
    }
}

#[test]
fn a_cell_may_hold_several() {
    let both = ["anna@example.com", "boris@example.org"];
    for text in [
        "anna@example.com, boris@example.org",
        "anna@example.com,boris@example.org",
        "anna@example.com;boris@example.org",
        "anna@example.com / boris@example.org",
        "anna@example.com boris@example.org",
        "anna@example.com\nboris@example.org",
        "anna@example.com и boris@example.org",
        "Anna <anna@example.com>, Boris <boris@example.org>",
    ] {
        gives(text, &both, &[]);
    }
    gives("anna@example.com, ANNA@example.com", &["anna@example.com"], &[]);
    gives("anna@example.com, boris", &["anna@example.com"], &["email-remark"]);
    gives("anna@example.com (рабочая)", &["anna@example.com"], &["email-remark"]);
    gives("Анна anna@example.com", &["anna@example.com"], &["email-remark"]);
    gives("anna@example.com, boris@example", &["anna@example.com"], &["email-no-dot"]);
}

#[test]
fn loose_dirt_is_brushed_off_and_said() {
    for text in
        ["anna @ example.com", "anna@ example.com", "anna@example.com.", "(anna@example.com).", "anna @example.com!"]
    {
        gives(text, &["anna@example.com"], &["email-tidied"]);
    }
}

#[test]
fn what_would_be_another_mailbox_is_an_error() {
    for (text, code) in [
        ("anna@gmail,com", "email-domain-broken"),
        ("ANNA@GMAIL,COM", "email-domain-broken"),
        ("anna@gmailcom", "email-domain-broken"),
        ("anna@mailru", "email-domain-broken"),
        ("anna@gmail", "email-domain-broken"),
        ("anna@shop,example.org", "email-comma"),
        ("anna,petrova@example.com", "email-comma"),
        ("anna petrova@example.com", "email-space"),
        ("anna@example. com", "email-space"),
        ("anna@@example.com", "email-two-ats"),
        ("anna@example.comboris@example.org", "email-two-ats"),
        ("anna@example", "email-no-dot"),
        ("123@123", "email-no-dot"),
        ("нет@почты", "email-no-dot"),
        ("anna.example.com", "email-no-at"),
        ("телеграм", "email-no-at"),
        ("+79161234567", "email-no-at"),
        ("@anna", "email-invalid"),
        ("anna@", "email-invalid"),
        ("anna..p@example.com", "email-invalid"),
        (".anna@example.com", "email-invalid"),
        ("anna.@example.com", "email-invalid"),
        ("anna@-example.com", "email-invalid"),
        ("anna@exa_mple.com", "email-invalid"),
        ("anna@example..com", "email-invalid"),
        ("anna@192.168.0.1", "email-invalid"),
        ("anna@example.c", "email-invalid"),
        ("\"anna\"x@example.com", "email-invalid"),
        ("no@no.no", "email-dummy"),
        ("a@a.aa", "email-dummy"),
        ("test@test.ru", "email-dummy"),
        ("123@123.ru", "email-dummy"),
        ("mail@mail.ru", "email-dummy"),
    ] {
        fails(text, code);
    }
    fails(&format!("{}@example.com", "a".repeat(65)), "email-invalid");
    fails(&format!("anna@{}example.com", "abcdefghi.".repeat(25)), "email-invalid");
    for raw in [Raw::Number(1.0), Raw::Date(45_292.0), Raw::Bool(true)] {
        check(&KIND, raw, &[], &["email-no-at"]);
    }
}

#[test]
fn letters_of_another_alphabet_are_never_swapped() {
    for text in [
        "аnna@example.com", // а
        "anna@exаmple.com", // а
        "anna@mail.сom",    // с
        "anna@mail.ру",     // ру
        "anna@example.рф",  // no Latin name lives under .рф
        "оеха@example.com", // all of it
        "anna@сосо.com",    // all of a label
        "аnna@gmail,com",   // the letters come after the comma
    ] {
        let (values, notes) = run(text);
        assert!(values.is_empty(), "{text}");
        assert!(notes.iter().any(|n| n.code == HOMOGLYPH || n.code == DOMAIN_BROKEN), "{text}");
    }
    gives("иван@example.com", &["иван@example.com"], &["email-not-latin"]);
    gives("Иван.Петров@почта.рф", &["иван.петров@почта.рф"], &["email-not-latin"]);
    gives("müller@example.de", &["müller@example.de"], &["email-not-latin"]);
}

#[test]
fn a_misspelt_provider_is_used_and_said() {
    for (text, value, hint) in [
        ("anna@gmial.com", "anna@gmial.com", "gmail.com"),
        ("anna@gmail.ru", "anna@gmail.ru", "gmail.com"),
        ("anna@yandx.ru", "anna@yandx.ru", "yandex.ru"),
        ("anna@mail.r", "anna@mail.r", "mail.ru"),
        ("anna@hotmial.com", "anna@hotmial.com", "hotmail.com"),
        ("Anna@Gmail.Con", "anna@gmail.con", "gmail.com"),
    ] {
        gives(text, &[value], &["email-domain-typo"]);
        assert_eq!(run(text).1[0].hint.as_deref(), Some(hint));
    }
    assert_eq!(run("anna@gmail,com").1[0].hint.as_deref(), Some("gmail.com"));
}

#[test]
fn nothing_is_nothing() {
    for text in ["-", "нет", "n/a", "—", "none", "не указан"] {
        gives(text, &[], &[]);
    }
}

proptest! {
    #[test]
    fn canonical_addresses_stay(text in "[a-zA-Z0-9а-яА-ЯёüßİΣς.+_-]{1,12}@[a-zA-Z0-9а-яА-ЯüßİΣς-]{1,10}\\.(com|ru|рф|Com|xn--p1ai|ком)") {
        for value in run(&text).0 {
            prop_assert_eq!(run(&value).0, [value]);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), other in "[a-zа-я0-9@., <>:;\"\n-]{0,40}") {
        for text in [text, other] {
            for value in run(&text).0 {
                prop_assert_eq!(run(&value).0, [value]);
            }
        }
    }
}
