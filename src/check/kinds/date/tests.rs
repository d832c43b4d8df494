use proptest::prelude::*;

use super::*;
use crate::check::{
    kind::Guess,
    testing::{TODAY, check, check_how},
};

fn order(order: DateOrder) -> How {
    How { order, ..How::new(TODAY) }
}

fn birth() -> How {
    How { birth: true, ..How::new(TODAY) }
}

#[test]
fn dates_are_read_as_people_type_them() {
    for (text, date) in [
        ("2024-03-01", "2024-03-01"),
        ("2024-03-01 10:22:33", "2024-03-01"),
        ("1979-07-28 00:00:00", "1979-07-28"),
        ("2024-03-01T10:22:33Z", "2024-03-01"),
        ("2024-03-01T23:59:59.123+03:00", "2024-03-01"),
        ("2024/3/1", "2024-03-01"),
        ("2024.03.01", "2024-03-01"),
        ("01.03.2024", "2024-03-01"),
        ("1.3.2024", "2024-03-01"),
        ("31.12.2024", "2024-12-31"),
        ("01.03.2024 г.", "2024-03-01"),
        ("01.03.2024г", "2024-03-01"),
        ("01.03.2024 10:30", "2024-03-01"),
        ("01.03.2024, 10:30", "2024-03-01"),
        ("01.03.2024 в 9:05", "2024-03-01"),
        ("01\u{a0}.03.2024", "2024-03-01"),
        ("０１．０３．２０２４", "2024-03-01"),
        ("1 марта 2024 г.", "2024-03-01"),
        ("«1» марта 2024 года", "2024-03-01"),
        ("9 июня 1988", "1988-06-09"),
        ("9 ИЮН 1988", "1988-06-09"),
        ("1-го мая 2024", "2024-05-01"),
        ("пятница, 1 марта 2024", "2024-03-01"),
        ("March 1, 2024", "2024-03-01"),
        ("1 Mar 2024", "2024-03-01"),
        ("1-Mar-2024", "2024-03-01"),
        ("1st March 2024", "2024-03-01"),
        ("Fri, March 1st, 2024", "2024-03-01"),
        ("4 Sept 1994", "1994-09-04"),
        ("2024 March 1", "2024-03-01"),
        ("25/12/2024", "2024-12-25"),
        ("12/25/2024", "2024-12-25"),
        ("05/05/2024", "2024-05-05"),
        ("20240301", "2024-03-01"),
        ("25122024", "2024-12-25"),
        ("29.02.2024", "2024-02-29"),
    ] {
        check(&KIND, Raw::Text(text), &[date], &[]);
    }
}

#[test]
fn what_is_not_a_whole_date_is_not_made_one() {
    for (text, code) in [
        ("1962", "date-partial"),
        ("07.02", "date-partial"),
        ("13/02", "date-partial"),
        ("03.2024", "date-partial"),
        ("2024-03", "date-partial"),
        ("март 2024", "date-partial"),
        ("1 марта", "date-partial"),
        ("1962.0", "date-partial"),
        ("01/02/2024", "date-ambiguous"),
        ("1-2-2024", "date-ambiguous"),
        ("01 02 2024", "date-ambiguous"),
        ("24-03-01", "date-ambiguous"),
        ("31.02.2024", "date-impossible"),
        ("29.02.2023", "date-impossible"),
        ("2024-02-30", "date-impossible"),
        ("2024-13-01", "date-impossible"),
        ("32.01.2024", "date-impossible"),
        ("25/13/2024", "date-impossible"),
        ("31 июня 2024", "date-impossible"),
        ("12.31.2024", "date-contradicts-order"),
        ("00.00.0000", "date-dummy"),
        ("0000-00-00", "date-dummy"),
        ("0000-00-00 00:00:00", "date-dummy"),
        ("01.01.1900", "date-dummy"),
        ("1970-01-01", "date-dummy"),
        ("11.11.1111", "date-dummy"),
        ("9999-12-31", "date-dummy"),
        ("12.03.0985", "date-out-of-range"),
        ("12.03.2985", "date-out-of-range"),
        ("01.02.2024-05.02.2024", "date-unreadable"),
        ("01.02.2024 оплата", "date-unreadable"),
        ("весной", "date-unreadable"),
        ("в понедельник", "date-unreadable"),
        ("12", "date-unreadable"),
        ("89161234567", "date-unreadable"),
        ("10:30", "date-unreadable"),
        ("12.03.985", "date-unreadable"),
    ] {
        check(&KIND, Raw::Text(text), &[], &[code]);
    }
    for text in ["-", "нет", "__.__.____", "н/д", "не знаю"] {
        check(&KIND, Raw::Text(text), &[], &[]);
    }
}

