//! Non-interference: what a route receives depends on nothing but what its purposes may see.
//!
//! Two worlds live through one history. In the first the lists are whole; in the second an oracle, written
//! apart from the gate, has blanked every cell that no purpose of the route may see. What `rights` says is
//! the first world's in both. The bytes must be equal.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use sheetbridge::{
    address::{Place, SourceId},
    apply::{self, Applied},
    change::{ClientId, RunId},
    check,
    config::Config,
    decision::{Decisions, Pair},
    finding::Trouble,
    gate::{self, Around, RouteId},
    keys::{Keys, Use},
    ledger::Ledger,
    pipeline::World,
    plan::{Columns, Guard, Known, Plan, PlanKeys},
    port::{Before, Journal, Whole as _},
    progress::Silent,
    pull,
    record::Records,
    recover,
    resolve::{self, Matching, RouteKeys},
    review,
    rights::{self, Memory, Reached},
    set::{PurposeId, PurposeSet},
    undo,
    written::{Index, Kept, Written},
};

use crate::{
    bridge::{self, Counter, List, Shop, day},
    histories::{CONFIG, Deed, LISTS, Tables, history_of_deeds, whim},
};

/// Everything that one route does in one world.
struct Route {
    id: RouteId,
    past: Written,
    shop: Arc<Mutex<Shop>>,
    last: Option<(RunId, Option<[u8; 32]>)>,
    runs: u128,
    /// What somebody answered.
    decided: Vec<Pair>,
}

/// Keeps the state that a run leaves, as the ledger would.
struct Paper(Option<Written>);

impl Journal for Paper {
    fn intend(&mut self, _: &str, _: &[u8; 32], intended: &Kept) -> Result<(), Trouble> {
        self.0 = Some(intended.written.clone());
        Ok(())
    }
    fn settle(&mut self, _: &str, _: Option<[u8; 32]>) -> Result<(), Trouble> {
        Ok(())
    }
    fn discard(&mut self, _: &str) -> Result<(), Trouble> {
        Ok(())
    }
    fn note(&mut self, _: &str, kept: &Kept) -> Result<(), Trouble> {
        self.0 = Some(kept.written.clone());
        Ok(())
    }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// Reads and checks the lists.
fn records(config: &Config, lines: &[Vec<Vec<String>>; 3], keys: &Keys) -> Records {
    let today = day("2026-11-24");
    let make = |source: &sheetbridge::config::SourceConfig, _: &Before| {
        let i = LISTS.iter().position(|(name, _)| *name == source.name).expect("a list");
        Box::new(List::new(&source.name, lines[i].clone())) as Box<dyn sheetbridge::port::Source>
    };
    let before = vec![Before::default(); config.sources.len()];
    let pulled = block(async {
        let opened = pull::open(config, before, &make, &Silent).await;
        pull::pull(opened, config, today, &Silent).await
    });
    assert!(pulled.sources.iter().all(|s| s.trouble.is_none()), "{:?}", pulled.sources);
    check::check(pulled.drafts, config, today, keys, &Silent).records
}

impl Route {
    fn new(id: u16) -> Self {
        Self {
            id: RouteId(id),
            past: Written::default(),
            shop: Arc::default(),
            last: None,
            runs: 0,
            decided: Vec::new(),
        }
    }

