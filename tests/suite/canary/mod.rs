//! Canary values in every cell, good ones and bad ones, and then a search through all that the program said
//! and left: nothing of them is there, but in a destination what it may hold.

mod stage;
mod traps;

use std::{collections::BTreeSet, fs};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use self::stage::Stage;
use crate::database::Database;

const FIELDS: &str = r#"
[operator]
name = "Test"
profile = "ru"
language = "en"
time_zone = "Europe/Moscow"
[fields]
name = "person_name"
company = "organization"
phone = { kind = "phone", region = "RU" }
email = "email"
birth = { kind = "date", birth = true }
seen = "date"
paid = "money"
visits = "number"
vip = "yes_no"
size = { kind = "choice", of = ["large", "small"] }
country = "country"
address = "postal_address"
note = "text"
site = "url"
card = "id"
inn = "inn"
ogrn = "ogrn"
snils = "snils"
"#;

const PURPOSES: &str = r#"
[purposes.orders]
title = "Deliver"
basis = "contract"
needs = ["name", "company", "phone", "email", "birth", "seen", "paid", "visits", "vip", "size", "country", "address",
    "note", "site", "card", "inn", "ogrn", "snils"]
required = ["phone"]
keep = { for = "9 years", after = "seen" }
[purposes.newsletter]
title = "Write"
basis = "consent"
needs = ["name", "email"]
required = ["email"]
keep = "until withdrawn"
[sources.orders]
path = "orders.csv"
key = "key"
dated = "seen"
purposes = ["orders"]
[sources.orders.columns]
name = "name"
company = "company"
phone = { all = ["phone", "phone2"] }
email = "email"
birth = "birth"
seen = "seen"
paid = "paid"
visits = "visits"
vip = "vip"
size = "size"
country = "country"
address = "address"
note = "note"
site = "site"
card = "card"
inn = "inn"
ogrn = "ogrn"
snils = "snils"
[sources.subscribers]
path = "subscribers.xlsx"
[sources.subscribers.columns]
name = "Имя"
email = "Почта"
phone = "Телефон"
birth = "Рождение"
[sources.subscribers.consent.newsletter]
given = "Согласие"
date = "Когда"
withdrawn = "Отозвано"
[sources.stops]
path = "stops.csv"
refuses = "all"
columns = { name = "name", email = "email", phone = "phone" }
[destinations.shop]
path = "out/shop.db"
purposes = ["orders"]
[destinations.mailing]
path = "out/mailing.csv"
purposes = ["newsletter"]
[destinations.book]
path = "out/book.xlsx"
purposes = ["newsletter"]
"#;

const ORDERS: [&str; 20] = [
    "key", "name", "company", "phone", "phone2", "email", "birth", "seen", "paid", "visits", "vip", "size", "country",
    "address", "note", "site", "card", "inn", "ogrn", "snils",
];

