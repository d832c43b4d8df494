//! PostgreSQL against the cases of every database, and against its own.

#[path = "../../../tests/support/postgres.rs"]
mod support;

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use super::{
    super::{
        DestinationPlace,
        testing::{CLEAR, Database, KEEP, apply, conformance, create, delete, id, layout, people, refused, run, set},
    },
    whole::PostgresTable,
};
use crate::{
    change::{Base, Change, Layout, Standing},
    check::kind::Column,
    config::Secret,
    failure::Failure,
    port::Whole,
};

/// A database of one test, which goes with it.
pub(super) struct Fresh {
    server: &'static support::Server,
    name: String,
}

pub(super) async fn fresh() -> Option<Fresh> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = support::server()?;
    let name = format!("sheetbridge_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    connect(&server.url).await.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a database");
    Some(Fresh { server, name })
}

/// A database on a server that we started.
async fn fresh_and_private() -> Option<(Fresh, &'static support::Private)> {
    let private = support::server()?.private.as_ref()?;
    Some((fresh().await?, private))
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("connected");
    tokio::spawn(connection);
    client
}

impl Fresh {
    pub(super) fn url(&self) -> String {
        self.server.database(&self.name)
    }

    fn place(&self, table: &str, layout: Layout) -> DestinationPlace {
        DestinationPlace {
            location: Secret::Plain(self.url()),
            folder: "/nowhere".into(),
            route: "shop".into(),
            table: table.into(),
            layout,
            options: Vec::new(),
        }
    }

    fn table(&self, table: &str, layout: Layout) -> PostgresTable {
        PostgresTable::new(self.place(table, layout)).expect("a port")
    }

