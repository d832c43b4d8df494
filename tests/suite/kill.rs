//! `kill -9` against the real program, at any time, while its lists change: what the next whole run leaves
//! is the plan of the lists. `SHEETBRIDGE_KILLS=300` kills more often, `SHEETBRIDGE_PEOPLE=5000` gives it
//! longer lists, `SHEETBRIDGE_PROGRAM=target/release/sheetbridge` takes another build.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sheetbridge::{
    config::StateConfig,
    ledger::{self, Ledger},
};

use crate::{
    crash::Dice,
    database::Database,
    places::{self, Card},
};

const KILLS: usize = 60;

/// So many people that a run takes two or three tenths of a second in a debug build.
const PEOPLE: usize = 500;

/// After so many kills it starts from nothing: a first run dies in its own ways.
const KILLS_A_WORLD: usize = 20;

const CONFIG: &str = r#"
[operator]
name = "Test"
profile = "none"
time_zone = "UTC"
[fields]
phone = "phone"
email = "email"
note = "text"
[purposes.orders]
title = "Deliver"
basis = "contract"
needs = ["phone", "email", "note"]
required = ["phone"]
keep = { for = "9 years", after = "grant" }
[purposes.newsletter]
title = "Write"
basis = "consent"
needs = ["email"]
keep = "until withdrawn"
[sources.orders]
path = "orders.csv"
dated = "day"
purposes = ["orders"]
columns = { phone = "phone", email = "email", note = "note" }
[sources.subscribers]
path = "subscribers.csv"
columns = { email = "email" }
[sources.subscribers.consent.newsletter]
given = "agreed"
[sources.stops]
path = "stops.csv"
refuses = "all"
columns = { email = "email" }
[destinations.shop]
path = "out/shop.db"
purposes = ["orders"]
[destinations.mailing]
path = "out/mailing.csv"
purposes = ["newsletter"]
[destinations.book]
path = "out/book.xlsx"
purposes = ["newsletter"]
"#;

/// What is in the lists, by person.
#[derive(Clone, Copy, Default)]
struct Person {
    /// How often the note of the order was written anew; no order without one.
    note: Option<u32>,
    subscribes: bool,
    refused: bool,
}

struct Shop {
    folder: tempfile::TempDir,
    database: Option<Database>,
    people: Vec<Person>,
    /// How long a run takes that nobody kills, and how much of that it writes.
    whole: Duration,
    writing: Duration,
}

/// Where the kills fell.
type Tally = BTreeMap<&'static str, usize>;

#[test]
fn a_killed_run_leaves_nothing_that_the_next_does_not_make_good() {
    let number = |name: &str, usual| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (kills, people) = (number("SHEETBRIDGE_KILLS", KILLS), number("SHEETBRIDGE_PEOPLE", PEOPLE));
    // When a kill falls is the machine's to say: no seed brings it again.
    let mut dice = Dice::new(std::process::id().into());
    let mut tally = Tally::new();
    let mut killed = 0;
    while killed < kills {
        let mut shop = Shop::new(people, &mut dice);
        let worlds_kills = KILLS_A_WORLD.min(kills - killed);
        killed += shop.live(worlds_kills, &mut dice, &mut tally);
    }
    let _ = writeln!(std::io::stderr(), "killed {killed} times: {tally:?}");
}

impl Shop {
    fn new(people: usize, dice: &mut Dice) -> Self {
        let folder = places::folder();
        let database = Database::fresh();
        let mut config = CONFIG.to_owned();
        if let Some(database) = &database {
            let url = database.url();
            let _ = write!(config, "[destinations.centre]\npath = \"{url}\"\npurposes = [\"orders\"]\n");
        }
        fs::write(folder.path().join("bridge.toml"), config).expect("written");
        let person = |_| Person { note: Some(0), subscribes: dice.once_in(2), refused: false };
        let people = (0..people).map(person).collect();
        let mut shop =
            Self { folder, database, people, whole: Duration::from_millis(300), writing: Duration::from_millis(100) };
        shop.write();
        shop
    }

