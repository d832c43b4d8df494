//! PostgreSQL as a source: what its values become, and what no query can do.

use super::{
    super::{
        Select, SourcePlace,
        testing::{Database as _, rows_of},
    },
    source::PostgresSource,
    tests::{Fresh, fresh},
};
use crate::{
    config::Secret,
    port::{Source as _, Unread},
    sheet::{Raw, Rows, Tabs},
};

impl Fresh {
    fn source(&self, select: Select) -> PostgresSource {
        PostgresSource::new(SourcePlace {
            location: Secret::Plain(self.url()),
            select: Some(select),
            time_zone: Some("Asia/Vladivostok".into()),
            ..SourcePlace::default()
        })
    }

    fn table_source(&self, table: &str) -> PostgresSource {
        self.source(Select::Table(table.into()))
    }

    fn query_source(&self, query: &str) -> PostgresSource {
        self.source(Select::Query(query.into()))
    }
}

async fn read(mut source: PostgresSource, columns: &[u16]) -> Result<(Tabs, Vec<(u32, Vec<String>)>), Unread> {
    let tabs = source.open().await?;
    let rows = rows_of(&mut source, 0, tabs.tabs[0].head_row, columns).await?;
    Ok((tabs, shown(&rows, columns.len())))
}

fn shown(rows: &Rows, width: usize) -> Vec<(u32, Vec<String>)> {
    let cell = |raw: Raw<'_>| match raw {
        Raw::Blank => "-".to_owned(),
        Raw::Text(text) => text.to_owned(),
        Raw::Number(n) => format!("number {n}"),
        Raw::Bool(yes) => format!("box {yes}"),
        Raw::Error(what) => format!("error {what}"),
        Raw::Date(_) => panic!("a date is a text that no order can spoil"),
    };
    let rows = rows.chunks.iter().flat_map(|c| (0..c.len()).map(move |r| (c, r)));
    rows.map(|(c, r)| (c.number(r), (0..width).map(|i| cell(c.cell(r, i))).collect())).collect()
}

/// The cells of the first row that a query gives.
async fn cells(db: &Fresh, query: &str) -> Vec<String> {
    let mut source = db.query_source(query);
    let tabs = source.open().await.expect(query);
    let columns: Vec<u16> = (0..tabs.tabs[0].head[0].len() as u16).collect();
    shown(&rows_of(&mut source, 0, 0, &columns).await.expect(query), columns.len()).swap_remove(0).1
}

async fn refused(source: PostgresSource) -> (&'static str, String) {
    let unread = read(source, &[0]).await.map(|(tabs, _)| tabs.version).expect_err("it can't be read");
    (unread.code.name(), unread.hint)
}

