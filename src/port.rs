//! The ports through which the pure middle meets the world: small, object-safe, async.

use async_trait::async_trait;

use crate::{
    change::{Base, Change, ClientId, Layout, RunId, Standing},
    config::{RouteConfig, SourceConfig},
    failure::Failure,
    finding::Trouble,
    sheet::{Rows, Tabs},
    value::Texts,
    written::Kept,
};

/// A place that rows come from.
#[async_trait]
pub trait Source: Send {
    /// The tabs that the config asks for, each with its first rows.
    async fn open(&mut self) -> Result<Tabs, Unread>;

    /// The rows of one tab below row `header` (counted from 1), of `columns` alone and in their order.
    /// Rows that hold nothing in any column are left out and counted.
    async fn rows(&mut self, tab: usize, header: u32, columns: &[u16]) -> Result<Rows, Unread>;
}

/// Why a source was not read to its end. An unread source is never an empty one.
pub use crate::finding::Trouble as Unread;

/// A destination that is written all or nothing: a table in one transaction that carries the run's id,
/// or a file that is replaced.
#[async_trait]
pub trait Whole: Send {
    /// What stands there of ours. A destination that was never written is empty; one that holds
    /// something that isn't ours fails.
    async fn found(&mut self) -> Result<Standing, Failure>;

    /// Gives what stands in our columns of each card, or of those of `ids` (ascending) that stand: once each, in
    /// any order, as it was written and without what the format adds. A column that isn't there yet is blank.
    /// What is unfinished is not seen. For undoing, recovering and looking: it is personal.
    async fn read(&mut self, ids: Option<&[ClientId]>, give: Give<'_>) -> Result<(), Failure>;

    /// Starts to write. What an earlier run left unfinished is gone.
    async fn begin(&mut self, run: RunId, base: Base) -> Result<(), Failure>;

    /// Writes some changes; each card is mentioned at most once per run.
    async fn write(&mut self, batch: &[Change<'_>]) -> Result<(), Failure>;

    /// Makes all of it stand at once, and says what then stands as a digest, where it is a file.
    async fn commit(&mut self) -> Result<Option<[u8; 32]>, Failure>;
}

/// Takes the texts of a card, in the order of the layout's columns.
pub type Give<'a> = &'a mut (dyn FnMut(ClientId, Texts) + Send);

/// Where a run writes down what it is about to do, and what came of it.
pub trait Journal: Send {
    /// Records what a run is about to write to a route, with the digest of the file that it replaces.
    fn intend(&mut self, route: &str, plan: &[u8; 32], intended: &Kept) -> Result<(), Trouble>;

    /// Records that what was intended stands; of a file, with the digest of what it holds.
    fn settle(&mut self, route: &str, digest: Option<[u8; 32]>) -> Result<(), Trouble>;

    /// Records that what was intended never came to stand.
    fn discard(&mut self, route: &str) -> Result<(), Trouble>;

    /// Records what is known of a route at which nothing was written.
    fn note(&mut self, route: &str, kept: &Kept) -> Result<(), Trouble>;
}

/// What was inferred about a source and must stay so: names and values.
pub type Pins = Vec<(String, String)>;

/// Makes the port of a source, with what was inferred about it before.
pub type MakeSource<'a> = &'a (dyn Fn(&SourceConfig, &[(String, String)]) -> Box<dyn Source> + Sync);

/// Makes the port of a destination.
pub type MakeWhole<'a> = &'a (dyn Fn(&RouteConfig, Layout) -> Result<Box<dyn Whole>, Failure> + Sync);
