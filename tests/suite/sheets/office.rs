//! An office with its list in a Google Sheet: the server, a folder with a config, and the program in this process,
//! less patient than it is elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::Connection;
use sheetbridge::{
    change::RunId,
    config::{self, Config},
    connector::{DestinationPlace, Patience, Shared, SourcePlace},
    day::Day,
    ledger::Ledger,
    pipeline::{self, Ask, World},
    progress::Silent,
    report::{Command, Report},
};

use crate::google::{Book, Google, Sheet};

/// The id of the only spreadsheet.
pub(crate) const ID: &str = "1AbCdEfGhIjKlMnOpQrStUvWxYz";

/// What the config says beside the source: contacts that a contract stands behind.
pub(super) const CONFIG: &str = r#"
[operator]
name      = "Shop"
profile   = "none"
language  = "LANGUAGE"
time_zone = "Europe/Moscow"

[fields]
name  = "person_name"
phone = { kind = "phone", region = "RU" }
email = "email"
born  = "date"
spent = { kind = "money", currency = "RUB" }
agent = "yes_no"

[purposes.orders]
title    = "Deliver"
basis    = "legitimate_interest"
needs    = ["name", "phone", "email", "born", "spent", "agent"]
required = ["phone"]
keep     = "until withdrawn"

[sources.clients]
sheet       = "https://docs.google.com/spreadsheets/d/ID/edit#gid=0"
credentials = "file:google.json"
endpoint    = "ENDPOINT"
purposes    = ["orders"]
columns     = { name = "Name", phone = "Phone" }

[destinations.shop]
path     = "shop.db"
table    = "shop"
purposes = ["orders"]
"#;

/// Seconds for what else may take minutes.
pub(crate) fn quick() -> Patience {
    Patience {
        call: Duration::from_mins(1),
        connect: Duration::from_secs(5),
        tries: 4,
        first_wait: Duration::from_millis(5),
        longest_wait: Duration::from_millis(40),
    }
}

/// How long an impatient office waits for an answer.
pub(crate) const IMPATIENT: Duration = Duration::from_millis(700);

pub(crate) struct Office {
    pub(crate) google: Google,
    folder: tempfile::TempDir,
    config: String,
    patience: Patience,
    runs: u128,
}

impl Office {
    /// One whose clients are in the tab `Clients`.
    pub(crate) fn with(rows: &[&[&str]]) -> Self {
        Self::of([Sheet::of("Clients", rows)])
    }

    pub(crate) fn of(sheets: impl IntoIterator<Item = Sheet>) -> Self {
        Self::holding(Book::of(ID, sheets))
    }

    pub(crate) fn holding(book: Book) -> Self {
        let google = Google::with([book]);
        google.state().quota.lift();
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("google.json"), google.key_file()).expect("written");
        let config = CONFIG.replace("/ID/", &format!("/{ID}/")).replace("ENDPOINT", google.endpoint());
        Self { google, folder, config: config.replace("LANGUAGE", "en"), patience: quick(), runs: 0 }
    }

    /// The same with something in its config said otherwise.
    #[track_caller]
    pub(crate) fn but(mut self, from: &str, to: &str) -> Self {
        assert!(self.config.contains(from), "the config has no {from}");
        self.config = self.config.replace(from, to);
        self
    }

    /// Changes the sheet of clients.
    pub(crate) fn clients(&self, change: impl FnOnce(&mut Sheet) -> &mut Sheet) {
        self.google.edit(|books| {
            change(books.sheet("Clients"));
        });
    }

    /// The same with so little patience that a test can wait for its end.
    pub(crate) fn impatient(mut self) -> Self {
        self.patience.call = IMPATIENT;
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn config(&self) -> Config {
        config::parse(&self.config, &self.path("bridge.toml")).unwrap_or_else(|p| panic!("{}", p.render(false))).config
    }

    pub(crate) fn sync(&mut self) -> Report {
        self.run(&Ask::new(Command::Sync))
    }

    pub(crate) fn plan(&mut self) -> Report {
        self.run(&Ask { detail: true, ..Ask::new(Command::Plan) })
    }

    pub(crate) fn run(&mut self, ask: &Ask) -> Report {
        self.runs += 1;
        let config = self.config();
        let folder = self.folder.path().to_owned();
        let mut ledger = Ledger::open(&config.state, &folder).expect("a ledger");
        let shared = Shared::new(self.patience.clone(), Arc::new(|_| {}));
        let world = World {
            ledger: &mut ledger,
            source: &|source, before| {
                (source.kind.make)(SourcePlace {
                    location: source.location.clone(),
                    folder: folder.clone(),
                    tabs: source.tabs.clone(),
                    header: source.header,
                    options: source.options.clone(),
                    write_back: source.write_back.clone(),
                    shared: shared.clone(),
                    before: before.clone(),
                    ..SourcePlace::default()
                })
            },
            destination: &|route, layout| {
                (route.kind.make)(DestinationPlace {
                    location: route.location.clone(),
                    folder: folder.clone(),
                    route: route.name.clone(),
                    table: route.table.clone(),
                    layout,
                    options: route.options.clone(),
                })
            },
            progress: &Silent,
            at: format!("2026-11-24T00:00:{:02}Z", self.runs),
            today: Day::parse_iso("2026-11-24").expect("a date"),
            run: RunId(uuid::Uuid::from_u128(self.runs)),
            who: "somebody".to_owned(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(pipeline::run(&config, world, ask)).expect("the ledger holds")
    }

    /// The names and phones that stand at the destination.
    pub(crate) fn shop(&self) -> Vec<String> {
        self.cards("name || ' ' || phone")
    }

    /// What an expression gives for each card, sorted.
    pub(crate) fn cards(&self, expression: &str) -> Vec<String> {
        cards(&self.path("shop.db"), expression)
    }
}

fn cards(path: &Path, expression: &str) -> Vec<String> {
    if !path.exists() {
        return Vec::new();
    }
    let db = Connection::open(path).expect("a database");
    let Ok(mut select) = db.prepare(&format!("SELECT coalesce({expression}, '-') FROM shop ORDER BY 1")) else {
        return Vec::new();
    };
    let rows = select.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

/// The code of what kept a run from its work, and its hint.
pub(crate) fn trouble(report: &Report) -> (&'static str, String) {
    let trouble = report.sources.iter().find_map(|s| s.trouble.as_ref()).expect("a source that was not read");
    (trouble.code.name(), trouble.hint.clone())
}

/// The codes of what was found, each once.
pub(crate) fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<&str> = report.findings.iter().map(|f| f.code.name()).collect();
    codes.dedup();
    codes
}
