//! What a crash at any instant leaves: worlds that are struck at a random event, beside a twin that
//! nobody disturbs. Whatever happened, the next run must make both equal.
//!
//! `SHEETBRIDGE_SEEDS=3000` tries more of them, `SHEETBRIDGE_SEEDS=417..418` one again.

mod fate;
mod history;
mod ledger;
mod twin;
mod world;

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use sheetbridge::{config::Config, keys::hex, report::Report};

pub(crate) use self::history::Dice;
use self::{
    fate::{Blow, Fate, Kind},
    history::History,
    world::World,
};
use crate::bridge;

const SEEDS: u64 = 300;

/// How often the lists of one seed change.
const TURNS: usize = 4;

#[test]
fn whenever_a_run_dies_the_next_one_makes_it_good() {
    let seeds = seeds();
    let config = bridge::config(history::CONFIG);
    let next = AtomicU64::new(seeds.start);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let _named = Named(seed);
                    live(&config, seed);
                }
            });
        }
    });
}

fn seeds() -> Range<u64> {
    let text = std::env::var("SHEETBRIDGE_SEEDS").unwrap_or_default();
    let number = |text: &str| text.parse().expect("SHEETBRIDGE_SEEDS is a number, or two as in 417..418");
    match text.split_once("..") {
        Some((start, end)) => number(start)..number(end),
        None if text.is_empty() => 0..SEEDS,
        None => 0..number(&text),
    }
}

/// Says which seed it was, if it fails.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = writeln!(std::io::stderr(), "again with SHEETBRIDGE_SEEDS={}..{}", self.0, self.0 + 1);
        }
    }
}

/// One seed: a few turns of the lists, each with runs that are struck and one that is not.
fn live(config: &Config, seed: u64) {
    let mut dice = Dice::new(seed);
    let guard = if dice.once_in(4) { 10 } else { 100_000 };
    let world = World::new(config, seed, seed.is_multiple_of(10), guard);
    let mut history = History::new(&mut dice);
    for turn in 0..TURNS {
        if turn > 0 {
            history.turn(&mut dice);
            meddle(&world, &mut dice);
        }
        let calm = world.twin();
        world.backs_up.store(dice.once_in(4), Ordering::Relaxed);
        let course = Fate::kind();
        calm.run(&history.lists(), &course).expect("nothing disturbs it");
        let overtaken = dice.once_in(6);
        if overtaken {
            overtake(&world, &calm, &mut history, course.events(), &mut dice);
        } else {
            history.seen();
            for _ in 0..=dice.below(2) {
                strike(&world, &history, course.events(), &mut dice);
            }
            let report = world.run(&history.lists(), &Fate::kind()).expect("nothing disturbs it");
            judge(&world, &history, &report);
            nothing_more(&calm, &history);
        }
        nothing_more(&world, &history);
        if !overtaken {
            same(&world, &calm);
        }
        world.backs_up.store(false, Ordering::Relaxed);
        if history.unread.is_empty() && dice.once_in(2) {
            deed(&world, &history, &mut dice);
        }
        // What a guard held back, and when something without a date was first seen, is lost with a ledger.
        if dice.once_in(3) && guard > 100 && history.is_dated() {
            known_again(&world, &history);
        }
    }
}

/// What a person does beside the runs: in one world it is struck, in its twin it isn't. Both then are alike, and
/// are after the next run.
fn deed(world: &World<'_>, history: &History, dice: &mut Dice) {
    let tables: Vec<_> = world.config.routes.iter().filter(|r| !r.kind.is_file).collect();
    let (route, nth, what) = (tables[dice.below(tables.len())], dice.below(3), dice.below(3));
    if what == 0 {
        meddle(world, dice);
    }
    let (calm, lists) = (world.twin(), history.lists());
    let does = |world: &World<'_>, fate: &Fate| match what {
        0 => world.undo(route, nth, &lists, fate),
        _ => world.recover(&lists, fate),
    };
    for world in [world, &calm] {
        match what {
            1 => world.lose_ledger(),
            2 => world.restore(),
            _ => {}
        }
    }
    let course = Fate::kind();
    does(&calm, &course).expect("nothing disturbs it");
    for _ in 0..dice.below(3) {
        let _ = does(world, &Fate::new(dice.below(course.events() as usize) as u32, Blow::Death));
    }
    does(world, &Fate::kind()).expect("nothing disturbs it");
    same(world, &calm);
    for world in [world, &calm] {
        world.run(&lists, &Fate::kind()).expect("nothing disturbs it");
        nothing_more(world, history);
    }
    same(world, &calm);
}

