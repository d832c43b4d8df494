//! Google Sheets as a source: three reads in a run however many rows, of the wanted columns alone.
//!
//! 1. the outline of the spreadsheet with the rows of its headers;
//! 2. the cells as people see them (with the headers once more, which must be where they were);
//! 3. the cells as they are stored.
//!
//! A fourth is needed where the titles of the tabs are not known beforehand: for a pattern of titles, for a link to
//! a tab that was never seen, and after somebody renamed one.

use std::sync::Arc;

use async_trait::async_trait;
use google_sheets4::api::Scope;

use super::{
    super::{SourcePlace, files, fills},
    a1,
    book::{Area, Book, OUTLINE, Sheet, WITH_ROWS},
    collect::{Lines, Reader, texts},
    link::Link,
    own::Own,
    pieces::Want,
    said::NO_RANGE,
    session::{Render, Session},
    sessions,
    tabs::{Asked, Chosen, is_pattern},
    write::{self, WriteBack},
};
use crate::{
    change::RunId,
    finding::Code,
    port::{RowStatus, Source, Unread, Wanted, WroteBack},
    sheet::{Edge, Raw, Rows, Tab, TabId, Tabs},
};

const FILTERED: Code = Code::new("google-filter-on");
const HIDDEN_COLUMNS: Code = Code::new("google-hidden-columns");
const MERGED: Code = Code::new("google-merged");

/// So many of the first rows are looked at for a header that isn't where it should be.
const HEAD_ROWS: u32 = 20;

/// A spreadsheet of Google's.
pub(super) struct GoogleSource {
    place: SourcePlace,
    link: Option<Link>,
    session: Option<Arc<Session>>,
    /// The chosen tabs.
    tabs: Vec<(Sheet, TabId)>,
    /// The tabs as they were read, where something is to be written back into them.
    read: Vec<write::Read>,
}

impl GoogleSource {
    pub(super) fn new(place: SourcePlace) -> Self {
        Self { place, link: None, session: None, tabs: Vec::new(), read: Vec::new() }
    }

    fn session(&mut self) -> Result<Arc<Session>, Unread> {
        if let Some(session) = &self.session {
            return Ok(Arc::clone(session));
        }
        let session = sessions::session(&self.place)?;
        self.session = Some(Arc::clone(&session));
        Ok(session)
    }

    fn link(&mut self) -> Result<Link, Unread> {
        if let Some(link) = &self.link {
            return Ok(link.clone());
        }
        let address = files::opened(&self.place.location, &self.place.folder)?;
        let link = Link::parse(&address).map_err(|code| Unread::new(code, format!("{:?}", self.place.location)))?;
        self.link = Some(link.clone());
        Ok(link)
    }

    /// No more than is needed: whoever only reads can only read.
    fn scope(&self) -> Scope {
        if self.place.write_back.is_some() { Scope::Spreadsheet } else { Scope::SpreadsheetReadonly }
    }

    /// The chosen tabs with at least the first `rows` rows, or up to the header that the config names.
    async fn read(&mut self, rows: u32) -> Result<Tabs, Unread> {
        let rows = rows.max(self.place.header.unwrap_or(1));
        let (session, link) = (self.session()?, self.link()?);
        let (mut book, chosen) = match self.guessed(&session, &link, rows).await? {
            Some(found) => found,
            None => self.outlined(&session, &link, rows).await?,
        };
        self.tabs = chosen.tabs.into_iter().map(|(place, id)| (std::mem::take(&mut book.sheets[place]), id)).collect();
        let tabs = self.tabs.iter().map(|(sheet, id)| tab(&book, sheet, id)).collect();
        Ok(Tabs { tabs, version: None, notes: chosen.notes, pins: Vec::new() })
    }

    /// Outline and first rows in one request, by the titles that the tabs have if nobody renamed one; nothing where
    /// those aren't known or aren't right.
    async fn guessed(&self, session: &Session, link: &Link, rows: u32) -> Result<Option<(Book, Chosen)>, Unread> {
        let Some(titles) = self.known_titles(link) else { return Ok(None) };
        let ranges: Vec<String> = titles.iter().map(|title| a1::rows(title.as_deref(), 1..=rows)).collect();
        match session.spreadsheet(&link.id, &ranges, WITH_ROWS, self.scope()).await {
            Ok(answer) => Ok(self.fits(Book::read(answer)?, link)),
            Err(unread) if unread.code == NO_RANGE => Ok(None),
            Err(unread) => Err(unread),
        }
    }

