//! What every source promises, whatever it is: the same cases for each kind, against real files, databases and a
//! local server.

use std::{fs, sync::Arc};

use rusqlite::Connection;
use rust_xlsxwriter::Workbook;
use sheetbridge::{
    config::Secret,
    connector::{SOURCES, Select, Shared, SourcePlace},
    port::{Source, Unread, Wanted},
    sheet::{Raw, Rows, Tabs},
};

use crate::{
    database::Database,
    google::{Book, Google, Sheet},
    sheets::{ID, quick},
};

/// A list with a header in its first row; rows may be shorter than it.
type List<'a> = &'a [&'a [&'a str]];

/// A place that lists are put into, as other programs do it.
trait Place {
    /// The kind of source that it is.
    fn kind(&self) -> &'static str;
    /// Puts a list there, in the place of what was there.
    fn put(&mut self, list: List<'_>);
    /// Takes away what was there.
    fn remove(&mut self);
    /// Where it is.
    fn at(&self) -> SourcePlace;
}

/// A file in a folder.
struct File {
    kind: &'static str,
    folder: tempfile::TempDir,
    write: fn(&std::path::Path, List<'_>),
}

impl File {
    fn of(kind: &'static str, write: fn(&std::path::Path, List<'_>)) -> Box<dyn Place> {
        Box::new(Self { kind, folder: tempfile::tempdir().expect("a folder"), write })
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join(format!("people.{}", self.kind))
    }
}

impl Place for File {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn put(&mut self, list: List<'_>) {
        let _ = fs::remove_file(self.path());
        (self.write)(&self.path(), list);
    }

    fn remove(&mut self) {
        fs::remove_file(self.path()).expect("it was there");
    }

    fn at(&self) -> SourcePlace {
        let select = (self.kind == "sqlite").then(|| Select::Table("people".into()));
        let location = Secret::Plain(self.path().display().to_string());
        SourcePlace { location, folder: self.folder.path().to_owned(), select, ..SourcePlace::default() }
    }
}

fn csv(path: &std::path::Path, list: List<'_>) {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path).expect("a file");
    list.iter().for_each(|row| writer.write_record(*row).expect("a row"));
}

fn xlsx(path: &std::path::Path, list: List<'_>) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(list) {
        for (column, text) in (0..).zip(*cells) {
            sheet.write(row, column, *text).expect("a cell");
        }
    }
    book.save(path).expect("a workbook");
}

/// The statements that make a table of a list; `number` is the type of its key.
fn sql(list: List<'_>, number: &str) -> String {
    let quote = |text: &str, mark: char| format!("{mark}{}{mark}", text.replace(mark, &format!("{mark}{mark}")));
    let columns = list[0].iter().map(|name| format!("{} TEXT", quote(name, '"'))).collect::<Vec<_>>().join(", ");
    let values = |row: &&[&str]| {
        let cells = (0..list[0].len()).map(|i| row.get(i).map_or("NULL".into(), |text| quote(text, '\'')));
        format!("INSERT INTO people ({}) VALUES ({});", names(list), cells.collect::<Vec<_>>().join(", "))
    };
    let rows = list[1..].iter().map(values).collect::<Vec<_>>().join("\n");
    format!("DROP TABLE IF EXISTS people; CREATE TABLE people (n {number}, {columns}); {rows}")
}

fn names(list: List<'_>) -> String {
    list[0].iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect::<Vec<_>>().join(", ")
}

fn sqlite(path: &std::path::Path, list: List<'_>) {
    Connection::open(path).expect("a database").execute_batch(&sql(list, "INTEGER PRIMARY KEY")).expect("a table");
}

struct Postgres(Database);

impl Place for Postgres {
    fn kind(&self) -> &'static str {
        "postgres"
    }

    fn put(&mut self, list: List<'_>) {
        self.0.execute(&sql(list, "SERIAL PRIMARY KEY"));
    }

    fn remove(&mut self) {
        self.0.execute("DROP TABLE people");
    }

    fn at(&self) -> SourcePlace {
        let select = Some(Select::Table("people".into()));
        SourcePlace { location: Secret::Plain(self.0.url()), select, ..SourcePlace::default() }
    }
}

