//! Rows, people, identity: who is who, and what survives of whom.

use super::*;

#[test]
fn sorting_a_list_changes_nothing() {
    let mut b = bridge();
    let rows =
        ["Анна Петрова|8 916 111-22-33||Тула||", "Иван Котов|8 916 555-66-77||Омск||", "Яна Лис|8 916 777-66-77||||"];
    orders(&mut b, &rows);
    b.run();
    let before = b.shop("shop");
    orders(&mut b, &[rows[2], rows[0], rows[1]]);
    let report = b.run();
    assert_eq!(b.shop("shop"), before);
    assert!(report.routes.iter().all(|r| !r.wrote));
}

#[test]
fn doubles_become_one_and_households_stay_apart() {
    let mut b = bridge();
    orders(
        &mut b,
        &[
            "Петрова Анна|8 916 111-22-33||||2026-01-01",
            "Анна Петрова|+7 916 111 22 33|||||",
            "Иван Петров|8 916 111-22-33||||2026-01-01",
        ],
    );
    b.run();
    assert_eq!(b.cards("shop"), ["name=Петров Иван phone=+79161112233", "name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn the_newest_value_survives_and_an_older_one_fills_a_blank() {
    let mut b = bridge();
    orders(
        &mut b,
        &[
            "Анна Петрова|8 916 111-22-33||Тула||2024-01-01",
            "Анна Петрова|8 916 111-22-33||Омск||2026-01-01",
            "Анна Петрова|8 916 111-22-33||||2026-02-01",
        ],
    );
    b.run();
    assert_eq!(b.cards("shop"), ["address=Омск name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_bad_cell_leaves_its_field_as_it_stands() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||#REF!||"]);
    b.run();
    assert_eq!(b.cards("shop"), ["address=Тула name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_blank_clears_in_a_mirror_and_elsewhere_only_on_demand() {
    for (mode, expected) in [("mirror", false), ("upsert", true), ("upsert\"\n clear = true #", false)] {
        let mut b = in_mode(&format!("{mode}\" #").replace("#\" #", "#"));
        orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||"]);
        b.run();
        orders(&mut b, &["Анна Петрова|8 916 111-22-33||||"]);
        b.run();
        assert_eq!(b.cards("shop")[0].contains("Тула"), expected, "{mode}");
    }
}

#[test]
fn held_is_not_absent() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|anna@example.com|Тула||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 9l6 111-22-33|anna@example.com|Омск||", "Иван Котов|8 916 555-66-77||||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop").len(), 1);
    assert_eq!(b.cards("shop").len(), 2);
    assert!(b.cards("shop")[0].contains("Тула"), "it stays as it is: {:?}", b.cards("shop"));
}

#[test]
fn a_held_row_that_nothing_ties_stops_deletion_by_absence() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 9l6 111-22-33||||", "Иван Котов|8 916 555-66-77||||"]);
    let report = b.run();
    assert_eq!(b.cards("shop").len(), 2);
    assert_eq!(report.exit(), EXIT_NEW);
    let report = b.run();
    assert_eq!((b.cards("shop").len(), report.exit()), (2, EXIT_OK), "and goes on to");
}

#[test]
fn a_held_row_that_was_always_there_stops_nobody() {
    let mut b = bridge();
    let held = "Пётр Серов|не знаю его||||";
    orders(&mut b, &[held, "Анна Петрова|8 916 111-22-33||||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &[held, "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    assert_eq!(b.cards("shop"), ["name=Котов Иван phone=+79165556677"]);
}

#[test]
fn a_phone_and_a_mail_corrected_at_once_are_asked_as_one_edit() {
    let mut b = bridge();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||", "Иван Котов|8 916 555-66-77||||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 999-88-77||Тула||", "Иван Котов|8 916 555-66-77||||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Edit]);
    assert_eq!(b.cards("shop").len(), 2);
    assert!(b.cards("shop")[0].contains("+79161112233"), "{:?}", b.cards("shop"));
}

#[test]
fn with_a_key_a_corrected_row_is_the_same_person() {
    let keyed = LISTS.replace(
        "dated = \"day\"\n    purposes = [\"orders\"",
        "dated = \"day\"\n    key = \"email\"\n    purposes = [\"orders\"",
    );
    assert_ne!(keyed, LISTS);
    let mut b = bridge_of(&keyed);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|a1|Тула||", "Иван Котов|8 916 555-66-77|a2|||"]);
    b.run();
    let ids = b.ids("shop");
    orders(&mut b, &["Анна Белова|8 916 999-88-77|a1|Омск||", "Иван Котов|8 916 555-66-77|a2|||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), []);
    assert_eq!(b.ids("shop"), ids);
    assert!(b.cards("shop").iter().any(|c| c.contains("Омск")));
}

#[test]
fn rows_numbered_anew_rewrite_nobody() {
    let keyed = LISTS.replace(
        "dated = \"day\"\n    purposes = [\"orders\"",
        "dated = \"day\"\n    key = \"email\"\n    purposes = [\"orders\"",
    );
    let mut b = bridge_of(&keyed);
    orders(&mut b, &["Анна|8 916 111-22-33|1|||", "Иван|8 916 555-66-77|2|||", "Олег|8 916 222-44-55|3|||"]);
    b.run();
    let before = b.shop("shop").cards;
    orders(&mut b, &["Иван|8 916 555-66-77|1|||", "Олег|8 916 222-44-55|2|||", "Нина|8 916 777-88-99|3|||"]);
    let report = b.run();
    let moved: Vec<_> = report.findings.iter().filter(|f| f.code.name() == "key-moved").collect();
    assert_eq!(moved.len(), 3, "{:?}", report.findings);
    let after = b.shop("shop").cards;
    assert_eq!(before.iter().filter(|(id, card)| after.get(id) == Some(card)).count(), 2, "{before:?} {after:?}");
    assert_eq!(after.len(), 3);
    assert_eq!(b.run().findings.iter().filter(|f| f.code.name() == "key-moved").count(), 0);
}

#[test]
fn a_recycled_phone_is_not_its_former_holder() {
    let mut b = bridge_of(
        &LISTS.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"email\"]"),
    );
    let mut b = {
        let text = PURPOSES.replace(
            "needs = [\"name\", \"phone\", \"address\"]",
            "needs = [\"name\", \"phone\", \"email\", \"address\"]",
        );
        b.config = crate::bridge::config(&format!("{text}{LISTS}"));
        b
    };
    orders(&mut b, &["Анна Петрова|8 916 111-22-33|anna@example.com|Тула||"]);
    b.run();
    let anna = b.ids("shop");
    orders(&mut b, &["Иван Котов|8 916 111-22-33|ivan@example.com|Омск||"]);
    b.run();
    assert_ne!(b.ids("shop"), anna);
}

#[test]
fn clashing_birth_dates_are_asked() {
    let purposes =
        PURPOSES.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"birth\"]");
    let lists = LISTS
        .replace("done = \"done\" }", "done = \"done\", birth = \"address\" }")
        .replace("address = \"address\", ", "");
    let mut b = Bridge::new(&format!("{purposes}{lists}"));
    b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||1990-01-02||", "Анна Петрова|8 916 111-22-33||1985-01-02||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Row(Why::Undecided); 2]);
    assert_eq!(b.cards("shop"), NOBODY);
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||1990-01-02||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||1990-01-02||", "Анна Петрова|8 916 111-22-33||1985-01-02||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Row(Why::Undecided)], "who has a card goes on, the new row waits");
    assert_eq!(b.cards("shop"), ["birth=1990-01-02 name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_join_that_no_row_explains_is_asked() {
    let text =
        PURPOSES.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"email\"]");
    let mut b = Bridge::new(&format!("{text}{LISTS}"));
    b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    let anna = "Анна Петрова|8 916 111-22-33||||";
    let (one, other) = ("Анна|8 916 111-22-33|a@example.com|||", "|8 916 444-55-66|a@example.com|||");
    orders(&mut b, &[anna, one, other, "Иван Котов|8 916 111-22-33||||"]);
    b.run();
    assert_eq!(b.cards("shop").len(), 3);
    orders(&mut b, &[anna, one, other]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), [Waits::Row(Why::JoinUnexplained); 3]);
    assert_eq!(b.cards("shop").len(), 2, "both cards stay: {:?}", b.cards("shop"));
}

