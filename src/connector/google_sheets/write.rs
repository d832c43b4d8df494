//! What is written back into a sheet: columns of ours, in which each row says whether it is in order.
//!
//! A cell is written only where it differs, only if it is blank or was written by us, and only in a row that holds
//! what it held when it was read. That is looked at again right before the write, since Google writes to addresses
//! and knows no rows: between that look and the write lies the time of one call, in which nobody can be kept from
//! moving a row. What then lands on the wrong row is put right by the next run, since it is ours; but if somebody
//! sorts in that moment, a name may land on a row that had another one, which from then on goes by the new one.

use std::{
    hash::{Hash as _, Hasher as _},
    ops::RangeInclusive,
};

use google_sheets4::api::{Scope, ValueRange};
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;

use super::{
    a1,
    book::{Area, Sheet},
    collect::{Lines, Reader},
    own::{COLUMNS, Fate, Own, Texts, fates},
    pieces::Want,
    said::{NO_RANGE, Next, Said},
    session::Session,
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

/// How many bytes of names and messages go into one request. Google knows no bound and recommends 2 MB; but what is
/// written at once is looked at once, and 100,000 rows take 5 MB.
const REQUEST_BYTES: usize = 8_000_000;

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
        let mut lines = std::mem::take(&mut self.lines).into_iter().peekable();
        for status in statuses {
            while lines.next_if(|line| line.row < status.row).is_some() {}
            let Some(line) = lines.next_if(|line| line.row == status.row) else { continue };
            let id = || name(run, book, &self.sheet, line.row);
            let said = self.own.said(status, id).map(|said| said.map(|text| guarded(&text).into_owned()));
            let fates = fates(line.now.each_ref().map(AsRef::as_ref), texts(&said));
            kept += fates.iter().filter(|fate| **fate == Fate::Kept).count() as u64;
            let is_due = fates.map(|fate| fate == Fate::Due);
            if is_due.contains(&true) {
                due.push(Due { row: line.row, print: line.print, is_due, said });
            }
        }
        Job { read: self, due, kept }
    }
}

/// What names a row for good: nobody else has it, and it tells nothing.
fn name(run: RunId, book: &str, sheet: &str, row: u32) -> String {
    let digest = Sha256::digest(format!("{run} {book} {sheet} {row}"));
    format!("sb-{}", &hex(&digest)[..16])
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
}

/// A cell to be written.
type Cell<'a> = (u16, u32, &'a str);