struct Sheets {
    google: Google,
    folder: tempfile::TempDir,
}

impl Sheets {
    fn new() -> Self {
        let (google, folder) = (Google::start(), tempfile::tempdir().expect("a folder"));
        google.state().quota.lift();
        fs::write(folder.path().join("google.json"), google.key_file()).expect("written");
        Self { google, folder }
    }
}

impl Place for Sheets {
    fn kind(&self) -> &'static str {
        "google_sheets"
    }

    fn put(&mut self, list: List<'_>) {
        self.google.edit(|books| books.put(Book::of(ID, [Sheet::of("People", list)])));
    }

    fn remove(&mut self) {
        self.google.edit(|books| books.delete(ID));
    }

    fn at(&self) -> SourcePlace {
        SourcePlace {
            location: Secret::Plain(format!("https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0")),
            folder: self.folder.path().to_owned(),
            options: vec![("credentials", "file:google.json".into()), ("endpoint", self.google.endpoint().into())],
            shared: Shared::new(quick(), Arc::new(|_| {})),
            ..SourcePlace::default()
        }
    }
}

/// One of each kind; of PostgreSQL where there is a server.
fn places() -> Vec<Box<dyn Place>> {
    let mut places =
        vec![File::of("csv", csv), File::of("xlsx", xlsx), Box::new(Sheets::new()), File::of("sqlite", sqlite)];
    places.extend(Database::fresh().map(|database| Box::new(Postgres(database)) as Box<dyn Place>));
    places
}

/// What was read of some columns: the source's own word for its state, and the cells of each row.
struct Seen {
    version: Option<String>,
    rows: Rows,
    width: usize,
}

impl Seen {
    fn cells(&self) -> Vec<Vec<String>> {
        let text = |raw: Raw<'_>| match raw {
            Raw::Blank => String::new(),
            Raw::Text(text) => text.to_owned(),
            other => panic!("{other:?}"),
        };
        let rows = self.rows.chunks.iter().flat_map(|chunk| (0..chunk.len()).map(move |row| (chunk, row)));
        rows.map(|(chunk, row)| (0..self.width).map(|i| text(chunk.cell(row, i))).collect()).collect()
    }
}

fn open(place: &dyn Place) -> Box<dyn Source> {
    let kind = SOURCES.iter().find(|kind| kind.name == place.kind()).expect("a kind");
    (kind.make)(place.at())
}

/// The same where it must be read.
#[track_caller]
fn seen(place: &dyn Place, headers: &[&str]) -> Seen {
    read(place, headers).unwrap_or_else(|unread| panic!("{}: {unread:?}", place.kind()))
}

/// Reads the columns of these headers, in their order.
fn read(place: &dyn Place, headers: &[&str]) -> Result<Seen, Unread> {
    let mut source = open(place);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let Tabs { tabs, version, .. } = source.open().await?;
        let head = tabs[0].head.first().cloned().unwrap_or_default();
        let column = |header: &&str| head.iter().position(|h| h == header).expect("a column") as u16;
        let columns: Vec<u16> = headers.iter().map(column).collect();
        let wanted = Wanted { tab: 0, header: tabs[0].head_row, columns };
        let rows = source.rows(&[wanted]).await?.remove(0);
        Ok(Seen { version, rows, width: headers.len() })
    })
}

/// Runs a case on every kind of place.
fn each(case: impl Fn(&mut dyn Place)) {
    places().iter_mut().for_each(|place| case(place.as_mut()));
}

fn texts(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|text| (*text).to_owned()).collect()).collect()
}

#[test]
fn every_kind_is_here() {
    let here: Vec<&str> = places().iter().map(|place| place.kind()).collect();
    let all: Vec<&str> = SOURCES.iter().map(|kind| kind.name).collect();
    assert!(here == all || here == all[..all.len() - 1], "{here:?} of {all:?}");
}

