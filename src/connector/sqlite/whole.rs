//! A table in a SQLite database as a destination. SQLite is a library, not a server: a batch is written
//! where `write` is called. Only the wait for another writer lets others run.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs, iter,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use rusqlite::{
    Connection, Error, OpenFlags, Row, Statement,
    types::{Null, ValueRef},
};
use tokio::time::{Instant, sleep};

use super::{
    super::{
        DestinationPlace,
        table::{Ours, listed, must_fit, quoted},
    },
    failure,
    schema::{self, DIALECT},
};
use crate::{
    change::{Action, Base, Change, ClientId, ID_COLUMN, LayoutColumn, RunId, Standing, Write},
    check::kind::Column,
    failure::Failure,
    port::{Give, Whole},
    value::Texts,
};

/// How long another program's write is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);
/// For changes all over a large table; a small one never uses it.
const CACHE_KIB: i32 = 64 * 1024;

pub(super) struct SqliteTable {
    place: DestinationPlace,
    pub(super) patience: Duration,
    writing: Option<Writing>,
}

impl SqliteTable {
    pub(super) fn new(place: DestinationPlace) -> Result<Self, Failure> {
        DIALECT.can_name(&place, &[&place.table])?;
        Ok(Self { place, patience: PATIENCE, writing: None })
    }

    fn path(&self) -> Result<PathBuf, Failure> {
        let location = self.place.location.open(&self.place.folder).map_err(Failure::permanent)?;
        Ok(self.place.folder.join(location.as_str()))
    }
}

#[async_trait]
impl Whole for SqliteTable {
    async fn found(&mut self) -> Result<Standing, Failure> {
        let path = self.path()?;
        let stands = path.try_exists().map_err(|e| Failure::permanent(format!("{}: {}", path.display(), e.kind())))?;
        if !stands {
            return Ok(Standing::default());
        }
        let connection = open(&path, OpenFlags::empty(), self.patience).map_err(|e| failure::of(&e))?;
        // One transaction, so that the run and the ids belong together.
        let snapshot = connection.unchecked_transaction().map_err(|e| failure::of(&e))?;
        let Some(ours) = schema::ours(&snapshot, &self.place.table)? else { return Ok(Standing::default()) };
        DIALECT.lacking(&self.place.table, &ours, &self.place.layout)?;
        let ids = ids(&snapshot, &self.place.table).map_err(|e| failure::of(&e))?;
        Ok(Standing { run: ours.run, ids, digest: None })
    }

    async fn read(&mut self, ids: Option<&[ClientId]>, give: Give<'_>) -> Result<(), Failure> {
        let path = self.path()?;
        if !path.exists() {
            return Ok(());
        }
        let connection = open(&path, OpenFlags::empty(), self.patience).map_err(|e| failure::of(&e))?;
        let snapshot = connection.unchecked_transaction().map_err(|e| failure::of(&e))?;
        let Some(ours) = schema::ours(&snapshot, &self.place.table)? else { return Ok(()) };
        DIALECT.lacking(&self.place.table, &ours, &self.place.layout)?;
        read(&snapshot, &self.place, &ours, ids, give).map_err(|e| failure::of_rows(&e))
    }

    async fn begin(&mut self, run: RunId, base: Base) -> Result<(), Failure> {
        assert_eq!(base, Base::Standing, "a table is changed, never written from nothing");
        self.writing = None;
        let path = self.path()?;
        make_folder(&path)?;
        let (connection, is_new) = locked(&path, self.patience).await?;
        schema::extend(&connection, &self.place.table, &self.place.layout)?;
        self.writing = Some(Writing::new(connection, is_new, run, &self.place));
        Ok(())
    }

