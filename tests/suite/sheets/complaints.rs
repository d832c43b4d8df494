//! What users of other tools complained about, each case named after the complaint. Those about writing into a sheet
//! are in `written`, under their names as well.

use sheetbridge::report::Report;

use super::office::{ID, Office, codes, trouble};
use crate::google::{Book, Cell, Fault, Format, Kind, Sheet};

const CLIENTS: &[&[&str]] = &[
    &["Name", "Phone", "Mail"],
    &["Anna", "+7 916 123-45-67", "anna@example.com"],
    &["Boris", "+7 903 111-22-33", ""],
    &["Clara", "+7 905 222-33-44", "clara@example.com"],
];

/// An office that was synced once.
fn synced(rows: &[&[&str]]) -> Office {
    let mut office = with_mail(Office::with(rows));
    let report = office.sync();
    assert_eq!(report.exit(), 0, "{}", report.text());
    office
}

fn with_mail(office: Office) -> Office {
    columns(office, r#"{ name = "Name", phone = "Phone", email = "Mail" }"#)
}

fn columns(office: Office, columns: &str) -> Office {
    office.but(r#"{ name = "Name", phone = "Phone" }"#, columns)
}

fn cards(office: &Office) -> Vec<String> {
    office.cards("name || '|' || coalesce(phone, '') || '|' || coalesce(email, '')")
}

fn all() -> Vec<String> {
    ["Anna|+79161234567|anna@example.com", "Boris|+79031112233|", "Clara|+79052223344|clara@example.com"]
        .map(str::to_owned)
        .to_vec()
}

#[track_caller]
fn keeps_all(office: &Office, report: &Report) {
    assert_eq!(cards(office), all(), "{}", report.text());
}

#[test]
fn airbyte_45106_an_unknown_error_is_no_sheet_without_rows() {
    let mut office = synced(CLIENTS);
    let bodies = [r#"{"error":{"code":418,"message":"?","status":"SOMETHING_NEW"}}"#, "{}", "", "[]", "null", "<html>"];
    for (status, body) in [418, 200, 400, 403, 204].into_iter().flat_map(|status| bodies.map(|body| (status, body))) {
        office.google.always(|asked| asked.kind() == Kind::Read, Fault::says(status, body));
        let report = office.sync();
        assert_eq!((report.exit(), report.sources[0].trouble.is_some()), (2, true), "{status} {body}");
        keeps_all(&office, &report);
        office.google.state().plans.clear();
    }
}

#[test]
fn airbyte_36900_a_run_that_met_the_quota_is_no_success() {
    let mut office = synced(CLIENTS);
    // Of the second pass, so that half of the work is done.
    let test = |asked: &crate::google::Asked| asked.parameter("valueRenderOption") == Some("UNFORMATTED_VALUE");
    office.google.always(test, Fault::google(429));
    let report = office.sync();
    assert_eq!((report.exit(), trouble(&report).0), (2, "google-busy"));
    keeps_all(&office, &report);
}

#[test]
fn airbyte_behavior_1_a_header_that_moved_shifts_no_field() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.swap_columns("A", "C").swap_columns("B", "C"));
    let report = office.sync();
    keeps_all(&office, &report);
    office.clients(|sheet| sheet.set("A1", "E-mail address"));
    let report = office.sync();
    assert_eq!(trouble(&report).0, "column-missing-everywhere");
    keeps_all(&office, &report);
}

#[test]
fn dlt_591_a_column_whose_first_cell_is_empty_is_there() {
    let rows: &[&[&str]] = &[
        &["Name", "Phone", "Mail"],
        &["Boris", "+7 903 111-22-33"],
        &["Anna", "+7 916 123-45-67", "anna@example.com"],
        &["Clara", "+7 905 222-33-44", "clara@example.com"],
    ];
    assert_eq!(cards(&synced(rows)), all());
}

#[test]
fn dlt_553_dates_below_an_empty_cell_are_dates() {
    let rows = vec![
        ["Name", "Phone", "Born"].map(Cell::from).to_vec(),
        vec!["Anna".into(), "+7 916 123-45-67".into()],
        vec!["Boris".into(), "+7 903 111-22-33".into(), Cell::date(33_000.0, "d.m.yyyy")],
    ];
    let office = Office::of([Sheet::holding("Clients", rows.into_iter())]);
    let mut office = columns(office, r#"{ name = "Name", phone = "Phone", born = "Born" }"#);
    assert_eq!(office.sync().exit(), 0);
    assert_eq!(office.cards("name || ' ' || coalesce(born, 'blank')"), ["Anna blank", "Boris 1990-05-07"]);
}

#[test]
fn appsmith_24304_a_column_is_not_typed_by_its_first_row() {
    let rows = vec![
        ["Name", "Phone", "Mail"].map(Cell::from).to_vec(),
        vec![Cell::Number(7.0, Format::General), Cell::Number(79_161_234_567.0, Format::General), Cell::Blank],
        vec!["Boris".into(), "8 (903) 111-22-33".into(), "boris@example.com".into()],
    ];
    let mut office = with_mail(Office::of([Sheet::holding("Clients", rows.into_iter())]));
    office.sync();
    assert_eq!(
        office.cards("phone || ' ' || coalesce(email, '')"),
        ["+79031112233 boris@example.com", "+79161234567 "]
    );
}

#[test]
fn n8n_4736_an_empty_cell_shifts_nothing() {
    let rows: &[&[&str]] = &[
        &["Name", "Phone", "Mail"],
        &["Anna", "+7 916 123-45-67", "anna@example.com"],
        &["Boris", "+7 903 111-22-33"],
        &["Clara", "+7 905 222-33-44", "clara@example.com"],
        &["", "+7 906 333-44-55", "dora@example.com"],
        &["Emma", "", "emma@example.com"],
    ];
    let mut office = with_mail(Office::with(rows));
    let report = office.sync();
    let found = office.cards("coalesce(name, '') || '|' || phone || '|' || coalesce(email, '')");
    let mut expected = all();
    expected.insert(0, "|+79063334455|dora@example.com".to_owned());
    expected.sort();
    assert_eq!(found, expected, "{}", report.text());
}

#[test]
fn tabletop_178_reading_goes_on_below_an_empty_row() {
    let rows: &[&[&str]] = &[
        &["Name", "Phone", "Mail"],
        &["Anna", "+7 916 123-45-67", "anna@example.com"],
        &[],
        &["", " ", ""],
        &["Boris", "+7 903 111-22-33"],
        &[],
        &["Clara", "+7 905 222-33-44", "clara@example.com"],
    ];
    let mut office = synced(rows);
    assert_eq!(cards(&office), all());
    let report = office.sync();
    assert_eq!((report.sources[0].rows, report.sources[0].blank), (3, 3));
}

#[test]
fn flow_1828_an_empty_row_on_top_is_no_header() {
    let rows: Vec<&[&str]> = [&[&[] as &[&str], &[]], CLIENTS].concat();
    let mut office = synced(&rows);
    let report = office.sync();
    keeps_all(&office, &report);
}

#[test]
fn airbyte_2153_a_doubled_header_is_said() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.set("D1", "Mail"));
    let report = office.sync();
    assert_eq!(trouble(&report), ("header-doubled", "Clients, \"Clients\": \"Mail\"".to_owned()));
    keeps_all(&office, &report);
    // Of columns that nothing is read from there may be as many as people like.
    office.clients(|sheet| sheet.set("D1", "x").set("E1", "x"));
    assert_eq!(office.sync().exit(), 0);
}

