//! Looking and trying: `plan` as a person reads it, `--reveal`, `why`, `--rejects`, `--limit`, `--only`. Each
//! case is a transcript in `tests/data/look`.

use std::{fmt::Write as _, path::Path};

use sheetbridge::{ledger::Ledger, pipeline::Ask, report::Command};

use crate::{
    bridge::Bridge,
    expected, histories,
    program::{Answer, Desk},
};

/// A shop and its newsletter in a database each, with permissions.
const CONFIG: &str = r#"
[operator]
name      = "Shop"
profile   = "ru"
language  = "en"
time_zone = "Europe/Moscow"

[fields]
name    = "person_name"
phone   = { kind = "phone", region = "RU" }
email   = "email"
address = "postal_address"
born    = { kind = "date", birth = true }
ordered = "date"

[purposes.orders]
title    = "Deliver what was ordered"
basis    = "contract"
needs    = ["name", "phone", "address", "born", "ordered"]
required = ["phone"]
keep     = { for = "60 years", after = "ordered" }

[purposes.letters]
title    = "Send the newsletter"
basis    = "consent"
needs    = ["name", "email"]
keep     = "until withdrawn"
channels = ["email"]

[texts.v2]
purposes = ["letters"]

[sources.clients]
path     = "clients.csv"
dated    = "Заказ"
purposes = ["orders"]
columns  = { name = "ФИО", phone = "Телефон", address = "Адрес", born = "Рождён", ordered = "Заказ" }

[sources.readers]
path    = "readers.csv"
key     = "Номер"
columns = { name = "Имя", email = "E-mail" }
[sources.readers.consent.letters]
given     = "Согласие"
date      = "Дата"
withdrawn = "Отписка"
text      = "v2"

[sources.stops]
path    = "stops.csv"
dated   = "Когда"
refuses = ["letters"]
columns = { email = "E-mail" }

[destinations.shop]
path     = "out/shop.db"
purposes = ["orders"]

[destinations.letters]
path     = "out/letters.db"
purposes = ["letters"]

[state]
key = "file:key"
"#;

const CLIENTS: &str = "\
ФИО,Телефон,Адрес,Рождён,Заказ
Анна Петрова,+7 916 111-22-33,\"Москва, Лесная, 5\",,2024-03-12
Иван Котов,8 (916) 222-33-44,\"Тула, Ленина, 1\",,2024-04-02
Олег Белов,+7 903 333-44-55,,,2024-06-03
Марина Лис,+7 985 444-55-66,\"Омск, Мира, 7\",,2025-01-09
Анна Петрова,+7 916 111-22-33,\"Москва, Садовая, 8\",,2026-05-01
Пётр Новиков,8 9l6 555 66 77,,,2025-08-20
Мария Белова,+7 903 777-88-99,,2001-06-01,2025-09-01
Мария Белова,+7 903 777-88-99,,2010-06-01,2025-09-02
";

const READERS: &str = "\
Номер,Имя,E-mail,Согласие,Дата,Отписка
17,Анна Петрова,anna@example.com,да,2026-02-01,
18,Иван Котов,kotov@example.org,да,2025-11-02,2026-06-01
19,Олег Белов,belov@example.org,да,2025-12-03,
20,Марина Лис,lis@example.net,нет,,
21,Нина Серова,serova@example.net,наверное,2026-01-05,
22,Олег Белов,belov.2@example.org,да,2025-12-03,
23,Роман Юдин,belov@example.org,да,2025-12-04,
24,Ольга Синицына,sinitsyna@example.net,да,2026-09-09,
25,Глеб Юрьев,yuriev@example.net,да,2026-02-01,2025-01-01
";

const STOPS: &str = "\
E-mail,Когда
belov.2@example.org,2026-04-02
sinitsyna@example.net,2026-04-02
";

/// What must stand in no answer but one that reveals.
const VALUES: [&str; 9] =
    ["Петров", "Котов", "Белов", "Новиков", "Лесная", "Садовая", "111-22-33", "example.com", "belov"];

/// What was typed at one desk, and what was answered.
struct Script {
    desk: Desk,
    text: String,
}

