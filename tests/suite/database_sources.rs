//! The whole way out of a database by the real program: what is read, what a finding points to, and that a second
//! run sees at once that nothing changed.

use std::fmt::Write as _;

use rusqlite::Connection;

use crate::{database::Database, expected, program::Desk};

const CONFIG: &str = r#"
[operator]
name      = "Clinic"
profile   = "ru"
language  = "en"
time_zone = "Asia/Vladivostok"
[fields]
name    = "person_name"
phone   = "phone"
email   = "email"
visited = "date"
paid    = { kind = "money", currency = "RUB" }
[purposes.treatment]
title    = "Treat"
basis    = "contract"
needs    = ["name", "phone", "visited", "paid"]
required = ["phone"]
keep     = { for = "30 years", after = "visited" }
[purposes.letters]
title = "Send letters"
basis = "consent"
needs = ["name", "email"]
keep  = "until withdrawn"
[sources.visits]
SOURCE
key      = "id"
purposes = ["treatment"]
columns  = { name = "ФИО", phone = "phone", email = "email", visited = "visited", paid = "paid" }
[sources.visits.consent.letters]
given = "letters"
date  = "agreed"
[destinations.register]
path     = "out/register.csv"
bom      = "no"
purposes = ["treatment"]
[destinations.letters]
path     = "out/letters.csv"
bom      = "no"
purposes = ["letters"]
[state]
key = "file:key"
"#;

/// People in a database, in the words that both understand.
const PEOPLE: &str = r#"
CREATE TABLE visits (id INTEGER PRIMARY KEY, "ФИО" TEXT, phone BIGINT, email TEXT, visited TEXT, paid NUMERIC(10, 2),
                     letters BOOLEAN, agreed TEXT, diagnosis TEXT);
INSERT INTO visits VALUES
  (30, 'Петрова Анна', 79161234567, 'anna@example.org', '2026-10-01', 1234.50, TRUE, '2026-01-02', 'secret'),
  (10, 'Белов Олег', 79265550011, NULL, '2026-10-02 23:30:00', 100, FALSE, NULL, 'secret'),
  (20, 'Седова Нина', 916, 'nina@example.org', '2026-10-03', NULL, NULL, NULL, 'secret'),
  (40, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
"#;

struct Told(Desk, String);

impl Told {
    fn new(source: &str) -> Self {
        let desk = Desk::new();
        desk.put("bridge.toml", CONFIG.replace("SOURCE", source));
        Self(desk, String::new())
    }

    fn run(&mut self, args: &[&str], environment: &[(&str, &str)]) -> i32 {
        let answer = self.0.run_with(args, environment);
        let _ = writeln!(self.1, "$ sheetbridge {}\n{answer}", args.join(" "));
        answer.exit
    }

    fn show(&mut self, file: &str) {
        let _ = writeln!(self.1, "$ cat {file}\n{}", self.0.read(file).unwrap_or_default());
    }

    #[track_caller]
    fn compare(self, name: &str) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cli").join(name);
        expected::none(&expected::compare(&path, &self.1).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn people_come_out_of_sqlite() {
    let mut told = Told::new("path     = \"clinic.db\"\ntable    = \"visits\"");
    let database = told.0.path("clinic.db");
    assert_eq!(told.run(&["sync"], &[]), 2, "nothing is made where nothing is");
    assert!(!database.exists());
    let connect = || Connection::open(&database).expect("opened");
    connect().execute_batch(&format!("PRAGMA journal_mode = WAL; {PEOPLE}")).expect("people");
    assert_eq!(told.run(&["sync", "-v"], &[]), 1);
    told.show("out/register.csv");
    told.show("out/letters.csv");
    assert_eq!(told.run(&["sync"], &[]), 0);
    connect().execute_batch("UPDATE visits SET phone = 79161112233 WHERE id = 20").expect("corrected");
    assert_eq!(told.run(&["sync"], &[]), 0);
    connect().execute_batch("ALTER TABLE visits RENAME TO visit").expect("renamed");
    assert_eq!(told.run(&["sync"], &[]), 2);
    connect()
        .execute_batch("ALTER TABLE visit RENAME TO visits; ALTER TABLE visits RENAME COLUMN phone TO phones")
        .expect("renamed");
    assert_eq!(told.run(&["sync"], &[]), 2);
    let config = told.0.read("bridge.toml").expect("a config").replace("language  = \"en\"", "language  = \"ru\"");
    let query = "query = \"WITH gone AS (SELECT 1) DELETE FROM visits RETURNING *\"";
    told.0.put("bridge.toml", config.replace("table    = \"visits\"", query));
    assert_eq!(told.run(&["sync"], &[]), 2);
    told.0.put("bridge.toml", config.replace("\"visits\"", "\"visit\""));
    assert_eq!(told.run(&["sync"], &[]), 2);
    told.compare("from-sqlite.expected");
}

#[test]
fn people_come_out_of_postgres() {
    let Some(database) = Database::fresh() else { return };
    database.execute(PEOPLE);
    let query = "SELECT * FROM visits WHERE id < 40 ORDER BY id DESC";
    let mut told = Told::new(&format!("kind     = \"postgres\"\npath     = \"env:CLINIC\"\nquery    = \"{query}\""));
    let (url, name) = (database.url(), database.name().to_owned());
    assert_eq!(told.run(&["sync"], &[]), 2, "no address");
    assert_eq!(told.run(&["sync", "-v"], &[("CLINIC", &url)]), 1);
    told.show("out/register.csv");
    assert_eq!(told.run(&["sync"], &[("CLINIC", &url)]), 0);
    database.execute("DROP TABLE visits");
    assert_eq!(told.run(&["sync"], &[("CLINIC", &url)]), 2);
    told.1 = told.1.replace(&name, "clinic");
    told.compare("from-postgres.expected");
}

#[test]
fn another_table_of_the_same_database_is_another_place() {
    for source in ["table    = \"visits\"", "query    = \"SELECT * FROM visits WHERE id < 25\""] {
        let mut told = Told::new(&format!("path     = \"clinic.db\"\n{source}"));
        let config = told.0.read("bridge.toml").expect("a config");
        let into = "path     = \"./clinic.db\"\ntable    = \"register\"";
        told.0.put("bridge.toml", config.replace("path     = \"out/register.csv\"\nbom      = \"no\"", into));
        let connect = || Connection::open(told.0.path("clinic.db")).expect("opened");
        connect().execute_batch(PEOPLE).expect("people");
        let register =
            || connect().query_row("SELECT count(*) FROM register", [], |r| r.get::<_, u32>(0)).expect("a table");
        let count = if source.starts_with("table") { 2 } else { 1 };
        assert_eq!(told.0.run(&["sync"]).exit, 1);
        assert_eq!(register(), count);
        assert_eq!(told.run(&["sync"], &[]), 0);
        assert!(told.1.contains("nothing to do"), "{}", told.1);
    }
}
