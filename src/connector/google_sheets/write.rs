//! What is written back into a sheet: columns of ours, in which each row says whether it is in order.
//!
//! A cell is written only where it differs, only if it is blank or was written by us, and only in a row that holds
//! what it held when it was read. That is looked at again right before the write, since Google writes to addresses
//! and knows no rows: between that look and the write lies the time of one call, in which nobody can be kept from
//! moving a row. What then lands on the wrong row is put right by the next run, since it is ours; but if somebody
//! sorts in that moment, a name may land on a row that had another one, which from then on goes by the new one.

use std::{
    collections::BTreeSet,
    hash::{Hash as _, Hasher as _},
    ops::RangeInclusive,
};

use google_sheets4::api::Scope;
use sha2::{Digest as _, Sha256};

use self::requests::{Cell, REQUEST_BYTES, Run, rows_of, runs_of};
use super::{
    book::{Area, Sheet},
    collect::{Lines, Reader},
    own::{COLUMNS, Fate, NAME_MARK, Own, Texts, fates},
    packs::packed,
    pieces::Want,
    session::{Failed, Render, Session},
};
use crate::{
    change::RunId,
    connector::guarded,
    finding::Code,
    keys::hex,
    port::{CHANGING, RowStatus, Unread, WroteBack},
    read::normal,
};

const NO_ROOM: Code = Code::new("google-no-room");

/// So many columns behind the header are looked at for room for ours.
const SPARE: u16 = 8;

/// A tab as it was read: what each row held, and what its columns of ours said.
pub(super) struct Read {
    sheet: String,
    title: String,
    /// How far the grid goes.
    rows: u32,
    columns: u16,
    merged: Vec<Area>,
    /// The header's row and texts.
    header: (u32, Vec<String>),
    own: Own,
    /// The columns that were read, without those of ours, with their places among all that were read.
    wanted: Vec<(u16, usize)>,
    /// The places of ours.
    ours: Texts<Option<usize>>,
    lines: Vec<Line>,
}

/// A row as it was read.
struct Line {
    row: u32,
    print: u64,
    now: Texts<Box<str>>,
}

impl Line {
    fn now(&self) -> Texts<&str> {
        self.now.each_ref().map(AsRef::as_ref)
    }
}

impl Read {
    /// A tab of which these columns are read.
    pub(super) fn new(sheet: &Sheet, header: (u32, Vec<String>), own: Own, columns: &[u16]) -> Self {
        let all = columns.iter().copied().enumerate().map(|(at, column)| (column, at));
        let wanted = all.filter(|(column, _)| !own.columns().any(|own| own == *column)).collect();
        let ours = own.places.map(|place| columns.iter().position(|column| Some(*column) == place));
        let Sheet { id, title, rows, columns, merged, .. } = sheet;
        let (sheet, title, merged) = (id.clone(), title.clone(), merged.clone());
        Self { sheet, title, rows: *rows, columns: *columns, merged, header, own, wanted, ours, lines: Vec::new() }
    }

    /// The column of names of rows.
    pub(super) fn id_column(&self) -> Option<u16> {
        self.own.id_column()
    }

    /// Keeps what a row holds, by the places of the columns.
    pub(super) fn keep<'a>(&mut self, row: u32, text: impl Fn(usize) -> &'a str) {
        let print = print(self.wanted.iter().map(|(_, at)| text(*at)));
        let now = self.ours.map(|place| place.map_or("", &text).into());
        self.lines.push(Line { row, print, now });
    }

    /// What is to be said of its rows; both are in the order of the rows.
    pub(super) fn saying(mut self, statuses: &[RowStatus], book: &str, run: RunId) -> Job {
        let (mut due, mut kept) = (Vec::new(), 0);
        let speaks = self.own.speaks_for_itself(self.lines.iter().map(Line::now));
        let mut lines = std::mem::take(&mut self.lines).into_iter().peekable();
        for status in statuses {
            while lines.next_if(|line| line.row < status.row).is_some() {}
            let Some(line) = lines.next_if(|line| line.row == status.row) else { continue };
            let (id, now) = (|| name(run, book, &self.sheet, line.row), line.now());
            let said = self.own.said(now, status, id).map(|said| said.map(|text| guarded(&text).into_owned()));
            let fates = fates(now, texts(&said), speaks);
            kept += fates.iter().filter(|fate| **fate == Fate::Kept).count() as u64;
            let is_due = fates.map(|fate| fate == Fate::Due);
            if is_due.contains(&true) {
                due.push(Due { row: line.row, print: line.print, is_due, said });
            }
        }
        Job { read: self, due, kept, speaks }
    }
}

