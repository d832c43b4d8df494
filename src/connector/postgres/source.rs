//! A table or a query of a PostgreSQL database as a source, read in one transaction that sees one state of it
//! and may not write.
//!
//! The server writes every value as text, whatever its type, in the operator's time zone: so that a moment is on
//! the day that the operator would say. Whether anything changed it tells by a digest of all rows, for which
//! none has to leave it; what leaves it then are the columns that somebody needs.

use std::pin::pin;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use tokio_postgres::{
    Client, Error,
    error::SqlState,
    types::{Kind, Type},
};

use super::{
    super::{
        Select, SourcePlace,
        database::{self, BYTES, Cell, NOT_TEXT, REFUSED, Taken, WRITES},
        files,
        table::{listed, quoted},
    },
    address::Address,
    failure,
    session::{self, LIMITS},
};
use crate::{
    failure::Failure,
    port::{Source, Unread, Wanted},
    sheet::{Rows, Tabs},
};

/// It brought `hashtextextended`.
const VERSION_MIN: u32 = 11;
/// How texts of values are written, whatever the server's custom.
const FORMS: &str = "SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601'; \
                     SET LOCAL extra_float_digits = 1";

pub(super) struct PostgresSource {
    place: SourcePlace,
    reading: Option<Reading>,
}

/// A transaction under way.
struct Reading {
    client: Client,
    name: String,
    /// The rows in their order, as a query.
    query: String,
    forms: Vec<Form>,
}

/// How a column's values are asked for, and what they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Text,
    Decimal,
    Money,
    Float,
    Bool,
    Bytes,
    /// Without fractions of a second.
    Moment,
    /// The same, without the zone, which is the operator's.
    Zoned,
    /// Its items, each on a line of its own.
    List,
}

impl PostgresSource {
    pub(super) fn new(place: SourcePlace) -> Self {
        Self { place, reading: None }
    }
}

#[async_trait]
impl Source for PostgresSource {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        let SourcePlace { location, folder, options, .. } = &self.place;
        files::opened(location, folder)?;
        let (client, database) = match Address::of(location, folder, options) {
            Ok(address) => {
                let database = address.database();
                (session::connect(address, VERSION_MIN).await, database)
            }
            Err(failure) => (Err(failure), format!("{location:?}")),
        };
        let said = |failure: Failure| database::unread(&database, &failure);
        let client = client.map_err(said)?;
        begin(&client, self.place.time_zone.as_deref()).await.map_err(|e| said(failure::of(&e)))?;
        let select = self.place.select.as_ref().expect("a database has a table or a query");
        let (name, unordered, query) = match select {
            Select::Query(query) => {
                let query = database::without_end(query).to_owned();
                (format!("{database}, query"), query.clone(), query)
            }
            Select::Table(table) => {
                let (name, order) = found(&client, &database, table).await?;
                let all = format!("SELECT t.* FROM {name} AS t");
                (format!("{database}, {table}"), all.clone(), format!("{all} ORDER BY {order}"))
            }
        };
        let (columns, forms) = described(&client, &name, &query).await?;
        let version = digest(&client, &unordered).await.map_err(|e| unread(&name, &e))?;
        let tabs = database::tabs(&name, &columns, version);
        self.reading = Some(Reading { client, name, query, forms });
        Ok(tabs)
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        // Taken: with the connection the transaction ends.
        let reading = self.reading.take().expect("`open` comes before `rows`");
        let mut all = Vec::with_capacity(wanted.len());
        for it in wanted {
            all.push(reading.rows(&it.columns).await.map_err(|e| unread(&reading.name, &e))?);
        }
        Ok(all)
    }
}

/// Rows that can't be read; a row that a query would have written is no failure of the server.
fn unread(name: &str, error: &Error) -> Unread {
    match error.code() {
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Unread::new(WRITES, name),
        _ => database::unread(name, &failure::of_reading(error)),
    }
}

