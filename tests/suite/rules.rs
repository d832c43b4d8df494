//! The cases of DESIGN sections 2, 3 and 6, two to four rows each.

use sheetbridge::{
    finding::Code,
    plan::{Stop, Waits},
    report::{EXIT_FAILED, EXIT_NEW, EXIT_OK, Report},
    resolve::Why,
};

use crate::bridge::{Bridge, day};

const PURPOSES: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone", "address"]
    required = ["phone"]
    keep = { for = "3 years", after = "done" }
    [purposes.newsletter]
    title = "Write"
    basis = "consent"
    needs = ["name", "email"]
    keep = "until withdrawn"
    [purposes.calls]
    title = "Call"
    basis = "consent"
    needs = ["name", "phone"]
    keep = "until withdrawn"
    [purposes.offers]
    title = "Offer"
    basis = "legitimate_interest"
    needs = ["name", "phone"]
    keep = "until withdrawn"
"#;

const LISTS: &str = r#"
    [sources.orders]
    path = "orders.csv"
    dated = "day"
    purposes = ["orders", "offers"]
    columns = { name = "name", phone = "phone", email = "email", address = "address", done = "done" }
    [sources.subscribers]
    path = "subscribers.csv"
    columns = { name = "name", email = "email", phone = "phone" }
    [sources.subscribers.consent.newsletter]
    given = "agreed"
    date = "on"
    withdrawn = "left"
    [sources.callees]
    path = "callees.csv"
    columns = { name = "name", phone = "phone", email = "email" }
    [sources.callees.consent.calls]
    given = "agreed"
    [sources.stops]
    path = "stops.csv"
    dated = "day"
    refuses = "all"
    columns = { name = "name", email = "email", phone = "phone" }
    [destinations.shop]
    path = "shop.db"
    purposes = ["orders"]
    [destinations.mailing]
    path = "mailing.db"
    purposes = ["newsletter"]
    [destinations.centre]
    path = "centre.db"
    purposes = ["calls"]
    [destinations.flyer]
    path = "flyer.db"
    purposes = ["offers"]
"#;

const ORDERS: &str = "name|phone|email|address|done|day";
const SUBSCRIBERS: &str = "name|email|phone|agreed|on|left";
const CALLEES: &str = "name|phone|email|agreed";
const STOPS: &str = "name|email|phone|day";

fn bridge_of(lists: &str) -> Bridge {
    let mut bridge = Bridge::new(&format!("{PURPOSES}{lists}"));
    bridge.list("orders", &[ORDERS]).list("subscribers", &[SUBSCRIBERS]);
    bridge.list("callees", &[CALLEES]).list("stops", &[STOPS]);
    bridge
}

fn bridge() -> Bridge {
    bridge_of(LISTS)
}

/// The bridge whose route of that name only adds and changes.
fn in_upsert(route: &str) -> Bridge {
    let place = format!("path = \"{route}.db\"");
    bridge_of(&LISTS.replace(&place, &format!("{place}\n mode = \"upsert\"")))
}

/// The orders' bridge with another mode.
fn in_mode(mode: &str) -> Bridge {
    bridge_of(&LISTS.replace("path = \"shop.db\"", &format!("path = \"shop.db\"\n mode = \"{mode}\"")))
}

fn orders(b: &mut Bridge, rows: &[&str]) {
    b.list("orders", &[&[ORDERS], rows].concat());
}

fn subscribers(b: &mut Bridge, rows: &[&str]) {
    b.list("subscribers", &[&[SUBSCRIBERS], rows].concat());
}

fn callees(b: &mut Bridge, rows: &[&str]) {
    b.list("callees", &[&[CALLEES], rows].concat());
}

fn stops(b: &mut Bridge, rows: &[&str]) {
    b.list("stops", &[&[STOPS], rows].concat());
}

fn waits(report: &Report, route: &str) -> Vec<Waits> {
    let route = report.routes.iter().find(|r| r.name == route).expect("a route");
    route.items.iter().map(|i| i.why).collect()
}

fn stopped(report: &Report, route: &str) -> Vec<Stop> {
    report.routes.iter().find(|r| r.name == route).expect("a route").stops.clone()
}

fn questions(report: &Report) -> Vec<Code> {
    report.questions.iter().map(|(q, _)| q.code).collect()
}

const NOBODY: [&str; 0] = [];

// ---- grants and lapses ----

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

// ---- refusals ----

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

/// Calls that are of no use without a phone, and a family that shares one.
fn family(rows: &[&str]) -> Bridge {
    let calls = "title = \"Call\"\n    basis = \"consent\"\n    needs = [\"name\", \"phone\"]";
    let text = PURPOSES.replace(calls, &format!("{calls}\n    required = [\"phone\"]"));
    assert_ne!(text, PURPOSES);
    let mut b = Bridge::new(&format!("{text}{LISTS}"));
    b.list("orders", &[ORDERS]).list("subscribers", &[SUBSCRIBERS]).list("stops", &[STOPS]);
    callees(&mut b, rows);
    b
}

