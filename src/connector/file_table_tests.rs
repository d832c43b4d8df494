//! Every format of files through the same cases.

use std::{collections::BTreeMap, fs, path::PathBuf};

use proptest::prelude::*;

use super::{
    DESTINATIONS, DestinationKind, DestinationPlace,
    testing::{now, read},
};
use crate::{
    change::{Action, Base, Change, ClientId, Layout, LayoutColumn, RunId, Standing, Write},
    check::kind::Column,
    config::Secret,
    failure::Failure,
    port::Whole,
    value::{Private, Texts},
};

/// A destination in a folder of its own.
struct Shop {
    folder: tempfile::TempDir,
    kind: &'static DestinationKind,
    columns: Vec<(&'static str, Column)>,
    options: Vec<(&'static str, String)>,
}

const COLUMNS: [(&str, Column); 4] =
    [("name", Column::Text), ("born", Column::Date), ("sum", Column::Number), ("may_call", Column::Bool)];

fn shops() -> impl Iterator<Item = Shop> {
    DESTINATIONS.iter().filter(|kind| kind.is_file).map(shop)
}

fn shop(kind: &'static DestinationKind) -> Shop {
    let folder = tempfile::tempdir().expect("a folder");
    Shop { folder, kind, columns: COLUMNS.to_vec(), options: Vec::new() }
}

fn csv() -> Shop {
    shops().find(|s| s.kind.name == "csv").expect("csv is a destination")
}

fn id(n: u8) -> ClientId {
    ClientId([n; 10])
}

/// `~` keeps a column, and nothing clears it.
fn change(n: u8, action: Action, cells: &[&'static str]) -> Change<'static> {
    let write = |cell: &&'static str| match *cell {
        "~" => Write::Keep,
        "" => Write::Clear,
        cell => Write::Set(Private::new(cell)),
    };
    Change { id: id(n), action, cells: cells.iter().map(write).collect() }
}

fn create(n: u8, cells: &[&'static str]) -> Change<'static> {
    change(n, Action::Create, cells)
}

impl Shop {
    fn file(&self) -> PathBuf {
        self.folder.path().join(format!("shop.{}", self.kind.extensions[0]))
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.file()).expect("the file is there")
    }

    fn port(&self) -> Box<dyn Whole> {
        let column = |(name, kind): &(&str, Column)| LayoutColumn { name: (*name).to_owned(), kind: *kind };
        let place = DestinationPlace {
            location: Secret::Plain(format!("shop.{}", self.kind.extensions[0])),
            folder: self.folder.path().to_owned(),
            route: "shop".into(),
            table: "shop".into(),
            layout: Layout { columns: self.columns.iter().map(column).collect() },
            options: self.options.clone(),
        };
        (self.kind.make)(place).expect("a port")
    }

    fn found(&self) -> Result<Standing, Failure> {
        now(self.port().found())
    }

    /// A run up to its last step.
    fn begun(&self, base: Base, changes: &[Change<'_>]) -> Result<Box<dyn Whole>, Failure> {
        let mut port = self.port();
        now(port.begin(RunId(uuid::Uuid::nil()), base))?;
        for change in changes {
            now(port.write(std::slice::from_ref(change)))?;
        }
        Ok(port)
    }

    fn run(&self, base: Base, changes: &[Change<'_>]) -> Result<[u8; 32], Failure> {
        Ok(now(self.begun(base, changes)?.commit())?.expect("a file has a digest"))
    }

    /// The rows as a source would show them, in the order of the ids.
    fn rows(&self) -> BTreeMap<ClientId, Vec<String>> {
        let mut rows = BTreeMap::new();
        let mut header = true;
        let mut take = |cells: &[&str]| {
            if !std::mem::take(&mut header) {
                let mut row: Vec<String> = cells[1..].iter().map(|c| (*c).to_owned()).collect();
                row.resize(self.columns.len(), String::new());
                rows.insert(cells[0].parse().expect("an id"), row);
            }
            std::ops::ControlFlow::Continue(())
        };
        match self.kind.name {
            "csv" => super::csv::decode_for_tests(self.bytes(), &mut take),
            _ => super::xlsx::decode_for_tests(self.bytes(), &mut take),
        }
        rows
    }

    fn leftovers(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder").flatten();
        let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
        names.filter(|n| n.starts_with('.')).collect()
    }
}

const ANNA: [&str; 4] = ["Анна", "1990-02-03", "12.5", "true"];
const IVAN: [&str; 4] = ["Ivan \"the\" O'Neil, jr", "", "-3", "false"];

#[test]
fn what_is_written_is_found_again() {
    for shop in shops() {
        assert_eq!(shop.found(), Ok(Standing::default()), "nothing was written yet");
        let digest = shop.run(Base::Empty, &[create(2, &IVAN), create(1, &ANNA)]).expect("a run");
        let standing = shop.found().expect("it is ours");
        assert_eq!(standing, Standing { run: None, ids: vec![id(1), id(2)], digest: Some(digest) });
        assert_eq!(
            shop.rows(),
            BTreeMap::from([(id(1), ANNA.map(str::to_owned).to_vec()), (id(2), IVAN.map(str::to_owned).to_vec())])
        );
        assert_eq!(shop.leftovers(), Vec::<String>::new());
    }
}

#[test]
fn cards_are_read_back() {
    for shop in shops() {
        let read = |ids: Option<&[ClientId]>| now(read(&mut *shop.port(), ids)).expect("it is ours");
        assert_eq!(read(None), BTreeMap::new(), "nothing was written yet");
        let odd = ["=1+1", "1890-02-03", "1234567890123456789", ""];
        let lines = ["'+7 (916)\n\"x\"", "", "-0.5", "false"];
        shop.run(Base::Empty, &[create(1, &ANNA), create(2, &IVAN), create(3, &odd), create(4, &lines)])
            .expect("a run");
        let all = [(1, ANNA), (2, IVAN), (3, odd), (4, lines)];
        let all: BTreeMap<ClientId, Texts> = all.into_iter().map(|(n, cells)| (id(n), Texts::of(cells))).collect();
        assert_eq!(read(None), all, "{}", shop.kind.name);
        assert_eq!(read(Some(&[id(2), id(9)])), BTreeMap::from([(id(2), Texts::of(IVAN))]));
        assert_eq!(read(Some(&[])), BTreeMap::new());
    }
}

#[test]
fn changes_are_made_on_top_of_what_stands() {
    for shop in shops() {
        shop.run(Base::Empty, &[create(1, &ANNA), create(2, &IVAN), create(3, &ANNA)]).expect("a run");
        let update = change(1, Action::Update, &["~", "", "7", "~"]);
        let full = change(5, Action::Update, &["Olga", "", "", ""]);
        let gone = [change(2, Action::Delete, &[]), change(9, Action::Delete, &[])];
        let again = create(3, &["Oleg", "~", "", "~"]);
        let changes = [&[update, full, again, create(4, &["~", "", "1", "~"])], &gone[..]].concat();
        shop.run(Base::Standing, &changes).expect("a run");
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        let expected = [
            (id(1), row(["Анна", "", "7", "true"])),
            (id(3), row(["Oleg", "", "", ""])),
            (id(4), row(["", "", "1", ""])),
            (id(5), row(["Olga", "", "", ""])),
        ];
        assert_eq!(shop.rows(), expected.into());
        shop.run(Base::Empty, &[create(8, &IVAN)]).expect("a run");
        assert_eq!(shop.rows().into_keys().collect::<Vec<_>>(), [id(8)], "from nothing, nothing stays");
    }
}

#[test]
fn a_card_that_is_not_there_is_not_made_from_half_of_its_columns() {
    for shop in shops() {
        shop.run(Base::Empty, &[create(1, &ANNA)]).expect("a run");
        let failure =
            shop.run(Base::Standing, &[change(2, Action::Update, &["Ivan", "~", "", ""])]).expect_err("it is refused");
        assert!(failure.to_string().ends_with(&format!("has no card {}", id(2))), "{failure}");
    }
}

#[test]
fn equal_tables_are_equal_files() {
    for shop in shops() {
        let changes = [create(1, &ANNA), create(2, &IVAN), create(3, &ANNA)];
        let digest = shop.run(Base::Empty, &changes).expect("a run");
        let reversed: Vec<Change<'_>> = changes.iter().rev().cloned().collect();
        assert_eq!(shop.run(Base::Empty, &reversed), Ok(digest), "no order of a source shows");
        assert_eq!(shop.run(Base::Standing, &[]), Ok(digest), "what is read is what was written");
    }
}

#[test]
fn a_file_that_is_not_ours_is_never_touched() {
    for shop in shops() {
        let ours = {
            shop.run(Base::Empty, &[create(1, &ANNA)]).expect("a run");
            shop.bytes()
        };
        let foreign_book = {
            let mut book = rust_xlsxwriter::Workbook::new();
            book.add_worksheet().write(0, 0, "name").expect("a cell");
            book.save_to_buffer().expect("a workbook")
        };
        for bytes in
            [b"name,phone\r\nAnna,1\r\n".to_vec(), Vec::new(), b"\0\0".to_vec(), foreign_book, ours[1..].to_vec()]
        {
            fs::write(shop.file(), &bytes).expect("a file");
            if shop.kind.name == "csv" && bytes == ours[1..] {
                continue; // A byte of the mark is missing, which only makes it another encoding.
            }
            for failure in [
                shop.found().expect_err("it is refused"),
                shop.begun(Base::Empty, &[]).err().expect("it is not ours"),
                shop.begun(Base::Standing, &[]).err().expect("it is not ours"),
            ] {
                assert!(failure.to_string().contains("is not ours"), "{failure}");
                assert!(failure.help().is_some_and(|h| h.starts_with("move it away")), "{failure:?}");
            }
            assert_eq!(shop.bytes(), bytes);
        }
        fs::remove_file(shop.file()).expect("a file");
        fs::create_dir(shop.file()).expect("a folder");
        assert_eq!(shop.found().expect_err("it is refused").help(), Some("name a file, not a folder"));
    }
}

#[test]
fn a_run_that_stops_before_its_end_leaves_the_old_file() {
    for shop in shops() {
        shop.run(Base::Empty, &[create(1, &ANNA)]).expect("a run");
        let before = shop.bytes();
        drop(shop.begun(Base::Standing, &[create(2, &IVAN)]).expect("a run"));
        assert_eq!(shop.bytes(), before);
        // Killed while it wrote: its temporary file stays, and the next run takes it away; others' stay.
        let name = shop.file().file_name().expect("a name").to_string_lossy().into_owned();
        fs::write(shop.folder.path().join(format!(".sheetbridge-{name}-aB3dE6.tmp")), "people").expect("a file");
        let others =
            [".sheetbridge-other.csv-aB3dE6.tmp", &format!(".sheetbridge-{name}-aB3dE6f.tmp")].map(str::to_owned);
        for other in &others {
            fs::write(shop.folder.path().join(other), "people").expect("a file");
        }
        shop.run(Base::Standing, &[create(2, &IVAN)]).expect("a run");
        assert_eq!(shop.rows().len(), 2);
        let mut left = shop.leftovers();
        left.sort();
        assert_eq!(left, others);
    }
}

#[test]
fn what_somebody_does_meanwhile_is_not_overwritten() {
    for shop in shops() {
        shop.run(Base::Empty, &[create(1, &ANNA)]).expect("a run");
        let mut port = shop.begun(Base::Empty, &[create(2, &IVAN)]).expect("a run");
        fs::write(shop.file(), "theirs").expect("a file");
        let failure = now(port.commit()).expect_err("it is refused");
        assert!(failure.to_string().starts_with("somebody changed"), "{failure}");
        assert_eq!(shop.bytes(), b"theirs");
        fs::remove_file(shop.file()).expect("a file");
        let mut port = shop.begun(Base::Empty, &[create(2, &IVAN)]).expect("a run");
        fs::write(shop.file(), "theirs").expect("a file");
        assert!(now(port.commit()).is_err(), "it was not there before");
        assert_eq!(shop.leftovers(), Vec::<String>::new());
    }
}

#[test]
fn columns_are_known_by_their_names() {
    for mut shop in shops() {
        shop.run(Base::Empty, &[create(1, &ANNA), create(2, &IVAN)]).expect("a run");
        shop.columns = vec![("may_call", Column::Bool), ("city", Column::Text), ("name", Column::Text)];
        shop.run(Base::Standing, &[change(2, Action::Update, &["~", "Paris", "~"])]).expect("a run");
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let expected = [(id(1), row(["true", "", ANNA[0]])), (id(2), row(["false", "Paris", IVAN[0]]))];
        assert_eq!(shop.rows(), expected.into());
    }
}

#[test]
fn values_that_do_not_fit_their_column_come_back_too() {
    let odd = ["+7 916", "before the war", "12345678901234567890.5", "maybe"];
    let old = ["007", "1899-12-31", "-0.10", ""];
    let long = ["=HYPERLINK(\"x\")", "0001-01-01", "1e5", "TRUE"];
    for shop in shops() {
        shop.run(Base::Empty, &[create(1, &odd), create(2, &old), create(3, &long)]).expect("a run");
        let mut expected: BTreeMap<_, _> =
            [(id(1), odd), (id(2), old), (id(3), long)].map(|(id, row)| (id, row.map(str::to_owned).to_vec())).into();
        if shop.kind.name == "xlsx" {
            expected.get_mut(&id(2)).expect("a row")[2] = "-0.1".into();
        }
        assert_eq!(shop.rows(), expected);
    }
}

#[test]
fn rows_that_people_added_or_copied_are_no_cards() {
    let shop = csv();
    let (one, two) = (id(1), id(2));
    let text =
        format!("name,sheetbridge_id,born\r\nAnna,{one},\r\nIvan,,\r\nOlga,x,\r\nAnna 2,{one},\r\nOleg,{two},\r\n");
    fs::write(shop.file(), text).expect("a file");
    assert_eq!(shop.found().expect("it is ours").ids, [one, two]);
    shop.run(Base::Standing, &[]).expect("a run");
    let names: Vec<String> = shop.rows().into_values().map(|row| row[0].clone()).collect();
    assert_eq!(names, ["Anna", "Oleg"], "the first counts");
}

#[test]
fn folders_are_made() {
    for shop in shops() {
        fs::remove_dir(shop.folder.path()).expect("an empty folder");
        assert_eq!(shop.found(), Ok(Standing::default()));
        shop.run(Base::Standing, &[create(1, &ANNA)]).expect("a run");
        assert_eq!(shop.rows().len(), 1);
    }
}

#[cfg(unix)]
#[test]
fn who_may_read_the_file_may_read_the_next_one() {
    use std::os::unix::fs::PermissionsExt;
    for shop in shops() {
        shop.run(Base::Empty, &[create(1, &ANNA)]).expect("a run");
        let mode = || fs::metadata(shop.file()).expect("a file").permissions().mode() & 0o777;
        fs::write(shop.folder.path().join("other"), "").expect("a file");
        let usual = fs::metadata(shop.folder.path().join("other")).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(), usual, "the umask decides");
        fs::set_permissions(shop.file(), fs::Permissions::from_mode(0o640)).expect("permissions");
        shop.run(Base::Standing, &[create(2, &IVAN)]).expect("a run");
        assert_eq!(mode(), 0o640);
        fs::set_permissions(shop.file(), fs::Permissions::from_mode(0o440)).expect("permissions");
        let failure = shop.run(Base::Standing, &[create(3, &IVAN)]).expect_err("it is refused");
        assert!(failure.help().is_some_and(|h| h.starts_with("check who may write")), "{failure:?}");
        assert_eq!(shop.rows().len(), 2, "a file that is marked as read-only is left alone");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    for shop in shops() {
        let behind = shop.folder.path().join("behind");
        shop.run(Base::Empty, &[create(1, &ANNA)]).expect("a run");
        fs::rename(shop.file(), &behind).expect("a file");
        std::os::unix::fs::symlink(&behind, shop.file()).expect("a link");
        shop.run(Base::Standing, &[create(2, &IVAN)]).expect("a run");
        assert!(fs::symlink_metadata(shop.file()).expect("a link").is_symlink());
        assert_eq!(shop.rows().len(), 2);
    }
}

#[test]
fn csv_is_what_excel_opens() {
    let mut shop = csv();
    let guarded = ["=1+1", "1990-02-03", "-5.5", "true"];
    let quoted = ["a \"b\", c\r\nd; é", "", "", ""];
    let phone = ["+79161234567", "", "", ""];
    let changes = [create(1, &guarded), create(2, &quoted), create(3, &phone)];
    shop.run(Base::Empty, &changes).expect("a run");
    let expected = format!(
        "\u{feff}sheetbridge_id,name,born,sum,may_call\r\n{},+79161234567,,,\r\n\
         {},'=1+1,1990-02-03,-5.5,true\r\n{},\"a \"\"b\"\", c\r\nd; é\",,,\r\n",
        id(3),
        id(1),
        id(2)
    );
    assert_eq!(String::from_utf8(shop.bytes()).expect("text"), expected);
    shop.options = vec![("delimiter", ";".into()), ("bom", "no".into())];
    shop.run(Base::Standing, &[]).expect("the old delimiter is found");
    let text = String::from_utf8(shop.bytes()).expect("text");
    assert!(text.starts_with("sheetbridge_id;name;born;sum;may_call\r\n"), "{text}");
    assert_eq!(shop.rows()[&id(1)][0], "=1+1", "what was guarded is read back as it was");
    // Excel saves CSV in the encoding of the country.
    let resaved = encoding_rs::WINDOWS_1251.encode(&text.replace('é', "Жанна и Пётр")).0.into_owned();
    fs::write(shop.file(), resaved).expect("a file");
    shop.run(Base::Standing, &[]).expect("it is still ours");
    assert!(shop.rows()[&id(2)][0].ends_with("Жанна и Пётр"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_text_comes_back(texts in prop::collection::vec("[^\0]{0,12}|[ _x0-9A-F\r\n\t'\"=+,;]{0,12}", 4)) {
        for mut shop in shops() {
            shop.columns = ["a", "b", "c", "d"].map(|name| (name, Column::Text)).to_vec();
            let cells = texts.iter().map(|t| Write::Set(Private::new(t))).collect();
            shop.run(Base::Empty, &[Change { id: id(1), action: Action::Create, cells }]).expect("a run");
            prop_assert_eq!(&shop.rows()[&id(1)], &texts, "{}", shop.kind.name);
        }
    }
}
