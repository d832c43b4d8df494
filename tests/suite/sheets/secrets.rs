//! Neither the key nor a token is in anything that the program says or writes, however much it logs.

use std::{fmt::Write as _, fs};

use crate::{
    google::{Fault, Kind},
    program::files,
    sheets::init::{Beginner, environment},
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