#[test]
fn two_cards_that_a_new_row_links_become_one() {
    let text =
        PURPOSES.replace("needs = [\"name\", \"phone\", \"address\"]", "needs = [\"name\", \"phone\", \"email\"]");
    let mut b = Bridge::new(&format!("{text}{LISTS}"));
    b.list("subscribers", &[SUBSCRIBERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    let rows = ["Анна Петрова|8 916 111-22-33||||", "А. Петрова|8 916 444-55-66|a@example.com|||"];
    orders(&mut b, &rows);
    b.run();
    assert_eq!(b.cards("shop").len(), 2);
    orders(&mut b, &[rows[0], rows[1], "Петрова|8 916 111-22-33|a@example.com|||"]);
    let report = b.run();
    assert_eq!(waits(&report, "shop"), []);
    assert_eq!(b.cards("shop").len(), 1, "{:?}", b.cards("shop"));
}

#[test]
fn a_row_that_nothing_identifies_waits() {
    let mut b = bridge();
    subscribers(&mut b, &["Анна Петрова|||да|2026-01-02|"]);
    let report = b.run();
    assert_eq!(waits(&report, "mailing"), [Waits::Row(Why::NoIdentity)]);
    assert_eq!(b.cards("mailing"), NOBODY);
}

#[test]
fn rows_alike_only_in_what_a_route_does_not_see_stay_apart() {
    let text = PURPOSES.replace("needs = [\"name\", \"email\"]", "needs = [\"name\"]");
    let mut b = Bridge::new(&format!("{text}{LISTS}"));
    b.list("orders", &[ORDERS]).list("callees", &[CALLEES]).list("stops", &[STOPS]);
    subscribers(&mut b, &["Анна Петрова|a@example.com||да|2026-01-02|", "Анна Петрова|a@example.com||да|2026-01-02|"]);
    b.run();
    assert_eq!(b.cards("mailing"), ["name=Петрова Анна", "name=Петрова Анна"]);
    let ids = b.ids("mailing");
    b.run();
    assert_eq!(b.ids("mailing"), ids);
}
