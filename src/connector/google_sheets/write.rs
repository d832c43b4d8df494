//! What is written back into a sheet: columns of ours, in which each row says whether it is in order.
//!
//! A cell is written only where it differs, only if it is blank or was written by us, and only in a row that holds
//! what it held when it was read. That is looked at again right before the write, since Google writes to addresses
//! and knows no rows: between that look and the write lies the time of one call.

use std::{
    collections::HashMap,
    hash::{Hash as _, Hasher as _},
    ops::RangeInclusive,
};

use google_sheets4::api::{Scope, ValueRange};
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;

use super::{a1, book::Sheet, collect::Reader, pieces::Want, said::Next, session::Session};
use crate::{
    catalogue,
    change::RunId,
    config,
    connector::guarded,
    finding::Code,
    keys::hex,
    language::Language,
    port::{RowStatus, Unread, WroteBack},
    read::normal,
};

const NO_ROOM: Code = Code::new("google-no-room");

/// The columns of ours, in this order: the status, the message, the name of the row.
const COLUMNS: usize = 3;
const STATUS: usize = 0;
const MESSAGE: usize = 1;
const ID: usize = 2;

/// The words of which we know that we wrote them.
const STATUS_WORDS: [&str; 3] = ["write-back-ok", "write-back-look", "write-back-waits"];

/// How many bytes of names and messages go into one request; the size that Google recommends is 2 MB.
const REQUEST_BYTES: usize = 1_500_000;

/// So many columns behind the header are looked at for room for ours.
const SPARE: u16 = 8;

/// What stands, or is to stand, in the columns of ours.
type Texts<T> = [T; COLUMNS];

/// The columns of ours in a tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Own {
    /// Their headers, of those that are wanted.
    names: Texts<Option<String>>,
    /// Where they are, of those that are there.
    places: Texts<Option<u16>>,
}

impl Own {
    /// Finds them by their headers.
    pub(super) fn find(names: &config::WriteBack, header: &[String]) -> Self {
        let names = [&names.status, &names.message, &names.id].map(Clone::clone);
        let place = |name: &Option<String>| {
            let name = normal(name.as_deref()?);
            header.iter().position(|text| normal(text) == name).map(|at| at as u16)
        };
        Self { places: names.each_ref().map(place), names }
    }

    /// Those that are there.
    pub(super) fn columns(&self) -> Vec<u16> {
        self.places.iter().flatten().copied().collect()
    }

    /// The column of names of rows.
    pub(super) fn id_column(&self) -> Option<u16> {
        self.places[ID]
    }
}

/// A tab as it was read: what each row held, and what its columns of ours said.
pub(super) struct Read {
    pub(super) sheet: String,
    pub(super) title: String,
    /// How far the grid goes.
    pub(super) rows: u32,
    pub(super) columns: u16,
    /// The header's row and texts.
    pub(super) header: (u32, Vec<String>),
    pub(super) own: Own,
    /// The columns that were read, without those of ours.
    wanted: Vec<u16>,
    lines: Vec<Line>,
}

/// A row as it was read.
struct Line {
    row: u32,
    print: u64,
    now: Texts<Box<str>>,
}

impl Read {
    pub(super) fn new(sheet: &Sheet, header: (u32, Vec<String>), own: Own, wanted: &[u16]) -> Self {
        let wanted = wanted.iter().copied().filter(|c| !own.places.contains(&Some(*c))).collect();
        let (id, title) = (sheet.id.clone(), sheet.title.clone());
        Self { sheet: id, title, rows: sheet.rows, columns: sheet.columns, header, own, wanted, lines: Vec::new() }
    }

    /// Keeps what a row of `columns` holds.
    pub(super) fn keep(&mut self, row: u32, columns: &[u16], texts: &[&str]) {
        let text = |column: u16| columns.iter().position(|c| *c == column).map_or("", |at| texts[at]);
        let print = print(self.wanted.iter().map(|c| text(*c)));
        let now = self.own.places.map(|place| place.map_or("", text).into());
        self.lines.push(Line { row, print, now });
    }

    /// What is to be said of its rows.
    pub(super) fn saying(self, statuses: &[RowStatus], run: RunId) -> Job {
        let said = |status: &RowStatus| {
            let texts = [status.status.clone(), status.message.clone(), name(run, &self.sheet, status.row)];
            let texts = texts.map(|text| guarded(&text).into_owned());
            let wanted = self.own.names.each_ref().map(Option::is_some);
            let mut texts = texts.into_iter().zip(wanted).map(|(text, is_wanted)| is_wanted.then_some(text));
            (status.row, std::array::from_fn(|_| texts.next().flatten()))
        };
        Job { said: statuses.iter().map(said).collect(), read: self }
    }
}

