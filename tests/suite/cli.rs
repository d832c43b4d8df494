//! The command line, word for word: every case is a transcript in `tests/data/cli`.

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::{
    expected,
    program::{Answer, Desk, KEY, files},
};

/// What was typed at one desk, and what was answered.
pub(crate) struct Transcript {
    pub(crate) desk: Desk,
    text: String,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self { desk: Desk::new(), text: String::new() }
    }

    /// The quickstart in a folder `shop`, with the key that makes the ids of its cards the same every time.
    pub(crate) fn quickstart() -> Self {
        let transcript = Self::new();
        for file in ["bridge.toml", "orders.xlsx", "subscribers.csv", "stops.csv"] {
            let from = root().join("examples/quickstart").join(file);
            transcript.desk.put(&format!("shop/{file}"), fs::read(from).expect("it is there"));
        }
        transcript.desk.put("shop/state/key", KEY);
        transcript
    }

    /// The config and the good list of `tests/data/bad`.
    pub(crate) fn small() -> Self {
        let transcript = Self::new();
        let from = |name: &str| fs::read(root().join("tests/data/bad").join(name)).expect("it is there");
        transcript.desk.put("bridge.toml", from("bridge.toml"));
        transcript.desk.put("clients.csv", from("good.csv"));
        transcript
    }

    pub(crate) fn run(&mut self, line: &str) -> Answer {
        self.run_with(line, &[])
    }

    fn run_with(&mut self, line: &str, environment: &[(&str, &str)]) -> Answer {
        let args: Vec<&str> = line.split_whitespace().collect();
        let answer = self.desk.run_with(&args, environment);
        for (name, value) in environment {
            let _ = write!(self.text, "{name}={value} ");
        }
        let _ = writeln!(self.text, "$ sheetbridge {line}\n{answer}");
        answer
    }

    /// Shows a file.
    pub(crate) fn run_file(&mut self, name: &str) {
        let text = self.desk.read(name).expect("it is there");
        let _ = writeln!(self.text, "$ cat {name}\n{text}");
    }

    /// What somebody does in between.
    pub(crate) fn note(&mut self, text: &str) {
        let _ = writeln!(self.text, "# {text}\n");
    }

    #[track_caller]
    pub(crate) fn compare(self, name: &str) {
        let path = root().join("tests/data/cli").join(format!("{name}.expected"));
        expected::none(&expected::compare(&path, &self.text).into_iter().collect::<Vec<_>>());
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

#[test]
fn help_fits_a_screen_and_shows_an_example() {
    let mut transcript = Transcript::new();
    for line in [
        "--help",
        "init --help",
        "check --help",
        "plan --help",
        "sync --help",
        "apply --help",
        "why --help",
        "review --help",
        "undo --help",
        "status --help",
        "history --help",
        "history show --help",
        "history verify --help",
        "report --help",
        "flows --help",
        "recover --help",
        "state --help",
        "state backup --help",
        "state restore --help",
        "explain --help",
        "schema --help",
        "completions --help",
        "man --help",
    ] {
        let answer = transcript.run(line);
        assert_eq!(answer.exit, 0);
        assert!(answer.out.lines().count() <= 24, "{line}: {} lines", answer.out.lines().count());
        assert!(answer.out.contains("Example: sheetbridge") || answer.out.contains("Start with:"), "{line}");
    }
    transcript.compare("help");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let mut transcript = Transcript::small();
    for line in
        ["snc", "sync --guard 140%", "sync --guard lots", "sync bridge.toml -c bridge.toml", "sync --verbos", "apply"]
    {
        assert_eq!(transcript.run(line).exit, 2);
    }
    assert_eq!(files(&transcript.desk.path("")), ["bridge.toml", "clients.csv", "key"]);
    transcript.compare("refused");
}

#[test]
fn a_config_is_found_and_checked() {
    let mut transcript = Transcript::small();
    transcript.run("check");
    transcript.run("check bridge.toml");
    transcript.run("check -c bridge.toml");
    transcript.note("in Russian");
    let config = transcript.desk.read("bridge.toml").expect("a config");
    transcript.desk.put("ru.toml", config.replace("\"en\"", "\"ru\""));
    transcript.run("check ru.toml");
    transcript.note("the key beside the ledger");
    transcript.desk.put("beside.toml", config.replace("key = \"file:key\"", ""));
    transcript.run("check beside.toml");
    transcript.desk.put("beside.toml", config.replace("file:key", "file:state/key"));
    transcript.run("check beside.toml");
    transcript.note("no config, a folder, a slip");
    transcript.run("check no-such.toml");
    transcript.run("sync -c no-such.toml");
    transcript.run("plan no-such.toml");
    transcript.run("check .");
    transcript.desk.put("bad.toml", config.replace("purposes = [\"orders\"]", "purpose = [\"orders\"]"));
    transcript.run("check bad.toml");
    transcript.run("sync bad.toml");
    transcript.compare("check");
}

#[test]
fn codes_are_explained() {
    let mut transcript = Transcript::new();
    let all = transcript.desk.run(&["explain"]);
    let codes: Vec<&str> = all.out.lines().filter_map(|l| l.split(' ').next()).collect();
    assert!(codes.len() > 150 && codes.contains(&"phone-letters") && all.exit == 0);
    assert!(!all.out.contains(['{', '}']), "places are filled");
    let said = |line: &str| transcript.desk.run(&line.split(' ').collect::<Vec<_>>()).out;
    assert_eq!(said("explain").lines().count(), said("explain --language ru").lines().count());
    for language in ["en", "ru"] {
        transcript.run(&format!("explain phone-letters --language {language}"));
        transcript.run(&format!("explain source-cut --language {language}"));
        transcript.run(&format!("explain phone-leters --language {language}"));
        transcript.run(&format!("explain nonsense --language {language}"));
    }
    transcript.run("explain --language de");
    transcript.note("in the language of the config at hand");
    transcript.desk.put("bridge.toml", "[operator]\nlanguage = \"ru\"\n");
    transcript.run("explain email-no-at");
    transcript.compare("explain");
}

#[test]
fn a_plan_shows_and_writes_nothing() {
    let mut transcript = Transcript::quickstart();
    let before = files(&transcript.desk.path("shop"));
    transcript.run("plan shop/bridge.toml");
    transcript.run("plan shop/bridge.toml -v");
    let json = transcript.desk.run(&["plan", "shop/bridge.toml", "--json"]);
    assert_eq!(json.exit, 0);
    let ours = |f: &String| !f.starts_with("state/");
    let after = files(&transcript.desk.path("shop"));
    assert!(after.iter().filter(|f| ours(f)).eq(before.iter().filter(|f| ours(f))), "{after:?}");
    transcript.compare("plan");
    let path = root().join("tests/data/cli/plan-json.expected");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let text = json.out.replace(&version, "\"version\": \"VERSION\"");
    expected::none(&expected::compare(&path, &text).into_iter().collect::<Vec<_>>());
}

#[test]
fn the_quickstart_runs_and_then_has_nothing_to_do() {
    let mut transcript = Transcript::quickstart();
    assert_eq!(transcript.run("sync shop/bridge.toml -v").exit, 0);
    assert_eq!(transcript.run("sync shop/bridge.toml").exit, 0);
    assert_eq!(transcript.run("plan shop/bridge.toml -v").exit, 0);
    transcript.compare("quickstart");
}

#[test]
fn a_plan_is_applied_if_it_is_still_the_same() {
    let mut transcript = Transcript::small();
    transcript.run("plan --out plan.json");
    transcript.run("apply plan.json");
    assert_eq!(transcript.run("apply plan.json").exit, 2, "what was planned is done");
    transcript.note("a plan, and then an edit");
    let list = transcript.desk.read("clients.csv").expect("a list");
    transcript.desk.put("clients.csv", format!("{list}Нина Серова;+7 926 777-88-99;;01.02.2026;;;\n"));
    assert_eq!(transcript.run("plan --out plan.json").exit, 0);
    let shop = transcript.desk.read("out/shop.csv");
    transcript.desk.put("clients.csv", format!("{list}Нина Серова;+7 926 777-88-98;;01.02.2026;;;\n"));
    let answer = transcript.run("apply plan.json -v");
    assert_eq!((answer.exit, transcript.desk.read("out/shop.csv")), (2, shop.clone()), "nothing was written");
    transcript.note("what is no plan");
    transcript.run("apply clients.csv");
    transcript.run("apply no-such.json");
    transcript.run("plan --out no/such/folder/plan.json");
    assert_eq!(transcript.desk.read("out/shop.csv"), shop);
    transcript.compare("apply");
}

#[test]
fn routes_are_named() {
    let mut transcript = Transcript::small();
    assert_eq!(transcript.run("sync --route shp").exit, 2);
    assert_eq!(transcript.run("sync --route crm").exit, 2);
    let config = transcript.desk.read("bridge.toml").expect("a config");
    transcript.desk.put("ru.toml", config.replace("\"en\"", "\"ru\""));
    assert_eq!(transcript.run("sync ru.toml --route shp").exit, 2);
    assert!(!transcript.desk.path("state").exists(), "nothing was opened");
    assert_eq!(transcript.run("sync --route letters").exit, 0);
    assert!(transcript.desk.path("out/letters.csv").exists() && !transcript.desk.path("out/shop.csv").exists());
    assert_eq!(transcript.run("sync --route letters --route shop").exit, 0);
    transcript.compare("route");
}

#[test]
fn two_runs_at_once_take_turns() {
    let mut transcript = Transcript::small();
    transcript.run("sync");
    let lock = File::options().append(true).open(transcript.desk.path("state/lock")).expect("a lock");
    lock.lock().expect("nobody has it");
    transcript.note("another run holds the lock");
    for line in ["sync", "plan", "sync -v --json"] {
        let line = line.replace("-v --json", "--json");
        assert_eq!(transcript.run(&line).exit, 75);
    }
    drop(lock);
    transcript.note("it ended");
    assert_eq!(transcript.run("sync").exit, 0);
    transcript.compare("lock");
}

#[test]
fn the_state_may_be_elsewhere() {
    let mut transcript = Transcript::small();
    let config = transcript.desk.read("bridge.toml").expect("a config");
    let config = config.replace("key = \"file:key\"", "path = \"../state\"\nrefusals = \"../kept/refusals.log\"");
    transcript
        .desk
        .put("config/bridge.toml", config.replace("\"out/", "\"../out/").replace("clients.csv", "../clients.csv"));
    only_read(&transcript.desk.path("config"), true);
    assert_eq!(transcript.run("sync config/bridge.toml").exit, 0);
    only_read(&transcript.desk.path("config"), false);
    assert_eq!(files(&transcript.desk.path("config")), ["bridge.toml"], "nothing is made beside the config");
    assert_eq!(files(&transcript.desk.path("state")), ["key", "ledger.db", "lock"]);
    assert_eq!(files(&transcript.desk.path("kept")), ["refusals.log"]);
    transcript.note("a folder that can't be made");
    transcript.desk.put("state2", "a file");
    transcript.desk.put("bridge.toml", config.replace("\"../state\"", "\"state2\""));
    assert_eq!(transcript.run("sync").exit, 2);
    transcript.compare("state");
}

#[cfg(unix)]
fn only_read(folder: &Path, on: bool) {
    use std::os::unix::fs::PermissionsExt;
    let mode = if on { 0o500 } else { 0o700 };
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).expect("ours");
}