#[rustfmt::skip]
const GOOD: [&[&str]; 3] = [
    &["qzx-771-А", "Мзыкрова Бзымзыка Гмзыковна", "ООО «Мзыкросервис»", "+7 (916) 784-93-21", "8 495 318-27-46",
      "qzxanna@mail.example", "23.11.1987", "14.02.2026", "48217,93", "7315284", "да", "large", "Россия",
      "Тула, Мзыкринская ул., 77", "Просила звонить Мзыкре вечером", "https://qzxvk.example/qzxanna", "qzx0042187",
      "500100732259", "1027700132195", "112-233-445 95"],
    &["qzx-772-Б", "Qzxandra Qzxington", "", "+44 7911 784512", "", "qzx.ington@mail.example", "1979-05-17",
      "15.02.2026", "1 284,50", "12", "no", "small", "GB", "14 Qzxbury Lane, Qzxford", "knows Qzxandra's husband",
      "qzxington.example", "qzx7731", "", "", ""],
    // Bought once, and keeps no more than the phone.
    &["qzx-773-В", "Мзыкаев", "", "89037719264", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", ""],
];

/// A bad cell of every kind, and its column.
#[rustfmt::skip]
const BAD: [(&str, &str); 78] = [
    ("name", "Мзыкра 8 916 441 72 63"), ("name", "qzxmzu@mail.example"), ("name", "Мзыкра, Бмзыка и Гмзыка"),
    ("name", "ООО Мзыкрапром"), ("name", "Mзыкрицкая Aнна"), ("name", "7719284"), ("name", "vpsrhf (qzx спит)"),
    ("name", "позвонить Мзыкре после обеда и узнать про заказ"), ("name", "Мзыкра2 Петрова"), ("name", "#REF!"),
    ("company", "8 916 441 72 64"), ("company", "qzxfirm@mail.example"), ("company", "7719285"),
    ("phone", "спросить у Мзыкры"), ("phone", "8 916 441 7O 65"), ("phone", "7.9164417E+10"), ("phone", "44172"),
    ("phone", "8 916 441 72 66 12 34 56 78"), ("phone", "+7 000 441 72 67"), ("phone", "9164417268 (Мзыкра, сын)"),
    ("phone", "8 916 441 72 69 доб. 714 Мзыкре"), ("phone", "+99 916 441 72 70"), ("phone", "#REF!"),
    ("phone", "8 916 441 72 71, 8 916 441 72 72; 8 916 441 72 73"), ("phone", "1234567890"), ("phone", "0049 30 4417274"),
    ("phone2", "79164417275.5"), ("phone2", "тел Мзыкры 44 17 276"),
    ("email", "qzxa mail.example"), ("email", "qzxb@@mail.example"), ("email", "qzxc@mail,example"),
    ("email", "qzxd @mail.example"), ("email", "qzxе@mail.example"), ("email", "qzxf@mail"),
    ("email", "qzxg@gmial.com"), ("email", "мзыкра@mail.example"), ("email", "Мзыкра <qzxh@mail.example>"),
    ("email", "qzxi@mail..example"), ("email", "qzxj@mail.example, qzxk@mail.example"), ("email", "нет, у Мзыкры"),
    ("birth", "31.02.1987 Мзыкра"), ("birth", "весной 1987-го, как Мзыкра"), ("birth", "12.11.2071"), ("birth", "1987"),
    ("birth", "02/03/87"), ("birth", "44172"), ("birth", "01.01.1900"),
    ("seen", "когда Мзыкра придёт"), ("seen", "35.13.2026"), ("seen", "12.11.2071"),
    ("paid", "сорок тысяч Мзыкре"), ("paid", "1,234.567,89"), ("paid", "4.4172E+11"), ("paid", "48 217 мзыкр"),
    ("visits", "пять мзыкр"), ("visits", "4.4172E+12"), ("visits", "12%"), ("visits", "1.234"),
    ("vip", "только через Мзыкру"), ("size", "мзыкровый"), ("size", "larg"), ("country", "Мзыкрия"), ("country", "Rusia"),
    ("address", "qzxaddr@mail.example"), ("address", "8 916 441 72 77"), ("address", "12.11.2025"),
    ("note", "#VALUE!"), ("site", "спросить Мзыкру"), ("site", "qzxsite@mail.example"), ("site", "@qzxnick"),
    ("card", "4.4172E+15"), ("card", "qzx001\nqzx002"), ("card", "44172.5"),
    ("inn", "500100732258"), ("inn", "44172"), ("ogrn", "1027700132196"), ("snils", "112-233-445 96"),
    ("snils", "11223344"),
];

/// A row that is fine but for one cell.
fn row_with(column: &str, cell: &str, i: usize) -> Vec<String> {
    ORDERS
        .iter()
        .map(|c| match *c {
            c if c == column => cell.to_owned(),
            "key" => format!("qzx-{}", 8000 + i),
            "phone" => format!("+7 916 55{i:03} 11"),
            _ => String::new(),
        })
        .collect()
}

fn orders(stage: &mut Stage, withheld: bool) {
    let bad: Vec<Vec<String>> = BAD.iter().enumerate().map(|(i, (column, cell))| row_with(column, cell, i)).collect();
    let bad: Vec<Vec<&str>> = bad.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = std::iter::once(&ORDERS[..]).chain(GOOD).chain(bad.iter().map(Vec::as_slice)).collect();
    stage.list("orders.csv", &rows, withheld);
    stage.traps.set_date("1987-11-23");
    stage.traps.set_date("1979-05-17");
}

/// A workbook with cells of every type; whom no grant lets through is withheld.
fn subscribers(stage: &mut Stage) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Имя", "Почта", "Телефон", "Рождение", "Согласие", "Когда", "Отозвано", "Мастер"])
    {
        sheet.write(0, column, name).expect("a cell");
    }
    #[rustfmt::skip]
    let people = [
        // name, e-mail, phone, agreed, when, withdrawn
        ("Пмзыкина Ольга", "qzxolga@mail.example", "79167714411", "да", "12.03.2025", ""),
        ("Рмзыкин Пётр", "qzxpetr@mail.example", "79167714412", "нет", "12.03.2025", ""),
        ("Смзыкина Яна", "qzxyana@mail.example", "79167714413", "", "", ""),
        ("Тмзыкин Юрий", "qzxyury@mail.example", "79167714414", "да, но только от Эмзыкры Ильиничны", "12.03.2025", ""),
        ("Умзыкина Нина", "qzxnina@mail.example", "79167714415", "да", "", ""),
        ("Фмзыкин Олег", "qzxoleg@mail.example", "79167714416", "да", "когда Юмзыкра просила", ""),
        ("Хмзыкина Инна", "qzxinna@mail.example", "79167714417", "да", "12.03.2025", "да, через Ямзыкру"),
        ("Цмзыкин Глеб", "qzxgleb@mail.example", "79167714418", "да", "12.03.2025", "14.04.2025"),
        ("Чмзыкина Зоя", "qzxzoya@mail.example", "79167714419", "да", "12.03.2071", ""),
        ("Шмзыкин Лев", "qzxlev@mail.example", "79167714420", "да", "12.03.2025", ""),
    ];
    let date = Format::new().set_num_format("dd.mm.yyyy");
    for (row, (name, email, phone, agreed, when, withdrawn)) in (1..).zip(people) {
        let is_granted = name.starts_with('П') || name.starts_with('Ш');
        for (column, text) in [(0, name), (1, email), (4, agreed), (5, when), (6, withdrawn)] {
            sheet.write(row, column, text).expect("a cell");
            stage.trap(text, !is_granted);
        }
        sheet.write(row, 2, phone.parse::<f64>().expect("digits")).expect("a number");
        // Nobody collected phones for the newsletter, nor what masters note, nor birthdays.
        stage.trap(phone, true);
        sheet.write(row, 7, format!("заметка о ёмзыке {row}")).expect("a note");
        let born = ExcelDateTime::from_ymd(1961, 4, 10 + row as u8).expect("a date");
        sheet.write_with_format(row, 3, &born, &date).expect("a date");
        let iso = format!("1961-04-{}", 10 + row);
        stage.traps.set_date(&iso);
        stage.withheld.set_date(&iso);
    }
    stage.trap("заметка о ёмзыке", true);
    book.save(stage.path("subscribers.xlsx")).expect("saved");
}

