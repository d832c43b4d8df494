//! `sync`, `plan` and `apply`.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use super::{args, complain, load, print, trouble};
use crate::{
    change::{Layout, RunId},
    config::{Config, RouteConfig, SourceConfig},
    connector::{DestinationPlace, SourcePlace},
    day::Day,
    failure::{Failure, reason},
    finding::{Code, Trouble},
    ledger::Ledger,
    nearest::nearest,
    pipeline::{self, Ask, World},
    plan::PERCENT,
    port::{Source, Whole},
    progress::Stopwatch,
    report::{self, Command, EXIT_FAILED, Report},
};

const NO_ROUTE: Code = Code::new("route-unknown");
const NO_PLAN: Code = Code::new("plan-unreadable");
const OUT: Code = Code::new("plan-unwritable");

pub(super) fn sync(args: &args::Sync) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    finish(&config, &args.run, run(&config, &args.run, Command::Sync, None))
}

pub(super) fn plan(args: &args::Plan) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    let outcome = run(&config, &args.run, Command::Plan, None);
    let outcome = outcome.and_then(|report| match &args.out {
        Some(path) => std::fs::write(path, report::plan_file(&report))
            .map(|()| report)
            .map_err(|e| Trouble::new(OUT, format!("{}: {}", path.display(), reason(&e)))),
        None => Ok(report),
    });
    finish(&config, &args.run, outcome)
}

pub(super) fn apply(args: &args::Apply) -> u8 {
    let Ok(config) = load(args.config.as_deref()) else { return EXIT_FAILED };
    let text = std::fs::read_to_string(&args.plan).ok();
    let Some(expected) = text.and_then(|t| report::read_plan_file(&t)) else {
        let hint = args.plan.display().to_string();
        return trouble(&Trouble::new(NO_PLAN, hint), "sheetbridge", config.operator.language);
    };
    finish(&config, &args.run, run(&config, &args.run, Command::Apply, Some(expected)))
}

type Digests = std::collections::BTreeMap<String, String>;

fn run(config: &Config, args: &args::Run, command: Command, expected: Option<Digests>) -> Result<Report, Trouble> {
    for route in &args.routes {
        known(config, route)?;
    }
    let folder = config.folder();
    let mut ledger = Ledger::open(&config.state, &folder)?;
    let bar = super::progress::Bar::new();
    let start = std::time::Instant::now();
    let clock = || start.elapsed();
    let progress = Stopwatch::new(&bar, &clock);
    let now = jiff::Timestamp::now();
    let world = World {
        ledger: &mut ledger,
        source: &|source, pins| make_source(source, pins, &folder),
        destination: &|route, layout| make_destination(route, layout, &folder),
        progress: &progress,
        at: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        today: Day::of(now.to_zoned_datetime(config.operator.time_zone.clone()).date()),
        run: RunId(uuid::Uuid::now_v7()),
        who: who(),
    };
    let ask = Ask {
        command,
        routes: args.routes.clone(),
        guard: args.guard.unwrap_or(PERCENT),
        expected,
        detail: command == Command::Plan || args.json,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Trouble::new(Code::new("system-failed"), e.to_string()))?;
    let report = runtime.block_on(pipeline::run(config, world, &ask));
    bar.clear();
    report
}

/// The person in whose name the process runs.
fn who() -> String {
    ["SUDO_USER", "USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}

fn known(config: &Config, route: &str) -> Result<(), Trouble> {
    if config.routes.iter().any(|r| r.name == route) {
        return Ok(());
    }
    let names = config.routes.iter().map(|r| r.name.as_str());
    let meant = nearest(route, names.clone()).map(|m| format!(" (`{m}`?)")).unwrap_or_default();
    let names = names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    Err(Trouble::new(NO_ROUTE, format!("`{route}`{meant}; {names}")))
}

fn make_source(source: &SourceConfig, pins: &[(String, String)], folder: &Path) -> Box<dyn Source> {
    (source.kind.make)(SourcePlace {
        location: source.location.clone(),
        folder: folder.to_path_buf(),
        tabs: source.tabs.clone(),
        header: source.header,
        options: source.options.clone(),
        pins: pins.to_vec(),
    })
}

fn make_destination(route: &RouteConfig, layout: Layout, folder: &Path) -> Result<Box<dyn Whole>, Failure> {
    (route.kind.make)(DestinationPlace {
        location: route.location.clone(),
        folder: PathBuf::from(folder),
        route: route.name.clone(),
        table: route.table.clone(),
        layout,
        options: route.options.clone(),
    })
}

fn finish(config: &Config, args: &args::Run, outcome: Result<Report, Trouble>) -> u8 {
    match outcome {
        Ok(report) => {
            let whole = !args.json && (args.verbose || std::io::stdout().is_terminal());
            // Whoever starts it by a timer must learn of the key too.
            report.born().filter(|_| !whole).iter().for_each(|text| complain(&format!("{text}\n")));
            match () {
                () if whole => print(&report.text()),
                () if args.json => print(&format!("{:#}\n", report.to_json())),
                () => print(&(report.line() + "\n")),
            }
            report.exit()
        }
        Err(why) => trouble(&why, &config.path.display().to_string(), config.operator.language),
    }
}