#[test]
fn who_lost_what_is_required_is_not_created_and_a_card_only_loses() {
    let rows = ["Анна Петрова|8 916 111-22-33||да", "Иван Котов|8 916 111-22-33||да"];
    let mut b = family(&rows);
    stops(&mut b, &["||8 916 111-22-33|"]);
    b.run();
    assert_eq!(b.cards("centre"), NOBODY);

    let mut b = family(&rows);
    b.run();
    assert_eq!(b.cards("centre").len(), 2);
    stops(&mut b, &["||8 916 111-22-33|"]);
    b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван", "name=Петрова Анна"]);
}

#[test]
fn of_two_phones_a_refusal_takes_one_and_leaves_the_other() {
    let mut b = family(&["Анна Петрова|8 916 111-22-33, 8 916 444-55-66||да", "Иван Котов|8 916 111-22-33||да"]);
    stops(&mut b, &["||8 916 111-22-33|"]);
    b.run();
    assert_eq!(b.cards("centre"), ["name=Петрова Анна phone=+79164445566"]);
}

const SHARED: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone", "address"]
    keep = { for = "3 years", after = "done" }
    channels = ["call"]
    compatible_with = { newsletter = "one shop, one card: asked and answered on paper" }
    [purposes.newsletter]
    title = "Write"
    basis = "consent"
    needs = ["name", "email", "phone"]
    keep = "until withdrawn"
    channels = ["email", "call"]
    [sources.list]
    path = "list.csv"
    purposes = ["orders"]
    dated = "day"
    columns = { name = "name", phone = "phone", email = "email", address = "address", done = "done" }
    [sources.list.consent.newsletter]
    given = "agreed"
    withdrawn = "left"
    [destinations.crm]
    path = "crm.db"
    mode = "upsert"
    purposes = ["orders", "newsletter"]
"#;

const LIST: &str = "name|phone|email|address|done|day|agreed|left";

#[test]
fn on_a_shared_card_a_refusal_takes_what_only_its_purpose_carries() {
    let mut b = Bridge::new(SHARED);
    b.list("list", &[LIST, "Анна Петрова|8 916 111-22-33|anna@example.com|Тула||2026-04-01|да|"]);
    b.run();
    let yes = "address=Тула email=anna@example.com may_call_newsletter=true may_call_orders=true \
               may_email_newsletter=true name=Петрова Анна phone=+79161112233";
    assert_eq!(b.cards("crm"), [yes]);
    b.list("list", &[LIST, "Анна Петрова|8 916 111-22-33|anna@example.com|Тула||2026-04-01|да|01.05.2026"]);
    b.run();
    let left = "address=Тула may_call_newsletter=false may_call_orders=true may_email_newsletter=false \
                name=Петрова Анна phone=+79161112233";
    assert_eq!(b.cards("crm"), [left]);
}

/// The e-mail that the newsletter can't do without is closed, and the order still needs the card.
#[test]
fn on_a_shared_card_one_purpose_may_lack_what_it_requires() {
    let required = "needs = [\"name\", \"email\", \"phone\"]";
    let stops = "[sources.stops]\n path = \"stops.csv\"\n refuses = \"all\"\n columns = { email = \"email\" }\n";
    let text = SHARED.replace(required, &format!("{required}\n required = [\"email\"]")) + stops;
    let mut b = Bridge::new(&text);
    let rows = |town: &str| {
        let anna = format!("Анна Петрова|8 916 111-22-33|family@example.com|{town}||2026-04-01|да|");
        [LIST.to_owned(), anna, "Иван Котов|8 916 555-66-77|family@example.com|||2026-04-01|да|".to_owned()]
    };
    b.list("stops", &["email", "family@example.com"]);
    for town in ["Тула", "Омск"] {
        b.list("list", &rows(town).each_ref().map(String::as_str)).run();
        let cards = b.cards("crm");
        assert!(cards[0].starts_with(&format!("address={town} ")) && !cards[0].contains("email="), "{cards:?}");
    }
}

#[test]
fn a_flag_says_yes_only_if_every_value_carries_the_purpose() {
    let mut b = Bridge::new(SHARED);
    b.list(
        "list",
        &[
            LIST,
            "Анна Петрова|8 916 111-22-33|anna@example.com|||2026-04-01|да|",
            "Анна Петрова|8 916 111-22-33, 8 916 444-55-66||||2026-05-01||",
        ],
    );
    b.run();
    let cards = b.cards("crm");
    assert!(cards[0].contains("may_call_orders=true") && cards[0].contains("may_call_newsletter=false"), "{cards:?}");
}

#[test]
fn a_lapsed_consent_clears_what_it_carried() {
    let mut b = Bridge::new(SHARED);
    b.list("list", &[LIST, "Анна Петрова|8 916 111-22-33|anna@example.com|||2026-04-01|да|"]);
    b.run();
    b.list("list", &[LIST, "Анна Петрова|8 916 111-22-33|anna@example.com|||2026-04-01||"]);
    b.run();
    assert!(!b.cards("crm")[0].contains("email="), "{:?}", b.cards("crm"));
}

