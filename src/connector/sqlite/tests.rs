//! SQLite against the cases of every database, and against its own.

use std::{
    future::{Ready, ready},
    path::PathBuf,
    time::Duration,
};

use async_trait::async_trait;
use rusqlite::{Connection, types::ValueRef};

use super::{
    super::{
        DestinationPlace,
        testing::{CLEAR, Database, KEEP, apply, conformance, create, delete, layout, people, refused, run, set},
    },
    whole::SqliteTable,
};
use crate::{
    change::{Base, Layout, Standing},
    check::kind::Column,
    config::Secret,
    failure::Failure,
    port::Whole,
};

struct Folder(tempfile::TempDir);

/// The cases of every database wait for theirs.
fn fresh() -> Ready<Option<Folder>> {
    ready(Some(Folder::new()))
}

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("made/for us/shop.db")
    }

    fn table(&self, table: &str, layout: Layout) -> Result<SqliteTable, Failure> {
        SqliteTable::new(DestinationPlace {
            location: Secret::parse("made/for us/shop.db"),
            folder: self.0.path().to_path_buf(),
            route: "shop".into(),
            table: table.into(),
            layout,
            options: Vec::new(),
        })
    }

    fn connect(&self) -> Connection {
        std::fs::create_dir_all(self.path().parent().expect("a folder")).expect("made");
        Connection::open(self.path()).expect("opened")
    }
}

#[async_trait]
impl Database for Folder {
    fn open(&self, table: &str, layout: Layout) -> Result<Box<dyn Whole>, Failure> {
        let mut port = self.table(table, layout)?;
        port.patience = Duration::from_millis(100);
        Ok(Box::new(port))
    }

    async fn execute(&self, sql: &str) {
        self.connect().execute_batch(sql).expect(sql);
    }

    async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let connection = self.connect();
        let mut statement = connection.prepare(sql).expect(sql);
        let width = statement.column_count();
        let text = |value: ValueRef<'_>| match value {
            ValueRef::Null => None,
            ValueRef::Integer(n) => Some(n.to_string()),
            ValueRef::Real(n) => Some(n.to_string()),
            ValueRef::Text(t) => Some(String::from_utf8(t.to_vec()).expect("UTF-8")),
            ValueRef::Blob(_) => panic!("a blob"),
        };
        let rows = statement.query_map([], |row| (0..width).map(|i| row.get_ref(i).map(text)).collect());
        rows.expect(sql).collect::<Result<_, _>>().expect(sql)
    }

    async fn tables(&self) -> Vec<String> {
        if !self.path().exists() {
            return Vec::new();
        }
        let rows = self.rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name").await;
        rows.into_iter().flatten().flatten().collect()
    }
}

conformance!(fresh);

