//! A list, and what is proposed for it: tabs, columns, a key, a date, who agreed.

use std::collections::HashSet;

use super::{
    address,
    cells::{self, Share},
    column::{Column, Custom, Seems, Use},
    fields::{Fed, Feed, Spec},
    header::Header,
    names,
    words::{self, Role},
};
use crate::{
    check::mess,
    config::Profile,
    read::normal,
    sheet::{Raw, Rows},
};

/// So many rows are looked at, spread over all tabs.
pub(super) const SAMPLE_ROWS: usize = 1000;

/// A list that has been read.
pub struct List {
    /// Where it is, as the config is to say.
    pub location: String,
    /// The key under which the config says so.
    pub address: &'static str,
    /// Its title, where its address is a link that tells people nothing.
    pub title: Option<String>,
    /// What else the config is to say of it: settings and their values.
    pub settings: Vec<(&'static str, String)>,
    /// The kind of its source.
    pub kind: &'static str,
    /// Its tabs that have a header.
    pub tabs: Vec<Tab>,
    /// Whether it has tabs without one.
    pub has_others: bool,
}

impl List {
    /// What people know it by: the path, or the title of a spreadsheet and of its tab.
    #[must_use]
    pub fn called(&self) -> String {
        match (&self.title, self.tabs.first().and_then(|tab| tab.title.as_ref())) {
            (Some(title), Some(tab)) => format!("{title}, \"{tab}\""),
            (Some(title), None) => title.clone(),
            (None, _) => self.location.clone(),
        }
    }
}

/// A tab of a list.
pub struct Tab {
    /// Its title, where there are titles.
    pub title: Option<String>,
    /// Its header.
    pub header: Header,
    /// The rows below the header, of all columns in their order.
    pub rows: Rows,
}

/// What is proposed for a list.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// Where it is.
    pub location: String,
    /// The key under which the config says so.
    pub address: &'static str,
    /// What else the config is to say of it.
    pub settings: Vec<(&'static str, String)>,
    /// What people know it by: the path, or the title of a spreadsheet and of its tab.
    pub called: String,
    /// Its name alone, without folder and extension.
    pub name: String,
    /// How many rows it has on the tabs that are read.
    pub rows: usize,
    /// The tabs to read, where not all are lists alike.
    pub tabs: Option<Vec<String>>,
    /// How many tabs are read.
    pub tab_count: usize,
    /// The header's row, where it isn't the first filled one.
    pub header: Option<u32>,
    /// The column that identifies a row.
    pub key: Option<String>,
    /// Whether that column is the name, for want of anything better.
    pub is_named_key: bool,
    /// The column with the day on which somebody was last here, and how it is written.
    pub event: Option<(String, Option<&'static str>)>,
    /// What feeds which field.
    pub(super) fed: Vec<Fed>,
    /// The columns that say who agreed to news and offers.
    pub(super) newsletter: Option<Agreement>,
    /// The columns that say who agreed to the use of their data.
    pub(super) agreed: Option<Agreement>,
    /// Whether it is a list of people who said no.
    pub refuses: bool,
    /// A column that says who said no, while none says who said yes.
    pub lone_withdrawal: Option<String>,
    /// The law that its phones and dates speak of, if they speak of one.
    pub profile: Option<Profile>,
    /// What was made of each column, in the order of the list.
    pub columns: Vec<Seen>,
}

/// Columns of consent.
#[derive(Clone, Debug)]
pub(super) struct Agreement {
    pub(super) given: String,
    pub(super) date: Option<String>,
    pub(super) withdrawn: Option<String>,
}

/// What was made of a column.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its header.
    pub header: String,
    /// What it feeds.
    pub used: Use,
    /// How its cells read as that.
    pub share: Share,
}

/// A column with what it is.
pub(super) struct Placed {
    pub(super) at: usize,
    pub(super) header: String,
    pub(super) role: Role,
    pub(super) share: Share,
    pub(super) in_all: bool,
}

/// What is proposed for a list, if it has people.
#[must_use]
pub fn propose(list: &List, russian: bool) -> Proposal {
    let chosen = choose(list);
    let tabs: Vec<&Tab> = chosen.iter().map(|i| &list.tabs[*i]).collect();
    let columns = columns(&tabs);
    let custom = custom(&columns, russian);
    let mut proposal = Proposal {
        location: list.location.clone(),
        address: list.address,
        settings: list.settings.clone(),
        called: list.called(),
        name: list.title.clone().unwrap_or_else(|| stem(&list.location).to_owned()),
        rows: tabs.iter().map(|t| t.rows.len()).sum(),
        tab_count: tabs.len(),
        profile: match custom.region {
            Some("RU") => Some(Profile::Ru),
            _ => custom.american.then_some(Profile::None),
        },
        ..Proposal::default()
    };
    if list.has_others || tabs.len() < list.tabs.len() {
        proposal.tabs = tabs.iter().map(|t| t.title.clone()).collect();
    }
    if tabs.iter().any(|t| !t.header.is_first) {
        proposal.header = tabs.first().map(|t| t.header.row);
    }
    let mut placed = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let header = column.header.clone();
        let seen = |used, share| Seen { header: header.clone(), used, share };
        match column.seems(custom) {
            Seems::Nothing(why) => proposal.columns.push(seen(Use::Nothing(why), Share::default())),
            Seems::Roles(roles) => {
                let first = roles.first().map(|(_, share)| *share).unwrap_or_default();
                proposal.columns.push(seen(Use::Nothing("init-left-unknown"), first));
                let place = |(role, share)| Placed { at, header: header.clone(), role, share, in_all: column.in_all };
                placed.extend(roles.into_iter().map(place));
            }
        }
    }
    let name = proposal.name.clone();
    let list = Reading { tabs: &tabs, columns: &columns, placed: &placed, custom, name: &name };
    list.fill(&mut proposal);
    proposal
}