#[test]
fn an_unread_list_of_refusals_freezes_what_it_could_close() {
    let mut b = bridge();
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да"]);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||||2026-04-01"]);
    b.run();
    b.unread.insert("stops".into());
    callees(&mut b, &["Анна Петрова|8 916 999-88-77||да", "Иван Котов|8 916 555-66-77||да"]);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||2026-04-01"]);
    let report = b.run();
    assert_eq!(report.exit(), EXIT_FAILED);
    assert_eq!(b.cards("centre"), ["name=Петрова Анна phone=+79161112233"], "nothing gained, nothing gone");
    assert_eq!(b.cards("shop"), ["address=Тула name=Петрова Анна phone=+79161112233"], "a contract can't be refused");
}

#[test]
fn an_unread_list_of_refusals_stops_no_route_that_it_cannot_close() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||||2026-04-01", "Иван Котов|8 916 555-66-77||||2026-04-01"]);
    b.run();
    b.unread.insert("stops".into());
    orders(&mut b, &["Иван Котов|8 916 555-66-77||||2026-04-01"]);
    b.run();
    assert_eq!(b.cards("shop"), ["name=Котов Иван phone=+79165556677"], "a contract goes on");
    assert_eq!(b.cards("flyer").len(), 2, "an offer can be refused: nothing goes");
}

#[test]
fn on_a_shared_card_what_is_frozen_stays_and_the_rest_goes_on() {
    let stops = "[sources.stops]\n path = \"stops.csv\"\n refuses = \"all\"\n columns = { phone = \"phone\" }";
    let mut b = Bridge::new(&format!("{SHARED}{stops}"));
    b.list("stops", &["phone"]);
    b.list("list", &[LIST, "Анна Петрова|8 916 111-22-33|anna@example.com|Тула||2026-04-01|да|"]);
    b.run();
    b.unread.insert("stops".into());
    let anna = "address=Омск email=anna@example.com may_call_newsletter=false may_call_orders=true \
                may_email_newsletter=false name=Петрова Анна phone=+79161112233";
    let ivan = "address=Уфа may_call_newsletter=false may_call_orders=true may_email_newsletter=false \
                name=Котов Иван phone=+79165556677";
    for (email, agreed) in [("anna2@example.com", "да"), ("anna@example.com", "")] {
        let row = format!("Анна Ивановна Петрова|8 916 111-22-33|{email}|Омск||2026-04-01|{agreed}|");
        b.list("list", &[LIST, &row, "Иван Котов|8 916 555-66-77|ivan@example.com|Уфа||2026-04-01|да|"]);
        b.run();
        assert_eq!(b.cards("crm"), [anna, ivan], "{email} {agreed}");
    }
}

#[test]
fn an_unread_list_of_rows_deletes_and_changes_nothing() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||2026-04-01"]);
    b.run();
    b.unread.insert("orders".into());
    assert_eq!(b.run().exit(), EXIT_FAILED);
    assert_eq!(b.cards("shop").len(), 1);
}

#[test]
fn a_renamed_purpose_brings_nobody_back() {
    for (renamed, expected) in [("", 0), ("was = [\"calls\"]", 0)] {
        let mut b = bridge();
        callees(&mut b, &["Анна Петрова|8 916 111-22-33||да"]);
        orders(&mut b, &["Анна Петрова|8 916 111-22-33||||2026-04-01"]);
        stops(&mut b, &["||8 916 111-22-33|"]);
        b.run();
        let text = format!("{PURPOSES}{LISTS}")
            .replace("consent.calls", "consent.ringing")
            .replace("purposes = [\"calls\"]", "purposes = [\"ringing\"]")
            .replace("[purposes.calls]", &format!("[purposes.ringing]\n {renamed}"));
        b.config = crate::bridge::config(&text);
        stops(&mut b, &[]);
        let report = b.run();
        assert_eq!(b.cards("centre").len(), expected, "{renamed}");
        assert_eq!(b.cards("shop").len(), 1, "{renamed}: no contract is closed");
        assert_eq!(questions(&report).is_empty(), !renamed.is_empty(), "{renamed}");
    }
}

#[test]
fn a_remembered_refusal_closes_no_contract() {
    let text = format!("{PURPOSES}{LISTS}")
        .replace("title = \"Call\"\n    basis = \"consent\"", "title = \"Call\"\n    basis = \"contract\"")
        .replace(
            "keep = \"until withdrawn\"\n    [purposes.offers]",
            "keep = { for = \"3 years\", after = \"done\" }\n    [purposes.offers]",
        )
        .replace(
            "phone = \"phone\", email = \"email\" }\n    [sources.callees.consent.calls]\n    given = \"agreed\"",
            "phone = \"phone\", done = \"email\" }\n    purposes = [\"calls\"]",
        );
    let mut b = bridge();
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да"]);
    stops(&mut b, &["||8 916 111-22-33|"]);
    b.run();
    assert_eq!(b.cards("centre"), NOBODY);
    b.config = crate::bridge::config(&text);
    stops(&mut b, &[]);
    b.run();
    assert_eq!(b.cards("centre").len(), 1);
}

