//! SQLite as a source: what its values become, and what it is like to read while others write.

use std::{fs, path::PathBuf, time::Duration};

use rusqlite::Connection;

use super::{
    super::{Select, SourcePlace, testing::rows_of},
    source::SqliteSource,
};
use crate::{
    config::Secret,
    port::{Source as _, Unread},
    sheet::{Raw, Rows, Tabs},
};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new(sql: &str) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.connect().execute_batch(sql).expect(sql);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn connect(&self) -> Connection {
        Connection::open(self.path("наши #1%20.db")).expect("opened")
    }

    fn source(&self, select: Select) -> SqliteSource {
        let location = Secret::parse("наши #1%20.db");
        let folder = self.0.path().to_owned();
        let mut source =
            SqliteSource::new(SourcePlace { location, folder, select: Some(select), ..SourcePlace::default() });
        source.patience = Duration::from_millis(100);
        source
    }

    fn table(&self, table: &str) -> SqliteSource {
        self.source(Select::Table(table.into()))
    }

    fn query(&self, query: &str) -> SqliteSource {
        self.source(Select::Query(query.into()))
    }

    fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).expect("a folder").flatten();
        let mut names: Vec<String> = names.map(|f| f.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

/// The header and the rows of some columns, each cell as text.
async fn read(mut source: SqliteSource, columns: &[u16]) -> Result<(Tabs, Vec<(u32, Vec<String>)>), Unread> {
    let tabs = source.open().await?;
    let rows = rows_of(&mut source, 0, tabs.tabs[0].head_row, columns).await?;
    Ok((tabs, shown(&rows, columns.len())))
}

fn shown(rows: &Rows, width: usize) -> Vec<(u32, Vec<String>)> {
    let cell = |raw: Raw<'_>| match raw {
        Raw::Blank => "-".to_owned(),
        Raw::Text(text) => text.to_owned(),
        Raw::Number(n) => format!("number {n}"),
        Raw::Error(what) => format!("error {what}"),
        Raw::Date(_) | Raw::Bool(_) => panic!("SQLite has none"),
    };
    let rows = rows.chunks.iter().flat_map(|c| (0..c.len()).map(move |r| (c, r)));
    rows.map(|(c, r)| (c.number(r), (0..width).map(|i| cell(c.cell(r, i))).collect())).collect()
}

async fn refused(source: SqliteSource) -> (&'static str, String) {
    let unread = read(source, &[0]).await.map(|(tabs, _)| tabs.version).expect_err("it can't be read");
    (unread.code.name(), unread.hint)
}

#[tokio::test]
async fn every_value_keeps_what_it_says() {
    let folder = Folder::new(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, phone INTEGER, sum REAL, photo BLOB, note); \
         INSERT INTO people VALUES (7, ' Анна ', 79160000000, 1234.5, x'ff00', x'd094d0b0'), \
         (3, NULL, 9007199254740993, 79161234567.0, NULL, 'x'), (5, '', NULL, NULL, NULL, ''), \
         (9, CAST(x'ff41' AS TEXT), 1, 1e300, x'', 0.1)",
    );
    let (tabs, rows) = read(folder.table("PEOPLE"), &[1, 2, 3, 4, 5]).await.expect("read");
    assert_eq!(tabs.tabs[0].head, [["id", "name", "phone", "sum", "photo", "note"]]);
    assert_eq!((tabs.tabs[0].file.as_str(), &tabs.tabs[0].title), ("наши #1%20.db, PEOPLE", &None));
    let huge = format!("number {}", 1e300);
    let expected = [
        (1, vec!["-", "9007199254740993", "79161234567", "-", "x"]),
        (3, vec![" Анна ", "79160000000", "number 1234.5", "error #BYTES!", "Да"]),
        (4, vec!["error #ENCODING!", "1", &huge, "-", "number 0.1"]),
    ];
    for (row, (number, cells)) in rows.iter().zip(&expected) {
        assert_eq!((row.0, row.1.iter().map(String::as_str).collect::<Vec<_>>()), (*number, cells.clone()));
    }
    assert_eq!(rows.len(), 3, "the blank row is counted, and its number too");
}

