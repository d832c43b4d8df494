//! `recover`: makes a ledger anew of the ids and the values that stand at the destinations, where it was lost,
//! came from a backup, or is another's. What the ledger still knows it keeps.
//!
//! A ledger that was lost has forgotten who refused. So nothing is sent from there on until a person says that
//! the refusals are complete.

mod card;
mod text;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    apply,
    change::{ClientId, RunId, Standing},
    config::{Config, RouteConfig},
    finding::{Code, Trouble},
    keys::hex,
    language::Language,
    ledger::{Copied, KnownRefusals, Ledger, Unconfirmed},
    pipeline::World,
    plan::{Columns, PlanKeys},
    port::{Journal as _, Whole},
    report::{EXIT_FAILED, EXIT_OK},
    resolve::RouteKeys,
    written::{Kept, Written},
};

const UNCONFIRMED: Code = Code::new("recover-unconfirmed");

/// What recovering found, and did.
#[derive(Debug)]
pub struct Recovered {
    /// The run of the recovering itself.
    pub run: String,
    /// The operator's language.
    pub language: Language,
    /// What became of each route.
    pub routes: Vec<RecoveredRoute>,
    /// What a person has to confirm before anything is sent; `None` when nothing had to be recovered.
    pub asks: Option<KnownRefusals>,
}

/// What became of one route.
#[derive(Debug, Default)]
pub struct RecoveredRoute {
    /// Its name.
    pub name: String,
    /// Where it goes, without secrets.
    pub location: String,
    /// Whether ledger and destination disagreed.
    pub was_lost: bool,
    /// Cards that stand there.
    pub cards: usize,
    /// Of those, the ones that the ledger knew.
    pub known: usize,
    /// Cards that hold nothing by which their people could be known again.
    pub nameless: Vec<ClientId>,
    /// Why it could not be done.
    pub trouble: Option<Trouble>,
}

impl Recovered {
    /// The exit code: what was recovered waits to be confirmed, and so nothing is in place yet.
    #[must_use]
    pub fn exit(&self) -> u8 {
        let failed = self.routes.iter().any(|r| r.trouble.is_some());
        if failed || self.asks.is_some() { EXIT_FAILED } else { EXIT_OK }
    }

    /// Everything, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "run": self.run,
            "exit": self.exit(),
            "routes": self.routes.iter().map(RecoveredRoute::to_json).collect::<Vec<_>>(),
            "refusals": self.asks.as_ref().map(KnownRefusals::to_json),
        })
    }
}

impl RecoveredRoute {
    fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "location": self.location,
            "recovered": self.was_lost && self.trouble.is_none(),
            "cards": self.cards,
            "known": self.known,
            "nameless": self.nameless.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "trouble": self.trouble.as_ref().map(|t| json!({ "code": t.code.name(), "hint": t.hint })),
        })
    }
}

/// Whether a person must confirm the refusals before anything is sent.
pub(crate) fn must_be_confirmed(ledger: &Ledger) -> Result<(), Trouble> {
    match ledger.unconfirmed()? {
        Some(unconfirmed) => Err(Trouble::new(UNCONFIRMED, unconfirmed.routes.join(", "))),
        None => Ok(()),
    }
}

/// Recovers the routes of these names, or all, where ledger and destination disagree.
pub async fn recover(config: &Config, mut world: World<'_>, routes: &[String]) -> Result<Recovered, Trouble> {
    let mut recovered = Vec::new();
    for route in config.routes.iter().filter(|r| routes.is_empty() || routes.contains(&r.name)) {
        recovered.push(Recovering { config, route }.run(&mut world).await?);
    }
    let asks = if world.ledger.unconfirmed()?.is_some() { Some(world.ledger.known_refusals()?) } else { None };
    let (run, language) = (world.run.to_string(), config.operator.language);
    let recovered = Recovered { run, language, routes: recovered, asks };
    if recovered.routes.iter().any(|r| r.was_lost) {
        let routes = recovered.routes.iter().map(RecoveredRoute::to_json).collect::<Vec<_>>();
        let record = record(config, &world, "recover", recovered.exit(), &json!({ "routes": routes }));
        world.ledger.record(world.run, &record)?;
    }
    Ok(recovered)
}

/// Lets runs send again: a person says that the refusals are complete.
pub fn confirm(config: &Config, world: &mut World<'_>) -> Result<(), Trouble> {
    let Some(unconfirmed) = world.ledger.unconfirmed()? else { return Ok(()) };
    let known = world.ledger.known_refusals()?;
    let said = json!({ "confirmed": unconfirmed.routes, "known_refusals": known.to_json() });
    // Before the mark goes: whoever said it stands in the chain.
    let record = record(config, world, "confirm", EXIT_OK, &said);
    world.ledger.record(world.run, &record)?;
    world.ledger.set_unconfirmed(None)
}