    /// Runs that are killed, each followed by a whole one, until so many were.
    fn live(&mut self, kills: usize, dice: &mut Dice, tally: &mut Tally) -> usize {
        let mut killed = 0;
        while killed < kills {
            killed += usize::from(self.kill(dice, tally));
            // Sometimes the next one dies too, and sometimes the lists have moved on by then.
            if killed < kills && dice.once_in(3) {
                killed += usize::from(self.kill(dice, tally));
            }
            if dice.once_in(3) {
                self.change(dice);
            }
            self.run_whole();
            self.judge();
            self.change(dice);
        }
        self.last();
        killed
    }

    fn spawn(&self) -> Child {
        let program = std::env::var("SHEETBRIDGE_PROGRAM");
        Command::new(program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_sheetbridge").to_owned()))
            .args(["sync", "--json", "--guard", "100", "-c"])
            .arg(self.folder.path().join("bridge.toml"))
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started")
    }

    /// Starts a run and kills it at any time; false where it was faster.
    fn kill(&self, dice: &mut Dice, tally: &mut Tally) -> bool {
        let before = self.log_bytes();
        let mut child = self.spawn();
        // Half of them anywhere, the others while it writes, where they can do harm.
        let mut within = self.whole;
        if dice.once_in(2) {
            self.until_it_writes(&mut child, before);
            within = self.writing;
        }
        let micros = usize::try_from(within.as_micros()).expect("short");
        std::thread::sleep(Duration::from_micros(dice.below(micros) as u64));
        let over = child.try_wait().expect("asked").is_some();
        let _ = child.kill();
        let _ = child.wait();
        *tally.entry(if over { "too late" } else { self.phase() }).or_default() += 1;
        !over
    }

    /// The bytes of the ledger's log: they grow with the first thing that a run writes down.
    fn log_bytes(&self) -> u64 {
        fs::metadata(self.folder.path().join("state/ledger.db-wal")).map_or(0, |log| log.len())
    }

    fn until_it_writes(&self, child: &mut Child, before: u64) {
        while [0, before].contains(&self.log_bytes()) && child.try_wait().expect("asked").is_none() {
            std::thread::sleep(Duration::from_micros(300));
        }
    }

    /// How far the run came that was killed, by what it wrote down.
    fn phase(&self) -> &'static str {
        let state = self.folder.path().join("state");
        if !state.join("ledger.db").exists() {
            return "before there was a ledger";
        }
        // A copy is looked at: opening the ledger itself would mend it.
        let copy = places::folder();
        places::copy(&state, copy.path());
        let ledger = StateConfig { folder: copy.path().to_path_buf(), key: None, refusals: None };
        let Ok(ledger) = Ledger::open(&ledger, copy.path()) else { return "in the making of the ledger" };
        let mut routes = ["shop", "mailing", "book", "centre"].into_iter();
        let intended = routes.clone().find_map(|route| Some((route, ledger.intended(route).expect("read")?)));
        // Runs that ended have a record, and what a route stands at otherwise is the killed one's.
        let ended = ledger.records().expect("records").into_iter().map(|(record, _)| record).collect::<String>();
        let standing = |route: &str| ledger.standing(route).expect("read");
        let wrote = routes.any(|r| standing(r).is_some_and(|kept| !ended.contains(&kept.run.to_string())));
        match intended {
            Some(("shop", intended)) if self.run_of_shop() == Some(intended.run.to_string()) => "written, not settled",
            Some(_) => "intended",
            None if wrote => "between destinations, or after them",
            None => "before it wrote",
        }
    }

    fn run_of_shop(&self) -> Option<String> {
        let copy = places::folder();
        places::copy(&self.out(), copy.path());
        let db = rusqlite::Connection::open(copy.path().join("shop.db")).ok()?;
        db.query_row("SELECT run FROM sheetbridge_meta", [], |row| row.get(0)).ok()
    }

    fn out(&self) -> PathBuf {
        let out = self.folder.path().join("out");
        fs::create_dir_all(&out).expect("made");
        out
    }