/// What is to be written into a tab.
#[derive(Default)]
struct Changes<'a> {
    cells: Vec<Cell<'a>>,
    /// Cells that an attempt wrote of which nobody knew whether it did.
    stand: u64,
    /// Rows that aren't what they were.
    left: u64,
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

    /// What is to be written, by what stands there now.
    fn changes(&self, fresh: &Fresh<'_>) -> Result<Changes<'_>, Unread> {
        let (read, mut changes) = (&self.read, Changes::default());
        let stood = |column: u16| read.header.1.get(usize::from(column)).map_or("", String::as_str);
        let known = &fresh.columns[..read.wanted.len() + read.own.columns().count()];
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
        self.due.iter().for_each(|due| changes.add(due, places, ours, read.wanted.len(), fresh));
        Ok(changes)
    }

    /// The places of the columns of ours: where they are, or where there is room.
    fn places(&self, fresh: &Fresh<'_>) -> Result<Texts<Option<u16>>, Unread> {
        let read = &self.read;
        let known = read.wanted.len() + read.own.columns().count();
        let spare = || fresh.columns.iter().copied().enumerate().skip(known);
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
        due: &'a Due,
        places: Texts<Option<u16>>,
        ours: Texts<Option<usize>>,
        wanted: usize,
        fresh: &Fresh<'_>,
    ) {
        let Some((lines, row)) =
            fresh.line(due.row).filter(|(lines, row)| print((0..wanted).map(|at| lines.text(*row, at))) == due.print)
        else {
            self.left += 1;
            return;
        };
        let now = ours.map(|at| at.map_or("", |at| lines.text(row, at)));
        let fates = fates(now, texts(&due.said));
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
struct Look {
    requests: Vec<Vec<ValueRange>>,
    /// How many cells that are.
    cells: u64,
    /// How many stand already by an attempt of which nobody knew whether it wrote.
    stand: u64,
    /// How many rows aren't what they were.
    left: u64,
    no_room: Option<Unread>,
}

/// What came of an attempt.
enum Went {
    Through,
    /// As far as one request goes, of so many cells.
    AStep(u64),
    Wrong(Said),
}

impl WriteBack<'_> {
    /// Writes it. What may have been written or not is looked up before it is tried again.
    pub(super) async fn go(mut self) -> Result<WroteBack, Unread> {
        let kept = self.tabs.iter().map(|job| job.kept).sum();
        self.tabs.retain(|job| !job.due.is_empty());
        let (mut wrote, mut pauses) = (WroteBack { kept, ..WroteBack::default() }, self.session.patience().waits());
        let mut owed = u64::MAX;
        while !self.tabs.is_empty() {
            match self.attempt(owed, &mut wrote).await? {
                Went::Through => break,
                Went::AStep(cells) => owed = cells,
                Went::Wrong(said) => {
                    // A tab that has another name now is found out by the look.
                    let is_over = said.next == Next::Stop && said.trouble.code != NO_RANGE;
                    let Some(pause) = pauses.next().filter(|_| !is_over) else { return Err(said.trouble) };
                    sleep(pause).await;
                    owed = u64::MAX;
                }
            }
        }
        Ok(wrote)
    }

    /// Looks, and writes the first request of what is still to be written; nothing where that is as much as was
    /// `owed` before a request that went through: a cell that is merged away takes everything and never holds it.
    async fn attempt(&self, owed: u64, wrote: &mut WroteBack) -> Result<Went, Unread> {
        // Whoever waits for a place waits before the look, not behind it.
        if let Err(said) = self.session.place_to_write().await {
            return Ok(Went::Wrong(said));
        }
        let Some(look) = self.look().await? else {
            wrote.left = self.tabs.iter().map(|job| job.due.len() as u64).sum();
            return Ok(Went::Through);
        };
        if look.cells >= owed {
            return Ok(Went::Through);
        }
        (wrote.cells, wrote.left) = (look.stand, look.left);
        let mut requests = look.requests.into_iter();
        if let Some(request) = requests.next() {
            let cells = request.iter().map(|range| range.values.as_ref().map_or(0, Vec::len)).sum::<usize>();
            if let Err(said) = self.session.write(self.book, request).await {
                return Ok(Went::Wrong(said));
            }
            wrote.cells += cells as u64;
        }
        match (requests.next(), look.no_room) {
            (Some(_), _) => Ok(Went::AStep(look.cells)),
            (None, Some(trouble)) => Err(trouble),
            (None, None) => Ok(Went::Through),
        }
    }

    /// What is still to be written, in requests of a bounded size; nothing where a tab isn't there any more as it was.
    async fn look(&self) -> Result<Option<Look>, Unread> {
        let wants: Vec<Want> = self.tabs.iter().map(Job::looked_at).collect();
        let headers: Vec<u32> = self.tabs.iter().map(|job| job.read.header.0).collect();
        let reader = Reader { session: self.session, book: self.book, wants: &wants, scope: Scope::Spreadsheet };
        let pass = match reader.first_pass(&headers).await {
            Err(unread) if unread.code == CHANGING => return Ok(None),
            pass => pass?,
        };
        let mut pieces: Vec<Vec<(RangeInclusive<u32>, Lines<'_>)>> = wants.iter().map(|_| Vec::new()).collect();
        for (want, rows, lines) in pass.parts.iter().flat_map(|part| part.lines(&wants)) {
            pieces[want].push((rows, lines));
        }
        let (mut ranges, mut look) =
            (Vec::new(), Look { requests: Vec::new(), cells: 0, stand: 0, left: 0, no_room: None });
        for (((job, want), header), pieces) in self.tabs.iter().zip(&wants).zip(&pass.headers).zip(pieces) {
            match job.changes(&Fresh { header, columns: &want.columns, pieces }) {
                Ok(changes) => {
                    look.cells += changes.cells.len() as u64;
                    look.stand += changes.stand;
                    look.left += changes.left;
                    ranges.extend(ranges_of(&job.read.title, changes.cells));
                }
                // The other tabs may have room.
                Err(trouble) => look.no_room = Some(trouble),
            }
        }
        look.requests = packed(ranges, REQUEST_BYTES);
        Ok(Some(look))
    }
}

/// Cells below each other become one range.
fn ranges_of(title: &str, mut cells: Vec<Cell<'_>>) -> Vec<ValueRange> {
    cells.sort_unstable();
    let runs = cells.chunk_by(|a, b| a.0 == b.0 && a.1 + 1 == b.1);
    let range = |run: &[Cell<'_>]| {
        let rows: RangeInclusive<u32> = run[0].1..=run[run.len() - 1].1;
        ValueRange {
            range: Some(a1::block(title, run[0].0..=run[0].0, rows)),
            values: Some(run.iter().map(|(.., text)| vec![(*text).into()]).collect()),
            major_dimension: None,
        }
    };
    runs.map(range).collect()
}

/// Ranges in as few requests as their size allows; one that is larger goes alone.
fn packed(ranges: Vec<ValueRange>, bytes_max: usize) -> Vec<Vec<ValueRange>> {
    let (mut requests, mut bytes) = (Vec::<Vec<ValueRange>>::new(), 0);
    for range in ranges {
        let texts = range.values.iter().flatten().flatten().filter_map(|v| v.as_str());
        let size = 80 + texts.map(|text| text.len() + 8).sum::<usize>();
        bytes += size;
        if let Some(request) = requests.last_mut().filter(|_| bytes <= bytes_max) {
            request.push(range);
        } else {
            requests.push(vec![range]);
            bytes = size;
        }
    }
    requests
}

#[cfg(test)]
mod tests;
