//! Ledgers that were lost, are older than their destinations, or belong to others: each stops the run
//! before anything is written. And what was refused stays refused, whichever file came from a backup.

use std::{collections::BTreeSet, fs};

use sheetbridge::{config::Config, report::Report};

use super::{
    fate::Fate,
    world::{Lists, World},
};
use crate::{
    bridge::{self, day},
    database::Database,
    places::{self, Card},
};

const HEADER: &str = "name|email|agreed";

/// A place that is written, and what stands there.
enum Place {
    File(tempfile::TempDir, &'static str),
    Postgres(Database),
}

impl Place {
    /// One of every kind.
    fn all() -> impl Iterator<Item = Self> {
        let files = ["people.db", "people.csv", "people.xlsx"].map(|name| Self::File(places::folder(), name));
        files.into_iter().chain(Database::fresh().map(Self::Postgres))
    }

    fn config(&self) -> Config {
        let location = match self {
            Self::File(folder, name) => folder.path().join(name).display().to_string(),
            Self::Postgres(database) => database.url(),
        };
        bridge::config(&format!(
            r#"
            [purposes.newsletter]
            title = "Write"
            basis = "consent"
            needs = ["name", "email"]
            keep = "until withdrawn"
            [sources.subscribers]
            path = "subscribers.csv"
            columns = {{ name = "name", email = "email" }}
            [sources.subscribers.consent.newsletter]
            given = "agreed"
            [sources.stops]
            path = "stops.csv"
            refuses = "all"
            columns = {{ email = "email" }}
            [destinations.people]
            path = "{location}"
            purposes = ["newsletter"]
            "#
        ))
    }

    fn rows(&self) -> BTreeSet<Card> {
        match self {
            Self::File(folder, name) => places::rows(&folder.path().join(name), "people").into_iter().collect(),
            Self::Postgres(database) => database.rows("people").into_iter().collect(),
        }
    }

    fn emails(&self) -> Vec<String> {
        let mut emails: Vec<String> = self.rows().iter().filter_map(|card| card.get("email").cloned()).collect();
        emails.sort();
        emails
    }
}

/// Lists of people by the letter that their address starts with.
fn lists(subscribers: &str, stops: &str) -> Lists {
    let address = |c: char| format!("{c}nna@example.com");
    let row = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
    let subscriber = |c: char| row(&[&format!("{}nna Smith", c.to_uppercase()), &address(c), "yes"]);
    let header = HEADER.split('|').collect::<Vec<_>>();
    let subscribers = std::iter::once(row(&header)).chain(subscribers.chars().map(subscriber)).collect();
    let stops = std::iter::once(row(&["email"])).chain(stops.chars().map(|c| row(&[&address(c)]))).collect();
    let rows = [("subscribers", subscribers), ("stops", stops)].into();
    Lists { rows, unread: BTreeSet::new(), today: day("2026-11-24") }
}

fn run(world: &World<'_>, lists: &Lists) -> Report {
    world.run(lists, &Fate::kind()).expect("the ledger opens")
}

/// The run stops for that reason, says so, and what stands is untouched.
#[track_caller]
fn stops(world: &World<'_>, place: &Place, lists: &Lists, code: &str) {
    let before = place.rows();
    let report = run(world, lists);
    let said = report.routes[0].trouble.as_ref().map(|t| t.code.name());
    assert_eq!(said, Some(code));
    assert_eq!(report.exit(), 2);
    assert!(!report.routes[0].wrote);
    assert_eq!(place.rows(), before);
}

#[test]
fn a_lost_ledger_writes_nothing() {
    for place in Place::all() {
        let config = place.config();
        let world = World::new(&config, 1, true, 100_000);
        run(&world, &lists("abc", ""));
        assert_eq!(place.rows().len(), 3);
        fs::remove_file(world.state().join("ledger.db")).expect("removed");
        stops(&world, &place, &lists("abcd", ""), "ledger-new");
        fs::remove_dir_all(world.state()).expect("removed");
        stops(&world, &place, &lists("abcd", ""), "ledger-new");
        stops(&world, &place, &lists("a", "b"), "ledger-new");
    }
}

#[test]
fn a_ledger_from_a_backup_writes_nothing() {
    for place in Place::all() {
        let config = place.config();
        let world = World::new(&config, 2, true, 100_000);
        run(&world, &lists("abc", ""));
        let backup = places::folder();
        places::copy(&world.state(), backup.path());
        run(&world, &lists("abcd", "a"));
        assert_eq!(place.emails(), ["bnna@example.com", "cnna@example.com", "dnna@example.com"]);
        fs::copy(backup.path().join("ledger.db"), world.state().join("ledger.db")).expect("restored");
        stops(&world, &place, &lists("abcd", ""), "ledger-older");
        let (_, refusals) = world.remembers();
        assert!(!refusals.is_empty(), "it learned from the file what was refused since");
    }
}

#[test]
fn a_ledger_of_others_writes_nothing() {
    for (place, others) in Place::all().zip(Place::all()) {
        let (config, others_config) = (place.config(), others.config());
        let mut world = World::new(&config, 3, true, 100_000);
        run(&world, &lists("abc", ""));
        run(&World::new(&others_config, 4, true, 100_000), &lists("xyz", ""));
        world.config = &others_config;
        stops(&world, &others, &lists("abc", ""), "ledger-foreign");
    }
}

#[test]
fn who_refused_stays_away_after_ledger_and_destination_came_from_a_backup() {
    for place in Place::all() {
        // What a database's own tools restore is theirs to test.
        let Place::File(folder, _) = &place else { continue };
        let config = place.config();
        let world = World::new(&config, 5, true, 100_000);
        run(&world, &lists("abc", ""));
        let (state, destination) = (places::folder(), places::folder());
        places::copy(&world.state(), state.path());
        places::copy(folder.path(), destination.path());
        run(&world, &lists("abc", "a"));
        // The list of refusals was emptied since, and only its file still knows.
        let refused = fs::read(world.refusals_file()).expect("a file");
        places::copy(state.path(), &world.state());
        fs::write(world.refusals_file(), refused).expect("written");
        places::copy(destination.path(), folder.path());
        assert_eq!(place.rows().len(), 3);
        run(&world, &lists("abc", ""));
        assert_eq!(place.emails(), ["bnna@example.com", "cnna@example.com"]);
    }
}

#[test]
fn who_refused_stays_away_when_a_file_has_an_older_ledger_that_still_fits() {
    let place = Place::File(places::folder(), "people.csv");
    let config = place.config();
    let world = World::new(&config, 6, true, 100_000);
    run(&world, &lists("abc", ""));
    let backup = fs::read(world.state().join("ledger.db")).expect("a ledger");
    run(&world, &lists("abc", "a"));
    fs::write(world.state().join("ledger.db"), backup).expect("restored");
    run(&world, &lists("abc", ""));
    assert_eq!(place.emails(), ["bnna@example.com", "cnna@example.com"]);
}
