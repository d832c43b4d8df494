//! The README does what it says: every `console` block is played in order, in a folder with the examples,
//! and must answer as it stands there but for ids and times. `UPDATE_EXPECTED=1` writes the answers anew.

use std::{fmt::Write as _, fs, path::Path};

use crate::program::{Desk, files};

/// Stands for the time of a run.
const TIME: &str = "2026-11-25T00:00:00Z";

/// The digits of a card's id, and how many it has.
const ID_DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
const ID_LENGTH: usize = 16;

#[test]
fn the_readme_shows_what_the_program_answers() {
    let readme = text("README.md");
    let played = play(&readme);
    if std::env::var_os("UPDATE_EXPECTED").is_some() && without_ids(&played) != without_ids(&readme) {
        fs::write(root().join("README.md"), &played).expect("written");
        return;
    }
    assert!(readme.contains("$ sheetbridge sync examples/quickstart/bridge.toml -v\n"));
    assert!(readme.contains("```sh\nbash tests/run\n```"));
    for (stands, answered) in without_ids(&readme).lines().zip(without_ids(&played).lines()) {
        assert_eq!(stands, answered, "UPDATE_EXPECTED=1 writes it anew; then read it");
    }
    assert_eq!(readme.lines().count(), played.lines().count());
}

#[test]
fn the_config_to_copy_is_right() {
    let path = root().join("config/bridge.toml");
    let passed = sheetbridge::config::parse(&text("config/bridge.toml"), &path).expect("no mistakes");
    assert!(passed.warnings.list.is_empty(), "{:?}", passed.warnings.list);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("it is there")
}

/// The README with the answers of today.
fn play(readme: &str) -> String {
    let desk = Desk::new();
    for example in ["quickstart", "held"] {
        let folder = root().join("examples").join(example);
        for file in files(&folder).into_iter().filter(|f| !f.contains('/')) {
            let content = fs::read(folder.join(&file)).expect("it is there");
            desk.put(&format!("examples/{example}/{file}"), content);
        }
    }
    let (mut out, mut plays, mut exit) = (String::new(), false, 0);
    for line in readme.lines() {
        match line.strip_prefix("$ ") {
            Some(command) if plays => {
                let _ = writeln!(out, "{line}");
                out.push_str(&answer(&desk, command, &mut exit));
            }
            _ if plays && line != "```" => {}
            _ => {
                plays = line == "```console";
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

fn answer(desk: &Desk, command: &str, exit: &mut i32) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    match words.as_slice() {
        ["sheetbridge", args @ ..] => {
            let answer = desk.run(args);
            *exit = answer.exit;
            (answer.err + &answer.out).replace("TIME", TIME)
        }
        ["cat", file] => desk.read(file).expect("it was written").replace('\u{feff}', ""),
        ["echo", "$?"] => format!("{exit}\n"),
        _ => panic!("nobody can play `{command}`"),
    }
}

fn without_ids(text: &str) -> String {
    let is_digit = |c: char| ID_DIGITS.contains(c);
    let word = |word: &str| if word.len() == ID_LENGTH && word.chars().all(is_digit) { "ID" } else { word }.to_owned();
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let end = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        out.push_str(&word(&piece[..end]));
        out.push_str(&piece[end..]);
    }
    out
}
