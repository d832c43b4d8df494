//! What is done only when somebody at a terminal says yes: asked in both languages, a no leaves everything.

use std::fs;

use crate::{
    cli::{Transcript, root},
    expected,
    taken_back::shop,
    terminal::Terminal,
};

/// How the question ends, a no and a yes.
const WORDS: [(&str, &str, &str, &str); 2] = [("en", "[yes/no]", "no\r", "yes\r"), ("ru", "[да/нет]", "нет\r", "да\r")];

/// Runs a command, answers its question, and returns what stood on the screen.
#[track_caller]
fn asked(transcript: &Transcript, line: &str, question: &str, answer: &str) -> String {
    let args: Vec<&str> = line.split(' ').collect();
    let terminal = Terminal::start(&transcript.desk, &args, &[("USER", "olga")], 40, 110);
    terminal.wait_for(question);
    terminal.send(answer);
    let (exit, screen) = terminal.end();
    assert_eq!(exit, 0, "{line}: {screen}");
    format!("$ sheetbridge {line}\n{}\n\n", transcript.desk.normal(screen.trim_end()))
}

fn cards(transcript: &Transcript) -> i64 {
    let db = rusqlite::Connection::open(transcript.desk.path("shop.db")).expect("a database");
    db.query_row("SELECT count(*) FROM shop", [], |row| row.get(0)).expect("a table")
}

#[test]
fn a_person_is_asked_and_a_no_leaves_everything() {
    for (language, question, no, yes) in WORDS {
        let transcript = shop(language);
        assert_eq!(transcript.desk.run(&["sync"]).exit, 0);
        let mut screens = String::new();
        let mut ask = |line: &str, answer: &str| screens += &asked(&transcript, line, question, answer);

        ask("undo last --route shop", no);
        assert_eq!(cards(&transcript), 2);
        ask("undo last --route shop", yes);
        assert_eq!(cards(&transcript), 0);

        assert_eq!(transcript.desk.run(&["sync"]).exit, 0);
        assert_eq!(transcript.desk.run(&["state", "backup", "copy.db"]).exit, 0);
        let copy = fs::read(transcript.desk.path("copy.db")).expect("a copy");
        assert_eq!(transcript.desk.run(&["sync"]).exit, 0);
        ask("state backup copy.db", no);
        assert_eq!(fs::read(transcript.desk.path("copy.db")).expect("a copy"), copy);
        ask("state restore copy.db", no);
        assert_eq!(transcript.desk.run(&["status"]).exit, 0);
        ask("state restore copy.db", yes);

        fs::remove_file(transcript.desk.path("state/ledger.db")).expect("removed");
        assert_eq!(transcript.desk.run(&["recover"]).exit, 2, "it waits for a person");
        ask("recover --confirm", no);
        assert_eq!(transcript.desk.run(&["sync"]).exit, 2, "nobody said yes");
        ask("recover --confirm", yes);
        assert_eq!((transcript.desk.run(&["sync"]).exit, cards(&transcript)), (0, 2));

        let path = root().join("tests/data/cli").join(format!("confirmed.{language}.expected"));
        expected::none(&expected::compare(&path, &screens).into_iter().collect::<Vec<_>>());
    }
}
