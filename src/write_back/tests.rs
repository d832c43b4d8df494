use std::{collections::BTreeMap, path::Path, time::Instant};

use async_trait::async_trait;
use futures_util::FutureExt as _;

use super::*;
use crate::{
    check::{self, testing::TODAY},
    config,
    keys::Keys,
    port::{Before, Source, Unread, Wanted},
    progress::Silent,
    pull::{self, Pulled},
    sheet::{Edge, Raw, Rows, Tab, Tabs},
};

const CONFIG: &str = r#"
[operator]
name = "Shop"
profile = "none"
language = "en"
time_zone = "Europe/Moscow"
[fields]
name  = "person_name"
phone = { kind = "phone", region = "RU" }
email = "email"
born  = { kind = "date", birth = true }
[purposes.orders]
title = "Deliver"
basis = "legitimate_interest"
needs = ["name", "phone", "born"]
required = ["name", "phone"]
keep = "until withdrawn"
[purposes.letters]
title = "Write"
basis = "consent"
needs = ["email"]
required = ["email"]
keep = "until withdrawn"
[sources.desk]
sheet = "https://docs.google.com/spreadsheets/d/1AbCdEfGhIjKlMnOpQrStUvWxYz/edit#gid=0"
purposes = ["orders"]
columns = { name = "Name", phone = "Phone", email = "Mail", born = "Born" }
write_back = { status = "Status", message = "What to do" }
[sources.desk.consent.letters]
given = "May write"
withdrawn = "Left"
[sources.stops]
sheet = "https://docs.google.com/spreadsheets/d/1XbCdEfGhIjKlMnOpQrStUvWxYz/edit#gid=0"
refuses = "all"
columns = { name = "Name", phone = "Phone" }
write_back = { status = "Status", message = "What to do", id = "id" }
[destinations.shop]
path = "shop.db"
purposes = ["orders"]
[destinations.mailing]
path = "mailing.db"
purposes = ["letters"]
"#;

const HEADER: &str = "Name|Phone|Mail|Born|May write|Left";
const ANNA: &str = "Anna Berg|+7 916 123-45-67||||";

/// A tab whose lines are in memory.
struct Lines(Vec<Vec<String>>);

#[async_trait]
impl Source for Lines {
    async fn open(&mut self) -> Result<Tabs, Unread> {
        let tab = Tab { title: Some("Clients".into()), head: self.0.clone(), head_row: 1, ..Tab::default() };
        Ok(Tabs { tabs: vec![tab], version: None, notes: Vec::new(), pins: Vec::new() })
    }

    async fn rows(&mut self, wanted: &[Wanted]) -> Result<Vec<Rows>, Unread> {
        let mut rows = Rows::default();
        for (i, line) in self.0.iter().enumerate().skip(1) {
            let cells = wanted[0]
                .columns
                .iter()
                .map(|column| Raw::Text(line.get(usize::from(*column)).map_or("", String::as_str)));
            rows.push(wanted[0].columns.len(), i as u32 + 1, cells, Edge::Even);
        }
        Ok(vec![rows])
    }
}

fn parsed(config: &str) -> Config {
    config::parse(config, Path::new("bridge.toml")).unwrap_or_else(|p| panic!("{}", p.render(false))).config
}

/// What was checked, of lists by the names of their sources.
fn checked(config: &Config, lists: &[(&str, &[&str])]) -> Checked {
    let cells = |line: &&str| line.split('|').map(str::to_owned).collect();
    let of = |name: &str| lists.iter().find(|(n, _)| *n == name).map_or(&["Name|Phone"][..], |(_, lines)| lines);
    let make = |source: &config::SourceConfig, _: &Before| -> Box<dyn Source> {
        Box::new(Lines(of(&source.name).iter().map(cells).collect()))
    };
    let befores = config.sources.iter().map(|_| Before::default()).collect();
    let opened = pull::open(config, befores, &make, &Silent).now_or_never().expect("it waits for nothing");
    let pulled = pull::pull(opened, config, TODAY, &Silent).now_or_never().expect("it waits for nothing");
    let Pulled { drafts, sources, .. } = pulled;
    let trouble = sources.iter().find_map(|source| source.trouble.as_ref());
    assert_eq!(trouble, None);
    check::check(drafts, config, TODAY, &Keys::new([7; 32]), &Silent)
}

/// What the rows of a source say: `2 ok`, `3 waits: ⚠ …`.
fn said_of(config: &Config, source: &str, lists: &[(&str, &[&str])]) -> Vec<String> {
    let statuses = statuses(config, &checked(config, lists));
    let id = config.sources.iter().find(|s| s.name == source).expect("a source").id;
    let said = |s: &RowStatus| format!("{} {}: {}", s.row, s.status, s.message).trim_end_matches(": ").to_owned();
    statuses[&id].iter().flatten().map(said).collect()
}

