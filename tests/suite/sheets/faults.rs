//! Every fault of the server at every request of a run, and edits between any two requests: the destination holds
//! the old state or the new, never a mixture, and the next good run ends at the new.

use std::{thread, time::Duration};

use sheetbridge::report::Report;

use super::office::{IMPATIENT, Office};
use crate::google::{Books, Fault, Sheet};

/// Later than the office waits.
fn late() -> Duration {
    IMPATIENT + Duration::from_millis(100)
}

const OLD: &[&[&str]] = &[
    &["Name", "Phone"],
    &["Anna", "+7 916 123-45-67"],
    &["Boris", "+7 903 111-22-33"],
    &["Clara", "+7 905 222-33-44"],
];

/// One corrected, one new.
fn correct(books: &mut Books) {
    books.sheet("Clients").set("A3", "Boris Berg").push(&["Dora", "+7 906 333-44-55"]);
}

fn old() -> Vec<String> {
    ["Anna +79161234567", "Boris +79031112233", "Clara +79052223344"].map(str::to_owned).to_vec()
}

fn new() -> Vec<String> {
    let all = ["Anna +79161234567", "Berg Boris +79031112233", "Clara +79052223344", "Dora +79063334455"];
    all.map(str::to_owned).to_vec()
}

/// An office that was synced and whose sheet was then corrected.
fn office() -> Office {
    let mut office = Office::with(OLD).impatient();
    assert_eq!(office.sync().exit(), 0);
    assert_eq!(office.shop(), old());
    office.google.edit(correct);
    office.google.forget();
    office
}

/// How many requests a run makes, the token among them.
fn requests() -> usize {
    let mut office = office();
    office.sync();
    assert_eq!(office.shop(), new());
    office.google.log().len()
}

#[track_caller]
fn ends_well(office: &mut Office, report: &Report, what: &str) {
    let shop = office.shop();
    let unread = report.sources[0].trouble.is_some();
    assert!(if unread { shop == old() } else { shop == new() }, "{what}: {shop:?}\n{}", report.text());
    assert_eq!(report.exit(), if unread { 2 } else { 0 }, "{what}: {}", report.text());
    office.google.state().plans.clear();
    let report = office.sync();
    assert_eq!((report.exit(), office.shop()), (0, new()), "{what}, then: {}", report.text());
}

/// Tries every fault at every request of a run, all faults of a request at once: most of the time is waited.
fn each(test: impl Fn(usize, &str, Fault) + Sync) {
    for number in 1..=requests() {
        thread::scope(|scope| {
            for (name, fault) in Fault::every(late()) {
                let test = &test;
                scope.spawn(move || test(number, name, fault));
            }
        });
    }
}

#[test]
fn a_fault_that_passes_is_stood() {
    each(|number, name, fault| {
        let mut office = office();
        office.google.at(number, fault);
        let report = office.sync();
        ends_well(&mut office, &report, &format!("{name} at request {number}"));
    });
}

#[test]
fn a_fault_that_stays_is_no_empty_sheet() {
    each(|number, name, fault| {
        let mut office = office();
        for later in number..number + 40 {
            office.google.at(later, fault.clone());
        }
        let report = office.sync();
        assert!(report.sources[0].trouble.is_some(), "{name} from request {number}: {}", report.text());
        ends_well(&mut office, &report, &format!("{name} from request {number}"));
    });
}

type Edit = fn(&mut Sheet);

/// What people do to a sheet, each of which moves cells from row to row or from column to column.
fn edits() -> Vec<(&'static str, Edit)> {
    vec![
        ("a row inserted", |sheet| {
            sheet.insert_row_before(2).set("A2", "Emma").set("B2", "+7 909 111-11-11");
        }),
        ("a row deleted", |sheet| {
            sheet.delete_rows(2..3);
        }),
        ("sorted", |sheet| {
            sheet.sort_by("B");
        }),
        ("a column inserted", |sheet| {
            sheet.insert_column_before("B");
        }),
        ("columns swapped", |sheet| {
            sheet.swap_columns("A", "B");
        }),
        ("renamed", |sheet| {
            sheet.rename("Customers");
        }),
        ("two phones swapped", |sheet| {
            let (one, other) = (sheet.cell("B2").clone(), sheet.cell("B3").clone());
            sheet.set("B2", other).set("B3", one);
        }),
        ("the grid cut", |sheet| {
            sheet.resize(5, 2);
        }),
    ]
}

#[test]
fn an_edit_between_any_two_requests_mixes_no_rows() {
    // Of a grid with room below the rows, and of one that ends with them.
    for office in [office, tight] {
        mixes_no_rows(office);
    }
}

/// The same office, whose grid ends where its rows do.
fn tight() -> Office {
    let office = office();
    office.clients(|sheet| sheet.resize(5, 26));
    office
}

fn mixes_no_rows(make: fn() -> Office) {
    let count = requests();
    for (name, edit) in edits() {
        for number in 1..=count {
            let mut office = make();
            office.google.before(number, move |books| edit(books.sheet("Clients")));
            let report = office.sync();
            assert!(report.sources[0].trouble.is_none(), "{name} before {number}: {}", report.text());
            let seen = office.shop();
            // What was read was there at one moment: before the edit or after it.
            let mut before = make();
            before.sync();
            let mut after = make();
            after.google.edit(move |books| edit(books.sheet("Clients")));
            after.sync();
            assert!(seen == before.shop() || seen == after.shop(), "{name} before {number}: {seen:?}");
        }
    }
}

#[test]
fn a_sheet_that_never_rests_is_not_read() {
    let mut office = office();
    for number in 1..60_u8 {
        // Names of which none is a part of another.
        let name = format!("{} Anna", char::from(b'A' + number));
        office.google.before(number.into(), move |books| {
            books.sheet("Clients").set("A2", name.as_str());
        });
    }
    let report = office.sync();
    assert_eq!(report.sources[0].trouble.as_ref().map(|t| t.code.name()), Some("source-changing"));
    ends_well_after(&mut office);
}

fn ends_well_after(office: &mut Office) {
    office.google.state().plans.clear();
    office.clients(|sheet| sheet.set("A2", "Anna"));
    assert_eq!((office.sync().exit(), office.shop()), (0, new()));
}
