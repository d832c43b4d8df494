//! What is written back into a sheet: what each row says of itself, and its name.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::Duration,
};

use sheetbridge::{
    pipeline::Ask,
    port::WroteBack,
    report::{Command, Report},
};

use super::office::{ID, IMPATIENT, Office, codes};
use crate::google::{ACCOUNT, Book, Books, Cell, Fault, Kind, Role, Sheet};

const COLUMNS: &str = "columns     = { name = \"Name\", phone = \"Phone\" }";
const WITH_WRITE_BACK: &str = "columns     = { name = \"Name\", phone = \"Phone\" }
write_back  = { status = \"Status\", message = \"What to do\", id = \"sheetbridge_id\" }";

/// What a row without a readable phone says.
const LETTER: &str = "⚠ The row waits until it has: Phone. Phone: phone contains a letter; replace the letter with the \
                      digit it stands for.";

fn writing(rows: &[&[&str]]) -> Office {
    Office::with(rows).but(COLUMNS, WITH_WRITE_BACK)
}

fn three() -> Office {
    writing(&[
        &["Name", "Phone"],
        &["Anna Berg", "+7 916 123-45-67"],
        &["Boris Kim", "8903l112233"],
        &["Clara Sand", "+7 903 222-33-44"],
    ])
}

/// A row that speaks: status, message, id.
type Spoken = [String; 3];

fn sheet(office: &Office, title: &str) -> Sheet {
    office.google.edit(|books| books.sheet(title).clone())
}

/// What the rows say, by their names; its columns are found by their headers, in whatever row.
fn spoken(sheet: &Sheet) -> Vec<(String, Spoken)> {
    let text = |row: usize, column: usize| match sheet.at(row, column) {
        Cell::Text(text) => text.to_string(),
        Cell::Blank => String::new(),
        other => format!("{other:?}"),
    };
    let of = |row: usize, header: &str| (0..sheet.column_count).find(|column| text(row, *column) == header);
    let top = (0..sheet.rows.len()).find(|row| of(*row, "Name").is_some()).expect("a header");
    let columns = ["Name", "Status", "What to do", "sheetbridge_id"].map(|header| of(top, header));
    let at = |row: usize, i: usize| columns[i].map_or(String::new(), |column| text(row, column));
    (top + 1..sheet.rows.len()).map(|row| (at(row, 0), [at(row, 1), at(row, 2), at(row, 3)])).collect()
}

fn clients(office: &Office) -> Vec<(String, Spoken)> {
    spoken(&sheet(office, "Clients"))
}

/// The ids by the names of rows, of those that have both.
fn ids(office: &Office) -> BTreeMap<String, String> {
    let rows = clients(office).into_iter().filter(|(name, [.., id])| !name.is_empty() && !id.is_empty());
    rows.map(|(name, [.., id])| (name, id)).collect()
}

fn statuses(office: &Office) -> Vec<String> {
    clients(office).into_iter().map(|(name, [status, ..])| format!("{name}: {status}")).collect()
}

#[track_caller]
fn wrote(report: &Report) -> WroteBack {
    let (wrote, trouble) = report.sources[0].wrote_back.clone().expect("something is to be written back");
    assert!(trouble.is_none(), "{trouble:?}");
    wrote
}

/// What kept it from being written back.
#[track_caller]
fn unwritten(report: &Report) -> (&'static str, String) {
    let trouble = report.sources[0].unwritten().expect("it was not written");
    (trouble.code.name(), trouble.hint.clone())
}

/// The ranges of each write.
fn ranges(office: &Office) -> Vec<Vec<String>> {
    let writes = office.google.log().into_iter().filter(|seen| seen.kind == Kind::Write);
    let ranges = writes.map(|seen| {
        let body = seen.asked.json().expect("JSON");
        assert_eq!(body["valueInputOption"], "RAW");
        let data = body["data"].as_array().expect("ranges").iter();
        data.map(|range| range["range"].as_str().expect("a range").replace("'Clients'!", "")).collect()
    });
    ranges.collect()
}

/// Runs, and counts requests from one.
fn sync(office: &mut Office) -> Report {
    office.google.forget();
    office.sync()
}

/// Everything is told, and by a name of its own; another run has nothing to write.
#[track_caller]
fn is_right(office: &mut Office) {
    let rows = clients(office).into_iter().filter(|(name, _)| !name.is_empty()).collect::<Vec<_>>();
    for (name, [status, message, id]) in &rows {
        let waits = name == "Boris Kim";
        assert_eq!((status.as_str(), message.as_str()), if waits { ("waits", LETTER) } else { ("ok", "") }, "{name}");
        assert!(id.starts_with("sb-"), "{name}: {id}");
    }
    let all: BTreeSet<&String> = rows.iter().map(|(_, [.., id])| id).collect();
    assert_eq!(all.len(), rows.len(), "{rows:?}");
    let report = sync(office);
    assert_eq!(wrote(&report), WroteBack::default());
    assert_eq!((office.google.reads(), office.google.writes()), (3, 0));
}

#[test]
fn the_first_run_makes_the_columns_and_the_second_writes_nothing() {
    let mut office = three();
    let report = sync(&mut office);
    assert_eq!(wrote(&report), WroteBack { cells: 10, left: 0, kept: 0 });
    let log = office.google.log();
    assert_eq!((office.google.tokens(), office.google.reads(), office.google.writes()), (1, 5, 1), "{log:#?}");
    assert_eq!(ranges(&office), [["C1:C4", "D1:D1", "D3:D3", "E1:E4"]]);
    assert_eq!(office.shop(), ["Berg Anna +79161234567", "Sand Clara +79032223344"]);
    let id = ids(&office);
    let row = |name: &str, status: &str, message: &str| {
        (name.to_owned(), [status, message, id[name].as_str()].map(str::to_owned))
    };
    assert_eq!(
        clients(&office),
        [row("Anna Berg", "ok", ""), row("Boris Kim", "waits", LETTER), row("Clara Sand", "ok", "")]
    );
    is_right(&mut office);
    assert_eq!(ids(&office), id);
}

#[test]
fn n8n_25580_a_corrected_cell_changes_its_own_row_and_nothing_else_of_the_sheet() {
    let date = Cell::date(45_363.0, "yyyy-mm-dd");
    let row = |cells: [Cell; 6]| cells.to_vec();
    let rows = [
        row(["Name".into(), "Phone".into(), "Since".into(), "Sum".into(), "Paid".into(), "Note".into()]),
        row([
            "Anna Berg".into(),
            "+7 916 123-45-67".into(),
            date.clone(),
            Cell::currency(12.5),
            true.into(),
            "=1".into(),
        ]),
        row([
            "Boris Kim".into(),
            "8903l112233".into(),
            date,
            Cell::percent(0.5),
            false.into(),
            Cell::formula("=C2", 1.0),
        ]),
        row(["Clara Sand".into(), 79_032_223_344.0.into(), Cell::Blank, Cell::Error("#REF!"), Cell::Blank, "x".into()]),
    ];
    let mut clients = Sheet::holding("Clients", rows.into_iter());
    clients.merge("E6:F8").filter("A1:F4", &[3]).hide_row(4).hide_column("C").frozen_rows = 1;
    let mut office =
        Office::of([clients, Sheet::of("Other", &[&["Name", "Phone"], &["Z", "1"]])]).but(COLUMNS, WITH_WRITE_BACK);
    let whole = |office: &Office| office.google.edit(|books| format!("{:?}", books.book(ID)));
    let before = whole(&office);
    sync(&mut office);
    assert_eq!(ranges(&office), [["G1:G4", "H1:H1", "H3:H3", "I1:I4"]]);
    let id = ids(&office);
    let after = sheet(&office, "Clients");
    office.google.edit(|books| books.sheet("Clients").rows.iter_mut().for_each(|row| row.truncate(6)));
    assert_eq!(whole(&office), before, "nothing but the columns of ours was touched");
    office.google.edit(|books| *books.sheet("Clients") = after);

    office.google.edit(|books| {
        books.sheet("Clients").set("B3", "8 903 111 22 33");
    });
    let report = sync(&mut office);
    assert_eq!(wrote(&report), WroteBack { cells: 2, left: 0, kept: 0 });
    assert_eq!(ranges(&office), [["G3:G3", "H3:H3"]]);
    let looked = |at: usize| office.google.log()[at].asked.ranges().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(looked(4), ["'Clients'!G1:H3"], "a formula above a row may fill it");
    assert_eq!(
        looked(5),
        ["'Clients'!1:1", "'Clients'!A3:B3", "'Clients'!G3:I3"],
        "no more is looked at than is needed"
    );
    assert_eq!(statuses(&office), ["Anna Berg: ok", "Boris Kim: ok", "Clara Sand: ok"]);
    assert_eq!(ids(&office), id);
}

/// The request by which a run writes, the first being for the token: behind three reads of the sheet, one of formulas
/// in the columns of ours, and the look.
const WRITE: usize = 7;

type Edit = (&'static str, fn(&mut Books));

const EDITS: [Edit; 10] = [
    ("the header", |books| {
        books.sheet("Clients").set("B1", "Telephone");
    }),
    ("a row above", |books| {
        books.sheet("Clients").insert_row_before(2).set("A2", "New One").set("B2", "+7 903 555-44-33");
    }),
    ("sorted", |books| {
        books.sheet("Clients").sort_by("B");
    }),
    ("a row deleted", |books| {
        books.sheet("Clients").delete_rows(2..3);
    }),
    ("the last row deleted", |books| {
        books.sheet("Clients").delete_rows(4..5);
    }),
    ("a cell", |books| {
        books.sheet("Clients").set("B4", "+7 903 222-33-55");
    }),
    ("a column", |books| {
        books.sheet("Clients").insert_column_before("B");
    }),
    ("a column of ours moved", |books| {
        books.sheet("Clients").swap_columns("A", "C");
    }),
    ("the tab renamed and back", |books| {
        books.sheet("Clients").rename("Clients ");
    }),
    ("a smaller grid", |books| {
        books.sheet("Clients").resize(4, 26);
    }),
];

/// One whose rows were told once, and of which two are to be told anew.
fn told() -> (Office, BTreeMap<String, String>) {
    let mut office =
        writing(&[&["Name", "Phone"], &["Anna Berg", "x"], &["Boris Kim", "8903l112233"], &["Clara Sand", "y"]]);
    sync(&mut office);
    office.google.edit(|books| {
        books.sheet("Clients").set("B2", "+7 916 123-45-67").set("B4", "+7 903 222-33-44");
    });
    let ids = ids(&office);
    assert_eq!(ids.len(), 3);
    (office, ids)
}

/// Whatever became of the sheet, its header and its title are as they were.
fn tidied(office: &Office) {
    office.google.edit(|books| {
        for sheet in &mut books.book(ID).sheets {
            if sheet.title == "Clients " {
                sheet.rename("Clients");
            }
            if *sheet.cell("B1") == Cell::from("Telephone") {
                sheet.set("B1", "Phone");
            }
        }
    });
}

#[test]
fn node_google_spreadsheet_459_what_moves_before_the_look_is_left_for_the_next_run() {
    for ((what, edit), number) in EDITS.into_iter().flat_map(|edit| [(edit, 5), (edit, 6)]) {
        let (mut office, ids_before) = told();
        office.google.forget();
        office.google.before(number, edit);
        let report = office.sync();
        tidied(&office);
        let found = wrote(&report);
        for (name, [status, _, id]) in clients(&office) {
            let before = if name == "Boris Kim" { vec!["waits"] } else { vec!["waits", "ok"] };
            if let Some(known) = ids_before.get(&name) {
                assert_eq!(&id, known, "{what}: {name}");
                assert!(before.contains(&status.as_str()), "{what}: {name}: {status}");
            } else {
                assert_eq!((status.as_str(), id.as_str()), ("", ""), "{what}: {name}");
            }
        }
        let is_left = !matches!(what, "the last row deleted" | "a cell") || found.left == 1;
        assert!(is_left && (found.left > 0 || what == "a smaller grid"), "{what}: {found:?}");
        sync(&mut office);
        is_right(&mut office);
        let now = ids(&office);
        assert!(ids_before.iter().all(|(name, id)| now.get(name).is_none_or(|now| now == id)), "{what}: {now:?}");
    }
}

#[test]
fn what_moves_while_the_columns_are_made_gets_no_words_of_another_row() {
    for ((what, edit), number) in EDITS.into_iter().flat_map(|edit| [(edit, 5), (edit, 6)]) {
        let mut office = three();
        office.google.before(number, edit);
        sync(&mut office);
        tidied(&office);
        for (name, [status, ..]) in clients(&office) {
            let right = if name == "Boris Kim" { "waits" } else { "ok" };
            assert!(status.is_empty() || status == right, "{what}: {name}: {status}");
        }
        sync(&mut office);
        is_right(&mut office);
    }
}

/// Between the look and the write lies the time of one call, in which nobody can be kept from moving a row: Google
/// writes to addresses. What then lands on a wrong row is of ours, so that the next run puts it right; a row that got
/// the name of another in that moment goes by that from then on, and whoever lost theirs gets a new one. What nobody
/// can put right, short of the sheet's own history, are cells of a column that moved under ours in that moment.
#[test]
fn what_moves_before_the_write_is_put_right_by_the_next_run() {
    for (what, edit) in EDITS.into_iter().filter(|(what, _)| !what.starts_with("a column")) {
        for mut office in [three(), told().0] {
            office.google.forget();
            office.google.before(WRITE, edit);
            office.sync();
            tidied(&office);
            let report = sync(&mut office);
            assert!(report.routes.iter().all(|route| route.trouble.is_none()), "{what}");
            is_right(&mut office);
        }
    }
}

/// A run in which one request goes wrong, and the next one.
fn goes_wrong(number: usize, what: &str, fault: &Fault) {
    let mut office = three().impatient();
    office.google.at(number, fault.clone());
    let report = office.sync();
    let given = ids(&office);
    let what = format!("{what} at {number}");
    let wrote = report.sources[0].wrote_back.clone();
    let is_read = report.sources[0].trouble.is_none();
    assert_eq!((is_read, is_read || number < 5), (wrote.is_some(), true), "{what}: {}", report.text());
    let shop: &[&str] = if is_read { &["Berg Anna +79161234567", "Sand Clara +79032223344"] } else { &[] };
    assert_eq!(office.shop(), shop, "{what}");
    match wrote {
        Some((wrote, None)) => {
            assert_eq!(wrote, WroteBack { cells: 10, left: 0, kept: 0 }, "{what}");
            assert_eq!(given.len(), 3, "{what}: it says that it is written");
        }
        _ => assert_eq!(report.exit(), 2, "{what}"),
    }
    let was_done = matches!(fault, Fault::Cut(_) | Fault::CutChunked(_) | Fault::DropAfter);
    if number == WRITE && was_done && report.sources[0].unwritten().is_none() {
        assert_eq!(office.google.writes(), 1, "{what}: it stands, and is not written again");
    }
    // Nobody's plan is left over.
    office.google.state().plans.clear();
    sync(&mut office);
    let now = ids(&office);
    assert!(given.iter().all(|(name, id)| now[name] == *id), "{what}: {given:?} {now:?}");
    is_right(&mut office);
}

/// Every fault at every request, all faults of a request at once: most of the time is waited.
#[test]
fn whatever_goes_wrong_nothing_is_written_twice_and_the_next_run_ends_right() {
    for number in 1..=WRITE {
        thread::scope(|scope| {
            for (what, fault) in Fault::every(IMPATIENT + Duration::from_millis(200)) {
                scope.spawn(move || goes_wrong(number, what, &fault));
            }
        });
    }
}

/// Between the look and the write nobody can be kept from moving a row. The name of a new row then lands on somebody
/// who had one, and goes by that from then on: their phone tells who they are, so that nobody is doubled or lost, and
/// the new row gets another name. What can't be prevented: whoever changes phone, mail and everything else in that very
/// run isn't known again, as if they had never had a name.
#[test]
fn a_name_that_lands_on_somebody_else_doubles_nobody_and_loses_nobody() {
    let mut office = writing(&[
        &["Name", "Phone"],
        &["Anna Berg", "+7 916 123-45-67"],
        &["Boris Kim", "+7 903 111-22-33"],
        &["Clara Sand", "+7 903 222-33-44"],
    ]);
    sync(&mut office);
    sync(&mut office);
    let cards = office.cards("sheetbridge_id || ' ' || name");
    office.google.edit(|books| {
        books.sheet("Clients").push(&["Dora Finn", "+7 903 000-88-99"]);
    });
    office.google.forget();
    office.google.before(WRITE, |books| {
        books.sheet("Clients").sort_by("B");
    });
    office.sync();
    let everybody =
        ["Berg Anna +79161234567", "Finn Dora +79030008899", "Kim Boris +79031112233", "Sand Clara +79032223344"];
    assert_eq!(office.shop(), everybody);
    for _ in 0..2 {
        sync(&mut office);
        assert_eq!(office.shop(), everybody);
    }
    let now = office.cards("sheetbridge_id || ' ' || name");
    assert!(cards.iter().all(|card| now.contains(card)) && now.len() == 4, "{cards:?} {now:?}");
    let given: BTreeSet<String> = ids(&office).into_values().collect();
    assert!(given.len() == 4 && given.iter().all(|id| id.starts_with("sb-")), "{given:?}");
    assert_eq!(statuses(&office), ["Dora Finn: ok", "Boris Kim: ok", "Clara Sand: ok", "Anna Berg: ok"]);
}

#[test]
fn what_cannot_be_written_at_all_is_said_and_the_rest_is_done() {
    let mut office = three();
    office.google.always(|asked| asked.kind() == Kind::Write, Fault::google(503));
    let report = sync(&mut office);
    assert_eq!((unwritten(&report).0, report.exit()), ("google-down", 2));
    assert_eq!((office.google.reads(), office.google.writes()), (11, 4), "it is looked at before each try");
    assert_eq!(office.shop(), ["Berg Anna +79161234567", "Sand Clara +79032223344"]);
    assert!(ids(&office).is_empty());
    office.google.state().plans.clear();
    sync(&mut office);
    is_right(&mut office);
}

#[test]
fn an_id_follows_its_row() {
    let mut office = three();
    sync(&mut office);
    let given = ids(&office);
    office.google.edit(|books| {
        books.sheet("Clients").sort_by("B").insert_row_before(2).insert_column_before("A");
    });
    sync(&mut office);
    assert_eq!(ids(&office), given);
    is_right(&mut office);
}

#[test]
fn a_copied_row_is_said_and_harmless() {
    let mut office = three();
    sync(&mut office);
    sync(&mut office);
    let shop = office.cards("sheetbridge_id || phone");
    office.google.edit(|books| {
        let sheet = books.sheet("Clients");
        let row = sheet.rows[1].clone();
        sheet.rows.push(row);
    });
    let report = sync(&mut office);
    assert!(codes(&report).contains(&"key-doubled"), "{:?}", codes(&report));
    assert_eq!(wrote(&report), WroteBack::default(), "and the sheet says nothing of it");
    assert_eq!(office.cards("sheetbridge_id || phone"), shop);
    // The copy becomes somebody else.
    office.google.edit(|books| {
        books.sheet("Clients").set("A5", "Dora Finn").set("B5", "+7 903 777-88-99");
    });
    sync(&mut office);
    let now = office.cards("sheetbridge_id || phone");
    assert!(shop.iter().all(|card| now.contains(card)), "{shop:?} {now:?}");
}

#[test]
fn whoever_has_an_id_is_known_again_with_another_phone_and_another_mail() {
    let with_mail = "columns     = { name = \"Name\", phone = \"Phone\", email = \"Mail\" }";
    let columns = WITH_WRITE_BACK.replace(COLUMNS, with_mail);
    let mut rows = vec![vec!["Name".to_owned(), "Phone".to_owned(), "Mail".to_owned()]];
    rows.extend((0..20).map(|n| {
        let letter = char::from(b'a' + n);
        vec![format!("Person {letter}{letter}"), format!("+7 916 123-45-{:02}", 10 + n), format!("p{n}@example.com")]
    }));
    let lines: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    let mut office = Office::with(&lines).but(COLUMNS, &columns);
    sync(&mut office);
    sync(&mut office);
    let cards = office.cards("sheetbridge_id");
    office.google.edit(|books| {
        let sheet = books.sheet("Clients");
        sheet.set("A2", "Anna Lind").set("B2", "+7 903 555-66-77").set("C2", "anna@example.org");
    });
    let report = sync(&mut office);
    assert_eq!((report.exit(), report.waiting()), (0, 0), "{}", report.text());
    assert_eq!(office.cards("sheetbridge_id"), cards, "nobody was made or lost");
    assert!(office.cards("phone || ' ' || email").contains(&"+79035556677 anna@example.org".to_owned()));
}

#[test]
fn a_row_of_which_only_its_id_is_left_is_blank() {
    let mut office = three();
    sync(&mut office);
    office.google.edit(|books| {
        books.sheet("Clients").set("A3", "").set("B3", "").set("C3", "").set("D3", "");
    });
    let report = sync(&mut office);
    assert_eq!((report.sources[0].rows, report.sources[0].blank), (2, 1));
    assert_eq!(wrote(&report), WroteBack::default());
}

#[test]
fn what_a_formula_fills_is_never_written_over() {
    let rows = |formula: Cell| {
        let row = |cells: [Cell; 3]| cells.to_vec();
        [
            row(["Name".into(), "Phone".into(), "Status".into()]),
            // What an `ARRAYFORMULA` puts below itself is no formula, and may show nothing.
            row(["Anna Berg".into(), "+7 916 123-45-67".into(), formula]),
            row(["Boris Kim".into(), "8903l112233".into(), Cell::Blank]),
        ]
    };
    let filling = Cell::formula("=ARRAYFORMULA(IF(F2:F=\"\",\"\",\"called\"))", "");
    for formula in [filling, Cell::formula("=IF(B2=\"\",\"no\",\"\")", ""), Cell::formula("=F2", "ok")] {
        let mut office =
            Office::of([Sheet::holding("Clients", rows(formula).into_iter())]).but(COLUMNS, WITH_WRITE_BACK);
        for _ in 0..2 {
            let before = sheet(&office, "Clients").rows.iter().map(|row| format!("{:?}", row[2])).collect::<Vec<_>>();
            let report = sync(&mut office);
            assert!(wrote(&report).kept > 0, "{}", report.text());
            assert!(ranges(&office).concat().iter().all(|range| !range.starts_with('C')), "{:?}", ranges(&office));
            let after = sheet(&office, "Clients").rows.iter().map(|row| format!("{:?}", row[2])).collect::<Vec<_>>();
            assert_eq!(before, after);
            let rows = clients(&office);
            assert_eq!(rows[1].1[1], LETTER, "the other columns of ours are written");
            office.google.edit(|books| {
                books.sheet("Clients").set("B2", "8903l112233");
            });
        }
    }
    // In a column that is ours by now, and far above the only row that is to be written.
    let mut office = three();
    sync(&mut office);
    office.google.edit(|books| {
        books.sheet("Clients").set("C2", Cell::formula("=F2", "ok")).set("B4", "8903l112244");
    });
    let report = sync(&mut office);
    assert_eq!((wrote(&report).kept, ranges(&office)), (1, vec![vec!["D4:D4".to_owned()]]));
    assert_eq!(statuses(&office)[2], "Clara Sand: ok");
}

#[test]
fn what_people_say_in_our_words_stays_theirs() {
    let mut office = writing(&[
        &["Name", "Status", "Phone", "What to do"],
        &["Anna Berg", "waits", "+7 916 123-45-67", "⚠\u{fe0f} VIP"],
        &["Boris Kim", "ok", "8903l112233", ""],
        &["Clara Sand", "", "+7 903 222-33-44", ""],
    ]);
    let report = sync(&mut office);
    assert_eq!(wrote(&report).kept, 3);
    let said: Vec<[String; 2]> = clients(&office).into_iter().map(|(_, [s, m, _])| [s, m]).collect();
    assert_eq!(said, [["waits", "⚠\u{fe0f} VIP"], ["ok", LETTER], ["ok", ""]]);
}

#[test]
fn nobodys_own_words_are_written_over() {
    let mut office = writing(&[
        &["Name", "Status", "Phone", "What to do", "sheetbridge_id"],
        &["Anna Berg", "paid", "+7 916 123-45-67", "call on Friday", "A-1"],
        &["Boris Kim", "", "8903l112233", "call today", ""],
        &["Clara Sand", "", "+7 903 222-33-44", "-5", ""],
    ]);
    for run in 0..3 {
        let report = sync(&mut office);
        assert_eq!(wrote(&report).kept, 4, "{run}");
        let rows = clients(&office);
        assert_eq!(rows[0].1, ["paid", "call on Friday", "A-1"]);
        assert_eq!(rows[1].1[..2], ["waits", "call today"]);
        assert_eq!(rows[2].1[..2], ["ok", "-5"]);
    }
    assert_eq!(office.google.writes(), 0);
    // What somebody takes away makes room.
    office.google.edit(|books| {
        books.sheet("Clients").set("D3", "");
    });
    sync(&mut office);
    assert_eq!(clients(&office)[1].1[1], LETTER);
}

#[test]
fn airbyte_41977_no_grid_grows_beside_a_stray_cell_or_at_the_edge() {
    let mut office = three();
    office.google.edit(|books| {
        books.sheet("Clients").set("C900", "seen by Ann").set("E2", 5.0);
    });
    sync(&mut office);
    assert_eq!(ranges(&office), [["D1:D4", "F1:F1", "F3:F3", "G1:G4"]]);
    is_right(&mut office);

    let mut office = three();
    office.google.edit(|books| {
        books.sheet("Clients").resize(4, 4);
    });
    let report = sync(&mut office);
    assert_eq!(unwritten(&report), ("google-no-room", "`Clients`: \"sheetbridge_id\"".to_owned()));
    assert_eq!((report.exit(), office.google.writes()), (2, 0));
    assert_eq!(office.shop(), ["Berg Anna +79161234567", "Sand Clara +79032223344"]);
    office.google.edit(|books| {
        books.sheet("Clients").resize(4, 5);
    });
    sync(&mut office);
    is_right(&mut office);
}

#[test]
fn nothing_that_is_written_runs_as_a_formula() {
    let formula = "columns     = { name = \"Name\", phone = \"=cmd|calc\" }
write_back  = { status = \"Status\", message = \"What to do\" }";
    let mut office = Office::with(&[&["Name", "=cmd|calc"], &["Anna", "@x"]]).but(COLUMNS, formula);
    sync(&mut office);
    assert_eq!(ranges(&office).len(), 1);
    let sheet = sheet(&office, "Clients");
    for cell in sheet.rows.iter().flat_map(|row| row[2..].iter()) {
        let Cell::Text(text) = cell else { panic!("{cell:?}") };
        assert!(!text.starts_with(['=', '+', '-', '@']), "{text}");
    }
    assert!(sheet.shown("D2:D2")[0][0].contains("=cmd|calc: "));
}

#[test]
fn obot_104_a_write_that_was_refused_is_no_success() {
    let mut office = three();
    office.google.edit(|books| books.book(ID).share(ACCOUNT, Role::Viewer));
    let report = sync(&mut office);
    assert_eq!(unwritten(&report), ("google-not-shared-to-write", ACCOUNT.to_owned()));
    assert_eq!((report.exit(), office.google.writes()), (2, 1), "no is said once");
    assert_eq!(office.shop(), ["Berg Anna +79161234567", "Sand Clara +79032223344"]);
    assert!(report.to_json()["sources"][0]["wrote_back"]["trouble"]["code"] == "google-not-shared-to-write");
    office.google.edit(|books| books.book(ID).share(ACCOUNT, Role::Editor));
    sync(&mut office);
    is_right(&mut office);
}

#[test]
fn no_more_is_asked_than_is_needed() {
    let scopes = |office: &Office| -> BTreeSet<String> {
        let bearers = office.google.log().into_iter().filter_map(|seen| seen.asked.bearer);
        let state = office.google.state();
        let tokens = bearers.map(|bearer| state.desk.token(Some(&bearer)).expect("a token").scopes.clone());
        tokens.flatten().collect()
    };
    let scope = |name: &str| BTreeSet::from([format!("https://www.googleapis.com/auth/{name}")]);
    let mut office = Office::with(&[&["Name", "Phone"], &["Anna Berg", "+7 916 123-45-67"]]);
    office.sync();
    assert_eq!(scopes(&office), scope("spreadsheets.readonly"));
    let mut office = three();
    office.sync();
    assert_eq!(scopes(&office), scope("spreadsheets"));
    assert_eq!(office.google.tokens(), 1);
}

#[test]
fn nothing_is_written_by_whoever_plans_or_sends_a_few_first() {
    let mut office = three();
    let before = format!("{:?}", sheet(&office, "Clients"));
    office.plan();
    let few = Ask { limit: Some(1), ..Ask::new(Command::Sync) };
    let report = office.run(&few);
    assert!(report.sources[0].wrote_back.is_none());
    assert_eq!(office.google.writes(), 0);
    assert_eq!(format!("{:?}", sheet(&office, "Clients")), before);
    // What the rows say is no matter of routes.
    office.run(&Ask { routes: vec!["shop".to_owned()], ..Ask::new(Command::Sync) });
    is_right(&mut office);
}

#[test]
fn what_a_row_says_is_no_matter_of_what_is_elsewhere() {
    let stops = "
[sources.stops]
path = \"stops.csv\"
refuses = \"all\"
columns = { phone = \"Phone\" }

[sources.more]
path = \"more.csv\"
purposes = [\"orders\"]
columns = { name = \"Name\", phone = \"Phone\" }

[destinations.shop]";
    let said = |stops_csv: &str, more_csv: &str, more_rows: &[&[&str]], route: &str| {
        let mut office = three().but("\n[destinations.shop]", &format!("{stops}{route}"));
        fs::write(office.path("stops.csv"), format!("Phone\n{stops_csv}")).expect("written");
        fs::write(office.path("more.csv"), format!("Name,Phone\n{more_csv}")).expect("written");
        office.google.edit(|books| {
            for row in more_rows {
                books.sheet("Clients").push(row);
            }
        });
        sync(&mut office);
        let said = clients(&office).into_iter().take(3);
        said.map(|(name, [status, message, _])| format!("{name} {status} {message}")).collect::<Vec<_>>()
    };
    let alone = said("", "", &[], "");
    let anna = "+7 916 123-45-67";
    let same: &[&[&str]] =
        &[&["Anna Berg", anna], &["Max Sand", "+7 903 222-33-44"], &["Boris Kim", "8 903 111 22 33"]];
    let books = "\npath = \"more.db\"\ntable = \"shop\"\npurposes = [\"orders\"]\n[destinations.books]";
    let books = books.replace("[destinations.books]", "");
    assert_eq!(said(anna, "", &[], ""), alone, "a refusal");
    assert_eq!(said("", "Boris Kim,8 903 111 22 33\nMax Other,+7 916 123-45-67", &[], ""), alone, "another list");
    assert_eq!(said("", "", same, ""), alone, "other rows");
    let route = format!("{books}\n[destinations.second]");
    assert_eq!(said("", "", &[], &route), alone, "another route");
    assert_eq!(said(anna, "Boris Kim,8 903 111 22 33", same, &route), alone, "all of it");
}

#[test]
fn several_tabs_a_low_header_and_another_language() {
    let tab = |title: &str, name: &str| {
        Sheet::of(
            title,
            &[&["Our clients"], &[], &["Name", "Phone"], &[name, "8903l112233"], &["Anna Berg", "+7 916 123-45-67"]],
        )
    };
    let tabs = [tab("2025", "Clara Sand"), Sheet::of("Notes", &[&["nothing"]]), tab("2026", "Boris Kim")];
    let settings = format!("{WITH_WRITE_BACK}\ntabs = [\"20*\"]\nheader = 3");
    let mut office = Office::holding(Book::of(ID, tabs).russian()).but(COLUMNS, &settings).but("\"en\"", "\"ru\"");
    let report = sync(&mut office);
    assert_eq!(wrote(&report), WroteBack { cells: 16, left: 0, kept: 0 }, "{}", report.text());
    assert_eq!(office.google.writes(), 1, "one batch for all tabs");
    let waits = "⚠ Строка ждёт, пока не заполнено: Phone. Phone: в телефоне буква; замените букву цифрой, которую \
                 она заменяет.";
    let mut all = BTreeSet::new();
    for title in ["2025", "2026"] {
        let sheet = sheet(&office, title);
        assert_eq!(sheet.shown("A1:E2").concat().concat(), "Our clients");
        let rows = spoken(&sheet);
        assert_eq!(rows[0].1[..2], ["ждёт", waits], "{title}");
        assert_eq!(rows[1].1[..2], ["в порядке", ""], "{title}");
        all.extend(rows.into_iter().map(|(_, [.., id])| id));
    }
    assert_eq!(all.len(), 4);
    let text = report.text();
    assert!(text.contains("\n    записано обратно: 16 ячеек\n"), "{text}");
    // One tab has no room, and the other is told all the same.
    office.google.edit(|books| {
        let sheet = books.sheet("2025");
        sheet.resize(5, 2);
        books.sheet("2026").set("B4", "8 903 111 22 33");
    });
    let report = sync(&mut office);
    assert_eq!(unwritten(&report), ("google-no-room", "`2025`: \"Status\"".to_owned()));
    let counted = report.sources[0].wrote_back.as_ref().map(|(wrote, _)| *wrote);
    assert_eq!(counted, Some(WroteBack { cells: 2, left: 0, kept: 0 }), "into the other tab");
    assert!(report.text().contains("\n    записано обратно: 2 ячейки\n"), "{}", report.text());
    assert_eq!(spoken(&sheet(&office, "2026"))[0].1[0], "в порядке");
    office.google.edit(|books| {
        books.sheet("2025").resize(5, 26);
    });
    let english = office.but("\"ru\"", "\"en\"");
    let mut office = english;
    sync(&mut office);
    assert_eq!(spoken(&sheet(&office, "2026"))[0].1[0], "ok", "our own words are known in either language");
}

/// So many rows wait, with messages of nearly 500 bytes: more than one request takes.
const MANY: usize = 21_500;

fn waiting(write_back: &str) -> Office {
    let header = "Phone ".repeat(83);
    let settings = write_back.replace("\"Phone\"", &format!("\"{}\"", header.trim()));
    let rows = (0..MANY).map(|n| vec![Cell::from(format!("Person {n}").as_str())]);
    let header = vec![Cell::from("Name"), Cell::from(header.trim())];
    let clients = Sheet::holding("Clients", [header].into_iter().chain(rows));
    Office::of([clients]).but(COLUMNS, &settings)
}

#[test]
fn airbyte_42904_what_is_too_much_for_one_request_is_written_in_several() {
    let mut office = waiting(&WITH_WRITE_BACK.replace("Status\"", "Статус\""));
    let report = sync(&mut office);
    assert_eq!(wrote(&report), WroteBack { cells: 3 * (MANY as u64 + 1), left: 0, kept: 0 });
    let ranges = ranges(&office);
    assert!(ranges.len() > 1, "{ranges:?}");
    // No range has more than a megabyte, and all of them together have every cell once.
    let mut rows: BTreeMap<char, Vec<usize>> = BTreeMap::new();
    for range in ranges.concat() {
        let (from, to) = range.split_once(':').expect("a range");
        let row = |cell: &str| cell[1..].parse::<usize>().expect("a row");
        rows.entry(from.chars().next().expect("a column")).or_default().extend(row(from)..=row(to));
    }
    let all: Vec<usize> = (1..=MANY + 1).collect();
    assert_eq!(rows, ['C', 'D', 'E'].map(|column| (column, all.clone())).into());
}

#[test]
fn what_was_written_counts_where_the_rest_was_not() {
    let message = WITH_WRITE_BACK.replace("status = \"Status\", ", "").replace(", id = \"sheetbridge_id\"", "");
    let mut office = waiting(&message);
    office.google.always(|asked| asked.kind() == Kind::Write, Fault::google(400));
    sync(&mut office);
    let first_write = office.google.log().iter().position(|seen| seen.kind == Kind::Write).expect("a write") + 1;
    office.google.state().plans.clear();
    // Between two requests somebody renames the tab.
    office.google.forget();
    office.google.after(first_write, |books| {
        books.sheet("Clients").rename("Customers");
    });
    let report = office.sync();
    let found = wrote(&report);
    // The first cell is the header.
    assert_eq!(found.cells - 1 + found.left, MANY as u64, "{found:?}");
    assert!(found.left > 1000 && found.cells > 10_000, "{found:?}");
    office.google.edit(|books| {
        books.sheet("Customers").rename("Clients");
    });
    // And then nothing more may be written.
    office.google.always(|asked| asked.kind() == Kind::Write, Fault::google(400));
    let report = sync(&mut office);
    assert_eq!(unwritten(&report).0, "google-refused");
    assert_eq!(report.sources[0].wrote_back.as_ref().map(|(wrote, _)| wrote.cells), Some(0));
}

#[test]
fn the_report_says_what_was_written_back() {
    let said = |language: &str, cells, left, kept| {
        let mut office = Office::with(&[&["Name", "Phone"], &["Anna Berg", "+7 916 123-45-67"]]);
        office = office.but(COLUMNS, WITH_WRITE_BACK).but("\"en\"", &format!("\"{language}\""));
        let mut report = office.plan();
        report.sources[0].wrote_back = Some((WroteBack { cells, left, kept }, None));
        let json = report.to_json();
        assert_eq!(json["sources"][0]["wrote_back"], serde_json::json!({ "cells": cells, "left": left, "kept": kept }));
        let text = report.text();
        let lines = text.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with('+'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        said("en", 1, 1, 1),
        [
            "1 cell written back",
            "1 row was moved or changed meanwhile: the next run writes back into it",
            "1 cell in the columns of `write_back` holds words of your own and keeps them",
        ]
    );
    assert_eq!(
        said("en", 10, 2, 3),
        [
            "10 cells written back",
            "2 rows were moved or changed meanwhile: the next run writes back into them",
            "3 cells in the columns of `write_back` hold words of your own and keep them",
        ]
    );
    assert_eq!(
        said("ru", 1, 1, 1),
        [
            "записано обратно: 1 ячейка",
            "1 строку тем временем переместили или изменили: запись в неё отложена до следующего запуска",
            "в столбцах `write_back` 1 ячейка с вашими словами: они оставлены как есть",
        ]
    );
    assert_eq!(
        said("ru", 22, 3, 5),
        [
            "записано обратно: 22 ячейки",
            "3 строки тем временем переместили или изменили: запись в них отложена до следующего запуска",
            "в столбцах `write_back` 5 ячеек с вашими словами: они оставлены как есть",
        ]
    );
    assert_eq!(said("en", 0, 0, 0), [""; 0]);
}
