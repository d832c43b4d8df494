//! What many configs share: an agency with two clients, and everything that can be wrong between their files.

use std::{fmt::Write as _, path::Path};

use crate::{expected, program::Desk};

const AGENCY: &str = r#"extends = "law.toml"
[operator]
language = "en"
[fields]
name  = "person_name"
phone = { kind = "phone", region = "RU" }
email = "email"
[purposes.orders]
title    = "Deliver"
basis    = "contract"
needs    = ["name", "phone", "day"]
required = ["phone"]
keep     = { for = "3 years", after = "day" }
[purposes.letters]
title = "Send letters"
basis = "consent"
needs = ["name", "email"]
keep  = "until withdrawn"
[texts.v1]
purposes = ["letters"]
"#;

const LAW: &str = r#"[operator]
profile   = "ru"
time_zone = "Europe/Moscow"
[fields]
day = "date"
"#;

const CLIENT: &str = r#"extends = "../agency.toml"

[operator]
name = "Shop"

[sources.clients]
path     = "clients.csv"
purposes = ["orders"]
columns  = { name = "Name", phone = "Phone", day = "Day" }

[destinations.shop]
path     = "out/shop.csv"
bom      = "no"
purposes = ["orders"]

[state]
key = "file:../key"
"#;

const LIST: &str = "Name,Phone,Day\nAnna Petrova,8 916 123-45-67,2026-10-01\nNoor,8 701 123-45-67,2026-10-02\n";

struct Agency(Desk, String);

impl Agency {
    fn new() -> Self {
        let desk = Desk::new();
        for (name, content) in
            [("agency.toml", AGENCY), ("law.toml", LAW), ("one/bridge.toml", CLIENT), ("one/clients.csv", LIST)]
        {
            desk.put(name, content);
        }
        Self(desk, String::new())
    }

    fn run(&mut self, line: &str) -> i32 {
        let answer = self.0.run(&line.split(' ').collect::<Vec<_>>());
        let _ = writeln!(self.1, "$ sheetbridge {line}\n{answer}");
        answer.exit
    }

    /// Checks the client's config after a change, which it takes back.
    fn check(&mut self, what: &str, file: &str, content: &str) -> i32 {
        let before = self.0.read(file);
        self.0.put(file, content);
        let _ = writeln!(self.1, "# {what}\n");
        let exit = self.run("check one/bridge.toml");
        self.0.put(file, before.unwrap_or_default());
        exit
    }

    #[track_caller]
    fn compare(self, name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cli").join(name);
        expected::none(&expected::compare(&path, &self.1).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn clients_share_what_their_agency_says() {
    let mut agency = Agency::new();
    assert_eq!(agency.run("check one/bridge.toml"), 0);
    assert_eq!(agency.run("sync one/bridge.toml"), 0);
    assert_eq!(agency.run("sync one/bridge.toml"), 0, "nothing to do");
    let own = "[fields]\nphone = { kind = \"phone\", region = \"KZ\" }\n[sources.clients]";
    let own = CLIENT.replacen("[sources.clients]", own, 1).replace("language = \"en\"", "");
    assert_eq!(agency.check("a field of its own", "one/bridge.toml", &own), 0);
    agency.0.put("agency.toml", AGENCY.replace("3 years", "3 days"));
    let _ = writeln!(agency.1, "# the agency keeps for a shorter time: the client's next run sees it\n");
    assert_eq!(agency.run("sync one/bridge.toml -v"), 0, "all have lapsed");
    agency.compare("extends.expected");
}

#[test]
fn the_last_file_in_the_chain_counts_too() {
    let agency = Agency::new();
    let hash = || {
        let answer = agency.0.run(&["sync", "one/bridge.toml", "--json"]);
        let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
        json["unchanged_since"].is_null()
    };
    assert!(hash(), "the first run");
    assert!(!hash(), "nothing changed");
    agency.0.put("law.toml", format!("# a word\n{LAW}"));
    assert!(hash(), "something did");
}

/// What is wrong in either file is shown where it is.
fn mistakes(language: &str, name: &str) {
    let mut agency = Agency::new();
    let words = AGENCY.replace("\"en\"", language);
    agency.0.put("agency.toml", &words);
    let base = |from: &str, to: &str| words.replacen(from, to, 1);
    let own = |from: &str, to: &str| CLIENT.replacen(from, to, 1);
    for (what, file, content) in [
        ("a slip in the shared file", "agency.toml", base("required", "requred")),
        ("its syntax", "agency.toml", base("\"person_name\"", "person_name")),
        ("a slip in the last file", "law.toml", LAW.replace("\"date\"", "\"dat\"")),
        (
            "mistakes in both",
            "one/bridge.toml",
            own("\"orders\"]", "\"order\"]").replace("name = \"Shop\"", "nam = \"Shop\""),
        ),
        (
            "what belongs to a client",
            "agency.toml",
            words.clone() + "[state]\npath = \"x\"\n[sources.x]\npath = \"x.csv\"\n",
        ),
        ("no such file", "one/bridge.toml", own("agency", "agencies")),
        ("no text", "one/bridge.toml", own("\"../agency.toml\"", "[\"../agency.toml\"]")),
        (
            "in the wrong place",
            "one/bridge.toml",
            own("extends", "#").replace("[state]", "[state]\nextends = \"../agency.toml\""),
        ),
        ("a circle", "law.toml", format!("extends = \"one/../one/bridge.toml\"\n{LAW}")),
        ("nothing but it", "one/bridge.toml", "extends = \"../agency.toml\"\n".into()),
    ] {
        assert_eq!(agency.check(what, file, &content), 2, "{what}");
    }
    agency.compare(name);
}

#[test]
fn a_mistake_is_shown_in_its_file() {
    mistakes("\"en\"", "extends-mistakes.expected");
    mistakes("\"ru\"", "extends-mistakes.ru.expected");
}