/// What names a row for good: nobody else has it, and it tells nothing.
fn name(run: RunId, book: &str, sheet: &str, row: u32) -> String {
    let digest = Sha256::digest(format!("{run} {book} {sheet} {row}"));
    format!("{NAME_MARK}{}", &hex(&digest)[..16])
}

fn print<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    texts.for_each(|text| text.hash(&mut hasher));
    hasher.finish()
}

fn texts(said: &Texts<Option<String>>) -> Texts<Option<&str>> {
    said.each_ref().map(Option::as_deref)
}

/// A row of which something is to be written, by what was read.
struct Due {
    row: u32,
    print: u64,
    is_due: Texts<bool>,
    said: Texts<Option<String>>,
}

/// A tab, and what is to be said of its rows.
pub(super) struct Job {
    read: Read,
    due: Vec<Due>,
    /// Cells that hold somebody's own words.
    kept: u64,
    /// Whether its column of statuses speaks for itself.
    speaks: bool,
}

/// What is to be written into a tab.
#[derive(Default)]
struct Changes<'a> {
    cells: Vec<Cell<'a>>,
    /// Cells that an attempt wrote of which nobody knew whether it did.
    stand: u64,
    /// Rows that aren't what they were.
    left: u64,
    /// Cells of columns that formulas fill.
    kept: u64,
}

impl Job {
    /// What is looked at again: the columns that tell whether a row is still the same, those of ours, and behind the
    /// header, where some of ours aren't there yet, those that may have room for them; of the rows no more than that
    /// needs.
    fn looked_at(&self) -> Want {
        let read = &self.read;
        let end = read.header.1.iter().rposition(|t| !t.is_empty()).map_or(0, |last| last as u16 + 1);
        let (spare, rows) = match (read.own.lacks_one(), self.due.as_slice()) {
            (false, [first, .., last]) => (0..0, first.row..=last.row),
            (false, [only]) => (0..0, only.row..=only.row),
            _ => (end..read.columns.min(end.saturating_add(SPARE)), read.header.0 + 1..=read.rows),
        };
        let columns = read.wanted.iter().map(|(column, _)| *column).chain(read.own.columns()).chain(spare);
        Want { title: read.title.clone(), columns: columns.collect(), rows, to_the_end: false }
    }

    /// What is looked at for formulas: the columns into which something goes or, where some of ours aren't there yet,
    /// may go. One that stands above a row may fill it, from the header on.
    fn may_be_filled(&self) -> Want {
        let (read, Want { title, columns, rows, .. }) = (&self.read, self.looked_at());
        let is_due = |i: &usize| self.due.iter().any(|due| due.is_due[*i]);
        let due = (0..COLUMNS).filter(is_due).filter_map(|i| read.own.places[i]);
        let spare = columns.into_iter().skip(self.known());
        Want { title, columns: due.chain(spare).collect(), rows: read.header.0..=*rows.end(), to_the_end: false }
    }

    /// How many of the columns that are looked at are known by their headers.
    fn known(&self) -> usize {
        self.read.wanted.len() + self.read.own.columns().count()
    }

