//! What a month of nights brings: a clock that went back, folders with names as people give them, a full disk.

use std::{fs, path::Path, process::Command};

use crate::{
    bridge::{Bridge, day},
    cli::root,
    program::{Desk, KEY},
};

const CONFIG: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone"]
    keep = { for = "3 years", after = "done" }
    [sources.orders]
    path = "orders.csv"
    purposes = ["orders"]
    columns = { name = "name", phone = "phone", done = "done" }
    [destinations.shop]
    path = "shop.db"
    purposes = ["orders"]
"#;

#[test]
fn a_clock_that_went_back_brings_nobody_to_life() {
    let mut b = Bridge::new(CONFIG);
    b.clock_is_right = false;
    b.list("orders", &["name|phone|done", "Анна Петрова|8 916 111-22-33|2026-11-20"]);
    b.today = day("2029-11-21");
    b.run();
    assert_eq!(b.cards("shop").len(), 0, "the term is over");
    b.today = day("2026-11-25");
    let stopped = b.ask(sheetbridge::report::Command::Sync).expect_err("it must not go on");
    assert_eq!(stopped.code.name(), "clock-back");
    assert_eq!(b.cards("shop").len(), 0);
    b.clock_is_right = true;
    b.run();
    assert_eq!(b.cards("shop").len(), 1, "somebody said that the other clock was wrong");
    b.clock_is_right = false;
    b.today = day("2026-11-24");
    b.run();
}

/// The quickstart in a folder of that name.
fn quickstart(desk: &Desk, folder: &str) {
    for file in ["bridge.toml", "orders.xlsx", "subscribers.csv", "stops.csv"] {
        let from = root().join("examples/quickstart").join(file);
        desk.put(&format!("{folder}/{file}"), fs::read(from).expect("it is there"));
    }
    desk.put(&format!("{folder}/state/key"), KEY);
}

#[test]
fn folders_have_the_names_that_people_give_them() {
    let (plain, desk) = (Desk::new(), Desk::new());
    quickstart(&plain, "shop");
    let folder = "Мои клиенты/2026 год — «новые» & #1 100% (копия)";
    quickstart(&desk, folder);
    let lists = format!("{folder}/Списки клиентов");
    for file in ["orders.xlsx", "subscribers.csv", "stops.csv"] {
        let bytes = fs::read(desk.path(&format!("{folder}/{file}"))).expect("it is there");
        desk.put(&format!("{lists}/Наш {file}"), bytes);
        fs::remove_file(desk.path(&format!("{folder}/{file}"))).expect("removed");
    }
    // Somebody has it open in Excel.
    desk.put(&format!("{lists}/~$Наш orders.xlsx"), vec![5; 165]);
    let config = desk.read(&format!("{folder}/bridge.toml")).expect("a config");
    let config = config
        .replace("\"orders.xlsx\"", "\"Списки клиентов/*.xlsx\"")
        .replace("\"subscribers.csv\"", "\"Списки клиентов/Наш subscribers.csv\"")
        .replace("\"stops.csv\"", "\"./Списки клиентов/../Списки клиентов/Наш stops.csv\"")
        .replace("out/mailing.csv", "Готово для рассылки/список.csv");
    desk.put(&format!("{folder}/мост.toml"), config);
    assert_eq!(plain.run(&["sync", "shop/bridge.toml"]).exit, 0);
    let answer = desk.run(&["sync", &format!("{folder}/мост.toml")]);
    assert_eq!(answer.exit, 0, "{answer}");
    assert_eq!(
        desk.read(&format!("{folder}/Готово для рассылки/список.csv")),
        plain.read("shop/out/mailing.csv"),
        "the same as with plain names"
    );
}

/// A small disk of its own, where this machine lets us make one.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn new(at: &'a Path) -> Option<Self> {
        let mount = |args: &[&str]| Command::new("mount").args(args).arg(at).output().is_ok_and(|o| o.status.success());
        mount(&["-t", "tmpfs", "-o", "size=1200k", "tmpfs"]).then_some(Self(at))
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).output();
    }
}

#[test]
fn a_full_disk_stops_the_run_and_harms_nothing() {
    let (plain, desk) = (Desk::new(), Desk::new());
    quickstart(&plain, "shop");
    assert_eq!(plain.run(&["sync", "shop/bridge.toml"]).exit, 0);
    fs::create_dir(desk.path("disk")).expect("a folder");
    let at = desk.path("disk");
    // A machine that lets nobody make a small disk can't be tried.
    let Some(_disk) = Disk::new(&at) else { return };
    let mut stopped = 0;
    for fill in (0..1200).step_by(60) {
        quickstart(&desk, "disk/shop");
        desk.put("disk/fill", vec![0; 64]);
        let free = |kb: usize| fs::write(desk.path("disk/fill"), vec![0; kb * 1024]);
        if free(fill).is_err() {
            break;
        }
        let answer = desk.run(&["sync", "disk/shop/bridge.toml"]);
        assert!([0, 2].contains(&answer.exit), "{fill}: {answer}");
        if answer.exit == 2 {
            stopped += 1;
            assert!(answer.err.contains("full") || answer.out.contains("full"), "{fill}: {answer}");
            assert!(!answer.err.contains("damaged"), "{fill}: {answer}");
        }
        fs::remove_file(desk.path("disk/fill")).expect("removed");
        let answer = desk.run(&["sync", "disk/shop/bridge.toml"]);
        assert_eq!(answer.exit, 0, "with room again, {fill}: {answer}");
        assert_eq!(desk.read("disk/shop/out/mailing.csv"), plain.read("shop/out/mailing.csv"));
        fs::remove_dir_all(desk.path("disk/shop")).expect("removed");
    }
    assert!(stopped > 2, "the disk was never full");
}
