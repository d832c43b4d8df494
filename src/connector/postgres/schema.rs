//! Our table as it stands in the database, and how it comes to be what the layout says.

use std::iter;

use tokio_postgres::{Client, Error, types::Type};

use super::{
    super::table::{Dialect, META_TABLE, Ours, StandingColumn, listed, not_ours, quoted},
    copy::Target,
    failure,
};
use crate::{
    change::{ID_COLUMN, Layout, LayoutColumn, RunId},
    check::kind::Column,
    failure::Failure,
};

pub(super) const DIALECT: Dialect = Dialect {
    name_bytes_max: 63, // NAMEDATALEN - 1; the server cuts a longer one without a word
    same_name: |a, b| a == b,
    type_name,
    takes,
};

fn type_name(kind: Column) -> &'static str {
    match kind {
        Column::Text => "TEXT",
        Column::Date => "DATE",
        Column::Number => "NUMERIC",
        Column::Bool => "BOOLEAN",
    }
}

/// By the name that `format_type` gives a type. A text takes everything as it is written.
fn takes(type_name: &str, kind: Column) -> bool {
    let (name, _) = type_name.split_once('(').unwrap_or((type_name, ""));
    let own = match kind {
        Column::Text => "citext",
        Column::Date => "date",
        Column::Number => "numeric",
        Column::Bool => "boolean",
    };
    name == own || matches!(name, "text" | "character varying")
}

/// Where a table is: the schema once it is known, and the table.
pub(super) struct Place<'a> {
    pub(super) schema: String,
    pub(super) table: &'a str,
}

impl<'a> Place<'a> {
    /// The schema that the config names, or the first one of the search path that there is.
    pub(super) async fn find(client: &Client, schema: Option<&str>, table: &'a str) -> Result<Self, Failure> {
        if let Some(schema) = schema {
            return Ok(Self { schema: schema.to_owned(), table });
        }
        let row = client.query_typed_one("SELECT current_schema()::text", &[]).await.map_err(|e| failure::of(&e))?;
        match row.get(0) {
            Some(schema) => Ok(Self { schema, table }),
            None => Err(Failure::with_help(
                "no schema of the search path exists",
                "write `table = \"schema.table\"` for this destination",
            )),
        }
    }

    pub(super) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(self.table))
    }

    fn meta(&self) -> String {
        format!("{}.{META_TABLE}", quoted(&self.schema))
    }

    /// Keeps other runs from this table until the transaction ends.
    pub(super) async fn lock(&self, client: &Client) -> Result<(), Failure> {
        let sql = "SELECT pg_try_advisory_xact_lock(hashtextextended('sheetbridge ' || $1, 0))";
        let name = self.quoted();
        let row = client.query_typed_one(sql, &[(&name, Type::TEXT)]).await.map_err(|e| failure::of(&e))?;
        if row.get(0) {
            Ok(())
        } else {
            Err(Failure::transient(format!("another run is writing into `{}`", self.table)))
        }
    }

    /// Our table, or nothing where none stands.
    ///
    /// # Errors
    /// When what stands under the name isn't ours.
    pub(super) async fn ours(&self, client: &Client) -> Result<Option<Ours>, Failure> {
        let said = |e: Error| failure::of(&e);
        let Some(columns) = self.columns(client).await.map_err(said)? else { return Ok(None) };
        let has_ids = columns.iter().any(|c| c.name == ID_COLUMN);
        let line = if has_ids { self.line(client).await.map_err(said)? } else { None };
        let Some(run) = line else { return Err(not_ours(self.table)) };
        Ok(Some(Ours { run: run.parse().ok(), columns }))
    }

    /// The columns of the table; none for what has its name and is no table.
    async fn columns(&self, client: &Client) -> Result<Option<Vec<StandingColumn>>, Error> {
        let sql = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), \
                   a.attnotnull AND NOT a.atthasdef AND a.attidentity = '', a.attgenerated <> '' \
                   FROM pg_class c LEFT JOIN pg_attribute a \
                   ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') \
                   WHERE c.oid = to_regclass($1)";
        let rows = client.query_typed(sql, &[(&self.quoted(), Type::TEXT)]).await?;
        let column = |row: &tokio_postgres::Row| {
            Some(StandingColumn {
                name: row.get::<_, Option<String>>(0)?,
                type_name: row.get(1),
                required: row.get(2),
                computed: row.get(3),
            })
        };
        Ok((!rows.is_empty()).then(|| rows.iter().filter_map(column).collect()))
    }

    /// The run in the table's line, if it has one.
    async fn line(&self, client: &Client) -> Result<Option<String>, Error> {
        let (meta, sql) = (self.meta(), "SELECT to_regclass($1) IS NOT NULL");
        if !client.query_typed_one(sql, &[(&meta, Type::TEXT)]).await?.get::<_, bool>(0) {
            return Ok(None);
        }
        let sql = format!("SELECT run FROM {meta} WHERE table_name = $1");
        let row = client.query_typed_opt(&sql, &[(&self.table, Type::TEXT)]).await?;
        Ok(row.map(|r| r.get(0)))
    }

    /// Makes the schema and the table, or the columns that it lacks, and says into what rows go.
    pub(super) async fn extend(&self, client: &Client, layout: &Layout) -> Result<Target, Failure> {
        let name = self.quoted();
        let defined = |c: &LayoutColumn| format!("{} {}", quoted(&c.name), type_name(c.kind));
        let (statements, target) = match self.ours(client).await? {
            None => {
                // Ids are ASCII, and sort and compare fastest as bytes.
                let id = format!("{ID_COLUMN} text COLLATE \"C\" PRIMARY KEY");
                let columns = listed(iter::once(id).chain(layout.columns.iter().map(defined)));
                self.make_schema(client).await.map_err(|e| failure::of(&e))?;
                (vec![format!("CREATE TABLE {name} ({columns})")], Target::New)
            }
            Some(ours) => {
                let lacking = DIALECT.lacking(self.table, &ours, layout)?;
                let added = lacking.into_iter().map(|c| format!("ALTER TABLE {name} ADD COLUMN {}", defined(c)));
                (added.collect(), Target::Staging)
            }
        };
        client.batch_execute(&statements.join(";")).await.map_err(|e| failure::of(&e))?;
        Ok(target)
    }

    /// `CREATE SCHEMA IF NOT EXISTS` wants a right on the database even where there is nothing to make.
    async fn make_schema(&self, client: &Client) -> Result<(), Error> {
        let schema = quoted(&self.schema);
        let stands = client.query_typed_one("SELECT to_regnamespace($1) IS NOT NULL", &[(&schema, Type::TEXT)]).await?;
        if stands.get(0) { Ok(()) } else { client.batch_execute(&format!("CREATE SCHEMA {schema}")).await }
    }

    /// Notes in the table's line that `run` wrote it.
    pub(super) async fn note(&self, client: &Client, route: &str, run: RunId) -> Result<(), Error> {
        let meta = self.meta();
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {meta} (table_name text PRIMARY KEY, route text NOT NULL, \
             run text NOT NULL, written_at timestamptz NOT NULL)"
        );
        client.batch_execute(&sql).await?;
        let sql = format!(
            "INSERT INTO {meta} VALUES ($1, $2, $3, now()) ON CONFLICT (table_name) DO UPDATE SET \
             route = excluded.route, run = excluded.run, written_at = excluded.written_at"
        );
        let run = run.to_string();
        let line: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 3] =
            [(&self.table, Type::TEXT), (&route, Type::TEXT), (&run, Type::TEXT)];
        client.execute_typed(&sql, &line).await.map(|_| ())
    }
}