#[tokio::test]
async fn rows_come_in_an_order_that_stays() {
    let folder = Folder::new(
        "CREATE TABLE a (x TEXT, y TEXT, PRIMARY KEY (y, x)) WITHOUT ROWID; INSERT INTO a VALUES ('1', 'b'), ('2', 'a'); \
         CREATE TABLE b (x TEXT, rowid TEXT); INSERT INTO b VALUES ('2', 'a'), ('1', 'z'); \
         CREATE VIEW c AS SELECT x, rowid AS y FROM b ORDER BY rowid DESC; INSERT INTO b VALUES ('0', '')",
    );
    let first = async |source| {
        let rows = read(source, &[0]).await.expect("read").1;
        rows.into_iter().map(|(_, cells)| cells[0].clone()).collect::<Vec<_>>()
    };
    assert_eq!(first(folder.table("a")).await, ["2", "1"], "the primary key");
    assert_eq!(first(folder.table("b")).await, ["2", "1", "0"], "as they were entered");
    assert_eq!(first(folder.table("c")).await, ["0", "1", "2"], "all that it has");
    assert_eq!(first(folder.query("SELECT x FROM b ORDER BY x DESC;")).await, ["2", "1", "0"], "its own");
    let (tabs, rows) = read(folder.query("SELECT x, 1 AS x FROM b -- all"), &[1]).await.expect("read");
    assert_eq!((tabs.tabs[0].head[0].as_slice(), rows.len()), (["x", "x"].map(str::to_owned).as_slice(), 3));
}

#[tokio::test]
async fn a_version_is_that_of_the_rows() {
    let folder = Folder::new("CREATE TABLE a (x); CREATE TABLE b (x); INSERT INTO a VALUES (1), ('1')");
    let version = async || folder.table("a").open().await.expect("open").version;
    let before = version().await;
    folder.connect().execute_batch("INSERT INTO b VALUES (1); VACUUM").expect("written");
    assert_eq!(version().await, before, "another table is nobody's business");
    for sql in
        ["UPDATE a SET x = 1", "UPDATE a SET x = 1.0 WHERE rowid = 1", "ALTER TABLE a RENAME x TO y", "DELETE FROM a"]
    {
        let before = version().await;
        folder.connect().execute_batch(sql).expect(sql);
        assert_ne!(version().await, before, "{sql}");
    }
}