#[tokio::test]
async fn every_value_keeps_what_it_says() {
    let Some(db) = fresh().await else { return };
    db.execute("CREATE TYPE mood AS ENUM ('good'); CREATE DOMAIN inn AS bigint; SET TimeZone = 'UTC'").await;
    for (value, expected) in [
        ("' Анна '::text", " Анна "),
        ("'Анна'::varchar(20)", "Анна"),
        ("'Анна'::char(20)", "Анна"),
        ("NULL::text", "-"),
        ("79160000000::bigint", "79160000000"),
        ("500100732259::inn", "500100732259"),
        ("12345678901234567890123::numeric", "12345678901234567890123"),
        ("1234.50::numeric(10, 2)", "number 1234.5"),
        ("1234.567::numeric", "number 1234.567"),
        ("1000.00::numeric", "1000"),
        ("12345678901234567.25::numeric", "12345678901234567.25"),
        ("'NaN'::numeric", "NaN"),
        ("0.1::float8", "number 0.1"),
        ("79161234567::float8", "79161234567"),
        ("'-Infinity'::float4", "number -inf"),
        ("1234.5::numeric::money", "number 1234.5"),
        ("true", "box true"),
        ("false", "box false"),
        ("DATE '2026-11-24'", "2026-11-24"),
        ("DATE '0044-03-15 BC'", "0044-03-15 BC"),
        ("'infinity'::date", "infinity"),
        ("TIMESTAMP '2026-11-24 10:30:00.5'", "2026-11-24 10:30:00"),
        ("TIMESTAMPTZ '2026-11-24 22:30:00.123+00'", "2026-11-25 08:30:00"),
        ("TIMESTAMPTZ 'infinity'", "infinity"),
        ("(TIMESTAMPTZ '2026-11-24 22:30:00+00')::date", "2026-11-25"),
        ("TIME '10:30'", "10:30:00"),
        ("'good'::mood", "good"),
        ("'\\xff'::bytea", "error #BYTES!"),
        ("NULL::bytea", "-"),
        ("'{\"a\": 1}'::jsonb", "{\"a\": 1}"),
        ("ARRAY['+7 916 1', NULL, '+7 916 2']", "+7 916 1\n+7 916 2"),
        ("'{}'::text[]", "-"),
        ("'{1,2}'::int[]", "1\n2"),
        ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("'10.0.0.1'::inet", "10.0.0.1/32"),
        ("INTERVAL '1 day'", "P1D"),
    ] {
        // Whatever the server's custom is.
        db.execute(&format!(
            "ALTER DATABASE {} SET DateStyle = 'SQL, MDY'",
            db.rows("SELECT current_database()").await[0][0].as_deref().expect("a name")
        ))
        .await;
        assert_eq!(cells(&db, &format!("SELECT {value} AS v, 1 AS one")).await, [expected, "1"], "{value}");
    }
    db.gone().await;
}

#[tokio::test]
async fn a_table_is_read_by_its_key() {
    let Some(db) = fresh().await else { return };
    db.execute(
        "CREATE TABLE a (x text, q text, y int, PRIMARY KEY (y, x)); INSERT INTO a VALUES ('b', '', 2), ('c', '', 1), \
         ('a', '', 2); CREATE SCHEMA \"Отдел\"; CREATE TABLE \"Отдел\".b (\"Имя\" text, q json, t text); \
         INSERT INTO \"Отдел\".b VALUES ('2', '{}', 'x'), (NULL, NULL, NULL), ('1', NULL, NULL); CREATE VIEW c AS SELECT 1 AS \"c0\"",
    )
    .await;
    let first = async |table: &str| read(db.table_source(table), &[0]).await.expect(table);
    let (tabs, rows) = first("a").await;
    assert_eq!(tabs.tabs[0].head, [["x", "q", "y"]]);
    assert!(tabs.tabs[0].file.ends_with(", a") && tabs.tabs[0].file.starts_with("sheetbridge_test_"));
    assert_eq!(rows, [(1, vec!["c".into()]), (2, vec!["a".into()]), (3, vec!["b".into()])]);
    let (tabs, rows) = first("Отдел.b").await;
    assert_eq!((tabs.tabs[0].head[0][0].as_str(), rows.len()), ("Имя", 2));
    assert_eq!(rows[0].1, ["1"], "all that it has gives an order too");
    assert_eq!(first("c").await.1, [(1, vec!["1".into()])]);
    let doubled = read(db.query_source("SELECT x, y AS x FROM a ORDER BY 1 DESC; \n"), &[1, 0]).await;
    assert_eq!(doubled.map(|(_, rows)| rows.len()).map_err(|u| u.hint), Ok(3));
    db.gone().await;
}

#[tokio::test]
async fn a_version_is_that_of_the_rows() {
    let Some(db) = fresh().await else { return };
    db.execute("CREATE TABLE a (x text, q text); CREATE TABLE b (x int); INSERT INTO a VALUES ('1', ''), ('2', '')")
        .await;
    let version = async || db.table_source("a").open().await.expect("open").version;
    let before = version().await;
    db.execute("INSERT INTO b VALUES (1); UPDATE a SET x = x").await;
    assert_eq!(version().await, before, "the same rows, wherever they lie");
    for sql in [
        "UPDATE a SET x = '3' WHERE x = '2'",
        "INSERT INTO a VALUES ('3', '')",
        "UPDATE a SET x = NULL",
        "DELETE FROM a",
    ] {
        let before = version().await;
        db.execute(sql).await;
        assert_ne!(version().await, before, "{sql}");
    }
    db.gone().await;
}

