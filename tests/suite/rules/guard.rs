//! The guard, and what a plan does in each mode.

use super::*;

fn crowd(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("Анна Петрова|8 916 111-{:02}-{:02}||Тула||", n / 100, n % 100)).collect()
}

#[test]
fn an_emptied_list_deletes_nothing() {
    let mut b = bridge();
    b.guard = 10;
    let people = crowd(40);
    orders(&mut b, &as_lines(&people));
    b.run();
    orders(&mut b, &[]);
    let report = b.run();
    assert_eq!((b.cards("shop").len(), report.exit()), (40, EXIT_FAILED));
    assert!(stopped(&report, "shop").contains(&Stop::Emptied), "{:?}", stopped(&report, "shop"));
    b.guard = 100;
    b.run();
    assert_eq!(b.cards("shop"), NOBODY, "unless a person says so");
}

#[test]
fn the_guard_counts_a_week() {
    let mut b = bridge();
    b.guard = 10;
    let people = crowd(40);
    orders(&mut b, &as_lines(&people));
    b.run();
    orders(&mut b, &as_lines(&people[2..]));
    assert_eq!(b.run().exit(), EXIT_OK);
    orders(&mut b, &as_lines(&people[5..]));
    let report = b.run();
    assert_eq!(stopped(&report, "shop"), [Stop::Removals { wanted: 5, allowed: 3 }]);
    b.today = day("2026-12-02");
    assert_eq!(b.run().exit(), EXIT_OK, "a week later there is room again");
    assert_eq!(b.cards("shop").len(), 35);
}

#[test]
fn a_sort_that_shifts_a_column_rewrites_nobody() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> = (0..40).map(|n| format!("Анна Петрова|8 916 111-22-{n:02}||дом {n}||")).collect();
    orders(&mut b, &as_lines(&people));
    b.run();
    let before = b.shop("shop").cards;
    let shifted: Vec<String> =
        (0..40).map(|n| format!("Анна Петрова|8 916 111-22-{n:02}||дом {}||", (n + 1) % 40)).collect();
    orders(&mut b, &as_lines(&shifted));
    let report = b.run();
    assert_eq!(stopped(&report, "shop"), [Stop::Rewrites { wanted: 40, allowed: 10 }]);
    assert_eq!(b.shop("shop").cards, before);
}

#[test]
fn a_mass_lapse_delays_the_deletion() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> =
        (0..40).map(|n| format!("Анна Петрова|8 916 111-22-{n:02}|||2024-01-01|2023-12-01")).collect();
    orders(&mut b, &as_lines(&people));
    b.run();
    b.today = day("2027-01-02");
    let report = b.run();
    assert_eq!(stopped(&report, "shop"), [Stop::Lapses { wanted: 40, allowed: 4 }]);
    assert_eq!(b.cards("shop").len(), 40);
    b.guard = 100;
    b.run();
    assert_eq!(b.cards("shop"), NOBODY);
}

#[test]
fn cards_deleted_at_the_destination_come_back() {
    let mut b = bridge();
    let people = crowd(3);
    orders(&mut b, &as_lines(&people));
    b.run();
    let before = b.shop("shop").cards;
    let gone = *before.keys().next().expect("a card");
    b.shops["shop"].lock().expect("nobody panicked").cards.remove(&gone);
    b.run();
    assert_eq!(b.shop("shop").cards, before);
}

#[test]
fn a_few_may_always_go_and_of_many_a_share() {
    for (crowd_of, may) in [(20, 3), (50, 5)] {
        for gone in [may, may + 1] {
            let mut b = bridge();
            b.guard = 10;
            let people = crowd(crowd_of);
            orders(&mut b, &as_lines(&people));
            b.run();
            orders(&mut b, &as_lines(&people[gone..]));
            let over = Stop::Removals { wanted: gone, allowed: may };
            assert_eq!(stopped(&b.run(), "shop"), if gone > may { vec![over] } else { vec![] }, "{crowd_of} {gone}");
            if gone == may {
                b.today = day("2026-11-25");
                orders(&mut b, &[&as_lines(&people[gone..])[..], &["Олег Дымов|8 916 999-88-77||||"]].concat());
                assert_eq!(stopped(&b.run(), "shop"), [], "what went before stops nothing else");
            }
        }
    }
}

#[test]
fn what_the_guard_stops_is_all_but_refusals() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> = (10..40).map(|n| format!("|8 916 111-22-{n}||да")).collect();
    callees(&mut b, &as_lines(&people));
    b.run();
    let before = b.shop("centre").cards;
    let new = "|8 916 777-66-55||да";
    let changed = format!("Анна Петрова{}", people[29]);
    callees(&mut b, &[&as_lines(&people[10..29])[..], &[&changed, new]].concat());
    stops(&mut b, &["||8 916 111-22-10|", "||8 916 111-22-30|"]);
    let report = b.run();
    assert_eq!(stopped(&report, "centre"), [Stop::Removals { wanted: 9, allowed: 3 }]);
    let after = b.shop("centre").cards;
    assert_eq!(after.len(), 28, "of those whose rows are gone and of the others, who refused is gone");
    assert!(after.iter().all(|(id, card)| before.get(id) == Some(card)), "and nothing else happened");
}

#[test]
fn cards_whose_term_is_over_are_no_absences() {
    let mut b = bridge();
    b.guard = 10;
    let people: Vec<String> = (0..20).map(|n| format!("|8 916 111-22-{n:02}|||2024-01-01|2023-12-01")).collect();
    orders(&mut b, &as_lines(&people));
    b.run();
    orders(&mut b, &["Олег Дымов|8 916 999-88-77||||"]);
    b.today = day("2027-01-02");
    assert_eq!(stopped(&b.run(), "shop"), [Stop::Lapses { wanted: 20, allowed: 3 }]);
    assert_eq!(b.cards("shop").len(), 21, "and what else there is goes on");
}

#[test]
fn a_list_that_gave_nobody_may_be_emptied() {
    let mut b = bridge();
    b.guard = 10;
    orders(&mut b, &["Анна Петрова|||||"]);
    b.run();
    orders(&mut b, &[]);
    assert_eq!(b.run().exit(), EXIT_OK);
}

#[test]
fn a_mode_that_only_creates_changes_nothing() {
    let mut b = in_mode("create");
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Тула||"]);
    b.run();
    orders(&mut b, &["Анна Петрова|8 916 111-22-33||Омск||"]);
    b.run();
    assert_eq!(b.cards("shop"), ["address=Тула name=Петрова Анна phone=+79161112233"]);
}

#[test]
fn a_row_of_unsure_grant_that_nothing_ties_stops_deletion_by_absence() {
    let people = ["Анна Петрова|8 916 111-22-33||Тула||", "Иван Котов|8 916 555-66-77||||"];
    for (date, expected) in [("31.02.2025", 2), ("2020-01-01", 1)] {
        let mut b = bridge();
        orders(&mut b, &people);
        b.run();
        orders(&mut b, &[&format!("|8 916 777-66-55|||{date}|"), people[1]]);
        b.run();
        assert_eq!(b.cards("shop").len(), expected, "{date}");
    }
}
