//! The whole product on one screen:
//! source → read → check → rights → gate → resolve → gate → plan → apply → report.

pub(crate) mod beside;
pub(crate) mod few;

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

pub use crate::ask::Ask;

use crate::{
    address::{SheetInfo, SourceId},
    apply::{self, Applied, Stand},
    change::{ClientId, RunId},
    check,
    config::{Config, RouteConfig, SourceConfig},
    day::Day,
    finding::{Code, Finding, Trouble},
    gate::{self, Around, Cleared, Closed, Granted, RouteId, Rows},
    keys::{Use, hex},
    ledger::{Ledger, Owed},
    plan::{Approved, Columns, Few, Guard, Known, Plan, PlanKeys},
    port::{Before, MakeSource, MakeWhole, RowStatus, Source, Whole},
    progress::Progress,
    pull::{self, Outcome, Pulled},
    read::Originals,
    record::Records,
    recover,
    report::{Command, Question, Rejects, Report, Revealed, RouteReport},
    resolve::{self, Matching, RouteKeys},
    review,
    rights::{self, Memory, Reached},
    seal,
    set::PurposeSet,
    sheet::SeenTab,
    why, write_back,
    written::{Index, Written},
};

const STALE: Code = Code::new("plan-stale");
const CLOCK_BACK: Code = Code::new("clock-back");

/// The world, as one run meets it. Clock and dice are handed in.
pub struct World<'a> {
    /// What is owned between runs.
    pub ledger: &'a mut Ledger,
    /// Makes a source's port, with what was inferred about it before.
    pub source: MakeSource<'a>,
    /// Makes a destination's port.
    pub destination: MakeWhole<'a>,
    /// Told how far the run is.
    pub progress: &'a dyn Progress,
    /// When the run began, in UTC.
    pub at: String,
    /// Which day that is for the operator.
    pub today: Day,
    /// The run's name.
    pub run: RunId,
    /// In whose name it runs.
    pub who: String,
}

/// Runs once. Failures of sources and destinations are in the report; only a ledger that can't be trusted
/// ends the run with an error.
pub async fn run(config: &Config, mut world: World<'_>, ask: &Ask) -> Result<Report, Trouble> {
    if let Some(route) = ask.unplanned(config) {
        return Err(Trouble::new(STALE, route));
    }
    if !ask.clock_is_right {
        went_back(&world)?;
    }
    ask.judge(config)?;
    if ask.command != Command::Plan {
        recover::must_be_confirmed(world.ledger)?;
    }
    let mut report = Report::begin(config, &world, ask);
    let before = config.sources.iter().map(|s| before(world.ledger, &s.name)).collect::<Result<_, _>>()?;
    let opened = pull::open(config, before, world.source, world.progress).await;
    let versions: Vec<Option<String>> = opened.iter().map(|o| o.version().map(str::to_owned)).collect();
    let is_complete = ask.command == Command::Sync && ask.routes.is_empty() && !ask.is_few();
    if is_complete && !ask.looks() && seal::holds(config, &mut world, &versions).await? {
        report.unchanged(world.ledger)?;
        report.times = world.progress.times();
        record(config, &mut world, ask, &report)?;
        return Ok(report);
    }
    let pulled = pull::pull(opened, config, world.today, world.progress).await;
    let frozen = unread(config, &pulled);
    let Pulled { drafts, sources, findings, ports } = pulled;
    let originals = ask.looks().then(|| Originals::of(&drafts));

    let checked = check::check(drafts, config, world.today, world.ledger.keys(), world.progress);
    // They speak of all rows, whatever routes go: whoever sends a few first has not made up their mind about the rest.
    let is_told = ask.command != Command::Plan && !ask.is_few();
    let statuses = is_told.then(|| write_back::statuses(config, &checked));
    report.found(sources, checked.sheets, findings, checked.findings);
    let records = checked.records;
    let few = ask.few(config, &records, &report.sheets)?;

    world.progress.stage("rights", 0);
    let memory = remembered(config, world.ledger)?;
    let refusal_keys = world.ledger.keys().hasher(Use::Refusal, "");
    let reached = rights::reached(&records, config, &memory, &refusal_keys, world.today);
    if ask.command != Command::Plan {
        remember(config, &mut world, &report.sources, &memory, &reached)?;
    }
    report.refused(&reached, &records, world.ledger, ask)?;

    for (i, route) in config.routes.iter().enumerate() {
        if ask.goes(&route.name) {
            let id = RouteId(i as u16);
            let (records, reached, few, sheets) = (&records, &reached, &few, report.sheets.as_slice());
            let route = Route { config, records, reached, few, memory: &memory, sheets, ask, id, frozen };
            report.routes.push(route.run(&mut world, &report.sources).await?);
        }
    }
    if let Some(statuses) = statuses {
        write_back(&world, &mut report, &statuses, ports).await;
    }
    report.gather();
    report.times = world.progress.times();
    if let Some(originals) = &originals {
        report.hand_out(originals, ask);
        if ask.command == Command::Plan {
            world.ledger.record(world.run, &report.to_look(&world.who, ask))?;
        }
    }
    if ask.command != Command::Plan {
        seal::set(config, &mut world, &versions, &report, is_complete)?;
        record(config, &mut world, ask, &report)?;
    }
    Ok(report)
}

