//! Bugs that reading the code with fresh eyes found, each as the smallest list that showed it.

use std::process::Command;

use sheetbridge::{
    pipeline::Ask,
    plan::Stop,
    report::{self, EXIT_FAILED, EXIT_OK},
};

use crate::{
    bridge::{Bridge, day},
    histories,
    program::Desk,
};

const CONFIG: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone"]
    keep = { for = "3 years", after = "done" }
    [purposes.newsletter]
    title = "Write"
    basis = "consent"
    needs = ["name", "email"]
    keep = "until withdrawn"
    [purposes.study]
    title = "Study"
    basis = "consent"
    needs = ["name", "birth"]
    keep = "until withdrawn"
    prohibits = ["newsletter"]
    [purposes.offers]
    title = "Offer"
    basis = "legitimate_interest"
    needs = ["name", "phone"]
    keep = "until withdrawn"
    [sources.orders]
    path = "orders.csv"
    dated = "day"
    purposes = ["orders", "offers"]
    columns = { name = "name", phone = "phone", done = "done" }
    [sources.subscribers]
    path = "subscribers.csv"
    columns = { name = "name", email = "email", birth = "birth" }
    [sources.subscribers.consent.newsletter]
    given = "agreed"
    [sources.subscribers.consent.study]
    given = "study"
    [sources.site]
    path = "site.csv"
    columns = { name = "name", email = "email" }
    [sources.site.consent.newsletter]
    given = "agreed"
    date = "on"
    [sources.stops]
    path = "stops.csv"
    refuses = "all"
    dated = "day"
    columns = { name = "name", email = "email", phone = "phone" }
    [destinations.shop]
    path = "shop.db"
    purposes = ["orders"]
    [destinations.mailing]
    path = "mailing.db"
    purposes = ["newsletter"]
    mode = "upsert"
    [destinations.flyer]
    path = "flyer.db"
    purposes = ["offers"]
    [destinations.lab]
    path = "lab.db"
    purposes = ["study"]
"#;

const ORDERS: &str = "name|phone|done|day";
const SUBSCRIBERS: &str = "name|email|birth|agreed|study";
const SITE: &str = "name|email|agreed|on";
const STOPS: &str = "name|email|phone|day";
const ON_SITE: &str = "Анна Петрова|anna@example.com|да|2026-01-02";
const CARD: &str = "email=anna@example.com name=Петрова Анна";

fn bridge() -> Bridge {
    bridge_of(CONFIG)
}

fn bridge_of(config: &str) -> Bridge {
    let mut b = Bridge::new(config);
    b.list("orders", &[ORDERS]).list("subscribers", &[SUBSCRIBERS]).list("site", &[SITE]).list("stops", &[STOPS]);
    b
}

/// The same with a mirror for a mailing.
fn mirror() -> Bridge {
    bridge_of(&CONFIG.replace("mode = \"upsert\"", ""))
}

const NOBODY: [&str; 0] = [];

#[test]
fn a_yes_that_was_blank_before_it_became_a_no_is_a_refusal() {
    let mut b = bridge();
    b.list("site", &[SITE, ON_SITE]);
    for (agreed, expected) in [("да", vec![CARD]), ("", vec![CARD]), ("нет", vec![])] {
        let row = format!("Анна Петрова|anna@example.com||{agreed}|");
        b.list("subscribers", &[SUBSCRIBERS, &row]).run();
        assert_eq!(b.cards("mailing"), expected, "{agreed}");
    }
}

#[test]
fn a_yes_that_turned_into_a_no_beside_a_purpose_that_prohibits_it_is_a_refusal() {
    let mut b = bridge();
    b.list("site", &[SITE, ON_SITE]);
    b.list("subscribers", &[SUBSCRIBERS, "Анна Петрова|anna@example.com||да|да"]).run();
    assert_eq!(b.cards("mailing"), [CARD]);
    b.list("subscribers", &[SUBSCRIBERS, "Анна Петрова|anna@example.com||нет|да"]).run();
    assert_eq!(b.cards("mailing"), NOBODY);
}