#[tokio::test]
async fn one_state_is_read_whoever_writes() {
    let Some(db) = fresh().await else { return };
    db.execute("CREATE TABLE a (x text); INSERT INTO a VALUES ('1')").await;
    let mut source = db.table_source("a");
    let version = source.open().await.expect("open").version;
    db.execute("INSERT INTO a VALUES ('2')").await;
    assert_eq!(rows_of(&mut source, 0, 0, &[0]).await.expect("read").len(), 1);
    assert_ne!(db.table_source("a").open().await.expect("open").version, version);
    db.gone().await;
}

#[tokio::test]
async fn nothing_is_written_whatever_is_asked() {
    let Some(db) = fresh().await else { return };
    db.execute(
        "CREATE TABLE people (phone text); INSERT INTO people VALUES ('canary'); CREATE SEQUENCE s; \
         CREATE FUNCTION gone() RETURNS SETOF people LANGUAGE sql AS 'DELETE FROM people RETURNING *'; \
         CREATE FUNCTION free() RETURNS SETOF people LANGUAGE plpgsql AS $$ BEGIN \
         PERFORM set_config('transaction_read_only', 'off', true); RETURN QUERY DELETE FROM people RETURNING *; END $$",
    )
    .await;
    for (query, expected) in [
        ("SELECT * FROM gone()", "source-query-writes"),
        ("SELECT * FROM free()", "source-database-failed"),
        ("SELECT nextval('s')", "source-query-writes"),
        ("WITH x AS (DELETE FROM people RETURNING *) SELECT * FROM x", "source-query-refused"),
        ("DELETE FROM people RETURNING *", "source-query-refused"),
        ("SELECT 1) AS q; DELETE FROM people; SELECT * FROM (SELECT 1", "source-query-refused"),
        ("SELECT 1; COMMIT; DELETE FROM people", "source-query-refused"),
    ] {
        let (code, hint) = refused(db.query_source(query)).await;
        assert_eq!((code, hint.contains("canary")), (expected, false), "{query}: {hint}");
    }
    assert_eq!(db.rows("SELECT phone FROM people").await, [[Some("canary".to_owned())]]);
    assert_eq!(db.rows("SELECT is_called FROM s").await, [[Some("f".to_owned())]]);
    db.gone().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_said_without_a_value() {
    let Some(db) = fresh().await else { return };
    db.execute("CREATE TABLE people (phone text); INSERT INTO people VALUES ('canary'); CREATE SCHEMA crm; CREATE TABLE crm.deals (x int)").await;
    let (code, hint) = refused(db.table_source("People")).await;
    assert_eq!(
        (code, hint.contains("`People` (`people`?); `crm.deals`, `people`")),
        ("source-table-missing", true),
        "{hint}"
    );
    let (code, hint) = refused(db.query_source("SELECT fone FROM people")).await;
    assert_eq!(
        (code, hint.contains("column \"fone\" does not exist (42703)")),
        ("source-query-refused", true),
        "{hint}"
    );
    let (code, hint) = refused(db.query_source("SELECT phone::int FROM people")).await;
    assert_eq!((code, hint.contains("could not compute the rows (22P02)")), ("source-database-failed", true), "{hint}");
    assert!(!hint.contains("canary"));
    let mut zone = db.table_source("people");
    zone.open().await.expect("open");
    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE application_name = 'sheetbridge' AND datname = current_database()",
    )
    .await;
    let lost = rows_of(&mut zone, 0, 0, &[0]).await.map(|_| ()).expect_err("the connection is lost");
    assert_eq!(lost.code.name(), "source-database-failed", "{}", lost.hint);
    let nobody = SourcePlace {
        location: Secret::Plain("postgres://anna:canary@127.0.0.1:1/x".into()),
        select: Some(Select::Table("people".into())),
        ..SourcePlace::default()
    };
    let (_, hint) = refused(PostgresSource::new(nobody)).await;
    assert_eq!(hint, "x: 127.0.0.1: connection refused");
    db.gone().await;
}
