//! `undo`: removes the cards that a run created and nobody touched since, and lists the rest.
//!
//! Nobody is a person: what stands on a card is compared with what we wrote there last. What a later run of
//! ours changed goes too, for who still stands in the lists is created anew by the next sync.

mod runs;
mod text;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub use runs::Past;

use crate::{
    apply::{self, Applied, Stand},
    change::ClientId,
    config::{Config, RouteConfig},
    finding::{Code, Trouble},
    gate::{self, Cleared, RouteId},
    keys::hex,
    language::Language,
    pipeline::World,
    plan::{After, Columns, Guard, Plan, PlanKeys},
    port::Whole,
    record::Records,
    report::{EXIT_FAILED, EXIT_NEW, EXIT_OK},
    rights::Reached,
    written::Written,
};

const FILE: Code = Code::new("undo-file");
const STALE: Code = Code::new("plan-stale");

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The run: its id, the start of its id, or `last`.
    pub run: String,
    /// The routes to go; empty for all.
    pub routes: Vec<String>,
    /// The digests that were shown and agreed to, by route; `None` shows and does nothing.
    pub agreed: Option<BTreeMap<String, String>>,
}

/// What an undoing found, and did.
#[derive(Debug)]
pub struct Undone {
    /// The run of the undoing itself.
    pub run: String,
    /// The run that was undone.
    pub of: Past,
    /// Whether it was done, or only shown.
    pub is_done: bool,
    /// The operator's language.
    pub language: Language,
    /// What became of each route at which the run created cards.
    pub routes: Vec<UndoneRoute>,
}

/// What became of one route.
#[derive(Debug, Default)]
pub struct UndoneRoute {
    /// Its name.
    pub name: String,
    /// Where it goes, without secrets.
    pub location: String,
    /// Cards that go.
    pub goes: Vec<ClientId>,
    /// Cards that stay, or are gone already, each with the reason.
    pub rest: Vec<(ClientId, Rest)>,
    /// The keyed digest of the plan.
    pub digest: String,
    /// Why it could not be done.
    pub trouble: Option<Trouble>,
}

/// Why a card that a run created is not removed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rest {
    /// Somebody changed it at the destination.
    Touched,
    /// Somebody removed it there.
    Gone,
    /// A refusal took it away.
    Refused,
}

impl Rest {
    /// Its word in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Touched => "touched",
            Self::Gone => "gone",
            Self::Refused => "refused",
        }
    }
}

impl Undone {
    /// The exit code: what somebody touched needs a person.
    #[must_use]
    pub fn exit(&self) -> u8 {
        let is_touched = |r: &UndoneRoute| r.rest.iter().any(|(_, rest)| *rest == Rest::Touched);
        match () {
            () if self.routes.iter().any(|r| r.trouble.is_some()) => EXIT_FAILED,
            () if self.routes.iter().any(is_touched) => EXIT_NEW,
            () => EXIT_OK,
        }
    }

    /// How many cards go.
    #[must_use]
    pub fn goes(&self) -> usize {
        self.routes.iter().map(|r| r.goes.len()).sum()
    }

    /// What is agreed to by saying yes.
    #[must_use]
    pub fn digests(&self) -> BTreeMap<String, String> {
        self.routes.iter().map(|r| (r.name.clone(), r.digest.clone())).collect()
    }

    /// Everything, for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let routes = self.routes.iter().map(|r| {
            json!({
                "name": r.name,
                "location": r.location,
                "removed": r.goes.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "rest": r.rest.iter().map(|(id, why)| json!({ "id": id.to_string(), "reason": why.name() })).collect::<Vec<_>>(),
                "digest": r.digest,
                "trouble": trouble(r),
            })
        });
        json!({
            "run": self.run,
            "undone": self.of.run.to_string(),
            "done": self.is_done,
            "exit": self.exit(),
            "routes": routes.collect::<Vec<_>>(),
        })
    }

    /// What the chain of runs keeps.
    fn to_record(&self, config: &Config, world: &World<'_>) -> Value {
        let count = |r: &UndoneRoute, why: Rest| r.rest.iter().filter(|(_, rest)| *rest == why).count();
        let routes = self.routes.iter().map(|r| {
            json!({
                "name": r.name,
                "plan": r.digest,
                "steps": { "delete undone": r.goes.len() },
                "rest": { "touched": count(r, Rest::Touched), "gone": count(r, Rest::Gone), "refused": count(r, Rest::Refused) },
                "wrote": r.trouble.is_none() && !r.goes.is_empty(),
                "trouble": trouble(r),
            })
        });
        json!({
            "run": self.run,
            "at": world.at,
            "who": world.who,
            "command": "undo",
            "version": env!("CARGO_PKG_VERSION"),
            "config": hex(&Sha256::digest(&config.text)),
            "exit": self.exit(),
            "undone": self.of.run.to_string(),
            "routes": routes.collect::<Vec<_>>(),
        })
    }
}

fn trouble(route: &UndoneRoute) -> Value {
    route.trouble.as_ref().map_or(Value::Null, |t| json!({ "code": t.code.name(), "hint": t.hint }))
}

/// Shows what undoing a run would remove, or removes it.
pub async fn undo(config: &Config, mut world: World<'_>, ask: &Ask) -> Result<Undone, Trouble> {
    let of = runs::find(world.ledger, config, &ask.run)?;
    if ask.agreed.is_some() {
        // The next run has to look again: its lists may still have who goes now.
        world.ledger.set_seal(None)?;
    }
    let mut routes = Vec::new();
    for (i, route) in config.routes.iter().enumerate() {
        if ask.routes.is_empty() || ask.routes.contains(&route.name) {
            let undoing = Undoing { config, route, id: RouteId(i as u16), of: &of, ask };
            routes.extend(undoing.run(&mut world).await?);
        }
    }
    let is_done = ask.agreed.is_some();
    let undone = Undone { run: world.run.to_string(), of, is_done, language: config.operator.language, routes };
    if is_done {
        let record = undone.to_record(config, &world);
        world.ledger.record(world.run, &record)?;
    }
    Ok(undone)
}