    /// What is to be written, by what stands there now.
    fn changes(&self, fresh: &Fresh<'_>) -> Result<Changes<'_>, Unread> {
        let (read, mut changes) = (&self.read, Changes::default());
        let stood = |column: u16| read.header.1.get(usize::from(column)).map_or("", String::as_str);
        let known = &fresh.columns[..self.known()];
        if known.iter().any(|column| fresh.header(*column) != stood(*column)) {
            changes.left = self.due.len() as u64;
            return Ok(changes);
        }
        let places = self.places(fresh)?;
        for (place, name) in places.iter().zip(&read.own.names) {
            if let (Some(column), Some(name)) = (*place, name) {
                let (now, before) = (fresh.header(column), stood(column));
                changes.stand += u64::from(before.is_empty() && !now.is_empty());
                changes.cells.extend(now.is_empty().then_some((column, read.header.0, name.as_str())));
            }
        }
        let ours = places.map(|place| fresh.columns.iter().position(|column| Some(*column) == place));
        self.due.iter().for_each(|due| changes.add(self, due, places, ours, fresh));
        let found = changes.cells.len();
        changes.cells.retain(|(column, ..)| !fresh.filled.contains(column));
        changes.kept = (found - changes.cells.len()) as u64;
        Ok(changes)
    }

    /// The places of the columns of ours: where they are, or where there is room.
    fn places(&self, fresh: &Fresh<'_>) -> Result<Texts<Option<u16>>, Unread> {
        let read = &self.read;
        let spare = || fresh.columns.iter().copied().enumerate().skip(self.known());
        let named = |name: &str| spare().map(|(_, c)| c).find(|c| normal(fresh.header(*c)) == normal(name));
        let is_merged = |column: u16| {
            let touches =
                |area: &Area| (area.columns.0..=area.columns.1).contains(&column) && area.rows.1 >= read.header.0;
            read.merged.iter().any(touches)
        };
        let is_free =
            |at: usize, column: u16| fresh.header(column).is_empty() && fresh.is_blank(at) && !is_merged(column);
        let free = spare().filter(|(at, column)| is_free(*at, *column)).map(|(_, column)| column);
        let placed = read.own.placed(named, free);
        placed.map_err(|name| Unread::new(NO_ROOM, format!("`{}`: \"{name}\"", read.title)))
    }
}

impl<'a> Changes<'a> {
    /// Adds what is to be written into a row, if it is still what it was.
    fn add(
        &mut self,
        job: &Job,
        due: &'a Due,
        places: Texts<Option<u16>>,
        ours: Texts<Option<usize>>,
        fresh: &Fresh<'_>,
    ) {
        let texts_of = |(lines, row): &(&Lines<'_>, usize)| {
            let row = *row;
            print((0..job.read.wanted.len()).map(|at| lines.text(row, at)))
        };
        let Some((lines, row)) = fresh.line(due.row).filter(|line| texts_of(line) == due.print) else {
            self.left += 1;
            return;
        };
        let now = ours.map(|at| at.map_or("", |at| lines.text(row, at)));
        let fates = fates(now, texts(&due.said), job.speaks);
        for i in (0..COLUMNS).filter(|i| due.is_due[*i]) {
            if let (Some(column), Some(text)) = (places[i], &due.said[i]) {
                self.stand += u64::from(now[i] == text);
                self.cells.extend((fates[i] == Fate::Due).then_some((column, due.row, text.as_str())));
            }
        }
    }
}

/// A tab as it stands now.
struct Fresh<'a> {
    header: &'a [String],
    columns: &'a [u16],
    /// The rows, in pieces.
    pieces: Vec<(RangeInclusive<u32>, Lines<'a>)>,
    /// The columns in which a formula stands.
    filled: &'a BTreeSet<u16>,
}

impl<'a> Fresh<'a> {
    fn header(&self, column: u16) -> &str {
        self.header.get(usize::from(column)).map_or("", String::as_str)
    }

    /// The piece that a row is in, and its place there.
    fn line(&self, row: u32) -> Option<(&Lines<'a>, usize)> {
        let (rows, lines) = self.pieces.iter().find(|(rows, _)| rows.contains(&row))?;
        Some((lines, (row - rows.start()) as usize))
    }

    fn is_blank(&self, at: usize) -> bool {
        self.pieces.iter().all(|(_, lines)| lines.is_blank(at))
    }
}

/// Everything that is to be written back into a spreadsheet.
pub(super) struct WriteBack<'a> {
    pub(super) session: &'a Session,
    pub(super) book: &'a str,
    pub(super) tabs: Vec<Job>,
}

/// What is to be written after a look.
#[derive(Default)]
struct Look {
    requests: Vec<Vec<Run>>,
    /// How many cells that are.
    cells: u64,
    /// How many stand already by an attempt of which nobody knew whether it wrote.
    stand: u64,
    /// How many rows aren't what they were.
    left: u64,
    /// How many cells are filled by formulas.
    kept: u64,
    no_room: Option<Unread>,
}

/// What came of an attempt.
enum Went {
    Through,
    /// As far as one request goes, of so many cells.
    AStep(u64),
    Wrong(Failed),
}

/// What was done so far.
struct Done {
    wrote: WroteBack,
    /// Cells that hold somebody's own words, by what was read.
    kept: u64,
    /// How many rows are still to be written into, once something was written.
    owed: Option<u64>,
}

