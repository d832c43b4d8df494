//! The lists, read as a run would read them.

use std::path::Path;

use super::place;
use crate::{
    config::Secret,
    connector::{SOURCES, SourceKind, SourcePlace},
    finding::{Code, Trouble},
    init::{self, List, Tab},
    port::{Source, Wanted},
    sheet::Tabs,
};

const EXTENSION: Code = Code::new("init-unknown-extension");
const NO_HEADER: Code = Code::new("init-no-header");
const NO_ROWS: Code = Code::new("init-no-rows");
const TWICE: Code = Code::new("init-source-twice");

/// The lists that were typed, or what is wrong with one of them and its name.
pub(super) fn lists(sources: &[String], folder: &Path) -> Result<Vec<List>, (String, Trouble)> {
    let mut lists: Vec<List> = Vec::new();
    for source in sources {
        let list = one(source, folder).map_err(|why| (source.clone(), why))?;
        if lists.iter().any(|l| l.location == list.location) {
            return Err((source.clone(), Trouble::new(TWICE, source)));
        }
        lists.push(list);
    }
    Ok(lists)
}

fn one(source: &str, folder: &Path) -> Result<List, Trouble> {
    let kind = kind_of(source)?;
    let place = SourcePlace { location: Secret::parse(source), folder: ".".into(), ..SourcePlace::default() };
    let mut port = (kind.make)(place);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Trouble::new(Code::new("system-failed"), e.to_string()))?;
    let Tabs { tabs, .. } = runtime.block_on(first_rows(port.as_mut()))?;
    let mut list =
        List { location: place::seen_from(folder, source), kind: kind.name, tabs: Vec::new(), has_others: false };
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
    let rows = runtime.block_on(port.rows(&wanted))?;
    list.tabs = found.into_iter().zip(rows).map(|((title, header), rows)| Tab { title, header, rows }).collect();
    if list.tabs.is_empty() {
        return Err(Trouble::new(NO_HEADER, source));
    }
    if list.tabs.iter().all(|t| t.rows.is_empty()) {
        return Err(Trouble::new(NO_ROWS, source));
    }
    Ok(list)
}

/// As many of the first rows of each tab as there are to be had.
async fn first_rows(port: &mut dyn Source) -> Result<Tabs, Trouble> {
    let tabs = port.open().await?;
    Ok(port.look().await?.unwrap_or(tabs))
}

/// The kind of a file. Which table of a database holds the clients can't be seen from outside.
fn kind_of(source: &str) -> Result<&'static SourceKind, Trouble> {
    let extension = source.rsplit_once('.').map(|(_, e)| e.to_lowercase()).unwrap_or_default();
    let files = || SOURCES.iter().filter(|k| !k.tables);
    files().find(|k| k.extensions.contains(&extension.as_str())).ok_or_else(|| {
        let known: Vec<String> = files().flat_map(|k| k.extensions).map(|e| format!(".{e}")).collect();
        Trouble::new(EXTENSION, format!("`{source}`: {}", known.join(" ")))
    })
}

/// Whether most headers are in Russian.
pub(super) fn is_russian(lists: &[List]) -> bool {
    let names = || lists.iter().flat_map(|l| &l.tabs).flat_map(|t| &t.header.names);
    let of = |is: fn(&char) -> bool| names().filter(|n| n.chars().any(|c| is(&c))).count();
    of(|c| matches!(c, 'А'..='я' | 'ё' | 'Ё')) * 2 > of(|c| c.is_alphabetic())
}