/// What names a row for good: nobody else has it, and it tells nothing.
fn name(run: RunId, sheet: &str, row: u32) -> String {
    let digest = Sha256::digest(format!("{run} {sheet} {row}"));
    format!("sb-{}", &hex(&digest)[..16])
}

fn print<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    texts.for_each(|text| text.hash(&mut hasher));
    hasher.finish()
}

/// Which of the texts are to be written, and how many cells are left as they are because they aren't ours.
fn due(now: Texts<&str>, said: &Texts<Option<String>>) -> (Texts<bool>, u64) {
    let is_ours = STATUS_WORDS.iter().any(|word| {
        let words = catalogue::entry(word);
        [Language::English, Language::Russian].iter().any(|language| words.words(*language).title == now[STATUS])
    });
    let may = [now[STATUS].is_empty() || is_ours, now[MESSAGE].is_empty() || is_ours, now[ID].is_empty()];
    let differs = |i: usize| said[i].as_deref().is_some_and(|text| text != now[i]);
    let kept = (0..ID).filter(|i| differs(*i) && !may[*i]).count();
    (std::array::from_fn(|i| differs(i) && may[i]), kept as u64)
}

/// A tab, and what is to be said of its rows.
pub(super) struct Job {
    read: Read,
    said: HashMap<u32, Texts<Option<String>>>,
}

/// A cell to be written.
type Cell<'a> = (u16, u32, &'a str);

/// What is to be written into a tab.
#[derive(Default)]
struct Changes<'a> {
    cells: Vec<Cell<'a>>,
    left: u64,
    kept: u64,
}

impl Job {
    /// The rows of which something is to be written, by what was read.
    fn due_lines(&self) -> impl Iterator<Item = (&Line, &Texts<Option<String>>)> {
        let lines = self.read.lines.iter().filter_map(|line| Some((line, self.said.get(&line.row)?)));
        lines.filter(|(line, said)| due(line.now.each_ref().map(AsRef::as_ref), said).0.contains(&true))
    }

    /// The columns that are looked at again: those that tell whether a row is still the same, those of ours, and
    /// behind the header, where some of ours aren't there yet, those that may have room for them.
    fn looked_at(&self) -> Want {
        let read = &self.read;
        let is_missing = (0..COLUMNS).any(|i| read.own.names[i].is_some() && read.own.places[i].is_none());
        let end = read.header.1.iter().rposition(|t| !t.is_empty()).map_or(0, |last| last as u16 + 1);
        let spare = if is_missing { end..read.columns.min(end + SPARE) } else { 0..0 };
        let columns = read.wanted.iter().copied().chain(read.own.columns()).chain(spare);
        Want { title: read.title.clone(), columns: columns.collect(), rows: read.header.0 + 1..=read.rows }
    }

    /// The places of the columns of ours: where they are, or where there is room.
    fn places(&self, want: &Want, pass: &Fresh<'_>) -> Result<Texts<Option<u16>>, Unread> {
        let read = &self.read;
        let mut places = read.own.places;
        let known = read.wanted.len() + read.own.columns().len();
        let mut free = want.columns[known..].iter().copied().filter(|column| {
            let header = pass.header.get(usize::from(*column)).map_or("", String::as_str);
            let is_ours = read.own.names.iter().flatten().any(|name| normal(name) == normal(header));
            is_ours || (header.is_empty() && pass.is_blank(*column))
        });
        for (place, name) in places.iter_mut().zip(&read.own.names) {
            if let (None, Some(name)) = (*place, name) {
                *place =
                    Some(free.next().ok_or_else(|| Unread::new(NO_ROOM, format!("`{}`: \"{name}\"", read.title)))?);
            }
        }
        Ok(places)
    }

