//! The cases of DESIGN sections 2 and 3, two to four rows each.

use sheetbridge::{plan::Waits, report::Report};

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
"#;

const LISTS: &str = r#"
    [sources.orders]
    path = "orders.csv"
    dated = "day"
    purposes = ["orders"]
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
"#;

const ORDERS: &str = "name|phone|email|address|done|day";
const SUBSCRIBERS: &str = "name|email|phone|agreed|on|left";
const CALLEES: &str = "name|phone|email|agreed";
const STOPS: &str = "name|email|phone";

fn bridge() -> Bridge {
    let mut bridge = Bridge::new(&format!("{PURPOSES}{LISTS}"));
    bridge.list("orders", &[ORDERS]).list("subscribers", &[SUBSCRIBERS]);
    bridge.list("callees", &[CALLEES]).list("stops", &[STOPS]);
    bridge
}

#[expect(dead_code, reason = "the next cases use it")]
fn waits(report: &Report, route: &str) -> Vec<Waits> {
    let route = report.routes.iter().find(|r| r.name == route).expect("a route");
    route.items.iter().map(|i| i.why).collect()
}

#[test]
fn a_newsletter_phone_never_reaches_the_call_centre() {
    let mut b = bridge();
    b.list("subscribers", &[SUBSCRIBERS, "Анна Петрова|anna@example.com|8 916 111-22-33|да|2026-01-02|"]);
    b.list("callees", &[CALLEES, "Анна Петрова||anna@example.com|да"]);
    b.run();
    assert_eq!(b.cards("mailing"), ["email=anna@example.com name=Петрова Анна"]);
    assert_eq!(b.cards("centre"), ["name=Петрова Анна"], "no phone but one that was given for calls");
}

#[test]
fn no_grant_no_cell() {
    let mut b = bridge();
    b.list(
        "subscribers",
        &[
            SUBSCRIBERS,
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
    b.list(
        "orders",
        &[
            ORDERS,
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
        let routes = LISTS.replace("path = \"shop.db\"", &format!("path = \"shop.db\"\n mode = \"{mode}\""));
        let mut b = Bridge::new(&format!("{PURPOSES}{routes}"));
        b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
        b.list("orders", &[ORDERS, "Анна Петрова|8 916 111-22-33|||2025-05-01|2025-04-01"]);
        b.run();
        let before = b.cards("shop").len();
        assert_eq!(before, usize::from(mode != "update"), "{mode}");
        b.today = day("2028-05-02");
        b.run();
        assert_eq!(b.cards("shop"), Vec::<String>::new(), "{mode}");
    }
}
