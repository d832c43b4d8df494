//! `init` with a link: a key step by step, every trouble in its own words, and a config that works.

use std::{fmt::Write as _, fs, path::Path};

use crate::{
    expected,
    google::{ACCOUNT, Book, Google, Role, Sheet},
    program::{Answer, Desk},
    sheets::office::ID,
};

pub(super) const ROWS: [&[&str]; 4] = [
    &["Name", "Phone", "E-mail", "Last order"],
    &["Anna Harris", "+44 20 7946 0958", "anna@example.com", "2026-03-21"],
    &["Ben Okafor", "+44 113 496 0121", "ben@example.org", "2026-09-21"],
    &["Clara Weiss", "+44 113 496 0345", "", "2026-11-02"],
];

/// Each language as the environment says it; nobody else's key is about.
const LANGUAGES: [(&str, &str); 2] = [("en", "en_GB.UTF-8"), ("ru", "ru_RU.UTF-8")];

pub(super) fn environment(locale: &str) -> [(&str, &str); 5] {
    [("LANG", locale), ("LC_ALL", ""), ("LC_MESSAGES", ""), ("TZ", "Etc/UTC"), ("GOOGLE_APPLICATION_CREDENTIALS", "")]
}

/// A desk beside a server, and what was said there.
pub(super) struct Beginner {
    pub(super) google: Google,
    pub(super) desk: Desk,
    locale: &'static str,
    text: String,
}

impl Beginner {
    pub(super) fn new(locale: &'static str) -> Self {
        let banner = [&["Our clients, please keep in order"][..]].into_iter().chain(ROWS).collect::<Vec<_>>();
        let book = Book::of(ID, [Sheet::of("Clients", &ROWS), Sheet::of("Clients 2026", &banner)]);
        Self { google: Google::with([book]), desk: Desk::new(), locale, text: String::new() }
    }

    pub(super) fn link(&self, tab: &str) -> String {
        let gid = self.google.edit(|books| books.book(ID).sheet(tab).id.unwrap_or_default());
        format!("https://docs.google.com/spreadsheets/d/{ID}/edit?gid={gid}#gid={gid}")
    }

    /// A key that its owner alone may read.
    pub(super) fn put_key(&self, name: &str, content: &str) {
        self.desk.put(name, content);
        closed(&self.desk.path(name));
    }

    fn run_with(&mut self, args: &[&str], more: &[(&str, &str)]) -> Answer {
        let environment = [&environment(self.locale)[..], more].concat();
        let answer = self.desk.run_with(args, &environment);
        let _ = writeln!(self.text, "$ sheetbridge {}\n{answer}", args.join(" "));
        answer
    }

    fn run(&mut self, args: &[&str]) -> Answer {
        self.run_with(args, &[])
    }

    /// `init` with the link of the first tab, which is to be in vain.
    #[track_caller]
    fn fails(&mut self, what: &str, code: &str) {
        let _ = writeln!(self.text, "# {what}\n");
        let (link, endpoint) = (self.link("Clients"), self.google.endpoint().to_owned());
        let answer = self.run(&["init", &link, "--endpoint", &endpoint]);
        assert_eq!(answer.exit, 2, "{answer}");
        assert!(answer.err.contains(&format!("[{code}]")), "{answer}");
        assert!(!self.desk.path("bridge.toml").exists());
    }

    fn show(&mut self, file: &str) {
        let _ = writeln!(self.text, "$ cat {file}\n{}", self.desk.read(file).expect("it is there"));
    }

    #[track_caller]
    fn compare(self, name: &str) {
        compare(name, &self.text.replace(self.google.endpoint(), "ENDPOINT"));
    }
}

#[track_caller]
fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cli").join(format!("{name}.expected"));
    expected::none(&expected::compare(&path, text).into_iter().collect::<Vec<_>>());
}

#[cfg(unix)]
pub(super) fn closed(key: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).expect("it is ours");
}

#[cfg(not(unix))]
pub(super) fn closed(_: &Path) {}