    async fn write(&mut self, batch: &[Change<'_>]) -> Result<(), Failure> {
        // Taken out while it changes: after a failure nothing is left that could be committed.
        let mut writing = self.writing.take().expect("`begin` comes before `write`");
        for alike in batch.chunk_by(is_alike) {
            writing.apply(alike, &self.place.layout.columns)?;
        }
        self.writing = Some(writing);
        Ok(())
    }

    async fn commit(&mut self) -> Result<Option<[u8; 32]>, Failure> {
        let Writing { connection, is_new, run, .. } = self.writing.take().expect("`begin` comes before `commit`");
        schema::note(&connection, &self.place.table, &self.place.route, run).map_err(|e| failure::of(&e))?;
        // Where the database is not in WAL mode, readers hold a commit up.
        connection.busy_timeout(self.patience).map_err(|e| failure::of(&e))?;
        connection.execute_batch("COMMIT").map_err(|e| failure::of_commit(&e))?;
        if is_new {
            // Not before: through the log all of a new database would be written twice.
            let _ = connection.pragma_update(None, "journal_mode", "wal");
        }
        Ok(None)
    }
}

fn open(path: &Path, extra: OpenFlags, patience: Duration) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience)?;
    Ok(connection)
}

/// The open database in a transaction of its one writer, and whether it is new.
async fn locked(path: &Path, patience: Duration) -> Result<(Connection, bool), Failure> {
    let until = Instant::now() + patience;
    loop {
        match lock(path) {
            Ok(locked) => return Ok(locked),
            Err(error) => match failure::of(&error) {
                Failure::Transient { .. } if Instant::now() < until => sleep(PAUSE).await,
                failure => return Err(failure),
            },
        }
    }
}

fn lock(path: &Path) -> Result<(Connection, bool), Error> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_CREATE, Duration::ZERO)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Who goes shall not stay behind in the free pages of the file.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let is_new = connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))?;
    Ok((connection, is_new))
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    let Some(folder) = path.parent() else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|e| {
        Failure::with_help(
            format!("{}: {}", folder.display(), e.kind()),
            "let the user that runs sheetbridge make that folder",
        )
    })
}

fn ids(connection: &Connection, table: &str) -> Result<Vec<ClientId>, Error> {
    let mut statement = connection.prepare(&format!("SELECT {ID_COLUMN} FROM {}", quoted(table)))?;
    let mut rows = statement.query([])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.extend(row.get_ref(0)?.as_str().ok().and_then(|text| text.parse::<ClientId>().ok()));
    }
    Ok(ids)
}

fn read(
    connection: &Connection,
    place: &DestinationPlace,
    ours: &Ours,
    ids: Option<&[ClientId]>,
    give: Give<'_>,
) -> Result<(), Error> {
    let cells =
        place.layout.columns.iter().map(|c| if DIALECT.stands(ours, c) { quoted(&c.name) } else { "NULL".into() });
    let columns = listed(iter::once(ID_COLUMN.to_owned()).chain(cells));
    let mut sql = format!("SELECT {columns} FROM {}", quoted(&place.table));
    let mut take = |row: &Row<'_>| -> Result<(), Error> {
        let Some(id) = row.get_ref(0)?.as_str().ok().and_then(|text| text.parse().ok()) else { return Ok(()) };
        let columns = place.layout.columns.iter().enumerate();
        let cells = columns.map(|(at, column)| Ok(text(row.get_ref(at + 1)?, column.kind)));
        let cells = cells.collect::<Result<Vec<_>, Error>>()?;
        give(id, Texts::of(cells.iter().map(AsRef::as_ref)));
        Ok(())
    };
    let Some(ids) = ids else {
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
        return Ok(());
    };
    sql.extend([" WHERE ", ID_COLUMN, " = ?1"]);
    let mut statement = connection.prepare(&sql)?;
    for id in ids {
        if let Some(row) = statement.query([id.to_string()])?.next()? {
            take(row)?;
        }
    }
    Ok(())
}