    /// The same in two requests: the outline of the whole spreadsheet, then the first rows of the chosen tabs.
    async fn outlined(&self, session: &Session, link: &Link, rows: u32) -> Result<(Book, Chosen), Unread> {
        let mut book = Book::read(session.spreadsheet(&link.id, &[], OUTLINE, self.scope()).await?)?;
        let chosen = self.asked(link, &book.title).choose(&book.candidates())?;
        let mut places: Vec<usize> = chosen.tabs.iter().map(|(place, _)| *place).collect();
        places.retain(|place| book.sheets[*place].rows > 0);
        let first = |place: &usize| {
            let sheet = &book.sheets[*place];
            a1::rows(Some(&sheet.title), 1..=rows.min(sheet.rows))
        };
        let ranges: Vec<String> = places.iter().map(first).collect();
        let blocks = session.values(&link.id, &ranges, Render::Formatted, self.scope()).await?;
        for (place, block) in places.iter().zip(&blocks) {
            book.sheets[*place].head = Some(texts(block));
        }
        Ok((book, chosen))
    }

    fn asked<'a>(&'a self, link: &'a Link, book: &'a str) -> Asked<'a> {
        Asked { book, names: self.place.tabs.as_deref(), link: link.tab.as_deref(), before: &self.place.before.tabs }
    }

    /// The titles that the chosen tabs have if nobody renamed one, as far as that can be known; `None` in the list is
    /// the first tab that people see.
    fn known_titles(&self, link: &Link) -> Option<Vec<Option<String>>> {
        let before = &self.place.before.tabs;
        match &self.place.tabs {
            Some(names) if names.iter().any(|name| is_pattern(name)) => None,
            Some(names) => Some(names.iter().map(|name| Some(name.trim().to_owned())).collect()),
            None => {
                let asked = self.asked(link, "").link_word();
                Some(vec![before.iter().find(|seen| seen.id.asked == asked).map(|seen| seen.title.clone())])
            }
        }
    }

    /// The tabs of an answer to guessed titles, if they are surely all that is asked for: where a title stands on
    /// another tab than before, only the whole outline tells what happened.
    fn fits(&self, book: Book, link: &Link) -> Option<(Book, Chosen)> {
        let before = &self.place.before.tabs;
        let chosen = self.asked(link, &book.title).choose(&book.candidates()).ok()?;
        let is_as_before = |id: &TabId| before.iter().all(|seen| seen.id.asked != id.asked || seen.id.id == id.id);
        let all = chosen.tabs.iter().all(|(_, id)| is_as_before(id));
        let asked = self.place.tabs.as_ref().map_or(1, Vec::len);
        (all && chosen.tabs.len() == asked && chosen.notes.is_empty()).then_some((book, chosen))
    }

    /// What is wanted of each tab, with the columns of ours behind the wanted ones.
    fn wants(&self, wanted: &[Wanted]) -> Vec<(Want, Option<Own>)> {
        let want = |it: &Wanted| {
            let (sheet, _) = &self.tabs[it.tab];
            let own = self.place.write_back.as_ref().map(|names| Own::find(names, self.header(it)));
            let behind = own.iter().flat_map(Own::columns).filter(|c| !it.columns.contains(c));
            let columns = it.columns.iter().copied().chain(behind).collect();
            (Want { title: sheet.title.clone(), columns, rows: it.header + 1..=sheet.rows }, own)
        };
        wanted.iter().map(want).collect()
    }

    fn to_write(&self, wanted: &Wanted, columns: &[u16], own: Own) -> write::Read {
        let header = (wanted.header, self.header(wanted).to_vec());
        write::Read::new(&self.tabs[wanted.tab].0, header, own, columns)
    }

    fn header(&self, wanted: &Wanted) -> &[String] {
        let head = self.tabs[wanted.tab].0.head.as_deref().unwrap_or_default();
        head.get(wanted.header as usize - 1).map_or(&[], Vec::as_slice)
    }
}

