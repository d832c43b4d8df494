//! Refusals: where they start, whom they reach, and what frees.

use super::*;

#[test]
fn a_withdrawal_ends_consent_and_no_contract() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|anna@example.com|8 916 111-22-33|да|2026-01-02|2026-03-01"]);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|anna@example.com|Тула||2026-04-01"]);
    b.run();
    assert_eq!(b.cards("mailing"), NOBODY);
    assert_eq!(b.cards("shop").len(), 1);
}

#[test]
fn a_yes_that_turned_into_a_no_follows_the_person() {
    let mut b = bridge();
    let second = "А. Петрова|ANNA@example.com||да|2025-06-01|";
    subscribers(&mut b, &["Анна Петрова|anna@example.com|8 916 111-22-33|да|2026-01-02|", second]);
    b.run();
    assert_eq!(b.cards("mailing").len(), 1);
    subscribers(&mut b, &["Анна Петрова|anna@example.com|8 916 111-22-33|нет|2026-01-02|", second]);
    b.run();
    assert_eq!(b.cards("mailing"), NOBODY, "the other row of hers is refused too");
    subscribers(&mut b, &[second]);
    b.run();
    assert_eq!(b.cards("mailing"), NOBODY, "also after the row that said no is gone");
}

#[test]
fn a_no_that_never_was_a_yes_is_no_refusal() {
    let mut b = bridge();
    let yes = "Анна Петрова|anna@example.com||да|2025-06-01|";
    let no = "Анна Петрова|anna@example.com||нет|2026-01-02|";
    // Neither a row that goes nor one that comes turns a yes of hers into a no.
    for (today, rows) in [("24", &[no, yes][..]), ("25", &[no, yes]), ("26", &[no]), ("27", &[yes]), ("28", &[yes, no])]
    {
        b.today = day(&format!("2026-11-{today}"));
        subscribers(&mut b, rows);
        b.run();
        assert_eq!(b.cards("mailing").len(), usize::from(rows.contains(&yes)), "{today}");
    }
}

#[test]
fn a_no_counts_from_its_date_where_it_can_be_one() {
    // The date beside the no; another consent of hers, and whether that is later.
    for (date, other, expected) in [
        ("2026-02-01", "2026-03-01", 1),
        ("2026-02-01", "2026-02-01", 0),
        ("", "2026-03-01", 0),
        ("2025-12-01", "2026-03-01", 0),
        ("2027-01-01", "2026-12-01", 1),
        ("", "2026-12-01", 1),
    ] {
        let mut b = bridge();
        subscribers(&mut b, &["Анна Петрова|anna@example.com|8 916 111-22-33|да|2026-01-02|"]);
        b.run();
        let no = format!("Анна Петрова|anna@example.com|8 916 111-22-33|нет|{date}|");
        subscribers(&mut b, &[&no]);
        b.run();
        assert_eq!(b.cards("mailing"), NOBODY);
        b.today = day("2026-12-24");
        subscribers(&mut b, &[&no, &format!("Анна Петрова|anna@example.com||да|{other}|")]);
        b.run();
        assert_eq!(b.cards("mailing").len(), expected, "{date} {other}");
    }
}

#[test]
fn only_a_plain_no_in_the_cell_of_withdrawals_is_none() {
    for (left, expected) in [("", 1), ("нет", 1), ("No", 1), ("да", 0), ("звонил, хватит", 0), ("2027-05-01", 0)]
    {
        let mut b = bridge();
        let row = format!("Анна Петрова|anna@example.com||да|2026-01-02|{left}");
        subscribers(&mut b, &[&row]);
        b.run();
        assert_eq!(b.cards("mailing").len(), expected, "{left}");
        b.today = day("2026-12-24");
        subscribers(&mut b, &[&row, "Анна Петрова|anna@example.com||да|2026-12-20|"]);
        b.run();
        assert_eq!(b.cards("mailing").len(), 1, "{left}: a later consent frees, whatever date is to come");
    }
}

#[test]
fn of_several_refusals_the_latest_counts_and_is_remembered() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-04-01|"]);
    let (early, late) = ("|anna@example.com||2026-03-01", "|anna@example.com||2026-05-01");
    stops(&mut b, &[early]);
    b.run();
    assert_eq!(b.cards("mailing").len(), 1, "she agreed later");
    for list in [&[early, late][..], &[late, early], &[early], &[]] {
        stops(&mut b, list);
        b.run();
        assert_eq!(b.cards("mailing"), NOBODY, "{list:?}");
    }
}