#[test]
fn the_wanted_columns_come_in_the_order_in_which_they_are_wanted() {
    each(|place| {
        place.put(&[&["Name", "Diagnosis", "Phone"], &["Anna", "CANARY", "+7 916"], &["Boris", "CANARY", "8 903"]]);
        let seen = seen(place, &["Phone", "Name"]);
        assert_eq!(seen.cells(), texts(&[&["+7 916", "Anna"], &["8 903", "Boris"]]), "{}", place.kind());
    });
}

#[test]
fn texts_come_as_they_are() {
    let long = "длинный ".repeat(4000);
    let odd = [
        "007",
        " Анна\u{a0}Мария ",
        "две\nстроки",
        "\"в кавычках\"",
        "a,b;c\td",
        "=1+1",
        "Ёж 🦔",
        "true",
        "1.2.2024",
        &long,
    ];
    let rows: Vec<[&str; 2]> = odd.iter().map(|text| [*text, "x"]).collect();
    let list: Vec<&[&str]> =
        std::iter::once(&["Text", "Other"] as &[&str]).chain(rows.iter().map(|r| r as &[&str])).collect();
    each(|place| {
        place.put(&list);
        let seen = seen(place, &["Text", "Other"]);
        assert_eq!(seen.cells(), texts(&list[1..]), "{}", place.kind());
    });
}

#[test]
fn blank_rows_and_cells_shift_nothing() {
    each(|place| {
        let list: List<'_> = &[
            &["Name", "Phone", "Mail"],
            &["Anna", "", "anna@example.com"],
            &["", "", ""],
            &["", " ", "\u{a0}"],
            &["Boris", "8 903", ""],
            &["", "8 905", ""],
        ];
        place.put(list);
        let seen = seen(place, &["Name", "Phone", "Mail"]);
        let expected = texts(&[&["Anna", "", "anna@example.com"], &["Boris", "8 903", ""], &["", "8 905", ""]]);
        assert_eq!((seen.cells(), seen.rows.blank), (expected, 2), "{}", place.kind());
        let numbers: Vec<u32> = seen.rows.chunks.iter().flat_map(|c| (0..c.len()).map(|r| c.number(r))).collect();
        assert_eq!(numbers.iter().map(|n| n - numbers[0]).collect::<Vec<_>>(), [0, 3, 4], "{}", place.kind());
    });
}

#[test]
fn rows_that_hold_nothing_wanted_are_blank() {
    each(|place| {
        place.put(&[&["Name", "Note"], &["", "only a note"], &["Anna", ""]]);
        let seen = seen(place, &["Name"]);
        assert_eq!((seen.cells(), seen.rows.blank), (texts(&[&["Anna"]]), 1), "{}", place.kind());
    });
}

#[test]
fn a_list_without_rows_is_read_and_one_that_is_gone_is_not() {
    each(|place| {
        place.put(&[&["Name", "Phone"]]);
        let seen = seen(place, &["Name", "Phone"]);
        assert!(seen.rows.is_empty(), "{}", place.kind());
        place.remove();
        let Err(unread) = read(place, &["Name"]) else { panic!("{}: it is gone", place.kind()) };
        assert!(!unread.help(sheetbridge::language::Language::English).is_empty(), "{}", unread.code.name());
    });
}

#[test]
fn a_version_changes_with_the_content_alone() {
    each(|place| {
        let one: List<'_> = &[&["Name", "Phone"], &["Anna", "8 903"], &["Boris", "8 905"]];
        let other: List<'_> = &[&["Name", "Phone"], &["Anna", "8 903"], &["Boris", "8 906"]];
        let mut version = |list| {
            place.put(list);
            seen(place, &["Name", "Phone"]).version
        };
        let (first, again, then) = (version(one), version(one), version(other));
        // A workbook is written with the time of writing; the others are the same again.
        assert!(first == again || place.kind() == "xlsx", "{}", place.kind());
        assert!(first.is_none() || first != then, "{}", place.kind());
    });
}

#[test]
fn reading_twice_gives_the_same() {
    each(|place| {
        place.put(&[&["Name", "Phone"], &["Anna", "8 903"], &["Boris", "8 905"]]);
        let cells = |place: &dyn Place| seen(place, &["Phone", "Name"]).cells();
        assert_eq!(cells(place), cells(place), "{}", place.kind());
    });
}
