//! A world that outlives its runs: a ledger on the disk, and destinations, in memory or real ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use sheetbridge::{
    change::{ClientId, ID_COLUMN, Layout, RunId},
    config::{Config, RouteConfig, StateConfig},
    connector::DestinationPlace,
    day::Day,
    failure::Failure,
    finding::Trouble,
    ledger::{self, Ledger},
    pipeline::{self, Ask, World as Pipeline},
    port::Whole,
    progress::Silent,
    recover,
    report::{Command, Report},
    rights::Remembered,
    undo,
    written::Written,
};

use super::{
    fate::{Fate, Fated},
    twin::{Cards, Place, Twin},
};
use crate::{bridge::List, places};

/// The lists of one run.
pub(super) struct Lists {
    pub(super) rows: BTreeMap<&'static str, Vec<Vec<String>>>,
    pub(super) unread: BTreeSet<&'static str>,
    pub(super) today: Day,
}

/// The same world for one more deed.
fn again<'b>(world: &'b mut Pipeline<'_>) -> Pipeline<'b> {
    Pipeline {
        ledger: world.ledger,
        source: world.source,
        destination: world.destination,
        progress: world.progress,
        at: world.at.clone(),
        today: world.today,
        run: world.run,
        who: world.who.clone(),
    }
}

pub(super) struct World<'a> {
    pub(super) config: &'a Config,
    /// In a folder, or in memory.
    is_real: bool,
    folder: tempfile::TempDir,
    places: BTreeMap<String, Place>,
    pub(super) guard: usize,
    seed: u128,
    runs: AtomicU64,
    /// Whether the ledger is copied while a run is at work.
    pub(super) backs_up: AtomicBool,
}

impl<'a> World<'a> {
    pub(super) fn new(config: &'a Config, seed: u64, is_real: bool, guard: usize) -> Self {
        let folder = places::folder();
        let places = config.routes.iter().map(|r| (r.name.clone(), Place::default())).collect();
        let runs = AtomicU64::new(0);
        let backs_up = AtomicBool::new(false);
        let world = Self { config, is_real, folder, places, guard, seed: seed.into(), runs, backs_up };
        // A key of the seed's own, so that a seed that fails fails again.
        fs::create_dir(world.state()).expect("made");
        fs::write(world.state().join("key"), format!("{seed:064x}")).expect("written");
        world
    }

    /// The same world, which from now on goes its own way.
    pub(super) fn twin(&self) -> Self {
        let folder = places::folder();
        places::copy(self.folder.path(), folder.path());
        let held = |place: &Place| Arc::new(std::sync::Mutex::new(place.lock().expect("no test panicked").clone()));
        let places = self.places.iter().map(|(name, place)| (name.clone(), held(place))).collect();
        let runs = AtomicU64::new(self.runs.load(Ordering::Relaxed));
        Self { folder, places, runs, backs_up: AtomicBool::new(false), ..*self }
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(super) fn refusals_file(&self) -> PathBuf {
        self.state().join("refusals.log")
    }

    fn open(&self) -> Result<Ledger, Trouble> {
        let state = StateConfig { folder: self.state(), key: None, refusals: None };
        Ledger::open(&state, self.folder.path())
    }

    /// One run over the lists, under a fate; whatever it left in memory is gone afterwards.
    pub(super) fn run(&self, lists: &Lists, fate: &Fate) -> Result<Report, Trouble> {
        let ask = Ask { guard: self.guard, clock_is_right: true, ..Ask::new(Command::Sync) };
        self.under(fate, lists, async |world| pipeline::run(self.config, world, &ask).await)
    }

    /// Undoes the run that bore cards of a route as the `nth`, if there is one.
    pub(super) fn undo(&self, route: &RouteConfig, nth: usize, lists: &Lists, fate: &Fate) -> Result<(), Trouble> {
        let bore = |written: Option<Written>| written.and_then(|w| w.births.get(nth).copied());
        let Some(run) = bore(self.open()?.standing(&route.name)?.map(|kept| kept.written)) else { return Ok(()) };
        let mut ask = undo::Ask { run: run.to_string(), routes: vec![route.name.clone()], agreed: None };
        self.under(fate, lists, async |mut world| {
            let shown = undo::undo(self.config, again(&mut world), &ask).await?;
            ask.agreed = Some(shown.digests());
            undo::undo(self.config, world, &ask).await.map(|_| ())
        })
    }

    /// Recovers what was lost, and says that the refusals are complete.
    pub(super) fn recover(&self, lists: &Lists, fate: &Fate) -> Result<(), Trouble> {
        self.under(fate, lists, async |mut world| {
            recover::recover(self.config, again(&mut world), &[]).await?;
            recover::confirm(self.config, &mut world)
        })
    }

    /// The ledger is lost; its key and the refusals are not.
    pub(super) fn lose_ledger(&self) {
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            let _ = fs::remove_file(self.state().join(name));
        }
    }

    fn config_of_state(&self) -> StateConfig {
        StateConfig { folder: self.state(), key: None, refusals: None }
    }

    fn copy_of_ledger(&self) -> PathBuf {
        self.folder.path().join("copy.db")
    }

    /// Copies the ledger, whoever is at work on it.
    pub(super) fn back_up(&self) {
        let copy = self.copy_of_ledger();
        ledger::backup(&self.config_of_state(), self.folder.path(), &copy, true).expect("copied");
    }