#[cfg(not(unix))]
fn only_read(_folder: &Path, _on: bool) {}

#[test]
fn a_ledger_belongs_to_its_key() {
    let mut transcript = Transcript::small();
    let config = transcript.desk.read("bridge.toml").expect("a config");
    transcript.desk.put("bridge.toml", config.replace("key = \"file:key\"", ""));
    assert_eq!(transcript.run("sync").exit, 0);
    let shop = transcript.desk.read("out/shop.csv");
    let key = transcript.desk.read("state/key").expect("a key");
    transcript.note("without its key");
    fs::remove_file(transcript.desk.path("state/key")).expect("removed");
    assert_eq!(transcript.run("sync").exit, 2);
    assert!(!transcript.desk.path("state/key").exists(), "no new key is made");
    transcript.note("with another key");
    transcript.desk.put("state/key", KEY);
    assert_eq!(transcript.run("sync").exit, 2);
    transcript.note("with its key in the environment");
    transcript.desk.put("bridge.toml", config.replace("file:key", "env:BRIDGE_KEY"));
    assert_eq!(transcript.desk.run_with(&["sync"], &[("BRIDGE_KEY", key.trim())]).exit, 0);
    assert_eq!(transcript.run("sync").exit, 2);
    assert_eq!(transcript.run_with("sync", &[("BRIDGE_KEY", "secret")]).exit, 2);
    transcript.note("in Russian");
    transcript.desk.put("bridge.toml", config.replace("file:key", "file:no-key").replace("\"en\"", "\"ru\""));
    assert_eq!(transcript.run("sync").exit, 2);
    assert_eq!(transcript.desk.read("out/shop.csv"), shop, "nothing was written");
    transcript.compare("key");
}

