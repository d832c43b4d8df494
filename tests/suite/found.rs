//! Bugs that the simulations and real lists found, each as the smallest list that showed it.

use sheetbridge::{pipeline::Ask, report::Command};

use crate::bridge::Bridge;

/// Orders and calls on one card, as a table.
const SHARED: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone", "email", "address"]
    required = ["phone"]
    keep = { for = "3 years", after = "done" }
    channels = ["call"]
    [purposes.calls]
    title = "Call"
    basis = "consent"
    needs = ["name", "phone"]
    keep = "until withdrawn"
    channels = ["call", "sms"]
    compatible_with = { orders = "who orders is called about it" }
    [sources.orders]
    path = "orders.csv"
    purposes = ["orders"]
    columns = { name = "name", phone = "phone", email = "email", address = "address", done = "done" }
    [sources.callees]
    path = "callees.csv"
    columns = { name = "name", phone = "phone" }
    [sources.callees.consent.calls]
    given = "agreed"
    [destinations.all]
    path = "all.db"
    purposes = ["orders", "calls"]
"#;

const STOPS: &str = r#"
    [sources.stops]
    path = "stops.csv"
    refuses = "all"
    columns = { phone = "phone" }
"#;

const ORDERS: &str = "name|phone|email|address|done";
const CALLEES: &str = "name|phone|agreed";

fn shared() -> Bridge {
    let mut bridge = Bridge::new(SHARED);
    bridge.list("orders", &[ORDERS]).list("callees", &[CALLEES]);
    bridge
}

fn set(bridge: &mut Bridge, name: &str, header: &str, rows: &[String]) {
    let rows: Vec<&str> = std::iter::once(header).chain(rows.iter().map(String::as_str)).collect();
    bridge.list(name, &rows);
}

#[test]
fn equal_permissions_make_nobody_look_like_another() {
    let mut b = shared();
    b.list("callees", &[CALLEES, "Анна Петрова|8 916 111-22-33|да"]);
    b.run();
    b.list("callees", &[CALLEES, "Иван Котов|8 916 444-55-66|да"]);
    b.run();
    let flags = "may_call_calls=true may_call_orders=false may_sms_calls=true";
    assert_eq!(b.cards("all"), [format!("{flags} name=Котов Иван phone=+79164445566")]);
}

#[test]
fn a_held_row_keeps_what_it_gave_however_many_runs_it_waits() {
    let mut b = shared();
    let whole = "Анна Петрова|8 916 111-22-33|anna@example.com|Тула|";
    b.list("orders", &[ORDERS, whole]).list("callees", &[CALLEES, "Анна Петрова|8 916 111-22-33|да"]);
    b.run();
    // But nothing on the card may be called about the order.
    let expected = b.cards("all")[0].replace("may_call_orders=true", "may_call_orders=false");
    b.list("orders", &[ORDERS, "Анна Петрова|8 916|anna@example.com|Тула|"]);
    for _ in 0..3 {
        b.run();
        assert_eq!(b.cards("all"), [expected.as_str()], "the order waits for its phone, and its cells stay");
    }
    b.list("callees", &[CALLEES]);
    for _ in 0..3 {
        b.run();
        assert_eq!(b.cards("all").len(), 1, "the order that waits is what is left of the card");
    }
    b.list("orders", &[ORDERS, whole]);
    b.run();
    assert_eq!(b.shop("all").cards.len(), 1);
    assert!(b.cards("all")[0].contains("address=Тула"), "and it is known again");
}

