//! Mass changes: whatever happens to a sheet, nothing at a destination is deleted or rewritten without a person's
//! word, and with it or when the sheet is as before, all is well.

use sheetbridge::{
    pipeline::Ask,
    report::{Command, Report},
};

use super::office::Office;
use crate::google::{Books, Sheet};

/// So many clients.
const CLIENTS: usize = 60;

fn row(n: usize) -> [String; 3] {
    [format!("Client {}", name(n)), format!("+7 916 123-{:02}-{:02}", n / 100, n % 100), format!("note {n}")]
}

/// A name of letters alone.
fn name(n: usize) -> String {
    [n / 26, n % 26].map(|l| char::from(b'a' + l as u8)).iter().collect()
}

fn sheet(title: &str, clients: std::ops::Range<usize>) -> Sheet {
    let mut sheet = Sheet::of(title, &[&["Name", "Phone", "Note"]]);
    for n in clients {
        let row = row(n);
        sheet.push(&[&row[0], &row[1], &row[2]]);
    }
    sheet
}

/// Changes a sheet that was synced, and looks that nothing goes; then undoes the change, and looks that all is well.
#[track_caller]
fn keeps(sheets: impl IntoIterator<Item = Sheet>, tabs: &str, change: impl FnOnce(&mut Books)) -> (Office, Report) {
    let mut office = Office::of(sheets).but("purposes    = [", &format!("{tabs}\npurposes    = ["));
    let report = office.sync();
    assert_eq!(report.exit(), 0, "{}", report.text());
    let (stood, before) = (office.shop(), office.google.edit(|books| books.0.clone()));
    assert_eq!(stood.len(), CLIENTS);
    office.google.edit(change);
    let report = office.sync();
    assert_eq!(office.shop(), stood, "{}", report.text());
    assert!(report.routes.iter().all(|route| !route.wrote), "{}", report.text());
    let changed = office.google.edit(|books| std::mem::replace(&mut books.0, before));
    let again = office.sync();
    assert_eq!((again.exit(), office.shop()), (0, stood), "{}", again.text());
    office.google.edit(|books| books.0 = changed);
    (office, report)
}

fn raised() -> Ask {
    Ask { guard: 100, ..Ask::new(Command::Sync) }
}

#[test]
fn an_emptied_sheet_deletes_nobody() {
    let (mut office, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").delete_rows(2..CLIENTS + 2);
    });
    assert_eq!(report.exit(), 2, "{}", report.text());
    assert_eq!(report.routes[0].emptied, ["clients"]);
    let report = office.run(&raised());
    assert_eq!((report.exit(), office.shop().len()), (0, 0), "{}", report.text());
}

#[test]
fn a_sheet_cleared_with_its_header_deletes_nobody() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").clear();
    });
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| t.code.name()), Some("header-missing"));
}

#[test]
fn an_overwritten_header_deletes_nobody() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").set("A1", "Anna").set("B1", "+7 916 000-00-00").set("C1", "");
    });
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| t.code.name()), Some("header-missing"));
}

#[test]
fn a_renamed_header_stops_the_source_and_says_what_may_be_meant() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").set("B1", "Phones");
    });
    let trouble = report.sources[0].trouble.as_ref().expect("it is not read");
    assert_eq!(trouble.code.name(), "column-missing-everywhere");
    assert!(trouble.hint.contains("\"Phone\" (\"Phones\"?)"), "{}", trouble.hint);
}

#[test]
fn a_doubled_header_stops_the_source() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").set("C1", "phone");
    });
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| t.code.name()), Some("header-doubled"));
}

#[test]
fn half_of_the_rows_cut_deletes_nobody() {
    let (mut office, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").delete_rows(2..CLIENTS / 2 + 2);
    });
    assert_eq!(report.exit(), 2);
    let report = office.run(&raised());
    assert_eq!((report.exit(), office.shop().len()), (0, CLIENTS / 2), "{}", report.text());
}