    fn run_whole(&mut self) -> serde_json::Value {
        let (start, before) = (Instant::now(), self.log_bytes());
        let mut child = self.spawn();
        self.until_it_writes(&mut child, before);
        let written = start.elapsed();
        let output = child.wait_with_output().expect("ended");
        self.whole = (self.whole * 3 + start.elapsed()) / 4;
        self.writing = (self.writing * 3 + start.elapsed().saturating_sub(written)) / 4;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert_eq!(said, "");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Some order again, some leave, some come, some say no.
    fn change(&mut self, dice: &mut Dice) {
        for _ in 0..self.people.len() / 40 {
            let i = dice.below(self.people.len());
            let person = &mut self.people[i];
            match dice.below(12) {
                0..=3 => person.note = Some(person.note.unwrap_or_default() + 1),
                4 | 5 => person.note = None,
                6..=8 => person.subscribes = true,
                9 | 10 => person.subscribes = false,
                _ => person.refused = true,
            }
        }
        self.write();
    }

    fn write(&mut self) {
        let mut orders = String::from("phone,email,note,day\n");
        let mut subscribers = String::from("email,agreed\n");
        let mut stops = String::from("email\n");
        for (i, person) in self.people.iter().enumerate() {
            if let Some(note) = person.note {
                let _ = writeln!(orders, "{},{},{},2026-01-01", phone(i), email(i), self::note(i, note));
            }
            if person.subscribes {
                let _ = writeln!(subscribers, "{},yes", email(i));
            }
            if person.refused {
                let _ = writeln!(stops, "{}", email(i));
            }
        }
        for (name, text) in [("orders.csv", orders), ("subscribers.csv", subscribers), ("stops.csv", stops)] {
            fs::write(self.folder.path().join(name), text).expect("written");
        }
    }

    /// Every destination holds the plan of the lists: none lost, none twice, nobody who refused.
    fn judge(&self) {
        let card = |cells: &[(&str, String)]| -> Card {
            cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
        };
        let people = || self.people.iter().enumerate();
        let orders: BTreeSet<Card> = people()
            .filter_map(|(i, p)| Some(card(&[("phone", phone(i)), ("email", email(i)), ("note", note(i, p.note?))])))
            .collect();
        let subscribed = people().filter(|(_, p)| p.subscribes && !p.refused);
        let mailing: BTreeSet<Card> = subscribed.map(|(i, _)| card(&[("email", email(i))])).collect();
        let out = self.out();
        same("shop", places::rows(&out.join("shop.db"), "shop"), &orders);
        same("mailing", places::rows(&out.join("mailing.csv"), ""), &mailing);
        same("book", places::rows(&out.join("book.xlsx"), ""), &mailing);
        if let Some(database) = &self.database {
            same("centre", database.rows("centre"), &orders);
        }
    }

    /// Nothing is left open, nothing lies about, and there is nothing more to do.
    fn last(&mut self) {
        let before = self.run_whole();
        let after = self.run_whole();
        assert!(after["unchanged_since"].is_string(), "{after:#} after {before:#}");
        let left: Vec<_> =
            fs::read_dir(self.out()).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
        assert_eq!(left.len(), 3, "{left:?}");
        let state = StateConfig { folder: self.folder.path().join("state"), key: None, refusals: None };
        let ledger = Ledger::open(&state, Path::new("")).expect("a ledger");
        assert_eq!(ledger::verify_chain(&ledger.records().expect("records")), None);
        for route in ["shop", "mailing", "book", "centre"] {
            assert_eq!(ledger.intended(route).expect("read"), None, "{route}");
        }
    }
}

#[track_caller]
fn same(route: &str, rows: Vec<Card>, expected: &BTreeSet<Card>) {
    let count = rows.len();
    let without_id = |mut card: Card| {
        card.remove("sheetbridge_id").expect("an id");
        card
    };
    let cards: BTreeSet<Card> = rows.into_iter().map(without_id).collect();
    assert_eq!(cards.len(), count, "{route}: somebody is there twice");
    let lost: Vec<_> = expected.difference(&cards).take(3).collect();
    let more: Vec<_> = cards.difference(expected).take(3).collect();
    assert!(lost.is_empty() && more.is_empty(), "{route}: lost {lost:?}, too many {more:?}");
}

fn phone(i: usize) -> String {
    format!("+44777{:07}", 1_000_000 + i * 7)
}

fn email(i: usize) -> String {
    format!("person{i}@example.com")
}

fn note(i: usize, version: u32) -> String {
    format!("order {version} of {i}")
}
