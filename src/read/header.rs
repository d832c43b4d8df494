//! Which column is what.

use std::borrow::Cow;

use crate::{
    check::mess,
    config::{Config, Feed, SourceConfig, Whole, WriteBack},
    finding::{Code, Trouble},
    nearest::nearest,
    purpose::{After, Keep},
    set::{FieldId, FieldSet, PurposeId},
    sheet::Tab,
};

/// No row of a tab can be its header.
pub const NO_HEADER: Code = Code::new("header-missing");
const MOVED: Code = Code::new("header-moved");
const DOUBLED: Code = Code::new("header-doubled");
const CONTROL_MISSING: Code = Code::new("column-control-missing");

/// So many of the names that were looked for are said.
const NAMES_MAX: usize = 5;

/// Which columns of a tab are what. Columns are named by their place among the pulled ones.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    /// The header's row, counted from 1.
    pub header: u32,
    /// The columns to pull, ascending.
    pub pulled: Vec<u16>,
    /// The columns that feed each wanted field.
    pub feeds: Vec<BoundFeed>,
    /// Per field of the config, its columns in the order of the config: for addresses.
    pub columns: Vec<Vec<u16>>,
    /// The column that identifies a row.
    pub key: Option<usize>,
    /// Whether we fill in what is blank there.
    pub fills_key: bool,
    /// The column that dates a row.
    pub dated: Option<usize>,
    /// The columns of consent.
    pub consents: Vec<BoundConsent>,
    /// Fields that no column of this tab feeds: where, what was looked for, and what may be meant.
    pub missing: Vec<(FieldId, String)>,
    /// The header's texts of columns that nothing needs.
    pub unused: Vec<String>,
}

/// The columns that feed a field: alternatives, of which the first that is not empty counts.
#[derive(Clone, Debug)]
pub struct BoundFeed {
    /// The field.
    pub field: FieldId,
    /// No alternative: the tab lacks the field.
    pub alternatives: Vec<Vec<BoundColumn>>,
}

/// A column that feeds a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BoundColumn {
    /// Which part of the kind it is.
    pub part: Option<usize>,
    /// Its place among the columns of the field.
    pub ordinal: u8,
    /// Its place among the pulled columns.
    pub pulled: usize,
}

/// The columns of consent for a purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BoundConsent {
    /// The purpose.
    pub purpose: PurposeId,
    /// The column that says yes or no.
    pub given: usize,
    /// The column with the date of the yes.
    pub date: Option<usize>,
    /// The column that says that it was withdrawn.
    pub withdrawn: Option<usize>,
}

/// Whether two header texts are the same to a person: letter case, blanks and «ё» aside.
pub(super) fn same(a: &str, b: &str) -> bool {
    normal(a) == normal(b)
}

/// A header's text as it is compared.
pub(crate) fn normal(text: &str) -> String {
    let clean: Cow<'_, str> = mess::clean(text);
    clean.to_lowercase().replace('ё', "е").replace('\n', " ")
}

struct Binder<'a> {
    names: Vec<String>,
    source: &'a SourceConfig,
    tab: &'a Tab,
    used: Vec<u16>,
}

/// Finds the columns of a source in one tab. A control column (key, dates, consent, events) that is
/// missing or doubled stops the source; a field's is the tab's own matter.
pub fn bind(tab: &Tab, config: &Config, source: &SourceConfig, wanted: FieldSet) -> Result<Binding, Trouble> {
    let (row, names) = locate(tab, source)?;
    let mut binder = Binder { names, source, tab, used: Vec::new() };
    binder.check_doubled()?;
    let mut binding = Binding { header: row, columns: vec![Vec::new(); config.fields.len()], ..Binding::default() };
    binding.key = source.key.as_deref().map(|name| binder.control(name)).transpose()?;
    if let Some(id) = source.write_back.as_ref().and_then(|own| own.id.as_deref()) {
        // It is not there before the first run.
        binding.key = binder.find(id).map(usize::from);
        binding.fills_key = true;
    }
    binding.dated = source.dated.as_deref().map(|name| binder.control(name)).transpose()?;
    for consent in &source.consents {
        binding.consents.push(BoundConsent {
            purpose: consent.purpose,
            given: binder.control(&consent.given)?,
            date: consent.date.as_deref().map(|name| binder.control(name)).transpose()?,
            withdrawn: consent.withdrawn.as_deref().map(|name| binder.control(name)).transpose()?,
        });
    }
    let events = events(config, source);
    for (field, feed) in source.columns.iter().filter(|(field, _)| wanted.has(*field)) {
        let alternatives = binder.feed(feed, &mut binding.columns[usize::from(field.0)]);
        if alternatives.is_empty() {
            let trouble = binder.missing(CONTROL_MISSING, &feed.column_names());
            if events.has(*field) {
                return Err(trouble);
            }
            binding.missing.push((*field, trouble.hint));
        }
        binding.feeds.push(BoundFeed { field: *field, alternatives });
    }
    binder.finish(&mut binding);
    Ok(binding)
}

/// The fields that start a term: without them nothing tells when it ends.
fn events(config: &Config, source: &SourceConfig) -> FieldSet {
    let event = |p: PurposeId| match config.purpose(p).keep {
        Keep::For { after: After::Field(event), .. } => Some(event),
        _ => None,
    };
    source.grants().iter().filter_map(event).collect()
}