/// Tells the rows of sheets that have columns for it what is wrong with them.
async fn write_back(
    world: &World<'_>,
    report: &mut Report,
    statuses: &BTreeMap<SourceId, Vec<Vec<RowStatus>>>,
    ports: Vec<(SourceId, Box<dyn Source>)>,
) {
    if !ports.is_empty() {
        world.progress.stage("write back", ports.len() as u64);
    }
    for (source, mut port) in ports {
        let statuses = statuses.get(&source).map_or(&[][..], Vec::as_slice);
        report.sources[usize::from(source.0)].wrote_back = Some(port.write_back(statuses, world.run).await);
        world.progress.step(1);
    }
}

/// What earlier runs learnt of a source.
fn before(ledger: &Ledger, source: &str) -> Result<Before, Trouble> {
    Ok(Before { pins: ledger.pins(source)?, tabs: ledger.tabs(source)? })
}

/// A clock that went back would bring to life what had expired. The day of a run was told in another time zone
/// than that of its record.
fn went_back(world: &World<'_>) -> Result<(), Trouble> {
    let last = last_run(world.ledger)?.and_then(|record| Day::parse_iso(record["at"].as_str()?.get(..10)?));
    match last {
        Some(last) if world.today.0 + 1 < last.0 => Err(Trouble::new(CLOCK_BACK, format!("{}, {last}", world.today))),
        _ => Ok(()),
    }
}

/// The record of the last run that worked.
fn last_run(ledger: &Ledger) -> Result<Option<serde_json::Value>, Trouble> {
    Ok(ledger.last_record()?.and_then(|record| serde_json::from_str(&record).ok()))
}

/// Adds the run to the chain of runs.
fn record(config: &Config, world: &mut World<'_>, ask: &Ask, report: &Report) -> Result<(), Trouble> {
    let config_hash = hex(&Sha256::digest(&config.text));
    world.ledger.record(world.run, &report.to_record(&config_hash, &world.who, ask))
}

/// The purposes of which a source was not read to its end: they get removals only.
fn unread(config: &Config, pulled: &Pulled) -> PurposeSet {
    let unread = pulled.sources.iter().filter(|s| s.trouble.is_some()).map(|s| config.source(s.id));
    unread.fold(PurposeSet::EMPTY, |all, s| all.union(s.grants()).union(s.closes()))
}

fn remembered(config: &Config, ledger: &Ledger) -> Result<Memory, Trouble> {
    let mut memory = Memory { refusals: ledger.refusals()?, ..Memory::default() };
    for source in &config.sources {
        for purpose in source.closes().iter() {
            let known = ledger.consented(&source.name, &config.purpose(purpose).name)?;
            memory.consented.insert((source.id, purpose), known);
        }
    }
    Ok(memory)
}