#[test]
fn an_unreadable_refusal_means_whoever_it_may_mean() {
    let mut b = bridge();
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да", "Иван Котов|8 916 555-66-77||да"]);
    stops(&mut b, &["||8 9l6 111-22-33|"]);
    let report = b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван phone=+79165556677"]);
    assert_eq!(questions(&report), [Code::new("refusal-unreadable")]);

    let people = ["Анна Петрова|anna@gmail.com||да|2026-01-02|", "Иван Котов|ivan@gmail.com||да|2026-05-02|"];
    for (list, expected) in [("|anna@@gmail.com||", 1), ("|ivan@@gmail.com||2026-05-01", 2)] {
        let mut b = bridge();
        subscribers(&mut b, &people);
        stops(&mut b, &[list]);
        b.run();
        assert_eq!(b.cards("mailing").len(), expected, "{list}");
    }
}

#[test]
fn a_refusal_removes_a_card_whose_row_is_gone() {
    let mut b = in_upsert("centre");
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да", "Иван Котов|8 916 555-66-77||да"]);
    b.run();
    callees(&mut b, &["Иван Котов|8 916 555-66-77||да"]);
    b.run();
    assert_eq!(b.cards("centre").len(), 2);
    stops(&mut b, &["||8 916 111-22-33|"]);
    b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван phone=+79165556677"]);
}

#[test]
fn a_named_refusal_removes_no_card_of_another_who_has_the_phone() {
    let mut b = in_upsert("centre");
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да", "Иван Котов|8 916 111-22-33||да"]);
    b.run();
    callees(&mut b, &[]);
    stops(&mut b, &["||8 916 111-22-33|"]);
    b.guard = 100;
    b.run();
    assert_eq!(b.cards("centre").len(), 2, "nobody can say whose it is");
    stops(&mut b, &["Петрова Анна||8 916 111-22-33|"]);
    b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван phone=+79161112233"]);
}

#[test]
fn a_refusal_that_does_not_concern_a_route_passes_no_guard_there() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> = (0..20).map(|n| format!("Анна Петрова|8 916 111-22-{n:02}||||2026-04-01")).collect();
    orders(&mut b, &as_lines(&people));
    b.run();
    orders(&mut b, &as_lines(&people[8..]));
    let refused: Vec<String> = (0..8).map(|n| format!("||8 916 111-22-{n:02}|")).collect();
    stops(&mut b, &as_lines(&refused));
    let report = b.run();
    assert_eq!(stopped(&report, "shop"), [Stop::Removals { wanted: 8, allowed: 3 }]);
    assert_eq!(b.cards("shop").len(), 20, "a contract can't be refused");
}

