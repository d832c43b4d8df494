//! `init` as people meet it: asked on a terminal in their language, answered by flags, told what is wrong.

use std::{fmt::Write as _, fs, path::Path};

use sheetbridge::{
    config::{self, Profile},
    init::{self, Answers, LINES_MAX, List, Place},
    language::Language,
    sheet::{Edge, Raw, Rows, Tab},
};

use crate::{
    expected,
    lists::list,
    program::{Desk, files},
};

const ENGLISH: [(&str, &str); 4] = [("LANG", "en_GB.UTF-8"), ("LC_ALL", ""), ("LC_MESSAGES", ""), ("TZ", "Etc/UTC")];
const RUSSIAN: [(&str, &str); 4] = [("LANG", "ru_RU.UTF-8"), ("LC_ALL", ""), ("LC_MESSAGES", ""), ("TZ", "Etc/UTC")];

const STOPS: &str = "E-mail;Когда\nSerov@Example.com;01.10.2026\n";

fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cli").join(format!("{name}.expected"));
    expected::none(&expected::compare(&path, text).into_iter().collect::<Vec<_>>());
}

fn shop() -> Desk {
    let desk = Desk::new();
    desk.put("клиенты 2026.csv", list("capitals.csv"));
    desk.put("us.csv", list("us.csv"));
    desk.put("names.csv", list("names.csv"));
    desk.put("stops.csv", STOPS);
    desk.put("headless.csv", "Белова Анна,anna@example.com\nСеров Пётр,serov@example.com\n");
    desk.put("empty.csv", "");
    desk.put("only-header.csv", "ФИО,Телефон\n");
    desk.put("prices.csv", "Услуга,Цена\nСтрижка,1500\n");
    desk.put("consent.csv", "E-mail,Согласие на обработку персональных данных\na@example.com,да\n");
    desk.put("notes.txt.docx", "x");
    desk
}

#[test]
fn flags_answer_what_would_be_asked() {
    for (environment, name) in [(ENGLISH, "init-en"), (RUSSIAN, "init-ru")] {
        let desk = shop();
        let (mut text, mut answers) = (String::new(), String::new());
        let mut run = |args: &[&str]| {
            let answer = desk.run_with(args, &environment);
            let _ = writeln!(answers, "{answer}");
            let _ = writeln!(text, "$ sheetbridge {}\n{answer}", args.join(" "));
            answer.exit
        };
        assert_eq!(
            run(&["init", "клиенты 2026.csv", "stops.csv", "--to", "db", "--operator", "ИП \"Ромашка\" # 1"]),
            0
        );
        assert_eq!(run(&["init", "names.csv"]), 2);
        for wrong in [
            &["names.csv", "--why", "clients"][..],
            &["names.csv", "--why", "newsletter"],
            &["names.csv", "--why", "agreed"],
            &["клиенты 2026.csv", "--keep", "always"],
            &["клиенты 2026.csv", "stops.csv", "--why", "clients"],
            &["stops.csv"],
            &["names.csv", "--to", "excel"],
            &["names.csv", "--to", "postgres"],
            &["names.csv", "--to", "postgres://anna:secret@db/shop"],
            &["names.csv", "no-such.csv"],
            &["names.csv", "names.csv"],
            &["headless.csv"],
            &["empty.csv"],
            &["only-header.csv"],
            &["prices.csv"],
            &["consent.csv", "names.csv"],
            &["notes.txt.docx"],
            &["names.csv", "-c", "no/such/folder.toml"],
        ] {
            let file = if wrong.contains(&"-c") { &[][..] } else { &["-c", "other.toml"] };
            assert_eq!(run(&[&["init"], wrong, file].concat()), 2, "{wrong:?}");
            assert!(!desk.path("other.toml").exists());
        }
        let config = desk.read("bridge.toml").expect("a config");
        let made = files(&desk.path("")).into_iter().filter(|f| f.contains("state") || f.contains("clean"));
        assert_eq!(made.count(), 0, "nothing is sent, and no ledger is made");
        let _ = writeln!(text, "--- bridge.toml\n{config}");
        for canary in ["БЕЛОВА", "serov", "Serov", "secret", "9001234501"] {
            assert!(!answers.contains(canary) && !config.contains(canary), "{canary}");
        }
        compare(name, &text);
    }
}

