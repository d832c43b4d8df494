//! What refusals take from cards, shared ones and those without rows too, and what unread lists leave.

use super::*;

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