#[test]
fn removals_by_refusal_pass_the_guard() {
    let mut b = bridge();
    let people: Vec<String> = (10..40).map(|n| format!("Анна Петрова|8 916 111-22-{n}||да")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    callees(&mut b, &people);
    b.run();
    assert_eq!(b.cards("centre").len(), 30);
    b.guard = 10;
    let refused: Vec<String> = (10..35).map(|n| format!("||8 916 111-22-{n}|")).collect();
    stops(&mut b, &refused.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(b.run().exit(), EXIT_OK);
    assert_eq!(b.cards("centre").len(), 5);
}

#[test]
fn a_person_who_comes_back_has_the_same_card() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-01-02|"]);
    b.run();
    let id = b.ids("mailing");
    stops(&mut b, &["|anna@example.com||2026-05-01"]);
    b.run();
    assert_eq!(b.cards("mailing"), NOBODY);
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-06-01|"]);
    b.run();
    assert_eq!(b.ids("mailing"), id);
    assert!(b.shop("mailing").log.iter().any(|line| line.starts_with("Create")));
    let log = b.shop("mailing").log;
    assert!(log[log.len() - 2].starts_with("Create"), "it is made anew: {log:?}");
}

#[test]
fn a_refused_card_that_somebody_brings_back_goes_again() {
    let anna = "Анна Петрова|anna@example.com||да|2026-01-02|";
    for rows in [&[anna][..], &[]] {
        let mut b = in_upsert("mailing");
        subscribers(&mut b, &[anna]);
        b.run();
        let before = b.shop("mailing").cards;
        stops(&mut b, &["|anna@example.com||2026-05-01"]);
        b.run();
        assert_eq!(b.cards("mailing"), NOBODY);
        subscribers(&mut b, rows);
        b.shops["mailing"].lock().expect("nobody panicked").cards = before;
        b.run();
        assert_eq!(b.cards("mailing"), NOBODY, "{rows:?}");
    }
}

#[test]
fn a_consent_that_is_blank_now_takes_the_card_in_every_mode() {
    let mut b = in_upsert("mailing");
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-01-02|"]);
    b.run();
    subscribers(&mut b, &["Анна Петрова|anna@example.com||||"]);
    b.run();
    assert_eq!(b.cards("mailing"), NOBODY);
}

#[test]
fn of_a_shared_card_without_rows_a_refusal_takes_what_only_its_purpose_carries() {
    let stops = "[sources.stops]\n path = \"stops.csv\"\n refuses = \"all\"\n columns = { email = \"email\" }";
    let row = "Анна Петрова|8 916 111-22-33|anna@example.com|Тула|2026-05-01|2026-04-01|да|";
    let (anna, nobody) = (&["email", "anna@example.com"][..], &["email"][..]);
    let with = |rows: &[&str], stops: &[&str], b: &mut Bridge| {
        b.list("list", &[&[LIST], rows].concat()).list("stops", stops).run();
    };
    let left = ["address=Тула may_call_orders=true name=Петрова Анна phone=+79161112233"];
    let mut b = Bridge::new(&format!("{SHARED}{stops}"));
    with(&[row], nobody, &mut b);
    with(&[], nobody, &mut b);
    with(&[], anna, &mut b);
    assert_eq!(b.cards("crm"), left);

    let mut b = Bridge::new(&format!("{SHARED}{stops}"));
    with(&[row], nobody, &mut b);
    with(&[row], anna, &mut b);
    with(&[], anna, &mut b);
    b.today = day("2029-05-01");
    with(&[], anna, &mut b);
    assert_eq!(b.cards("crm"), left);
    b.today = day("2029-05-02");
    with(&[], anna, &mut b);
    assert_eq!(b.cards("crm"), NOBODY, "what is left has a term of its own");
}

// ---- rows, people, identity ----

#[test]
fn sorting_a_list_changes_nothing() {
    let mut b = bridge();
    let rows =
        ["Анна Петрова|8 916 111-22-33||Тула||", "Иван Котов|8 916 555-66-77||Омск||", "Яна Лис|8 916 777-66-77||||"];
    orders(&mut b, &rows);
    b.run();
    let before = b.shop("shop");
    orders(&mut b, &[rows[2], rows[0], rows[1]]);
    let report = b.run();
    assert_eq!(b.shop("shop"), before);
    assert!(report.routes.iter().all(|r| !r.wrote));
}

#[test]
fn doubles_become_one_and_households_stay_apart() {
    let mut b = bridge();
    orders(
        &mut b,
        &[
            "Петрова Анна|8 916 111-22-33||||2026-01-01",
            "Анна Петрова|+7 916 111 22 33|||||",
            "Иван Петров|8 916 111-22-33||||2026-01-01",
        ],
    );
    b.run();
    assert_eq!(b.cards("shop"), ["name=Петров Иван phone=+79161112233", "name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn the_newest_value_survives_and_an_older_one_fills_a_blank() {
    let mut b = bridge();
    orders(
        &mut b,
        &[
            "Анна Петрова|8 916 111-22-33||Тула||2024-01-01",
            "Анна Петрова|8 916 111-22-33||Омск||2026-01-01",
            "Анна Петрова|8 916 111-22-33||||2026-02-01",
        ],
    );
    b.run();
    assert_eq!(b.cards("shop"), ["address=Омск name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_bad_cell_leaves_its_field_as_it_stands() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||#REF!||"]);
    b.run();
    assert_eq!(b.cards("shop"), ["address=Тула name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_blank_clears_in_a_mirror_and_elsewhere_only_on_demand() {
    for (mode, expected) in [("mirror", false), ("upsert", true), ("upsert\"\n clear = true #", false)] {
        let mut b = in_mode(&format!("{mode}\" #").replace("#\" #", "#"));
        orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||"]);
        b.run();
        orders(&mut b, &["Анна Петрова|8 916 111-22-33||||"]);
        b.run();
        assert_eq!(b.cards("shop")[0].contains("Тула"), expected, "{mode}");
    }
}

#[test]
fn held_is_not_absent() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|anna@example.com|Тула||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 9l6 111-22-33|anna@example.com|Омск||", "Иван Котов|8 916 555-66-77||||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop").len(), 1);
    assert_eq!(b.cards("shop").len(), 2);
    assert!(b.cards("shop")[0].contains("Тула"), "it stays as it is: {:?}", b.cards("shop"));
}

#[test]
fn a_held_row_that_nothing_ties_stops_deletion_by_absence() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 9l6 111-22-33||||", "Иван Котов|8 916 555-66-77||||"]);
    let report = b.run();
    assert_eq!(b.cards("shop").len(), 2);
    assert_eq!(report.exit(), EXIT_NEW);
    let report = b.run();
    assert_eq!((b.cards("shop").len(), report.exit()), (2, EXIT_OK), "and goes on to");
}

#[test]
fn a_held_row_that_was_always_there_stops_nobody() {
    let mut b = bridge();
    let held = "Пётр Серов|не знаю его||||";
    orders(&mut b, &[held, "Анна Петрова|8 916 111-22-33||||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &[held, "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    assert_eq!(b.cards("shop"), ["name=Котов Иван phone=+79165556677"]);
}

#[test]
fn a_phone_and_a_mail_corrected_at_once_are_asked_as_one_edit() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 999-88-77||Тула||", "Иван Котов|8 916 555-66-77||||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Edit]);
    assert_eq!(b.cards("shop").len(), 2);
    assert!(b.cards("shop")[0].contains("+79161112233"), "{:?}", b.cards("shop"));
}

#[test]
fn with_a_key_a_corrected_row_is_the_same_person() {
    let keyed = LISTS.replace(
        "dated = \"day\"\n    purposes = [\"orders\"",
        "dated = \"day\"\n    key = \"email\"\n    purposes = [\"orders\"",
    );
    assert_ne!(keyed, LISTS);
    let mut b = bridge_of(&keyed);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|a1|Тула||", "Иван Котов|8 916 555-66-77|a2|||"]);
    b.run();
    let ids = b.ids("shop");
    orders(&mut b, &["Анна Белова|8 916 999-88-77|a1|Омск||", "Иван Котов|8 916 555-66-77|a2|||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), []);
    assert_eq!(b.ids("shop"), ids);
    assert!(b.cards("shop").iter().any(|c| c.contains("Омск")));
}

#[test]
fn rows_numbered_anew_rewrite_nobody() {
    let keyed = LISTS.replace(
        "dated = \"day\"\n    purposes = [\"orders\"",
        "dated = \"day\"\n    key = \"email\"\n    purposes = [\"orders\"",
    );
    let mut b = bridge_of(&keyed);
    orders(&mut b, &["Анна|8 916 111-22-33|1|||", "Иван|8 916 555-66-77|2|||", "Олег|8 916 222-44-55|3|||"]);
    b.run();
    let before = b.shop("shop").cards;
    orders(&mut b, &["Иван|8 916 555-66-77|1|||", "Олег|8 916 222-44-55|2|||", "Нина|8 916 777-88-99|3|||"]);
    let report = b.run();
    let moved: Vec<_> = report.findings.iter().filter(|f| f.code.name() == "key-moved").collect();
    assert_eq!(moved.len(), 3, "{:?}", report.findings);
    let after = b.shop("shop").cards;
    assert_eq!(before.iter().filter(|(id, card)| after.get(id) == Some(card)).count(), 2, "{before:?} {after:?}");
    assert_eq!(after.len(), 3);
    assert_eq!(b.run().findings.iter().filter(|f| f.code.name() == "key-moved").count(), 0);
}

#[test]
fn a_recycled_phone_is_not_its_former_holder() {
    let mut b = bridge_of(
        &LISTS.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"email\"]"),
    );
    let mut b = {
        let text = PURPOSES.replace(
            "needs = [\"name\", \"phone\", \"address\"]",
            "needs = [\"name\", \"phone\", \"email\", \"address\"]",
        );
        b.config = crate::bridge::config(&format!("{text}{LISTS}"));
        b
    };
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|anna@example.com|Тула||"]);
    b.run();
    let anna = b.ids("shop");
    orders(&mut b, &["Иван Котов|8 916 111-22-33|ivan@example.com|Омск||"]);
    b.run();
    assert_ne!(b.ids("shop"), anna);
}

#[test]
fn clashing_birth_dates_are_asked() {
    let purposes =
        PURPOSES.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"birth\"]");
    let lists = LISTS
        .replace("done = \"done\" }", "done = \"done\", birth = \"address\" }")
        .replace("address = \"address\", ", "");
    let mut b = Bridge::new(&format!("{purposes}{lists}"));
    b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||1990-01-02||", "Анна Петрова|8 916 111-22-33||1985-01-02||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Row(Why::Undecided); 2]);
    assert_eq!(b.cards("shop"), NOBODY);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||1990-01-02||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||1990-01-02||", "Анна Петрова|8 916 111-22-33||1985-01-02||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Row(Why::Undecided)], "who has a card goes on, the new row waits");
    assert_eq!(b.cards("shop"), ["birth=1990-01-02 name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_join_that_no_row_explains_is_asked() {
    let text =
        PURPOSES.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"email\"]");
    let mut b = Bridge::new(&format!("{text}{LISTS}"));
    b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    let anna = "Анна Петрова|8 916 111-22-33||||";
    let (one, other) = ("Анна|8 916 111-22-33|a@example.com|||", "|8 916 444-55-66|a@example.com|||");
    orders(&mut b, &[anna, one, other, "Иван Котов|8 916 111-22-33||||"]);
    b.run();
    assert_eq!(b.cards("shop").len(), 3);
    orders(&mut b, &[anna, one, other]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Row(Why::JoinUnexplained); 3]);
    assert_eq!(b.cards("shop").len(), 2, "both cards stay: {:?}", b.cards("shop"));
}

