//! What is read, in how many requests, and what of it never leaves Google.

use sheetbridge::report::Report;

use super::office::{ID, Office, codes, trouble};
use crate::google::{Book, Cell, Kind, Sheet};

const CLIENTS: &[&[&str]] = &[&["Name", "Phone"], &["Anna Berg", "+7 916 123-45-67"], &["Boris", "8 903 111 22 33"]];

const BOTH: [&str; 2] = ["Berg Anna +79161234567", "Boris +79031112233"];

#[track_caller]
fn good(report: &Report) {
    assert_eq!(report.exit(), 0, "{}", report.text());
}

/// The reads of a run.
fn reads(office: &mut Office) -> (usize, Report) {
    office.google.forget();
    let before = office.google.reads();
    let report = office.sync();
    (office.google.reads() - before, report)
}

#[test]
fn a_list_is_read_in_three_requests() {
    let mut office = Office::with(CLIENTS);
    for _ in 0..2 {
        let (requests, report) = reads(&mut office);
        good(&report);
        assert_eq!(requests, 3, "{:#?}", office.google.log());
        assert_eq!(office.shop(), BOTH);
    }
}

#[test]
fn twelve_tabs_take_no_more_requests_than_one() {
    let months: Vec<String> = (1..=12).map(|n| format!("Месяц {n}")).collect();
    let tab = |(i, title): (usize, &String)| {
        let phone = format!("+7 916 123-45-{i:02}");
        Sheet::of(title, &[&["Name", "Phone"], &["Anna", &phone]])
    };
    let mut office = Office::of(months.iter().enumerate().map(tab));
    let names = months.iter().map(|m| format!("\"{m}\"")).collect::<Vec<_>>().join(", ");
    office = office.but("purposes    = [", &format!("tabs = [{names}]\npurposes    = ["));
    let (requests, report) = reads(&mut office);
    good(&report);
    assert_eq!((requests, office.shop().len()), (3, 12));
    // A pattern needs to know which tabs there are first.
    let mut office = office.but(&format!("tabs = [{names}]"), "tabs = [\"Месяц *\"]");
    let (requests, report) = reads(&mut office);
    good(&report);
    assert_eq!((requests, office.shop().len()), (4, 12));
}

#[test]
fn only_what_is_needed_leaves_google() {
    let rows: &[&[&str]] = &[
        &["Diagnosis", "Name", "Salary", "Phone", "Notes"],
        &["CANARY-1", "Anna", "CANARY-2", "+7 916 123-45-67", "CANARY-3"],
    ];
    let mut office = Office::with(rows);
    good(&office.sync());
    for seen in office.google.log().iter().filter(|seen| seen.kind == Kind::Read) {
        let asked: Vec<&str> = seen.asked.ranges().collect();
        let rows_below = |range: &&str| !range.ends_with("1:1");
        let below: Vec<&str> = asked.iter().copied().filter(rows_below).collect();
        assert!(below.is_empty() || below == ["'Clients'!B2:B", "'Clients'!D2:D"], "{asked:?}");
        assert!(seen.asked.parameter("fields").is_some(), "{:?}", seen.asked.query);
    }
    assert_eq!(office.shop(), ["Anna +79161234567"]);
}

#[test]
fn requests_grow_with_bytes_and_not_with_the_grid() {
    let row = |n: usize| vec![Cell::from(format!("Anna {n}").as_str()), Cell::from(format!("+7 916 {n:07}").as_str())];
    let sheet = |rows: usize| {
        let header = vec![Cell::from("Name"), Cell::from("Phone")];
        let mut sheet = Sheet::holding("Clients", std::iter::once(header).chain((0..rows).map(row)));
        sheet.resize(200_000, 26);
        sheet
    };
    for (rows, most) in [(10, 7), (1000, 7), (20_000, 9)] {
        let mut office = Office::of([sheet(rows)]);
        let (requests, report) = reads(&mut office);
        assert!(report.sources[0].trouble.is_none(), "{}", report.text());
        assert!(requests <= most, "{rows} rows: {requests} requests");
        assert_eq!(report.sources[0].rows, rows as u64);
        for seen in office.google.log() {
            assert!(seen.bytes < 2_500_000, "{} bytes", seen.bytes);
        }
    }
}

#[test]
fn the_tab_of_the_link_is_read() {
    let sheets = || [Sheet::of("Notes", &[&["to do"]]), Sheet::of("Clients", CLIENTS)];
    let office = Office::of(sheets());
    let id = office.google.edit(|books| books.sheet("Clients").id).expect("it has one");
    let mut office = office.but("#gid=0", &format!("#gid={id}"));
    // Its title is not known the first time.
    for requests in [5, 3] {
        let (made, report) = reads(&mut office);
        good(&report);
        assert_eq!((made, office.shop()), (requests, BOTH.map(str::to_owned).to_vec()));
    }
    office.google.edit(|books| {
        books.sheet("Clients").rename("Customers");
    });
    let (_, report) = reads(&mut office);
    good(&report);
    assert!(codes(&report).is_empty(), "a link has no title to be wrong: {:?}", codes(&report));
    office = office.but(&format!("#gid={id}"), "#gid=77");
    assert_eq!(trouble(&office.sync()).0, "google-no-tab");
    assert_eq!(office.shop(), BOTH);
}