#[test]
fn what_keeps_a_sheet_from_being_read_is_said_with_what_to_do() {
    for (language, locale) in LANGUAGES {
        let mut beginner = Beginner::new(locale);
        beginner.fails("there is no key", "init-no-key");
        let broken = beginner.google.key_file().replace("private_key\"", "private\"");
        beginner.put_key("google-key.json", &broken);
        beginner.fails("a part of the key is missing", "google-key-incomplete");
        beginner.put_key("google-key.json", &beginner.google.wrong_key_file());
        beginner.fails("it is not the account's key", "google-key-revoked");
        beginner.put_key("google-key.json", &beginner.google.key_file());
        beginner.google.state().desk.ahead_seconds = 7200;
        beginner.fails("the clock is two hours behind", "google-clock-wrong");
        beginner.google.state().desk.ahead_seconds = 0;
        beginner.google.state().enabled = false;
        beginner.fails("the API is off", "google-api-disabled");
        beginner.google.state().enabled = true;
        beginner.google.edit(|books| books.book(ID).unshare());
        beginner.fails("the sheet is not shared", "google-not-shared");
        beginner.google.edit(|books| {
            books.book(ID).share(ACCOUNT, Role::Viewer);
            books.book(ID).excel = true;
        });
        beginner.fails("it is an .xlsx", "google-not-a-sheet");
        beginner.google.edit(|books| {
            books.book(ID).excel = false;
            books.sheet("Clients").clear().push(&["Name", "Phone"]);
        });
        beginner.fails("there is nobody in it", "init-no-rows");
        beginner.google.edit(|books| books.book(ID).title.clear());
        let link = beginner.link("Clients").replace(ID, "1ZzZzZzZzZzZzZzZzZzZzZzZz");
        let endpoint = beginner.google.endpoint().to_owned();
        for args in [
            &["init", &link, "--endpoint", &endpoint][..],
            &["init", "https://docs.google.com/spreadsheets/d/e/2PACX-1vQabcdefghijklmnop/pubhtml"],
            &["init", "https://drive.google.com/file/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/view.csv"],
            &["init", &link, "--endpoint", "http://sheets.example.com"],
            &["init", &link, "--key", "keys/other key.json", "--operator", "ИП \"Ромашка\""],
            &["init", "clients.csv", "--key", "google-key.json"],
        ] {
            assert_eq!(beginner.run(args).exit, 2);
        }
        beginner.compare(&format!("init-sheet-troubles.{language}"));
    }
}

#[test]
fn a_link_becomes_a_config_that_works() {
    for (language, locale) in LANGUAGES {
        let mut beginner = Beginner::new(locale);
        let endpoint = beginner.google.endpoint().to_owned();
        beginner.google.edit(|books| books.book(ID).share(ACCOUNT, Role::Viewer));
        let own = ["--endpoint", &endpoint, "--operator", "Shop", "--law", "eu", "--to", "db"];
        // The second tab has a banner above its header.
        for (tab, file) in [("Clients", "bridge.toml"), ("Clients 2026", "second.toml")] {
            beginner.put_key("google-key.json", &beginner.google.key_file());
            let link = beginner.link(tab);
            assert_eq!(beginner.run(&[&["init", &link, "-c", file][..], &own].concat()).exit, 0);
            beginner.show(file);
            assert_eq!(beginner.run(&["check", file]).exit, 0);
        }
        let answer = beginner.run(&["sync"]);
        assert!(answer.exit == 0 && answer.out.contains('3'), "{answer}");
        assert_eq!(beginner.google.writes(), 0, "nothing is written into the sheet");
        beginner.compare(&format!("init-sheet.{language}"));
    }
}

