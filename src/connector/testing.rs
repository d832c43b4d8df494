//! The same cases for every database: what [`Whole`] promises, seen through another program's eyes.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::table::META_TABLE;
use crate::{
    change::{Action, Base, Change, ClientId, Layout, LayoutColumn, RunId, Standing, Write},
    check::kind::Column,
    failure::Failure,
    port::{Source, Unread, Wanted, Whole},
    sheet::Rows,
    value::{Private, Texts},
};

/// An empty database of one test, as another program reaches it.
#[async_trait]
pub(super) trait Database: Sync {
    /// Our port to a table of it, if it can be called that.
    fn open(&self, table: &str, layout: Layout) -> Result<Box<dyn Whole>, Failure>;
    /// Our port to a table of it.
    fn port(&self, table: &str, layout: Layout) -> Box<dyn Whole> {
        self.open(table, layout).expect("a port")
    }
    /// Runs statements that must succeed.
    async fn execute(&self, sql: &str);
    /// What a query answers, every value as text.
    async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>>;
    /// The names of all tables and views.
    async fn tables(&self) -> Vec<String>;
    /// Removes it, where it doesn't go by itself.
    async fn gone(&self) {}
}

/// The rows of one tab.
pub(super) async fn rows_of(source: &mut dyn Source, tab: usize, header: u32, columns: &[u16]) -> Result<Rows, Unread> {
    let wanted = Wanted { tab, header, columns: columns.to_vec() };
    source.rows(&[wanted]).await.map(|mut rows| rows.remove(0))
}

/// Makes a test of each case, on a database of its own that `$fresh` makes.
macro_rules! conformance {
    ($fresh:path, $($case:ident)+) => {
        $(#[tokio::test]
        async fn $case() {
            if let Some(database) = $fresh().await {
                $crate::connector::testing::$case(&database).await;
                $crate::connector::testing::Database::gone(&database).await;
            }
        })+
    };
    ($fresh:path) => {
        $crate::connector::testing::conformance!(
            $fresh,
            nothing_stands_before_the_first_run
            a_run_without_changes_makes_an_empty_table
            a_run_writes_cards_in_batches
            a_first_run_may_do_anything
            a_creation_overwrites
            an_update_keeps_clears_and_sets
            an_update_makes_a_card_that_is_gone
            a_deletion_of_nothing_is_fine
            a_layout_grows
            columns_are_called_anything
            texts_hold_anything
            values_have_types
            a_value_that_does_not_fit_is_refused_unsaid
            without_a_commit_nothing_happened
            nobody_sees_half_a_run
            a_new_begin_forgets_what_was_unfinished
            a_table_of_others_is_refused
            a_column_of_another_type_is_refused
            columns_of_others_are_left_alone
            a_column_that_others_require_is_refused
            two_at_once_take_turns
            two_tables_have_their_own_runs
            odd_names_are_refused
            cards_are_read_back
        );
    };
}
pub(super) use conformance;

pub(super) fn layout(columns: &[(&str, Column)]) -> Layout {
    Layout { columns: columns.iter().map(|(name, kind)| LayoutColumn { name: (*name).into(), kind: *kind }).collect() }
}

/// The columns `name` and `phone`.
pub(super) fn people() -> Layout {
    layout(&[("name", Column::Text), ("phone", Column::Text)])
}

pub(super) fn run(n: u128) -> RunId {
    RunId(uuid::Uuid::from_u128(n))
}

pub(super) fn id(n: u8) -> ClientId {
    ClientId([n; 10])
}

pub(super) const KEEP: Write<'static> = Write::Keep;
pub(super) const CLEAR: Write<'static> = Write::Clear;

pub(super) fn set(text: &str) -> Write<'_> {
    Write::Set(Private::new(text))
}

pub(super) fn create<'a>(n: u8, cells: &[Write<'a>]) -> Change<'a> {
    Change { id: id(n), action: Action::Create, cells: cells.to_vec() }
}

pub(super) fn update<'a>(n: u8, cells: &[Write<'a>]) -> Change<'a> {
    Change { id: id(n), action: Action::Update, cells: cells.to_vec() }
}

