//! What a person takes back or brings back: `undo`, `recover`, `state backup` and `state restore`, word for word.

use std::{fmt::Write as _, fs};

use crate::{
    cli::Transcript,
    places,
    program::{KEY, files},
};

/// A shop with a table of clients, and a file for those who want letters.
pub(crate) fn shop(language: &str) -> Transcript {
    let transcript = Transcript::new();
    let config = r#"
        [operator]
        name = "Shop"
        profile = "ru"
        language = "LANGUAGE"
        time_zone = "Europe/Moscow"
        [fields]
        name = "person_name"
        phone = { kind = "phone", region = "RU" }
        email = "email"
        done = "date"
        [purposes.orders]
        title = "Deliver what was ordered"
        basis = "contract"
        needs = ["name", "phone"]
        required = ["phone"]
        keep = { for = "3 years", after = "done" }
        [purposes.letters]
        title = "Send the newsletter"
        basis = "consent"
        needs = ["name", "email"]
        keep = "until withdrawn"
        [sources.clients]
        path = "clients.csv"
        purposes = ["orders"]
        columns = { name = "name", phone = "phone", email = "email", done = "done" }
        [sources.clients.consent.letters]
        given = "letters"
        [destinations.shop]
        path = "shop.db"
        purposes = ["orders"]
        [destinations.letters]
        path = "letters.csv"
        purposes = ["letters"]
        [state]
        key = "file:key"
    "#;
    transcript.desk.put("bridge.toml", config.replace("LANGUAGE", language));
    clients(&transcript, &["Anna Petrova", "Ivan Kotov"]);
    transcript
}

/// The list, in which the first wants letters.
fn clients(transcript: &Transcript, names: &[&str]) {
    let mut text = String::from("name,phone,email,done,letters\n");
    for (i, name) in names.iter().enumerate() {
        let first = name.to_lowercase().replace(' ', ".");
        let letters = if i == 0 { "yes" } else { "no" };
        let _ = writeln!(text, "{name},+791612345{i:02},{first}@example.com,,{letters}");
    }
    transcript.desk.put("clients.csv", text);
}

fn execute(transcript: &Transcript, sql: &str) {
    let db = rusqlite::Connection::open(transcript.desk.path("shop.db")).expect("a database");
    db.execute_batch(sql).expect(sql);
}

/// Runs that have nothing to say here.
fn quietly(transcript: &Transcript, line: &str) -> i32 {
    let answer = transcript.desk.run(&line.split(' ').collect::<Vec<_>>());
    assert!(answer.exit != 2, "{answer}");
    answer.exit
}

fn cards(transcript: &Transcript) -> Vec<places::Card> {
    places::rows(&transcript.desk.path("shop.db"), "shop")
}

const FIVE: [&str; 5] = ["Anna Petrova", "Ivan Kotov", "Oleg Belov", "Rachel Harris", "Marc Delacroix"];

#[test]
fn a_run_is_undone() {
    for (language, name) in [("en", "undo"), ("ru", "undo-ru")] {
        let mut transcript = shop(language);
        transcript.run("undo last");
        assert_eq!(quietly(&transcript, "sync"), 0);
        clients(&transcript, &FIVE);
        assert_eq!(quietly(&transcript, "sync"), 0);
        let before = cards(&transcript);
        transcript.note("somebody types into one of the new cards, and deletes another");
        execute(&transcript, "UPDATE shop SET name = 'Marc' WHERE name LIKE 'Delacroix%'");
        execute(&transcript, "DELETE FROM shop WHERE name LIKE 'Belov%'");
        assert_eq!(transcript.run("undo last").exit, 2);
        assert_eq!(transcript.run("undo last --json").exit, 1);
        assert_eq!(cards(&transcript).len(), 4, "nobody agreed");
        assert_eq!(transcript.run("undo last --yes").exit, 1);
        assert_eq!(cards(&transcript).len(), 3);
        transcript.note("twice is once");
        assert_eq!(transcript.run("undo last --yes").exit, 1);
        assert_eq!(cards(&transcript).len(), 3);
        transcript.note("who still stands in the list comes back under another id");
        transcript.run("sync --verbose");
        let after = cards(&transcript);
        let id = |cards: &[places::Card], phone: &str| {
            let card = cards.iter().find(|c| c["phone"] == phone).expect("a card");
            card["sheetbridge_id"].clone()
        };
        assert_ne!(id(&before, "+79161234503"), id(&after, "+79161234503"));
        assert_eq!(id(&before, "+79161234500"), id(&after, "+79161234500"));
        transcript.note("runs that are not there, and one that is named by its id");
        assert_eq!(transcript.run("undo lst").exit, 2);
        assert_eq!(transcript.run("undo 0 --route shop").exit, 2);
        assert_eq!(transcript.run("undo last --route shp").exit, 2);
        transcript.compare(name);
    }
}

#[test]
fn a_file_is_not_undone() {
    for (language, name) in [("en", "undo-file"), ("ru", "undo-file-ru")] {
        let mut transcript = shop(language);
        assert_eq!(quietly(&transcript, "sync"), 0);
        let before = transcript.desk.read("letters.csv");
        assert_eq!(transcript.run("undo last --route letters --yes").exit, 2);
        assert_eq!(transcript.desk.read("letters.csv"), before);
        transcript.note("what can be undone is");
        assert_eq!(transcript.run("undo last --yes").exit, 2);
        assert!(cards(&transcript).is_empty());
        assert_eq!(transcript.desk.read("letters.csv"), before);
        transcript.compare(name);
    }
}