/// Notes in the chain that a copy took the place of the ledger.
pub fn restored(config: &Config, world: &mut World<'_>, copied: &Copied) -> Result<(), Trouble> {
    let said = json!({ "restored": { "runs": copied.runs, "refusals": copied.refusals } });
    let record = record(config, world, "restore", EXIT_OK, &said);
    world.ledger.record(world.run, &record)
}

fn record(config: &Config, world: &World<'_>, command: &str, exit: u8, said: &Value) -> Value {
    let mut record = json!({
        "run": world.run.to_string(),
        "at": world.at,
        "who": world.who,
        "command": command,
        "version": env!("CARGO_PKG_VERSION"),
        "config": hex(&Sha256::digest(&config.text)),
        "exit": exit,
    });
    if let (Value::Object(record), Value::Object(said)) = (&mut record, said) {
        record.extend(said.clone());
    }
    record
}

struct Recovering<'a> {
    config: &'a Config,
    route: &'a RouteConfig,
}

impl Recovering<'_> {
    async fn run(&self, world: &mut World<'_>) -> Result<RecoveredRoute, Trouble> {
        let route = self.route;
        let mut report = RecoveredRoute {
            name: route.name.clone(),
            location: format!("{:?}", route.location),
            ..RecoveredRoute::default()
        };
        let columns = Columns::new(self.config, route);
        let mut whole = match (world.destination)(route, columns.layout()) {
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
        report.cards = found.ids.len();
        let (kept, intended) = (world.ledger.standing(&route.name)?, world.ledger.intended(&route.name)?);
        let is_file = route.kind.is_file;
        match apply::stand(&route.name, found.clone(), is_file, kept.clone(), intended, world.ledger) {
            Ok(_) => report.known = report.cards,
            Err(trouble) if found.run.is_none() && !is_file => report.trouble = Some(trouble),
            Err(_) => {
                report.was_lost = true;
                let past = kept.map(|k| k.written).unwrap_or_default();
                self.go(world, &columns, found, past, whole.as_mut(), &mut report).await?;
            }
        }
        Ok(report)
    }

    async fn go(
        &self,
        world: &mut World<'_>,
        columns: &Columns,
        found: Standing,
        past: Written,
        whole: &mut dyn Whole,
        report: &mut RecoveredRoute,
    ) -> Result<(), Trouble> {
        let (route, keys) = (self.route, world.ledger.keys());
        let (keys, prints) = (RouteKeys::new(keys, &route.name), PlanKeys::new(keys, &route.name));
        let reader = card::Reader::new(self.config, route, columns, &keys, &prints, world.today);
        let mut cards = card::Cards::default();
        if let Err(failure) = whole.read(None, &mut |id, texts| cards.push(&reader, id, &texts)).await {
            report.trouble = Some(apply::failed(&route.name, &failure));
            return Ok(());
        }
        report.cards = cards.len();
        report.known = cards.known(&past);
        report.nameless = cards.nameless(&past);
        let names = self.config.purposes.iter().map(|p| p.name.clone()).collect();
        let written = cards.written(past, columns, names);
        self.keep(world, &found, written)
    }

    /// First that nothing may be sent, then what stands: killed in between, the next run stops all the same.
    fn keep(&self, world: &mut World<'_>, found: &Standing, written: Written) -> Result<(), Trouble> {
        let route = self.route;
        let mut routes = world.ledger.unconfirmed()?.map(|u| u.routes).unwrap_or_default();
        routes.push(route.name.clone());
        routes.sort();
        routes.dedup();
        let unconfirmed = Unconfirmed { routes, at: world.at.clone(), who: world.who.clone() };
        world.ledger.set_unconfirmed(Some(&unconfirmed))?;
        world.ledger.set_seal(None)?;
        for source in self.config.sources.iter().filter(|s| !s.grants().intersection(route.purposes).is_empty()) {
            // A list that is empty now may have been emptied.
            if world.ledger.had_rows(&source.name)? == 0 && !written.is_empty() {
                world.ledger.set_had_rows(&source.name, 1)?;
            }
        }
        let run = found.run.unwrap_or(RunId(uuid::Uuid::nil()));
        world.ledger.note(&route.name, &Kept { run, digest: found.digest, written })
    }
}
