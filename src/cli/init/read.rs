//! The lists, read as a run would read them.

use std::{path::Path, sync::Arc};

use super::{super::progress::Bar, Init, place};
use crate::{
    cli::trouble,
    config::Secret,
    connector::{SOURCES, SourceKind, SourcePlace},
    finding::{Code, Trouble},
    init::{self, List, Tab},
    language::Language,
    port::{Source, Wanted},
    pull::at_rest,
    sheet::Tabs,
};

const EXTENSION: Code = Code::new("init-unknown-extension");
const ADDRESS: Code = Code::new("init-bad-address");
const NO_HEADER: Code = Code::new("init-no-header");
const NO_ROWS: Code = Code::new("init-no-rows");
const TWICE: Code = Code::new("init-source-twice");
const NEEDLESS_KEY: Code = Code::new("init-needless-key");

/// Reads the lists that were typed, and says what is wrong with one of them.
pub(super) struct Reader<'a> {
    pub(super) args: &'a Init,
    pub(super) folder: &'a Path,
    pub(super) language: Language,
    /// Whether somebody is there who can mend what is wrong.
    pub(super) is_asked: bool,
    /// Whether the steps to a key were told.
    pub(super) told: bool,
    /// Whether it was told who else may read the key.
    pub(super) warned: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(args: &'a Init, folder: &'a Path, language: Language, is_asked: bool) -> Self {
        Self { args, folder, language, is_asked, told: false, warned: false }
    }

    /// All lists, or the exit code when one can't be read.
    pub(super) fn lists(mut self) -> Result<Vec<List>, u8> {
        let mut kinds = Vec::new();
        for source in self.args.sources.iter().map(|source| source.trim()) {
            kinds.push(kind_of(source).map_err(|why| trouble(&why, source, self.language))?);
        }
        let has_key = kinds.iter().any(|(kind, _)| kind.sign_in.is_some());
        if let Some(key) = self.args.key.as_ref().filter(|_| !has_key) {
            let key = key.display().to_string();
            return Err(trouble(&Trouble::new(NEEDLESS_KEY, &key), &key, self.language));
        }
        let mut lists: Vec<List> = Vec::new();
        for (kind, source) in kinds {
            let list = self.one(&source, kind)?;
            if lists.iter().any(|l| l.location == list.location) {
                return Err(trouble(&Trouble::new(TWICE, &source), &source, self.language));
            }
            lists.push(list);
        }
        Ok(lists)
    }

    fn one(&mut self, source: &str, kind: &'static SourceKind) -> Result<List, u8> {
        match &kind.sign_in {
            Some(sign_in) => self.signed_in(source, kind, sign_in),
            None => self.read(source, kind, Vec::new()).map_err(|why| trouble(&why, source, self.language)),
        }
    }

    /// Reads a list with the settings of its source.
    pub(super) fn read(
        &self,
        source: &str,
        kind: &'static SourceKind,
        options: Vec<(&'static str, String)>,
    ) -> Result<List, Trouble> {
        let bar = Arc::new(Bar::new());
        let place = SourcePlace {
            location: Secret::parse(source),
            folder: ".".into(),
            options,
            shared: bar.shared(self.language),
            ..SourcePlace::default()
        };
        let is_link = kind.link.is_some();
        let location = if is_link { source.to_owned() } else { place::seen_from(self.folder, source) };
        let mut list = List {
            location,
            address: kind.address,
            title: None,
            settings: Vec::new(),
            kind: kind.name,
            tabs: Vec::new(),
            has_others: false,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| Trouble::new(Code::new("system-failed"), e.to_string()))?;
        let mut port = (kind.make)(place);
        let outcome = runtime.block_on(at_rest(async || fill(&mut list, port.as_mut(), is_link).await));
        bar.clear();
        outcome.map(|()| list)
    }
}

/// The tabs that have a header, with their rows.
async fn fill(list: &mut List, port: &mut dyn Source, is_link: bool) -> Result<(), Trouble> {
    let Tabs { tabs, .. } = first_rows(port).await?;
    list.title = tabs.first().filter(|_| is_link).map(|tab| tab.file.clone());
    list.has_others = false;
    let (mut wanted, mut found) = (Vec::new(), Vec::new());
    for (i, tab) in tabs.into_iter().enumerate() {
        let Some(header) = init::find(&tab) else {
            list.has_others = true;
            continue;
        };
        let columns: Vec<u16> = (0..header.names.len() as u16).collect();
        wanted.push(Wanted { tab: i, header: header.row, columns });
        found.push((tab.title, header));
    }
    let rows = port.rows(&wanted).await?;
    list.tabs = found.into_iter().zip(rows).map(|((title, header), rows)| Tab { title, header, rows }).collect();
    if list.tabs.is_empty() {
        return Err(Trouble::new(NO_HEADER, list.called()));
    }
    if list.tabs.iter().all(|t| t.rows.is_empty()) {
        return Err(Trouble::new(NO_ROWS, list.called()));
    }
    Ok(())
}

/// As many of the first rows of each tab as there are to be had.
async fn first_rows(port: &mut dyn Source) -> Result<Tabs, Trouble> {
    let tabs = port.open().await?;
    Ok(port.look().await?.unwrap_or(tabs))
}

/// The kind of a file or of a link, and where it is, of a link in its one form. Which table of a database holds the
/// clients can't be seen from outside.
fn kind_of(source: &str) -> Result<(&'static SourceKind, String), Trouble> {
    let lists = || SOURCES.iter().filter(|k| !k.tables);
    let links = || lists().filter_map(|kind| Some((kind, kind.link?(source))));
    if let Some((kind, Ok(link))) = links().find(|(_, link)| link.is_ok()).filter(|_| !Path::new(source).exists()) {
        return Ok((kind, link));
    }
    let begins = |kind: &SourceKind| kind.schemes.iter().any(|start| source.starts_with(start));
    if let Some((_, Err(code))) = links().find(|(kind, _)| begins(kind)) {
        return Err(Trouble::new(code, ""));
    }
    if source.contains("://") {
        return Err(Trouble::new(ADDRESS, ""));
    }
    let extension = source.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default();
    let kind = lists().find(|k| k.extensions.contains(&extension.as_str()));
    kind.map(|kind| (kind, source.to_owned())).ok_or_else(|| {
        let known: Vec<String> = lists().flat_map(|k| k.extensions).map(|e| format!(".{e}")).collect();
        Trouble::new(EXTENSION, format!("`{source}`: {}", known.join(" ")))
    })
}

/// Whether most headers are in Russian.
pub(super) fn is_russian(lists: &[List]) -> bool {
    let names = || lists.iter().flat_map(|l| &l.tabs).flat_map(|t| &t.header.names);
    let of = |is: fn(&char) -> bool| names().filter(|n| n.chars().any(|c| is(&c))).count();
    of(|c| matches!(c, 'А'..='я' | 'ё' | 'Ё')) * 2 > of(|c| c.is_alphabetic())
}
