//! Ten lists as people really have them: `init` with its defaults, then `sync`. What was asked, assumed, written and
//! made of each stands in `tests/data/lists/*.expected`; `README.md` there says what went wrong on the way.

use std::{fmt::Write as _, fs, path::PathBuf};

use calamine::{Data, Reader as _};
use rust_xlsxwriter::Workbook;

use crate::{
    expected,
    program::{Desk, files},
};

/// The language of the environment of each list's owner.
const LISTS: [(&str, &str); 11] = [
    ("names.csv", "ru_RU.UTF-8"),
    ("one-column.csv", "ru_RU.UTF-8"),
    ("months.xlsx", "ru_RU.UTF-8"),
    ("crm.csv", "ru_RU.UTF-8"),
    ("form.csv", "C.UTF-8"),
    ("two-headers.xlsx", "ru_RU.UTF-8"),
    ("us.csv", "en_US.UTF-8"),
    ("capitals.csv", "ru_RU.UTF-8"),
    ("firms.csv", "ru_RU.UTF-8"),
    ("google.csv", "en_GB.UTF-8"),
    ("outlook.csv", "en_GB.UTF-8"),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/lists")
}

/// A list as a file: a workbook is kept as text, a tab after each `==` and a cell after each tab character.
pub(crate) fn list(name: &str) -> Vec<u8> {
    match name.strip_suffix(".xlsx") {
        Some(stem) => book(&fs::read_to_string(folder().join(format!("{stem}.tabs"))).expect("it is there")),
        None => fs::read(folder().join(name)).expect("it is there"),
    }
}

fn book(text: &str) -> Vec<u8> {
    let mut book = Workbook::new();
    for tab in text.split("== ").skip(1) {
        let (title, rows) = tab.split_once('\n').expect("a title");
        let sheet = book.add_worksheet().set_name(title).expect("a title that Excel takes");
        for (row, line) in rows.lines().enumerate() {
            for (column, cell) in line.split('\t').enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write(row as u32, column as u16, cell).expect("a cell");
            }
        }
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn each_list_ends_in_what_its_owner_would_call_right() {
    let differences = LISTS.iter().filter_map(|(name, spoken)| {
        let desk = Desk::new();
        desk.put(name, list(name));
        let environment = [("LANG", *spoken), ("LC_ALL", ""), ("LC_MESSAGES", ""), ("TZ", "Etc/UTC")];
        let mut text = String::new();
        let mut run = |args: &[&str]| {
            let answer = desk.run_with(args, &environment);
            let _ = writeln!(text, "$ sheetbridge {}\n{answer}", args.join(" "));
            answer
        };
        assert_eq!(run(&["init", name]).exit, 0, "{text}");
        assert_eq!(run(&["check"]).exit, 0, "{text}");
        let config = desk.read("bridge.toml").expect("a config");
        assert!(config.lines().count() <= 40);
        // Terms that ran out by the day of the test would be told of that day; the key makes ids the same every time.
        let lasting = config.replace("\"3 years\"", "\"300 years\"") + "\n[state]\nkey = \"file:key\"\n";
        desk.put("bridge.toml", lasting);
        let answer = desk.run_with(&["sync", "-v"], &environment);
        assert!(answer.exit < 2, "{answer}");
        let _ = writeln!(text, "$ sheetbridge sync -v\n{answer}");
        let made = files(&desk.path("")).into_iter().filter(|f| f.contains("-clean") || f.contains("-newsletter"));
        let _ = writeln!(text, "--- bridge.toml\n{config}");
        for file in made {
            let _ = writeln!(text, "--- {file}\n{}", shown(&desk, &file));
        }
        expected::compare(&folder().join(format!("{}.expected", name.split('.').next().unwrap_or_default())), &text)
    });
    expected::none(&differences.collect::<Vec<_>>());
}

/// What a file holds; of a workbook the cells of its first sheet.
fn shown(desk: &Desk, file: &str) -> String {
    if !file.ends_with(".xlsx") {
        return desk.read(file).expect("it was made");
    }
    let mut book = calamine::open_workbook_auto(desk.path(file)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("it reads");
    let cell = |cell: &Data| match cell {
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        cell => cell.to_string(),
    };
    sheet.rows().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("\t") + "\n").collect()
}