async fn begin(client: &Client, time_zone: Option<&str>) -> Result<(), Error> {
    let zone = time_zone.map(|z| format!("; SET LOCAL TimeZone = '{}'", z.replace('\'', "''"))).unwrap_or_default();
    client.batch_execute(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {LIMITS}; {FORMS}{zone}")).await
}

/// A table's name with its schema, in quotes, and the order of its rows that holds from run to run: its primary
/// key, or all that it has.
async fn found(client: &Client, database: &str, table: &str) -> Result<(String, String), Unread> {
    let said = |e: Error| database::unread(database, &failure::of(&e));
    let name = listed_by(table.split_once('.').map_or(vec![table], |(schema, table)| vec![schema, table]));
    let sql = "SELECT c.oid::regclass::text, \
               coalesce((SELECT string_agg('t.' || quote_ident(a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) \
               FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) \
               WHERE i.indrelid = c.oid AND i.indisprimary), '(t.*)::text COLLATE \"C\"') \
               FROM pg_class c WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'v', 'm', 'f', 'p')";
    let row = client.query_typed_opt(sql, &[(&name, Type::TEXT)]).await.map_err(said)?;
    if let Some(row) = row {
        return Ok((row.get(0), row.get(1)));
    }
    let sql = "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname END \
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition \
               AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1";
    let there = client.query_typed(sql, &[]).await.map_err(said)?;
    Err(database::no_table(database, table, &there.iter().map(|row| row.get(0)).collect::<Vec<String>>()))
}

fn listed_by(parts: Vec<&str>) -> String {
    parts.into_iter().map(quoted).collect::<Vec<_>>().join(".")
}

/// The names of a query's columns and the forms of their values. It is asked for no row, so that the server's
/// words about it are about the query alone.
async fn described(client: &Client, name: &str, query: &str) -> Result<(Vec<String>, Vec<Form>), Unread> {
    let sql = format!(
        "SELECT q.* FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT * FROM (\n{query}\n) AS q LIMIT 0) AS q ON true"
    );
    let row = client.query_typed_one(&sql, &[]).await.map_err(|e| match (e.as_db_error(), unread(name, &e)) {
        (Some(_), unread) if unread.code == WRITES => unread,
        (Some(db), _) => Unread::new(REFUSED, format!("{name}: {} ({})", db.message(), db.code().code())),
        (None, unread) => unread,
    })?;
    Ok(row.columns().iter().map(|c| (c.name().to_owned(), form(c.type_()))).unzip())
}

/// Changes when any row does (`(q.*)`, since a column may be called `q` too): how many there are, and sums of two hashes of each, whatever their order.
async fn digest(client: &Client, query: &str) -> Result<String, Error> {
    let sum = |seed: u8| format!("coalesce(sum(hashtextextended(r, {seed})::numeric), 0)");
    let sql = format!(
        "SELECT concat_ws(' ', count(*), {}, {}) FROM (SELECT (q.*)::text AS r FROM (\n{query}\n) AS q OFFSET 0) AS r",
        sum(0),
        sum(1)
    );
    client.query_typed_one(&sql, &[]).await.map(|row| row.get(0))
}

impl Reading {
    async fn rows(&self, columns: &[u16]) -> Result<Rows, Error> {
        let forms: Vec<Form> = columns.iter().map(|c| self.forms[usize::from(*c)]).collect();
        let asked = listed(columns.iter().zip(&forms).map(|(c, form)| form.asked(&format!("c{c}"))));
        // By place, since a query may call two columns alike.
        let names = listed((0..self.forms.len()).map(|c| format!("c{c}")));
        let sql = format!("SELECT {asked} FROM (\n{}\n) AS q ({names})", self.query);
        let mut rows = pin!(self.client.query_typed_raw(&sql, Vec::<(String, Type)>::new()).await?);
        let mut taken = Taken::default();
        while let Some(row) = rows.try_next().await? {
            let cells: Vec<Cell<'_>> = forms
                .iter()
                .enumerate()
                // A text that is none in UTF-8 is all that can be wrong with a text.
                .map(|(i, form)| row.try_get(i).map_or(NOT_TEXT, |text: Option<&str>| form.cell(text)))
                .collect();
            taken.push(&cells);
        }
        Ok(taken.rows())
    }
}

fn form(type_: &Type) -> Form {
    match *type_ {
        Type::BOOL => Form::Bool,
        Type::INT2 | Type::INT4 | Type::INT8 | Type::NUMERIC => Form::Decimal,
        Type::MONEY => Form::Money,
        Type::FLOAT4 | Type::FLOAT8 => Form::Float,
        Type::BYTEA => Form::Bytes,
        Type::TIMESTAMP => Form::Moment,
        Type::TIMESTAMPTZ => Form::Zoned,
        _ if matches!(type_.kind(), Kind::Array(_)) => Form::List,
        _ => Form::Text,
    }
}

impl Form {
    /// How a column is asked for as text.
    fn asked(self, column: &str) -> String {
        match self {
            Self::Money => format!("{column}::numeric::text"),
            Self::Bytes => format!("CASE WHEN {column} IS NOT NULL THEN '' END"),
            Self::Moment | Self::Zoned => format!("date_trunc('second', {column})::text"),
            Self::List => format!("array_to_string({column}, E'\\n')"),
            Self::Text | Self::Decimal | Self::Float | Self::Bool => format!("{column}::text"),
        }
    }

    /// What the text says.
    fn cell(self, text: Option<&str>) -> Cell<'_> {
        let Some(text) = text else { return Cell::Blank };
        match self {
            Self::Text | Self::Moment | Self::List => Cell::text(text),
            Self::Decimal | Self::Money => Cell::decimal(text),
            Self::Float => text.parse().map_or(Cell::text(text), Cell::float),
            Self::Bool => Cell::Bool(text == "true"),
            Self::Bytes => BYTES,
            Self::Zoned => Cell::text(without_zone(text)),
        }
    }
}

/// `2026-11-24 22:30:00+03` without its end; an infinity has none.
fn without_zone(text: &str) -> &str {
    let zone = text.rfind(['+', '-']).filter(|at| text[..*at].contains(':'));
    zone.map_or(text, |at| &text[..at])
}