    /// Puts the copy in the place of the ledger, if there is one.
    pub(super) fn restore(&self) {
        let copy = self.copy_of_ledger();
        if copy.exists() {
            ledger::restore(&self.config_of_state(), self.folder.path(), &copy, "then").expect("restored");
        }
    }

    fn under<T>(
        &self,
        fate: &Fate,
        lists: &Lists,
        act: impl AsyncFnOnce(Pipeline<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut ledger = self.open()?;
        let course = fate.clone();
        ledger.on_commit(move || course.commit_fails())?;
        let run = self.seed << 64 | u128::from(self.runs.fetch_add(1, Ordering::Relaxed));
        let world = Pipeline {
            ledger: &mut ledger,
            source: &|source, _| {
                let (name, rows) = (source.name.clone(), lists.rows[source.name.as_str()].clone());
                let unread = lists.unread.contains(name.as_str());
                Box::new(List { name, rows, unread })
            },
            destination: &|route, layout| {
                if self.backs_up.load(Ordering::Relaxed) {
                    self.back_up();
                }
                let inner = self.destination(route, layout)?;
                Ok(Box::new(Fated { inner, fate: fate.clone() }))
            },
            progress: &Silent,
            at: lists.today.to_string(),
            today: lists.today,
            run: RunId(uuid::Uuid::from_u128(run)),
            who: "test".into(),
        };
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        // Nobody waits for a pause between two tries, unless somebody else's clock goes on.
        let paused = !self.config.routes.iter().any(|r| r.kind.name == "postgres");
        let runtime = runtime.enable_all().start_paused(paused).build().expect("a runtime");
        runtime.block_on(act(world))
    }

    fn destination(&self, route: &RouteConfig, layout: Layout) -> Result<Box<dyn Whole>, Failure> {
        if !self.is_real {
            return Ok(Box::new(Twin::new(self.places[&route.name].clone(), layout, route.kind.is_file)));
        }
        (route.kind.make)(DestinationPlace {
            location: route.location.clone(),
            folder: self.folder.path().to_path_buf(),
            route: route.name.clone(),
            table: route.table.clone(),
            layout,
            options: route.options.clone(),
        })
    }

    fn path(&self, route: &RouteConfig) -> PathBuf {
        let location = route.location.open(Path::new("")).expect("a path");
        self.folder.path().join(location.as_str())
    }

    /// What stands at a destination.
    pub(super) fn cards(&self, route: &RouteConfig) -> Cards {
        if !self.is_real {
            let held = self.places[&route.name].lock().expect("no test panicked").clone();
            return held.unwrap_or_default().cards;
        }
        let rows = places::rows(&self.path(route), &route.table);
        let card = |mut row: BTreeMap<String, String>| {
            let id: ClientId = row.remove(ID_COLUMN).and_then(|id| id.parse().ok()).expect("an id");
            (id, row)
        };
        let count = rows.len();
        let cards: Cards = rows.into_iter().map(card).collect();
        assert_eq!(cards.len(), count, "no id twice");
        cards
    }

    /// Somebody deletes a destination.
    pub(super) fn lose_all(&self, route: &RouteConfig) {
        if self.is_real {
            let _ = fs::remove_file(self.path(route));
        } else {
            *self.places[&route.name].lock().expect("no test panicked") = None;
        }
    }

    /// Somebody deletes every `n`th card at a destination.
    pub(super) fn lose_some(&self, route: &RouteConfig, n: usize) {
        let gone: Vec<ClientId> = self.cards(route).into_keys().step_by(n).collect();
        if self.is_real {
            places::delete(&self.path(route), &route.table, &gone);
        } else if let Some(held) = self.places[&route.name].lock().expect("no test panicked").as_mut() {
            held.cards.retain(|id, _| !gone.contains(id));
        }
    }

    /// Somebody types into a file.
    pub(super) fn edit(&self, route: &RouteConfig) {
        if self.is_real {
            places::edit(&self.path(route), &route.table);
        } else if let Some(held) = self.places[&route.name].lock().expect("no test panicked").as_mut() {
            held.cards.values_mut().for_each(|card| _ = card.insert("name".into(), "typed by hand".into()));
        }
    }

    /// What the ledger remembers of a route.
    pub(super) fn remembers(&self) -> (BTreeMap<String, Written>, Vec<Remembered>) {
        let ledger = self.open().expect("the ledger opens");
        let written = |route: &RouteConfig| {
            assert_eq!(ledger.intended(&route.name).expect("read"), None, "no intent is left open");
            let kept = ledger.standing(&route.name).expect("read");
            // A row that was held before its person had a card is tied to it from the second run on.
            let written = kept.map(|k| Written {
                innocent: Vec::new(),
                // A run that was struck is another than the one that was not.
                births: k.written.births.iter().map(|_| RunId(uuid::Uuid::nil())).collect(),
                ..k.written
            });
            (route.name.clone(), written.unwrap_or_default())
        };
        let records = ledger.records().expect("records");
        assert_eq!(ledger::verify_chain(&records), None, "the chain of runs holds");
        (self.config.routes.iter().map(written).collect(), ledger.refusals().expect("refusals"))
    }

    /// The refusals in the file, each with its latest day.
    pub(super) fn refusals_in_file(&self) -> BTreeMap<(String, String, String), String> {
        let text = fs::read_to_string(self.refusals_file()).unwrap_or_default();
        let mut days = BTreeMap::new();
        for line in text.lines() {
            let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let part = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let day = days.entry((part("value"), part("name"), part("purpose"))).or_insert_with(String::new);
            *day = part("since").max(std::mem::take(day));
        }
        days
    }
}
