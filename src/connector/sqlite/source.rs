//! A table or a query of a SQLite database as a source. It is opened for reading alone and read in one
//! transaction, whoever writes meanwhile.
//!
//! A database in WAL mode whose log is empty is read as a file that stays as it is: so that no `-wal` and `-shm`
//! are left beside it, and it may lie in a folder that nobody may write. That it did stay so is looked at after
//! each reading.

use std::{
    ffi::OsString,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use rusqlite::{Connection, Error, OpenFlags, Row, Statement, types::ValueRef};
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, sleep};

use super::{
    super::{
        Select, SourcePlace,
        database::{self, BYTES, Cell, NOT_TEXT, REFUSED, Taken, WRITES},
        files,
        table::{listed, quoted},
    },
    failure,
};
use crate::{
    failure::Failure,
    finding::Code,
    keys::hex,
    port::{Source, Unread, Wanted},
    sheet::{Rows, Tabs},
};

const CHANGED: Code = Code::new("source-changed");

/// How long another program's write is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

pub(super) struct SqliteSource {
    place: SourcePlace,
    pub(super) patience: Duration,
    reading: Option<Reading>,
}

/// A transaction under way.
struct Reading {
    connection: Connection,
    file: File,
    columns: Vec<String>,
    order: String,
}

impl SqliteSource {
    pub(super) fn new(place: SourcePlace) -> Self {
        Self { place, patience: PATIENCE, reading: None }
    }
}

#[async_trait]
impl Source for SqliteSource {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        let location = files::opened(&self.place.location, &self.place.folder)?;
        let file = File::at(self.place.folder.join(location.as_str()))?;
        let connection = snapshot(&file, self.patience).await.map_err(|f| database::unread(&file.name, &f))?;
        let select = self.place.select.as_ref().expect("a database has a table or a query");
        let mut reading = Reading { connection, file, columns: Vec::new(), order: String::new() };
        if let Select::Table(table) = select {
            reading.order = reading.order(table)?;
        }
        let (columns, version) = reading.digest(select)?;
        let what = if let Select::Table(table) = select { table } else { "query" };
        let tabs = database::tabs(&format!("{}, {what}", reading.file.name), &columns, version);
        self.reading = Some(Reading { columns, ..reading });
        Ok(tabs)
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        // Taken: with the reading the transaction ends.
        let reading = self.reading.take().expect("`open` comes before `rows`");
        let select = self.place.select.as_ref().expect("a database has a table or a query");
        wanted.iter().map(|it| reading.rows(select, &it.columns)).collect()
    }
}

impl Reading {
    /// The order of a table's rows that holds from run to run: its primary key, its row ids, or all it has.
    fn order(&self, table: &str) -> Result<String, Unread> {
        let said = |e: Error| database::unread(&self.file.name, &failure::of(&e));
        let there = tables(&self.connection).map_err(said)?;
        let Some((_, kind)) = there.iter().find(|(name, _)| name.eq_ignore_ascii_case(table)) else {
            let names: Vec<String> = there.into_iter().map(|(name, _)| name).collect();
            return Err(database::no_table(&self.file.name, table, &names));
        };
        let (all, key) = columns(&self.connection, table).map_err(said)?;
        let free = ["rowid", "_rowid_", "oid"].into_iter().find(|r| all.iter().all(|c| !c.eq_ignore_ascii_case(r)));
        Ok(match free {
            _ if !key.is_empty() => listed(key.iter().map(|c| quoted(c))),
            Some(rowid) if kind == "table" => rowid.to_owned(),
            _ => listed(all.iter().map(|c| quoted(c))),
        })
    }

    fn sql(&self, select: &Select, columns: Option<&[u16]>) -> String {
        match select {
            Select::Query(query) => query.clone(),
            Select::Table(table) => {
                let name = |c: &u16| quoted(&self.columns[usize::from(*c)]);
                let columns = columns.map_or_else(|| "*".to_owned(), |columns| listed(columns.iter().map(name)));
                format!("SELECT {columns} FROM {} ORDER BY {}", quoted(table), self.order)
            }
        }
    }

    fn prepare(&self, sql: &str) -> Result<Statement<'_>, Unread> {
        // At this point the database has seen no row: its words are those of the query.
        let refused = |e: Error| match e {
            Error::SqlInputError { msg, .. } => Unread::new(REFUSED, format!("{}: {msg}", self.file.name)),
            e => Unread::new(REFUSED, format!("{}: {}", self.file.name, failure::said(&e))),
        };
        let statement = self.connection.prepare(sql).map_err(refused)?;
        if !statement.readonly() || statement.column_count() == 0 {
            return Err(Unread::new(WRITES, &self.file.name));
        }
        Ok(statement)
    }

    /// The names of the columns, and a digest of everything that stands in them.
    fn digest(&self, select: &Select) -> Result<(Vec<String>, String), Unread> {
        let mut statement = self.prepare(&self.sql(select, None))?;
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut digest = Sha256::new();
        for name in &columns {
            part(&mut digest, b'c', name.as_bytes());
        }
        self.each(&mut statement, |row| {
            for i in 0..columns.len() {
                value(&mut digest, row.get_ref(i)?);
            }
            Ok(())
        })?;
        Ok((columns, hex(&digest.finalize())))
    }

    fn rows(&self, select: &Select, columns: &[u16]) -> Result<Rows, Unread> {
        let mut statement = self.prepare(&self.sql(select, Some(columns)))?;
        let place = |(i, c): (usize, &u16)| if matches!(select, Select::Table(_)) { i } else { usize::from(*c) };
        let places: Vec<usize> = columns.iter().enumerate().map(place).collect();
        let mut taken = Taken::default();
        self.each(&mut statement, |row| {
            let cells = places.iter().map(|i| row.get_ref(*i).map(cell)).collect::<Result<Vec<_>, _>>()?;
            taken.push(&cells);
            Ok(())
        })?;
        Ok(taken.rows())
    }

    fn each(
        &self,
        statement: &mut Statement<'_>,
        mut take: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Unread> {
        let said = |e: Error| database::unread(&self.file.name, &failure::of_reading(&e));
        let mut rows = statement.query([]).map_err(said)?;
        while let Some(row) = rows.next().map_err(said)? {
            take(row).map_err(said)?;
        }
        self.file.stayed()
    }
}

