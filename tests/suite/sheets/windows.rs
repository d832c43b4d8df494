//! A list that takes several requests a pass, read while people edit it. No run is needed for that: the port is asked.

use std::sync::Arc;

use sheetbridge::{
    config::Secret,
    connector::{SOURCES, Shared, SourcePlace},
    port::{Unread, Wanted},
    sheet::{Raw, Rows},
};

use super::office::{ID, quick};
use crate::google::{Book, Cell, Google, Kind, Sheet};

/// More than one request takes.
const ROWS: usize = 90_000;

fn google() -> Google {
    let row = |n: usize| vec![Cell::from(format!("name {n}").as_str()), Cell::from(format!("phone {n}").as_str())];
    let header = vec![Cell::from("Name"), Cell::from("Phone")];
    let sheet = Sheet::holding("Clients", std::iter::once(header).chain((0..ROWS).map(row)));
    let google = Google::with([Book::of(ID, [sheet])]);
    google.state().quota.lift();
    google
}

/// What the port reads, by a runtime of its own.
fn read(google: &Google) -> Result<Rows, Unread> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("google.json"), google.key_file()).expect("written");
    let kind = SOURCES.iter().find(|kind| kind.name == "google_sheets").expect("it is there");
    let mut source = (kind.make)(SourcePlace {
        location: Secret::Plain(format!("https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0")),
        folder: folder.path().to_owned(),
        options: vec![("credentials", "file:google.json".into()), ("endpoint", google.endpoint().into())],
        shared: Shared::new(quick(), Arc::new(|_| {})),
        ..SourcePlace::default()
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        source.open().await?;
        let wanted = Wanted { tab: 0, header: 1, columns: vec![0, 1] };
        source.rows(&[wanted]).await.map(|mut rows| rows.remove(0))
    })
}

/// How many rows there are, of which each has a phone of its own name.
#[track_caller]
fn count(rows: &Rows) -> usize {
    let mut last = 1;
    for chunk in &rows.chunks {
        for row in 0..chunk.len() {
            let (Raw::Text(name), Raw::Text(phone)) = (chunk.cell(row, 0), chunk.cell(row, 1)) else {
                panic!("row {} is torn", chunk.number(row));
            };
            assert_eq!(name.strip_prefix("name "), phone.strip_prefix("phone "), "row {}", chunk.number(row));
            assert_eq!(chunk.number(row), last + 1, "no row is missing");
            last += 1;
        }
    }
    rows.len()
}

#[test]
fn a_list_of_several_requests_is_read_at_one_moment() {
    let calm = google();
    assert_eq!(count(&read(&calm).expect("read")), ROWS);
    let reads: Vec<usize> = calm.log().iter().filter(|seen| seen.kind == Kind::Read).map(|seen| seen.number).collect();
    assert!(reads.len() >= 5, "{} requests", reads.len());
    // Wherever a row is inserted or deleted, in a part that was read already or not yet.
    for (at, number) in [(2, reads[2]), (70_000, reads[2]), (2, reads[3]), (70_000, reads[3]), (2, reads[4])] {
        let google = google();
        google.before(number, move |books| {
            books
                .sheet("Clients")
                .insert_row_before(at)
                .set(&format!("A{at}"), "name x")
                .set(&format!("B{at}"), "phone x");
        });
        match read(&google) {
            Ok(rows) => assert!([ROWS, ROWS + 1].contains(&count(&rows)), "{} rows", rows.len()),
            Err(unread) => assert_eq!(unread.code.name(), "source-changing"),
        }
    }
}
