//! `source`: every source pulled, one outcome each. A source that was not read to its end gives nothing:
//! an error is never an empty sheet.

use sha2::{Digest as _, Sha256};

use crate::{
    address::{Place, SheetId, SheetInfo, SourceId},
    config::{Config, SourceConfig},
    day::Day,
    finding::{Code, Finding, Trouble},
    identity::Identifying,
    keys::hex,
    port::{Before, CHANGING, MakeSource, Pins, Source, Wanted, WroteBack},
    progress::Progress,
    read::{self, Binding, Draft},
    set::FieldSet,
    sheet::{Rows, SeenTab, Tab, TabId, Tabs},
};

const NO_TAB_HAS: Code = Code::new("column-missing-everywhere");
const MISSING: Code = Code::new("column-missing");
const NO_TABS: Code = Code::new("source-no-tabs");
const NO_LIST: Code = Code::new("tab-without-header");

/// What pulling every source gave.
#[derive(Default)]
pub struct Pulled {
    /// The drafts of all sources that were read to their end.
    pub drafts: Vec<Draft>,
    /// What became of each source, in the order of the config.
    pub sources: Vec<Outcome>,
    /// What was found on the way.
    pub findings: Vec<Finding>,
    /// The ports of those into which something is to be written back.
    pub ports: Vec<(SourceId, Box<dyn Source>)>,
}

/// What became of one source.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The source.
    pub id: SourceId,
    /// Its version: whatever changes when its content may have changed.
    pub version: String,
    /// Rows that hold something.
    pub rows: u64,
    /// Rows that hold nothing.
    pub blank: u64,
    /// The header's texts of columns that nothing needs, each once.
    pub unused: Vec<String>,
    /// The sheets that were read, by name, with their rows.
    pub sheets: Vec<(String, u64)>,
    /// What was inferred about it, to be pinned.
    pub pins: Pins,
    /// The tabs that keep a name for good, also those that an earlier run saw and that are gone.
    pub tabs: Vec<SeenTab>,
    /// Why it was not read to its end.
    pub trouble: Option<Trouble>,
    /// What came of writing back into it, where that was to be done, and what kept the rest from being written.
    pub wrote_back: Option<(WroteBack, Option<Trouble>)>,
}

impl Outcome {
    /// Why it was not read to its end, or could not be written back into.
    #[must_use]
    pub fn failure(&self) -> Option<&Trouble> {
        self.trouble.as_ref().or(self.unwritten())
    }

    /// Why not everything could be written back into it.
    #[must_use]
    pub fn unwritten(&self) -> Option<&Trouble> {
        self.wrote_back.as_ref().and_then(|(_, trouble)| trouble.as_ref())
    }
}

/// An opened source.
pub struct Opened {
    port: Box<dyn Source>,
    tabs: Result<Tabs, Trouble>,
    before: Before,
}

impl Opened {
    /// Its version, if it could be opened and has one without its rows.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.tabs.as_ref().ok().and_then(|t| t.version.as_deref())
    }
}

/// Opens every source: enough to know whether anything changed since the last run.
pub async fn open(config: &Config, before: Vec<Before>, make: MakeSource<'_>, progress: &dyn Progress) -> Vec<Opened> {
    let mut opened = Vec::with_capacity(config.sources.len());
    progress.stage("open", config.sources.len() as u64);
    for (source, before) in config.sources.iter().zip(before) {
        let mut port = make(source, &before);
        let tabs = port.open().await;
        opened.push(Opened { port, tabs, before });
        progress.step(1);
    }
    opened
}