#[test]
fn two_cards_that_a_new_row_links_become_one() {
    let text =
        PURPOSES.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"email\"]");
    let mut b = Bridge::new(&format!("{text}{LISTS}"));
    b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    let rows = ["Анна Петрова|8 916 111-22-33||||", "А. Петрова|8 916 444-55-66|a@example.com|||"];
    orders(&mut b, &rows);
    b.run();
    assert_eq!(b.cards("shop").len(), 2);
    orders(&mut b, &[rows[0], rows[1], "Петрова|8 916 111-22-33|a@example.com|||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), []);
    assert_eq!(b.cards("shop").len(), 1, "{:?}", b.cards("shop"));
}

#[test]
fn a_row_that_nothing_identifies_waits() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|||да|2026-01-02|"]);
    let report = b.run();
    assert_eq!(waits(&report, "mailing"), [Waits::Row(Why::NoIdentity)]);
    assert_eq!(b.cards("mailing"), NOBODY);
}

#[test]
fn rows_alike_only_in_what_a_route_does_not_see_stay_apart() {
    let text = PURPOSES.replace("needs = [\"name\", \"email\"]", "needs = [\"name\"]");
    let mut b = Bridge::new(&format!("{text}{LISTS}"));
    b.list("orders", &[ORDERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    subscribers(&mut b, &["Анна Петрова|a@example.com||да|2026-01-02|", "Анна Петрова|a@example.com||да|2026-01-02|"]);
    b.run();
    assert_eq!(b.cards("mailing"), ["name=Петрова Анна", "name=Петрова Анна"]);
    let ids = b.ids("mailing");
    b.run();
    assert_eq!(b.ids("mailing"), ids);
}

// ---- the guard ----

fn crowd(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("Анна Петрова|8 916 111-{:02}-{:02}||Тула||", n / 100, n % 100)).collect()
}

fn as_lines(rows: &[String]) -> Vec<&str> {
    rows.iter().map(String::as_str).collect()
}

#[test]
fn an_emptied_list_deletes_nothing() {
    let mut b = bridge();
    b.guard = 10;
    let people = crowd(40);
    orders(&mut b, &as_lines(&people));
    b.run();
    orders(&mut b, &[]);
    let report = b.run();
    assert_eq!((b.cards("shop").len(), report.exit()), (40, EXIT_FAILED));
    assert!(stopped(&report, "shop").contains(&Stop::Emptied), "{:?}", stopped(&report, "shop"));
    b.guard = 100;
    b.run();
    assert_eq!(b.cards("shop"), NOBODY, "unless a person says so");
}

#[test]
fn the_guard_counts_a_week() {
    let mut b = bridge();
    b.guard = 10;
    let people = crowd(40);
    orders(&mut b, &as_lines(&people));
    b.run();
    orders(&mut b, &as_lines(&people[2..]));
    assert_eq!(b.run().exit(), EXIT_OK);
    orders(&mut b, &as_lines(&people[5..]));
    let report = b.run();
    assert_eq!(stopped(&report, "shop"), [Stop::Removals { wanted: 5, allowed: 3 }]);
    b.today = day("2026-12-02");
    assert_eq!(b.run().exit(), EXIT_OK, "a week later there is room again");
    assert_eq!(b.cards("shop").len(), 35);
}

#[test]
fn a_sort_that_shifts_a_column_rewrites_nobody() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> = (0..40).map(|n| format!("Анна Петрова|8 916 111-22-{n:02}||дом {n}||")).collect();
    orders(&mut b, &as_lines(&people));
    b.run();
    let before = b.shop("shop").cards;
    let shifted: Vec<String> =
        (0..40).map(|n| format!("Анна Петрова|8 916 111-22-{n:02}||дом {}||", (n + 1) % 40)).collect();
    orders(&mut b, &as_lines(&shifted));
    let report = b.run();
    assert_eq!(stopped(&report, "shop"), [Stop::Rewrites { wanted: 40, allowed: 10 }]);
    assert_eq!(b.shop("shop").cards, before);
}