#[cfg(unix)]
mod on_a_terminal {
    use super::*;
    use crate::terminal::{DOWN, ENTER, ESCAPE, Terminal};

    /// Answers the questions, and compares the screen and the config that come of it.
    fn answered(args: &[&str], environment: &[(&str, &str)], keys: &[(&str, &str)], name: &str) {
        let desk = shop();
        let terminal = Terminal::start(&desk, args, environment, 60, 110);
        for (question, keys) in keys {
            terminal.wait_for(question);
            terminal.send(keys);
        }
        let (exit, screen) = terminal.end();
        assert_eq!(exit, 0, "{screen}");
        let config = desk.read("bridge.toml").expect("a config");
        compare(name, &format!("{screen}\n--- bridge.toml\n{config}"));
        assert_eq!(desk.run(&["check"]).exit, 0);
    }

    #[test]
    fn the_questions_are_asked_in_english() {
        let keys = [
            ("Who answers for", "Harris & Sons\r"),
            ("Which law counts", ENTER),
            ("Why do you keep", ENTER),
            ("How long after", "5 years\r"),
            ("Where do the clean", DOWN),
            ("> a database in a file", ENTER),
        ];
        // `us.csv` is a CSV file, which stands first: one down is the database.
        answered(&["init", "us.csv"], &ENGLISH, &keys, "init-asked-en");
    }

    #[test]
    fn the_questions_are_asked_in_russian() {
        let keys = [
            ("Кто отвечает", "ИП Белова\r"),
            ("По какому закону", ENTER),
            ("Зачем вы храните", ENTER),
            ("Сколько вы храните", "столько\r"),
            ("так не получится", "\x7f\x7f\x7f\x7f\x7f\x7f\x7f2 года\r"),
            ("Куда отправить", ENTER),
        ];
        answered(&["init", "клиенты 2026.csv"], &RUSSIAN, &keys, "init-asked-ru");
    }

    #[test]
    fn a_question_that_is_left_leaves_nothing() {
        let desk = shop();
        let terminal = Terminal::start(&desk, &["init", "us.csv", "--operator", "Harris"], &ENGLISH, 40, 100);
        terminal.wait_for("Which law counts");
        terminal.send(ESCAPE);
        let (exit, screen) = terminal.end();
        assert_eq!(exit, 2);
        assert!(screen.contains("error[init-broken-off]"), "{screen}");
        assert!(!desk.path("bridge.toml").exists());
    }

    #[test]
    fn nobody_is_asked_what_flags_say() {
        let desk = shop();
        let terminal = Terminal::start(&desk, &["init", "us.csv", "--yes"], &ENGLISH, 60, 100);
        assert_eq!(terminal.end().0, 0);
        assert!(desk.path("bridge.toml").exists());
    }
}

/// Numbers that look like chance and are the same every time (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

type Table = Vec<Vec<String>>;

