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
    assert_eq!(b.cards("shop").len(), 1, "a row that is gone is reported, not deleted");
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
    for _ in 0..2 {
        subscribers(&mut b, &["Анна Петрова|anna@example.com||нет|2026-01-02|", yes]);
        b.run();
        assert_eq!(b.cards("mailing").len(), 1);
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
    stops(&mut b, &["|anna@example.com||"]);
    b.run();
    assert_eq!(b.cards("centre"), NOBODY, "her order links the two");
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
        assert_eq!(questions(&report).is_empty(), !renamed.is_empty(), "{renamed}");
    }
}

#[test]
fn an_unreadable_refusal_means_whoever_it_may_mean() {
    let mut b = bridge();
    callees(&mut b, &["Анна Петрова|8 916 111-22-33||да", "Иван Котов|8 916 555-66-77||да"]);
    stops(&mut b, &["||8 9l6 111-22-33|"]);
    let report = b.run();
    assert_eq!(b.cards("centre"), ["name=Котов Иван phone=+79165556677"]);
    assert_eq!(questions(&report), [Code::new("refusal-unreadable")]);
}

#[test]
fn a_refusal_removes_a_card_whose_row_is_gone() {
    let mut b = bridge_of(&LISTS.replace("path = \"centre.db\"", "path = \"centre.db\"\n mode = \"upsert\""));
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