#[test]
fn a_filter_left_on_hides_nobody() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        let hides: Vec<usize> = (2..50).collect();
        books.sheet("Clients").filter("A1:C61", &hides).hide_row(55);
    });
    assert_eq!((report.exit(), report.sources[0].rows), (0, CLIENTS as u64));
    assert!(report.findings.iter().any(|f| f.code.name() == "google-filter-on"), "{}", report.text());
}

#[test]
fn columns_swapped_change_nothing() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").swap_columns("A", "B").insert_column_before("B");
    });
    assert_eq!(report.exit(), 0, "{}", report.text());
}

#[test]
fn headers_swapped_over_the_wrong_columns_rewrite_nobody() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").set("A1", "Phone").set("B1", "Name");
    });
    assert!(report.exit() > 0, "{}", report.text());
}

#[test]
fn rows_sorted_change_nothing() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "", |books| {
        books.sheet("Clients").sort_by("B");
    });
    assert_eq!(report.exit(), 0);
}

#[test]
fn a_tab_renamed_changes_nothing() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "tabs = [\"Clients\"]", |books| {
        books.sheet("Clients").rename("Клиенты 2026");
    });
    assert_eq!(report.exit(), 0, "{}", report.text());
    assert!(report.findings.iter().any(|f| f.code.name() == "google-tab-renamed"));
}

#[test]
fn a_tab_in_the_place_of_a_renamed_one_is_not_taken_for_it() {
    let (_, report) = keeps([sheet("Clients", 0..CLIENTS)], "tabs = [\"Clients\"]", |books| {
        books.sheet("Clients").rename("Archive");
        books.0.values_mut().next().expect("a spreadsheet").add(sheet("Clients", 0..3));
    });
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| t.code.name()), Some("google-tab-ambiguous"));
}

/// Twelve tabs of five clients each: one that is gone is less than a tenth.
fn months() -> Vec<Sheet> {
    (0..12).map(|m| sheet(&format!("Month {}", m + 1), m * 5..m * 5 + 5)).collect()
}

#[test]
fn one_tab_of_twelve_gone_deletes_nobody() {
    let (mut office, report) = keeps(months(), "tabs = [\"Month *\"]", |books| {
        books.0.values_mut().next().expect("a spreadsheet").remove("Month 7");
    });
    assert_eq!((report.exit(), &report.routes[0].emptied[..]), (2, &["clients, \"Month 7\"".to_owned()][..]));
    let report = office.run(&raised());
    assert_eq!((report.exit(), office.shop().len()), (0, CLIENTS - 5), "{}", report.text());
    let report = office.sync();
    assert_eq!((report.exit(), office.shop().len()), (0, CLIENTS - 5), "a word is given once: {}", report.text());
}

#[test]
fn one_tab_of_twelve_emptied_deletes_nobody() {
    let (_, report) = keeps(months(), "tabs = [\"Month *\"]", |books| {
        books.sheet("Month 7").delete_rows(2..7);
    });
    assert_eq!(report.exit(), 2, "{}", report.text());
}

#[test]
fn a_tab_that_is_named_and_gone_stops_the_source() {
    let names = (1..=12).map(|n| format!("\"Month {n}\"")).collect::<Vec<_>>().join(", ");
    let (_, report) = keeps(months(), &format!("tabs = [{names}]"), |books| {
        books.0.values_mut().next().expect("a spreadsheet").remove("Month 7");
    });
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| t.code.name()), Some("google-no-tab"));
}

#[test]
fn a_grid_cut_to_less_than_its_header_deletes_nobody() {
    let mut with_banner = sheet("Clients", 0..CLIENTS);
    with_banner.insert_row_before(1).insert_row_before(1);
    let (_, report) = keeps([with_banner], "", |books| {
        books.sheet("Clients").delete_rows(2..CLIENTS + 4).resize(1, 26);
    });
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| t.code.name()), Some("header-missing"));
}