/// Pulls the rows of every opened source.
pub async fn pull(opened: Vec<Opened>, config: &Config, today: Day, progress: &dyn Progress) -> Pulled {
    let identifying = Identifying::of(config).fields();
    let mut pulled = Pulled::default();
    progress.stage("read", opened.len() as u64);
    for (source, opened) in config.sources.iter().zip(opened) {
        let version = opened.version().unwrap_or_default().to_owned();
        let mut outcome = Outcome {
            id: source.id,
            version,
            rows: 0,
            blank: 0,
            unused: Vec::new(),
            sheets: Vec::new(),
            pins: Vec::new(),
            tabs: Vec::new(),
            trouble: None,
            wrote_back: None,
        };
        let fields = read::wanted(config, source.id, identifying);
        let first_sheet = pulled.drafts.len() as u32;
        let reading = Reading { config, source, fields, first_sheet, today };
        match reading.to_its_end(opened).await {
            Ok((read, port)) => {
                read.count(&mut outcome);
                pulled.findings.extend(read.findings);
                pulled.drafts.extend(read.drafts);
                pulled.ports.extend(source.write_back.is_some().then_some((source.id, port)));
            }
            Err(trouble) => outcome.trouble = Some(trouble),
        }
        pulled.sources.push(outcome);
        progress.step(1);
    }
    pulled
}

/// A source that was read to its end.
struct Read {
    drafts: Vec<Draft>,
    findings: Vec<Finding>,
    pins: Pins,
    tabs: Vec<SeenTab>,
    version: Option<String>,
}

impl Read {
    fn count(&self, outcome: &mut Outcome) {
        for draft in &self.drafts {
            let rows = draft.rows.len() as u64;
            outcome.rows += rows;
            outcome.blank += u64::from(draft.rows.blank);
            outcome.sheets.push((draft.info.name(), rows));
            for name in &draft.binding.unused {
                if !outcome.unused.contains(name) {
                    outcome.unused.push(name.clone());
                }
            }
        }
        outcome.pins.clone_from(&self.pins);
        outcome.tabs.clone_from(&self.tabs);
        outcome.version = self.version.clone().unwrap_or_else(|| digest(&self.drafts));
    }
}

/// A digest of all that was read, for sources whose version only their rows tell.
fn digest(drafts: &[Draft]) -> String {
    let mut digest = Sha256::new();
    for draft in drafts {
        digest.update(draft.info.name());
        draft.rows.chunks.iter().for_each(|chunk| chunk.digest(&mut digest));
    }
    hex(&digest.finalize())
}

/// So often a source is read that changes under our hands.
const TRIES: usize = 3;

/// Reads until what was read was there all at once.
pub(crate) async fn at_rest<T>(mut read: impl AsyncFnMut() -> Result<T, Trouble>) -> Result<T, Trouble> {
    for _ in 1..TRIES {
        match read().await {
            Err(trouble) if trouble.code == CHANGING => {}
            outcome => return outcome,
        }
    }
    read().await
}

/// What reading a source needs.
struct Reading<'a> {
    config: &'a Config,
    source: &'a SourceConfig,
    fields: FieldSet,
    first_sheet: u32,
    today: Day,
}