#[test]
fn a_freed_row_hands_no_refusal_on() {
    // Her consent, the day of the refusal, and whether the row that only hers links to it is reached.
    for (hers, refused, is_reached) in [
        ("да|2026-06-01|", "2026-05-01", false),
        ("да|2026-05-01|", "2026-05-01", true),
        ("нет|2026-06-01|", "2026-05-01", true),
        ("да|2026-06-01|2026-05-15", "2026-05-20", true),
    ] {
        let mut b = bridge();
        let other = "Анна Петрова|other@example.com|8 916 111-22-33|да|2026-05-17|";
        let other = if refused == "2026-05-01" { other.replace("2026-05-17", "2026-01-02") } else { other.into() };
        subscribers(&mut b, &[&format!("Анна Петрова|anna@example.com|8 916 111-22-33|{hers}"), &other]);
        stops(&mut b, &[&format!("|anna@example.com||{refused}")]);
        b.run();
        let is_there = b.cards("mailing").iter().any(|c| c.contains("other@"));
        assert_eq!(is_there, !is_reached, "{hers} {refused}: {:?}", b.cards("mailing"));
    }
}

#[test]
fn a_list_of_refusals_ends_consent_and_interest() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||2026-04-01"]);
    callees(&mut b, &["Анна Петрова|+7 (916) 111 22 33||да"]);
    stops(&mut b, &["||89161112233|2026-05-01"]);
    b.run();
    assert_eq!(b.cards("centre"), NOBODY);
    assert_eq!(b.cards("flyer"), NOBODY);
    assert_eq!(b.cards("shop").len(), 1);
}

#[test]
fn every_spelling_of_a_refused_value_is_refused() {
    for spelling in
        ["8 (916) 111-22-33", "+79161112233", "７９１６１１１２２３３", "9161112233", "тел. 8-916-111-22-33"]
    {
        let mut b = bridge();
        callees(&mut b, &[&format!("Анна Петрова|{spelling}||да")]);
        stops(&mut b, &["||8 916 111 22 33|"]);
        b.run();
        assert_eq!(b.cards("centre"), NOBODY, "{spelling}");
    }
    for spelling in ["ANNA@Example.COM", "anna@example.com;", " anna @ example.com"] {
        let mut b = bridge();
        subscribers(&mut b, &[&format!("Анна Петрова|{spelling}||да|2026-01-02|")]);
        stops(&mut b, &["|Anna@example.com||"]);
        b.run();
        assert_eq!(b.cards("mailing"), NOBODY, "{spelling}");
    }
}

#[test]
fn only_a_later_grant_frees_and_only_its_row_and_purpose() {
    for (on, expected) in [("2026-05-02", 1), ("2026-05-01", 0), ("2026-04-30", 0)] {
        let mut b = bridge();
        let old = "Анна Петрова|anna@example.com|8 916 111-22-33|да|2025-01-02|";
        subscribers(&mut b, &[old, &format!("Анна Петрова|anna@example.com||да|{on}|")]);
        callees(&mut b, &["Анна Петрова|8 916 111-22-33||да"]);
        stops(&mut b, &["|anna@example.com||2026-05-01"]);
        b.run();
        assert_eq!(b.cards("mailing").len(), expected, "{on}");
        assert_eq!(b.cards("centre"), NOBODY, "{on}: calls were not agreed to anew");
    }
}

#[test]
fn an_undated_withdrawal_stands_whatever_the_consent_beside_it_says() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-01-02|да"]);
    b.run();
    b.today = day("2026-12-24");
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-12-20|да"]);
    b.run();
    assert_eq!(b.cards("mailing"), NOBODY);
    subscribers(
        &mut b,
        &["Анна Петрова|anna@example.com||да|2026-12-20|да", "Анна Петрова|anna@example.com||да|2026-12-21|"],
    );
    b.run();
    assert_eq!(b.cards("mailing").len(), 1, "it counts from the day on which it was first seen");
}