/// A value as it was written. What a person put there instead is a text of some kind.
fn text(value: ValueRef<'_>, kind: Column) -> Cow<'_, str> {
    match value {
        ValueRef::Null => Cow::Borrowed(""),
        ValueRef::Integer(yes @ (0 | 1)) if kind == Column::Bool => {
            Cow::Borrowed(if yes == 1 { "true" } else { "false" })
        }
        ValueRef::Integer(number) => Cow::Owned(number.to_string()),
        ValueRef::Real(number) => Cow::Owned(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes),
    }
}

/// A transaction under way.
struct Writing {
    connection: Connection,
    /// Whether the database had nothing in it.
    is_new: bool,
    run: RunId,
    table: String,
    /// The statement for each choice of columns so far.
    puts: HashMap<Vec<bool>, String>,
    delete: String,
}

impl Writing {
    fn new(connection: Connection, is_new: bool, run: RunId, place: &DestinationPlace) -> Self {
        connection.set_prepared_statement_cache_capacity(256);
        let table = quoted(&place.table);
        let delete = format!("DELETE FROM {table} WHERE {ID_COLUMN} = ?1");
        Self { connection, is_new, run, table, puts: HashMap::new(), delete }
    }

    /// Writes changes that are alike.
    fn apply(&mut self, changes: &[Change<'_>], columns: &[LayoutColumn]) -> Result<(), Failure> {
        if changes[0].action == Action::Delete {
            return self.delete(changes).map_err(|e| failure::of_rows(&e));
        }
        for change in changes {
            assert_eq!(change.cells.len(), columns.len(), "one entry per column");
            for (cell, column) in change.cells.iter().zip(columns) {
                if let Write::Set(text) = cell {
                    must_fit(*text, column)?;
                }
            }
        }
        self.put(changes, columns).map_err(|e| failure::of_rows(&e))
    }

    fn delete(&self, changes: &[Change<'_>]) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(&self.delete)?;
        changes.iter().try_for_each(|change| statement.execute([change.id.to_string()]).map(|_| ()))
    }

    /// A creation sets every column, an update those that it doesn't keep; either makes the row if there
    /// is none.
    fn put(&mut self, changes: &[Change<'_>], columns: &[LayoutColumn]) -> Result<(), Error> {
        let sets: Vec<bool> = (0..columns.len()).map(|column| is_set(&changes[0], column)).collect();
        let sql = self.puts.entry(sets).or_insert_with_key(|sets| put_sql(&self.table, columns, sets));
        let mut statement = self.connection.prepare_cached(sql)?;
        for change in changes {
            statement.raw_bind_parameter(1, change.id.to_string())?;
            let set = change.cells.iter().zip(columns).enumerate().filter(|(column, _)| is_set(change, *column));
            for (place, (_, (cell, column))) in (2..).zip(set) {
                bind(&mut statement, place, cell, column.kind)?;
            }
            statement.raw_execute()?;
        }
        Ok(())
    }
}

fn is_set(change: &Change<'_>, column: usize) -> bool {
    change.action == Action::Create || change.cells[column] != Write::Keep
}

/// Whether one statement does for both.
fn is_alike(one: &Change<'_>, other: &Change<'_>) -> bool {
    let goes = |change: &Change<'_>| change.action == Action::Delete;
    goes(one) == goes(other) && (0..one.cells.len()).all(|column| is_set(one, column) == is_set(other, column))
}

fn put_sql(table: &str, columns: &[LayoutColumn], sets: &[bool]) -> String {
    let set = || columns.iter().zip(sets).filter(|(_, sets)| **sets).map(|(c, _)| quoted(&c.name));
    let names = listed(iter::once(ID_COLUMN.to_owned()).chain(set()));
    let marks = listed(iter::once("?".to_owned()).chain(set().map(|_| "?".to_owned())));
    let update = listed(set().map(|name| format!("{name} = excluded.{name}")));
    let on_conflict = if update.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {update}") };
    format!("INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({ID_COLUMN}) DO {on_conflict}")
}

fn bind(statement: &mut Statement<'_>, place: usize, cell: &Write<'_>, kind: Column) -> Result<(), Error> {
    match cell {
        Write::Keep | Write::Clear => statement.raw_bind_parameter(place, Null),
        Write::Set(text) if kind == Column::Bool => statement.raw_bind_parameter(place, text.expose() == "true"),
        Write::Set(text) => statement.raw_bind_parameter(place, text.expose()),
    }
}
