//! The whole way in memory: lists as text, destinations as maps, a ledger without a disk, a clock that
//! tests move. Everything between is the real thing.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use sheetbridge::{
    change::{Action, Base, Change, ClientId, ID_COLUMN, Layout, LayoutColumn, RunId, Standing, Write},
    config::{self, Config},
    day::Day,
    failure::Failure,
    finding::{Code, Trouble},
    keys::Keys,
    ledger::{Answer, Ledger},
    pipeline::{self, Ask, World},
    port::{Give, Journal as _, Source, Unread, Wanted, Whole},
    progress::Silent,
    recover::{self, Recovered},
    report::{Command, Report},
    review::Question,
    sheet::{Edge, Raw, Rows, Tab, Tabs},
    undo::{self, Undone},
    value::Texts,
    written::Kept,
};

/// A bridge between lists and destinations that live in memory.
pub(crate) struct Bridge {
    pub(crate) config: Config,
    pub(crate) ledger: Ledger,
    pub(crate) lists: BTreeMap<String, Vec<Vec<String>>>,
    pub(crate) shops: BTreeMap<String, Arc<Mutex<Shop>>>,
    pub(crate) unread: BTreeSet<String>,
    /// Destinations that say no.
    pub(crate) down: BTreeSet<String>,
    pub(crate) today: Day,
    pub(crate) guard: usize,
    pub(crate) clock_is_right: bool,
    runs: u128,
    folder: tempfile::TempDir,
}

/// What a destination holds, and the bytes of every write that it was ever asked for.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Shop {
    pub(crate) cards: BTreeMap<ClientId, BTreeMap<String, String>>,
    pub(crate) run: Option<RunId>,
    pub(crate) log: Vec<String>,
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse_iso(text).expect("a date")
}

/// The rest of a config whose purposes, sources and destinations a test writes.
pub(crate) fn config(text: &str) -> Config {
    let head = r#"
        [operator]
        name = "Test"
        profile = "ru"
        language = "ru"
        time_zone = "Europe/Moscow"
        [fields]
        name = "person_name"
        phone = { kind = "phone", region = "RU" }
        email = "email"
        birth = { kind = "date", birth = true }
        address = "postal_address"
        done = "date"
    "#;
    let text = format!("{head}\n{text}");
    match config::parse(&text, Path::new("bridge.toml")) {
        Ok(passed) => passed.config,
        Err(problems) => panic!("{}", problems.render(false)),
    }
}

impl Bridge {
    pub(crate) fn new(text: &str) -> Self {
        Self::of(config(text))
    }

