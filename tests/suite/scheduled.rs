//! `examples/scheduled`: what is in the files can be typed, and the files are what they seem.

use std::{fs, path::Path, process::Command};

use crate::program::{Desk, files};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scheduled")
}

fn text(name: &str) -> String {
    fs::read_to_string(folder().join(name)).expect("it is there")
}

/// The arguments of every call of the program in a text.
fn calls(text: &str) -> Vec<Vec<String>> {
    let text = &text.replace(" 2>&1", "");
    let ends = |c: char| matches!(c, '\n' | ')' | '>' | '|' | '`' | '<' | ';');
    let word = |word: &str| word.trim_matches(['"', '\'', '&']).to_owned();
    let arguments = |after: &str| after.split(ends).next().unwrap_or_default().split_whitespace().map(word).collect();
    let is_call = |at: usize, len: usize| text[at + len..].starts_with(' ') || text[at + len..].starts_with(".exe\"<");
    ["/bin/sheetbridge", "`sheetbridge", "<Arguments>"]
        .iter()
        .flat_map(|start| text.match_indices(start).map(|(at, start)| (at, start.len())))
        .filter(|(at, len)| is_call(*at, *len) || text[*at..].starts_with("<Arguments>"))
        .map(|(at, len)| arguments(&text[at + len..]))
        .collect()
}

#[test]
fn every_command_in_them_can_be_typed() {
    let desk = Desk::new();
    let mut seen = Vec::new();
    for name in files(&folder()) {
        for call in calls(&text(&name)) {
            // Without a config nothing is done, but the arguments have been understood.
            let call: Vec<&str> = call.iter().map(|w| if w.ends_with(".toml") { "no-such.toml" } else { w }).collect();
            let answer = desk.run(&call);
            assert!(answer.err.contains("config-not-found"), "{name}: {call:?}\n{answer}");
            seen.push((name.clone(), call[0].to_owned()));
        }
    }
    let has = |name: &str, command: &str| seen.iter().any(|(n, c)| n == name && c == command);
    for (name, command) in [
        ("sheetbridge.service", "sync"),
        ("sheetbridge-watch.service", "status"),
        ("sheetbridge.cron", "sync"),
        ("sheetbridge.cron", "status"),
        ("sheetbridge-task.xml", "sync"),
        ("tell", "status"),
        ("README.md", "status"),
    ] {
        assert!(has(name, command), "{name}: {command} in {seen:?}");
    }
}

#[test]
fn the_task_is_xml_and_the_units_have_their_sections() {
    let task = text("sheetbridge-task.xml");
    let mut reader = quick_xml::Reader::from_str(&task);
    while !matches!(reader.read_event().expect("well formed"), quick_xml::events::Event::Eof) {}
    for name in files(&folder()).iter().filter(|n| n.ends_with(".service") || n.ends_with(".timer")) {
        let (unit, section) = (text(name), if name.ends_with(".timer") { "[Timer]" } else { "[Service]" });
        let lines = unit.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
        assert!(lines.clone().all(|l| l.starts_with('[') || l.contains('=')), "{name}");
        assert!(lines.clone().any(|l| l == "[Unit]") && lines.clone().any(|l| l == section), "{name}");
        for started in lines.filter_map(|l| l.strip_prefix("OnFailure=")) {
            assert!(folder().join(started).exists(), "{name} starts {started}");
        }
    }
    let table = text("sheetbridge.cron");
    let jobs = table.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit()));
    assert!(
        jobs.clone().count() == 2 && jobs.clone().all(|l| !l.contains('%')),
        "cron takes a percent sign for a line end"
    );
}

/// Asks systemd itself, where it is installed. What it can't know here is where the program will be.
#[test]
#[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
fn systemd_takes_the_units() {
    let units = files(&folder()).into_iter().filter(|n| n.ends_with(".service") || n.ends_with(".timer"));
    let units: Vec<_> = units.map(|n| folder().join(n)).collect();
    let Ok(output) = Command::new("systemd-analyze").arg("verify").args(&units).output() else {
        eprintln!("no systemd here: the units were only read");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours = |line: &&str| line.contains("sheetbridge") && !line.contains("is not executable");
    assert_eq!(said.lines().filter(ours).collect::<Vec<_>>(), Vec::<&str>::new());
}