#[test]
fn airbyte_55881_a_renamed_tab_is_the_same_tab() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.rename("Клиенты"));
    let report = office.sync();
    assert_eq!(report.exit(), 0, "{}", report.text());
    keeps_all(&office, &report);
}

#[test]
fn airbyte_11271_an_emptied_sheet_breaks_no_later_run() {
    let mut office = synced(CLIENTS);
    let before = office.google.edit(|books| books.0.clone());
    office.clients(|sheet| sheet.delete_rows(2..5));
    for _ in 0..2 {
        let report = office.sync();
        assert_eq!(report.exit(), 2);
        keeps_all(&office, &report);
    }
    office.google.edit(|books| books.0 = before);
    let report = office.sync();
    assert_eq!(report.exit(), 0, "{}", report.text());
}

#[test]
fn n8n_28286_columns_that_nobody_needs_come_and_go() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| {
        sheet.insert_column_before("A").set("A1", "No.").set("A2", "1").set("E1", "Remarks").set("E3", "calls back")
    });
    let report = office.sync();
    assert_eq!(report.exit(), 0, "{}", report.text());
    assert_eq!(report.sources[0].unused, ["No.", "Remarks"]);
    keeps_all(&office, &report);
}

#[test]
fn posthog_69144_a_banner_above_the_header_is_told_before_anything_is_sent() {
    let rows: Vec<&[&str]> = [&[&["Clients of 2026"] as &[&str], &["", "as of May"]], CLIENTS].concat();
    let mut office = with_mail(Office::with(&rows));
    let report = office.plan();
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| (t.code.name(), t.row)), Some(("header-moved", Some(3))));
    let mut office = office.but("purposes    = [", "header = 3\npurposes    = [");
    let report = office.sync();
    keeps_all(&office, &report);
}

#[test]
fn framer_327_a_stray_cell_beside_the_table_is_no_matter() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.set("H1", " ").set("J3", "call Boris!").set("M900", "x"));
    let report = office.sync();
    assert_eq!((report.exit(), report.sources[0].rows), (0, 3), "{}", report.text());
    keeps_all(&office, &report);
}

#[test]
fn pipedream_15765_another_row_in_the_place_of_a_deleted_one_is_another_person() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.delete_rows(4..5).push(&["Dora", "+7 906 333-44-55", "dora@example.com"]));
    let report = office.sync();
    assert!(cards(&office).contains(&"Dora|+79063334455|dora@example.com".to_owned()), "{}", report.text());
}

#[test]
fn airbyte_19574_a_row_number_names_nobody() {
    let mut office = synced(CLIENTS);
    let ids = office.cards("sheetbridge_id || name");
    office.clients(|sheet| sheet.sort_by("C").insert_row_before(2));
    let report = office.sync();
    assert_eq!((report.exit(), office.cards("sheetbridge_id || name")), (0, ids), "{}", report.text());
}

