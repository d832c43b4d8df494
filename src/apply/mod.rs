//! `apply`: an approved plan, written to its destination so that killing the process at any instant
//! leaves, after the next run, exactly the cards of the plan.

mod batch;
mod stand;

use std::time::Duration;

use batch::Batch;
use rayon::prelude::*;
pub use stand::{Stand, stand};

use crate::{
    change::{Base, RunId},
    failure::Failure,
    finding::{Code, Trouble},
    gate::{Cleared, Closed, Granted, RouteId, Rows},
    plan::{After, Approved, Step},
    port::{Journal, Whole},
    progress::Progress,
    written::Kept,
};

/// A destination could not be written.
pub const FAILED: Code = Code::new("destination-failed");

/// How often something that surely had no effect is tried, and how long is waited in between.
const TRIES: u32 = 3;
const WAIT: Duration = Duration::from_secs(2);

/// How many changes go to a destination at once.
const BATCH: usize = 2048;

/// How many batches are made at once, on all cores: their values lie scattered all over the memory.
const BATCHES_AHEAD: usize = 8;

/// Everything that writing needs.
pub struct Applied<'a> {
    /// What may be done.
    pub approved: &'a Approved,
    /// The clients.
    pub cleared: &'a Cleared<Closed>,
    /// Their rows.
    pub rows: &'a Granted<Rows<'a>>,
    /// What stands.
    pub stand: &'a Stand,
    /// The plan's digest.
    pub digest: [u8; 32],
    /// The run.
    pub run: RunId,
    /// Told how far the writing is.
    pub progress: &'a dyn Progress,
}

/// Writes an approved plan, or nothing where the destination is as it shall be; `after` is what the ledger
/// says then. Returns whether it wrote.
///
/// # Panics
/// When the plan is another route's: the gate stamped it.
pub async fn apply(
    route: RouteId,
    name: &str,
    job: &Applied<'_>,
    after: After,
    whole: &mut dyn Whole,
    journal: &mut dyn Journal,
) -> Result<bool, Trouble> {
    assert_eq!(job.approved.plan().route(), route, "a plan of one route, a destination of another");
    assert_eq!(job.cleared.route(), route, "clients of one route, a destination of another");
    if !must_write(job) {
        if let Some((run, digest)) = job.stand.last.filter(|_| after.differs) {
            journal.note(name, &Kept { run, digest, written: after.written })?;
        }
        return Ok(false);
    }
    // Until it is written, the digest is that of what stood before.
    let intended = Kept { run: job.run, digest: job.stand.digest, written: after.written };
    journal.intend(name, &job.digest, &intended)?;
    drop(intended);
    let digest = write(job, whole).await.map_err(|failure| failed(name, &failure))?;
    journal.settle(name, digest)?;
    Ok(true)
}

fn must_write(job: &Applied<'_>) -> bool {
    let plan = job.approved.plan();
    let is_first = job.stand.last.is_none();
    (is_first && !plan.is_frozen)
        || plan.changes()
        || (job.stand.is_file && !job.approved.keeps_file() && file_differs(job))
}

/// Whether a file holds other cards than it shall, or was edited by hand since.
fn file_differs(job: &Applied<'_>) -> bool {
    let listed = job.approved.plan().entries.iter().filter(|e| e.is_listed()).map(|e| e.id);
    job.stand.is_edited() || !listed.eq(job.stand.ids.iter().copied())
}

/// Repeats what surely had no effect; looks up what may have had one.
async fn write(job: &Applied<'_>, whole: &mut dyn Whole) -> Result<Option<[u8; 32]>, Failure> {
    let mut tries = 0;
    loop {
        tries += 1;
        let failure = match once(job, whole).await {
            Ok(digest) => return Ok(digest),
            Err(failure) => failure,
        };
        match &failure {
            Failure::Permanent { .. } => return Err(failure),
            Failure::Unknown { .. } => {
                let found = whole.found().await.map_err(|_| failure.clone())?;
                if found.run == Some(job.run) {
                    return Ok(found.digest);
                }
            }
            Failure::Transient { .. } => {}
        }
        if tries == TRIES {
            return Err(failure);
        }
        let wait = if let Failure::Transient { wait: Some(wait), .. } = failure { wait } else { WAIT };
        tracing::warn!(%failure, ?wait, "trying again");
        tokio::time::sleep(wait).await;
    }
}

async fn once(job: &Applied<'_>, whole: &mut dyn Whole) -> Result<Option<[u8; 32]>, Failure> {
    let writes_all = job.stand.is_file && !job.approved.keeps_file();
    let base = if writes_all { Base::Empty } else { Base::Standing };
    let order = batch::order(job, writes_all);
    job.progress.stage("write", order.len() as u64);
    whole.begin(job.run, base).await?;
    for entries in order.chunks(BATCH * BATCHES_AHEAD) {
        let made = entries.par_chunks(BATCH).map(|entries| Batch::of(job, entries, writes_all));
        for batch in made.collect::<Vec<_>>() {
            whole.write(&batch.changes()).await?;
            job.progress.step(batch.len() as u64);
        }
    }
    whole.commit().await
}

/// The failure of a destination, as the operator reads it.
#[must_use]
pub fn failed(route: &str, failure: &Failure) -> Trouble {
    let help = failure.help().map(|h| format!(" ({h})")).unwrap_or_default();
    Trouble::new(FAILED, format!("{route}: {failure}{help}"))
}

/// Whether an entry asks something of a destination that keeps what it isn't told.
fn is_change(step: Step) -> bool {
    matches!(step, Step::Create | Step::Update | Step::Delete)
}