    pub(crate) fn of(config: Config) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::in_memory(Keys::new([7; 32]), folder.path().join("refusals.log")).expect("a ledger");
        let shops = config.routes.iter().map(|r| (r.name.clone(), Arc::default())).collect();
        let lists = config.sources.iter().map(|s| (s.name.clone(), Vec::new())).collect();
        Self {
            config,
            ledger,
            lists,
            shops,
            unread: BTreeSet::new(),
            down: BTreeSet::new(),
            today: day("2026-11-24"),
            guard: 100,
            clock_is_right: true,
            runs: 0,
            folder,
        }
    }

    /// Sets a list: cells parted by `|`, the header first.
    pub(crate) fn list(&mut self, source: &str, rows: &[&str]) -> &mut Self {
        let cells = |row: &&str| row.split('|').map(|c| c.trim().to_owned()).collect();
        self.lists.insert(source.to_owned(), rows.iter().map(cells).collect());
        self
    }

    pub(crate) fn run(&mut self) -> Report {
        self.ask(Command::Sync).expect("the ledger holds")
    }

    pub(crate) fn ask(&mut self, command: Command) -> Result<Report, Trouble> {
        let clock_is_right = self.clock_is_right;
        self.go(&Ask { guard: self.guard, detail: true, clock_is_right, ..Ask::new(command) })
    }

    pub(crate) fn go(&mut self, ask: &Ask) -> Result<Report, Trouble> {
        self.under(async |config, world| pipeline::run(config, world, ask).await)
    }

    /// Undoes the run that bore cards as the `nth`, counted round and round; nothing where none did.
    pub(crate) fn undo(&mut self, nth: usize) -> Option<Undone> {
        let kept = self.config.routes.iter().filter_map(|r| self.ledger.standing(&r.name).expect("the ledger holds"));
        let births: BTreeSet<RunId> = kept.flat_map(|kept| kept.written.births).collect();
        let run = births.iter().nth(nth % births.len().max(1))?.to_string();
        let mut ask = undo::Ask { run, routes: Vec::new(), agreed: None };
        let shown = self.under(async |config, world| undo::undo(config, world, &ask).await).expect("the ledger holds");
        ask.agreed = Some(shown.digests());
        let done = self.under(async |config, world| undo::undo(config, world, &ask).await).expect("the ledger holds");
        assert!(done.routes.iter().all(|r| r.trouble.is_none()), "{:?}", done.routes);
        Some(done)
    }

    /// The ledger is lost: another one takes its place, which says of the routes what is handed in. The file of
    /// refusals is kept.
    pub(crate) fn lose_ledger(&mut self, older: &BTreeMap<String, Kept>) {
        let refusals = self.folder.path().join("refusals.log");
        self.ledger = Ledger::in_memory(Keys::new([7; 32]), refusals).expect("a ledger");
        older.iter().for_each(|(route, kept)| self.ledger.note(route, kept).expect("the ledger holds"));
    }

    /// What the ledger says of the routes.
    pub(crate) fn kept(&self) -> BTreeMap<String, Kept> {
        let kept = |name: &String| Some((name.clone(), self.ledger.standing(name).expect("the ledger holds")?));
        self.config.routes.iter().filter_map(|route| kept(&route.name)).collect()
    }

    /// Recovers what disagrees, and says that the refusals are complete.
    pub(crate) fn recover(&mut self) -> Recovered {
        let recovered = self.under(async |config, world| recover::recover(config, world, &[]).await);
        let recovered = recovered.expect("the ledger holds");
        assert!(recovered.routes.iter().all(|r| r.trouble.is_none()), "{:?}", recovered.routes);
        self.under(async |config, mut world| recover::confirm(config, &mut world)).expect("the ledger holds");
        recovered
    }

    fn under<T>(&mut self, act: impl AsyncFnOnce(&Config, World<'_>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        self.runs += 1;
        let (lists, shops, unread, down) = (&self.lists, &self.shops, &self.unread, &self.down);
        let world = World {
            ledger: &mut self.ledger,
            source: &|source, _| {
                let rows = lists[&source.name].clone();
                Box::new(List { name: source.name.clone(), rows, unread: unread.contains(&source.name) })
            },
            destination: &|route, layout| {
                if down.contains(&route.name) {
                    return Err(Failure::permanent("down"));
                }
                Ok(Box::new(Counter::new(shops[&route.name].clone(), layout)))
            },
            progress: &Silent,
            at: self.today.to_string(),
            today: self.today,
            run: RunId(uuid::Uuid::from_u128(self.runs)),
            who: "test".into(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(act(&self.config, world))
    }

    /// Answers what is asked; the choice is one of [`Question::choices`], or none. Returns what was asked.
    pub(crate) fn review(&mut self, choose: impl Fn(&Question) -> Option<usize>) -> Vec<Question> {
        let clock_is_right = self.clock_is_right;
        let ask = Ask { guard: self.guard, review: true, clock_is_right, ..Ask::new(Command::Plan) };
        let report = self.go(&ask).expect("the ledger holds");
        let questions: Vec<Question> = report.routes.into_iter().flat_map(|r| r.questions).collect();
        for question in &questions {
            let Some(choice) = choose(question).map(|i| &question.choices[i % question.choices.len()]) else {
                continue;
            };
            let answer = Answer {
                route: question.route.clone(),
                question: question.id,
                kind: question.kind.name().into(),
                choice: choice.name(),
                at: self.today.to_string(),
                who: "test".into(),
                pairs: choice.pairs.clone(),
            };
            self.ledger.answer(&answer).expect("the ledger holds");
        }
        questions
    }

    pub(crate) fn shop(&self, route: &str) -> Shop {
        self.shops[route].lock().expect("no test panicked with it").clone()
    }

    pub(crate) fn ids(&self, route: &str) -> Vec<ClientId> {
        self.shop(route).cards.into_keys().collect()
    }

    /// The cards of a route as lines, sorted: their filled columns in the order of their names.
    pub(crate) fn cards(&self, route: &str) -> Vec<String> {
        let line = |card: &BTreeMap<String, String>| {
            card.iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join(" ")
        };
        let mut lines: Vec<String> = self.shop(route).cards.values().map(line).collect();
        lines.sort();
        lines
    }
}

/// How many cases a property is tried on: `PROPTEST_CASES` or the given number.
pub(crate) fn cases(default: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// A list in memory.
pub(crate) struct List {
    pub(crate) name: String,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) unread: bool,
}

impl List {
    pub(crate) fn new(name: &str, rows: Vec<Vec<String>>) -> Self {
        Self { name: name.to_owned(), rows, unread: false }
    }
}

#[async_trait]
impl Source for List {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        if self.unread {
            return Err(Unread::new(Code::new("source-missing"), self.name.as_str()));
        }
        let tab = Tab {
            file: self.name.clone(),
            head: self.rows.iter().take(20).cloned().collect(),
            head_row: 1,
            ..Tab::default()
        };
        Ok(Tabs { tabs: vec![tab], version: Some(format!("{:?}", self.rows)), notes: Vec::new(), pins: Vec::new() })
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        Ok(wanted.iter().map(|it| self.below(it.header, &it.columns)).collect())
    }
}

impl List {
    fn below(&self, header: u32, columns: &[u16]) -> Rows {
        let mut rows = Rows::default();
        for (i, row) in self.rows.iter().enumerate().skip(header as usize) {
            let cell = |c: &u16| row.get(usize::from(*c)).map_or(Raw::Blank, |t| Raw::Text(t));
            if columns.iter().all(|c| cell(c) == Raw::Blank || cell(c) == Raw::Text("")) {
                rows.blank += 1;
            } else {
                let edge = if row.len() > self.rows[header as usize - 1].len() { Edge::Long } else { Edge::Even };
                rows.push(columns.len(), i as u32 + 1, columns.iter().map(cell), edge);
            }
        }
        rows
    }
}

/// A destination in memory, all or nothing.
pub(crate) struct Counter {
    shop: Arc<Mutex<Shop>>,
    layout: Layout,
    next: Shop,
}

impl Counter {
    pub(crate) fn new(shop: Arc<Mutex<Shop>>, layout: Layout) -> Self {
        Self { shop, layout, next: Shop::default() }
    }
}

#[async_trait]
impl Whole for Counter {
    async fn found(&mut self) -> Result<Standing, Failure> {
        let shop = self.shop.lock().expect("no test panicked with it");
        Ok(Standing { run: shop.run, ids: shop.cards.keys().copied().collect(), digest: None })
    }

    async fn read(&mut self, ids: Option<&[ClientId]>, give: Give<'_>) -> Result<(), Failure> {
        let shop = self.shop.lock().expect("no test panicked with it");
        for (id, card) in shop.cards.iter().filter(|(id, _)| ids.is_none_or(|ids| ids.binary_search(id).is_ok())) {
            let cell = |column: &LayoutColumn| card.get(&column.name).map_or("", String::as_str);
            give(*id, Texts::of(self.layout.columns.iter().map(cell)));
        }
        Ok(())
    }

    async fn begin(&mut self, run: RunId, base: Base) -> Result<(), Failure> {
        self.next = self.shop.lock().expect("no test panicked with it").clone();
        if base == Base::Empty {
            self.next.cards.clear();
        }
        self.next.run = Some(run);
        self.next.log.push("begin".into());
        Ok(())
    }

    async fn write(&mut self, batch: &[Change<'_>]) -> Result<(), Failure> {
        for change in batch {
            let mut line = format!("{:?} {}", change.action, change.id);
            let card = self.next.cards.entry(change.id).or_default();
            for (column, write) in self.layout.columns.iter().zip(&change.cells) {
                assert_ne!(column.name, ID_COLUMN);
                match write {
                    Write::Keep => {}
                    Write::Clear => {
                        card.remove(&column.name);
                        line.extend([" -", &column.name]);
                    }
                    Write::Set(value) => {
                        card.insert(column.name.clone(), value.expose().to_owned());
                        line.extend([" ", &column.name, "=", value.expose()]);
                    }
                }
            }
            if change.action == Action::Delete {
                self.next.cards.remove(&change.id);
            }
            self.next.log.push(line);
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<Option<[u8; 32]>, Failure> {
        self.next.log.push("commit".into());
        *self.shop.lock().expect("no test panicked with it") = std::mem::take(&mut self.next);
        Ok(None)
    }
}
