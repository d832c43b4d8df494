//! The ports through which the pure middle meets the world: small, object-safe, async.

use async_trait::async_trait;

use crate::{
    change::{Base, Change, ClientId, Layout, RunId, Standing},
    config::{RouteConfig, SourceConfig},
    failure::Failure,
    finding::{Code, Trouble},
    sheet::{Rows, SeenTab, Tabs},
    value::Texts,
    written::Kept,
};

/// A place that rows come from.
#[async_trait]
pub trait Source: Send {
    /// The tabs that the config asks for, each with its first rows: at least up to where the header should be.
    async fn open(&mut self) -> Result<Tabs, Unread>;

    /// The same with more of the first rows, for a header that isn't where it should be; `None` where there are no
    /// more to be had.
    async fn look(&mut self) -> Result<Option<Tabs>, Unread> {
        Ok(None)
    }

    /// The rows of `wanted` tabs, in that order. Rows that hold nothing in any wanted column are left out and
    /// counted. Where the source changed under the hands of the reader, so that what was read was never there all
    /// at once, the answer is [`CHANGING`], and whoever asked opens it anew.
    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread>;

    /// Writes into the columns of ours what the rows are to say, tab by tab in the order in which they were wanted,
    /// and a name for each row that has none, made of `run`. Only what differs is written, and only where the row
    /// still stands that was read. What was written counts also where something kept the rest from being written.
    async fn write_back(&mut self, _statuses: &[Vec<RowStatus>], _run: RunId) -> (WroteBack, Option<Unread>) {
        (WroteBack::default(), None)
    }
}

/// How every message of ours begins: whatever else stands where messages go is somebody's own.
pub const MESSAGE_MARK: &str = "⚠ ";

/// What a row is to say of itself, in columns of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowStatus {
    /// Its number.
    pub row: u32,
    /// Whether it is in order, in a word.
    pub status: &'static str,
    /// What is wrong with it, behind a [`MESSAGE_MARK`]; empty where nothing is.
    pub message: String,
}

/// What came of writing back.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct WroteBack {
    /// Cells that were written, and stand.
    pub cells: u64,
    /// Rows that were left for the next run, since somebody moved or changed them meanwhile.
    pub left: u64,
    /// Cells in columns of ours that hold something which isn't ours, and keep it.
    pub kept: u64,
}

/// What is wanted of a tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The tab, by its place among the opened ones.
    pub tab: usize,
    /// The header's row, counted from 1: what is below it is wanted.
    pub header: u32,
    /// The columns, which alone are wanted, counted from 0.
    pub columns: Vec<u16>,
}

/// The source changed while it was read.
pub const CHANGING: Code = Code::new("source-changing");

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

/// What earlier runs learnt of a source.
#[derive(Clone, Default, Debug)]
pub struct Before {
    /// What was inferred about it.
    pub pins: Pins,
    /// The tabs that it had, of those that keep a name for good.
    pub tabs: Vec<SeenTab>,
}

/// Makes the port of a source, with what was learnt of it before.
pub type MakeSource<'a> = &'a (dyn Fn(&SourceConfig, &Before) -> Box<dyn Source> + Sync);

/// Makes the port of a destination.
pub type MakeWhole<'a> = &'a (dyn Fn(&RouteConfig, Layout) -> Result<Box<dyn Whole>, Failure> + Sync);