/// Remembers what must not be forgotten whatever comes after: refusals first, then who says yes.
fn remember(
    config: &Config,
    world: &mut World<'_>,
    sources: &[Outcome],
    memory: &Memory,
    reached: &Reached,
) -> Result<(), Trouble> {
    world.ledger.remember(&reached.new)?;
    for ((source, purpose), consented) in &reached.consented {
        if memory.consented.get(&(*source, *purpose)) != Some(consented) {
            let (source, purpose) = (&config.source(*source).name, &config.purpose(*purpose).name);
            world.ledger.set_consented(source, purpose, consented)?;
        }
    }
    if !reached.new.is_empty() {
        for route in &config.routes {
            owe(config, route, world.ledger, reached)?;
        }
    }
    for outcome in sources.iter().filter(|s| s.trouble.is_none() && !s.pins.is_empty()) {
        world.ledger.pin(&config.source(outcome.id).name, &outcome.pins, &world.run.to_string())?;
    }
    Ok(())
}

/// Notes what refusals are to take from a route, before anything can go wrong there.
fn owe(config: &Config, route: &RouteConfig, ledger: &mut Ledger, reached: &Reached) -> Result<(), Trouble> {
    let keys = RouteKeys::new(ledger.keys(), &route.name);
    let mut owed = ledger.owed(&route.name)?;
    for kept in [ledger.standing(&route.name)?, ledger.intended(&route.name)?].into_iter().flatten() {
        let past = kept.written;
        for (card, closed) in gate::named(&reached.values, route.purposes, &past, &Index::new(&past), &keys) {
            let names = closed.iter().map(|purpose| config.purpose(purpose).name.clone());
            owed.entry(past.ids[card as usize]).or_default().extend(names);
        }
    }
    if owed.is_empty() { Ok(()) } else { ledger.owe(&route.name, &owed) }
}

/// One route of one run.
struct Route<'a> {
    config: &'a Config,
    records: &'a Records,
    reached: &'a Reached,
    few: &'a Few,
    memory: &'a Memory,
    sheets: &'a [SheetInfo],
    ask: &'a Ask,
    id: RouteId,
    frozen: PurposeSet,
}

