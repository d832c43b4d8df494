//! `status` and `history`, over runs that just were and over forty that are made up.

use std::fs::{self, File};

use serde_json::{Value, json};
use sheetbridge::{
    change::RunId,
    config::{Secret, StateConfig},
    day::Day,
    ledger::Ledger,
    report::Command,
};

use crate::{
    bridge::{Bridge, day},
    cli::Transcript,
    program::{Desk, files},
};

/// Writes records into the ledger of a desk.
pub(crate) fn record(desk: &Desk, records: &[Value]) {
    let key = Some(Secret::File("key".into()));
    let state = StateConfig { folder: desk.path("state"), key, refusals: None };
    let mut ledger = Ledger::open(&state, &desk.path("")).expect("a ledger");
    for record in records {
        let id = record["run"].as_str().expect("an id").parse().expect("a UUID");
        ledger.record(RunId(id), record).expect("recorded");
    }
}

/// Forty nights of a shop: it grows, something waits longer and longer, two nights find nothing to do, one is stopped by
/// the guard and one finds no destination.
pub(crate) fn forty_nights() -> Vec<Value> {
    (0..40).map(night).collect()
}

fn night(n: u64) -> Value {
    let day = Day(day("2026-10-17").0 + i32::try_from(n).expect("few"));
    let waits = |from: u64, n: u64, now: u64, since: &str| (now >= from).then(|| json!({ "n": n, "since": since }));
    let (missing, undecided) = (waits(6, 1 + n / 4, n, "2026-10-23"), waits(21, 3, n, "2026-11-07"));
    let waiting = [&missing, &undecided].iter().filter_map(|w| w.as_ref()?["n"].as_u64()).sum::<u64>();
    let mut record = json!({
        "run": format!("019a{n:04x}-0000-7000-8000-{n:012x}"), "at": format!("{day}T00:00:07Z"), "day": day.to_string(),
        "who": "svc-sheets", "command": "sync", "version": "0.1.0", "config": "ab".repeat(32), "exit": 0,
        "unchanged_since": null, "waiting": waiting, "questions": {}, "guard": 10, "guard_default": 10,
        "times": [{ "stage": "open", "ms": 40 }],
        "sources": [], "findings": {}, "refusals": { "own": 0, "by_value": 0, "by_link": 0 }, "routes": [],
    });
    if n == 12 || n == 13 {
        record["unchanged_since"] = "2026-10-28T00:00:07Z".into();
        return record;
    }
    let created = if n == 0 { 1240 } else { n * 7 % 5 };
    let mut shop = json!({
        "name": "shop", "rows": 1600 + n * 4, "people": 1258 + n * 3, "doubles": 342 + n, "lapses": {}, "refused": n / 9,
        "steps": { "create rows": created, "update rows": n * 3 % 11, "delete refused": n % 4 / 3, "stand rows": 1200 },
        "held": waiting, "waits": { "wait-required-missing": missing, "wait-undecided": undecided }, "suspended": 0,
        "stops": [], "emptied": [], "unread": [], "left_out": 0, "cards": 1240 + n * 3, "trouble": null,
        "wrote": true, "plan": "cd".repeat(32),
    });
    let map = shop["waits"].as_object_mut().expect("a map");
    map.retain(|_, waits| !waits.is_null());
    let mut letters =
        json!({ "name": "letters", "rows": 800, "people": 700, "cards": 690 + n, "steps": { "create rows": n % 3 } });
    let stages =
        [("open", 40), ("read", 900), ("check", 2100), ("rights", 500), ("match", 800), ("plan", 700), ("write", 1200)];
    record["times"] = stages.iter().map(|(stage, ms)| json!({ "stage": stage, "ms": ms + n * 10 })).collect();
    record["sources"] = json!([
        { "name": "clients", "version": "5f".repeat(32), "rows": 1600 + n * 4, "trouble": null },
        { "name": "stops", "version": "60".repeat(32), "rows": 12, "trouble": null },
    ]);
    record["findings"] = json!({ "email-domain-typo": 22, "phone-letters": 4 });
    record["refusals"] = json!({ "own": 3, "by_value": 5, "by_link": 1 });
    match n {
        6 | 21 => record["exit"] = 1.into(),
        18 => {
            record["exit"] = 2.into();
            shop["stops"] = json!([{ "what": "removals", "wanted": 310, "allowed": 124 }]);
        }
        19 => record["guard"] = 50.into(),
        29 => {
            record["exit"] = 2.into();
            letters["trouble"] = json!({ "code": "destination-failed", "hint": "letters: no space left", "row": null });
        }
        _ => {}
    }
    record["routes"] = json!([shop, letters]);
    record
}