#[test]
fn a_ledger_that_is_lost_or_old_stops_the_run() {
    let mut transcript = Transcript::small();
    transcript.run("sync");
    let old = fs::read(transcript.desk.path("state/ledger.db")).expect("a ledger");
    let list = transcript.desk.read("clients.csv").expect("a list");
    transcript.desk.put("clients.csv", format!("{list}Нина Серова;+7 926 777-88-99;;01.02.2026;;;\n"));
    transcript.run("sync");
    let shop = transcript.desk.read("out/shop.csv");
    transcript.note("an older copy of the ledger");
    transcript.desk.put("state/ledger.db", old);
    assert_eq!(transcript.run("sync -v").exit, 2);
    transcript.note("no ledger at all");
    fs::remove_dir_all(transcript.desk.path("state")).expect("removed");
    assert_eq!(transcript.run("sync -v").exit, 2);
    assert_eq!(transcript.desk.read("out/shop.csv"), shop, "nothing was written");
    transcript.compare("ledger");
}

#[cfg(unix)]
#[test]
fn the_state_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mut transcript = Transcript::small();
    let config = transcript.desk.read("bridge.toml").expect("a config");
    transcript.desk.put("bridge.toml", config.replace("key = \"file:key\"", ""));
    transcript.run("sync");
    let mode = |name: &str| {
        let metadata = fs::metadata(transcript.desk.path(name)).expect("it was made");
        format!("{:o}", metadata.permissions().mode() & 0o777)
    };
    assert_eq!(mode("state"), "700");
    for file in files(&transcript.desk.path("state")) {
        assert_eq!((file.as_str(), mode(&format!("state/{file}")).as_str()), (file.as_str(), "600"));
    }
}