#[tokio::test]
async fn nothing_is_written_whatever_is_asked() {
    let folder = Folder::new("CREATE TABLE people (phone TEXT); INSERT INTO people VALUES ('canary')");
    for query in [
        "DELETE FROM people RETURNING phone",
        "WITH gone AS (SELECT 1) INSERT INTO people SELECT * FROM gone RETURNING phone",
        "PRAGMA user_version = 5",
        "VACUUM",
        "ATTACH 'new.db' AS new",
        "CREATE TABLE x (y)",
        "BEGIN IMMEDIATE",
    ] {
        let (code, _) = refused(folder.query(query)).await;
        assert!(["source-query-writes", "source-query-refused"].contains(&code), "{query}: {code}");
    }
    let (code, hint) = refused(folder.query("SELECT 1; DELETE FROM people")).await;
    assert_eq!((code, hint.contains("Multiple statements")), ("source-query-refused", true));
    assert_eq!(read(folder.table("people"), &[0]).await.expect("read").1[0].1, ["canary"]);
    assert_eq!(folder.files(), ["наши #1%20.db"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_said_without_a_value() {
    let folder = Folder::new("CREATE TABLE people (phone TEXT); INSERT INTO people VALUES ('canary')");
    let (code, hint) = refused(folder.table("poeple")).await;
    assert_eq!((code, hint.as_str()), ("source-table-missing", "наши #1%20.db: `poeple` (`people`?); `people`"));
    let (code, hint) = refused(folder.query("SELECT fone FROM people")).await;
    assert_eq!((code, hint.contains("no such column: fone")), ("source-query-refused", true));
    let (code, hint) = refused(folder.query("SELECT ? FROM people")).await;
    assert_eq!((code, hint.contains("canary")), ("source-database-failed", false));
    for query in
        ["SELECT json_extract('{}', phone) FROM people", "SELECT abs(-9223372036854775807 - rowid) FROM people"]
    {
        let (code, hint) = refused(folder.query(query)).await;
        assert_eq!((code, hint.contains("canary")), ("source-database-failed", false), "{hint}");
    }
    let at = |location: &str| {
        let place = SourcePlace {
            location: Secret::parse(location),
            folder: folder.0.path().to_owned(),
            select: Some(Select::Table("people".into())),
            ..SourcePlace::default()
        };
        SqliteSource::new(place)
    };
    assert_eq!(refused(at("none.db")).await.0, "source-missing");
    assert_eq!(refused(at("env:SHEETBRIDGE_NO_SUCH")).await.0, "source-no-address");
    fs::write(folder.path("empty.db"), "").expect("written");
    assert_eq!(refused(at("empty.db")).await.0, "source-empty");
    fs::write(folder.path("list.db"), "name;phone\n".repeat(100)).expect("written");
    assert!(refused(at("list.db")).await.1.contains("not a SQLite database"));
    fs::write(folder.path("address"), folder.path("наши #1%20.db").display().to_string() + "\n").expect("written");
    assert_eq!(read(at("file:address"), &[0]).await.expect("read").1.len(), 1);
    assert_eq!(folder.files(), ["address", "empty.db", "list.db", "наши #1%20.db"], "nothing is made");
}

#[tokio::test]
async fn a_locked_database_is_waited_for() {
    let folder = Folder::new("CREATE TABLE people (phone TEXT); INSERT INTO people VALUES ('1')");
    let other = folder.connect();
    other.execute_batch("BEGIN EXCLUSIVE; INSERT INTO people VALUES ('2')").expect("locked");
    let (code, hint) = refused(folder.table("people")).await;
    assert_eq!((code, hint.contains("another program is writing")), ("source-database-failed", true));
    let mut source = folder.table("people");
    source.patience = Duration::from_secs(10);
    let release = async {
        tokio::time::sleep(Duration::from_millis(120)).await;
        other.execute_batch("COMMIT").expect("released");
    };
    let (outcome, ()) = tokio::join!(read(source, &[0]), release);
    assert_eq!(outcome.expect("read").1.len(), 2);
}

#[tokio::test]
async fn a_log_that_others_write_is_read_and_none_is_left() {
    let folder =
        Folder::new("PRAGMA journal_mode = WAL; CREATE TABLE people (phone TEXT); INSERT INTO people VALUES ('1')");
    assert_eq!(folder.files(), ["наши #1%20.db"]);
    assert_eq!(read(folder.table("people"), &[0]).await.expect("read").1.len(), 1);
    assert_eq!(folder.files(), ["наши #1%20.db"], "no log is left beside it");

    let writer = folder.connect();
    writer.execute_batch("INSERT INTO people VALUES ('2')").expect("written");
    let mut source = folder.table("people");
    let tabs = source.open().await.expect("open");
    writer.execute_batch("INSERT INTO people VALUES ('3')").expect("written while we read");
    let rows = rows_of(&mut source, 0, 0, &[0]).await.expect("read");
    assert_eq!(rows.len(), 2, "one state of it: what is in the log, and not what came later");
    assert_ne!(folder.table("people").open().await.expect("open").version, tabs.version);
}

#[tokio::test]
async fn a_still_file_that_is_written_after_all_is_not_believed() {
    let folder =
        Folder::new("PRAGMA journal_mode = WAL; CREATE TABLE people (phone TEXT); INSERT INTO people VALUES ('1')");
    let mut source = folder.table("people");
    source.open().await.expect("open");
    // The file's time may be coarse.
    tokio::time::sleep(Duration::from_millis(20)).await;
    folder.connect().execute_batch("UPDATE people SET phone = '2'").expect("written, and taken over at its end");
    let outcome = rows_of(&mut source, 0, 0, &[0]).await.map(|_| ());
    assert_eq!(outcome.map_err(|u| u.code.name()), Err("source-changed"));
}