/// How the cells of a list are read, as far as all of them together tell.
fn custom(columns: &[Column<'_>], russian: bool) -> Custom {
    let is_phone = |c: &&Column<'_>| {
        let named = words::roles_of_parts(&c.header);
        words::role(&c.header) == Some(Role::Contacts) || named.contains(&Role::Phone)
    };
    let phones: Vec<Raw<'_>> = columns.iter().filter(is_phone).flat_map(|c| c.cells.iter().copied()).collect();
    let mdy = !russian && columns.iter().any(|c| cells::order(&c.cells) == Some("mdy"));
    let region = cells::region(&phones, russian, mdy);
    Custom { russian, american: mdy && matches!(region, None | Some("US")), region }
}

/// The tabs that are lists like the best of them: with the same header in the same row, more or less.
fn choose(list: &List) -> Vec<usize> {
    let roles = |tab: &Tab| -> HashSet<Role> { tab.header.names.iter().filter_map(|n| words::role(n)).collect() };
    let all: Vec<HashSet<Role>> = list.tabs.iter().map(roles).collect();
    let Some(best) = (0..all.len()).max_by_key(|i| (all[*i].len(), usize::MAX - i)) else { return Vec::new() };
    let somebody = |set: &HashSet<Role>| set.iter().any(|role| words::is_somebody(*role));
    let alike = |i: &usize| {
        let (tab, set) = (&list.tabs[*i], &all[*i]);
        let common = set.intersection(&all[best]).count();
        let row =
            tab.header.row == list.tabs[best].header.row || tab.header.is_first && list.tabs[best].header.is_first;
        *i == best || row && common * 2 >= all[best].len() && (somebody(set) || !somebody(&all[best]))
    };
    (0..list.tabs.len()).filter(alike).collect()
}