#[test]
fn a_list_is_one_however_its_link_is_typed() {
    for (language, locale) in LANGUAGES {
        let mut beginner = Beginner::new(locale);
        beginner.put_key("google-key.json", &beginner.google.key_file());
        beginner.desk.put("guests.csv", "Name,Phone,Last order\nDan Price,+44 20 7946 0111,2026-05-11\n");
        let (endpoint, link) = (beginner.google.endpoint().to_owned(), beginner.link("Clients"));
        let schemeless = link.trim_start_matches("https://");
        let own = ["--endpoint", &endpoint, "--operator", "Shop", "--law", "eu", "--to", "db"];
        let mut made = |lists: &[&str], file: &str, exit: i32| {
            let args = [&["init"], lists, &["-c", file, "--why", "interest", "--keep", "2 years"], &own].concat();
            assert_eq!(beginner.run(&args).exit, exit, "{lists:?}");
        };
        made(&[&link, schemeless], "twice.toml", 2);
        made(&[&link, "guests.csv"], "bridge.toml", 0);
        made(&[&link], "bridge.toml", 2);
        made(&[ID], "id.toml", 0);
        made(&[schemeless], "schemeless.toml", 0);
        assert!(!beginner.desk.path("twice.toml").exists());
        for file in ["bridge.toml", "id.toml", "schemeless.toml"] {
            beginner.show(file);
            assert_eq!(beginner.run(&["plan", file]).exit, 0);
        }
        beginner.compare(&format!("init-sheet-typed.{language}"));
    }
}

#[test]
fn without_a_network_nothing_is_written() {
    let mut beginner = Beginner::new("en_GB.UTF-8");
    // The port is somebody else's no more, and not yet anybody's again.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    beginner.put_key("google-key.json", &beginner.google.key_file());
    let answer = beginner.run(&["init", &beginner.link("Clients"), "--endpoint", &format!("http://{nobody}")]);
    assert!(answer.exit == 2 && answer.err.contains("error[google-unreachable]"), "{answer}");
    assert!(answer.err.contains("Then run again:"), "{answer}");
    assert!(!beginner.desk.path("bridge.toml").exists());
}

#[test]
fn a_list_that_changes_is_read_again_and_not_for_ever() {
    let attempt = |changed: &[u8]| {
        let mut beginner = Beginner::new("en_GB.UTF-8");
        beginner.put_key("google-key.json", &beginner.google.key_file());
        for &number in changed {
            // Names of which none is a part of another.
            let name = format!("{} Anna", char::from(b'A' + number));
            beginner.google.before(number.into(), move |books| {
                books.sheet("Clients").set("A2", name.as_str());
            });
        }
        let endpoint = beginner.google.endpoint().to_owned();
        let answer = beginner.run(&["init", &beginner.link("Clients"), "--endpoint", &endpoint]);
        (answer, u8::try_from(beginner.google.reads()).expect("a few"))
    };
    let (calm, reads) = attempt(&[]);
    assert_eq!(calm.exit, 0, "{calm}");
    let again = (1..=reads + 2).filter(|&number| {
        let (answer, read) = attempt(&[number]);
        assert_eq!(answer.exit, 0, "before {number}: {answer}");
        read > reads
    });
    assert!(again.count() > 0, "no change came in between");
    let (restless, _) = attempt(&(1..60).collect::<Vec<u8>>());
    assert!(restless.exit == 2 && restless.err.contains("error[source-changing]"), "{restless}");
}

#[test]
fn the_key_may_lie_elsewhere() {
    let mut beginner = Beginner::new("en_GB.UTF-8");
    let (endpoint, link) = (beginner.google.endpoint().to_owned(), beginner.link("Clients"));
    fs::create_dir(beginner.desk.path("shop")).expect("a folder");
    beginner.put_key("keys/a key.json", &beginner.google.key_file());
    let key = beginner.desk.path("keys/a key.json");
    let key = key.to_str().expect("a name");
    let own = ["--endpoint", &endpoint, "--why", "interest"];
    let mut made = |file: &str, more: &[&str], environment: &[(&str, &str)]| {
        let answer = beginner.run_with(&[&["init", &link, "-c", file][..], &own, more].concat(), environment);
        assert_eq!(answer.exit, 0, "{answer}");
        let checked = beginner.run_with(&["plan", file], environment);
        assert_eq!(checked.exit, 0, "{checked}");
        beginner.desk.read(file).expect("a config")
    };
    let named = made("named.toml", &["--key", "keys/a key.json"], &[]);
    assert!(named.contains("credentials = \"file:keys/a key.json\""), "{named}");
    let from_inside = made("shop/inside.toml", &["--key", key], &[]);
    assert!(from_inside.contains(&format!("credentials = \"file:{key}\"")), "{from_inside}");
    let by_environment = made("environment.toml", &[], &[("GOOGLE_APPLICATION_CREDENTIALS", key)]);
    assert!(!by_environment.contains("credentials"), "{by_environment}");
}

