//! How long files of 100,000 clients with 8 columns take, beside the bare libraries:
//! `cargo bench --bench files`.

#![expect(clippy::print_stdout, reason = "it reports")]

use std::{
    path::Path,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Instant,
};

use calamine::Reader;
use sheetbridge::{
    change::{Action, Base, Change, ClientId, Layout, LayoutColumn, RunId, Write},
    check::kind::Column,
    config::Secret,
    connector::{DESTINATIONS, DestinationPlace, SOURCES, SourcePlace},
    port::Wanted,
    value::Private,
};

const CLIENTS: u64 = 100_000;
const COLUMNS: [(&str, Column); 8] = [
    ("name", Column::Text),
    ("phone", Column::Text),
    ("email", Column::Text),
    ("address", Column::Text),
    ("born", Column::Date),
    ("sum", Column::Number),
    ("may_call", Column::Bool),
    ("note", Column::Text),
];

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let clients: Vec<[String; 8]> = (0..CLIENTS).map(client).collect();
    for kind in ["xlsx", "csv"] {
        write(kind, folder.path(), &clients);
        again(kind, folder.path());
        read(kind, folder.path());
    }
    let path = folder.path().join("f.xlsx");
    timed("xlsx: calamine's cells alone", || {
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(&path).expect("a workbook");
        let title = book.sheet_names().remove(0);
        let mut cells = book.worksheet_cells_reader(&title).expect("a sheet");
        let mut count = 0_u32;
        while cells.next_cell().expect("a cell").is_some() {
            count += 1;
        }
        count
    });
    let _ = book_of_strings(&folder.path().join("shared.xlsx"), &clients);
    read_file("xlsx, shared strings", "xlsx", folder.path(), "shared.xlsx");
}

fn client(n: u64) -> [String; 8] {
    [
        format!("Иванова Анна {n}"),
        format!("+7916{n:07}"),
        format!("anna.{n}@example.com"),
        format!("Москва, ул. Ленина, д. {}, кв. {}", n % 100, n % 300),
        format!("19{:02}-{:02}-{:02}", n % 100, n % 12 + 1, n % 28 + 1),
        format!("{}.{:02}", n % 50_000, n % 100),
        n.is_multiple_of(2).to_string(),
        "постоянный клиент".to_owned(),
    ]
}

fn book_of_strings(path: &Path, clients: &[[String; 8]]) -> Result<(), rust_xlsxwriter::XlsxError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, COLUMNS.map(|(name, _)| name))?;
    sheet.write_row_matrix(1, 0, clients)?;
    book.save(path)
}

fn write(kind: &str, folder: &Path, clients: &[[String; 8]]) {
    timed(&format!("{kind}: written from nothing"), || {
        let mut port = destination(kind, folder);
        now(port.begin(RunId(uuid::Uuid::nil()), Base::Empty)).expect("a run");
        for (n, batch) in (0..).zip(clients.chunks(1000)) {
            let changes: Vec<Change<'_>> = (n * 1000..).zip(batch).map(|(n, cells)| create(n, cells)).collect();
            now(port.write(&changes)).expect("a batch");
        }
        now(port.commit()).expect("a file")
    });
}

fn create(n: u64, cells: &[String; 8]) -> Change<'_> {
    let mut id = [0; 10];
    id[2..].copy_from_slice(&n.to_be_bytes());
    let cells = cells.iter().map(|cell| Write::Set(Private::new(cell))).collect();
    Change { id: ClientId(id), action: Action::Create, cells }
}

fn again(kind: &str, folder: &Path) {
    timed(&format!("{kind}: looked at"), || now(destination(kind, folder).found()).expect("it is ours").ids.len());
    timed(&format!("{kind}: read and written again"), || {
        let mut port = destination(kind, folder);
        now(port.begin(RunId(uuid::Uuid::nil()), Base::Standing)).expect("a run");
        now(port.commit()).expect("a file")
    });
}

fn destination(kind: &str, folder: &Path) -> Box<dyn sheetbridge::port::Whole> {
    let column = |(name, kind): &(&str, Column)| LayoutColumn { name: (*name).to_owned(), kind: *kind };
    let place = DestinationPlace {
        location: Secret::Plain(format!("f.{kind}")),
        folder: folder.to_owned(),
        route: "shop".into(),
        table: "shop".into(),
        layout: Layout { columns: COLUMNS.iter().map(column).collect() },
        options: Vec::new(),
    };
    let kind = DESTINATIONS.iter().find(|k| k.name == kind).expect("a kind");
    (kind.make)(place).expect("a port")
}

fn read(kind: &str, folder: &Path) {
    read_file(kind, kind, folder, &format!("f.{kind}"));
}

fn read_file(title: &str, kind: &str, folder: &Path, file: &str) {
    timed(&format!("{title}: read as a source"), || {
        let place = SourcePlace { location: Secret::parse(file), folder: folder.to_owned(), ..SourcePlace::default() };
        let kind = SOURCES.iter().find(|k| k.name == kind).expect("a kind");
        let mut source = (kind.make)(place);
        now(source.open()).expect("tabs");
        let wanted = Wanted { tab: 0, header: 1, columns: (0..8).collect() };
        now(source.rows(&[wanted])).expect("rows")[0].len()
    });
}

fn timed<T>(what: &str, run: impl Fn() -> T) {
    let once = || {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed()
    };
    let best = (0..3).map(|_| once()).min().unwrap_or_default();
    println!("{what}: {:.2} s", best.as_secs_f64());
}

/// Files await nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a file waits for nothing"),
    }
}