impl Route<'_> {
    fn config(&self) -> &RouteConfig {
        &self.config.routes[usize::from(self.id.0)]
    }

    async fn run(&self, world: &mut World<'_>, sources: &[Outcome]) -> Result<RouteReport, Trouble> {
        let route = self.config();
        let mut report = RouteReport {
            name: route.name.clone(),
            location: format!("{:?}", route.location),
            ..RouteReport::default()
        };
        let layout = Columns::new(self.config, route).layout();
        let mut whole = match (world.destination)(route, layout) {
            Ok(whole) => whole,
            Err(failure) => {
                report.trouble = Some(apply::failed(&route.name, &failure));
                return Ok(report);
            }
        };
        let found = match whole.found().await {
            Ok(found) => found,
            Err(failure) => {
                report.trouble = Some(apply::failed(&route.name, &failure));
                return Ok(report);
            }
        };
        let (kept, intended) = (world.ledger.standing(&route.name)?, world.ledger.intended(&route.name)?);
        match apply::stand(&route.name, found, route.kind.is_file, kept, intended, world.ledger) {
            Ok((stand, written)) => self.go(world, sources, &stand, written, whole.as_mut(), &mut report).await?,
            Err(trouble) => report.trouble = Some(trouble),
        }
        Ok(report)
    }

    async fn go(
        &self,
        world: &mut World<'_>,
        sources: &[Outcome],
        stand: &Stand,
        written: Written,
        whole: &mut dyn Whole,
        report: &mut RouteReport,
    ) -> Result<(), Trouble> {
        let route = self.config();
        let names: Vec<String> = self.config.purposes.iter().map(|p| p.name.clone()).collect();
        let renamed = written.purposes != names;
        let mut past = written.with_purposes(&names);
        report.edited = stand.is_edited();
        report.lost = if stand.is_file { 0 } else { past.lose(&stand.ids) };
        let keys = RouteKeys::new(world.ledger.keys(), &route.name);
        let prints = PlanKeys::new(world.ledger.keys(), &route.name);

        world.progress.stage("match", 0);
        let rows = gate::project(self.records, self.reached, self.config, self.id);
        let (cleared, mut plan) = self.plan(world, &rows, &past, stand, &keys, &prints)?;
        if self.ask.is_few() {
            plan.keep(self.few, cleared.get(), rows.get());
        }
        report.emptied = self.emptied(world, sources)?;
        let guard = Guard { percent: self.ask.guard, emptied: !report.emptied.is_empty(), today: world.today };
        let approved = plan.approve(&guard, &past, &stand.ids);
        if let Some(asked) = &self.ask.why {
            report.why = Some(self.why(asked, world, sources, &rows, &cleared, &approved, &past)?);
        }
        let digest = approved.digest(&prints);
        if self.ask.review {
            report.questions = self.questions(world, &cleared, &rows, &approved, &past, (&keys, &prints))?;
            if let Err(failure) = beside::fill(&mut report.questions, whole).await {
                report.trouble = Some(apply::failed(&route.name, &failure));
                return Ok(());
            }
        }
        let mut after = approved.after(&cleared, &rows, self.config, past, &keys, world.run);
        after.differs |= renamed || report.lost > 0;
        report.fill(&approved, &cleared, &rows, self.records, self.config, self.ask);
        report.digest = hex(&digest);
        report.cards = approved.cards(&after.written, &stand.ids);
        report.left_out = approved.left_out();
        report.unread = self.unread(sources);
        log(report);

        if self.ask.command == Command::Plan {
            if let Err(failure) = beside::old(report, self.ask.reveal, whole).await {
                report.trouble = Some(apply::failed(&route.name, &failure));
            }
            return Ok(());
        }
        let expected = self.ask.expected.as_ref().and_then(|planned| planned.get(&route.name));
        if expected.is_some_and(|digest| *digest != report.digest) {
            report.trouble = Some(Trouble::new(STALE, route.name.as_str()));
            return Ok(());
        }
        let (run, progress) = (world.run, world.progress);
        let job = Applied { approved: &approved, cleared: &cleared, rows: &rows, stand, digest, run, progress };
        match apply::apply(self.id, &route.name, &job, after, whole, world.ledger).await {
            Ok(wrote) => {
                report.wrote = wrote;
                if !world.ledger.owed(&route.name)?.is_empty() {
                    world.ledger.owe(&route.name, &Owed::new())?;
                }
            }
            Err(trouble) if trouble.code == apply::FAILED => report.trouble = Some(trouble),
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }

    /// Why somebody is there, or isn't.
    #[expect(clippy::too_many_arguments, reason = "an answer is made of all that the plan was made of")]
    fn why(
        &self,
        asked: &str,
        world: &World<'_>,
        sources: &[Outcome],
        rows: &Granted<Rows<'_>>,
        cleared: &Cleared<Closed>,
        approved: &Approved,
        past: &Written,
    ) -> Result<why::Answer, Trouble> {
        let keys = world.ledger.keys();
        let known = why::Known {
            config: self.config,
            route: usize::from(self.id.0),
            today: world.today,
            sheets: self.sheets,
            sources,
            records: self.records,
            reached: self.reached,
            memory: self.memory,
            rows: rows.get(),
            closed: cleared.get(),
            approved,
            past,
            keys,
            refusals: &keys.hasher(Use::Refusal, ""),
        };
        why::answer(asked, &known)
    }

    /// What refusals of earlier runs are still to take from cards.
    fn owed(&self, ledger: &Ledger) -> Result<BTreeMap<ClientId, PurposeSet>, Trouble> {
        let closable = rights::closable(self.config);
        let purposes = |name: &String| rights::named(self.config, name, closable).0;
        let owed = ledger.owed(&self.config().name)?.into_iter();
        Ok(owed
            .map(|(id, names)| (id, names.iter().map(purposes).fold(PurposeSet::EMPTY, PurposeSet::union)))
            .collect())
    }

    /// From rows to what is to change: matched as if nobody had refused, closed, compared with what was written.
    /// What finds the past by hash is gone when this ends.
    fn plan(
        &self,
        world: &World<'_>,
        rows: &Granted<Rows<'_>>,
        past: &Written,
        stand: &Stand,
        keys: &RouteKeys,
        prints: &PlanKeys,
    ) -> Result<(Cleared<Closed>, Plan), Trouble> {
        let owed = &self.owed(world.ledger)?;
        let decisions = &world.ledger.decisions(&self.config().name)?;
        let (config, index, reached, frozen) = (self.config, &Index::new(past), self.reached, self.frozen);
        let matching = Matching::new(config, usize::from(self.id.0));
        let clients = resolve::resolve(rows, &matching, past, index, keys, decisions);
        let cleared = gate::close(clients, rows, &Around { config, reached, past, index, keys, frozen, owed });
        world.progress.stage("plan", 0);
        let (standing, today) = (stand.ids.as_slice(), world.today);
        let known = Known { config, past, index, keys, prints, standing, decisions, today };
        let plan = Plan::between(&cleared, rows, &known);
        Ok((cleared, plan))
    }

    /// What only a person can decide.
    fn questions(
        &self,
        world: &World<'_>,
        cleared: &Cleared<Closed>,
        rows: &Granted<Rows<'_>>,
        approved: &Approved,
        past: &Written,
        (keys, prints): (&RouteKeys, &PlanKeys),
    ) -> Result<Vec<review::Question>, Trouble> {
        let (route, rows) = (self.config().name.as_str(), rows.get());
        let decisions = &world.ledger.decisions(route)?;
        let reopened = world.ledger.reopened(route)?.into_iter().map(|answer| (answer.question, answer.pairs));
        let reopened = &reopened.collect::<Vec<_>>();
        let (config, closed, plan) = (self.config, cleared.get(), approved.plan());
        let place = &|row: u32| self.records.place(rows.seen(row as usize).row(), None);
        Ok(review::questions(&review::Known {
            config,
            route,
            rows,
            closed,
            plan,
            past,
            keys,
            prints,
            decisions,
            reopened,
            place,
        }))
    }

    /// The sources of the route that had rows and have none, and tabs of which the same is true.
    fn emptied(&self, world: &World<'_>, sources: &[Outcome]) -> Result<Vec<String>, Trouble> {
        let mut emptied = Vec::new();
        for source in self.granting(sources).filter(|s| s.trouble.is_none()) {
            let name = &self.config.source(source.id).name;
            if source.rows == 0 && world.ledger.had_rows(name)? > 0 {
                emptied.push(name.clone());
                continue;
            }
            let had = world.ledger.tabs(name)?;
            let had_rows = |tab: &SeenTab| had.iter().any(|t| t.id.id == tab.id.id && t.rows > 0);
            let empty = source.tabs.iter().filter(|tab| tab.rows == 0 && had_rows(tab));
            emptied.extend(empty.map(|tab| format!("{name}, \"{}\"", tab.title)));
        }
        Ok(emptied)
    }

    fn granting<'s>(&'s self, sources: &'s [Outcome]) -> impl Iterator<Item = &'s Outcome> {
        let purposes = self.config().purposes;
        let grants = |id: SourceId| self.config.source(id).grants();
        sources.iter().filter(move |s| !grants(s.id).intersection(purposes).is_empty())
    }

    /// The sources that were not read and have to do with the route.
    fn unread(&self, sources: &[Outcome]) -> Vec<String> {
        let purposes = self.config().purposes;
        let concerns = |s: &SourceConfig| !s.grants().union(s.closes()).intersection(purposes).is_empty();
        let unread = sources.iter().filter(|s| s.trouble.is_some()).map(|s| self.config.source(s.id));
        unread.filter(|s| concerns(s)).map(|s| s.name.clone()).collect()
    }
}