fn tables() -> Vec<Table> {
    let names = ["names", "one-column", "crm", "form", "us", "capitals", "firms", "google", "outlook"];
    let read = |name: &&str| {
        let bytes = list(&format!("{name}.csv"));
        let delimiter = if bytes.contains(&b';') && !matches!(*name, "one-column" | "google") { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(&*bytes);
        reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect()
    };
    names.iter().map(read).collect()
}

const ODD: [&str; 24] = [
    "",
    " ",
    "\"",
    "a\"b'c",
    "a.b",
    "# нет",
    "a\\",
    "имя\nи телефон",
    "\u{feff}ФИО",
    "ФИО\u{200b}",
    "\u{1}\u{7f}",
    "🦀",
    "=1+1",
    "sheetbridge_id",
    "[x]",
    "Согласие на рассылку",
    "Отписался",
    "Дата",
    "ID",
    "Телефон",
    "phone",
    "E-mail, телефон",
    "Статус",
    "''' \"\"\" {x = 1}",
];

/// A list that somebody spoilt.
fn spoilt(table: &Table, others: &[Table], dice: &mut Dice) -> Table {
    let mut table = table.clone();
    for _ in 0..dice.below(8) {
        let width = table[0].len().max(1);
        let (a, b) = (dice.below(width), dice.below(width));
        match dice.below(9) {
            0 => (*dice.of(&ODD)).clone_into(&mut table[0][a]),
            1 => {
                let copy = table[0][b].clone();
                table[0][a] = copy;
            }
            2 => table[0].swap(a, b),
            3 => table[0][a] = table[0][a].to_uppercase() + *dice.of(&ODD[..]),
            4 => table[0][a] = "Длинный вопрос анкеты о чём угодно? ".repeat(1 + dice.below(20)),
            5 => {
                let other = dice.of(others).clone();
                for (row, more) in table.iter_mut().zip(other) {
                    row.extend(more);
                }
            }
            6 => {
                let row = dice.below(table.len());
                table.iter_mut().skip(1).for_each(|r| r.iter_mut().skip(a).take(1).for_each(String::clear));
                table[row].truncate(1 + b);
                table[0].resize(width, String::new());
            }
            7 => {
                let odd = *dice.of(&ODD);
                table.iter_mut().skip(1).for_each(|row| row.iter_mut().skip(a).take(1).for_each(|c| c.push_str(odd)));
            }
            _ => table.insert(0, vec![(*dice.of(&ODD)).to_owned(); 1 + dice.below(3)]),
        }
    }
    table
}

/// The list as `init` gets it; nothing where it has no header.
fn read(table: &Table, location: String) -> Option<List> {
    let tab =
        Tab { file: location.clone(), head: table.iter().take(20).cloned().collect(), head_row: 1, ..Tab::default() };
    let header = init::find(&tab)?;
    let mut rows = Rows::default();
    for (i, row) in table.iter().enumerate().skip(header.row as usize) {
        rows.push(header.names.len(), i as u32 + 1, row.iter().map(|c| Raw::Text(c)), Edge::Even);
    }
    let tabs = vec![init::Tab { title: None, header, rows }];
    let settings = Vec::new();
    Some(List { location, address: "path", title: None, settings, kind: "csv", tabs, has_others: false })
}

#[test]
fn whatever_the_headers_what_init_writes_passes() {
    let tables = tables();
    let mut written = 0;
    for seed in 1..=250_u64 {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let count = 1 + dice.below(3);
        let names = ["клиенты", "a.b #\"", "stops", "list", "2026"];
        let list = |i: usize| {
            let table = dice.of(&tables).clone();
            let name = format!("{i}/{}.csv", dice.of(&names));
            read(&spoilt(&table, &tables, &mut dice), name)
        };
        let lists: Vec<List> = (0..count).filter_map(list).collect();
        let russian = dice.below(2) == 0;
        let proposals: Vec<init::Proposal> = lists.iter().map(|l| init::propose(l, russian)).collect();
        let Ok(choices) = init::choices(&proposals, russian) else { continue };
        let place = |name: &str| Place { kind: None, path: format!("{name}.xlsx"), is_file: true };
        let answers = Answers {
            operator: (*dice.of(&ODD)).to_owned() + "x",
            profile: Profile::Ru,
            language: if russian { Language::Russian } else { Language::English },
            time_zone: "Europe/Moscow".to_owned(),
            why: *dice.of(&choices.why),
            keep: "3 years".to_owned(),
            main: place("clean"),
            newsletter: place("newsletter"),
        };
        let draft = init::draft(&proposals, &answers).unwrap_or_else(|why| panic!("seed {seed}: {}", why.hint));
        let Ok(config) = init::write(draft, &answers) else { continue };
        assert!(config.text.lines().count() <= LINES_MAX, "seed {seed}:\n{}", config.text);
        if let Err(problems) = config::parse(&config.text, Path::new("bridge.toml")) {
            panic!("seed {seed}:\n{}\n{}", config.text, problems.render(false));
        }
        proposals.iter().for_each(|p| assert_eq!(config.draft.seen(p).len(), p.columns.len()));
        written += 1;
    }
    // The others have no people left, or no header.
    assert!(written >= 100, "only {written} were written");
}

/// What is assumed of a list of one person.
fn assumed(header: &[&str], row: &[&str]) -> (init::Why, String) {
    let table: Table = [header, row].map(|r| r.iter().map(|c| (*c).to_owned()).collect()).into();
    let proposal = init::propose(&read(&table, "a.csv".to_owned()).expect("a header"), true);
    let choices = init::choices(std::slice::from_ref(&proposal), true).expect("people");
    let place = Place { kind: None, path: "b.csv".to_owned(), is_file: true };
    let answers = Answers {
        operator: "x".to_owned(),
        profile: choices.profile,
        language: Language::English,
        time_zone: "UTC".to_owned(),
        why: choices.default,
        keep: "3 years".to_owned(),
        main: place.clone(),
        newsletter: Place { path: "c.csv".to_owned(), ..place },
    };
    let draft = init::draft(&[proposal], &answers).expect("allowed");
    (choices.default, init::write(draft, &answers).expect("it fits").text)
}

#[test]
fn what_is_unclear_sends_less() {
    let (person, phone) = ("Белова Анна", "8 900 123-45-01");
    for (header, cell, why, newsletter) in [
        ("Дата заказа", "05.03.2026", init::Why::Clients, false),
        ("Услуга", "Стрижка", init::Why::Interest, false),
        // Nobody can be read to have agreed, so nobody has.
        ("Согласие на обработку персональных данных", "в процессе", init::Why::Agreed, false),
        ("Согласие на обработку персональных данных", "", init::Why::Agreed, false),
        ("Рассылка", "да", init::Why::Interest, true),
        ("Рассылка", "раз в месяц", init::Why::Interest, false),
        ("Отписался", "", init::Why::Interest, false),
    ] {
        let (default, text) = assumed(&["ФИО", "Телефон", header], &[person, phone, cell]);
        assert_eq!((default, text.contains("[purposes.newsletter]")), (why, newsletter), "{header}: {cell}\n{text}");
    }
}

#[test]
fn numbers_that_only_count_the_rows_are_no_key() {
    for (numbers, is_key) in [
        (["0", "1", "2"], false),
        (["1", "2", "3"], false),
        (["1001", "1002", "1003"], true),
        (["0", "2", "7"], true),
        (["7", "7", "8"], false),
    ] {
        let person = |i: usize| vec![numbers[i].to_owned(), format!("Белова Анна {i}"), format!("8 900 123-45-0{i}")];
        let header = ["ID", "ФИО", "Телефон"].map(str::to_owned).to_vec();
        let table: Table = [header, person(0), person(1), person(2)].to_vec();
        let proposal = init::propose(&read(&table, "a.csv".to_owned()).expect("a header"), true);
        assert_eq!(proposal.key.is_some(), is_key, "{numbers:?}");
    }
}

#[test]
fn the_readme_of_the_lists_names_them_all() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lists");
    let readme = fs::read_to_string(folder.join("README.md")).expect("it is there");
    for file in files(&folder).into_iter().filter(|f| f.ends_with(".csv") || f.ends_with(".tabs")) {
        assert!(readme.contains(&format!("## {file}")), "{file}");
    }
}
