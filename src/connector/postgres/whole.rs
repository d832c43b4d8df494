//! A table in a PostgreSQL database as a destination: changes stream into a temporary table, and one
//! statement merges them. Into a table that was only just made they stream at once.

use std::{
    iter,
    pin::{Pin, pin},
};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt as _, TryStreamExt as _};
use tokio_postgres::{Client, CopyInSink, Error, types::Type};

use super::{
    super::{
        DestinationPlace,
        table::{Ours, listed, quoted},
    },
    address::Address,
    copy::{self, Target},
    failure,
    schema::{DIALECT, Place},
    session::{self, LIMITS},
};
use crate::{
    change::{Base, Change, ClientId, ID_COLUMN, Layout, RunId, Standing},
    failure::Failure,
    port::{Give, Whole},
    value::Texts,
};

/// `MERGE` came with it.
const VERSION_MIN: u32 = 15;
/// Which rows stand is sorted out in memory: it takes a third off a million updates (15 s and 10 s).
const MEANS: &str = "SET LOCAL work_mem = '64MB'";
const STAGING: &str = "pg_temp.sheetbridge_staging";
/// How much is gathered before it is sent.
const SEND_BYTES: usize = 128 * 1024;

pub(super) struct PostgresTable {
    place: DestinationPlace,
    schema: Option<String>,
    table: String,
    writing: Option<Writing>,
}

/// A transaction under way.
struct Writing {
    client: Client,
    run: RunId,
    schema: String,
    target: Target,
    rows: Pin<Box<CopyInSink<Bytes>>>,
    unsent: BytesMut,
}

impl PostgresTable {
    pub(super) fn new(place: DestinationPlace) -> Result<Self, Failure> {
        let (schema, table) = match place.table.split_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table.to_owned()),
            None => (None, place.table.clone()),
        };
        let names: Vec<&str> = schema.iter().map(String::as_str).chain([table.as_str()]).collect();
        DIALECT.can_name(&place, &names)?;
        Ok(Self { place, schema, table, writing: None })
    }
}

async fn connect(place: &DestinationPlace) -> Result<Client, Failure> {
    session::connect(Address::of(&place.location, &place.folder, &place.options)?, VERSION_MIN).await
}

#[async_trait]
impl Whole for PostgresTable {
    async fn found(&mut self) -> Result<Standing, Failure> {
        let client = connect(&self.place).await?;
        // One snapshot, so that the run and the ids belong together.
        let sql = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {LIMITS}");
        client.batch_execute(&sql).await.map_err(|e| failure::of(&e))?;
        let place = Place::find(&client, self.schema.as_deref(), &self.table).await?;
        let Some(ours) = place.ours(&client).await? else { return Ok(Standing::default()) };
        DIALECT.lacking(&self.table, &ours, &self.place.layout)?;
        let ids = ids(&client, &place).await.map_err(|e| failure::of(&e))?;
        Ok(Standing { run: ours.run, ids, digest: None })
    }

    async fn read(&mut self, ids: Option<&[ClientId]>, give: Give<'_>) -> Result<(), Failure> {
        let client = connect(&self.place).await?;
        // As dates are written, whatever the server's owner likes better.
        let sql = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {LIMITS}; SET LOCAL DateStyle = 'ISO'");
        client.batch_execute(&sql).await.map_err(|e| failure::of(&e))?;
        let place = Place::find(&client, self.schema.as_deref(), &self.table).await?;
        let Some(ours) = place.ours(&client).await? else { return Ok(()) };
        DIALECT.lacking(&self.table, &ours, &self.place.layout)?;
        let layout = &self.place.layout;
        read(&client, &place, &ours, layout, ids, give).await.map_err(|e| failure::of_rows(&e, layout))
    }

    async fn begin(&mut self, run: RunId, base: Base) -> Result<(), Failure> {
        assert_eq!(base, Base::Standing, "a table is changed, never written from nothing");
        self.writing = None;
        let client = connect(&self.place).await?;
        client.batch_execute(&format!("BEGIN; {LIMITS}; {MEANS}")).await.map_err(|e| failure::of(&e))?;
        let place = Place::find(&client, self.schema.as_deref(), &self.table).await?;
        place.lock(&client).await?;
        let target = place.extend(&client, &self.place.layout).await?;
        let rows = match target {
            Target::New => client.copy_in(&format!("COPY {} FROM STDIN", place.quoted())).await,
            Target::Staging => stage(&client, &place, &self.place.layout).await,
        };
        let rows = Box::pin(rows.map_err(|e| failure::of(&e))?);
        self.writing = Some(Writing { client, run, schema: place.schema, target, rows, unsent: BytesMut::new() });
        Ok(())
    }