#[test]
fn a_consent_renewed_beside_a_dated_withdrawal_frees_its_row() {
    for (on, expected) in [("2026-06-01", 1), ("2026-03-01", 0)] {
        let mut b = bridge();
        subscribers(&mut b, &[&format!("Анна Петрова|anna@example.com||да|{on}|2026-03-01")]);
        b.run();
        assert_eq!(b.cards("mailing").len(), expected, "{on}");
        assert!(b.cards("mailing").iter().all(|c| c.contains("anna@example.com")));
    }
}

#[test]
fn a_remembered_consent_frees_no_row_that_says_no_now() {
    for (agreed, on) in [("нет", "2026-06-01"), ("", ""), ("не знаю", "2026-06-01")] {
        let mut b = bridge();
        subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-06-01|"]);
        b.run();
        assert_eq!(b.cards("mailing").len(), 1);
        subscribers(&mut b, &[&format!("Анна Петрова|anna@example.com||{agreed}|{on}|2026-03-01")]);
        b.run();
        assert_eq!(b.cards("mailing"), NOBODY, "{agreed}");
    }
}

#[test]
fn a_no_that_was_a_yes_passes_the_guard() {
    let mut b = bridge();
    b.guard = 10;
    let people = |says: &str| -> Vec<String> {
        (0..20).map(|n| format!("Анна Петрова|anna{n}@example.com||{says}|2026-01-02|")).collect()
    };
    subscribers(&mut b, &as_lines(&people("да")));
    b.run();
    assert_eq!(b.cards("mailing").len(), 20);
    subscribers(&mut b, &as_lines(&people("нет")));
    let report = b.run();
    assert_eq!((stopped(&report, "mailing"), b.cards("mailing").len()), (vec![], 0));
}

#[test]
fn a_household_phone_refuses_nobody_but_the_one_who_is_named() {
    let family = ["Анна Петрова|8 916 111-22-33||да", "Иван Котов|8 916 111-22-33|ivan@example.com|да"];
    let mut b = bridge();
    callees(&mut b, &family);
    stops(&mut b, &["||8 916 111-22-33|"]);
    let report = b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван", "name=Петрова Анна"], "the value is blocked for both");
    assert_eq!(questions(&report), [Code::new("refusal-several-people")]);
    assert_eq!(report.exit(), EXIT_NEW);
    assert_eq!(b.run().exit(), EXIT_OK, "a question that is known is counted, not new");

    let mut b = bridge();
    let with_mail = ["Анна Петрова|8 916 111-22-33|anna@example.com|да", family[1]];
    callees(&mut b, &with_mail);
    subscribers(
        &mut b,
        &["Анна Петрова|anna@example.com||да|2026-01-02|", "Иван Котов|ivan@example.com||да|2026-01-02|"],
    );
    stops(&mut b, &["Петрова Анна||8 916 111-22-33|"]);
    b.run();
    assert_eq!(b.cards("mailing"), ["email=ivan@example.com name=Котов Иван"], "her mail too, and not his");
    assert_eq!(b.cards("centre"), ["name=Котов Иван"], "the value is blocked for him");
    stops(&mut b, &[]);
    b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван"], "and stays so");
    stops(&mut b, &["|||2026-05-01"]);
    assert_eq!(questions(&b.run()), [Code::new("refusal-names-nobody")]);
}

const DOCUMENTS: &str = r#"
    snils = "snils"
    inn = "inn"
    [purposes.calls]
    title = "Call"
    basis = "consent"
    needs = ["name", "phone"]
    keep = "until withdrawn"
    [sources.callees]
    path = "callees.csv"
    columns = { name = "name", phone = "phone", snils = "snils", birth = "birth", inn = "inn" }
    [sources.callees.consent.calls]
    given = "agreed"
    [sources.stops]
    path = "stops.csv"
    refuses = "all"
    columns = { name = "name", birth = "birth", snils = "snils", inn = "inn" }
    [destinations.centre]
    path = "centre.db"
    purposes = ["calls"]
"#;

#[test]
fn a_person_is_reached_by_document_and_by_name_with_birth_date() {
    for (stop, expected) in [
        ("||112-233-445 95|", 1),
        ("Петрова Анна|1990-02-01||", 1),
        ("Петрова Анна|1985-02-01||", 2),
        ("|||7707083893", 2),
    ] {
        let mut b = Bridge::new(DOCUMENTS);
        b.list(
            "callees",
            &[
                "name|phone|snils|agreed|birth|inn",
                "Анна Петрова|8 916 111-22-33|112-233-445 95|да|1990-02-01|7707083893",
                "Иван Котов|8 916 555-66-77||да|1990-02-01|7707083893",
            ],
        );
        b.list("stops", &["name|birth|snils|inn", stop]);
        b.run();
        assert_eq!(b.cards("centre").len(), expected, "{stop}: {:?}", b.cards("centre"));
    }
}

