//! `source`: every source pulled, one outcome each. A source that was not read to its end gives nothing:
//! an error is never an empty sheet.

use crate::{
    address::{Place, SheetId, SheetInfo, SourceId},
    config::{Config, SourceConfig},
    day::Day,
    finding::{Code, Finding, Trouble},
    identity::Identifying,
    port::{MakeSource, Pins, Source},
    progress::Progress,
    read::{self, Draft},
    set::FieldSet,
    sheet::{Tab, Tabs},
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
    /// Why it was not read to its end.
    pub trouble: Option<Trouble>,
}

/// An opened source.
pub struct Opened {
    port: Box<dyn Source>,
    tabs: Result<Tabs, Trouble>,
    pins: Pins,
}

impl Opened {
    /// Its version, if it could be opened.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.tabs.as_ref().ok().map(|t| t.version.as_str())
    }
}

/// Opens every source: enough to know whether anything changed since the last run.
pub async fn open(config: &Config, pins: &[Pins], make: MakeSource<'_>, progress: &dyn Progress) -> Vec<Opened> {
    let mut opened = Vec::with_capacity(config.sources.len());
    progress.stage("open", config.sources.len() as u64);
    for (source, pins) in config.sources.iter().zip(pins) {
        let mut port = make(source, pins);
        let tabs = port.open().await;
        opened.push(Opened { port, tabs, pins: pins.clone() });
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
            trouble: None,
        };
        let wanted = read::wanted(config, source.id, identifying);
        let first_sheet = pulled.drafts.len() as u32;
        match one(opened, config, source, wanted, first_sheet, today).await {
            Ok(read) => {
                read.count(&mut outcome);
                pulled.findings.extend(read.findings);
                pulled.drafts.extend(read.drafts);
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
    }
}

async fn one(
    opened: Opened,
    config: &Config,
    source: &SourceConfig,
    wanted: FieldSet,
    first_sheet: u32,
    today: Day,
) -> Result<Read, Trouble> {
    let Opened { mut port, tabs, pins } = opened;
    let tabs = tabs?;
    let place = Place::source(source.id);
    let mut read = Read { drafts: Vec::new(), findings: Vec::new(), pins: tabs.pins };
    read.findings.extend(tabs.notes.into_iter().map(|(code, hint)| Finding::at(code, place).hint(hint)));
    if tabs.tabs.is_empty() {
        return Err(Trouble::new(NO_TABS, source.name.as_str()));
    }
    let tabs = tabs.tabs;
    let several = tabs.len() > 1;
    let bind = |tab| read::bind(tab, config, source, wanted).map_err(|trouble| about_tab(trouble, tab, several));
    let bound = tabs.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
    for (i, binding) in bound.iter().enumerate() {
        for (field, hint) in &binding.missing {
            // A field that one tab of several lacks is that tab's finding; one that all lack was renamed.
            if bound.iter().all(|b| b.missing.iter().any(|(f, _)| f == field)) {
                return Err(Trouble::new(NO_TAB_HAS, hint.as_str()));
            }
            let place = Place { sheet: Some(SheetId(first_sheet + i as u32)), ..place };
            read.findings.push(Finding::at(MISSING, place).hint(hint.as_str()));
        }
    }
    for (i, (tab, binding)) in tabs.into_iter().zip(bound).enumerate() {
        let mut rows = port.rows(i, binding.header, &binding.pulled).await?;
        let sheet = SheetId(first_sheet + i as u32);
        let place = Place { sheet: Some(sheet), ..place };
        let notes = std::mem::take(&mut rows.notes).into_iter();
        read.findings.extend(notes.map(|(code, hint)| Finding::at(code, place).hint(hint)));
        let header = tab.head[(binding.header - tab.head_row) as usize].clone();
        let info = SheetInfo { source: source.id, file: tab.file, title: tab.title, header };
        read.drafts.push(Draft { id: sheet, info, binding, rows, hows: Vec::new() });
    }
    let inferred = read::infer(&mut read.drafts, config, source, &pins, today);
    read.pins.extend(inferred.pins);
    read.findings.extend(inferred.findings);
    Ok(read)
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