#[test]
fn a_known_order_decides_and_is_never_bent() {
    let (dmy, mdy, ymd) = (order(DateOrder::Dmy), order(DateOrder::Mdy), order(DateOrder::Ymd));
    check_how(&KIND, &dmy, Raw::Text("01/02/2024"), &["2024-02-01"], &[]);
    check_how(&KIND, &mdy, Raw::Text("01/02/2024"), &["2024-01-02"], &[]);
    check_how(&KIND, &dmy, Raw::Text("12/25/2024"), &[], &["date-contradicts-order"]);
    check_how(&KIND, &mdy, Raw::Text("25/12/2024"), &[], &["date-contradicts-order"]);
    check_how(&KIND, &mdy, Raw::Text("25.12.2024"), &[], &["date-contradicts-order"]);
    check_how(&KIND, &mdy, Raw::Text("12.25.2024"), &["2024-12-25"], &[]);
    check_how(&KIND, &mdy, Raw::Text("01.02.2024"), &[], &["date-ambiguous"]);
    check_how(&KIND, &dmy, Raw::Text("12/45/2024"), &[], &["date-impossible"]);
    check_how(&KIND, &ymd, Raw::Text("24-03-01"), &["2024-03-01"], &["date-two-digit-year"]);
    check_how(&KIND, &ymd, Raw::Text("01.02.2024"), &["2024-02-01"], &[]);
    for how in [dmy, mdy, ymd] {
        check_how(&KIND, &how, Raw::Text("2024-02-01"), &["2024-02-01"], &[]);
    }
}

#[test]
fn two_digits_of_a_year_are_completed_and_said() {
    let note = &["date-two-digit-year"];
    for (text, date) in [
        ("01.12.87", "1987-12-01"),
        ("01.12.68", "2068-12-01"),
        ("01.12.69", "1969-12-01"),
        ("1 марта 24", "2024-03-01"),
        ("26/10/99", "1999-10-26"),
        ("99-12-31", "1999-12-31"),
    ] {
        check(&KIND, Raw::Text(text), &[date], note);
    }
    for (text, date) in
        [("01.12.68", "1968-12-01"), ("19.11.06", "2006-11-19"), ("24.11.26", "2026-11-24"), ("25.11.26", "1926-11-25")]
    {
        check_how(&KIND, &birth(), Raw::Text(text), &[date], note);
    }
    check_how(&KIND, &birth(), Raw::Text("29.02.96"), &["1996-02-29"], note);
}

#[test]
fn a_birth_is_past_and_not_too_long_ago() {
    for (text, code) in [
        ("25.11.2026", "date-future"),
        ("12.03.2062", "date-future"),
        ("12.03.1901", "date-out-of-range"),
        ("01.01.1970", "date-dummy"),
        ("01.01.1900", "date-dummy"),
        ("1962", "date-partial"),
    ] {
        check_how(&KIND, &birth(), Raw::Text(text), &[], &[code]);
    }
    check_how(&KIND, &birth(), Raw::Text("24.11.2026"), &["2026-11-24"], &[]);
    check(&KIND, Raw::Text("12.03.2062"), &["2062-03-12"], &[]);
}