#[test]
fn a_mass_lapse_delays_the_deletion() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> =
        (0..40).map(|n| format!("Анна Петрова|8 916 111-22-{n:02}|||2024-01-01|2023-12-01")).collect();
    orders(&mut b, &as_lines(&people));
    b.run();
    b.today = day("2027-01-02");
    let report = b.run();
    assert_eq!(stopped(&report, "shop"), [Stop::Lapses { wanted: 40, allowed: 4 }]);
    assert_eq!(b.cards("shop").len(), 40);
    b.guard = 100;
    b.run();
    assert_eq!(b.cards("shop"), NOBODY);
}

#[test]
fn cards_deleted_at_the_destination_come_back() {
    let mut b = bridge();
    let people = crowd(3);
    orders(&mut b, &as_lines(&people));
    b.run();
    let before = b.shop("shop").cards;
    let gone = *before.keys().next().expect("a card");
    b.shops["shop"].lock().expect("nobody panicked").cards.remove(&gone);
    b.run();
    assert_eq!(b.shop("shop").cards, before);
}

#[test]
fn a_few_may_always_go_and_of_many_a_share() {
    for (crowd_of, may) in [(20, 3), (50, 5)] {
        for gone in [may, may + 1] {
            let mut b = bridge();
            b.guard = 10;
            let people = crowd(crowd_of);
            orders(&mut b, &as_lines(&people));
            b.run();
            orders(&mut b, &as_lines(&people[gone..]));
            let over = Stop::Removals { wanted: gone, allowed: may };
            assert_eq!(stopped(&b.run(), "shop"), if gone > may { vec![over] } else { vec![] }, "{crowd_of} {gone}");
            if gone == may {
                b.today = day("2026-11-25");
                orders(&mut b, &[&as_lines(&people[gone..])[..], &["Олег Дымов|8 916 999-88-77||||"]].concat());
                assert_eq!(stopped(&b.run(), "shop"), [], "what went before stops nothing else");
            }
        }
    }
}