#[cfg(unix)]
#[test]
fn who_else_may_have_the_key_is_told() {
    let mut beginner = Beginner::new("en_GB.UTF-8");
    let (endpoint, link) = (beginner.google.endpoint().to_owned(), beginner.link("Clients"));
    beginner.desk.put("google-key.json", beginner.google.key_file());
    let mut said = |ignored: &str, file: &str| {
        beginner.desk.put(".git/HEAD", "ref: refs/heads/main\n");
        beginner.desk.put(".gitignore", ignored);
        let answer = beginner.run(&["init", &link, "--endpoint", &endpoint, "-c", file]);
        assert_eq!(answer.exit, 0, "{answer}");
        (answer.err.contains("warning[init-key-open]"), answer.err.contains("write `google-key.json` into .gitignore"))
    };
    assert_eq!(said("state/\n", "a.toml"), (true, true));
    assert_eq!(said("google-key.json\n", "b.toml"), (true, false));
}

#[cfg(unix)]
mod on_a_terminal {
    use super::*;
    use crate::terminal::{ENTER, Terminal};

    fn start(beginner: &Beginner, link: &str) -> Terminal {
        let endpoint = beginner.google.endpoint();
        let args = ["init", link, "--endpoint", endpoint, "--operator", "Shop", "--law", "eu", "--to", "db"];
        let args = [&args[..], &["--why", "interest", "--keep", "2 years"]].concat();
        Terminal::start(&beginner.desk, &args, &environment(beginner.locale), 60, 130)
    }

    #[test]
    fn each_enter_goes_a_step_further() {
        for ((language, locale), prompt) in LANGUAGES.into_iter().zip(["Press Enter", "нажмите Enter"]) {
            let beginner = Beginner::new(locale);
            beginner.google.edit(|books| books.book(ID).unshare());
            let terminal = start(&beginner, &beginner.link("Clients"));
            terminal.wait_for(prompt);
            beginner.put_key("google-key.json", &beginner.google.key_file());
            terminal.send(ENTER);
            terminal.wait_for("google-not-shared");
            beginner.google.edit(|books| books.book(ID).share(ACCOUNT, Role::Viewer));
            terminal.send(ENTER);
            let (exit, screen) = terminal.end();
            assert_eq!(exit, 0, "{screen}");
            compare(&format!("init-sheet-walk.{language}"), &screen.replace(beginner.google.endpoint(), "ENDPOINT"));
            let plan = beginner.desk.run_with(&["plan"], &environment(locale));
            assert_eq!(plan.exit, 0, "{plan}");
        }
    }

    #[test]
    fn who_leaves_leaves_nothing() {
        let beginner = Beginner::new("en_GB.UTF-8");
        for (keys, exit) in [("\x04", 2), ("\x03", -1)] {
            let terminal = start(&beginner, &beginner.link("Clients"));
            terminal.wait_for("Press Enter");
            terminal.send(keys);
            let (ended, screen) = terminal.end();
            assert_eq!(ended, exit, "{screen}");
            assert_eq!(screen.contains("init-broken-off"), exit == 2, "{screen}");
            assert!(!beginner.desk.path("bridge.toml").exists());
        }
        assert_eq!(beginner.google.requests(), 0, "nobody was asked without a key");
    }
}