#[test]
fn the_name_in_a_list_of_refusals_makes_nothing_shared() {
    for (name, expected) in [("Иван Котов", 0), ("А. Петрова", 0)] {
        let mut b = bridge();
        callees(&mut b, &["Анна Петрова|8 916 111-22-33||да", "А. Петрова|8 916 111-22-33||да"]);
        stops(&mut b, &[&format!("{name}||8 916 111-22-33|")]);
        b.run();
        assert_eq!(b.cards("centre").len(), expected, "{name}");
    }
}

#[test]
fn a_withdrawal_reaches_her_other_rows_by_a_shared_phone_and_her_name() {
    let mut b = bridge();
    subscribers(
        &mut b,
        &[
            "Анна Петрова|anna@example.com|8 916 111-22-33|да|2026-01-02|2026-03-01",
            "Петрова Анна|other@example.com|8 916 111-22-33|да|2026-01-02|",
            "Иван Котов|ivan@example.com|8 916 111-22-33|да|2026-01-02|",
        ],
    );
    let report = b.run();
    assert_eq!(b.cards("mailing"), ["email=ivan@example.com name=Котов Иван"]);
    assert_eq!((report.refusals.own, report.refusals.by_value, report.refusals.by_link), (1, 0, 1));
}

#[test]
fn a_withdrawn_address_is_blocked_for_whoever_has_it_later() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-01-02|2026-03-01"]);
    b.run();
    subscribers(&mut b, &["Иван Котов|anna@example.com||да|2026-01-02|"]);
    b.run();
    assert_eq!(b.cards("mailing"), NOBODY);

    let family = ["Анна Петрова|x@example.com||да|2026-01-02|", "Иван Котов|x@example.com||да|2026-01-02|"];
    let mut b = bridge();
    subscribers(&mut b, &[family[0], family[1], "|x@example.com||да|2026-01-02|2026-03-01"]);
    b.run();
    assert!(!b.cards("mailing").concat().contains("x@"), "nobody can say whose it is: {:?}", b.cards("mailing"));
}

#[test]
fn a_role_address_reaches_no_colleague() {
    let mut b = bridge();
    subscribers(
        &mut b,
        &["Анна Петрова|info@firm.example||да|2026-01-02|2026-02-02", "Иван Котов|info@firm.example||да|2026-01-02|"],
    );
    b.run();
    assert_eq!(b.cards("mailing"), ["email=info@firm.example name=Котов Иван"]);
}

#[test]
fn what_a_refusal_reached_stays_refused_when_the_link_is_gone() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|anna@example.com|||2026-04-01"]);
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да"]);
    stops(&mut b, &["|anna@example.com||2026-03-01"]);
    b.run();
    assert_eq!(b.cards("centre"), NOBODY, "her order links the two: it is later, but granted no calls");
    orders(&mut b, &[]);
    stops(&mut b, &[]);
    b.run();
    assert_eq!(b.cards("centre"), NOBODY);
    assert_eq!(b.run().refusals.own, 0);
}

#[test]
fn somebody_else_who_shares_a_value_later_brings_nobody_back() {
    let mut b = bridge();
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да"]);
    stops(&mut b, &["||8 916 111-22-33|2026-05-01"]);
    b.run();
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да", "Иван Котов|8 916 111-22-33||да"]);
    stops(&mut b, &[]);
    b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван"], "the number stays blocked, and she refused");
}

#[test]
fn a_refused_survivor_leaves_a_blank() {
    let mut b = bridge();
    callees(
        &mut b,
        &["Анна Петрова|8 916 111-22-33|anna@example.com|да", "Анна Петрова|8 916 999-88-77|anna@example.com|да"],
    );
    let before = {
        b.run();
        b.cards("centre")
    };
    assert_eq!(before.len(), 2, "calls don't see the e-mail that links the two");
    stops(&mut b, &["||8 916 111-22-33|2026-05-01"]);
    b.run();
    assert_eq!(b.cards("centre"), NOBODY, "rights do");
}
