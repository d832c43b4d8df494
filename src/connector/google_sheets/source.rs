//! Google Sheets as a source: three reads in a run however many rows, of the wanted columns alone.
//!
//! 1. the outline of the spreadsheet with the rows of its headers;
//! 2. the cells as people see them (with the headers once more, which must be where they were);
//! 3. the cells as they are stored.
//!
//! A fourth is needed where the titles of the tabs are not known beforehand: for a pattern of titles, for a link to
//! a tab that was never seen, and after somebody renamed one.

use std::{ops::RangeInclusive, sync::Arc};

use async_trait::async_trait;
use google_sheets4::api::Scope;

use super::{
    super::{
        SourcePlace, files, fills,
        titles::{is_pattern, is_titled},
    },
    a1,
    book::{Area, Book, OUTLINE, Sheet, WITH_ROWS},
    collect::{Lines, Odd, Reader, changing},
    link::Link,
    own::Own,
    pieces::{Want, addresses},
    said::NO_RANGE,
    session::Session,
    sessions,
    tabs::{Asked, Chosen},
    write::{self, WriteBack},
};
use crate::{
    change::RunId,
    finding::Code,
    port::{RowStatus, Source, Unread, Wanted, WroteBack},
    sheet::{Edge, Raw, Rows, SeenTab, Tab, TabId, Tabs},
};

const FILTERED: Code = Code::new("google-filter-on");
const HIDDEN_COLUMNS: Code = Code::new("google-hidden-columns");
const MERGED: Code = Code::new("google-merged");
const ODD: Code = Code::new("google-odd-format");

/// So many of the first rows are looked at for a header that isn't where it should be.
const HEAD_ROWS: u32 = 20;

/// A spreadsheet of Google's.
pub(super) struct GoogleSource {
    place: SourcePlace,
    link: Option<Link>,
    session: Option<Arc<Session>>,
    /// The chosen tabs.
    tabs: Vec<(Sheet, TabId)>,
    /// Cells that nothing explained at the last try.
    odd: Odd,
    /// The tabs as they were read, where something is to be written back into them.
    read: Vec<write::Read>,
}

