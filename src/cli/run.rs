//! `sync`, `plan` and `apply`.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{args, complain, load, print, rejects, trouble};
use crate::{
    ask::Ask,
    change::{Layout, RunId},
    config::{Config, RouteConfig, SourceConfig},
    connector::{DestinationPlace, Shared, SourcePlace},
    day::Day,
    failure::{Failure, reason},
    finding::{Code, Trouble},
    ledger::Ledger,
    nearest::nearest,
    pipeline::{self, World},
    plan::PERCENT,
    port::{Before, Source, Whole},
    progress::Stopwatch,
    report::{self, Command, EXIT_FAILED, Report, Show},
};

const NO_ROUTE: Code = Code::new("route-unknown");
const NO_PLAN: Code = Code::new("plan-unreadable");
const OUT: Code = Code::new("plan-unwritable");
const NO_TERMINAL: Code = Code::new("reveal-no-terminal");

pub(super) fn sync(args: &args::Sync) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    let ask = Ask { reveal: args.reveal.reveal, ..few(ask(&args.run, Command::Sync), &args.few) };
    finish(&config, &args.run, Show { reveal: ask.reveal, all: false }, run(&config, &args.run, &ask))
}

pub(super) fn plan(args: &args::Plan) -> u8 {
    let Ok(config) = load(args.config.path()) else { return EXIT_FAILED };
    let ask = ask(&args.run, Command::Plan);
    let ask = Ask { detail: true, reveal: args.reveal.reveal, ..few(ask, &args.few) };
    let outcome = run(&config, &args.run, &ask);
    let outcome = outcome.and_then(|report| match &args.out {
        Some(path) => std::fs::write(path, report::plan_file(&report, &ask))
            .map(|()| report)
            .map_err(|e| Trouble::new(OUT, format!("{}: {}", path.display(), reason(&e)))),
        None => Ok(report),
    });
    finish(&config, &args.run, Show { reveal: ask.reveal, all: args.all }, outcome)
}

pub(super) fn apply(args: &args::Apply) -> u8 {
    let Ok(config) = load(args.config.as_deref()) else { return EXIT_FAILED };
    let text = std::fs::read_to_string(&args.plan).ok();
    let Some(planned) = text.and_then(|t| report::read_plan_file(&t)) else {
        let hint = args.plan.display().to_string();
        return trouble(&Trouble::new(NO_PLAN, hint), "sheetbridge", config.operator.language);
    };
    let (limit, only) = (planned.limit, planned.only);
    let ask = Ask { expected: Some(planned.digests), limit, only, ..ask(&args.run, Command::Apply) };
    finish(&config, &args.run, Show::default(), run(&config, &args.run, &ask))
}

fn ask(args: &args::Run, command: Command) -> Ask {
    Ask {
        routes: args.routes.clone(),
        guard: args.guard.unwrap_or(PERCENT),
        detail: args.json,
        rejects: args.rejects.is_some(),
        clock_is_right: args.clock_is_right,
        ..Ask::new(command)
    }
}

fn few(ask: Ask, few: &args::Few) -> Ask {
    Ask { limit: few.limit.map(|n| n as usize), only: few.only.clone(), ..ask }
}

pub(super) fn run(config: &Config, args: &args::Run, ask: &Ask) -> Result<Report, Trouble> {
    if ask.reveal && !std::io::stdout().is_terminal() {
        return Err(Trouble::new(NO_TERMINAL, ""));
    }
    if let Some(path) = &args.rejects {
        rejects::judge(config, path)?;
    }
    go(config, ask)
}

/// Runs once, in this process and at this moment.
pub(super) fn go(config: &Config, ask: &Ask) -> Result<Report, Trouble> {
    for route in &ask.routes {
        known(config, route)?;
    }
    ask.judge(config)?;
    in_world(config, async |world| pipeline::run(config, world, ask).await)
}

/// Does something with the ledger of a config and the world around it, from now on.
pub(super) fn in_world<T>(
    config: &Config,
    act: impl AsyncFnOnce(World<'_>) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let folder = config.folder();
    let mut ledger = Ledger::open(&config.state, &folder)?;
    let bar = Arc::new(super::progress::Bar::new());
    let shared = bar.shared(config.operator.language);
    let start = std::time::Instant::now();
    let clock = || start.elapsed();
    let progress = Stopwatch::new(bar.as_ref(), &clock);
    let now = jiff::Timestamp::now();
    let world = World {
        ledger: &mut ledger,
        source: &|source, before| make_source(config, source, before, &shared),
        destination: &|route, layout| make_destination(route, layout, &folder),
        progress: &progress,
        at: utc(now),
        today: Day::of(now.to_zoned_datetime(config.operator.time_zone.clone()).date()),
        run: RunId(uuid::Uuid::now_v7()),
        who: who(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| Trouble::new(Code::new("system-failed"), e.to_string()))?;
    let outcome = runtime.block_on(act(world));
    bar.clear();
    outcome
}

/// The moment as names of files have it.
pub(super) fn stamp() -> String {
    jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A time as records have it.
pub(super) fn utc(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The person in whose name the process runs.
pub(super) fn who() -> String {
    ["SUDO_USER", "USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))
        .unwrap_or_else(|| "unknown".to_owned())
}

pub(super) fn known(config: &Config, route: &str) -> Result<(), Trouble> {
    if config.routes.iter().any(|r| r.name == route) {
        return Ok(());
    }
    let names = config.routes.iter().map(|r| r.name.as_str());
    let meant = nearest(route, names.clone()).map(|m| format!(" (`{m}`?)")).unwrap_or_default();
    let names = names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    Err(Trouble::new(NO_ROUTE, format!("`{route}`{meant}; {names}")))
}

fn make_source(config: &Config, source: &SourceConfig, before: &Before, shared: &Shared) -> Box<dyn Source> {
    (source.kind.make)(SourcePlace {
        location: source.location.clone(),
        folder: config.folder(),
        select: source.select.clone(),
        time_zone: config.operator.time_zone.iana_name().map(str::to_owned),
        tabs: source.tabs.clone(),
        header: source.header,
        options: source.options.clone(),
        write_back: source.write_back.clone(),
        shared: shared.clone(),
        before: before.clone(),
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

fn finish(config: &Config, args: &args::Run, show: Show, outcome: Result<Report, Trouble>) -> u8 {
    let failed = |why: &Trouble| trouble(why, &config.path.display().to_string(), config.operator.language);
    let report = match outcome {
        Ok(report) => report,
        Err(why) => return failed(&why),
    };
    let whole = !args.json && (args.verbose || show.all || std::io::stdout().is_terminal());
    // Whoever starts it by a timer must learn of the key too.
    report.born().filter(|_| !whole).iter().for_each(|text| complain(&format!("{text}\n")));
    match () {
        () if whole => print(&report.text_with(show)),
        () if args.json => print(&format!("{:#}\n", report.to_json())),
        () => print(&(report.line() + "\n")),
    }
    if let (Some(path), Some(rejects)) = (&args.rejects, &report.rejects) {
        match rejects::write(config, path, rejects) {
            Ok(said) => said.iter().for_each(|line| complain(&format!("{line}\n"))),
            Err(why) => return failed(&why),
        }
    }
    report.exit()
}