/// A digest takes kind, length and bytes, so that no two rows are alike in it that differ.
fn part(digest: &mut Sha256, kind: u8, bytes: &[u8]) {
    digest.update([kind]);
    digest.update((bytes.len() as u64).to_be_bytes());
    digest.update(bytes);
}

fn value(digest: &mut Sha256, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => part(digest, b'n', b""),
        ValueRef::Integer(n) => part(digest, b'i', &n.to_be_bytes()),
        ValueRef::Real(n) => part(digest, b'r', &n.to_be_bytes()),
        ValueRef::Text(text) => part(digest, b't', text),
        ValueRef::Blob(bytes) => part(digest, b'b', bytes),
    }
}

/// SQLite has no dates and no yes or no of its own: they are texts and numbers, as whoever wrote them has them.
fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Blank,
        ValueRef::Integer(n) => Cell::Text(n.to_string().into()),
        ValueRef::Real(n) => Cell::float(n),
        ValueRef::Text(text) => str::from_utf8(text).map_or(NOT_TEXT, Cell::text),
        // Some programs keep texts as bytes.
        ValueRef::Blob(bytes) => match str::from_utf8(bytes) {
            Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => Cell::text(text),
            _ => BYTES,
        },
    }
}

/// The tables and views that people made.
fn tables(connection: &Connection) -> Result<Vec<(String, String)>, Error> {
    let sql = "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' \
               ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The columns of a table, and those of its primary key in their order.
fn columns(connection: &Connection, table: &str) -> Result<(Vec<String>, Vec<String>), Error> {
    let mut statement = connection.prepare("SELECT name, pk FROM pragma_table_info(?1)")?;
    let rows: Vec<(String, u32)> =
        statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut key: Vec<&(String, u32)> = rows.iter().filter(|(_, place)| *place > 0).collect();
    key.sort_by_key(|(_, place)| *place);
    let key = key.into_iter().map(|(name, _)| name.clone()).collect();
    Ok((rows.into_iter().map(|(name, _)| name).collect(), key))
}

/// A database file as it was found.
struct File {
    path: PathBuf,
    name: String,
    /// Its size and time, where it is read as a file that stays as it is.
    stamp: Option<(u64, Option<SystemTime>)>,
}

impl File {
    /// The file, which is there and holds something. Nothing is made.
    fn at(path: PathBuf) -> Result<Self, Unread> {
        let unread = |e| files::unread(&path, &e);
        let mut header = Vec::new();
        let opened = fs::File::open(&path).map_err(unread)?;
        let metadata = opened.metadata().map_err(unread)?;
        opened.take(20).read_to_end(&mut header).map_err(unread)?;
        let name = files::name(&path);
        if header.is_empty() {
            return Err(files::empty(&name));
        }
        // https://www.sqlite.org/fileformat.html#file_format_version_numbers
        let has_log = header.get(18..20) == Some(&[2, 2]);
        let is_still = has_log && fs::metadata(log_of(&path)).map_or(0, |m| m.len()) == 0;
        Ok(Self { stamp: is_still.then(|| stamp(&metadata)), name, path })
    }

    /// Whether it is still as it was, where nothing but that makes a reading whole.
    fn stayed(&self) -> Result<(), Unread> {
        let now = || fs::metadata(&self.path).ok().map(|m| stamp(&m));
        if self.stamp.is_some() && now() != self.stamp { Err(Unread::new(CHANGED, &self.name)) } else { Ok(()) }
    }

    fn connect(&self) -> Result<Connection, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match self.path.to_str() {
            Some(path) if self.stamp.is_some() => {
                let uri = format!("file:{}?immutable=1", escaped(path));
                Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
            }
            _ => Connection::open_with_flags(&self.path, flags),
        }
    }
}

fn stamp(metadata: &fs::Metadata) -> (u64, Option<SystemTime>) {
    (metadata.len(), metadata.modified().ok())
}

/// Where SQLite keeps what was written into a database in WAL mode and not yet taken over.
fn log_of(path: &Path) -> PathBuf {
    let mut log = OsString::from(path);
    log.push("-wal");
    log.into()
}

/// A path as the address of a file (<https://www.sqlite.org/uri.html>).
fn escaped(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let path = path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    // `C:/…`
    if path.get(1..2) == Some(":") { format!("/{path}") } else { path }
}

/// The open database in a transaction that sees one state of it.
async fn snapshot(file: &File, patience: Duration) -> Result<Connection, Failure> {
    let until = Instant::now() + patience;
    loop {
        match begin(file) {
            Ok(connection) => return Ok(connection),
            Err(error) => match failure::of(&error) {
                Failure::Transient { .. } if Instant::now() < until => sleep(PAUSE).await,
                failure => return Err(failure),
            },
        }
    }
}

fn begin(file: &File) -> Result<Connection, Error> {
    let connection = file.connect()?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch("PRAGMA query_only = ON; BEGIN")?;
    // Only a first look takes the snapshot.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}