#[async_trait]
impl Source for GoogleSource {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        self.read(1).await
    }

    async fn look(&mut self) -> Result<Option<Tabs>, Unread> {
        self.read(HEAD_ROWS).await.map(Some)
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        let (session, link) = (self.session()?, self.link()?);
        let (wants, own): (Vec<Want>, Vec<Option<Own>>) = self.wants(wanted).into_iter().unzip();
        let reader = Reader { session: &session, book: &link.id, wants: &wants, scope: self.scope() };
        let headers: Vec<u32> = wanted.iter().map(|it| it.header).collect();
        let first = reader.first_pass(&headers).await?;
        if wanted.iter().zip(&first.headers).any(|(it, now)| !same_row(self.header(it), now)) {
            return Err(reader.changing());
        }
        let filling = |((it, want), own): ((&Wanted, &Want), Option<Own>)| {
            Filling::new(it, own.map(|own| self.to_write(it, &want.columns, own)))
        };
        let mut tabs: Vec<Filling> = wanted.iter().zip(&wants).zip(own).map(filling).collect();
        let give = |tab: usize, number: u32, line: &[Raw<'_>], shown: &Lines<'_>, row: usize| {
            tabs[tab].take(number, line, shown, row);
        };
        reader.second_pass(first.parts, give).await?;
        let with_notes = |(it, tab): (&Wanted, &mut Filling)| {
            let rows = std::mem::take(&mut tab.rows);
            Rows { notes: notes(&self.tabs[it.tab].0, it), ..rows }
        };
        let all = wanted.iter().zip(&mut tabs).map(with_notes).collect();
        self.read = tabs.into_iter().filter_map(|tab| tab.read).collect();
        Ok(all)
    }

    async fn write_back(&mut self, statuses: &[Vec<RowStatus>], run: RunId) -> (WroteBack, Option<Unread>) {
        let (session, link) = match self.session().and_then(|session| Ok((session, self.link()?))) {
            Ok(both) => both,
            Err(trouble) => return (WroteBack::default(), Some(trouble)),
        };
        let tabs = std::mem::take(&mut self.read).into_iter().zip(statuses);
        let tabs = tabs.map(|(read, statuses)| read.saying(statuses, &link.id, run)).collect();
        WriteBack { session: &session, book: &link.id, tabs }.go().await
    }
}

/// Whether two rows hold the same texts; what is empty at the end is not there.
fn same_row(a: &[String], b: &[String]) -> bool {
    let filled = |row: &[String]| row.iter().rposition(|t| !t.is_empty()).map_or(0, |last| last + 1);
    a[..filled(a)] == b[..filled(b)]
}

/// A tab on its way into rows.
struct Filling {
    rows: Rows,
    /// How many columns are wanted; those of ours come behind.
    width: usize,
    /// The place of the column by which we name rows: alone it makes no row.
    id: Option<usize>,
    /// The last row that holds something.
    last: u32,
    read: Option<write::Read>,
}

impl Filling {
    fn new(wanted: &Wanted, read: Option<write::Read>) -> Self {
        let id = read.as_ref().and_then(write::Read::id_column);
        let id = id.and_then(|id| wanted.columns.iter().position(|c| *c == id));
        Self { rows: Rows::default(), width: wanted.columns.len(), id, last: wanted.header, read }
    }

    fn take(&mut self, number: u32, line: &[Raw<'_>], shown: &Lines<'_>, row: usize) {
        let wanted = &line[..self.width];
        if wanted.iter().enumerate().any(|(i, raw)| Some(i) != self.id && fills(*raw)) {
            self.rows.blank += number - self.last - 1;
            self.last = number;
            self.rows.push(self.width, number, wanted.iter().copied(), Edge::Even);
            if let Some(read) = &mut self.read {
                read.keep(number, |at| shown.text(row, at));
            }
        }
    }
}

fn tab(book: &Book, sheet: &Sheet, id: &TabId) -> Tab {
    Tab {
        file: book.title.clone(),
        title: Some(sheet.title.clone()),
        head: sheet.head.clone().unwrap_or_default(),
        head_row: 1,
        id: Some(id.clone()),
        locale: book.locale.clone(),
    }
}

/// What people may not see in the sheet, and what was read all the same.
fn notes(sheet: &Sheet, wanted: &Wanted) -> Vec<(Code, String)> {
    let touches = |area: &&Area| {
        area.rows.1 > wanted.header && wanted.columns.iter().any(|c| (area.columns.0..=area.columns.1).contains(c))
    };
    let merged = sheet.merged.iter().filter(touches).count();
    let hidden = sheet.hidden_columns.iter().filter(|c| wanted.columns.contains(c)).count();
    let counts = [(FILTERED, usize::from(sheet.filtered)), (HIDDEN_COLUMNS, hidden), (MERGED, merged)];
    let said = counts.into_iter().filter(|(_, count)| *count > 0);
    said.map(|(code, count)| (code, format!("`{}`: {count}", sheet.title))).collect()
}