/// The same in Russian.
fn in_russian(desk: &Desk) {
    let config = desk.read("bridge.toml").expect("a config");
    desk.put("ru.toml", config.replace("\"en\"", "\"ru\""));
}

#[test]
fn the_runs_are_listed_and_shown() {
    let mut transcript = Transcript::small();
    in_russian(&transcript.desk);
    let mut records = forty_nights();
    records.push(json!({
        "run": "019a0028-0000-7000-8000-000000000028", "at": "2026-11-26T09:12:00Z", "command": "plan", "who": "anna",
        "revealed": true, "rejects": false, "routes_looked_at": ["shop"], "hereafter": 12,
    }));
    record(&transcript.desk, &records);
    let before = files(&transcript.desk.path("state"));
    for line in ["history --limit 6", "history show last", "history show 019a001d", "history show 019a0013"] {
        assert_eq!(transcript.run(line).exit, 0);
    }
    transcript.note("a night that found nothing to do; one that the guard stopped, in Russian");
    transcript.run("history show 019a000c");
    transcript.run("history -c ru.toml --limit 3");
    transcript.run("history show 019a0012 -c ru.toml");
    transcript.note("what is no run");
    assert_eq!(transcript.run("history show 019a00").exit, 2);
    assert_eq!(transcript.run("history show yesterday -c ru.toml").exit, 2);
    assert_eq!(files(&transcript.desk.path("state")), before, "nothing is made by looking");
    let json = transcript.desk.run(&["history", "--json", "--limit", "2"]);
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((json["runs"][0]["hereafter"].as_u64(), json["runs"].as_array().map(Vec::len)), (Some(12), Some(2)));
    let shown = transcript.desk.run(&["history", "show", "019a0012", "--json"]);
    let shown: Value = serde_json::from_str(&shown.out).expect("JSON");
    assert_eq!(shown["routes"][0]["stops"][0]["wanted"], 310);
    transcript.compare("history");
}

#[test]
fn a_record_that_was_touched_is_found() {
    let mut transcript = Transcript::small();
    in_russian(&transcript.desk);
    record(&transcript.desk, &forty_nights()[..5]);
    assert_eq!(transcript.run("history verify").exit, 0);
    transcript.run("history verify --json");
    transcript.run("history verify -c ru.toml");
    transcript.note("somebody makes the third night look good");
    let ledger = rusqlite::Connection::open(transcript.desk.path("state/ledger.db")).expect("a database");
    let touched =
        ledger.execute("UPDATE runs SET record = replace(record, '\"exit\":0', '\"exit\":1') WHERE seq = 3", []);
    assert_eq!(touched, Ok(1));
    drop(ledger);
    assert_eq!(transcript.run("history verify").exit, 2);
    assert_eq!(transcript.run("history verify -c ru.toml").exit, 2);
    transcript.compare("verify");
}

#[test]
fn the_status_tells_whether_all_is_well() {
    let mut transcript = Transcript::small();
    in_russian(&transcript.desk);
    transcript.note("before the first run");
    assert_eq!(transcript.run("status").exit, 2);
    assert_eq!(transcript.run("history -c ru.toml").exit, 2);
    assert!(!transcript.desk.path("state").exists(), "nothing is made by looking");
    transcript.note("one destination alone");
    transcript.run("sync --route letters");
    assert_eq!(transcript.run("status --max-age 26h").exit, 2);
    transcript.note("all of them");
    transcript.run("sync");
    assert_eq!(transcript.run("status --max-age 26h").exit, 0);
    assert_eq!(transcript.run("status ru.toml").exit, 0);
    assert_eq!(transcript.run("status --json").exit, 0);
    let lock = File::options().append(true).open(transcript.desk.path("state/lock")).expect("a lock");
    lock.lock().expect("nobody has it");
    transcript.note("while another run holds the lock, without the key");
    fs::rename(transcript.desk.path("key"), transcript.desk.path("key2")).expect("moved");
    assert_eq!(transcript.run("status").exit, 0);
    drop(lock);
    fs::rename(transcript.desk.path("key2"), transcript.desk.path("key")).expect("moved");
    transcript.note("a destination that can't be written");
    fs::remove_dir_all(transcript.desk.path("out")).expect("removed");
    transcript.desk.put("out", "a file");
    assert_eq!(transcript.run("sync").exit, 2);
    assert_eq!(transcript.run("status").exit, 2);
    assert_eq!(transcript.run("status ru.toml").exit, 2);
    assert_eq!(transcript.run("status --max-age 26h").exit, 0, "there is a good run that is young enough");
    transcript.note("what is no age");
    assert_eq!(transcript.run("status --max-age soon").exit, 2);
    transcript.compare("status");
}