#[test]
fn cells_are_what_people_see_and_what_is_stored() {
    let header = ["Name", "Phone", "Mail", "Born", "Spent", "Agent"].map(Cell::from).to_vec();
    let rows = vec![
        header,
        vec![
            "Anna".into(),
            Cell::Number(79_161_234_567.0, crate::google::Format::General),
            "anna@example.com".into(),
            Cell::date(45_292.0, "dd.mm.yyyy"),
            Cell::currency(1234.5),
            Cell::Bool(true),
        ],
        vec![
            Cell::formula("=B1", "Boris"),
            "+7 903 111-22-33".into(),
            Cell::Error("#REF!"),
            Cell::date(45_292.75, "yyyy-mm-dd hh:mm"),
            Cell::Number(1000.0, crate::google::Format::General),
            Cell::Bool(false),
        ],
        vec!["Clara".into(), "8 (495) 123-45-67".into(), Cell::Blank, Cell::Blank, Cell::Blank, Cell::Blank],
    ];
    let book = Book::of(ID, [Sheet::holding("Clients", rows.into_iter())]).russian();
    let columns =
        r#"{ name = "Name", phone = "Phone", email = "Mail", born = "Born", spent = "Spent", agent = "Agent" }"#;
    let mut office = Office::holding(book).but(r#"{ name = "Name", phone = "Phone" }"#, columns);
    let report = office.sync();
    assert_eq!(codes(&report), ["cell-error"], "{}", report.text());
    assert_eq!(
        office.cards(
            "name || '|' || phone || '|' || coalesce(email, '') || '|' || coalesce(born, '') || '|' \
             || coalesce(spent, '') || '|' || coalesce(agent, '')"
        ),
        [
            "Anna|+79161234567|anna@example.com|2024-01-01|1234.50 RUB|1",
            "Boris|+79031112233||2024-01-01|1000.00 RUB|0",
            "Clara|+74951234567||||",
        ]
    );
}

#[test]
fn another_tab_in_the_link_is_a_word_of_its_owner() {
    let mut office = Office::of([Sheet::of("Clients", CLIENTS), Sheet::of("Others", &CLIENTS[..2])]);
    good(&office.sync());
    let id = office.google.edit(|books| books.sheet("Others").id).expect("it has one");
    let mut office = office.but("#gid=0", &format!("#gid={id}"));
    let report = office.sync();
    assert!(report.routes[0].emptied.is_empty(), "{}", report.text());
    assert_eq!(office.shop(), BOTH[..1]);
}

#[test]
fn sources_of_one_account_share_its_token() {
    let office = Office::of([Sheet::of("Clients", CLIENTS)]);
    office.google.edit(|books| books.put(Book::of("2AbCdEfGhIjKlMnOpQrStUvWxYz", [Sheet::of("A", CLIENTS)])));
    let second = "[sources.others]\ncredentials = \"file:google.json\"\nendpoint = \"";
    let second = format!("{second}{}\"\nsheet = \"2AbCdEfGhIjKlMnOpQrStUvWxYz\"\n", office.google.endpoint());
    let second =
        second + "purposes = [\"orders\"]\ncolumns = { name = \"Name\", phone = \"Phone\" }\n\n[destinations.shop]";
    let mut office = office.but("[destinations.shop]", &second);
    let (requests, report) = reads(&mut office);
    good(&report);
    assert_eq!((requests, office.google.tokens(), office.shop()), (6, 1, BOTH.map(str::to_owned).to_vec()));
}

#[test]
fn of_the_rows_above_a_header_nothing_is_read_once_it_is_known() {
    let rows: Vec<&[&str]> = [&[&["CANARY banner"] as &[&str], &["", "CANARY", "as of May"]], CLIENTS].concat();
    let mut office = Office::with(&rows).but("purposes    = [", "header = 3\npurposes    = [");
    good(&office.sync());
    let asked = |office: &Office| {
        let log = office.google.log();
        log.iter().flat_map(|seen| seen.asked.ranges().map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert!(asked(&office).iter().all(|range| range.contains("3:3") || range.contains("A4:B")), "{:?}", asked(&office));
    // A blank row above it is found once, and remembered.
    let rows: Vec<&[&str]> = [&[&[] as &[&str]], CLIENTS].concat();
    let mut office = Office::with(&rows);
    for requests in [4, 3] {
        let (made, report) = reads(&mut office);
        good(&report);
        assert_eq!(made, requests, "{:?}", asked(&office));
    }
}

#[test]
fn a_format_that_shows_something_else_is_no_change() {
    let header = ["Name", "Phone", "Born"].map(Cell::from).to_vec();
    let anna = vec!["Anna".into(), "+7 916 123-45-67".into(), Cell::date(45_292.0, "№ 77 yyyy")];
    let columns = r#"{ name = "Name", phone = "Phone", born = "Born" }"#;
    let office = Office::of([Sheet::holding("Clients", [header, anna].into_iter())]);
    let mut office = office.but(r#"{ name = "Name", phone = "Phone" }"#, columns);
    let report = office.sync();
    assert!(report.sources[0].trouble.is_none(), "{}", report.text());
    assert!(codes(&report).contains(&"google-odd-format"), "{}", report.text());
    assert_eq!(office.shop(), ["Anna +79161234567"]);
}