#[test]
fn n8n_8580_the_first_row_below_the_header_counts() {
    assert_eq!(cards(&synced(&CLIENTS[..2])), all()[..1]);
}

#[test]
fn n8n_9950_rows_of_unticked_boxes_alone_are_empty() {
    let header = ["Name", "Phone", "Agent"].map(Cell::from).to_vec();
    let anna = vec!["Anna".into(), "+7 916 123-45-67".into(), Cell::Bool(true)];
    let boxes = (0..500).map(|_| vec![Cell::Blank, Cell::Blank, Cell::Bool(false)]);
    let sheet = Sheet::holding("Clients", [header, anna].into_iter().chain(boxes));
    let mut office = columns(Office::of([sheet]), r#"{ name = "Name", phone = "Phone", agent = "Agent" }"#);
    let report = office.sync();
    assert_eq!((report.exit(), report.sources[0].rows), (0, 1), "{}", report.text());
}

#[test]
fn grafana_123_days_and_months_are_not_swapped() {
    // The same day, in a sheet of each country; and as a text that somebody typed.
    for (book, typed) in [(Book::of(ID, []), "2/1/2024"), (Book::of(ID, []).russian(), "1.2.2024")] {
        let pattern = if book.locale == "ru_RU" { "dd.mm.yyyy" } else { "m/d/yyyy" };
        let rows = vec![
            ["Name", "Phone", "Born"].map(Cell::from).to_vec(),
            vec!["Anna".into(), "+7 916 123-45-67".into(), Cell::date(45_323.0, pattern)],
            vec!["Boris".into(), "+7 903 111-22-33".into(), typed.into()],
        ];
        let mut book = book;
        book.add(Sheet::holding("Clients", rows.into_iter()));
        let mut office = columns(Office::holding(book), r#"{ name = "Name", phone = "Phone", born = "Born" }"#);
        let report = office.sync();
        assert_eq!(office.cards("born"), ["2024-02-01", "2024-02-01"], "{typed}: {}", report.text());
    }
}

#[test]
fn gspread_231_leading_zeros_stay() {
    let rows = vec![
        ["Name", "Phone", "Code"].map(Cell::from).to_vec(),
        vec!["Anna".into(), "+7 916 123-45-67".into(), Cell::Text("00123".into())],
        vec!["Boris".into(), "+7 903 111-22-33".into(), Cell::Number(91.0, Format::General)],
    ];
    let office = Office::of([Sheet::holding("Clients", rows.into_iter())]);
    let office =
        office.but("[purposes.orders]", "code = \"text\"\n[purposes.orders]").but("\"agent\"]", "\"agent\", \"code\"]");
    let mut office = columns(office, r#"{ name = "Name", phone = "Phone", code = "Code" }"#);
    office.sync();
    assert_eq!(office.cards("code"), ["00123", "91"]);
}

#[test]
fn pyret_366_an_error_in_a_cell_is_that_cells_alone() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.set("C2", Cell::Error("#N/A")).set("A3", Cell::Error("#REF!")));
    let report = office.sync();
    assert_eq!(codes(&report), ["cell-error"], "{}", report.text());
    keeps_all(&office, &report);
}

#[test]
fn gspread_700_merged_cells_are_said() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.merge("C2:C3"));
    let report = office.sync();
    assert_eq!(codes(&report), ["google-merged"], "{}", report.text());
    keeps_all(&office, &report);
}

#[test]
fn dlt_hidden_columns_rows_and_tabs_are_read_and_said() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.hide_column("C").hide_row(3));
    let report = office.sync();
    assert_eq!(codes(&report), ["google-hidden-columns"], "{}", report.text());
    keeps_all(&office, &report);
    office.google.edit(|books| {
        books.sheet("Clients").hide();
        books.book(ID).add(Sheet::of("Notes", &[&["to do"]]));
    });
    let report = office.sync();
    assert!(codes(&report).contains(&"google-hidden-tab"), "{}", report.text());
    keeps_all(&office, &report);
}

#[test]
fn googlesheets4_275_an_excel_file_in_drive_is_no_question_of_rights() {
    let mut office = synced(CLIENTS);
    office.google.edit(|books| books.book(ID).excel = true);
    let report = office.sync();
    assert_eq!((report.exit(), trouble(&report).0), (2, "google-not-a-sheet"));
    keeps_all(&office, &report);
}

#[test]
fn n8n_16729_a_quota_that_others_used_up_is_waited_for() {
    let mut office = synced(CLIENTS);
    office.clients(|sheet| sheet.set("A3", "Boris Berg"));
    office.google.forget();
    office.google.state().quota.set(60, 300, std::time::Duration::from_millis(50));
    // Another program of the same account asks in between.
    office.google.at(2, Fault::google(429));
    office.google.at(4, Fault::google(429));
    let report = office.sync();
    assert_eq!(report.exit(), 0, "{}", report.text());
    assert!(cards(&office).contains(&"Berg Boris|+79031112233|".to_owned()));
}
