//! Neither the key nor a token is in anything that the program says or writes, however much it logs.

use std::{fmt::Write as _, fs};

use crate::{
    google::{Asked, Cell, Fault, Kind},
    program::files,
    sheets::init::{Beginner, ROWS, environment},
};

/// What must be nowhere: every line of the private key, a token, a signed claim (its head is always the same).
fn secrets(key_file: &str) -> Vec<String> {
    let key: serde_json::Value = serde_json::from_str(key_file).expect("JSON");
    let lines = key["private_key"].as_str().expect("a key").lines().map(str::to_owned);
    let secrets: Vec<String> = lines.chain(["ya29.CANARY".to_owned(), "eyJ".to_owned()]).collect();
    assert!(secrets.len() > 20, "a key has many lines");
    secrets
}

#[test]
fn no_key_and_no_token_is_logged_at_any_level() {
    let beginner = Beginner::new("en_GB.UTF-8");
    let key_file = beginner.google.key_file();
    let (secrets, endpoint) = (secrets(&key_file), beginner.google.endpoint().to_owned());
    let mut said = String::new();
    let mut run = |args: &[&str]| {
        let environment =
            [&environment("en_GB.UTF-8")[..], &[("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")]].concat();
        let answer = beginner.desk.run_with(args, &environment);
        let _ = write!(said, "$ {}\n{answer}", args.join(" "));
        answer.exit
    };
    let (link, known) = (beginner.link("Clients"), |name: &str| beginner.desk.path(name).exists());
    let init = ["init", &link, "--endpoint", &endpoint, "--to", "db", "--why", "interest"];
    // One line more than there should be, as a hand that copies leaves it.
    for broken in [key_file.replace("PRIVATE KEY-----\\nM", "PRIVATE KEY-----\\n\\nM*"), format!("{key_file}}}")] {
        beginner.put_key("google-key.json", &broken);
        assert_eq!(run(&init), 2);
    }
    beginner.put_key("google-key.json", &beginner.google.wrong_key_file());
    assert_eq!(run(&init), 2);
    beginner.put_key("google-key.json", &key_file);
    beginner.google.once(|asked| asked.kind() == Kind::Read, Fault::google(503));
    assert_eq!(run(&init), 0);
    assert!(known("bridge.toml"));
    assert_eq!(run(&["plan", "-v"]), 0);
    beginner.google.once(|asked| asked.kind() == Kind::Read, Fault::Cut(30));
    assert_eq!(run(&["sync", "-v"]), 0);
    assert_eq!(run(&["sync", "--json"]), 0);
    beginner.google.state().desk.revoke_keys(crate::google::ACCOUNT);
    assert_eq!(run(&["sync"]), 2);
    assert_eq!(beginner.google.tokens(), 6, "it signed in, and was refused");
    for secret in &secrets {
        assert!(!said.contains(secret.as_str()), "{secret} was said:\n{said}");
    }
    for file in files(&beginner.desk.path("")).iter().filter(|file| *file != "google-key.json") {
        let bytes = fs::read(beginner.desk.path(file)).expect("it is there");
        let text = String::from_utf8_lossy(&bytes);
        secrets.iter().for_each(|secret| assert!(!text.contains(secret.as_str()), "{secret} is in {file}"));
    }
}

/// What stands in the sheet and is nobody else's business; of a phone its digits, however they are spaced.
fn personal() -> Vec<String> {
    let cells = ROWS[1..].iter().flat_map(|row| row[..3].iter()).filter(|cell| !cell.is_empty());
    let texts = cells.flat_map(|cell| [(*cell).to_owned(), cell.replace([' ', '-'], "")]);
    let names = ROWS[1..].iter().flat_map(|row| row[0].split(' ')).map(str::to_owned);
    texts.chain(names).collect()
}

#[test]
fn nothing_of_a_sheet_and_no_token_is_logged_by_whoever_writes_into_it() {
    let beginner = Beginner::new("en_GB.UTF-8");
    let key_file = beginner.google.key_file();
    let (secrets, endpoint) = (secrets(&key_file), beginner.google.endpoint().to_owned());
    beginner.put_key("google-key.json", &key_file);
    let link = beginner.link("Clients");
    let init = ["init", &link, "--endpoint", &endpoint, "--to", "db", "--why", "interest"];
    let quiet = beginner.desk.run_with(&init, &environment("en_GB.UTF-8"));
    assert_eq!(quiet.exit, 0, "{quiet}");
    let config = beginner.desk.read("bridge.toml").expect("it is there");
    let write_back = "\nwrite_back = { status = \"Status\", message = \"To do\", id = \"id\" }\ncredentials";
    let with_write_back = config.replacen("\ncredentials", write_back, 1);
    assert_ne!(config, with_write_back, "{config}");
    beginner.desk.put("bridge.toml", with_write_back);
    let forbidden = r#"{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no"}}"#;
    let unsigned = r#"{"error":{"code":401,"status":"UNAUTHENTICATED","message":"no"}}"#;
    let write = |asked: &Asked| asked.kind() == Kind::Write;
    let read = |asked: &Asked| asked.kind() == Kind::Read;
    for (fault, exit) in [
        (Some(Fault::says(403, forbidden)), 2),
        (Some(Fault::says(401, unsigned)), 0),
        (Some(Fault::Cut(30)), 0),
        (None, 0),
    ] {
        if let Some(fault) = fault {
            beginner.google.once(read, Fault::Cut(40));
            beginner.google.once(write, fault);
        }
        // A row that waits, so that there is something to say, and to say anew.
        beginner.google.edit(|books| {
            let sheet = books.sheet("Clients");
            let phone = if *sheet.cell("B2") == Cell::from(ROWS[1][1]) { "+44 20 7946 O95l" } else { ROWS[1][1] };
            sheet.set("B2", phone);
        });
        let environment =
            [&environment("en_GB.UTF-8")[..], &[("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")]].concat();
        let answer = beginner.desk.run_with(&["sync", "-v"], &environment);
        assert!(answer.exit == exit || answer.exit == 1 && exit == 0, "{answer}");
        assert!(answer.err.contains("INFO sheetbridge::"), "it logs: {answer}");
        let said = answer.to_string();
        for word in secrets.iter().cloned().chain(personal()).chain(["7946".to_owned()]) {
            let line = said.lines().find(|line| line.contains(&word));
            assert!(line.is_none(), "{word} was said: {line:?}");
        }
    }
    assert!(beginner.google.writes() >= 5, "{}", beginner.google.writes());
}