    async fn write(&mut self, batch: &[Change<'_>]) -> Result<(), Failure> {
        // Taken out while it changes: after a failure nothing is left that could be committed.
        let mut writing = self.writing.take().expect("`begin` comes before `write`");
        for change in batch {
            copy::row(change, &self.place.layout, writing.target, &mut writing.unsent)?;
            if writing.unsent.len() >= SEND_BYTES {
                writing.send().await.map_err(|e| failure::of_rows(&e, &self.place.layout))?;
            }
        }
        self.writing = Some(writing);
        Ok(())
    }

    async fn commit(&mut self) -> Result<Option<[u8; 32]>, Failure> {
        let mut writing = self.writing.take().expect("`begin` comes before `commit`");
        let layout = &self.place.layout;
        let place = Place { schema: std::mem::take(&mut writing.schema), table: &self.table };
        writing.merge(&place, layout).await.map_err(|e| failure::of_rows(&e, layout))?;
        let Writing { client, run, .. } = writing;
        place.note(&client, &self.place.route, run).await.map_err(|e| failure::of(&e))?;
        client.batch_execute("COMMIT").await.map_err(|e| failure::of_commit(&e, layout))?;
        Ok(None)
    }
}

impl Writing {
    /// Hands over what was gathered, as fast as the server takes it.
    async fn send(&mut self) -> Result<(), Error> {
        let rows = self.unsent.split().freeze();
        self.rows.feed(rows).await
    }

    /// Ends the stream and makes the table what it says.
    async fn merge(&mut self, place: &Place<'_>, layout: &Layout) -> Result<(), Error> {
        self.send().await?;
        if self.rows.as_mut().finish().await? > 0 && self.target == Target::Staging {
            self.client.batch_execute(&merge_sql(&place.quoted(), layout)).await?;
        }
        Ok(())
    }
}

async fn ids(client: &Client, place: &Place<'_>) -> Result<Vec<ClientId>, Error> {
    let sql = format!("SELECT {ID_COLUMN}::text FROM {}", place.quoted());
    let mut rows = pin!(client.query_typed_raw(&sql, Vec::<(String, _)>::new()).await?);
    let mut ids = Vec::new();
    while let Some(row) = rows.try_next().await? {
        ids.extend(row.try_get::<_, Option<&str>>(0)?.and_then(|text| text.parse::<ClientId>().ok()));
    }
    Ok(ids)
}

async fn read(
    client: &Client,
    place: &Place<'_>,
    ours: &Ours,
    layout: &Layout,
    ids: Option<&[ClientId]>,
    give: Give<'_>,
) -> Result<(), Error> {
    let cells = layout
        .columns
        .iter()
        .map(|c| if DIALECT.stands(ours, c) { format!("{}::text", quoted(&c.name)) } else { "NULL::text".to_owned() });
    let columns = listed(iter::once(format!("{ID_COLUMN}::text")).chain(cells));
    let mut sql = format!("SELECT {columns} FROM {}", place.quoted());
    let mut wanted: Vec<(Vec<String>, Type)> = Vec::new();
    if let Some(ids) = ids {
        sql.extend([" WHERE ", ID_COLUMN, " = ANY($1)"]);
        wanted.push((ids.iter().map(ToString::to_string).collect(), Type::TEXT_ARRAY));
    }
    let mut rows = pin!(client.query_typed_raw(&sql, wanted).await?);
    while let Some(row) = rows.try_next().await? {
        let Some(id) = row.try_get::<_, Option<&str>>(0)?.and_then(|text| text.parse().ok()) else { continue };
        let cells = (1..row.len()).map(|at| row.try_get::<_, Option<&str>>(at));
        let cells = cells.collect::<Result<Vec<_>, Error>>()?;
        give(id, Texts::of(cells.into_iter().map(Option::unwrap_or_default)));
    }
    Ok(())
}

/// A temporary table whose columns have the types of those that they go into, and a stream into it.
async fn stage(client: &Client, place: &Place<'_>, layout: &Layout) -> Result<CopyInSink<Bytes>, Error> {
    let head = format!("{ID_COLUMN} AS id, false AS gone, NULL::bit varying AS keep");
    let cells = columns(layout).map(|(_, name, cell)| format!("{name} AS {cell}"));
    let columns = listed(iter::once(head).chain(cells));
    let table = place.quoted();
    let sql = format!("CREATE TEMPORARY TABLE {STAGING} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA");
    client.batch_execute(&sql).await?;
    client.copy_in(&format!("COPY {STAGING} FROM STDIN")).await
}

fn merge_sql(table: &str, layout: &Layout) -> String {
    let update = listed(columns(layout).map(|(place, name, cell)| {
        format!("{name} = CASE WHEN get_bit(s.keep, {place}) = 1 THEN t.{name} ELSE s.{cell} END")
    }));
    let update = if update.is_empty() { "DO NOTHING".to_owned() } else { format!("UPDATE SET {update}") };
    let names = listed(iter::once(ID_COLUMN.to_owned()).chain(columns(layout).map(|(_, name, _)| name)));
    let cells = listed(iter::once("s.id".to_owned()).chain(columns(layout).map(|(_, _, cell)| format!("s.{cell}"))));
    format!(
        "MERGE INTO {table} AS t USING {STAGING} AS s ON t.{ID_COLUMN} = s.id \
         WHEN MATCHED AND s.gone THEN DELETE \
         WHEN MATCHED THEN {update} \
         WHEN NOT MATCHED AND NOT s.gone THEN INSERT ({names}) VALUES ({cells})"
    )
}

/// The layout's columns: each with its place, its name in the table, and that of its cells in the staging table.
fn columns(layout: &Layout) -> impl Iterator<Item = (usize, String, String)> {
    layout.columns.iter().enumerate().map(|(place, c)| (place, quoted(&c.name), copy::column_name(place)))
}