#[test]
fn a_no_that_another_purpose_prohibited_never_was_a_yes() {
    let mut b = bridge();
    b.list("site", &[SITE, ON_SITE]);
    b.list("subscribers", &[SUBSCRIBERS, "Анна Петрова|anna@example.com||нет|да"]).run();
    b.list("subscribers", &[SUBSCRIBERS, "Анна Петрова|anna@example.com||нет|нет"]).run();
    assert_eq!(b.cards("mailing"), [CARD]);
}

#[test]
fn an_undated_refusal_that_is_said_anew_ends_what_was_granted_in_between() {
    let mut b = bridge();
    b.today = day("2026-01-05");
    b.list("stops", &[STOPS, "|anna@example.com"]).run();
    b.list("stops", &[STOPS]).run();
    b.today = day("2026-03-02");
    b.list("site", &[SITE, "Анна Петрова|anna@example.com|да|2026-03-01"]).run();
    assert_eq!(b.cards("mailing"), [CARD], "a later consent frees");
    b.today = day("2026-06-01");
    b.list("stops", &[STOPS, "|anna@example.com"]).run();
    assert_eq!(b.cards("mailing"), NOBODY);
}

#[test]
fn a_refusal_under_another_name_reaches_the_card_whose_row_is_gone() {
    let mut b = bridge();
    b.list("site", &[SITE, ON_SITE]).run();
    b.list("site", &[SITE]).run();
    assert_eq!(b.cards("mailing"), [CARD], "an upsert leaves it");
    b.list("stops", &[STOPS, "Анна Сидорова|anna@example.com"]).run();
    assert_eq!(b.cards("mailing"), NOBODY);
}

#[test]
fn a_refusal_that_was_seen_while_a_destination_was_down_is_not_forgotten() {
    let mut b = bridge();
    b.list("site", &[SITE, ON_SITE]).run();
    b.down.insert("mailing".into());
    b.list("site", &[SITE]).list("stops", &[STOPS, "|anna@example.com"]).run();
    b.down.clear();
    b.list("stops", &[STOPS]).run();
    assert_eq!(b.cards("mailing"), NOBODY);
}

#[test]
fn a_refusal_in_a_row_that_shifted_counts_as_far_as_it_is_legible() {
    let mut b = bridge();
    b.list("site", &[SITE, ON_SITE]).list("stops", &[STOPS, "|anna@example.com|||просила больше не писать"]);
    let report = b.run();
    assert_eq!(b.cards("mailing"), NOBODY);
    assert_eq!(report.questions.len(), 2, "one for each cell");
}

#[test]
fn an_emptied_list_is_not_taken_for_seen_by_a_run_of_other_routes() {
    let mut b = bridge();
    b.guard = 10;
    b.list("orders", &[ORDERS, "Анна Петрова|8 916 111-22-33|"]).run();
    b.list("orders", &[ORDERS]);
    let only = |route: &str| Ask { routes: vec![route.into()], ..Ask::new(report::Command::Sync) };
    assert_eq!(b.go(&only("mailing")).expect("a run").exit(), EXIT_OK);
    let report = b.run();
    let shop = report.routes.iter().find(|r| r.name == "shop").expect("a route");
    assert_eq!((shop.stops.as_slice(), report.exit()), ([Stop::Emptied].as_slice(), EXIT_FAILED));
    assert_eq!(b.cards("shop").len(), 1);
}