/// A route's own log line: nothing in it comes from outside the route.
fn log(report: &RouteReport) {
    tracing::info!(
        target: "sheetbridge::route",
        route = report.name,
        rows = report.rows,
        people = report.people,
        waiting = report.items.len(),
        steps = ?report.steps,
        plan = report.digest,
    );
}

impl Report {
    fn begin(config: &Config, world: &World<'_>, ask: &Ask) -> Self {
        Self {
            run: world.run.to_string(),
            at: world.at.clone(),
            day: world.today,
            command: ask.command,
            language: config.operator.language,
            unchanged_since: None,
            waiting_before: 0,
            born: world.ledger.born().map(|b| (b.folder.clone(), b.key.clone(), b.refusals.clone())),
            source_names: config.sources.iter().map(|s| s.name.clone()).collect(),
            refusal_lists: config.sources.iter().map(|s| !s.refuses.is_empty()).collect(),
            is_few: ask.is_few(),
            sources: Vec::new(),
            sheets: Vec::new(),
            findings: Vec::new(),
            refusals: rights::Counts::default(),
            questions: Vec::new(),
            times: Vec::new(),
            routes: Vec::new(),
            revealed: None,
            rejects: None,
        }
    }

    /// Takes over the values that somebody asked for.
    fn hand_out(&mut self, originals: &Originals, ask: &Ask) {
        if ask.reveal {
            let mut revealed = Revealed::default();
            for finding in self.findings.iter().chain(self.questions.iter().map(|q| &q.finding)) {
                originals.cell(finding.place).into_iter().for_each(|text| revealed.cell(finding.place, text));
            }
            self.revealed = Some(revealed);
        }
        if ask.rejects {
            self.rejects = Some(Rejects::of(self, originals));
        }
    }