pub(super) fn delete(n: u8) -> Change<'static> {
    Change { id: id(n), action: Action::Delete, cells: Vec::new() }
}

/// One whole run.
pub(super) async fn apply(port: &mut dyn Whole, run: RunId, batch: &[Change<'_>]) -> Result<(), Failure> {
    port.begin(run, Base::Standing).await?;
    port.write(batch).await?;
    assert_eq!(port.commit().await?, None);
    Ok(())
}

fn row(n: u8, cells: &[&str]) -> Vec<Option<String>> {
    let blank_is_null = |text: &&str| (!text.is_empty()).then(|| (*text).to_owned());
    std::iter::once(Some(id(n).to_string())).chain(cells.iter().map(blank_is_null)).collect()
}

const PEOPLE: &str = "SELECT sheetbridge_id, name, phone FROM people ORDER BY sheetbridge_id";

fn sorted(mut standing: Standing) -> Standing {
    standing.ids.sort_unstable();
    standing
}

fn standing(run_number: u128, ids: &[u8]) -> Standing {
    Standing { run: Some(run(run_number)), ids: ids.iter().map(|n| id(*n)).collect(), digest: None }
}

#[track_caller]
pub(super) fn refused(outcome: Result<(), Failure>, says: &str) -> String {
    match outcome {
        Err(Failure::Permanent { what, help }) => {
            assert!(what.contains(says), "{what}");
            format!("{what}; {}", help.unwrap_or_default())
        }
        other => panic!("expected a refusal that says `{says}`, got {other:?}"),
    }
}

pub(super) async fn nothing_stands_before_the_first_run(db: &dyn Database) {
    assert_eq!(db.port("people", people()).found().await, Ok(Standing::default()));
    assert_eq!(db.tables().await, [""; 0]);
}

pub(super) async fn a_run_without_changes_makes_an_empty_table(db: &dyn Database) {
    let mut port = db.port("people", people());
    apply(&mut *port, run(1), &[]).await.expect("written");
    assert_eq!(port.found().await, Ok(standing(1, &[])));
    assert_eq!(db.tables().await, ["people", META_TABLE]);
    assert_eq!(db.rows(PEOPLE).await, Vec::<Vec<_>>::new());
}

pub(super) async fn a_run_writes_cards_in_batches(db: &dyn Database) {
    let mut port = db.port("people", people());
    apply(&mut *port, run(1), &[create(1, &[set("Anna"), set("+1")])]).await.expect("written");
    assert_eq!(db.rows(PEOPLE).await, [row(1, &["Anna", "+1"])]);
    port.begin(run(2), Base::Standing).await.expect("begun");
    port.write(&[create(2, &[set("Boris"), CLEAR]), update(1, &[KEEP, set("+2")])]).await.expect("written");
    port.write(&[]).await.expect("written");
    port.write(&[create(4, &[KEEP, KEEP])]).await.expect("written");
    port.write(&[create(3, &[set("Clara"), set("+3")])]).await.expect("written");
    port.commit().await.expect("committed");
    let rows = [row(1, &["Anna", "+2"]), row(2, &["Boris", ""]), row(3, &["Clara", "+3"]), row(4, &["", ""])];
    assert_eq!(db.rows(PEOPLE).await, rows);
    assert_eq!(db.port("people", people()).found().await.map(sorted), Ok(standing(2, &[1, 2, 3, 4])));
}

pub(super) async fn a_first_run_may_do_anything(db: &dyn Database) {
    let mut port = db.port("people", people());
    let changes = [update(1, &[KEEP, set("+1")]), delete(2), create(3, &[set("Clara"), KEEP])];
    apply(&mut *port, run(1), &changes).await.expect("written");
    assert_eq!(db.rows(PEOPLE).await, [row(1, &["", "+1"]), row(3, &["Clara", ""])]);
}

pub(super) async fn a_creation_overwrites(db: &dyn Database) {
    let mut port = db.port("people", people());
    apply(&mut *port, run(1), &[create(1, &[set("Anna"), set("+1")])]).await.expect("written");
    apply(&mut *port, run(2), &[create(1, &[set("Anna"), set("+2")])]).await.expect("written");
    assert_eq!(db.rows(PEOPLE).await, [row(1, &["Anna", "+2"])]);
    apply(&mut *port, run(3), &[create(1, &[set("Anne"), KEEP])]).await.expect("written");
    assert_eq!(db.rows(PEOPLE).await, [row(1, &["Anne", ""])]);
}

pub(super) async fn an_update_keeps_clears_and_sets(db: &dyn Database) {
    let mut port = db.port("people", people());
    let cards = [1, 2, 3, 4].map(|n| create(n, &[set("Anna"), set("+1")]));
    apply(&mut *port, run(1), &cards).await.expect("written");
    let changes = [
        update(1, &[KEEP, set("+2")]),
        update(2, &[set("Boris"), CLEAR]),
        update(3, &[CLEAR, KEEP]),
        update(4, &[KEEP, KEEP]),
    ];
    apply(&mut *port, run(2), &changes).await.expect("written");
    let rows = [row(1, &["Anna", "+2"]), row(2, &["Boris", ""]), row(3, &["", "+1"]), row(4, &["Anna", "+1"])];
    assert_eq!(db.rows(PEOPLE).await, rows);
}

pub(super) async fn an_update_makes_a_card_that_is_gone(db: &dyn Database) {
    let mut port = db.port("people", people());
    apply(&mut *port, run(1), &[create(1, &[set("Anna"), set("+1")])]).await.expect("written");
    db.execute("DELETE FROM people").await;
    apply(&mut *port, run(2), &[update(1, &[KEEP, set("+2")])]).await.expect("written");
    assert_eq!(db.rows(PEOPLE).await, [row(1, &["", "+2"])]);
}

pub(super) async fn a_deletion_of_nothing_is_fine(db: &dyn Database) {
    let mut port = db.port("people", people());
    let cards = [1, 2].map(|n| create(n, &[set("Anna"), set("+1")]));
    apply(&mut *port, run(1), &cards).await.expect("written");
    apply(&mut *port, run(2), &[delete(1), delete(3)]).await.expect("written");
    assert_eq!(port.found().await, Ok(standing(2, &[2])));
    assert_eq!(db.rows(PEOPLE).await, [row(2, &["Anna", "+1"])]);
}

pub(super) async fn a_layout_grows(db: &dyn Database) {
    let small = layout(&[("name", Column::Text)]);
    apply(&mut *db.port("people", small), run(1), &[create(1, &[set("Anna")])]).await.expect("written");
    let large = layout(&[("born", Column::Date), ("name", Column::Text), ("phone", Column::Text)]);
    let mut port = db.port("people", large);
    assert_eq!(port.found().await, Ok(standing(1, &[1])));
    let changes = [update(1, &[set("1990-05-17"), KEEP, set("+1")]), create(2, &[CLEAR, set("Boris"), CLEAR])];
    apply(&mut *port, run(2), &changes).await.expect("written");
    let rows = db.rows("SELECT sheetbridge_id, name, born, phone FROM people ORDER BY sheetbridge_id").await;
    assert_eq!(rows, [row(1, &["Anna", "1990-05-17", "+1"]), row(2, &["Boris", "", ""])]);
    // A layout that shrinks leaves its columns to whoever reads them.
    let mut port = db.port("people", people());
    apply(&mut *port, run(3), &[update(1, &[set("Anne"), KEEP])]).await.expect("written");
    let rows = db.rows("SELECT sheetbridge_id, name, born FROM people ORDER BY sheetbridge_id").await;
    assert_eq!(rows[0], row(1, &["Anne", "1990-05-17"]));
}

pub(super) async fn columns_are_called_anything(db: &dyn Database) {
    let names = [
        "Имя и отчество",
        "a \"quoted\" one",
        "select",
        "it's; DROP TABLE people; --",
        "id",
        "gone",
        "keep",
        "c0",
        "t",
        "s",
        "Phone",
        "excluded",
        "$1 %s ?1 \\ :x @y",
        " ",
        "日本語😀",
    ];
    let odd = layout(&names.map(|n| (n, Column::Text)));
    let texts: Vec<String> = (0..names.len()).map(|i| format!("value {i}")).collect();
    let cells: Vec<Write<'_>> = texts.iter().map(|t| set(t)).collect();
    let mut some = vec![KEEP; names.len()];
    some[1] = set("changed");
    let table = "Клиенты \"2026\"";
    let mut port = db.port(table, odd);
    apply(&mut *port, run(1), &[create(1, &cells)]).await.expect("written");
    apply(&mut *port, run(2), &[update(1, &some), create(2, &cells)]).await.expect("written");
    assert_eq!(port.found().await.map(sorted), Ok(standing(2, &[1, 2])));
    let mut expected: Vec<&str> = texts.iter().map(String::as_str).collect();
    let sql = "SELECT * FROM \"Клиенты \"\"2026\"\"\" ORDER BY sheetbridge_id";
    assert_eq!(db.rows(sql).await[1], row(2, &expected));
    expected[1] = "changed";
    assert_eq!(db.rows(sql).await[0], row(1, &expected));
}

pub(super) async fn texts_hold_anything(db: &dyn Database) {
    let long = "ж\\\t".repeat(300_000);
    let texts = [
        "it's \"quoted\"",
        "two\nlines\r\nand\ttabs",
        "\\N",
        "\\.",
        "back\\slash\\",
        "😀👩‍👩‍👧 \u{1f}\u{7f}\u{1}",
        "\u{a0}  spaces  ",
        "'; DROP TABLE people; --",
        "NULL",
        "0012",
        "1e5",
        "ZZТОП",
        &long,
    ];
    let cards: Vec<Change<'_>> = (0..).zip(texts).map(|(n, t)| create(n, &[set(t), CLEAR])).collect();
    let mut port = db.port("people", people());
    apply(&mut *port, run(1), &cards).await.expect("written");
    let rows: Vec<_> = (0..).zip(texts).map(|(n, t)| row(n, &[t, ""])).collect();
    assert!(db.rows(PEOPLE).await == rows, "texts come back as they are");
    // An empty text is a text, though nobody plans one.
    apply(&mut *port, run(2), &[create(200, &[set(""), CLEAR])]).await.expect("written");
    let blanks = db.rows("SELECT count(*) FROM people WHERE name = ''").await;
    assert_eq!(blanks, [[Some("1".to_owned())]]);
}

pub(super) async fn values_have_types(db: &dyn Database) {
    let kinds = [("day", Column::Date), ("sum", Column::Number), ("yes", Column::Bool)];
    let mut port = db.port("people", layout(&kinds));
    let changes = [
        create(1, &[set("2026-11-24"), set("9.50"), set("true")]),
        create(2, &[set("2026-02-01"), set("-100"), set("false")]),
        create(3, &[CLEAR, set("1234567890123456"), CLEAR]),
    ];
    apply(&mut *port, run(1), &changes).await.expect("written");
    apply(&mut *port, run(2), &[update(1, &[KEEP, set("9.25"), KEEP])]).await.expect("written");
    let ids = |rows: Vec<Vec<Option<String>>>| rows.into_iter().flatten().flatten().collect::<Vec<_>>();
    let query = |condition| format!("SELECT sheetbridge_id FROM people WHERE {condition} ORDER BY sheetbridge_id");
    for (condition, expected) in [
        ("sum > 9", [1, 3].as_slice()),
        ("sum = 9.25", &[1]),
        ("sum = 1234567890123456", &[3]),
        ("sum < 0", &[2]),
        ("day < '2026-11-23'", &[2]),
        ("day = '2026-11-24'", &[1]),
        ("yes", &[1]),
        ("NOT yes", &[2]),
        ("yes IS NULL AND day IS NULL", &[3]),
    ] {
        let expected: Vec<String> = expected.iter().map(|n| id(*n).to_string()).collect();
        assert_eq!(ids(db.rows(&query(condition)).await), expected, "{condition}");
    }
}

pub(super) async fn a_value_that_does_not_fit_is_refused_unsaid(db: &dyn Database) {
    let kinds = [("name", Column::Text), ("day", Column::Date), ("sum", Column::Number), ("yes", Column::Bool)];
    let mut port = db.port("people", layout(&kinds));
    apply(&mut *port, run(1), &[create(1, &[KEEP; 4])]).await.expect("written");
    for (place, (name, _)) in kinds.iter().enumerate() {
        let mut cells = [set("canary\0"); 4];
        cells.iter_mut().enumerate().filter(|(i, _)| *i != place).for_each(|(_, cell)| *cell = KEEP);
        port.begin(run(2), Base::Standing).await.expect("begun");
        let said = refused(port.write(&[delete(1), update(1, &cells)]).await, &format!("`{name}`"));
        assert!(!said.contains("canary"), "{said}");
        assert_eq!(port.found().await, Ok(standing(1, &[1])));
    }
}

pub(super) async fn without_a_commit_nothing_happened(db: &dyn Database) {
    let mut port = db.port("people", people());
    port.begin(run(1), Base::Standing).await.expect("begun");
    port.write(&[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    drop(port);
    let mut port = db.port("people", people());
    assert_eq!(port.found().await, Ok(Standing::default()));
    assert_eq!(db.tables().await, [""; 0]);
    patient(&mut *port, run(2)).await;
    port.write(&[create(2, &[set("Boris"), CLEAR])]).await.expect("written");
    port.commit().await.expect("committed");
    port.begin(run(3), Base::Standing).await.expect("begun");
    port.write(&[delete(2), create(3, &[set("Clara"), CLEAR])]).await.expect("written");
    drop(port);
    assert_eq!(db.rows(PEOPLE).await, [row(2, &["Boris", ""])]);
    assert_eq!(db.port("people", people()).found().await, Ok(standing(2, &[2])));
}

/// Begins as the engine does: what was dropped may need a moment to be gone.
async fn patient(port: &mut dyn Whole, run: RunId) {
    for _ in 0..100 {
        match port.begin(run, Base::Standing).await {
            Err(Failure::Transient { .. }) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            outcome => return outcome.expect("begun"),
        }
    }
    panic!("still not begun");
}

pub(super) async fn nobody_sees_half_a_run(db: &dyn Database) {
    let mut port = db.port("people", people());
    apply(&mut *port, run(1), &[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    port.begin(run(2), Base::Standing).await.expect("begun");
    port.write(&[update(1, &[set("Anne"), KEEP]), create(2, &[set("Boris"), CLEAR])]).await.expect("written");
    assert_eq!(db.rows(PEOPLE).await, [row(1, &["Anna", ""])]);
    assert_eq!(db.port("people", people()).found().await, Ok(standing(1, &[1])));
    port.commit().await.expect("committed");
    assert_eq!(db.rows(PEOPLE).await, [row(1, &["Anne", ""]), row(2, &["Boris", ""])]);
}

pub(super) async fn a_new_begin_forgets_what_was_unfinished(db: &dyn Database) {
    let mut port = db.port("people", people());
    port.begin(run(1), Base::Standing).await.expect("begun");
    port.write(&[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    patient(&mut *port, run(2)).await;
    port.write(&[create(2, &[set("Boris"), CLEAR])]).await.expect("written");
    port.commit().await.expect("committed");
    assert_eq!(port.found().await, Ok(standing(2, &[2])));
}

pub(super) async fn a_table_of_others_is_refused(db: &dyn Database) {
    db.execute("CREATE TABLE people (name TEXT, phone TEXT); INSERT INTO people VALUES ('Anna', '+1')").await;
    db.execute("CREATE TABLE copied (sheetbridge_id TEXT PRIMARY KEY, name TEXT, phone TEXT)").await;
    db.execute("CREATE VIEW seen AS SELECT 'x' AS sheetbridge_id, name, phone FROM people").await;
    for table in ["people", "copied", "seen"] {
        let mut port = db.port(table, people());
        refused(port.found().await.map(|_| ()), "did not make it");
        refused(port.begin(run(1), Base::Standing).await, "did not make it");
    }
    let all = ["copied", "people", "seen"];
    assert_eq!(db.tables().await, all, "not even the table of runs was made");
    // Our own neighbour changes nothing about that.
    apply(&mut *db.port("ours", people()), run(2), &[]).await.expect("written");
    refused(db.port("people", people()).found().await.map(|_| ()), "did not make it");
    // Nor does a line that an earlier table of this name left.
    db.execute("DROP TABLE ours; CREATE TABLE ours (name TEXT, phone TEXT)").await;
    refused(db.port("ours", people()).begin(run(3), Base::Standing).await, "did not make it");
    assert_eq!(db.rows("SELECT name, phone FROM people").await, [["Anna", "+1"].map(|t| Some(t.to_owned()))]);
    db.execute("DROP TABLE ours").await;
    assert_eq!(db.port("ours", people()).found().await, Ok(Standing::default()));
}

pub(super) async fn a_column_of_another_type_is_refused(db: &dyn Database) {
    let mut port = db.port("people", layout(&[("name", Column::Number)]));
    apply(&mut *port, run(1), &[create(1, &[set("5")])]).await.expect("written");
    let mut port = db.port("people", layout(&[("more", Column::Text), ("name", Column::Text)]));
    for outcome in [port.found().await.map(|_| ()), port.begin(run(2), Base::Standing).await] {
        let said = refused(outcome, "`name`").to_lowercase();
        assert!(said.contains("numeric") && said.contains("text"), "{said}");
    }
    assert_eq!(db.rows("SELECT * FROM people").await, [row(1, &["5"])]);
    assert_eq!(db.port("people", layout(&[])).found().await, Ok(standing(1, &[1])));
}

pub(super) async fn columns_of_others_are_left_alone(db: &dyn Database) {
    let mut port = db.port("people", people());
    let cards = [1, 2].map(|n| create(n, &[set("Anna"), set("+1")]));
    apply(&mut *port, run(1), &cards).await.expect("written");
    db.execute("ALTER TABLE people ADD COLUMN note TEXT; ALTER TABLE people ADD COLUMN n INT NOT NULL DEFAULT 7").await;
    db.execute("UPDATE people SET note = 'called', n = 8").await;
    let changes = [update(1, &[set("Anne"), KEEP]), create(2, &[set("Boris"), KEEP]), create(3, &[KEEP, KEEP])];
    apply(&mut *port, run(2), &changes).await.expect("written");
    let rows = db.rows("SELECT sheetbridge_id, name, note, n FROM people ORDER BY sheetbridge_id").await;
    let expected = [row(1, &["Anne", "called", "8"]), row(2, &["Boris", "called", "8"]), row(3, &["", "", "7"])];
    assert_eq!(rows, expected);
}

pub(super) async fn a_column_that_others_require_is_refused(db: &dyn Database) {
    let mut port = db.port("people", people());
    apply(&mut *port, run(1), &[]).await.expect("written");
    db.execute(
        "DROP TABLE people; \
         CREATE TABLE people (sheetbridge_id TEXT PRIMARY KEY, name TEXT, manager TEXT NOT NULL)",
    )
    .await;
    refused(port.found().await.map(|_| ()), "`manager`");
    refused(port.begin(run(2), Base::Standing).await, "`manager`");
    let columns = db.rows("SELECT * FROM sheetbridge_meta").await;
    assert_eq!(columns[0][2], Some(run(1).to_string()));
}

pub(super) async fn two_at_once_take_turns(db: &dyn Database) {
    let (mut one, mut other) = (db.port("people", people()), db.port("people", people()));
    apply(&mut *one, run(1), &[create(1, &[set("Anna"), CLEAR])]).await.expect("written");
    one.begin(run(2), Base::Standing).await.expect("begun");
    one.write(&[create(2, &[set("Boris"), CLEAR])]).await.expect("written");
    let outcome = other.begin(run(3), Base::Standing).await;
    assert!(matches!(outcome, Err(Failure::Transient { .. })), "{outcome:?}");
    one.commit().await.expect("committed");
    apply(&mut *other, run(4), &[create(3, &[set("Clara"), CLEAR])]).await.expect("written");
    assert_eq!(other.found().await.map(sorted), Ok(standing(4, &[1, 2, 3])));
}

pub(super) async fn two_tables_have_their_own_runs(db: &dyn Database) {
    let (mut one, mut other) = (db.port("people", people()), db.port("readers", people()));
    apply(&mut *one, run(1), &[create(1, &[KEEP, KEEP])]).await.expect("written");
    apply(&mut *other, run(2), &[create(2, &[KEEP, KEEP])]).await.expect("written");
    assert_eq!(one.found().await, Ok(standing(1, &[1])));
    assert_eq!(other.found().await, Ok(standing(2, &[2])));
    let lines = db.rows("SELECT table_name, run FROM sheetbridge_meta ORDER BY table_name").await;
    let line = |name: &str, n| vec![Some(name.to_owned()), Some(run(n).to_string())];
    assert_eq!(lines, [line("people", 1), line("readers", 2)]);
}

pub(super) async fn odd_names_are_refused(db: &dyn Database) {
    let text = |name: &str| layout(&[(name, Column::Text)]);
    let long = "Я".repeat(600);
    for (table, layout, says) in [
        ("sheetbridge_meta", people(), "`sheetbridge_meta`"),
        ("", people(), "empty"),
        ("people", text(""), "empty"),
        ("people", text("a\0b"), "U+0000"),
        ("people", text("sheetbridge_id"), "`sheetbridge_id` is taken"),
        ("people", text(&long), "1200 bytes"),
    ] {
        refused(db.open(table, layout).map(|_| ()), says);
    }
}

pub(super) async fn cards_are_read_back(db: &dyn Database) {
    let kinds = [("name", Column::Text), ("day", Column::Date), ("sum", Column::Number), ("yes", Column::Bool)];
    assert_eq!(read(&mut *db.port("people", layout(&kinds)), None).await, Ok(BTreeMap::new()));
    let cards = [
        ["=1+1", "2026-11-24", "-12.5", "true"],
        ["two\nlines\t\\N", "0987-01-02", "1234567890123456", "false"],
        ["", "", "", ""],
    ];
    let write = |text: &&'static str| if text.is_empty() { CLEAR } else { set(text) };
    let changes: Vec<Change<'_>> =
        (1..).zip(&cards).map(|(n, cells)| create(n, &cells.iter().map(write).collect::<Vec<_>>())).collect();
    let mut port = db.port("people", layout(&kinds));
    apply(&mut *port, run(1), &changes).await.expect("written");
    let expected = |wanted: &[u8]| {
        Ok(wanted.iter().map(|n| (id(*n), Texts::of(cards[usize::from(*n) - 1]))).collect::<BTreeMap<_, _>>())
    };
    assert_eq!(read(&mut *port, None).await, expected(&[1, 2, 3]));
    assert_eq!(read(&mut *port, Some(&[id(2), id(7)])).await, expected(&[2]));
    assert_eq!(read(&mut *port, Some(&[])).await, expected(&[]));
    // What is unfinished, what people did, and columns that are not there yet.
    db.execute("UPDATE people SET name = 'typed', yes = NULL WHERE name = '=1+1'").await;
    db.execute("CREATE TABLE others (sheetbridge_id TEXT PRIMARY KEY, name TEXT)").await;
    port.begin(run(2), Base::Standing).await.expect("begun");
    port.write(&[delete(2)]).await.expect("written");
    let grown = [("new", Column::Text), ("name", Column::Text), ("yes", Column::Bool)];
    let wanted = [id(1), id(2)];
    assert_eq!(
        read(&mut *db.port("people", layout(&grown)), Some(&wanted)).await,
        Ok(BTreeMap::from([
            (id(1), Texts::of(["", "typed", ""])),
            (id(2), Texts::of(["", "two\nlines\t\\N", "false"]))
        ]))
    );
    refused(read(&mut *db.port("others", people()), None).await.map(|_| ()), "did not make it");
}

/// All that a port reads.
pub(super) async fn read(port: &mut dyn Whole, ids: Option<&[ClientId]>) -> Result<BTreeMap<ClientId, Texts>, Failure> {
    let mut cards = BTreeMap::new();
    port.read(ids, &mut |id, texts| assert_eq!(cards.insert(id, texts), None, "each card once")).await?;
    Ok(cards)
}

/// The value of a future that awaits nothing, as those of files do.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits for something"),
    }
}
