//! The cases of DESIGN sections 2, 3 and 6, two to four rows each.

mod closing;
mod grants;
mod guard;
mod people;
mod refusals;

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

fn as_lines(rows: &[String]) -> Vec<&str> {
    rows.iter().map(String::as_str).collect()
}

fn waits(report: &Report, route: &str) -> Vec<Waits> {
    let route = report.routes.iter().find(|r| r.name == route).expect("a route");
    route.items.iter().map(|i| i.why).collect()
}

fn stopped(report: &Report, route: &str) -> Vec<Stop> {
    report.routes.iter().find(|r| r.name == route).expect("a route").stops.clone()
}

fn questions(report: &Report) -> Vec<Code> {
    report.questions.iter().map(|q| q.finding.code).collect()
}

const NOBODY: [&str; 0] = [];
