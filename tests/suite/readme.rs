//! The README does what it says: every `console` block is played in order, in a folder with the examples, and must
//! answer as it stands there but for ids, times and hashes. `UPDATE_EXPECTED=1` writes the answers anew.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use regex::Regex;

use crate::program::{Desk, files};

/// Stands for the time of a run.
const TIME: &str = "2026-11-25T00:00:00Z";

/// Stands for a run.
const RUN: &str = "019abc5e-8bf4-7c1e-9d0a-3f5b6c7d8e9f";

/// Whoever reads has a name and a language.
const READER: [(&str, &str); 3] = [("USER", "rose"), ("LANG", "en_US.UTF-8"), ("LC_ALL", "")];

/// What differs from run to run: ids of cards, runs and questions, times, how long it took, hashes.
const DIFFERS: [&str; 6] = [
    r"\b[0-9abcdefghjkmnpqrstvwxyz]{16}\b",
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    r"\b[0-9a-f]{8}-[0-9a-f]{2,4}\b",
    r"\b[0-9a-f]{10}\b",
    r"\b\d+ ms\b",
    r"\b[0-9a-f]{64}\b",
];

#[test]
fn the_readme_shows_what_the_program_answers() {
    let readme = text("README.md");
    let played = play(&readme);
    if std::env::var_os("UPDATE_EXPECTED").is_some() && constant(&played) != constant(&readme) {
        fs::write(root().join("README.md"), &played).expect("written");
        return;
    }
    assert!(readme.contains("$ sheetbridge sync examples/quickstart/bridge.toml -v\n"));
    assert!(readme.contains("```sh\nbash tests/run\n```"));
    for (stands, answered) in constant(&readme).lines().zip(constant(&played).lines()) {
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

/// Somebody who types what the README says.
struct Reader {
    desk: Desk,
    folder: String,
    exit: i32,
}

/// The README with the answers of today.
fn play(readme: &str) -> String {
    let mut reader = Reader { desk: Desk::new(), folder: String::new(), exit: 0 };
    for example in ["quickstart", "held", "florist"] {
        let folder = root().join("examples").join(example);
        for file in files(&folder).into_iter().filter(|f| !f.contains('/') && is_given(f)) {
            let content = fs::read(folder.join(&file)).expect("it is there");
            reader.desk.put(&format!("examples/{example}/{file}"), content);
        }
    }
    let (mut out, mut plays) = (String::new(), false);
    for line in readme.lines() {
        match line.strip_prefix("$ ") {
            Some(command) if plays => {
                let _ = writeln!(out, "{line}");
                out.push_str(&reader.answer(command));
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

/// Whether a file of an example is given, and not what somebody made who played it there.
fn is_given(file: &str) -> bool {
    ["bridge.toml", "orders.xlsx", "subscribers.csv", "stops.csv", "pupils.csv", "clients.csv"].contains(&file)
}

impl Reader {
    fn answer(&mut self, line: &str) -> String {
        let words = words(line);
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["sheetbridge", args @ ..] => {
                let answer = self.desk.run_in(&self.folder, args, &READER);
                self.exit = answer.exit;
                (answer.err + &answer.out).replace("TIME", TIME).replace("RUN", RUN)
            }
            ["cd", "../.."] => self.enter(""),
            ["cd", folder] => self.enter(folder),
            ["cat", file] => {
                let path = Path::new(&self.folder).join(file);
                self.desk.read(path.to_str().expect("a name")).expect("it was written").replace('\u{feff}', "")
            }
            ["sed", ..] => {
                let folder = self.desk.path(&self.folder);
                assert!(Command::new("sh").args(["-c", line]).current_dir(folder).status().expect("a shell").success());
                String::new()
            }
            ["echo", "$?"] => format!("{}\n", self.exit),
            _ => panic!("nobody can play `{line}`"),
        }
    }

    fn enter(&mut self, folder: &str) -> String {
        folder.clone_into(&mut self.folder);
        String::new()
    }
}

/// The words of a command, those in double quotes together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, piece) in line.split('"').enumerate() {
        if i % 2 == 0 {
            words.extend(piece.split_whitespace().map(str::to_owned));
        } else {
            words.push(piece.to_owned());
        }
    }
    words
}

fn constant(text: &str) -> String {
    DIFFERS
        .iter()
        .fold(text.to_owned(), |text, form| Regex::new(form).expect("a form").replace_all(&text, "…").into_owned())
}