#[test]
fn a_run_is_named_by_its_id() {
    let transcript = shop("en");
    let run = |line: &str| transcript.desk.run(&line.split(' ').collect::<Vec<_>>());
    let first = quietly(&transcript, "sync");
    clients(&transcript, &FIVE);
    assert_eq!((first, quietly(&transcript, "sync")), (0, 0));
    let db = rusqlite::Connection::open(transcript.desk.path("state/ledger.db")).expect("a ledger");
    let id: String = db.query_row("SELECT id FROM runs WHERE seq = 1", [], |row| row.get(0)).expect("a run");
    drop(db);
    assert_eq!(run(&format!("undo {} --route shop --yes", &id.to_uppercase()[..20])).exit, 0);
    let left: Vec<_> = cards(&transcript).into_iter().map(|card| card["phone"].clone()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(!left.contains(&"+79161234500".to_owned()));
}

#[test]
fn a_lost_ledger_is_recovered() {
    for (language, name) in [("en", "recover"), ("ru", "recover-ru")] {
        let mut transcript = shop(language);
        clients(&transcript, &FIVE);
        assert_eq!(quietly(&transcript, "sync"), 0);
        let (shop, letters) = (cards(&transcript), transcript.desk.read("letters.csv"));
        fs::remove_file(transcript.desk.path("state/ledger.db")).expect("removed");
        assert_eq!(transcript.run("sync").exit, 2);
        assert_eq!(transcript.run("recover").exit, 2);
        transcript.note("nothing is sent");
        assert_eq!(transcript.run("sync").exit, 2);
        assert_eq!(transcript.run("plan").exit, 0);
        assert_eq!(transcript.run("recover --confirm").exit, 2);
        assert_eq!(transcript.run("recover --confirm --yes").exit, 0);
        transcript.note("everybody is known again");
        assert_eq!(transcript.run("sync").exit, 0);
        assert_eq!((cards(&transcript), transcript.desk.read("letters.csv")), (shop, letters));
        assert_eq!(transcript.run("recover").exit, 0);
        assert_eq!(transcript.run("recover --confirm").exit, 0);
        assert_eq!(transcript.run("recover --lost-key --yes").exit, 2);
        transcript.compare(name);
    }
}

#[test]
fn a_lost_key_is_given_up() {
    for (language, name) in [("en", "recover-key"), ("ru", "recover-key-ru")] {
        let mut transcript = shop(language);
        clients(&transcript, &FIVE);
        let list = transcript.desk.read("clients.csv").expect("a list");
        assert_eq!(quietly(&transcript, "sync"), 0);
        transcript.note("the first one says no, and the list forgets it");
        transcript.desk.put("clients.csv", list.replacen("yes", "no", 1));
        assert_eq!(quietly(&transcript, "sync"), 0);
        let before = cards(&transcript);
        transcript.desk.put("key", "7".repeat(64));
        assert_eq!(transcript.run("sync").exit, 2);
        assert_eq!(transcript.run("recover --lost-key").exit, 2);
        assert_eq!(transcript.run("recover --lost-key --yes").exit, 2);
        assert_eq!(transcript.run("recover --confirm --yes").exit, 0);
        assert_eq!(transcript.run("sync").exit, 0);
        assert_eq!(cards(&transcript), before);
        // The ledger and its lock, and what nobody can read any more.
        assert_eq!(files(&transcript.desk.path("state")).len(), 4);
        transcript.compare(name);
    }
}

#[test]
fn a_ledger_is_backed_up_and_restored() {
    for (language, name) in [("en", "backup"), ("ru", "backup-ru")] {
        let mut transcript = shop(language);
        assert_eq!(transcript.run("state backup copy.db").exit, 2);
        assert_eq!(quietly(&transcript, "sync"), 0);
        assert_eq!(transcript.run("state backup copy.db").exit, 0);
        assert_eq!(transcript.run("state backup copy.db").exit, 2);
        assert_eq!(transcript.run("state backup copy.db --yes").exit, 0);
        transcript.note("a run later, the ledger is damaged");
        clients(&transcript, &FIVE);
        assert_eq!(quietly(&transcript, "sync"), 0);
        let before = cards(&transcript);
        transcript.desk.put("state/ledger.db", "not a ledger any more");
        assert_eq!(transcript.run("sync").exit, 2);
        assert_eq!(transcript.run("state restore copy.db").exit, 2);
        assert_eq!(transcript.run("state restore copy.db --yes").exit, 0);
        assert_eq!(transcript.run("sync").exit, 2);
        assert_eq!(transcript.run("recover --route shop").exit, 2);
        assert_eq!(transcript.run("recover --confirm --yes").exit, 0);
        assert_eq!(transcript.run("sync").exit, 0);
        assert_eq!(cards(&transcript), before);
        transcript.note("what is no backup");
        assert_eq!(transcript.run("state restore none.db --yes").exit, 2);
        assert_eq!(transcript.run("state restore clients.csv --yes").exit, 2);
        assert_eq!(transcript.run("state restore shop.db --yes").exit, 2);
        transcript.desk.put("key", "7".repeat(64));
        assert_eq!(transcript.run("state restore copy.db --yes").exit, 2);
        transcript.desk.put("key", KEY);
        assert_eq!(quietly(&transcript, "sync"), 0);
        transcript.compare(name);
    }
}