#[test]
fn a_plan_is_applied_to_its_own_routes_alone_and_to_all_of_them() {
    let mut b = bridge();
    b.list("orders", &[ORDERS, "Анна Петрова|8 916 111-22-33|"]).list("site", &[SITE, ON_SITE]);
    let plan = b.ask(report::Command::Plan).expect("a plan");
    let digest = |name: &str| plan.routes.iter().find(|r| r.name == name).expect("a route").digest.clone();
    let apply = |expected: &[(&str, String)]| Ask {
        expected: Some(expected.iter().map(|(name, digest)| ((*name).to_owned(), digest.clone())).collect()),
        ..Ask::new(report::Command::Apply)
    };
    let report = b.go(&apply(&[("mailing", digest("mailing"))])).expect("a run");
    assert_eq!(report.routes.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["mailing"]);
    assert_eq!((b.cards("mailing").len(), b.cards("shop").len()), (1, 0));
    let gone = b.go(&apply(&[("shop", digest("shop")), ("crm", digest("shop"))]));
    assert_eq!(gone.map(|r| r.exit()).map_err(|t| t.code.name()), Err("plan-stale"));
    assert_eq!(b.cards("shop").len(), 0);
}

#[test]
fn a_day_that_is_still_to_come_frees_nobody_and_binds_nobody() {
    let mut b = bridge();
    b.list("orders", &[ORDERS, "Анна Петрова|8 916 111-22-33||2062-01-02"]);
    b.list("stops", &[STOPS, "||8 916 111-22-33|2026-05-01"]).run();
    assert_eq!(b.cards("flyer"), NOBODY);
    b.list("stops", &[STOPS, "|anna@example.com||2062-01-02"]).run();
    b.today = day("2026-11-30");
    b.list("site", &[SITE, "Анна Петрова|anna@example.com|да|2026-11-29"]).run();
    assert_eq!(b.cards("mailing"), [CARD]);
}

#[test]
fn a_refused_card_goes_though_a_new_row_looks_like_its_edit() {
    let mut b = mirror();
    b.list("site", &[SITE, ON_SITE]).run();
    b.list("site", &[SITE, "Анна Петрова|new@example.com|да|2026-01-02"]);
    b.list("stops", &[STOPS, "|anna@example.com"]);
    for today in ["2026-11-25", "2026-11-26", "2026-11-27"] {
        b.today = day(today);
        let report = b.run();
        assert_eq!(b.cards("mailing"), NOBODY, "and the new row is asked all the same");
        assert_eq!(report.routes.iter().map(|r| r.items.len()).sum::<usize>(), 1);
    }
}

#[test]
fn who_was_refused_while_the_guard_stopped_all_others_comes_back_as_the_same() {
    let mut b = mirror();
    b.guard = 10;
    let people: Vec<String> = (0..20).map(|i| format!("|p{i}@example.com|да|2026-01-02")).collect();
    let all: Vec<&str> = std::iter::once(SITE).chain(people.iter().map(String::as_str)).collect();
    b.list("site", &all).run();
    let ids = b.ids("mailing");
    b.list("site", &all[..9]).list("stops", &[STOPS, "|p19@example.com"]).run();
    assert_eq!(b.ids("mailing").len(), 19, "the refusal passes");
    b.today = day("2026-12-01");
    b.list("site", &[&all[..20], &["|p19@example.com|да|2026-11-30"]].concat()).run();
    assert_eq!(b.ids("mailing"), ids);
}

#[test]
fn a_split_that_was_asked_is_asked_until_somebody_answers() {
    const PEOPLE: &str = "no|name|phone|email|birth|agreed|day|left|calls";
    let mut b = Bridge::new(histories::CONFIG);
    b.list("stops", &["name|phone|email|day"]).list(
        "orders",
        &[
            "no|name|phone|email|birth|address|done|day|calls",
            "1|Анна Петрова|8 916 444-55-66|anna@example.com|1985-03-04|Тула||2026-01-01|да",
            "2|Анна Петрова|8 916 111-22-33|anna@example.com||Тула||2026-01-01|да",
        ],
    );
    let both = "1|???9|8 916 111-22-33, 8 916 444-55-66|anna@example.com|1990-01-02|да|2026-01-01||да";
    b.list("people", &[PEOPLE, both]).run();
    b.list("people", &[PEOPLE]).run();
    let centre = b.shop("centre").log;
    b.today = day("2026-11-25");
    b.run();
    assert_eq!(b.shop("centre").log, centre);
}

