//! Broken and odd input: every file of `tests/data/bad` meets the real program, and what it answers,
//! exits with and leaves at the destinations is in `NAME.expected` beside it.
//!
//! A case is one of:
//! - a file: met once as the first list ever, and once in the place of `good.csv`, which was synced before;
//! - a folder with `1`, `2`, …: all inputs of one run after another, with a `bridge.toml` if the common
//!   one doesn't fit, and a file `args` in a step that isn't `sync -v`;
//! - a workbook made by [`books`](crate::books); a file in a step that says `workbook NAME` is one too.
//!
//! And no word of anybody's row may be in an answer.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::{
    books, expected,
    program::{Desk, files},
};

/// One case: its name, and its steps, each the inputs of one run with the arguments of that run.
struct Case {
    name: String,
    config: String,
    steps: Vec<Step>,
}

struct Step {
    /// What it is called.
    title: String,
    inputs: Vec<(String, Vec<u8>)>,
    args: String,
    starts: Starts,
}

/// What stands when a step begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Starts {
    WithNothing,
    /// What a good list left.
    AfterGood,
    AfterStepBefore,
}

#[test]
fn every_bad_input_gets_its_answer() {
    let cases = cases();
    assert!(cases.len() > 100, "{} cases: some were lost", cases.len());
    let expected_files = files(&folder()).into_iter().filter(|f| f.ends_with(".expected"));
    let orphans: Vec<String> = expected_files.filter(|f| !cases.iter().any(|c| *f == c.expected())).collect();
    assert_eq!(orphans, Vec::<String>::new(), "answers without a case");

    let prepared = Prepared::new();
    let differences = Mutex::new(Vec::new());
    let left = Mutex::new(cases.iter());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = { left.lock().expect("no panic").next() } {
                    let (text, leaks) = case.play(&prepared);
                    let differs = expected::compare(&folder().join(case.expected()), &text);
                    differences.lock().expect("no panic").extend(leaks.into_iter().chain(differs));
                }
            });
        }
    });
    expected::none(&differences.into_inner().expect("no panic"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad")
}

fn cases() -> Vec<Case> {
    let common = common();
    let mut cases = Vec::new();
    for name in fs::read_dir(folder()).expect("a folder").flatten().map(|e| e.file_name()) {
        let name = name.into_string().expect("a name in UTF-8");
        if let Some(name) = name.strip_suffix(".csv") {
            let bad = fs::read(folder().join(format!("{name}.csv"))).expect("a list");
            cases.push(Case::alone(name, &common, CSV, &bad));
        } else if folder().join(&name).is_dir() {
            cases.push(Case::of_steps(&name, &common));
        }
    }
    let config = common.replace(CSV, XLSX);
    cases.extend(books::all().map(|(n, book)| Case::alone(n, &config, XLSX, &book)));
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

const CSV: &str = "clients.csv";
const XLSX: &str = "clients.xlsx";

fn common() -> String {
    fs::read_to_string(folder().join("bridge.toml")).expect("a config")
}

/// Folders in which a good list was synced, to be copied.
struct Prepared([(&'static str, Desk); 2]);

impl Prepared {
    fn new() -> Self {
        let good = fs::read(folder().join("good.csv")).expect("a list");
        Self([(CSV, good), (XLSX, books::good())].map(|(file, list)| {
            let desk = Desk::new();
            desk.put("bridge.toml", common().replace(CSV, file));
            desk.put(file, list);
            assert_eq!(desk.run(&["sync"]).exit, 0);
            (file, desk)
        }))
    }

    /// A copy of the folder for a kind of list, and what its destinations hold.
    fn desk(&self, file: &str) -> (Desk, Vec<(String, String)>) {
        let (_, desk) = self.0.iter().find(|(f, _)| *f == file).expect("there are two");
        let copy = Desk::new();
        for file in files(&desk.path("")) {
            copy.put(&file, fs::read(desk.path(&file)).expect("it is there"));
        }
        let before = show(&copy, &[], &mut String::new());
        (copy, before)
    }
}

impl Case {
    /// A file that is the first list ever, and that takes the place of a good one.
    fn alone(name: &str, config: &str, file: &str, bad: &[u8]) -> Self {
        let step = |title: &str, args: &str, starts| Step {
            title: title.into(),
            inputs: vec![(file.into(), bad.to_vec())],
            args: args.into(),
            starts,
        };
        let steps = vec![
            step("as the first list ever", "sync -v", Starts::WithNothing),
            step("in the place of a good list", "sync", Starts::AfterGood),
        ];
        Self::new(name, config, steps)
    }

    fn of_steps(name: &str, common: &str) -> Self {
        let folder = folder().join(name);
        let config = fs::read_to_string(folder.join("bridge.toml")).unwrap_or_else(|_| common.into());
        let steps = (1..).map(|n| folder.join(n.to_string())).take_while(|f| f.is_dir()).enumerate();
        let steps = steps.map(|(i, folder)| {
            let starts = if i == 0 { Starts::WithNothing } else { Starts::AfterStepBefore };
            let mut step = Step { title: format!("run {}", i + 1), inputs: Vec::new(), args: "sync -v".into(), starts };
            for file in files(&folder) {
                let content = fs::read(folder.join(&file)).expect("a file");
                match (file.as_str(), content.strip_prefix(b"workbook ")) {
                    ("args", _) => step.args = String::from_utf8(content).expect("a line").trim().into(),
                    (_, Some(name)) => {
                        let name = std::str::from_utf8(name).expect("a name").trim();
                        step.inputs.push((file, books::named(name)));
                    }
                    _ => step.inputs.push((file, content)),
                }
            }
            step
        });
        Self::new(name, &config, steps.collect())
    }

    fn new(name: &str, config: &str, steps: Vec<Step>) -> Self {
        let config = if name.ends_with(".ru") { config.replace("\"en\"", "\"ru\"") } else { config.into() };
        Self { name: name.into(), config, steps }
    }

    fn expected(&self) -> String {
        format!("{}.expected", self.name)
    }

    /// All that happens, as text, and every answer that says something of a person.
    fn play(&self, prepared: &Prepared) -> (String, Vec<String>) {
        let words = self.words();
        let (mut text, mut leaks) = (String::new(), Vec::new());
        let mut desk = Desk::new();
        let mut before = Vec::new();
        let mut laid: Vec<String> = Vec::new();
        for step in &self.steps {
            if step.starts == Starts::AfterGood {
                (desk, before) = prepared.desk(&step.inputs[0].0);
            }
            if step.starts != Starts::AfterStepBefore {
                desk.put("bridge.toml", &self.config);
            }
            for file in laid.drain(..).filter(|f| !f.starts_with("state/") && !f.starts_with("out/")) {
                let path = desk.path(&file);
                fs::remove_file(&path).unwrap_or_default();
                fs::remove_dir(path.parent().expect("it has one")).unwrap_or_default();
            }
            for (file, content) in &step.inputs {
                desk.put(file, content);
                laid.push(file.clone());
            }
            let args: Vec<&str> = step.args.split(' ').collect();
            let answer = desk.run(&args);
            let _ = writeln!(text, "# {}\n$ sheetbridge {}\n{answer}", step.title, step.args);
            let said = words_of(&format!("{}{}", answer.out, answer.err));
            leaks.extend(words.intersection(&said).map(|w| format!("{}: {} says `{w}`", self.name, step.title)));
            before = show(&desk, &before, &mut text);
        }
        (text, leaks)
    }

    /// The words of people's rows, apart from words that the program or the config may use.
    fn words(&self) -> BTreeSet<String> {
        let mut words = words_of(&fs::read_to_string(folder().join("good.csv")).expect("a list"));
        let mut known = words_of(include_str!("../../config/catalogue.toml"));
        known.extend(words_of(&self.config));
        let inputs = || self.steps.iter().flat_map(|s| &s.inputs);
        inputs().for_each(|(name, _)| known.extend(words_of(name)));
        for (name, content) in inputs().filter(|(_, content)| !content.starts_with(b"PK")) {
            if name.ends_with(".toml") {
                known.extend(words_of(&String::from_utf8_lossy(content)));
                continue;
            }
            for line in String::from_utf8_lossy(content).lines() {
                let is_header = ["Телефон", "ФИО", "E-mail"].iter().any(|h| line.contains(h));
                if is_header { &mut known } else { &mut words }.extend(words_of(line));
            }
        }
        words.difference(&known).cloned().collect()
    }
}

/// The words that could tell a person: four letters or digits and more, years and tags aside.
fn words_of(text: &str) -> BTreeSet<String> {
    let is_year = |w: &str| w.len() == 4 && w.starts_with("20");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() >= 4 && !is_year(w));
    words.map(str::to_lowercase).filter(|w| w != "html").collect()
}

/// What the destinations hold now, each that changed.
fn show(desk: &Desk, before: &[(String, String)], text: &mut String) -> Vec<(String, String)> {
    let out = desk.path("out");
    let names = if out.is_dir() { files(&out) } else { Vec::new() };
    let now: Vec<(String, String)> = names
        .into_iter()
        .filter(|name| name.ends_with(".csv"))
        .map(|name| (name.clone(), desk.read(&format!("out/{name}")).unwrap_or_default()))
        .collect();
    if now.is_empty() {
        text.push_str("--- nothing was written\n");
    }
    for (name, content) in &now {
        if before.iter().any(|(n, c)| n == name && c == content) {
            let _ = writeln!(text, "--- out/{name} as before");
        } else {
            let _ = writeln!(text, "--- out/{name}\n{}", content.trim_start_matches('\u{feff}').trim_end());
        }
    }
    let gone = before.iter().filter(|(name, _)| !now.iter().any(|(n, _)| n == name));
    gone.for_each(|(name, _)| {
        let _ = writeln!(text, "--- out/{name} is gone");
    });
    text.push('\n');
    now
}

#[test]
fn the_good_list_has_no_finding() {
    let good = fs::read_to_string(folder().join("good.expected")).expect("it is written");
    assert!(good.contains("--- exit 0") && !good.contains("To correct"), "{good}");
}

#[test]
fn every_bad_config_gets_its_answer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/configs");
    let mut differences = Vec::new();
    let mut seen = String::new();
    let names = files(&folder).into_iter().filter_map(|f| f.strip_suffix(".toml").map(str::to_owned));
    for name in names {
        let desk = Desk::new();
        desk.put("bridge.toml", fs::read(folder.join(format!("{name}.toml"))).expect("a config"));
        let answer = desk.run(&["check"]);
        assert_eq!(files(desk.path("").as_path()), ["bridge.toml", "key"], "{name}: a check leaves nothing behind");
        let _ = write!(seen, "{answer}");
        let path = folder.join(format!("{name}.expected"));
        differences.extend(expected::compare(&path, &format!("$ sheetbridge check\n{answer}")));
    }
    expected::none(&differences);
    let all = sheetbridge::catalogue::all().map(|(code, _)| code).filter(|code| code.starts_with("config-"));
    let unseen: Vec<&str> = all.filter(|code| !seen.contains(&format!("[{code}]"))).collect();
    let of_several_files = ["config-extends-itself", "config-extends-unread", "config-not-shared"];
    let unseen: Vec<&str> = unseen.into_iter().filter(|code| !of_several_files.contains(code)).collect();
    assert_eq!(unseen, ["config-not-found", "config-unreadable"], "no config shows these; `cli` does");
}