/// The columns of all tabs by their headers, each with a sample of its cells.
fn columns<'a>(tabs: &[&'a Tab]) -> Vec<Column<'a>> {
    let mut columns: Vec<(String, usize, Column<'a>)> = Vec::new();
    let rows: usize = tabs.iter().map(|t| t.rows.len()).sum();
    let stride = rows.div_ceil(SAMPLE_ROWS).max(1);
    for tab in tabs {
        let mut here = HashSet::new();
        for (at, name) in tab.header.names.iter().enumerate() {
            let key = normal(name);
            let is_again = !here.insert(key.clone());
            let place = columns.iter().position(|(k, ..)| *k == key && !key.is_empty());
            let place = place.unwrap_or_else(|| {
                let column = Column { header: name.clone(), cells: Vec::new(), in_all: false, doubled: false };
                columns.push((key, 0, column));
                columns.len() - 1
            });
            let (_, tabs, column) = &mut columns[place];
            column.doubled |= is_again;
            *tabs += usize::from(!is_again);
            column.cells.extend(rows_of(tab).step_by(stride).map(|(chunk, row)| chunk.cell(row, at)).filter(is_filled));
        }
    }
    let with_all = |(_, count, column): (String, usize, Column<'a>)| Column { in_all: count == tabs.len(), ..column };
    columns.into_iter().map(with_all).collect()
}

pub(super) fn rows_of(tab: &Tab) -> impl Iterator<Item = (&crate::sheet::RawChunk, usize)> {
    tab.rows.chunks.iter().flat_map(|chunk| (0..chunk.len()).map(move |row| (chunk, row)))
}

pub(super) fn is_filled(raw: &Raw<'_>) -> bool {
    !matches!(raw, Raw::Blank) && !matches!(raw, Raw::Text(text) if mess::is_blank(text))
}

/// The file's name without its folder and extension.
fn stem(location: &str) -> &str {
    let file = location.rsplit(['/', '\\']).next().unwrap_or(location);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// A list with its columns placed.
pub(super) struct Reading<'a> {
    pub(super) tabs: &'a [&'a Tab],
    columns: &'a [Column<'a>],
    pub(super) placed: &'a [Placed],
    pub(super) custom: Custom,
    pub(super) name: &'a str,
}