#[test]
fn a_no_to_calls_passes_the_guard_where_an_order_keeps_the_card() {
    let mut b = Bridge::new(&format!("{SHARED}{STOPS}"));
    let people: Vec<String> = (0..20).map(|i| format!("|8 916 555-{:04}||Тула, {i}|", 1000 + i)).collect();
    let callees: Vec<String> = (0..20).map(|i| format!("|8 916 555-{:04}|да", 1000 + i)).collect();
    b.guard = 10;
    b.list("stops", &["phone"]);
    set(&mut b, "orders", ORDERS, &people);
    set(&mut b, "callees", CALLEES, &callees);
    b.run();
    // A disaster for the guard to stop, and one person who wants no more calls.
    set(&mut b, "orders", ORDERS, &people[..8]);
    set(&mut b, "callees", CALLEES, &callees[..8]);
    b.list("stops", &["phone", "8 916 555-1003"]);
    let report = b.run();
    assert!(!report.routes[0].stops.is_empty());
    let cards = b.cards("all");
    assert_eq!(cards.len(), 20);
    let card = cards.iter().find(|c| c.contains("+79165551003")).expect("a card");
    assert!(card.contains("may_call_calls=false") && card.contains("may_sms_calls=false"), "{card}");
    assert_eq!(cards.iter().filter(|c| c.contains("may_call_calls=true")).count(), 19);
}

#[test]
fn what_the_guard_stopped_is_done_once_it_is_let_through() {
    let mut b = shared();
    b.guard = 10;
    let mut people: Vec<String> = (0..20).map(|i| format!("|8 916 555-{:04}||Тула, {i}|", 1000 + i)).collect();
    set(&mut b, "orders", ORDERS, &people);
    b.run();
    people.truncate(8);
    people[3] = "|8 916 555-1003|||".into();
    set(&mut b, "orders", ORDERS, &people);
    assert!(!b.run().routes[0].stops.is_empty());
    assert_eq!(b.cards("all").iter().filter(|c| c.contains("address")).count(), 20, "stopped");
    b.guard = 100;
    b.run();
    assert_eq!(b.cards("all").len(), 8);
    assert_eq!(b.cards("all").iter().filter(|c| c.contains("address")).count(), 7, "the address is cleared too");
}

#[test]
fn a_guard_of_a_hundred_stops_nothing_however_much_went_this_week() {
    let mut b = shared();
    for week in 0..4 {
        let people: Vec<String> = (0..8).map(|i| format!("|8 916 555-{}{:03}||Тула, {i}|", week + 1, i)).collect();
        set(&mut b, "orders", ORDERS, &people);
        assert_eq!(b.run().routes[0].stops, [], "all of them were replaced, as was asked");
        assert_eq!(b.cards("all").len(), 8);
    }
}

#[test]
fn who_has_an_initial_and_a_phone_that_another_has_too_is_not_made_anew() {
    let mut b = shared();
    b.list("callees", &[CALLEES, "А. Петрова|8 916 111-22-33|да", "Иван Котов|8 916 111-22-33|да"]);
    b.run();
    let ids = b.ids("all");
    assert_eq!(ids.len(), 2);
    b.ledger.set_seal(None).expect("a ledger");
    b.run();
    assert_eq!(b.ids("all"), ids);
}

/// A join that was left for later is a join when it is done: by then the card that takes the other in must not be
/// known by what only the join gives it.
#[test]
fn what_was_left_for_later_is_done_as_if_nobody_had_tried() {
    let header = "no|name|phone|email|birth|address|done|day|calls";
    let nobody = ["no|name|phone|email|birth|agreed|day|left|calls", "name|phone|email|day"];
    let row = |phone: &str| format!("5|Анна Петрова|{phone}|anna@example.com|1990-01-02|Омск|||");
    let other = "3||+7 (916) 111-22-33|anna@example.com||Омск|2026-01-01|2026-03-01|нет";
    let mut cards = Vec::new();
    for tries in [false, true] {
        let mut b = Bridge::new(crate::histories::CONFIG);
        b.list("people", &nobody[..1]).list("stops", &nobody[1..]);
        b.list("orders", &[header, other, &row("8 916 444-55-66")]);
        b.run();
        b.list("orders", &[header, other, &row("8 916 111-22-33")]);
        if tries {
            let ask = Ask { guard: 100, limit: Some(0), clock_is_right: true, ..Ask::new(Command::Sync) };
            b.go(&ask).expect("the ledger holds");
        }
        b.run();
        cards.push(b.shop("crm").cards);
    }
    assert_eq!((cards[0].len(), &cards[0]), (1, &cards[1]));
}