impl Script {
    fn new() -> Self {
        let script = Self { desk: Desk::new(), text: String::new() };
        script.desk.put("clients.csv", CLIENTS);
        script.desk.put("readers.csv", READERS);
        script.desk.put("stops.csv", STOPS);
        script.desk.put("bridge.toml", CONFIG);
        script.desk.put("ru.toml", CONFIG.replace("\"en\"", "\"ru\""));
        script
    }

    fn run(&mut self, args: &[&str]) -> Answer {
        let answer = self.desk.run(args);
        let typed = |arg: &&str| if arg.contains(' ') { format!("'{arg}'") } else { (*arg).to_owned() };
        let line: Vec<String> = args.iter().map(typed).collect();
        let _ = writeln!(self.text, "$ sheetbridge {}\n{answer}", line.join(" "));
        answer
    }

    fn note(&mut self, text: &str) {
        let _ = writeln!(self.text, "# {text}\n");
    }

    /// Ends the script; what was typed may hold values, what was answered may not.
    #[track_caller]
    fn compare(self, name: &str) {
        for line in self.text.lines().filter(|line| !line.starts_with('$')) {
            assert!(!VALUES.iter().any(|value| line.contains(value)), "{line}");
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/look").join(format!("{name}.expected"));
        expected::none(&expected::compare(&path, &self.text).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_plan_reads_group_by_group_and_field_by_field() {
    let mut script = Script::new();
    assert_eq!(script.run(&["plan", "--all"]).exit, 1);
    script.desk.run(&["sync"]);
    script.note("one moved, one took another phone, one is gone, one is new; one no longer wants letters");
    let clients = script.desk.read("clients.csv").expect("a list");
    let clients = clients.replace("Садовая, 8", "Садовая, 10").replace("8 (916) 222-33-44", "8 (916) 222-33-45");
    let clients = clients.replace("Олег Белов,+7 903 333-44-55,,,2024-06-03\n", "");
    script.desk.put("clients.csv", format!("{clients}Зоя Ким,+7 926 123-45-67,,,2026-06-06\n"));
    script.desk.put(
        "readers.csv",
        READERS.replace("anna@example.com,да,2026-02-01,", "anna@example.com,да,2026-02-01,2026-07-01"),
    );
    script.run(&["plan", "--all"]);
    script.run(&["plan", "--all", "-c", "ru.toml"]);
    script.run(&["plan", "--all", "--route", "shop", "--guard", "100%"]);
    script.compare("plan");
}

#[test]
fn a_permission_that_ends_and_a_cell_that_is_cleared_say_so() {
    const HEADER: &str = "name|email|address|day|agreed|left";
    let mut bridge = Bridge::new(
        r#"
        [purposes.orders]
        title = "Deliver"
        basis = "contract"
        needs = ["name", "email"]
        keep = { for = "3 years", after = "grant" }
        compatible_with = { newsletter = "one card, asked and answered" }
        [purposes.newsletter]
        title = "Write"
        basis = "consent"
        needs = ["name", "email", "address"]
        keep = "until withdrawn"
        channels = ["email"]
        [sources.people]
        path = "people.csv"
        dated = "day"
        purposes = ["orders"]
        columns = { name = "name", email = "email", address = "address" }
        [sources.people.consent.newsletter]
        given = "agreed"
        withdrawn = "left"
        [destinations.crm]
        path = "crm.db"
        purposes = ["orders", "newsletter"]
        "#,
    );
    bridge.list("people", &[HEADER, "Анна Петрова|anna@example.com|Тула|2026-01-01|да|"]).run();
    bridge.list("people", &[HEADER, "Анна Петрова|anna@example.com|Тула|2026-01-01|да|2026-02-01"]);
    let report = bridge.ask(Command::Plan).expect("a plan");
    let text = report.text();
    let lines = "        address: кириллица; 4 знака → очищается\n        may_email_newsletter: нет\n";
    assert!(text.contains(lines), "{text}");
    let change = &report.to_json()["routes"][0]["changes"][0];
    assert_eq!(change["clear"], serde_json::json!(["address"]));
    assert_eq!(change["denied"], serde_json::json!(["may_email_newsletter"]));
}

#[test]
fn the_guard_stands_first_and_many_are_counted() {
    let mut script = Script::new();
    let list = |from: usize, to: usize| {
        let row = |n: usize| format!("Клиент Номер,+7 926 100-{:02}-{:02},,,2026-01-01\n", n / 100, n % 100);
        format!("ФИО,Телефон,Адрес,Рождён,Заказ\n{}", (from..to).map(row).collect::<String>())
    };
    script.desk.put("clients.csv", list(0, 60));
    script.run(&["plan", "-v", "--route", "shop"]);
    let all = script.desk.run(&["plan", "--all", "--route", "shop"]);
    assert_eq!(all.out.lines().filter(|l| l.starts_with("    + ")).count(), 60);
    script.desk.run(&["sync"]);
    script.desk.put("clients.csv", list(50, 60));
    assert_eq!(script.run(&["plan", "-v", "--route", "shop"]).exit, 2);
    script.run(&["plan", "-v", "--route", "shop", "-c", "ru.toml"]);
    script.compare("guard");
}

#[test]
fn values_are_shown_on_a_terminal_alone() {
    let mut script = Script::new();
    for line in [&["plan", "--reveal"][..], &["sync", "--reveal", "-v"], &["plan", "--reveal", "-c", "ru.toml"]] {
        assert_eq!(script.run(line).exit, 2);
    }
    assert!(!script.desk.path("state").exists(), "nothing was opened");
    assert_eq!(script.run(&["plan", "--reveal", "--json"]).exit, 2);
    script.compare("reveal");
}

/// What stands on a wide and long terminal when a command is done.
#[cfg(unix)]
fn on_a_terminal(desk: &Desk, line: &str) -> String {
    let args: Vec<&str> = line.split(' ').collect();
    let terminal = crate::terminal::Terminal::start(desk, &args, &[("USER", "olga"), ("SUDO_USER", "")], 300, 300);
    desk.normal(&terminal.end().1)
}

#[cfg(unix)]
#[test]
fn whoever_looks_at_values_is_recorded() {
    let desk = Script::new().desk;
    let shown = on_a_terminal(&desk, "plan --reveal");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/look/terminal.expected");
    expected::none(&expected::compare(&path, &shown).into_iter().collect::<Vec<_>>());
    assert!(shown.contains("+79161112233") && shown.contains("8 9l6 555 66 77"), "{shown}");
    let masked = on_a_terminal(&desk, "plan --route shop");
    assert!(!VALUES.iter().any(|value| masked.contains(value)), "{masked}");
    on_a_terminal(&desk, "sync --reveal");
    let records = records(&desk);
    let looks: Vec<_> =
        records.iter().map(|r| (r["command"].as_str(), r["revealed"].as_bool(), r["who"].as_str())).collect();
    assert_eq!(looks, [(Some("plan"), Some(true), Some("olga")), (Some("sync"), Some(true), Some("olga"))]);
    assert!(!records.iter().any(|r| VALUES.iter().any(|v| r.to_string().contains(v))));
    // A look is no run: nothing is as it was since then.
    assert!(desk.run(&["sync"]).out.starts_with("nothing to do"));
}

fn records(desk: &Desk) -> Vec<serde_json::Value> {
    let config = sheetbridge::config::parse(CONFIG, &desk.path("bridge.toml"));
    let config = config.unwrap_or_else(|p| panic!("{}", p.render(false))).config;
    let ledger = Ledger::open(&config.state, &config.folder()).expect("a ledger");
    let records = ledger.records().expect("records");
    assert_eq!(sheetbridge::ledger::verify_chain(&records), None);
    records.iter().map(|(text, _)| serde_json::from_str(text).expect("JSON")).collect()
}

/// Questions and what they are about.
const QUESTIONS: [&[&str]; 21] = [
    &["why", "shop", "8 916 111 22 33"],
    &["why", "shop", "clients.csv, row 6"],
    &["why", "shop", "clients.csv:2"],
    &["why", "shop", "clients.csv, строка 7, столбец \"Телефон\""],
    &["why", "shop", "+7 916 555 66 77"],
    &["why", "shop", "Белова Мария"],
    &["why", "shop", "kotov@example.org"],
    &["why", "letters", "Анна Петрова"],
    &["why", "letters", "18"],
    &["why", "letters", "20"],
    &["why", "letters", "21"],
    &["why", "letters", "belov.2@example.org"],
    &["why", "letters", "belov@example.org"],
    &["why", "letters", "sinitsyna@example.net"],
    &["why", "letters", "25"],
    &["why", "letters", "stops.csv!B2"],
    &["why", "letters", "nobody@example.org"],
    &["why", "letters", "readers.csv, row 99"],
    &["why", "letter", "20"],
    &["why", "shop", "Петрова"],
    &["why"],
];

#[test]
fn every_question_has_an_answer() {
    let mut script = Script::new();
    QUESTIONS.iter().for_each(|line| {
        script.run(line);
    });
    script.note("after a sync, of which the cards stand");
    script.desk.run(&["sync"]);
    script.run(&["why", "shop", "8 916 111 22 33"]);
    let id = script.desk.run(&["why", "shop", "clients.csv:3", "--json"]).out;
    let id: serde_json::Value = serde_json::from_str(&id).expect("JSON");
    let id = id["rows"][0]["fate"]["id"].as_str().expect("a card").to_owned();
    script.run(&["why", "shop", &id]);
    script.note("the lists of refusals and the row are gone, the refusal is remembered, and the card is missed");
    script.desk.put("stops.csv", "E-mail,Когда\nother@example.net,2026-01-01\n");
    script
        .desk
        .put("clients.csv", CLIENTS.replace("Иван Котов,8 (916) 222-33-44,\"Тула, Ленина, 1\",,2024-04-02\n", ""));
    script.run(&["why", "letters", "belov.2@example.org"]);
    script.run(&["why", "shop", "8 916 222 33 44"]);
    script.run(&["why", "letters", "belov.2@example.org", "--json"]);
    script.compare("why");
}

#[test]
fn every_question_has_an_answer_in_russian() {
    let mut script = Script::new();
    for line in QUESTIONS.iter().filter(|line| line.len() > 1) {
        script.run(&[line, &["-c", "ru.toml"][..]].concat());
    }
    script.compare("why-ru");
}

/// What `why` says of a row at the call centre of [`histories::CONFIG`].
fn at_the_centre(bridge: &mut Bridge, who: &str) -> String {
    let (routes, why) = (vec!["centre".to_owned()], Some(who.to_owned()));
    let report = bridge.go(&Ask { routes, why, ..Ask::new(Command::Plan) }).expect("an answer");
    report.routes[0].why.as_ref().expect("an answer").text(&report, &bridge.config, "centre")
}

#[track_caller]
fn says(bridge: &mut Bridge, who: &str, expected: &str) {
    let text = at_the_centre(bridge, who);
    assert!(text.contains(expected), "{who}: {expected}\n{text}");
}

#[test]
fn a_refusal_is_traced_to_where_it_was_said() {
    const PEOPLE: &str = "no|name|phone|email|birth|agreed|day|left|calls";
    let mut bridge = Bridge::new(histories::CONFIG);
    bridge.list("orders", &["no|name|phone|email|birth|address|done|day|calls"]);
    bridge.list("stops", &["name|phone|email|day", "||anna@example.com|2026-03-01"]);
    let rows = [
        PEOPLE,
        "1|Анна Петрова|8 916 111-22-33|anna@example.com|||||да",
        "2|Анна Петрова|8 916 111-22-33||||||да",
        "3|Иван Котов|8 916 444-55-66||||||да",
        "4|Пётр Серов|8 916 777-88-99||||||да",
        "5|Нина Зорина|8 916 777-88-99||||||да",
    ];
    bridge.list("people", &rows);
    says(&mut bridge, "people:2", "но есть отказ: stops, строка 2, 2026-03-01, и там то же значение поля email");
    says(
        &mut bridge,
        "people:3",
        "stops, строка 2, 2026-03-01; он дошёл через people, строка 2, где то же значение поля phone",
    );
    bridge.run();

    // Gone from the list, it is remembered; a yes becomes a no; and a phone that two have is refused.
    bridge.list("stops", &["name|phone|email|day", "|8 916 777-88-99||2026-04-01"]);
    bridge.list(
        "people",
        &rows
            .map(|row| if row.starts_with('3') { row.replace("|да", "|нет") } else { row.to_owned() })
            .each_ref()
            .map(String::as_str),
    );
    says(
        &mut bridge,
        "people:2",
        "но с 2026-03-01 помнится отказ с тем же значением поля email: стояло в списке отказов",
    );
    says(
        &mut bridge,
        "people:3",
        "но с 2026-03-01 помнится отказ с тем же значением поля phone: отказ в другой строке того же человека",
    );
    says(&mut bridge, "people:4", "но «да» в ней сменилось на «нет»: people, строка 4, столбец \"calls\", 2026-11-24");
    says(&mut bridge, "people:5", "от использования значения поля phone отказались, у кого бы оно ни стояло");
    // Who is in the list alone, and whom nobody remembers.
    let text = at_the_centre(&mut bridge, "8 916 777 88 99");
    assert!(text.contains("stops, строка 2\n  запись в списке отказов"), "{text}");
}

#[test]
fn an_answer_changes_nothing() {
    let desk = Script::new().desk;
    desk.run(&["sync"]);
    let before = (std::fs::read(desk.path("out/shop.db")), records(&desk).len());
    desk.run(&["why", "letters", "18"]);
    desk.run(&["plan"]);
    assert_eq!((std::fs::read(desk.path("out/shop.db")).ok(), records(&desk).len()), (before.0.ok(), before.1));
    assert!(desk.run(&["sync"]).out.starts_with("nothing to do"), "the seal holds");
}

#[test]
fn rows_that_wait_are_handed_out_corrected_and_read_again() {
    let mut script = Script::new();
    assert_eq!(script.run(&["sync", "--rejects", "rejects.csv"]).exit, 1);
    let rejects = script.desk.read("rejects-clients.csv").expect("written");
    expected_file("rejects", &rejects);
    assert!(script.desk.read("rejects-readers.csv").is_none(), "nobody of them waits");
    script.note("never over what somebody may be correcting, nor where a source reads");
    assert_eq!(script.run(&["plan", "--rejects", "rejects.csv"]).exit, 2);
    script.desk.put("glob.toml", CONFIG.replace("\"clients.csv\"", "\"*clients.csv\""));
    assert_eq!(script.run(&["plan", "--rejects", "new.csv", "-c", "glob.toml"]).exit, 2);
    assert_eq!(script.run(&["plan", "--rejects", "no/such/folder/new.csv"]).exit, 2);
    script.note("in Russian");
    script.run(&["plan", "--rejects", "ru.csv", "-c", "ru.toml"]);
    expected_file("rejects-ru", &script.desk.read("ru-clients.csv").expect("written"));
    script.run(&["plan", "--rejects", "ru.csv", "-c", "ru.toml"]);

    script.note("corrected, and read as a source with the same columns");
    let corrected = rejects.replace("8 9l6 555 66 77", "8 916 555 66 77");
    let corrected: Vec<&str> =
        corrected.lines().filter(|l| !l.contains("2010-06-01") && !l.contains("2001-06-01")).collect();
    script.desk.put("rejects-clients.csv", corrected.join("\r\n") + "\r\n");
    let mapping = CONFIG.split("[sources.clients]").nth(1).and_then(|t| t.split("\n\n").next()).expect("a source");
    let again = format!("[sources.corrected]{}\n", mapping.replace("clients.csv", "rejects-clients.csv"));
    script.desk.put("bridge.toml", CONFIG.replace("[sources.readers]\n", &format!("{again}\n[sources.readers]\n")));
    assert_eq!(script.run(&["sync", "-v", "--route", "shop"]).exit, 0);
    let card = |desk: &Desk| {
        let answer = desk.run(&["why", "shop", "rejects-clients.csv:2", "--json"]).out;
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        answer["rows"][0]["fate"].clone()
    };
    let first = card(&script.desk);
    assert_eq!(
        (first["next"]["step"].as_str(), first["other_rows"].as_array().map(Vec::len)),
        (Some("stand"), Some(0))
    );
    script.note("and the old row deleted where it stood");
    let clients = script.desk.read("clients.csv").expect("a list");
    script.desk.put("clients.csv", clients.replace("Пётр Новиков,8 9l6 555 66 77,,,2025-08-20\n", ""));
    assert_eq!(script.run(&["sync", "-v", "--route", "shop"]).exit, 0);
    assert_eq!(card(&script.desk), first, "the same card");
    script.note("without anything that waits");
    script.desk.put("clients.csv", CLIENTS.lines().take(4).collect::<Vec<_>>().join("\n"));
    script.run(&["plan", "--rejects", "none.csv"]);
    script.compare("rejects-said");
}

#[track_caller]
fn expected_file(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/look").join(format!("{name}.expected"));
    expected::none(&expected::compare(&path, text).into_iter().collect::<Vec<_>>());
}

#[cfg(unix)]
#[test]
fn the_rows_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Script::new().desk;
    desk.run(&["plan", "--rejects", "rejects.csv"]);
    let mode = std::fs::metadata(desk.path("rejects-clients.csv")).expect("written").permissions().mode();
    assert_eq!(format!("{:o}", mode & 0o777), "600");
    let records = records(&desk);
    assert_eq!((records.len(), records[0]["rejects"].as_bool()), (1, Some(true)), "values went out");
}

#[test]
fn what_is_left_for_later_still_explains_what_it_changes() {
    const HEADER: &str = "no|name|phone|email|birth|address|done|day|calls";
    let (one, two) = ("1|Анна Петрова|8 916 111-22-33||||||", "2|Анна Петрова|8 916 444-55-66||||||");
    let mut bridge = Bridge::new(histories::CONFIG);
    bridge
        .list("people", &["no|name|phone|email|birth|agreed|day|left|calls"])
        .list("stops", &["name|phone|email|day"]);
    bridge.list("orders", &[HEADER, one, two]).run();
    assert_eq!(bridge.cards("shop").len(), 2);
    // An edit says that the two are one.
    let both = two.replace("444-55-66", "444-55-66, 8 916 111-22-33");
    bridge.list("orders", &[HEADER, "3|Иван Котов|8 916 777-88-99||||||", one, &both]);
    let report = bridge.go(&Ask { limit: Some(1), ..Ask::new(Command::Sync) }).expect("a run");
    assert_eq!((report.routes[0].later, bridge.cards("shop").len()), (2, 3), "{}", report.text());
    bridge.run();
    assert_eq!(bridge.cards("shop").len(), 2);
}

#[test]
fn a_few_go_first() {
    let mut script = Script::new();
    script.run(&["plan", "--all", "--limit", "2", "--route", "shop", "--out", "plan.json"]);
    script.run(&["apply", "plan.json", "-v"]);
    script.note("of one row alone, and then all");
    script.run(&["sync", "-v", "--route", "letters", "--only", "readers.csv, row 2"]);
    script.run(&["sync"]);
    assert!(script.run(&["sync"]).out.starts_with("nothing to do"));
    script.note("addresses that are none, and rows that are not there");
    script.run(&["sync", "--only", "Анна Петрова"]);
    script.run(&["sync", "--only", "readers.csv, row 99"]);
    script.run(&["sync", "--only", "Анна Петрова:5"]);
    script.run(&["sync", "--limit", "0"]);
    script.note("a file is written as a whole");
    script.desk.put("bridge.toml", CONFIG.replace("out/letters.db", "out/letters.csv"));
    script.desk.put("ru.toml", CONFIG.replace("out/letters.db", "out/letters.csv").replace("\"en\"", "\"ru\""));
    script.run(&["sync", "--limit", "1"]);
    script.run(&["sync", "--limit", "1", "-c", "ru.toml"]);
    script.run(&["sync", "--limit", "1", "--route", "shop"]);
    script.compare("few");
}