/// Who said no: the last of the subscribers, and people of whom nothing else is known.
fn stops(stage: &mut Stage) {
    let rows: [&[&str]; 6] = [
        &["name", "email", "phone"],
        &["Шмзыкин Лев", "qzxlev@mail.example", ""],
        &["", "qzxnobody@mail.example", "8 916 330 71 82"],
        &["", "qzxbroken mail.example", ""],
        &["", "", "8 916 330 71 8О"],
        &["Всем Ьмзыкиным", "", ""],
    ];
    stage.list("stops.csv", &rows, true);
}

fn stage(config: &str) -> Stage {
    let mut stage = Stage::new(config);
    orders(&mut stage, false);
    subscribers(&mut stage);
    stops(&mut stage);
    stage
}

/// What the program found, by code.
fn codes(json: &str) -> BTreeSet<String> {
    let start = json.find('{').expect("JSON");
    let mut stream = serde_json::Deserializer::from_str(&json[start..]).into_iter::<serde_json::Value>();
    let report = stream.next().expect("JSON").expect("JSON");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.filter_map(|f| f["code"].as_str().map(str::to_owned)).collect()
}

#[test]
fn no_command_says_or_keeps_a_value() {
    for language in ["en", "ru"] {
        let config = format!("{FIELDS}{PURPOSES}").replace("language = \"en\"", &format!("language = \"{language}\""));
        let mut stage = stage(&config);
        stage.run(&["check"]);
        stage.run(&["plan"]);
        let (_, json) = stage.run(&["plan", "--json"]);
        assert!(codes(&json).len() > 50, "bad cells of every kind are found: {:?}", codes(&json));
        stage.run(&["plan", "-v", "--out", "plan.json"]);
        let (exit, said) = stage.run(&["apply", "plan.json", "-v"]);
        assert_eq!(exit, 1, "done, with questions: {said}");
        stage.run(&["sync"]);
        // Somebody says no, somebody goes, and the guard stops what is too much.
        stage.list("orders.csv", &[&ORDERS, GOOD[0]], false);
        stage.list("stops.csv", &[&["name", "email", "phone"], &["", "qzxolga@mail.example", ""]], true);
        ["Пмзыкина Ольга", "qzxolga@mail.example"].iter().for_each(|value| stage.withheld.set(value));
        let (exit, _) = stage.run(&["sync", "-v"]);
        assert_eq!(exit, 2, "the guard");
        stage.run(&["sync", "--json"]);
        let (exit, _) = stage.run(&["sync", "--json", "--guard", "100"]);
        assert!(exit < 2);
        // Who went is gone from the file too, and not just from its tables.
        GOOD[1]
            .iter()
            .filter(|cell| cell.contains("qzx.") || cell.contains("7911"))
            .for_each(|cell| stage.trap(cell, true));
        stage.run(&["plan", "-v"]);
        stage.run(&["plan", "--all"]);
        for who in ["qzxolga@mail.example", "Пмзыкина Ольга", "orders.csv:2", "stops.csv:2", "orders.csv, row 99"]
        {
            stage.run(&["why", "mailing", who]);
            stage.run(&["why", "mailing", who, "--json"]);
        }
        for line in ["review", "review --out open.toml", "undo last", "undo last --json", "state backup copy.db"] {
            stage.run(&line.split(' ').collect::<Vec<_>>());
        }
        // Looking back says no more than was said.
        for look in ["status", "status --json", "history", "history --json", "history show last", "history verify"] {
            stage.run(&look.split(' ').collect::<Vec<_>>());
        }
        for page in ["report --html report.html", "flows --html flows.html", "flows", "flows --json"] {
            let (exit, said) = stage.run(&page.split(' ').collect::<Vec<_>>());
            assert_eq!(exit, 0, "{page}: {said}");
        }
        stage.is_silent();
        // What may be there is there: the search finds what it looks for.
        let found = stage.traps.caught_in(&stage.path("out"));
        assert!(found.iter().any(|f| f.contains("784-93-21")) && found.iter().any(|f| f.contains("qzxanna")));
    }
}

