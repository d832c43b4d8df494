//! One run of the whole way over files in a folder of their own, and a second run that must find nothing
//! to do.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sheetbridge::{
    change::RunId,
    config::{self, Config},
    connector::SourcePlace,
    day::Day,
    keys::Keys,
    ledger::Ledger,
    pipeline::{self, Ask, World},
    progress::Silent,
    report::{Command, Report},
};

use crate::bridge::{Counter, Shop};

/// The config of a text, which passes.
pub(crate) fn config(text: &str) -> Config {
    config::parse(text, Path::new("bridge.toml")).unwrap_or_else(|p| panic!("{}", p.render(false))).config
}

const HEADER: &str = "name,phone,email,birth,done,sum,size,loyal,colour,country,address,note,firm,inn,ogrn,snils,url,\
                      number,agreed,on,left,day\n";
const STOPS: &str = "name,phone,email,day\n";

/// Syncs a list and, after a `\x1e`, a list of refusals twice.
pub(crate) fn lists_twice(config: &Config, bytes: &[u8]) {
    let mut lists = bytes.splitn(2, |b| *b == 0x1e);
    let (clients, stops) = (lists.next().unwrap_or_default(), lists.next().unwrap_or_default());
    // A list that brings no header of its own gets one, or hardly any input would get past it.
    let with = |header: &str, list: &[u8]| match list.strip_prefix(b"\n") {
        Some(rows) => [header.as_bytes(), rows].concat(),
        None => list.to_vec(),
    };
    let (clients, stops) = (with(HEADER, clients), with(STOPS, stops));
    sync_twice(config, &[("clients.csv", &clients), ("stops.csv", &stops)]);
}

/// Syncs `files` twice. The second time nothing may be left to do.
pub(crate) fn sync_twice(config: &Config, files: &[(&str, &[u8])]) {
    let folder = memory();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("room in memory");
    }
    let mut ledger = Ledger::in_memory(Keys::new([7; 32]), folder.path().join("refusals.log")).expect("a ledger");
    let shops: BTreeMap<&str, Arc<Mutex<Shop>>> =
        config.routes.iter().map(|route| (route.name.as_str(), Arc::default())).collect();
    let standing = || shops.values().map(|shop| shop.lock().expect("whole").clone()).collect::<Vec<_>>();

    let first = run(config, folder.path(), &mut ledger, &shops, 1);
    let before = standing();
    // Sealed, the second run would not look.
    ledger.set_seal(None).expect("a ledger");
    let second = run(config, folder.path(), &mut ledger, &shops, 2);
    assert!(second.routes.iter().all(|route| !route.wrote), "{}\n{}", first.text(), second.text());
    assert_eq!(standing(), before);
    assert!(second.exit() == first.exit() || second.exit() == 0, "{}\n{}", first.text(), second.text());
}

fn run(
    config: &Config,
    folder: &Path,
    ledger: &mut Ledger,
    shops: &BTreeMap<&str, Arc<Mutex<Shop>>>,
    number: u128,
) -> Report {
    let world = World {
        ledger,
        source: &|source, before| {
            (source.kind.make)(SourcePlace {
                location: source.location.clone(),
                folder: PathBuf::from(folder),
                select: source.select.clone(),
                time_zone: None,
                tabs: source.tabs.clone(),
                header: source.header,
                options: source.options.clone(),
                before: before.clone(),
                ..SourcePlace::default()
            })
        },
        destination: &|route, layout| Ok(Box::new(Counter::new(shops[route.name.as_str()].clone(), layout))),
        progress: &Silent,
        at: String::new(),
        today: Day::parse_iso("2026-11-24").expect("a date"),
        run: RunId(uuid::Uuid::from_u128(number)),
        who: String::new(),
    };
    let ask = Ask { detail: true, ..Ask::new(Command::Sync) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let report = runtime.block_on(pipeline::run(config, world, &ask)).expect("the ledger holds");
    // What a person and a program read of it.
    let _ = (report.text(), report.line(), report.to_json(), report.exit());
    report
}

/// A folder that is no disk, where there is one.
fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}