impl Reading<'_> {
    pub(super) fn of(&self, role: Role) -> impl Iterator<Item = &Placed> {
        self.placed.iter().filter(move |p| p.role == role)
    }

    /// The cells of a column.
    pub(super) fn cells(&self, placed: &Placed) -> &[Raw<'_>] {
        &self.columns[placed.at].cells
    }

    fn fill(&self, proposal: &mut Proposal) {
        self.contacts(proposal);
        names::place(self, proposal);
        address::place(self, proposal);
        self.dates(proposal);
        self.others(proposal);
        self.key(proposal);
        self.consents(proposal);
        self.refusals(proposal);
    }

    /// Notes that a column feeds a field.
    pub(super) fn used(placed: &Placed, field: &str, proposal: &mut Proposal) {
        let seen = &mut proposal.columns[placed.at];
        match &mut seen.used {
            Use::Fields(fields) => fields.push(field.to_owned()),
            other => {
                *other = Use::Fields(vec![field.to_owned()]);
                seen.share = placed.share;
            }
        }
    }

    /// Notes why a column feeds nothing.
    pub(super) fn left(placed: &Placed, why: &'static str, proposal: &mut Proposal) {
        if let Use::Nothing(reason) = &mut proposal.columns[placed.at].used {
            *reason = why;
        }
    }

    /// Phones and e-mails: all columns of them.
    fn contacts(&self, proposal: &mut Proposal) {
        for (role, field) in [(Role::Phone, "phone"), (Role::Email, "email")] {
            let found: Vec<&Placed> = self.of(role).collect();
            if found.is_empty() {
                continue;
            }
            let spec = if role == Role::Phone { Spec::Phone(self.custom.region) } else { Spec::Kind("email") };
            let taken = &found[..found.len().min(crate::record::LIST_COLUMNS_MAX)];
            taken.iter().for_each(|p| Self::used(p, field, proposal));
            found[taken.len()..].iter().for_each(|p| Self::left(p, "init-left-many", proposal));
            let headers = taken.iter().map(|p| p.header.clone()).collect();
            proposal.fed.push(Fed::new(field, spec, Feed::all(headers)));
        }
    }

    /// Birth dates, and the days on which something happened: the best of them starts the term.
    fn dates(&self, proposal: &mut Proposal) {
        if let Some(birth) = self.of(Role::Birth).next() {
            let order = cells::order(self.cells(birth));
            proposal.fed.push(Fed::new("born", Spec::Date { order, birth: true }, Feed::one(&birth.header)));
            Self::used(birth, "born", proposal);
        }
        let mut dates: Vec<(u8, &Placed)> = self
            .placed
            .iter()
            .filter_map(|p| if let Role::Date(rank) = p.role { Some((rank, p)) } else { None })
            .collect();
        dates.sort_by_key(|(rank, p)| (*rank, p.at));
        let event = dates.iter().position(|(_, p)| p.in_all && p.share.is(80));
        for (i, (rank, placed)) in dates.iter().enumerate() {
            let order = cells::order(self.cells(placed));
            if Some(i) == event {
                proposal.event = Some((placed.header.clone(), order));
                Self::used(placed, super::fields::EVENT, proposal);
            } else if matches!(rank, 1 | 2 | 4 | 7) {
                let name = super::quote::slug(&placed.header, "date");
                if proposal.fed.iter().all(|f| f.name != name) && name != super::fields::EVENT {
                    Self::used(placed, &name, proposal);
                    let spec = Spec::Date { order, birth: false };
                    proposal.fed.push(Fed::new(&name, spec, Feed::one(&placed.header)));
                }
            } else {
                Self::left(placed, "init-left-date", proposal);
            }
        }
    }

    /// What is one column and one field.
    fn others(&self, proposal: &mut Proposal) {
        for (role, field, kind) in [
            (Role::Inn, "inn", "inn"),
            (Role::Ogrn, "ogrn", "ogrn"),
            (Role::Snils, "snils", "snils"),
            (Role::Job, "job", "text"),
            (Role::Url, "site", "url"),
            (Role::Money, "amount", "money"),
            (Role::Number, "number", "number"),
        ] {
            for (i, placed) in self.of(role).enumerate() {
                if i > 0 {
                    Self::left(placed, "init-left-second", proposal);
                    continue;
                }
                Self::used(placed, field, proposal);
                proposal.fed.push(Fed::new(field, Spec::Kind(kind), Feed::one(&placed.header)));
            }
        }
        let mut choices = self.of(Role::Choice).filter_map(|p| Some((p, self.choice(p)?)));
        if let Some((placed, values)) = choices.next() {
            let name = super::quote::slug(&placed.header, "choice");
            if proposal.fed.iter().all(|f| f.name != name) {
                Self::used(placed, &name, proposal);
                proposal.fed.push(Fed::new(&name, Spec::Choice(values), Feed::one(&placed.header)));
            }
        }
    }

    /// The values of a column of a few that come back. They go into the config, so nothing that may be a person does.
    fn choice(&self, placed: &Placed) -> Option<Vec<String>> {
        const VALUES_MAX: usize = 6;
        const CHARS_MAX: usize = 20;
        let mut counted: Vec<(String, usize)> = Vec::new();
        for raw in self.cells(placed) {
            let Raw::Text(text) = raw else { return None };
            let text = mess::clean(text).into_owned();
            match counted.iter_mut().find(|(t, _)| t.to_lowercase() == text.to_lowercase()) {
                Some((_, count)) => *count += 1,
                None => counted.push((text, 1)),
            }
            if counted.len() > VALUES_MAX {
                return None;
            }
        }
        let is_word =
            |text: &str| text.chars().count() <= CHARS_MAX && !text.contains(|c: char| c == '@' || c.is_numeric());
        let texts: Vec<Raw<'_>> = counted.iter().map(|(text, _)| Raw::Text(text)).collect();
        let names = cells::whole_names(&texts).read;
        let fine = counted.len() > 1 && names == 0 && counted.iter().all(|(text, n)| *n > 1 && is_word(text));
        let mut values: Vec<String> = counted.into_iter().map(|(text, _)| text).collect();
        values.sort();
        fine.then_some(values)
    }
}