/// A row that is somebody's whose card comes to be only now is no more what is left of another card than it will be
/// when that card stands: what doesn't go today doesn't go tomorrow either, over the same lists.
#[test]
fn a_row_that_waits_for_somebody_new_suspends_no_deletion() {
    let mut b = mirror();
    b.list("site", &[SITE, ON_SITE]).run();
    let two = ["Иван Котов|us@example.com|да|2026-01-02", "Иван Белов|us@example.com|да|2026-01-02"];
    b.list("site", &[&[SITE, "Иван|us@example.com|да|2026-01-02"], &two[..]].concat());
    let report = b.run();
    assert_eq!(report.routes.iter().map(|r| r.items.len()).sum::<usize>(), 1, "whose row is the third?");
    let cards = ["email=us@example.com name=Белов Иван", "email=us@example.com name=Котов Иван"];
    assert_eq!(b.cards("mailing"), cards);
    let log = b.shop("mailing").log;
    b.ledger.set_seal(None).expect("a ledger");
    b.run();
    assert_eq!(b.shop("mailing").log, log);
}

#[test]
fn a_row_without_a_readable_day_that_is_somebody_new_suspends_no_deletion() {
    let mut b = bridge();
    b.list("orders", &[ORDERS, "Анна Петрова|8 916 111-22-33|"]).run();
    b.list("orders", &[ORDERS, "Иван Котов|8 916 444-55-66|", "Иван Котов|8 916 444-55-66|31.02.2024"]).run();
    assert_eq!(b.cards("shop"), ["name=Котов Иван phone=+79164445566"]);
    let log = b.shop("shop").log;
    b.ledger.set_seal(None).expect("a ledger");
    b.run();
    assert_eq!(b.shop("shop").log, log);
}

/// A route that was never written has no memory of what waits. That is for as long as a list can't be read, of which
/// each of its runs speaks anyway: what waits is new once, in the first run that could have gone on.
#[test]
fn what_waits_is_new_in_the_first_run_that_reads_all_lists() {
    let mut b = bridge();
    b.list("site", &[SITE, "Анна||да|2026-01-02", ON_SITE]);
    b.unread.insert("stops".into());
    let waits = |report: &report::Report| {
        let mailing = report.routes.iter().find(|r| r.name == "mailing").expect("a route");
        mailing.items.iter().map(|i| i.is_new).collect::<Vec<_>>()
    };
    for expected in [EXIT_FAILED, EXIT_FAILED] {
        let report = b.run();
        assert_eq!((waits(&report), report.exit()), (vec![true], expected));
        assert_eq!(b.cards("mailing"), NOBODY);
    }
    b.unread.clear();
    for (is_new, expected) in [(true, report::EXIT_NEW), (false, EXIT_OK)] {
        let report = b.run();
        b.ledger.set_seal(None).expect("a ledger");
        assert_eq!((waits(&report), report.exit()), (vec![is_new], expected));
        assert_eq!(b.cards("mailing"), [CARD]);
    }
}

#[test]
fn that_nobody_reads_the_answer_changes_no_exit_code() {
    let desk = Desk::new();
    for (args, expected) in [(["explain"].as_slice(), 0), (&["explain", "no-such-code"], 2), (&["sync"], 2)] {
        let closed = || std::io::pipe().expect("a pipe").1;
        let mut program = Command::new(env!("CARGO_BIN_EXE_sheetbridge"));
        let program = program.args(args).current_dir(desk.path("")).stdout(closed()).stderr(closed());
        assert_eq!(program.status().expect("it starts").code(), Some(expected), "{args:?}");
    }
}