#[tokio::test]
async fn looking_makes_no_file() {
    let folder = Folder::new();
    let mut port = folder.table("people", people()).expect("a port");
    assert_eq!(port.found().await, Ok(Standing::default()));
    assert_eq!(std::fs::read_dir(folder.0.path()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn a_new_database_is_left_in_wal_mode_and_whole() {
    let folder = Folder::new();
    let mut port = folder.table("people", people()).expect("a port");
    apply(&mut port, run(1), &[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    let mode: String = folder.connect().query_row("PRAGMA journal_mode", [], |r| r.get(0)).expect("a mode");
    assert_eq!(mode, "wal");
    let files = std::fs::read_dir(folder.path().parent().expect("a folder")).expect("a folder").count();
    assert_eq!(files, 1, "the log is written back when nobody reads");
}

#[tokio::test]
async fn a_database_of_others_keeps_its_mode() {
    let folder = Folder::new();
    folder.execute("CREATE TABLE theirs (x)").await;
    let mut port = folder.table("people", people()).expect("a port");
    apply(&mut port, run(1), &[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    let mode: String = folder.connect().query_row("PRAGMA journal_mode", [], |r| r.get(0)).expect("a mode");
    assert_eq!(mode, "delete");
}

#[tokio::test]
async fn a_locked_database_is_waited_for() {
    let folder = Folder::new();
    folder.execute("CREATE TABLE theirs (x)").await;
    let other = folder.connect();
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let mut port = folder.port("people", people());
    let outcome = port.begin(run(1), Base::Standing).await;
    assert_eq!(outcome, Err(Failure::transient("another program is writing into the database")));
    let mut port = folder.table("people", people()).expect("a port");
    let release = async {
        tokio::time::sleep(Duration::from_millis(120)).await;
        other.execute_batch("COMMIT").expect("released");
    };
    let (begun, ()) = tokio::join!(port.begin(run(2), Base::Standing), release);
    assert_eq!(begun, Ok(()));
}

#[tokio::test]
async fn a_reader_that_stays_holds_a_commit_up() {
    let folder = Folder::new();
    folder.execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").await;
    let reader = folder.connect();
    reader.execute_batch("BEGIN; SELECT * FROM theirs").expect("reading");
    let mut port = folder.port("people", people());
    let outcome = apply(&mut *port, run(1), &[create(1, &[set("Anna"), CLEAR])]).await;
    assert!(matches!(outcome, Err(Failure::Transient { .. })), "{outcome:?}");
    reader.execute_batch("COMMIT").expect("read");
    assert_eq!(port.found().await, Ok(Standing::default()));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = Folder::new();
    drop(folder.connect());
    std::fs::write(folder.path(), "name;phone\n".repeat(100)).expect("written");
    let mut port = folder.table("people", people()).expect("a port");
    refused(port.found().await.map(|_| ()), "not a SQLite database");
    refused(port.begin(run(1), Base::Standing).await, "not a SQLite database");
    let mut port = folder.table("people", people()).expect("a port");
    std::fs::remove_file(folder.path()).expect("removed");
    std::fs::create_dir(folder.path()).expect("made");
    refused(port.begin(run(1), Base::Standing).await, "unable to open");
}

#[tokio::test]
async fn no_failure_quotes_a_value() {
    let folder = Folder::new();
    let mut port = folder.table("people", people()).expect("a port");
    apply(&mut port, run(1), &[create(1, &[set("Anna"), set("canary")])]).await.expect("written");
    for (sql, says) in [
        ("CREATE UNIQUE INDEX u ON people (phone)", "UNIQUE constraint failed: people.phone"),
        (
            "DROP INDEX u; CREATE TRIGGER t BEFORE INSERT ON people BEGIN SELECT RAISE(ABORT, 'not ' || NEW.phone); END",
            "constraint failed (SQLite 1811)",
        ),
        (
            "DROP TRIGGER t; CREATE TRIGGER t BEFORE INSERT ON people BEGIN SELECT json_extract('{}', NEW.phone); END",
            "SQL logic error (SQLite 1)",
        ),
        (
            "DROP TRIGGER t; CREATE TABLE calls (phone REFERENCES people (sheetbridge_id)); \
             CREATE TRIGGER t AFTER INSERT ON people BEGIN INSERT INTO calls VALUES (NEW.phone); END",
            "FOREIGN KEY constraint failed",
        ),
    ] {
        folder.execute(sql).await;
        let said = refused(apply(&mut port, run(2), &[create(2, &[set("Boris"), set("canary")])]).await, says);
        assert!(!said.contains("canary"), "{said}");
    }
    folder.execute("DROP TRIGGER t; CREATE TABLE c (x REFERENCES people DEFERRABLE INITIALLY DEFERRED)").await;
    folder.execute(&format!("INSERT INTO c VALUES ('{}')", super::super::testing::id(1))).await;
    refused(apply(&mut port, run(2), &[delete(1)]).await, "FOREIGN KEY constraint failed");
    assert_eq!(folder.rows("SELECT name, phone FROM people").await, [["Anna", "canary"].map(|t| Some(t.to_owned()))]);
}

#[tokio::test]
async fn names_differ_in_more_than_case() {
    let folder = Folder::new();
    let mut port = folder.table("People", layout(&[("NAME", Column::Text)])).expect("a port");
    apply(&mut port, run(1), &[create(1, &[set("Anna")])]).await.expect("written");
    let mut port = folder.table("people", layout(&[("name", Column::Text)])).expect("a port");
    apply(&mut port, run(2), &[create(1, &[KEEP])]).await.expect("written");
    assert_eq!(folder.tables().await, ["People", "sheetbridge_meta"]);
    assert_eq!(folder.rows("SELECT count(*) FROM sheetbridge_meta").await, [[Some("1".to_owned())]]);
}

#[tokio::test]
#[should_panic(expected = "never written from nothing")]
async fn a_table_has_no_empty_base() {
    let folder = Folder::new();
    let mut port = folder.table("people", people()).expect("a port");
    let _ = port.begin(run(1), Base::Empty).await;
}