    /// Everything is as at the last complete run.
    fn unchanged(&mut self, ledger: &Ledger) -> Result<(), Trouble> {
        let last = last_run(ledger)?;
        let since = last.as_ref().map(|r| r["unchanged_since"].as_str().or(r["at"].as_str()).unwrap_or_default());
        self.unchanged_since = Some(since.unwrap_or_default().to_owned());
        self.waiting_before = last.as_ref().and_then(|r| r["waiting"].as_u64()).unwrap_or_default();
        Ok(())
    }

    fn found(
        &mut self,
        sources: Vec<Outcome>,
        sheets: Vec<crate::address::SheetInfo>,
        first: Vec<Finding>,
        then: Vec<Finding>,
    ) {
        self.sources = sources;
        self.sheets = sheets;
        self.findings = first;
        self.findings.extend(then);
    }

    /// Adds what the routes found; what several found alike is said once.
    fn gather(&mut self) {
        self.findings.extend(self.routes.iter_mut().flat_map(|r| std::mem::take(&mut r.findings)));
        self.findings.sort_by_key(|f| (f.place, f.code));
        self.findings.dedup();
    }

    fn refused(&mut self, reached: &Reached, records: &Records, ledger: &mut Ledger, ask: &Ask) -> Result<(), Trouble> {
        self.refusals = reached.counts;
        let hasher = ledger.keys().hasher(Use::Waiting, "");
        let known = ledger.questions()?;
        let mut questions = BTreeMap::new();
        for (finding, row) in &reached.questions {
            let handles: Vec<u8> =
                row.map_or(Vec::new(), |r| records.get(r).handles().iter().flat_map(|h| h.to_be_bytes()).collect());
            let place = if handles.is_empty() { format!("{:?}", finding.place) } else { String::new() };
            let hint = finding.hint.as_deref().unwrap_or_default();
            let parts = [finding.code.name().as_bytes(), &handles, place.as_bytes(), hint.as_bytes()];
            let key = hasher.short(&parts);
            let since = known.get(&key).copied();
            questions.insert(key, since.unwrap_or(self.day));
            let (finding, is_new, since) = (finding.clone(), since.is_none(), since.unwrap_or(self.day));
            self.questions.push(Question { finding, is_new, since });
        }
        if ask.command != Command::Plan {
            ledger.set_questions(&questions)?;
        }
        Ok(())
    }
}