/// The header's row and its texts: the row that the config names, or the first filled one. When another
/// row near the top fits better, that is said and nothing is read.
fn locate(tab: &Tab, source: &SourceConfig) -> Result<(u32, Vec<String>), Trouble> {
    let wanted: Vec<String> = source.column_names().into_iter().map(normal).collect();
    let score = |row: &[String]| {
        let texts: Vec<String> = row.iter().map(|t| normal(t)).collect();
        wanted.iter().filter(|w| texts.contains(w)).count()
    };
    let said = source.header.map(|row| row.checked_sub(tab.head_row).map_or(usize::MAX, |i| i as usize));
    let first = tab.head.iter().position(|row| row.iter().any(|t| !mess::clean(t).is_empty()));
    let place = match said.or(first) {
        Some(place) if place < tab.head.len() => place,
        _ => return Err(no_header(tab, source)),
    };
    let found = score(&tab.head[place]);
    let best = tab.head.iter().enumerate().map(|(i, row)| (score(row), i)).max_by_key(|(s, i)| (*s, usize::MAX - i));
    if let Some((_, better)) = best.filter(|(s, _)| *s > found) {
        let row = tab.head_row + better as u32;
        return Err(Trouble::new(MOVED, where_is(tab)).at_row(row));
    }
    if found == 0 {
        return Err(no_header(tab, source));
    }
    let names = tab.head[place].iter().map(|t| mess::clean(t).into_owned()).collect();
    Ok((tab.head_row + place as u32, names))
}

/// No row has any of the names that the config uses. What the tab has instead may be people.
fn no_header(tab: &Tab, source: &SourceConfig) -> Trouble {
    let wanted = source.column_names();
    let mut names: Vec<String> = wanted.iter().take(NAMES_MAX).map(|n| format!("\"{n}\"")).collect();
    if wanted.len() > NAMES_MAX {
        names.push("…".to_owned());
    }
    Trouble::new(NO_HEADER, format!("{}: {}", where_is(tab), names.join(", ")))
}

fn where_is(tab: &Tab) -> String {
    match &tab.title {
        Some(title) => format!("{}, \"{title}\"", tab.file),
        None => tab.file.clone(),
    }
}

impl Binder<'_> {
    fn find(&mut self, name: &str) -> Option<u16> {
        let column = self.names.iter().position(|n| same(n, name))? as u16;
        self.used.push(column);
        Some(column)
    }

    /// A name that the config uses and that stands twice could mean either column.
    fn check_doubled(&self) -> Result<(), Trouble> {
        for name in self.source.column_names() {
            if self.names.iter().filter(|n| same(n, name)).count() > 1 {
                return Err(Trouble::new(DOUBLED, format!("{}: \"{name}\"", where_is(self.tab))));
            }
        }
        Ok(())
    }

    /// A column that decides what may flow. Returned by its place in the header, for now.
    fn control(&mut self, name: &str) -> Result<usize, Trouble> {
        match self.find(name) {
            Some(column) => Ok(usize::from(column)),
            None => Err(self.missing(CONTROL_MISSING, &[name])),
        }
    }

    /// What is missing, where, and what the header may have instead.
    fn missing(&self, code: Code, names: &[&str]) -> Trouble {
        let free = || self.names.iter().enumerate().filter(|(i, _)| !self.used.contains(&(*i as u16)));
        let meant = names.iter().find_map(|n| nearest(n, free().map(|(_, h)| h.as_str())));
        let names = names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
        let meant = meant.map(|m| format!(" (\"{m}\"?)")).unwrap_or_default();
        Trouble::new(code, format!("{}: {names}{meant}", where_is(self.tab)))
    }

    fn feed(&mut self, feed: &Feed, columns: &mut Vec<u16>) -> Vec<Vec<BoundColumn>> {
        let mut bound = |binder: &mut Self, part: Option<usize>, name: &str| {
            let column = binder.find(name)?;
            columns.push(column);
            Some(BoundColumn { part, ordinal: (columns.len() - 1) as u8, pulled: usize::from(column) })
        };
        match feed {
            Feed::All(names) => {
                let all: Vec<_> = names.iter().filter_map(|n| bound(self, None, n)).collect();
                if all.is_empty() { Vec::new() } else { vec![all] }
            }
            Feed::First(wholes) => {
                let alternative = |whole: &Whole| match whole {
                    Whole::Column(name) => bound(self, None, name).into_iter().collect::<Vec<_>>(),
                    Whole::Parts(parts) => parts.iter().filter_map(|(part, n)| bound(self, Some(*part), n)).collect(),
                };
                wholes.iter().map(alternative).filter(|a: &Vec<_>| !a.is_empty()).collect()
            }
        }
    }

    /// Turns places in the header into places among the pulled columns.
    fn finish(mut self, binding: &mut Binding) {
        self.used.sort_unstable();
        self.used.dedup();
        let pulled = |column: usize| self.used.partition_point(|u| usize::from(*u) < column);
        for column in binding.feeds.iter_mut().flat_map(|f| f.alternatives.iter_mut().flatten()) {
            column.pulled = pulled(column.pulled);
        }
        binding.key = binding.key.map(pulled);
        binding.dated = binding.dated.map(pulled);
        for consent in &mut binding.consents {
            consent.given = pulled(consent.given);
            consent.date = consent.date.map(pulled);
            consent.withdrawn = consent.withdrawn.map(pulled);
        }
        let own = self.source.write_back.iter().flat_map(WriteBack::names).collect::<Vec<_>>();
        let is_own = |name: &str| own.iter().any(|own| same(own, name));
        let unused = self.names.iter().enumerate().filter(|(i, _)| !self.used.contains(&(*i as u16)));
        binding.unused = unused.map(|(_, name)| name.clone()).filter(|n| !n.is_empty() && !is_own(n)).collect();
        binding.pulled = self.used;
    }
}