#[test]
fn an_old_run_and_one_of_the_future_dont_count() {
    let now = jiff::Timestamp::now();
    let at = |hours: i64| (now - jiff::SignedDuration::from_hours(hours)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let run = |n: u64, hours: i64| {
        let mut record = night(n);
        record["at"] = at(hours).into();
        record
    };
    let mut transcript = Transcript::small();
    in_russian(&transcript.desk);
    record(&transcript.desk, &[run(30, 40)]);
    assert_eq!(transcript.run("status --max-age 26h").exit, 2);
    assert_eq!(transcript.run("status ru.toml --max-age 1d2h").exit, 2);
    assert_eq!(transcript.run("status --max-age 2d").exit, 0);
    transcript.note("the clock was wrong");
    record(&transcript.desk, &[run(31, -24 * 365)]);
    assert_eq!(transcript.run("status --max-age 26h").exit, 2);
    assert_eq!(transcript.run("status ru.toml --max-age 2d").exit, 0);
    transcript.compare("status-old");
}

#[test]
fn a_run_is_recorded_with_its_stages() {
    let transcript = Transcript::small();
    transcript.desk.run(&["sync"]);
    let shown = transcript.desk.run(&["history", "show", "last", "--json"]);
    let shown: Value = serde_json::from_str(&shown.out).expect("JSON");
    let stages: Vec<&str> =
        shown["times"].as_array().expect("a list").iter().filter_map(|t| t["stage"].as_str()).collect();
    assert_eq!(stages, ["open", "read", "check", "rights", "match", "plan", "write"]);
}

/// A contract with everybody, and a list of refusals.
const SHOP: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone", "email"]
    required = ["phone"]
    keep = { for = "3 years", after = "done" }
    [purposes.mail]
    title = "Write"
    basis = "consent"
    needs = ["email"]
    keep = "until withdrawn"
    [sources.orders]
    path = "orders.csv"
    purposes = ["orders"]
    columns = { name = "name", phone = "phone", email = "email", done = "done" }
    [sources.orders.consent.mail]
    given = "agreed"
    [sources.stops]
    path = "stops.csv"
    refuses = ["mail"]
    columns = { email = "email" }
    [destinations.shop]
    path = "shop.db"
    purposes = ["orders"]
    [destinations.mail]
    path = "mail.db"
    purposes = ["mail"]
"#;

#[test]
fn what_waits_keeps_the_day_on_which_it_was_first_seen() {
    let mut b = Bridge::new(SHOP);
    let header = "name|phone|email|done|agreed";
    b.list("orders", &[header, "Анна Петрова||anna@example.com||да"]).list("stops", &["email", "???"]);
    let first = b.run();
    assert_eq!((first.routes[0].items[0].since, first.questions[0].since), (b.today, b.today));
    assert!(!first.text().contains("2026-11-24"), "today is no news: {}", first.text());
    b.today = day("2026-11-27");
    b.list("orders", &[header, "Анна Петрова||anna@example.com||да", "Олег Белов||oleg@example.com||"]);
    let then = b.run();
    let mut since: Vec<_> = then.routes[0].items.iter().map(|i| (i.since, i.is_new)).collect();
    since.sort_unstable();
    assert_eq!(since, [(day("2026-11-24"), false), (day("2026-11-27"), true)]);
    assert_eq!((then.questions[0].since, then.questions[0].is_new), (day("2026-11-24"), false));
    assert_eq!(then.text().matches("с 2026-11-24").count(), 2, "{}", then.text());
    let record = then.to_record("", "", &sheetbridge::pipeline::Ask::new(sheetbridge::report::Command::Sync));
    assert_eq!(record["routes"][0]["waits"]["wait-required-missing"], json!({ "n": 2, "since": "2026-11-24" }));
    let question = then.questions[0].finding.code.name();
    assert_eq!(record["questions"][question], json!({ "n": 1, "since": "2026-11-24" }));
    b.today = day("2026-11-28");
    let plan = b.ask(Command::Plan).expect("the ledger holds");
    assert!(plan.to_json()["routes"][0]["waiting"].to_string().contains("2026-11-24"), "a plan knows it too");
}
