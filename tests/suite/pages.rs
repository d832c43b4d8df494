//! The pages: well formed, whole in one file, silent towards the network, and with nothing on them that somebody's
//! names could turn into markup. Where Chromium is installed, it opens them.

use std::{path::Path, process::Command};

use jiff::{Timestamp, tz::TimeZone};
use quick_xml::{Reader, events::Event};
use serde_json::json;
use sheetbridge::{
    flows::Flows,
    history::{History, Reader as For, Status},
    language::Language,
};

use crate::{
    cli::Transcript,
    desk::config,
    past::{forty_nights, record},
};

/// A name that would be a tag, an attribute, an entity or a template's place if anybody let it.
const HOSTILE: &str = r#"<script>alert(1)</script>"' onload='x' &amp; {{ 7 * 7 }} {% raw %} ]]> <!--"#;

/// Parses a page as strictly as XML is parsed, and counts its tags.
fn tags(page: &str, name: &str) -> usize {
    // The one line that is no XML.
    let page = page.strip_prefix("<!DOCTYPE html>\n").expect("it says what it is");
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    let mut count = 0;
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("at {}: {e}", reader.error_position())) {
            Event::Eof => return count,
            Event::Start(tag) | Event::Empty(tag) => {
                let names = tag.attributes().map(|a| a.expect("an attribute").key.as_ref().to_owned());
                assert!(names.into_iter().all(|name| !name.starts_with("on")), "{tag:?}");
                count += usize::from(tag.name().as_ref() == name);
            }
            _ => {}
        }
    }
}

#[track_caller]
fn is_silent(page: &str) {
    for word in ["http:", "https:", "<script", " src=", " href=", "url(", "@import", "<link", "<iframe"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'"));
}

fn page(records: &[serde_json::Value], names: &[&str], operator: &str, language: Language) -> String {
    let history = History::new(records.iter().map(|r| (r.to_string(), [7; 32])).collect());
    let now: Timestamp = "2026-11-25T08:00:00Z".parse().expect("a time");
    let status = Status::of(&history, names, now, None);
    history.page(&status, &For { operator, language, time_zone: TimeZone::UTC, now })
}

#[test]
fn the_report_is_well_formed_and_says_what_was_recorded() {
    for language in [Language::English, Language::Russian] {
        let page = page(&forty_nights(), &["shop", "letters"], "Мастерская", language);
        is_silent(&page);
        // Two flows, what waits, two bars of findings, the runs; then the marks of legends and of the table.
        assert_eq!(tags(&page, "figure"), 4);
        assert_eq!(tags(&page, "svg"), 2 + 1 + 2 + 1 + 3 + 6 + 20);
        assert_eq!(tags(&page, "title"), 1 + 2 + 1 + 2 + 2 + 1 + 40 + 20, "each drawing and each mark says what it is");
        for said in ["2026-10-23", "wait-required-missing", "email-domain-typo", "019a0027", "1357"] {
            assert!(page.contains(said), "{said}");
        }
        let untold = language.pick("Карточки", "Cards");
        assert!(!page.contains(untold), "{untold}");
    }
}

#[test]
fn a_ledger_of_nothing_or_of_old_records_makes_a_page_too() {
    let old = json!({ "run": "1", "at": "2026-01-01T00:00:00Z", "command": "sync", "exit": 0,
        "routes": [{ "name": "shop", "rows": 1, "held": 2, "cards": 1 }] });
    for records in [vec![], vec![json!("nonsense")], vec![old]] {
        let page = page(&records, &["shop"], "Shop", Language::English);
        is_silent(&page);
        assert_eq!(tags(&page, "h1"), 1);
    }
}

#[test]
fn names_are_never_markup() {
    let mut records = forty_nights();
    for record in &mut records {
        record["who"] = HOSTILE.into();
        record["at"] = format!("{}{HOSTILE}", record["at"].as_str().expect("a time")).into();
        record["findings"] = json!({ HOSTILE: 3 });
        record["routes"] = json!([{ "name": HOSTILE, "rows": 5, "people": 4, "cards": 4, "held": 1, "steps": { HOSTILE: 1 },
            "waits": { HOSTILE: { "n": 1, "since": HOSTILE } }, "unread": [HOSTILE],
            "trouble": { "code": HOSTILE, "hint": HOSTILE, "row": null } }]);
    }
    records.push(json!({ "run": HOSTILE, "at": HOSTILE, "kind": HOSTILE, "who": HOSTILE }));
    let page = page(&records, &[HOSTILE], HOSTILE, Language::English);
    is_silent(&page);
    assert!(tags(&page, "script") == 0 && tags(&page, "svg") > 5);
    assert!(page.contains("{{ 7 * 7 }}") && !page.contains(" 49 "), "a name is no template");
    let text = include_str!("../../config/bridge.toml");
    let hostile = text
        // As a text of the page it would look like something that is loaded.
        .replace(
            "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789/edit#gid=0",
            &"x".repeat(44),
        )
        .replace("Treat patients and keep their records", &HOSTILE.replace('"', "\\\""))
        .replace("Clinic on the Embankment", &HOSTILE.replace('"', "\\\""))
        .replace("given     = \"Agrees\"", &format!("given = '''{HOSTILE}'''"))
        .replace("the visit is what", &HOSTILE.replace('"', "\\\""));
    let page = Flows::of(&config(&hostile)).page(Language::Russian);
    is_silent(&page);
    assert_eq!((tags(&page, "script"), tags(&page, "section")), (0, 4));
}

#[test]
#[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
fn the_pages_open_in_a_browser() {
    let transcript = Transcript::small();
    record(&transcript.desk, &forty_nights());
    assert_eq!(transcript.desk.run(&["report", "--html", "Отчёт за ноябрь.html"]).exit, 0);
    assert_eq!(transcript.desk.run(&["report", "--html", "Отчёт за ноябрь.html"]).exit, 0, "it is written again");
    assert_eq!(transcript.desk.run(&["flows", "--html", "flows.html"]).exit, 0);
    let Some(browser) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|b| is_there(b)) else {
        eprintln!("no Chromium here: the pages were only parsed");
        return;
    };
    for (name, drawings) in [("Отчёт за ноябрь.html", 35), ("flows.html", 0)] {
        let (dom, said) = opened(browser, &transcript.desk.path(name), &transcript.desk.path("browser"));
        assert_eq!(dom.matches("<svg").count(), drawings, "{name}: {said}");
        assert!(dom.contains("</html>") && !said.contains("CONSOLE"), "{name}: {said}");
        // Everything it asked for would have been a name that can't be found.
        assert!(!said.contains("ERR_"), "{name}: {said}");
    }
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success())
}

/// What a browser without a network made of a page, and what it said meanwhile.
fn opened(browser: &str, page: &Path, profile: &Path) -> (String, String) {
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-logging=stderr"]);
    command.arg("--host-resolver-rules=MAP * ~NOTFOUND").arg("--dump-dom");
    command.arg(format!("--user-data-dir={}", profile.display())).arg(page);
    let output = command.output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}