impl Reading<'_> {
    /// Reads a source until what was read was there all at once.
    async fn to_its_end(&self, opened: Opened) -> Result<(Read, Box<dyn Source>), Trouble> {
        let Opened { mut port, tabs, before } = opened;
        let mut opened = Some(tabs);
        let read = at_rest(async || {
            let tabs = match opened.take() {
                Some(tabs) => tabs,
                None => port.open().await,
            };
            self.once(port.as_mut(), tabs, &before).await
        });
        read.await.map(|read| (read, port))
    }

    async fn once(&self, port: &mut dyn Source, tabs: Result<Tabs, Trouble>, before: &Before) -> Result<Read, Trouble> {
        let (Tabs { tabs, version, notes, pins }, bound) = self.bound(port, tabs?).await?;
        let place = Place::source(self.source.id);
        let findings = notes.into_iter().map(|(code, hint)| Finding::at(code, place).hint(hint)).collect();
        let mut read = Read { drafts: Vec::new(), findings, pins, tabs: Vec::new(), version };
        self.missing(&bound, &mut read.findings)?;
        let wanted = bound.iter().enumerate().map(|(tab, binding)| Wanted {
            tab,
            header: binding.header,
            columns: binding.pulled.clone(),
        });
        let rows = port.rows(&wanted.collect::<Vec<_>>()).await?;
        for ((tab, binding), rows) in tabs.into_iter().zip(bound).zip(rows) {
            self.take(tab, binding, rows, &mut read);
        }
        let gone: Vec<SeenTab> = self.gone(before, &read.tabs).collect();
        read.tabs.extend(gone);
        let inferred = read::infer(&mut read.drafts, self.config, self.source, &before.pins, self.today);
        read.pins.extend(inferred.pins);
        read.findings.extend(inferred.findings);
        Ok(read)
    }

    /// The tabs of earlier runs that are still asked for and no longer there, without rows.
    fn gone<'b>(&'b self, before: &'b Before, there: &'b [SeenTab]) -> impl Iterator<Item = SeenTab> + 'b {
        let is_asked = |seen: &SeenTab| {
            let named = self.source.tabs.iter().flatten().any(|name| *name == seen.id.asked);
            named || there.iter().any(|tab| tab.id.asked == seen.id.asked)
        };
        let is_there = |seen: &SeenTab| there.iter().any(|tab| tab.id.id == seen.id.id);
        let gone = before.tabs.iter().filter(move |seen| is_asked(seen) && !is_there(seen));
        gone.map(|seen| SeenTab { rows: 0, ..seen.clone() })
    }

    /// Finds the columns of every tab; for a header that isn't where it should be, more rows are looked at.
    async fn bound(&self, port: &mut dyn Source, tabs: Tabs) -> Result<(Tabs, Vec<Binding>), Trouble> {
        if tabs.tabs.is_empty() {
            return Err(Trouble::new(NO_TABS, self.source.name.as_str()));
        }
        let unbound = match self.bind(&tabs) {
            Ok(bound) => return Ok((tabs, bound)),
            Err(unbound) => unbound,
        };
        let tabs = port.look().await?.ok_or(unbound)?;
        let bound = self.bind(&tabs)?;
        Ok((tabs, bound))
    }

    fn bind(&self, tabs: &Tabs) -> Result<Vec<Binding>, Trouble> {
        let several = tabs.tabs.len() > 1;
        let bind = |tab| {
            let binding = read::bind(tab, self.config, self.source, self.fields);
            binding.map_err(|trouble| about_tab(trouble, tab, several))
        };
        tabs.tabs.iter().map(bind).collect()
    }

    fn sheet(&self, tab: usize) -> (SheetId, Place) {
        let sheet = SheetId(self.first_sheet + tab as u32);
        (sheet, Place { sheet: Some(sheet), ..Place::source(self.source.id) })
    }

    /// A field that one tab of several lacks is that tab's finding; one that all lack was renamed.
    fn missing(&self, bound: &[Binding], findings: &mut Vec<Finding>) -> Result<(), Trouble> {
        for (tab, binding) in bound.iter().enumerate() {
            for (field, hint) in &binding.missing {
                if bound.iter().all(|b| b.missing.iter().any(|(f, _)| f == field)) {
                    return Err(Trouble::new(NO_TAB_HAS, hint.as_str()));
                }
                findings.push(Finding::at(MISSING, self.sheet(tab).1).hint(hint.as_str()));
            }
        }
        Ok(())
    }

    fn take(&self, tab: Tab, binding: Binding, mut rows: Rows, read: &mut Read) {
        let (id, place) = self.sheet(read.drafts.len());
        let notes = std::mem::take(&mut rows.notes).into_iter();
        read.findings.extend(notes.map(|(code, hint)| Finding::at(code, place).hint(hint)));
        let header = tab.head[(binding.header - tab.head_row) as usize].clone();
        let seen = |id: TabId| {
            let title = tab.title.clone().unwrap_or_default();
            SeenTab { id, title, rows: rows.len() as u64, header: binding.header }
        };
        read.tabs.extend(tab.id.map(seen));
        let info = SheetInfo { source: self.source.id, file: tab.file, title: tab.title, header };
        read.drafts.push(Draft { id, info, binding, rows, locale: tab.locale, hows: Vec::new() });
    }
}

/// A tab without a header among others is more often a sheet for notes than a list that lost it.
fn about_tab(trouble: Trouble, tab: &Tab, several: bool) -> Trouble {
    match &tab.title {
        Some(title) if several && trouble.code == read::NO_HEADER => {
            Trouble::new(NO_LIST, format!("{}, \"{title}\"", tab.file))
        }
        _ => trouble,
    }
}