fn said(config: &str, rows: &[&str]) -> Vec<String> {
    let lines: Vec<&str> = [HEADER].into_iter().chain(rows.iter().copied()).collect();
    said_of(&parsed(config), "desk", &[("desk", &lines)])
}

#[track_caller]
fn check(row: &str, expected: &str) {
    assert_eq!(said(CONFIG, &[row]), [format!("2 {expected}")], "{row}");
}

#[test]
fn a_row_says_what_is_wrong_with_it() {
    for (row, expected) in [
        (ANNA, "ok"),
        ("Anna Berg|8 916 123 45 67|anna@example.com|1980-02-01|yes|", "ok"),
        // found, and used or not
        (
            "Anna Berg|+7 916 123-45-67|anna@gmial.com||yes|",
            "check: ⚠ Mail: the domain of the e-mail address looks misspelt, probably gmail.com; if `gmail.com` is right, \
             write it so.",
        ),
        (
            "Anna Berg|+7 916 123-45-67|anna||yes|",
            "waits: ⚠ The row waits until it has: Mail. Mail: there is no e-mail address in the cell; type \
             the address in with its `@`, or move the text to another column.",
        ),
        (
            "Anna Berg|+7 916 123-45-67|anna|||",
            "check: ⚠ Mail: there is no e-mail address in the cell; type \
             the address in with its `@`, or move the text to another column.",
        ),
        // what it needs for something that it is there for
        (
            "Anna Berg||||",
            "waits: ⚠ The row waits until it has: Phone. The row waits: it has no phone, e-mail or \
            anything else that tells whose it is.",
        ),
        (
            "|||1980-02-01|",
            "waits: ⚠ The row waits until it has: Name, Phone. The row waits: it has no phone, e-mail or \
            anything else that tells whose it is.",
        ),
        (
            "Anna Berg|8916l234567|anna@example.com|||",
            "waits: ⚠ The row waits until it has: Phone. Phone: phone contains a letter; replace the letter with the \
             digit it stands for.",
        ),
        ("Anna Berg|+7 916 123-45-67|||yes|", "waits: ⚠ The row waits until it has: Mail."),
        // of somebody who said no, nothing is wanted
        ("Anna Berg|+7 916 123-45-67|||no|", "ok"),
        ("Anna Berg|+7 916 123-45-67|||yes|yes", "ok"),
        ("Anna Berg|+7 916 123-45-67||||2020-01-01", "ok"),
        (
            "Anna Berg|+7 916 123-45-67|||perhaps|",
            "check: ⚠ May write: the consent cell is neither a yes nor a no; write yes or no; an unclear answer counts as \
             no consent.",
        ),
    ] {
        let row = if row.matches('|').count() < 5 { format!("{row}|") } else { row.to_owned() };
        check(&row, expected);
    }
}

#[test]
fn a_message_is_in_the_language_of_the_operator() {
    let russian = CONFIG.replace("\"en\"", "\"ru\"");
    let rows = [ANNA, "Anna Berg|8916l234567|anna@example.com|||", "Anna Berg|+7 916 123-45-67|anna|||"];
    assert_eq!(
        said(&russian, &rows),
        [
            "2 в порядке",
            "3 ждёт: ⚠ Строка ждёт, пока не заполнено: Phone. Phone: в телефоне буква; замените букву цифрой, \
             которую она заменяет.",
            "4 проверьте: ⚠ Mail: в ячейке нет адреса почты; впишите адрес с `@` или перенесите текст в другой столбец.",
        ]
    );
}

#[test]
fn what_is_no_person_says_nothing() {
    let rows = [ANNA, HEADER, "Total: 2|||||", "|||||", "Boris Kim|+7 903 111-22-33||||"];
    let said = said(CONFIG, &rows);
    assert_eq!(said.iter().map(|s| &s[..1]).collect::<Vec<_>>(), ["2", "5", "6"], "{said:?}");
}

#[test]
fn a_row_that_gets_an_id_lacks_no_name() {
    let with_id = CONFIG
        .replacen("message = \"What to do\"", "id = \"id\"", 1)
        .replace("[\"name\", \"phone\"]\nkeep", "[]\nkeep");
    let without = CONFIG.replace("[\"name\", \"phone\"]\nkeep", "[\"name\"]\nkeep");
    let nameless = "⚠ The row waits: it has no phone, e-mail or anything else that tells whose it is.";
    assert_eq!(said(&without, &["Anna|||||"]), [format!("2 waits: {nameless}")]);
    assert_eq!(said(&with_id, &["Anna|||||"]), ["2 ok"]);
}