#[test]
fn serial_numbers_are_dates_when_they_can_be() {
    let note = &["date-serial"];
    check(&KIND, Raw::Date(45_292.0), &["2024-01-01"], &[]);
    check(&KIND, Raw::Date(45_292.99), &["2024-01-01"], &[]);
    check(&KIND, Raw::Date(0.5), &[], &["date-partial"]);
    check(&KIND, Raw::Date(1.0), &[], &["date-dummy"]);
    check(&KIND, Raw::Date(f64::NAN), &[], &["date-out-of-range"]);
    check(&KIND, Raw::Date(1e300), &[], &["date-out-of-range"]);
    check(&KIND, Raw::Number(31_195.0), &["1985-05-28"], note);
    check(&KIND, Raw::Number(45_292.5), &["2024-01-01"], note);
    check(&KIND, Raw::Number(1962.0), &[], &["date-partial"]);
    check(&KIND, Raw::Number(7.02), &[], &["date-partial"]);
    check(&KIND, Raw::Number(0.25), &[], &["date-unreadable"]);
    check(&KIND, Raw::Number(-5.0), &[], &["date-unreadable"]);
    check(&KIND, Raw::Number(f64::INFINITY), &[], &["date-unreadable"]);
    check(&KIND, Raw::Number(20_240_301.0), &["2024-03-01"], &[]);
    check(&KIND, Raw::Bool(true), &[], &["date-unreadable"]);
    check(&KIND, Raw::Text("31195"), &["1985-05-28"], note);
    check(&KIND, Raw::Text("31195.0"), &["1985-05-28"], note);
    check(&KIND, Raw::Text("99999"), &[], &["date-unreadable"]);
    check_how(&KIND, &birth(), Raw::Text("58000"), &[], &["date-future"]);
}

#[test]
fn a_column_tells_its_order() {
    let guess = |texts: &[&str]| guess::order(&mut texts.iter().map(|t| Raw::Text(t)));
    assert_eq!(guess(&["01/02/2024", "25/12/2024", ""]), Guess::Value("dmy"));
    assert_eq!(guess(&["01/02/2024", "12/25/2024 10:30", "x"]), Guess::Value("mdy"));
    assert_eq!(guess(&["12/25/2024", "31.12.2024"]), Guess::Contradiction);
    assert_eq!(guess(&["01.02.2024", "2024-12-25", "25 Dec 2024", "1/2/24"]), Guess::Nothing);
    assert_eq!(guess(&["99-12-31"]), Guess::Value("ymd"));
    assert_eq!(guess::order(&mut [Raw::Date(45_292.0), Raw::Blank].into_iter()), Guess::Nothing);
}

#[test]
fn a_serial_in_a_text_field_keeps_its_time() {
    for (serial, text) in [
        (45_292.0, "2024-01-01"),
        (45_292.5, "2024-01-01 12:00"),
        (45_292.432_291_67, "2024-01-01 10:22:30"),
        (45_292.999_999, "2024-01-02"),
        (0.4375, "10:30"),
        (0.0, "1899-12-30"),
        (f64::NAN, ""),
        (1e18, ""),
    ] {
        let mut out = String::new();
        write_serial(serial, &mut out);
        assert_eq!(out, text, "{serial}");
    }
}

fn run(raw: Raw<'_>, how: &How) -> Option<String> {
    let (mut arena, mut notes) = (String::new(), Vec::new());
    parse(&[Input { part: None, raw }], how, &mut Out { text: &mut arena, mark: None, values: 0, notes: &mut notes });
    (!arena.is_empty()).then_some(arena)
}

proptest! {
    #[test]
    fn every_spelling_of_a_day_gives_it(days in 1_i32..73_000) {
        let serial = f64::from(days + 2101);
        let date = serial_date(serial).expect("in the calendar");
        prop_assume!(is_plausible(date) && !is_dummy(date));
        let (y, m, d) = (date.year(), date.month(), date.day());
        for text in [format!("{y}-{m:02}-{d:02}"), format!("{d}.{m}.{y}"), format!("{d:02}.{m:02}.{y} 10:30"), format!("{y}/{m}/{d}")] {
            prop_assert_eq!(run(Raw::Text(&text), &How::new(TODAY)), Some(date.to_string()));
        }
        prop_assert_eq!(run(Raw::Date(serial), &How::new(TODAY)), Some(date.to_string()));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), other in "[0-9 ./:маяMar-]{0,14}", n in any::<f64>()) {
        for how in [How::new(TODAY), birth(), order(DateOrder::Ymd), order(DateOrder::Mdy)] {
            for raw in [Raw::Text(mess::clean(&text).as_ref()), Raw::Text(other.trim()), Raw::Number(n), Raw::Date(n)] {
                if let Some(date) = run(raw, &how) {
                    prop_assert_eq!(run(Raw::Text(&date), &how), Some(date.clone()));
                }
            }
        }
    }
}