struct Undoing<'a> {
    config: &'a Config,
    route: &'a RouteConfig,
    id: RouteId,
    of: &'a Past,
    ask: &'a Ask,
}

impl Undoing<'_> {
    /// What becomes of a route; nothing where the run created no card.
    async fn run(&self, world: &mut World<'_>) -> Result<Option<UndoneRoute>, Trouble> {
        let route = self.route;
        let (kept, intended) = (world.ledger.standing(&route.name)?, world.ledger.intended(&route.name)?);
        let bore = |written: &Written| written.born_in(self.of.run).next().is_some();
        if !kept.iter().chain(&intended).any(|kept| bore(&kept.written)) {
            return Ok(None);
        }
        let location = format!("{:?}", route.location);
        let mut undone = UndoneRoute { name: route.name.clone(), location, ..UndoneRoute::default() };
        let columns = Columns::new(self.config, route);
        if route.kind.is_file {
            undone.trouble = Some(Trouble::new(FILE, &undone.location));
            return Ok(Some(undone));
        }
        let mut whole = match (world.destination)(route, columns.layout()) {
            Ok(whole) => whole,
            Err(failure) => {
                undone.trouble = Some(apply::failed(&route.name, &failure));
                return Ok(Some(undone));
            }
        };
        let found = match whole.found().await {
            Ok(found) => found,
            Err(failure) => {
                undone.trouble = Some(apply::failed(&route.name, &failure));
                return Ok(Some(undone));
            }
        };
        match apply::stand(&route.name, found, false, kept, intended, world.ledger) {
            Ok((stand, past)) => self.go(world, columns, &stand, past, whole.as_mut(), &mut undone).await?,
            Err(trouble) => undone.trouble = Some(trouble),
        }
        Ok(Some(undone))
    }

    async fn go(
        &self,
        world: &mut World<'_>,
        columns: Columns,
        stand: &Stand,
        mut past: Written,
        whole: &mut dyn Whole,
        undone: &mut UndoneRoute,
    ) -> Result<(), Trouble> {
        let prints = PlanKeys::new(world.ledger.keys(), &self.route.name);
        let cards = match self.untouched(&columns, stand, &past, &prints, whole, undone).await {
            Ok(cards) => cards,
            Err(trouble) => {
                undone.trouble = Some(trouble);
                return Ok(());
            }
        };
        let plan = Plan::undoing(self.id, columns, &past, &cards);
        // The guard asks for a person's word, and this is one.
        let guard = Guard { percent: 100, emptied: false, today: world.today };
        let approved = plan.approve(&guard, &past, &stand.ids);
        let digest = approved.digest(&prints);
        undone.goes = approved.plan().entries.iter().map(|e| e.id).collect();
        undone.digest = hex(&digest);
        let Some(agreed) = &self.ask.agreed else { return Ok(()) };
        if agreed.get(&self.route.name) != Some(&undone.digest) {
            undone.trouble = Some(Trouble::new(STALE, self.route.name.as_str()));
            return Ok(());
        }
        past.retire(&undone.goes);
        let records = Records::default();
        let rows = &gate::project(&records, &Reached::default(), self.config, self.id);
        let cleared = &Cleared::nothing(self.id);
        let (run, progress) = (world.run, world.progress);
        let job = Applied { approved: &approved, cleared, rows, stand, digest, run, progress };
        let after = After { written: past, differs: true };
        match apply::apply(self.id, &self.route.name, &job, after, whole, world.ledger).await {
            Ok(_) => Ok(()),
            Err(trouble) if trouble.code == apply::FAILED => {
                undone.trouble = Some(trouble);
                Ok(())
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// The cards that stand as we wrote them, ascending; of the others it is noted what became of them.
    async fn untouched(
        &self,
        columns: &Columns,
        stand: &Stand,
        past: &Written,
        prints: &PlanKeys,
        whole: &mut dyn Whole,
        undone: &mut UndoneRoute,
    ) -> Result<Vec<usize>, Trouble> {
        let mut standing = Vec::new();
        for card in past.born_in(self.of.run) {
            let id = past.ids[card];
            match () {
                () if past.is_tomb(card) => undone.rest.push((id, Rest::Refused)),
                () if stand.ids.binary_search(&id).is_err() => undone.rest.push((id, Rest::Gone)),
                () => standing.push(id),
            }
        }
        let mut untouched = Vec::new();
        let mut take = |id: ClientId, texts: crate::value::Texts| {
            let Some(card) = past.find(id) else { return };
            let written = columns.prints_of(past, card);
            if columns.read_back(&texts, prints).eq(written.iter().copied()) {
                untouched.push(card);
            }
        };
        let read = whole.read(Some(&standing), &mut take).await;
        read.map_err(|failure| apply::failed(&self.route.name, &failure))?;
        untouched.sort_unstable();
        let is_touched = |id: &ClientId| past.find(*id).is_none_or(|card| untouched.binary_search(&card).is_err());
        undone.rest.extend(standing.iter().copied().filter(is_touched).map(|id| (id, Rest::Touched)));
        undone.rest.sort_unstable_by_key(|(id, why)| (*why, *id));
        Ok(untouched)
    }
}