#[test]
fn a_row_whose_term_nobody_can_tell_waits() {
    let term = CONFIG.replace(
        "required = [\"name\", \"phone\"]\nkeep = \"until withdrawn\"",
        "required = []\nkeep = { for = \"100 years\", after = \"born\" }",
    );
    let born = |date: &str| said(&term, &[&format!("Anna Berg|+7 916 123-45-67||{date}||")]);
    assert_eq!(born("1980-02-01"), ["2 ok"]);
    assert_eq!(born(""), ["2 ok"], "what has not happened starts no term");
    assert_eq!(
        born("in spring"),
        ["2 waits: ⚠ The row waits: the date that decides how long it may be used is missing or unreadable. \
          Born: this is not a date; write it as `31.12.2024` or `2024-12-31`."]
    );
}

#[test]
fn a_refusal_says_whether_it_names_anybody() {
    let lines = ["Name|Phone", "Anna Berg|+7 916 123-45-67", "Anna Berg|", "|916"];
    let config = parsed(CONFIG);
    let said = said_of(&config, "stops", &[("desk", &[HEADER]), ("stops", &lines)]);
    let nameless = "⚠ The row waits: it has no phone, e-mail or anything else that tells whose it is.";
    assert_eq!(said[..2], ["2 ok".to_owned(), format!("3 waits: {nameless}")]);
    assert!(said[2].starts_with(&format!("4 waits: {nameless} Phone: ")), "{}", said[2]);
}

/// What is said of Anna among other rows, in other lists and beside other destinations.
#[test]
fn a_row_speaks_of_itself_alone() {
    let with_id = CONFIG.replacen("message = \"What to do\"", "message = \"What to do\", id = \"id\"", 1);
    let header = format!("{HEADER}|id");
    for row in [
        format!("{ANNA}|sb-1"),
        "Anna Berg||||yes||sb-1".to_owned(),
        "Anna Berg|8916l234567|anna@example.com|01/02/1980|||sb-1".to_owned(),
        // Only other rows tell in which order the date is.
        "Anna Berg|+7 916 123-45-67||01/02/1980|||sb-1".to_owned(),
    ] {
        let alone = said_of(&parsed(&with_id), "desk", &[("desk", &[&header, &row])]);
        let mut worlds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let config = parsed(&with_id);
        let mut among = |what, rows: &[&str]| {
            let lines: Vec<&str> = [header.as_str(), &row].into_iter().chain(rows.iter().copied()).collect();
            worlds.insert(what, said_of(&config, "desk", &[("desk", &lines)]));
        };
        among("a copy", &[&row]);
        among("the same id on somebody else", &["Boris Kim|+7 903 111-22-33|||||sb-1"]);
        among("the same phone", &["Boris Kim|+7 916 123-45-67|||||sb-2"]);
        among("a date, day first", &["Boris Kim|+7 903 111-22-33||13/02/1980|||sb-2"]);
        among("a date, month first", &["Boris Kim|+7 903 111-22-33||02/13/1980|||sb-2"]);
        among("dates of both orders", &["B|||13/02/1980|||sb-2", "C|||02/13/1980|||sb-3"]);
        among("broken rows", &["|x|@|?|?|?|", "Total|||||", &header]);
        let refused = ["Name|Phone", "Anna Berg|+7 916 123-45-67"];
        worlds.insert("a refusal", said_of(&config, "desk", &[("desk", &[&header, &row]), ("stops", &refused)]));
        let more = format!("{with_id}[destinations.books]\npath = \"books.db\"\npurposes = [\"orders\"]\n");
        worlds.insert("another route", said_of(&parsed(&more), "desk", &[("desk", &[&header, &row])]));
        for (what, said) in worlds {
            assert_eq!(said[0], alone[0], "{what}: {row}");
        }
    }
}

#[test]
fn a_message_has_an_end() {
    assert_eq!(cut("ж".repeat(MESSAGE_MAX)), "ж".repeat(MESSAGE_MAX));
    assert_eq!(cut("ж".repeat(MESSAGE_MAX + 1)), "ж".repeat(MESSAGE_MAX - 1) + "…");
    let header = HEADER.replace("Phone", &"long ".repeat(200));
    let config = parsed(
        &CONFIG.replace("phone = \"Phone\", email", &format!("phone = \"{}\", email", "long ".repeat(200).trim())),
    );
    let said = said_of(&config, "desk", &[("desk", &[&header, "Anna Berg|12a||||"])]);
    assert_eq!(said[0].chars().count(), "2 waits: ".chars().count() + MESSAGE_MAX, "{}", said[0]);
}

#[test]
fn a_hundred_thousand_rows_take_no_seconds() {
    let rows: Vec<String> =
        (0..100_000).map(|n| format!("{}||||||", if n % 2 == 0 { "Anna Berg" } else { "" })).collect();
    let lines: Vec<&str> = [HEADER].into_iter().chain(rows.iter().map(String::as_str)).collect();
    let config = parsed(CONFIG);
    let checked = checked(&config, &[("desk", &lines)]);
    let start = Instant::now();
    assert_eq!(statuses(&config, &checked).values().flatten().map(Vec::len).sum::<usize>(), 100_000);
    // Half a second where nothing is optimised and others work beside; what grows with the square takes minutes.
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