    /// One run; returns all that the route did, in bytes, and what waits.
    fn run(&mut self, config: &Config, records: &Records, reached: &Reached, keys: &Keys) -> String {
        let route = &config.routes[usize::from(self.id.0)];
        let names: Vec<String> = config.purposes.iter().map(|p| p.name.clone()).collect();
        let past = self.past.clone().with_purposes(&names);
        let index = Index::new(&past);
        let route_keys = RouteKeys::new(keys, &route.name);
        let prints = PlanKeys::new(keys, &route.name);
        let (today, decisions) = (day("2026-11-24"), Decisions::new(&self.decided));
        let mut counter = Counter::new(self.shop.clone(), Columns::new(config, route).layout());
        let mut found = block(counter.found()).expect("a destination");
        found.ids.sort_unstable();
        let standing: Vec<ClientId> = found.ids.clone();
        let (frozen, owed) = (PurposeSet::EMPTY, std::collections::BTreeMap::new());
        let around = Around { config, reached, past: &past, index: &index, keys: &route_keys, frozen, owed: &owed };
        let (keys, prints, standing) = (&route_keys, &prints, &standing);
        let known = Known { config, past: &past, index: &index, keys, prints, standing, decisions: &decisions, today };
        let rows = gate::project(records, reached, config, self.id);
        let clients = resolve::resolve(
            &rows,
            &Matching::new(config, usize::from(self.id.0)),
            &past,
            &index,
            &route_keys,
            &decisions,
        );
        let cleared = gate::close(clients, &rows, &around);
        let plan = Plan::between(&cleared, &rows, &known);
        let approved = plan.approve(&Guard { percent: 10, emptied: false, today }, &past, standing);
        let digest = approved.digest(prints);
        let asked = review::questions(&review::Known {
            config,
            route: &route.name,
            rows: rows.get(),
            closed: cleared.get(),
            plan: approved.plan(),
            past: &past,
            keys,
            prints,
            decisions: &decisions,
            reopened: &[],
            place: &|_| Place::source(SourceId(0)),
        });
        for question in &asked {
            let choice = whim(question).map(|i| &question.choices[i % question.choices.len()]);
            self.decided.extend(choice.into_iter().flat_map(|c| c.pairs.clone()));
        }
        self.runs += 1;
        let run = RunId(uuid::Uuid::from_u128(self.runs));
        let after = approved.after(&cleared, &rows, config, past, &route_keys, run);
        let items: Vec<_> = approved.plan().items.iter().map(|i| (i.key, i.why, i.cards.clone(), i.is_new)).collect();
        let stops = approved.stops().to_vec();
        let stand = apply::Stand { last: self.last, ids: standing.clone(), digest: None, is_file: false };
        let mut paper = Paper(None);
        let entries = format!("{:?}", approved.plan().counts());
        let written = after.written.clone();
        let (cleared, rows, stand, progress) = (&cleared, &rows, &stand, &Silent);
        let job = Applied { approved: &approved, cleared, rows, stand, digest, run, progress };
        block(apply::apply(self.id, &route.name, &job, after, &mut counter, &mut paper)).expect("it writes");
        self.past = paper.0.unwrap_or(written);
        self.last = Some((run, None));
        let shop = self.shop.lock().expect("nobody panicked").clone();
        format!("{asked:?}\n{:?}\n{digest:?}\n{items:?}\n{stops:?}\n{entries}\n{:?}", shop, self.past)
    }
}

/// What a person does beside the runs: takes one back, or makes a lost or older ledger anew.
impl Route {
    /// Does a deed with the product's own undo and recovery over a ledger that says what the route remembers, and
    /// returns what came of it, in bytes.
    fn act(&mut self, config: &Config, keys: &Keys, deed: Deed, before: &Written) -> String {
        let name = config.routes[usize::from(self.id.0)].name.as_str();
        let Some(last) = self.shop.lock().expect("nobody panicked").run else { return String::new() };
        let folder = tempfile::tempdir().expect("a folder");
        let mut ledger = Ledger::in_memory(keys.clone(), folder.path().join("refusals.log")).expect("a ledger");
        let known = |written: &Written| Kept { run: last, digest: None, written: written.clone() };
        match deed {
            Deed::Nothing => return String::new(),
            Deed::Undo { nth } => {
                let Some(run) = self.past.births.get(nth % self.past.births.len().max(1)).copied() else {
                    return String::new();
                };
                ledger.note(name, &known(&self.past)).expect("the ledger holds");
                let mut ask = undo::Ask { run: run.to_string(), routes: vec![name.to_owned()], agreed: None };
                let shown = self.under(&mut ledger, async |world| undo::undo(config, world, &ask).await);
                ask.agreed = Some(shown.digests());
                let done = self.under(&mut ledger, async |world| undo::undo(config, world, &ask).await);
                assert!(done.routes.iter().all(|r| r.trouble.is_none()), "{:?}", done.routes);
            }
            Deed::Lose | Deed::Restore => {
                if matches!(deed, Deed::Restore) {
                    // The destination was written since.
                    let older = Kept { run: RunId(uuid::Uuid::nil()), ..known(before) };
                    ledger.note(name, &older).expect("the ledger holds");
                }
                let routes = [name.to_owned()];
                let act = async |world: World<'_>| recover::recover(config, world, &routes).await;
                let recovered = self.under(&mut ledger, act);
                assert!(recovered.routes.iter().all(|r| r.trouble.is_none() && r.was_lost), "{:?}", recovered.routes);
            }
        }
        let kept = ledger.standing(name).expect("the ledger holds");
        if let Some(kept) = kept {
            self.last = Some((kept.run, None));
            self.past = kept.written;
        }
        format!("{:?}\n{:?}", self.shop.lock().expect("nobody panicked"), self.past)
    }