#[test]
fn no_broken_list_or_config_gives_a_value_away() {
    // The header is missing, is named wrongly, stands below, is doubled; a column was renamed.
    let header = ORDERS.join(",");
    let config = format!("{FIELDS}{PURPOSES}");
    for (broken, list, code) in [
        (config.clone(), String::new(), "header-missing"),
        (config.replace("key = \"key\"", "key = \"key\"\nheader = 2"), format!("{header}\n"), "header-moved"),
        (config.clone(), format!("{header},phone\n"), "header-doubled"),
        (config.clone(), header.replace("seen", "Мастер") + "\n", "column-control-missing"),
        (config.replace("all = [\"phone\", \"phone2\"]", "all = [\"tel\"]"), format!("{header}\n"), "column-missing"),
    ] {
        let mut stage = stage(&broken);
        let rows = GOOD.iter().map(|row| row.join(";")).collect::<Vec<_>>().join("\n");
        stage.write("orders.csv", list.replace(',', ";") + &rows + "\n");
        let (exit, said) = stage.run(&["sync", "-v"]);
        assert!(exit > 0 && said.contains(code), "{code}: {said}");
        stage.run(&["sync", "--json"]);
        stage.is_silent();
    }
    let mut stage = stage(&config.replace("language = \"en\"", "language = \"xx\"\nsecret = 1"));
    assert_eq!(stage.run(&["check"]).0, 2);
    assert_eq!(stage.run(&["sync", "-v"]).0, 2);
    stage.is_silent();
}