impl GoogleSource {
    pub(super) fn new(place: SourcePlace) -> Self {
        Self { place, link: None, session: None, tabs: Vec::new(), odd: Odd::default(), read: Vec::new() }
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

    /// The chosen tabs with the rows in which their headers should be and, where a header is looked for, the first
    /// rows.
    async fn read(&mut self, looks: bool) -> Result<Tabs, Unread> {
        let (session, link) = (self.session()?, self.link()?);
        // Whoever is typing gets a moment to end.
        if let Some(pause) = session.patience().waits().next().filter(|_| !self.odd.is_empty()) {
            tokio::time::sleep(pause).await;
        }
        let (mut book, chosen) = match self.guessed(&session, &link, looks).await? {
            Some(found) => found,
            None => self.outlined(&session, &link, looks).await?,
        };
        self.tabs = chosen.tabs.into_iter().map(|(place, id)| (std::mem::take(&mut book.sheets[place]), id)).collect();
        let tabs = self.tabs.iter().map(|(sheet, id)| tab(&book, sheet, id)).collect();
        Ok(Tabs { tabs, version: None, notes: chosen.notes, pins: Vec::new() })
    }

    /// The rows that are looked at for a header: the one that the config names, or in which it was, or else the first.
    fn header_rows(&self, seen: Option<&SeenTab>, looks: bool) -> RangeInclusive<u32> {
        let header = self.place.header.or(seen.map(|seen| seen.header)).unwrap_or(1);
        if looks { 1..=header.max(HEAD_ROWS) } else { header..=header }
    }

    /// Outline and first rows in one request, by the titles that the tabs have if nobody renamed one; nothing where
    /// those aren't known or aren't right.
    async fn guessed(&self, session: &Session, link: &Link, looks: bool) -> Result<Option<(Book, Chosen)>, Unread> {
        let Some(titles) = self.known_titles(link) else { return Ok(None) };
        let range = |(title, seen): (Option<String>, Option<&SeenTab>)| {
            a1::rows(title.as_deref(), self.header_rows(seen, looks))
        };
        let mut requests = addresses(titles.into_iter().map(range).collect());
        let Some(ranges) = requests.pop().filter(|_| requests.is_empty()) else { return Ok(None) };
        match session.spreadsheet(&link.id, &ranges, WITH_ROWS, self.scope()).await {
            Ok(answer) => Ok(self.fits(Book::read(answer)?, link)),
            Err(unread) if unread.code == NO_RANGE => Ok(None),
            Err(unread) => Err(unread),
        }
    }

    /// The same in two requests: the outline of the whole spreadsheet, then the first rows of the chosen tabs.
    async fn outlined(&self, session: &Session, link: &Link, looks: bool) -> Result<(Book, Chosen), Unread> {
        let mut book = Book::read(session.spreadsheet(&link.id, &[], OUTLINE, self.scope()).await?)?;
        let chosen = self.asked(link, &book.title).choose(&book.candidates())?;
        let range = |(place, id): &(usize, TabId)| {
            let (sheet, before) = (&book.sheets[*place], &self.place.before.tabs);
            let rows = self.header_rows(before.iter().find(|seen| seen.id.id == id.id), looks);
            // The grid may have been cut to less than it was.
            let (first, last) = (*rows.start(), (*rows.end()).min(sheet.rows));
            a1::rows(Some(&sheet.title), if first > last { 1..=last } else { first..=last })
        };
        for ranges in addresses(chosen.tabs.iter().map(range).collect()) {
            let answer = session.spreadsheet(&link.id, &ranges, WITH_ROWS, self.scope()).await;
            let answer = answer.map_err(|unread| match unread.code {
                NO_RANGE => changing(&book.title),
                _ => unread,
            })?;
            for sheet in Book::read(answer)?.sheets {
                let known = book.sheets.iter_mut().find(|known| known.id == sheet.id);
                known.into_iter().for_each(|known| known.clone_from(&sheet));
            }
        }
        Ok((book, chosen))
    }

    fn asked<'a>(&'a self, link: &'a Link, book: &'a str) -> Asked<'a> {
        Asked { book, names: self.place.tabs.as_deref(), link: link.tab.as_deref(), before: &self.place.before.tabs }
    }

    /// The titles that the chosen tabs have if nobody renamed one, as far as that can be known, with what was seen of
    /// them; without a title it is the first tab that people see.
    fn known_titles(&self, link: &Link) -> Option<Vec<(Option<String>, Option<&SeenTab>)>> {
        let before = &self.place.before.tabs;
        let Some(names) = &self.place.tabs else {
            let asked = self.asked(link, "").link_word();
            let seen = before.iter().find(|seen| seen.id.asked == asked);
            return Some(vec![(seen.map(|seen| seen.title.clone()), seen)]);
        };
        let known = |name: &String| {
            let seen = before.iter().find(|seen| seen.id.asked == *name);
            let is_renamed = seen.is_some_and(|seen| !is_titled(&seen.title, name));
            (!is_pattern(name) && !is_renamed).then(|| (Some(name.trim().to_owned()), seen))
        };
        names.iter().map(known).collect()
    }

    /// The tabs of an answer to guessed titles, if they are surely all that is asked for: where a title stands on
    /// another tab than before, only the whole outline tells what happened.
    fn fits(&self, book: Book, link: &Link) -> Option<(Book, Chosen)> {
        let before = &self.place.before.tabs;
        let chosen = self.asked(link, &book.title).choose(&book.candidates()).ok()?;
        let is_as_before = |id: &TabId| before.iter().all(|seen| seen.id.asked != id.asked || seen.id.id == id.id);
        let all = chosen.tabs.iter().all(|(_, id)| is_as_before(id));
        let asked = self.place.tabs.as_ref().map_or(1, Vec::len);
        (all && chosen.tabs.len() == asked && !chosen.is_renamed()).then_some((book, chosen))
    }

    /// What is wanted of each tab, with the columns of ours behind the wanted ones.
    fn wants(&self, wanted: &[Wanted]) -> Vec<(Want, Option<Own>)> {
        let want = |it: &Wanted| {
            let (sheet, _) = &self.tabs[it.tab];
            let own = self.place.write_back.as_ref().map(|names| Own::find(names, self.header(it)));
            let behind = own.iter().flat_map(Own::columns).filter(|c| !it.columns.contains(c));
            let columns = it.columns.iter().copied().chain(behind).collect();
            (Want { title: sheet.title.clone(), columns, rows: it.header + 1..=sheet.rows, to_the_end: true }, own)
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
        self.read(false).await
    }

    async fn look(&mut self) -> Result<Option<Tabs>, Unread> {
        self.read(true).await.map(Some)
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        let (session, link) = (self.session()?, self.link()?);
        let (wants, own): (Vec<Want>, Vec<Option<Own>>) = self.wants(wanted).into_iter().unzip();
        let reader = Reader { session: &session, book: &link.id, wants: &wants, scope: self.scope() };
        let headers: Vec<u32> = wanted.iter().map(|it| it.header).collect();
        let first = reader.first_pass(&headers).await?;
        let is_moved = |((it, now), _): &((&Wanted, &Vec<String>), &Want)| !same_row(self.header(it), now);
        if let Some((_, want)) = wanted.iter().zip(&first.headers).zip(&wants).find(is_moved) {
            return Err(changing(&want.title));
        }
        let filling = |((it, want), own): ((&Wanted, &Want), Option<Own>)| {
            Filling::new(it, own.map(|own| self.to_write(it, &want.columns, own)))
        };
        let mut tabs: Vec<Filling> = wanted.iter().zip(&wants).zip(own).map(filling).collect();
        let give = |tab: usize, number: u32, line: &[Raw<'_>], shown: &Lines<'_>, row: usize| {
            tabs[tab].take(number, line, shown, row);
        };
        let mut known = std::mem::take(&mut self.odd);
        let settled = reader.second_pass(first.parts, &mut known, give).await;
        self.odd = known;
        let settled = settled?;
        let with_notes = |((it, tab), odd): ((&Wanted, &mut Filling), usize)| {
            let rows = std::mem::take(&mut tab.rows);
            Rows { notes: notes(&self.tabs[it.tab].0, it, odd), ..rows }
        };
        let all = wanted.iter().zip(&mut tabs).zip(settled).map(with_notes).collect();
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
fn notes(sheet: &Sheet, wanted: &Wanted, odd: usize) -> Vec<(Code, String)> {
    let touches = |area: &&Area| {
        area.rows.1 > wanted.header && wanted.columns.iter().any(|c| (area.columns.0..=area.columns.1).contains(c))
    };
    let merged = sheet.merged.iter().filter(touches).count();
    let hidden = sheet.hidden_columns.iter().filter(|c| wanted.columns.contains(c)).count();
    let counts = [(FILTERED, usize::from(sheet.filtered)), (HIDDEN_COLUMNS, hidden), (MERGED, merged), (ODD, odd)];
    let said = counts.into_iter().filter(|(_, count)| *count > 0);
    said.map(|(code, count)| (code, format!("`{}`: {count}", sheet.title))).collect()
}