    /// What is to be written, by what stands there now.
    fn changes<'a>(&'a self, want: &Want, pass: &Fresh<'_>) -> Result<Changes<'a>, Unread> {
        let mut changes = Changes::default();
        let read = &self.read;
        let header = |column: &u16| pass.header.get(usize::from(*column)).map(String::as_str).unwrap_or_default();
        let stood = |column: &u16| read.header.1.get(usize::from(*column)).map(String::as_str).unwrap_or_default();
        if read.wanted.iter().chain(&read.own.columns()).any(|column| header(column) != stood(column)) {
            changes.left = self.due_lines().count() as u64;
            return Ok(changes);
        }
        let places = self.places(want, pass)?;
        for (i, place) in places.iter().enumerate() {
            if let (Some(column), Some(name)) = (place, &read.own.names[i])
                && header(column).is_empty()
            {
                changes.cells.push((*column, read.header.0, name));
            }
        }
        for (line, said) in self.due_lines() {
            let Some(texts) = pass.rows.get(&line.row) else {
                changes.left += 1;
                continue;
            };
            let text = |column: u16| want.columns.iter().position(|c| *c == column).map_or("", |at| texts[at]);
            if print(read.wanted.iter().map(|c| text(*c))) != line.print {
                changes.left += 1;
                continue;
            }
            let (is_due, kept) = due(places.map(|place| place.map_or("", text)), said);
            changes.kept += kept;
            for i in (0..COLUMNS).filter(|i| is_due[*i]) {
                if let (Some(column), Some(text)) = (places[i], &said[i]) {
                    changes.cells.push((column, line.row, text));
                }
            }
        }
        Ok(changes)
    }
}

/// A tab as it stands now.
struct Fresh<'a> {
    header: &'a [String],
    columns: &'a [u16],
    rows: HashMap<u32, Vec<&'a str>>,
}

impl Fresh<'_> {
    fn is_blank(&self, column: u16) -> bool {
        let at = self.columns.iter().position(|c| *c == column);
        at.is_some_and(|at| self.rows.values().all(|texts| texts[at].is_empty()))
    }
}

/// Everything that is to be written back into a spreadsheet.
pub(super) struct WriteBack<'a> {
    pub(super) session: &'a Session,
    pub(super) book: &'a str,
    pub(super) tabs: Vec<Job>,
}

impl WriteBack<'_> {
    /// Writes it. What may have been written or not is looked up before it is tried again.
    pub(super) async fn go(&self) -> Result<WroteBack, Unread> {
        let mut wrote = WroteBack::default();
        if self.tabs.iter().all(|job| job.due_lines().next().is_none()) {
            return Ok(wrote);
        }
        let mut pauses = self.session.patience().waits();
        'again: loop {
            let (requests, found) = self.requests().await?;
            wrote = WroteBack { cells: wrote.cells, ..found };
            for request in requests {
                let cells = request.iter().map(|range| range.values.as_ref().map_or(0, Vec::len)).sum::<usize>();
                match self.session.write(self.book, request).await {
                    Ok(()) => wrote.cells += cells as u64,
                    Err(said) if said.next == Next::Stop => return Err(said.trouble),
                    Err(said) => match pauses.next() {
                        Some(pause) => {
                            sleep(pause).await;
                            continue 'again;
                        }
                        None => return Err(said.trouble),
                    },
                }
            }
            return Ok(wrote);
        }
    }

    /// What is still to be written, in requests of a size that Google likes.
    async fn requests(&self) -> Result<(Vec<Vec<ValueRange>>, WroteBack), Unread> {
        let wants: Vec<Want> = self.tabs.iter().map(Job::looked_at).collect();
        let headers: Vec<u32> = self.tabs.iter().map(|job| job.read.header.0).collect();
        let reader = Reader { session: self.session, book: self.book, wants: &wants, scope: Scope::Spreadsheet };
        let pass = reader.first_pass(&headers).await?;
        let mut rows: Vec<HashMap<u32, Vec<&str>>> = wants.iter().map(|_| HashMap::new()).collect();
        for part in &pass.parts {
            for (want, numbers, lines) in part.lines(&wants) {
                rows[want].extend(numbers.enumerate().map(|(i, number)| (number, lines.texts(i))));
            }
        }
        let (mut ranges, mut found) = (Vec::new(), WroteBack::default());
        for (((job, want), header), rows) in self.tabs.iter().zip(&wants).zip(&pass.headers).zip(rows) {
            let changes = job.changes(want, &Fresh { header, columns: &want.columns, rows })?;
            found.left += changes.left;
            found.kept += changes.kept;
            ranges.extend(ranges_of(&job.read.title, changes.cells));
        }
        Ok((packed(ranges), found))
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

fn packed(ranges: Vec<ValueRange>) -> Vec<Vec<ValueRange>> {
    let (mut requests, mut bytes) = (Vec::<Vec<ValueRange>>::new(), REQUEST_BYTES);
    for range in ranges {
        let texts = range.values.iter().flatten().flatten().filter_map(|v| v.as_str());
        let size = 80 + texts.map(|text| text.len() + 8).sum::<usize>();
        if bytes + size > REQUEST_BYTES {
            requests.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        requests.last_mut().expect("one was just begun").push(range);
    }
    requests
}