impl WriteBack<'_> {
    /// Writes it. What may have been written or not is looked up before it is tried again.
    pub(super) async fn go(mut self) -> (WroteBack, Option<Unread>) {
        let kept = self.tabs.iter().map(|job| job.kept).sum();
        self.tabs.retain(|job| !job.due.is_empty());
        let mut done = Done { wrote: WroteBack { kept, ..WroteBack::default() }, kept, owed: None };
        let trouble = if self.tabs.is_empty() { None } else { self.goes_on(&mut done).await.err() };
        (done.wrote, trouble)
    }

    async fn goes_on(&self, done: &mut Done) -> Result<(), Unread> {
        let (mut pauses, mut owed) = (self.session.patience().waits(), u64::MAX);
        loop {
            match self.attempt(owed, done).await? {
                Went::Through => return Ok(()),
                Went::AStep(cells) => owed = cells,
                Went::Wrong(failed) => match pauses.next() {
                    Some(pause) if self.session.waits_to_write(&failed, pause).await => owed = u64::MAX,
                    _ => return Err(failed.said.trouble),
                },
            }
        }
    }

    /// Looks, and writes the first request of what is still to be written; nothing where that is as much as was
    /// `owed` before a request that went through: a cell that is merged away takes everything and never holds it.
    async fn attempt(&self, owed: u64, done: &mut Done) -> Result<Went, Unread> {
        // Whoever waits for a place waits before the look, not behind it.
        if let Err(said) = self.session.place_to_write().await {
            return Ok(Went::Wrong(said.into()));
        }
        let look = match self.look().await {
            Err(unread) if unread.code == CHANGING => {
                let all = || self.tabs.iter().map(|job| job.due.len() as u64).sum();
                done.wrote.left = done.owed.unwrap_or_else(all);
                return Ok(Went::Through);
            }
            look => look?,
        };
        if look.cells >= owed {
            return Ok(Went::Through);
        }
        done.wrote = WroteBack { cells: look.stand, left: look.left, kept: done.kept + look.kept };
        let mut requests = look.requests.into_iter();
        if let Some(request) = requests.next() {
            let cells = request.iter().map(|run| u64::from(run.rows.end() - run.rows.start()) + 1).sum::<u64>();
            let ranges = request.into_iter().map(|run| run.range).collect();
            if let Err(failed) = self.session.write(self.book, ranges).await {
                return Ok(Went::Wrong(failed));
            }
            done.wrote.cells += cells;
        }
        let rest: Vec<Run> = requests.flatten().collect();
        done.owed = Some(look.left + rows_of(&rest));
        match look.no_room {
            _ if !rest.is_empty() => Ok(Went::AStep(look.cells)),
            Some(trouble) => Err(trouble),
            None => Ok(Went::Through),
        }
    }

    /// What is still to be written, in requests of a bounded size; [`CHANGING`] where a tab isn't there any more as
    /// it was.
    async fn look(&self) -> Result<Look, Unread> {
        // First, so that between the rows and the write lies one call.
        let filled = self.filled().await?;
        let wants: Vec<Want> = self.tabs.iter().map(Job::looked_at).collect();
        let headers: Vec<u32> = self.tabs.iter().map(|job| job.read.header.0).collect();
        let pass = self.reader(&wants).first_pass(&headers).await?;
        let mut pieces: Vec<Vec<(RangeInclusive<u32>, Lines<'_>)>> = wants.iter().map(|_| Vec::new()).collect();
        for (want, rows, lines) in pass.parts.iter().flat_map(|part| part.lines(&wants)) {
            pieces[want].push((rows, lines));
        }
        let (mut runs, mut look) = (Vec::new(), Look::default());
        for (tab, pieces) in pieces.into_iter().enumerate() {
            let (job, header, columns) = (&self.tabs[tab], &pass.headers[tab], &wants[tab].columns);
            match job.changes(&Fresh { header, columns, pieces, filled: &filled[tab] }) {
                Ok(changes) => {
                    look.cells += changes.cells.len() as u64;
                    look.stand += changes.stand;
                    look.left += changes.left;
                    look.kept += changes.kept;
                    runs.extend(runs_of(tab, &job.read.title, changes.cells));
                }
                // The other tabs may have room.
                Err(trouble) => look.no_room = Some(trouble),
            }
        }
        look.requests = packed(runs, REQUEST_BYTES, |run| run.bytes);
        Ok(look)
    }

    /// The columns in which a formula stands, tab by tab. What one fills may show nothing, and whatever is written
    /// there takes the place away from all of it.
    async fn filled(&self) -> Result<Vec<BTreeSet<u16>>, Unread> {
        let wants: Vec<Want> = self.tabs.iter().map(Job::may_be_filled).collect();
        let pass = self.reader(&wants).pass(&[], Render::Formula).await?;
        let mut filled = vec![BTreeSet::new(); wants.len()];
        for (want, rows, lines) in pass.parts.iter().flat_map(|part| part.lines(&wants)) {
            let has_formula = |at: usize| (0..rows.clone().count()).any(|row| lines.text(row, at).starts_with('='));
            let columns = wants[want].columns.iter().enumerate();
            filled[want].extend(columns.filter(|(at, _)| has_formula(*at)).map(|(_, column)| *column));
        }
        Ok(filled)
    }

    fn reader<'a>(&'a self, wants: &'a [Want]) -> Reader<'a> {
        Reader { session: self.session, book: self.book, wants, scope: Scope::Spreadsheet }
    }
}

mod requests;
#[cfg(test)]
mod tests;