    /// A place that is reached in another way than by the address of the tests.
    fn reached(&self, location: &str, options: &[(&'static str, &str)]) -> Box<dyn Whole> {
        let options = options.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let location = Secret::Plain(location.to_owned());
        Box::new(
            PostgresTable::new(DestinationPlace { location, options, ..self.place("people", people()) })
                .expect("a port"),
        )
    }
}

#[async_trait]
impl Database for Fresh {
    fn open(&self, table: &str, layout: Layout) -> Result<Box<dyn Whole>, Failure> {
        Ok(Box::new(PostgresTable::new(self.place(table, layout))?))
    }

    async fn execute(&self, sql: &str) {
        connect(&self.url()).await.batch_execute(sql).await.expect(sql);
    }

    async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let messages = connect(&self.url()).await.simple_query(sql).await.expect(sql);
        let rows = messages.iter().filter_map(|m| if let SimpleQueryMessage::Row(row) = m { Some(row) } else { None });
        rows.map(|row| (0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect()).collect()
    }

    async fn tables(&self) -> Vec<String> {
        let sql = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') \
                   ORDER BY relname";
        self.rows(sql).await.into_iter().flatten().flatten().collect()
    }

    async fn gone(&self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        connect(&self.server.url).await.batch_execute(&sql).await.expect("dropped");
    }
}

conformance!(fresh);

#[tokio::test]
async fn a_schema_is_made_when_it_is_written_into() {
    let Some(db) = fresh().await else { return };
    let mut port = db.table("Отдел.people", people());
    let schemas = "SELECT nspname FROM pg_namespace WHERE nspname = 'Отдел'";
    assert_eq!(port.found().await, Ok(Standing::default()));
    assert!(db.rows(schemas).await.is_empty());
    for n in [1, 2] {
        apply(&mut port, run(n), &[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
        assert_eq!(port.found().await, Ok(Standing { run: Some(run(n)), ids: vec![id(1)], digest: None }));
    }
    assert_eq!(db.tables().await, [""; 0]);
    db.execute("DROP SCHEMA public").await;
    refused(db.table("people", people()).found().await.map(|_| ()), "no schema of the search path");
    db.gone().await;
}

#[tokio::test]
async fn a_name_that_the_server_would_cut_is_refused() {
    let Some(db) = fresh().await else { return };
    let just = "я".repeat(31) + "z";
    apply(&mut db.table(&just, layout(&[(&just, Column::Text)])), run(1), &[create(1, &[KEEP])])
        .await
        .expect("written");
    let long = just + "z";
    refused(db.open(&long, people()).map(|_| ()), "64 bytes");
    refused(db.open("people", layout(&[(&long, Column::Text)])).map(|_| ()), "64 bytes");
    db.gone().await;
}

#[tokio::test]
async fn no_failure_quotes_a_value() {
    let Some(db) = fresh().await else { return };
    let layout = layout(&[("name", Column::Text), ("phone", Column::Text), ("sum", Column::Number)]);
    let mut port = db.table("people", layout);
    apply(&mut port, run(1), &[create(1, &[set("Anna"), set("canary"), CLEAR])]).await.expect("written");
    let raise = "CREATE OR REPLACE FUNCTION raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE";
    let trigger = "END $$; CREATE OR REPLACE TRIGGER t BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION raise();";
    for (sql, says) in [
        (
            "ALTER TABLE people ALTER phone TYPE varchar(6), ALTER sum TYPE numeric(5, 2)".to_owned(),
            "a number is larger than its column allows: `sum` (22003)",
        ),
        ("ALTER TABLE people ALTER sum TYPE numeric; CREATE UNIQUE INDEX one ON people (phone)".to_owned(), "a value may stand once only: `one` (23505)"),
        (
            "DROP INDEX one; ALTER TABLE people ADD CONSTRAINT two CHECK (name = 'Anna')".to_owned(),
            "a row breaks a rule of the table: `two` (23514)",
        ),
        (
            "ALTER TABLE people DROP CONSTRAINT two, ADD n INT NOT NULL DEFAULT 1; ALTER TABLE people ADD CONSTRAINT three \
             FOREIGN KEY (phone) REFERENCES people NOT VALID".to_owned(),
            "a row is tied to another one: `three` (23503)",
        ),
        (
            format!("ALTER TABLE people DROP CONSTRAINT three; {raise} EXCEPTION 'not %', NEW.phone; {trigger}"),
            "the server refused the rows (P0001)",
        ),
        (
            format!("{raise} unique_violation USING MESSAGE = NEW.phone, CONSTRAINT = NEW.phone; {trigger}"),
            "a value may stand once only (23505)",
        ),
        (
            format!("{raise} NOTICE '%', NEW.phone; EXECUTE 'SELECT ' || NEW.phone; {trigger}"),
            "the server refused the rows (42703)",
        ),
        (
            format!(
                "DROP TRIGGER t ON people; {raise} EXCEPTION '%', NEW.phone; END $$; \
                 CREATE CONSTRAINT TRIGGER t AFTER INSERT ON people DEFERRABLE INITIALLY DEFERRED \
                 FOR EACH ROW EXECUTE FUNCTION raise()"
            ),
            "the server refused the rows (P0001)",
        ),
    ] {
        db.execute(&sql).await;
        let card = create(2, &[set("Boris"), set("canary"), set("12345")]);
        let said = refused(soon(&mut port, &card).await, says);
        assert!(!said.contains("canary"), "{said}");
    }
    let card = create(2, &[set("Boris"), set("canary is long"), CLEAR]);
    refused(soon(&mut port, &card).await, "a text is longer than its column allows: `phone` (22001)");
    assert_eq!(port.found().await, Ok(Standing { run: Some(run(1)), ids: vec![id(1)], digest: None }));
    db.gone().await;
}

/// A run after one that failed: the server may still be undoing that one.
async fn soon(port: &mut PostgresTable, card: &Change<'_>) -> Result<(), Failure> {
    loop {
        match apply(port, run(2), std::slice::from_ref(card)).await {
            Err(Failure::Transient { .. }) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            outcome => return outcome,
        }
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_said_without_a_password() {
    let Some(db) = fresh().await else { return };
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let mut port = db.reached(&format!("postgres://anna:canary@{nobody}/db"), &[]);
    let failure = port.found().await.expect_err("nobody there");
    assert_eq!(failure, Failure::transient("127.0.0.1: connection refused"));
    let mut port = db.reached(&db.server.database("no_such"), &[]);
    refused(port.found().await.map(|_| ()), "database \"no_such\" does not exist (3D000)");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("bound");
    let mut port = db.reached(&format!("postgres://anna:canary@{address}/db?connect_timeout=1"), &[]);
    let failure = port.begin(run(1), Base::Standing).await.expect_err("no answer");
    assert_eq!(failure, Failure::transient("127.0.0.1: no answer within 2 s"));
    db.gone().await;
}

#[tokio::test]
async fn a_password_is_where_the_config_says() {
    let Some((db, private)) = fresh_and_private().await else { return };
    let login = support::LOGIN;
    db.execute(&format!("CREATE ROLE {login} LOGIN PASSWORD 'p@ss/1'; GRANT CREATE ON SCHEMA public TO {login}")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (right, wrong) = (folder.path().join("right"), folder.path().join("wrong"));
    std::fs::write(&right, "p@ss/1\n").expect("written");
    std::fs::write(&wrong, "canary\n").expect("written");
    let url = format!("postgres://{login}@127.0.0.1:{}/{}", private.port, db.name);
    let with = |path: &std::path::Path| db.reached(&url, &[("password", &format!("file:{}", path.display()))]);
    apply(&mut *with(&right), run(1), &[create(1, &[KEEP, KEEP])]).await.expect("written");
    let said = refused(with(&wrong).found().await.map(|_| ()), "password authentication failed");
    assert!(!said.contains("canary"), "{said}");
    refused(db.reached(&url, &[]).found().await.map(|_| ()), "password missing");
    refused(with(&folder.path().join("none")).found().await.map(|_| ()), "not found");
    db.execute(&format!("ALTER TABLE people OWNER TO postgres; GRANT SELECT ON people TO {login}")).await;
    let outcome = apply(&mut *with(&right), run(2), &[delete(1)]).await;
    refused(outcome, "permission denied");
    db.gone().await;
    connect(&db.server.url).await.batch_execute(&format!("DROP ROLE {login}")).await.expect("dropped");
}

#[tokio::test]
async fn an_encrypted_server_must_prove_its_name() {
    let Some((db, private)) = fresh_and_private().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, &private.ca).expect("written");
    let ca = ca.to_str().expect("UTF-8");
    let url = |host: &str| format!("postgres://postgres@{host}:{}/{}?sslmode=require", private.port, db.name);
    let mut port = db.reached(&url("localhost"), &[("ca", ca)]);
    port.begin(run(1), Base::Standing).await.expect("begun");
    let encrypted = "SELECT ssl FROM pg_stat_ssl NATURAL JOIN pg_stat_activity WHERE application_name = 'sheetbridge' \
                     AND datname = current_database()";
    assert_eq!(db.rows(encrypted).await, [[Some("t".to_owned())]]);
    port.write(&[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    port.commit().await.expect("committed");
    refused(db.reached(&url("127.0.0.1"), &[("ca", ca)]).found().await.map(|_| ()), "certificate");
    refused(db.reached(&url("localhost"), &[]).found().await.map(|_| ()), "UnknownIssuer");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").expect("written");
    let empty = empty.to_str().expect("UTF-8");
    refused(db.reached(&url("localhost"), &[("ca", empty)]).found().await.map(|_| ()), "no certificates");
    refused(db.reached(&url("localhost"), &[("ca", "none.pem")]).found().await.map(|_| ()), "not found");
    db.gone().await;
}

#[tokio::test]
async fn a_server_that_goes_leaves_the_old_state() {
    let Some(db) = fresh().await else { return };
    let mut port = db.table("people", people());
    apply(&mut port, run(1), &[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    port.begin(run(2), Base::Standing).await.expect("begun");
    port.write(&[create(2, &[set("Boris"), CLEAR])]).await.expect("written");
    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE application_name = 'sheetbridge' AND datname = current_database()",
    )
    .await;
    let outcome = port.commit().await;
    assert!(matches!(outcome, Err(Failure::Transient { .. })), "{outcome:?}");
    assert_eq!(port.found().await, Ok(Standing { run: Some(run(1)), ids: vec![id(1)], digest: None }));
    db.gone().await;
}

#[tokio::test]
async fn the_first_runs_of_two_tables_may_collide() {
    let Some(db) = fresh().await else { return };
    let mut port = db.table("people", people());
    port.begin(run(1), Base::Standing).await.expect("begun");
    let other = connect(&db.url()).await;
    let meta =
        "BEGIN; CREATE TABLE sheetbridge_meta (table_name text PRIMARY KEY, route text, run text, written_at date)";
    other.batch_execute(meta).await.expect("made");
    let later = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        other.batch_execute("COMMIT").await.expect("committed");
    };
    let (outcome, ()) = tokio::join!(port.commit(), later);
    assert!(matches!(outcome, Err(Failure::Transient { .. })), "{outcome:?}");
    apply(&mut port, run(2), &[]).await.expect("written");
    db.gone().await;
}

#[tokio::test]
async fn a_commit_without_an_answer_is_looked_up() {
    let Some((db, private)) = fresh_and_private().await else { return };
    let proxy = cut_at_commit(private.port).await;
    let mut port = db.reached(&format!("postgres://postgres@127.0.0.1:{proxy}/{}", db.name), &[]);
    port.begin(run(1), Base::Standing).await.expect("begun");
    port.write(&[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    assert_eq!(port.commit().await, Err(Failure::unknown("the connection broke at the commit")));
    assert_eq!(port.found().await, Ok(Standing { run: Some(run(1)), ids: vec![id(1)], digest: None }));
    db.gone().await;
}

/// Passes everything on to the server, but not what it answers to a commit.
async fn cut_at_commit(server: u16) -> u16 {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
        net::{TcpListener, TcpStream},
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut server = TcpStream::connect(("127.0.0.1", server)).await.expect("connected");
            let (mut from_client, mut to_client) = client.split();
            let (mut from_server, mut to_server) = server.split();
            let there = async {
                let mut bytes = vec![0; 64 * 1024];
                loop {
                    let n = from_client.read(&mut bytes).await.unwrap_or(0);
                    let _ = to_server.write_all(&bytes[..n]).await;
                    if n == 0 || bytes[..n].ends_with(b"COMMIT\0") {
                        break;
                    }
                }
            };
            tokio::select! { () = there => {}, _ = copy(&mut from_server, &mut to_client) => {} }
            // The server is given the time to commit before its connection ends.
            let mut answer = [0; 1];
            let _ = server.read(&mut answer).await;
        }
    });
    port
}

#[tokio::test]
#[should_panic(expected = "never written from nothing")]
async fn a_table_has_no_empty_base() {
    let place = DestinationPlace {
        location: Secret::Plain("postgres://localhost/db".into()),
        folder: "/nowhere".into(),
        route: "shop".into(),
        table: "people".into(),
        layout: people(),
        options: Vec::new(),
    };
    let _ = PostgresTable::new(place).expect("a port").begin(run(1), Base::Empty).await;
}
