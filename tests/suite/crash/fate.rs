//! When a run is struck, and by what. Everything that a run does to the world outside is an event: every
//! commit of its ledger, and every call of a destination, before and after.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use sheetbridge::{
    change::{Base, Change, ClientId, RunId, Standing},
    failure::Failure,
    port::{Give, Whole},
};

/// What strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Blow {
    /// The process dies: nothing that it tries afterwards reaches the world.
    Death,
    /// This call fails, and the next ones don't.
    Once(Kind),
    /// This call and all that follow fail.
    FromThenOn(Kind),
}

/// How a call of a destination fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Transient,
    Unknown,
    Permanent,
}

/// One run's fate, which its ledger and all its destinations share.
#[derive(Clone, Debug)]
pub(super) struct Fate(Arc<Mutex<Course>>);

#[derive(Debug)]
struct Course {
    events: u32,
    at: u32,
    blow: Blow,
}

impl Fate {
    pub(super) fn new(at: u32, blow: Blow) -> Self {
        Self(Arc::new(Mutex::new(Course { events: 0, at, blow })))
    }

    /// Nothing happens.
    pub(super) fn kind() -> Self {
        Self::new(u32::MAX, Blow::Death)
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.0.lock().expect("no event panics")
    }

    /// How many events there were.
    pub(super) fn events(&self) -> u32 {
        self.course().events
    }

    /// The next event, and what strikes it.
    fn event(&self) -> Option<Blow> {
        let mut course = self.course();
        course.events += 1;
        let (now, at) = (course.events - 1, course.at);
        let strikes = if let Blow::Once(_) = course.blow { now == at } else { now >= at };
        strikes.then_some(course.blow)
    }

    /// A commit of the ledger; true is a failure.
    pub(super) fn commit_fails(&self) -> bool {
        // A destination that is down for good is no trouble of the ledger's.
        !matches!(self.event(), None | Some(Blow::FromThenOn(_)))
    }

    fn before_call(&self) -> Result<(), Failure> {
        match self.event() {
            None => Ok(()),
            Some(Blow::Death) => Err(Failure::permanent("dead")),
            Some(Blow::Once(kind) | Blow::FromThenOn(kind)) => Err(kind.failure()),
        }
    }

    /// The call had its effect, and its answer is lost.
    fn after_call(&self) -> Result<(), Failure> {
        match self.event() {
            None => Ok(()),
            Some(Blow::Death) => Err(Failure::permanent("dead")),
            Some(Blow::Once(_) | Blow::FromThenOn(_)) => Err(Failure::unknown("the answer was lost")),
        }
    }
}

impl Kind {
    fn failure(self) -> Failure {
        match self {
            Self::Transient => Failure::transient("try again"),
            Self::Unknown => Failure::unknown("who knows"),
            Self::Permanent => Failure::permanent("no"),
        }
    }
}

/// A destination under a fate.
pub(super) struct Fated {
    pub(super) inner: Box<dyn Whole>,
    pub(super) fate: Fate,
}

#[async_trait]
impl Whole for Fated {
    async fn found(&mut self) -> Result<Standing, Failure> {
        self.fate.before_call()?;
        let found = self.inner.found().await;
        self.fate.after_call()?;
        found
    }

    async fn read(&mut self, ids: Option<&[ClientId]>, give: Give<'_>) -> Result<(), Failure> {
        self.fate.before_call()?;
        let read = self.inner.read(ids, give).await;
        self.fate.after_call()?;
        read
    }

    async fn begin(&mut self, run: RunId, base: Base) -> Result<(), Failure> {
        self.fate.before_call()?;
        let begun = self.inner.begin(run, base).await;
        self.fate.after_call()?;
        begun
    }

    async fn write(&mut self, batch: &[Change<'_>]) -> Result<(), Failure> {
        self.fate.before_call()?;
        let written = self.inner.write(batch).await;
        self.fate.after_call()?;
        written
    }

    async fn commit(&mut self) -> Result<Option<[u8; 32]>, Failure> {
        self.fate.before_call()?;
        let committed = self.inner.commit().await;
        self.fate.after_call()?;
        committed
    }
}