    fn under<T>(&mut self, ledger: &mut Ledger, act: impl AsyncFnOnce(World<'_>) -> Result<T, Trouble>) -> T {
        self.runs += 1;
        let shop = self.shop.clone();
        let world = World {
            ledger,
            source: &|source, _| panic!("no deed reads a list, and this one reads {}", source.name),
            destination: &|_, layout| Ok(Box::new(Counter::new(shop.clone(), layout))),
            progress: &Silent,
            at: "2026-11-24".into(),
            today: day("2026-11-24"),
            run: RunId(uuid::Uuid::from_u128(self.runs)),
            who: "test".into(),
        };
        block(act(world)).expect("the ledger holds")
    }
}

/// The oracle: what a route may see of a row, by the words of DESIGN section 2 and no code of the gate.
fn blanked(
    config: &Config,
    lines: &[Vec<Vec<String>>; 3],
    records: &Records,
    reached: &Reached,
    route: &str,
) -> [Vec<Vec<String>>; 3] {
    let mut lines = lines.clone();
    let route = config.routes.iter().find(|r| r.name == route).expect("a route");
    let is_of_route = |purpose: &str| route.purposes.iter().any(|p| config.purpose(p).name == purpose);
    let mut rows = records.rows();
    // A list of refusals grants nothing and is seen by no route.
    for (list, table) in lines.iter_mut().enumerate().take(2) {
        let header = table[0].clone();
        for row in table.iter_mut().skip(1) {
            let says = |column: &str| header.iter().position(|h| h == column).map_or("", |c| row[c].as_str());
            // A row that holds nothing in any pulled column is no record.
            if row.iter().all(String::is_empty) {
                continue;
            }
            let id = rows.next().expect("as many records as rows");
            let restored = |purpose: &str| {
                reached.restored(id).iter().any(|(p, _): &(PurposeId, _)| config.purpose(*p).name == purpose)
            };
            let mut granted: Vec<&str> = Vec::new();
            let delivered_long_ago = says("done") == "2020-01-01";
            if LISTS[list].0 == "orders" && !delivered_long_ago && says("done") != "31.02.2024" {
                granted.push("orders");
            }
            if LISTS[list].0 == "people" && says("agreed") == "да" && !says("day").is_empty() {
                granted.push("newsletter");
            }
            if says("calls") == "да" {
                granted.push("calls");
            }
            granted.extend(["newsletter", "calls"].into_iter().filter(|p| restored(p)));
            let mut seen: Vec<&str> = Vec::new();
            for purpose in granted.into_iter().filter(|p| is_of_route(p)) {
                seen.extend(match purpose {
                    "orders" => &["name", "phone", "address"][..],
                    "newsletter" => &["name", "email"],
                    _ => &["name", "phone", "birth"],
                });
            }
            // Keys, dates and consents decide; they are no cells of the route.
            seen.extend(["no", "done", "day", "agreed", "left", "calls"]);
            for (cell, column) in row.iter_mut().zip(&header) {
                if !seen.contains(&column.as_str()) {
                    cell.clear();
                }
            }
        }
    }
    lines
}

/// Every stage compares the routes of what it is given.
#[test]
fn what_is_of_one_route_meets_nothing_of_another() {
    let (config, keys) = (bridge::config(CONFIG), Keys::new([7; 32]));
    let records = records(&config, &[0, 1, 2].map(|list| Tables::default().lines(list)), &keys);
    let (reached, past) = (Reached::default(), Written::default());
    let (index, route_keys) = (Index::new(&past), RouteKeys::new(&keys, "shop"));
    let prints = &PlanKeys::new(&keys, "shop");
    let (config, reached, past, index, keys) = (&config, &reached, &past, &index, &route_keys);
    let (frozen, owed, today) = (PurposeSet::EMPTY, &std::collections::BTreeMap::new(), day("2026-11-24"));
    let around = Around { config, reached, past, index, keys, frozen, owed };
    let known = Known { config, past, index, keys, prints, standing: &[], decisions: &Decisions::default(), today };
    let rows = |route| gate::project(&records, reached, config, RouteId(route));
    let clients = |route: u16| {
        resolve::resolve(
            &rows(route),
            &Matching::new(config, usize::from(route)),
            past,
            index,
            keys,
            &Decisions::default(),
        )
    };
    let cleared = |route| gate::close(clients(route), &rows(route), &around);
    let plan = |route| Plan::between(&cleared(route), &rows(route), &known);
    let written = |approved: u16, of: u16, route| {
        let approved = plan(approved).approve(&Guard { percent: 10, emptied: false, today }, past, &[]);
        let (cleared, rows) = (&cleared(of), &rows(of));
        let (digest, run, progress) = ([0; 32], RunId(uuid::Uuid::from_u128(1)), &Silent);
        let after = approved.after(cleared, rows, config, past.clone(), keys, run);
        let stand = &apply::Stand { last: None, ids: Vec::new(), digest: None, is_file: false };
        let job = Applied { approved: &approved, cleared, rows, stand, digest, run, progress };
        let mut counter = Counter::new(Arc::default(), Columns::new(config, &config.routes[0]).layout());
        block(apply::apply(RouteId(route), "shop", &job, after, &mut counter, &mut Paper(None))).expect("it writes");
    };
    let panics = |what: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(what)).is_err();
    assert!(!panics(&|| written(0, 0, 0)));
    assert!(panics(&|| drop(gate::close(clients(0), &rows(1), &around))), "close");
    assert!(panics(&|| drop(Plan::between(&cleared(0), &rows(1), &known))), "plan");
    assert!(panics(&|| written(1, 0, 0)), "another's plan");
    assert!(panics(&|| written(0, 1, 0)), "another's clients");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: bridge::cases(300), ..ProptestConfig::default() })]

    #[test]
    fn equal_projections_give_equal_bytes(days in history_of_deeds(&[0, 0, 1, 1, 2])) {
        let config = bridge::config(CONFIG);
        let keys = Keys::new([7; 32]);
        let refusal_keys = keys.hasher(Use::Refusal, "");
        for (i, route) in config.routes.iter().enumerate() {
            let (mut whole, mut seen) = (Route::new(i as u16), Route::new(i as u16));
            let (mut tables, mut memory) = (Tables::default(), Memory::default());
            for (steps, deed) in &days {
                let before = whole.past.clone();
                steps.iter().for_each(|step| tables.take(step));
                let lines = [0, 1, 2].map(|list| tables.lines(list));
                let records_whole = records(&config, &lines, &keys);
                let reached = rights::reached(&records_whole, &config, &memory, &refusal_keys, day("2026-11-24"));
                let blanked = blanked(&config, &lines, &records_whole, &reached, &route.name);
                let records_seen = records(&config, &blanked, &keys);
                prop_assert_eq!(records_whole.len(), records_seen.len(), "a row without a cell must keep its place");
                let one = whole.run(&config, &records_whole, &reached, &keys);
                let other = seen.run(&config, &records_seen, &reached, &keys);
                prop_assert_eq!(one, other, "route {}", route.name);
                let one = whole.act(&config, &keys, *deed, &before);
                let other = seen.act(&config, &keys, *deed, &before);
                prop_assert_eq!(one, other, "route {} after {:?}", route.name, deed);
                memory.refusals.extend(reached.new.clone());
                memory.consented = reached.consented.clone();
            }
        }
    }
}