#[test]
fn no_failure_of_a_database_or_file_gives_a_value_away() {
    let config = format!("{FIELDS}{PURPOSES}");
    // A trigger that quotes the row, an index that a value breaks, a table of others, a file of others.
    let trigger = "CREATE TRIGGER t BEFORE UPDATE ON shop BEGIN SELECT RAISE(ABORT, 'no ' || NEW.email); END";
    let index = "CREATE UNIQUE INDEX i ON shop (note)";
    for (before, after, expected) in [
        ("", trigger, "destination-failed"),
        ("", index, "destination-failed"),
        ("CREATE TABLE shop (email TEXT)", "", "destination-failed"),
    ] {
        let mut stage = stage(&config);
        fs::create_dir(stage.path("out")).expect("made");
        let execute = |stage: &Stage, sql: &str| {
            let db = rusqlite::Connection::open(stage.path("out/shop.db")).expect("a database");
            db.execute_batch(sql).expect(sql);
        };
        execute(&stage, before);
        if !after.is_empty() {
            stage.run(&["sync"]);
            execute(&stage, after);
        }
        let changed =
            |i: usize| GOOD[i].iter().map(|c| if c.starts_with("Просила") { "knows Qzxandra's husband" } else { c });
        let rows: Vec<Vec<&str>> = (0..3).map(|i| changed(i).collect()).collect();
        stage.list("orders.csv", &[&ORDERS, &rows[0], &rows[1], &rows[2]], false);
        for args in [&["sync", "-v", "--guard", "100"][..], &["sync", "--json", "--guard", "100"]] {
            let (exit, said) = stage.run(args);
            assert!(exit == 2 && said.contains(expected), "{exit} {said}");
        }
        stage.is_silent();
    }
    let mut stage = stage(&config);
    fs::create_dir_all(stage.path("out/book.xlsx")).expect("made");
    stage.write("out/mailing.csv", "name,email\nqzxolga,qzxolga@mail.example\n");
    let (exit, said) = stage.run(&["sync", "-v"]);
    assert!(exit == 2 && said.contains("mailing.csv is not ours"), "{said}");
    stage.run(&["sync", "--json"]);
    stage.is_silent();
}

#[test]
fn no_word_of_postgres_gives_a_value_away() {
    let Some(database) = Database::fresh() else { return };
    let secret = "qzxsecretpassword";
    let url = database.url();
    let location = "path = \"env:CANARY_URL\"\nkind = \"postgres\"";
    let config = format!("{FIELDS}{PURPOSES}").replace("path = \"out/shop.db\"", location);
    // The address comes from a place that holds a password too.
    let with_password = format!("{url}{}password={secret}", if url.contains('?') { '&' } else { '?' });
    for sql in [
        "CREATE UNIQUE INDEX i ON shop (note)",
        "ALTER TABLE shop ADD CHECK (note NOT LIKE '%husband%')",
        "ALTER TABLE shop ALTER COLUMN note TYPE varchar(300), ADD CHECK (length(note) < 3)",
        "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no %', NEW.email \
         USING DETAIL = NEW.note, HINT = NEW.phone; END $$ LANGUAGE plpgsql; \
         CREATE TRIGGER t BEFORE INSERT OR UPDATE ON shop FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RAISE NOTICE 'no %', NEW.email; PERFORM NEW.note::int; \
         RETURN NEW; END $$ LANGUAGE plpgsql; \
         CREATE TRIGGER t BEFORE INSERT OR UPDATE ON shop FOR EACH ROW EXECUTE FUNCTION f()",
    ] {
        database.execute("DROP TABLE IF EXISTS shop, sheetbridge_meta; DROP FUNCTION IF EXISTS f CASCADE");
        let mut stage = stage(&config);
        stage.traps.set(secret);
        stage.environment.push(("CANARY_URL", with_password.clone()));
        stage.list("orders.csv", &[&ORDERS, GOOD[2]], false);
        stage.run(&["sync"]);
        database.execute(sql);
        let twice: Vec<&str> =
            GOOD[0].iter().map(|c| if c.starts_with("Просила") { "knows Qzxandra's husband" } else { c }).collect();
        stage.list("orders.csv", &[&ORDERS, &twice, GOOD[1], GOOD[2]], false);
        for args in [&["sync", "-v", "--guard", "100"][..], &["sync", "--json", "--guard", "100"]] {
            let (exit, said) = stage.run(args);
            assert!(exit == 2 && said.contains("destination-failed"), "{sql}: {exit} {said}");
        }
        stage.is_silent();
    }
}