/// Whoever stands is known again by a ledger that was lost and recovered: nobody is made twice, nobody
/// goes, and whoever refused stays out.
fn known_again(world: &World<'_>, history: &History) {
    let lost = world.twin();
    lost.lose_ledger();
    lost.recover(&history.lists(), &Fate::kind()).expect("nothing disturbs it");
    let report = lost.run(&history.lists(), &Fate::kind()).expect("nothing disturbs it");
    for (route, said) in world.config.routes.iter().zip(&report.routes) {
        assert_eq!(said.trouble, None, "{}", route.name);
        let (before, after) = (world.cards(route), lost.cards(route));
        let gone: Vec<_> = before.iter().filter(|(id, card)| after.get(*id) != Some(*card)).collect();
        assert!(gone.is_empty(), "{}: {gone:#?} {:?} {:?}", route.name, said.steps, said.items);
        // Who comes on top waited to be asked about, and nothing stood of them.
        history.judge(&route.name, &after.values().collect::<Vec<_>>(), false);
    }
}

/// A run that is struck, and perhaps a file that suffers with it.
fn strike(world: &World<'_>, history: &History, events: u32, dice: &mut Dice) {
    let kind = [Kind::Transient, Kind::Unknown, Kind::Permanent][dice.below(3)];
    let blow = match dice.below(5) {
        0 => Blow::Once(kind),
        1 => Blow::FromThenOn(kind),
        _ => Blow::Death,
    };
    let fate = Fate::new(dice.below(events as usize) as u32, blow);
    let _ = world.run(&history.lists(), &fate);
    let path = world.refusals_file();
    if dice.once_in(4)
        && let Ok(text) = fs::read(&path)
    {
        // The last line at most: each append is on the disk before anything is done with it.
        let last = text.iter().rev().skip(1).position(|b| *b == b'\n').map_or(0, |n| text.len() - 1 - n);
        let cut = last + dice.below(text.len() - last);
        fs::write(&path, &text[..cut]).expect("torn");
    } else if dice.once_in(8) {
        let _ = fs::remove_file(path);
    }
}

/// What people do to destinations behind our back.
fn meddle(world: &World<'_>, dice: &mut Dice) {
    for route in &world.config.routes {
        match dice.below(12) {
            0 => world.lose_all(route),
            1 => world.lose_some(route, 1 + dice.below(3)),
            2 if route.kind.is_file => world.edit(route),
            _ => {}
        }
    }
}

/// The lists change before the run that was struck is made good. Each destination then is as if that run
/// had been whole, had never been, or had remembered what it must and written nothing.
fn overtake(world: &World<'_>, whole: &World<'_>, history: &mut History, events: u32, dice: &mut Dice) {
    let (never, mindful) = (world.twin(), world.twin());
    let _ = mindful.run(&history.lists(), &Fate::new(0, Blow::FromThenOn(Kind::Permanent)));
    strike(world, history, events, dice);
    history.turn(dice);
    history.seen();
    let report = world.run(&history.lists(), &Fate::kind()).expect("nothing disturbs it");
    let twins = [whole, &never, &mindful];
    for twin in twins {
        twin.run(&history.lists(), &Fate::kind()).expect("nothing disturbs it");
    }
    for route in &world.config.routes {
        let cards = world.cards(route);
        assert!(twins.iter().any(|twin| twin.cards(route) == cards), "{}: as in no twin: {cards:#?}", route.name);
    }
    judge(world, history, &report);
}

/// Ids, columns and what is remembered are what they are where nothing happened.
fn same(world: &World<'_>, calm: &World<'_>) {
    for route in &world.config.routes {
        assert_eq!(world.cards(route), calm.cards(route), "{}", route.name);
    }
    alike(&world.remembers(), &calm.remembers());
}

/// Both are equal; if not, only the lines that differ are worth reading.
fn alike<T: PartialEq + std::fmt::Debug>(one: &T, other: &T) {
    if one != other {
        let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
        let lines: Vec<_> = one.lines().zip(other.lines()).filter(|(a, b)| a != b).take(20).collect();
        panic!("{lines:#?}");
    }
}

fn judge(world: &World<'_>, history: &History, report: &Report) {
    let complete = world.guard > 100 && history.unread.is_empty();
    for (route, said) in world.config.routes.iter().zip(&report.routes) {
        assert_eq!(said.trouble, None, "{}", route.name);
        let cards = world.cards(route);
        history.judge(&route.name, &cards.values().collect::<Vec<_>>(), complete);
    }
}

/// A run right after a whole one has nothing to do, and what is remembered agrees with itself.
fn nothing_more(world: &World<'_>, history: &History) {
    let (written, refusals) = world.remembers();
    let report = world.run(&history.lists(), &Fate::kind()).expect("nothing disturbs it");
    for route in &report.routes {
        assert!(!route.wrote, "{}: {:?}", route.name, route.steps);
        let new: Vec<_> = route.items.iter().filter(|i| i.is_new).collect();
        assert!(new.is_empty(), "{}: nothing is asked anew: {new:?}", route.name);
    }
    alike(&world.remembers(), &(written, refusals.clone()));
    let key = |r: &sheetbridge::rights::Remembered| {
        (hex(&r.value), r.name.map(|n| hex(&n)).unwrap_or_default(), r.purpose.clone())
    };
    let in_ledger: BTreeMap<_, _> = refusals.iter().map(|r| (key(r), r.since.to_string())).collect();
    assert_eq!(world.refusals_in_file(), in_ledger, "the file of refusals says what the ledger says");
}
