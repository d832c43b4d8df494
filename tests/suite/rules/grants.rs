//! Grants and lapses: what may flow while nobody says no.

use super::*;

#[test]
fn a_newsletter_phone_never_reaches_the_call_centre() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|anna@example.com|8 916 111-22-33|да|2026-01-02|"]);
    callees(&mut b, &["Анна Петрова||anna@example.com|да"]);
    b.run();
    assert_eq!(b.cards("mailing"), ["email=anna@example.com name=Петрова Анна"]);
    assert_eq!(b.cards("centre"), ["name=Петрова Анна"], "no phone but one that was given for calls");
}

#[test]
fn no_grant_no_cell() {
    let mut b = bridge();
    subscribers(
        &mut b,
        &[
            "Анна Петрова|anna@example.com||да|2026-01-02|",
            "Иван Котов|ivan@example.com||нет|2026-01-02|",
            "Ольга Белова|olga@example.com|||2026-01-02|",
            "Пётр Серов|petr@example.com||может быть|2026-01-02|",
            "Яна Лисова|yana@example.com||да||",
            "Юрий Дымов|yury@example.com||да|2027-01-02|",
        ],
    );
    b.run();
    assert_eq!(b.cards("mailing"), ["email=anna@example.com name=Петрова Анна"]);
}

#[test]
fn a_lapse_stops_nobody_else() {
    let mut b = bridge();
    orders(
        &mut b,
        &[
            "Анна Петрова|8 916 111-22-33|||2019-05-01|2019-04-01",
            "Анна Петрова|8 916 111-22-33||Москва|2026-05-01|2026-04-01",
        ],
    );
    b.run();
    assert_eq!(b.cards("shop"), ["address=Москва name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_card_whose_term_is_over_goes_in_every_mode() {
    for mode in ["create", "update", "upsert", "mirror"] {
        let mut b = in_mode(mode);
        orders(&mut b, &["Анна Петрова|8 916 111-22-33|||2025-05-01|2025-04-01"]);
        b.run();
        assert_eq!(b.cards("shop").len(), usize::from(mode != "update"), "{mode}");
        b.today = day("2028-05-01");
        b.run();
        assert_eq!(b.cards("shop").len(), usize::from(mode != "update"), "{mode}: the last day");
        b.today = day("2028-05-02");
        b.run();
        assert_eq!(b.cards("shop"), NOBODY, "{mode}");
    }
}

#[test]
fn a_term_runs_out_even_when_the_row_is_gone() {
    let mut b = in_mode("upsert");
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|||2025-05-01|2025-04-01"]);
    b.run();
    orders(&mut b, &[]);
    b.run();
    for today in ["2026-11-25", "2028-05-01"] {
        assert_eq!(b.cards("shop").len(), 1, "a row that is gone is reported, not deleted");
        b.today = day(today);
        b.run();
    }
    assert_eq!(b.cards("shop").len(), 1, "the last day");
    b.today = day("2028-05-02");
    b.run();
    assert_eq!(b.cards("shop"), NOBODY);
}

#[test]
fn a_purpose_may_prohibit_another() {
    let purposes = PURPOSES.replace(
        "needs = [\"name\", \"phone\", \"address\"]",
        "needs = [\"name\", \"phone\", \"address\"]\n prohibits = [\"offers\"]",
    );
    let mut b = Bridge::new(&format!("{purposes}{LISTS}"));
    b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||||2026-04-01"]);
    b.run();
    assert_eq!(b.cards("shop").len(), 1);
    assert_eq!(b.cards("flyer"), NOBODY);
}

#[test]
fn a_date_that_decides_and_cannot_be_read_holds_the_row() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|||2025-05-01|2025-04-01"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула|31.02.2025|2025-04-01"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::GrantUnsure]);
    assert_eq!(b.cards("shop"), ["name=Петрова Анна phone=+79161112233"], "it stays as it is");
}