#[test]
fn what_the_guard_stops_is_all_but_refusals() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> = (10..40).map(|n| format!("|8 916 111-22-{n}||да")).collect();
    callees(&mut b, &as_lines(&people));
    b.run();
    let before = b.shop("centre").cards;
    let new = "|8 916 777-66-55||да";
    let changed = format!("Анна Петрова{}", people[29]);
    callees(&mut b, &[&as_lines(&people[10..29])[..], &[&changed, new]].concat());
    stops(&mut b, &["||8 916 111-22-10|", "||8 916 111-22-30|"]);
    let report = b.run();
    assert_eq!(stopped(&report, "centre"), [Stop::Removals { wanted: 9, allowed: 3 }]);
    let after = b.shop("centre").cards;
    assert_eq!(after.len(), 28, "of those whose rows are gone and of the others, who refused is gone");
    assert!(after.iter().all(|(id, card)| before.get(id) == Some(card)), "and nothing else happened");
}

#[test]
fn cards_whose_term_is_over_are_no_absences() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> = (0..20).map(|n| format!("|8 916 111-22-{n:02}|||2024-01-01|2023-12-01")).collect();
    orders(&mut b, &as_lines(&people));
    b.run();
    orders(&mut b, &["Олег Дымов|8 916 999-88-77||||"]);
    b.today = day("2027-01-02");
    assert_eq!(stopped(&b.run(), "shop"), [Stop::Lapses { wanted: 20, allowed: 3 }]);
    assert_eq!(b.cards("shop").len(), 21, "and what else there is goes on");
}

#[test]
fn a_list_that_gave_nobody_may_be_emptied() {
    let mut b = bridge();
    b.guard = 10;
    orders(&mut b, &["Анна Петрова|||||"]);
    b.run();
    orders(&mut b, &[]);
    assert_eq!(b.run().exit(), EXIT_OK);
}

#[test]
fn a_mode_that_only_creates_changes_nothing() {
    let mut b = in_mode("create");
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Омск||"]);
    b.run();
    assert_eq!(b.cards("shop"), ["address=Тула name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_row_of_unsure_grant_that_nothing_ties_stops_deletion_by_absence() {
    let people = ["Анна Петрова|8 916 111-22-33||Тула||", "Иван Котов|8 916 555-66-77||||"];
    for (date, expected) in [("31.02.2025", 2), ("2020-01-01", 1)] {
        let mut b = bridge();
        orders(&mut b, &people);
        b.run();
        orders(&mut b, &[&format!("|8 916 777-66-55|||{date}|"), people[1]]);
        b.run();
        assert_eq!(b.cards("shop").len(), expected, "{date}");
    }
}

/// Who withdrew in one row and agreed anew in another is written with what the other says, and no more.
#[test]
fn a_closed_row_gives_nothing_to_the_card_of_an_open_one() {
    let (whole, email) = ("email=anna@example.com name=Петрова Анна", "email=anna@example.com");
    for (left, other, expected) in
        [("", "", whole), ("2026-02-01", "", email), ("", "А. Петрова", whole), ("2026-02-01", "А. Петрова", email)]
    {
        let mut b = bridge();
        let withdrawn = format!("Анна Петрова|anna@example.com||да|2026-01-02|{left}");
        subscribers(&mut b, &[&withdrawn, &format!("{other}|anna@example.com||да|2026-03-01|")]);
        b.run();
        assert_eq!(b.cards("mailing"), [expected], "{left} {other}");
    }
}

/// Nobody on a list of refusals is a client who never agreed.
#[test]
fn a_list_of_refusals_is_no_list_of_lapses() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|anna@example.com||да|2026-01-02|"]);
    stops(&mut b, &["Олег Лис|oleg@example.com||2026-02-01"]);
    let report = b.run();
    assert!(report.routes.iter().all(|route| route.lapses.is_empty()), "{:?}", report.routes);
}
