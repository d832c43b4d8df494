//! What people decide: each answer does what it says, stays, and can be taken back.

use sheetbridge::review::{Choice, Kind, Question};

use crate::bridge::Bridge;

const CONFIG: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "legitimate_interest"
    needs = ["name", "phone", "email", "birth", "address"]
    keep = { for = "3 years", after = "done" }
    [sources.orders]
    path = "orders.csv"
    purposes = ["orders"]
    columns = { name = "name", phone = "phone", email = "email", birth = "birth", address = "address", done = "done" }
    [sources.stops]
    path = "stops.csv"
    refuses = "all"
    columns = { phone = "phone" }
    [destinations.shop]
    path = "shop.db"
    purposes = ["orders"]
"#;

fn bridge(rows: &[&str]) -> Bridge {
    let mut b = Bridge::new(CONFIG);
    orders(&mut b, rows);
    b.list("stops", &["phone"]);
    b
}

fn orders(b: &mut Bridge, rows: &[&str]) {
    let all: Vec<&str> = std::iter::once("name|phone|email|birth|address|done").chain(rows.iter().copied()).collect();
    b.list("orders", &all);
}

/// Who stands there, by name and phone.
fn people(b: &Bridge) -> Vec<String> {
    let cards = b.shop("shop").cards;
    let text =
        |card: &std::collections::BTreeMap<String, String>, column: &str| card.get(column).cloned().unwrap_or_default();
    let mut people: Vec<String> =
        cards.values().map(|card| format!("{} {}", text(card, "name"), text(card, "phone"))).collect();
    people.sort();
    people
}

/// The choice of a candidate, by its place; `None` for "none of them".
fn candidate(question: &Question, wanted: Option<usize>) -> Option<usize> {
    question.choices.iter().position(|c| c.candidate == wanted)
}

const BOTH: [&str; 2] = ["Мария Белова|8 903 333-44-55||2001-06-01||", "Мария Белова|8 903 333-44-55||2010-06-01||"];

#[test]
fn two_rows_that_wait_for_each_other_are_one_question() {
    for (wanted, expected) in [(Some(0), 1), (None, 2)] {
        let mut b = bridge(&BOTH);
        b.run();
        assert_eq!(people(&b).len(), 0);
        let asked = b.review(|q| candidate(q, wanted));
        assert_eq!(asked.iter().map(|q| q.kind).collect::<Vec<_>>(), [Kind::Undecided]);
        let report = b.run();
        assert_eq!((people(&b).len(), report.waiting()), (expected, 0), "{wanted:?}");
        assert_eq!(b.review(|_| None).len(), 0, "it isn't asked again");
        let before = b.shop("shop");
        orders(&mut b, &[BOTH[1], BOTH[0]]);
        b.run();
        assert_eq!(b.shop("shop"), before, "a sort changes nothing");
    }
}

/// Takes the only answer back.
fn take_back(b: &mut Bridge) {
    let answer = b.ledger.answers().expect("read").remove(0);
    b.ledger.take_back(&answer.route, answer.question).expect("taken back");
}

#[test]
fn an_answer_that_is_taken_back_is_asked_again() {
    for (first, then) in [(Some(0), None), (None, Some(0))] {
        let mut b = bridge(&BOTH);
        b.run();
        let asked = b.review(|q| candidate(q, first));
        b.run();
        let before = people(&b);
        take_back(&mut b);
        b.run();
        assert_eq!(people(&b), before, "who stands goes on until somebody answers: {first:?}");
        let again = b.review(|q| candidate(q, then));
        assert_eq!(again.iter().map(|q| q.id).collect::<Vec<_>>(), [asked[0].id], "{first:?}");
        let report = b.run();
        let expected = if then.is_some() { 1 } else { 2 };
        assert_eq!((people(&b).len(), report.waiting()), (expected, 0), "{first:?} {:?}", report.text());
    }
}

#[test]
fn a_row_that_says_little_is_whose_a_person_says() {
    let rows =
        ["Анна Петрова|8 916 111-22-33||||", "Иван Петров|8 916 111-22-33||||", "|8 916 111-22-33|anna@example.com|||"];
    for wanted in 0..3 {
        let mut b = bridge(&rows);
        b.run();
        assert_eq!(people(&b).len(), 2);
        let asked = b.review(|q| Some(wanted).filter(|_| q.choices.len() == 3));
        assert_eq!(asked.len(), 1, "{asked:#?}");
        let chosen = asked[0].choices[wanted].candidate.and_then(|i| asked[0].candidates[i].card);
        b.run();
        let cards = b.shop("shop").cards;
        let with_mail: Vec<_> =
            cards.iter().filter(|(_, card)| card.contains_key("email")).map(|(id, _)| *id).collect();
        assert_eq!((cards.len(), with_mail.len()), (if chosen.is_some() { 2 } else { 3 }, 1));
        assert!(chosen.is_none_or(|id| with_mail == [id]), "{wanted}");
    }
}

#[test]
fn an_edit_keeps_the_card_or_makes_another() {
    let before = ["Анна Петрова|8 916 111-22-33|||Тула|", "Иван Котов|8 916 555-66-77||||"];
    let after = ["Анна Петрова|8 916 999-88-77|||Тула|", "Иван Котов|8 916 555-66-77||||"];
    for (wanted, keeps) in [(Some(0), true), (None, false)] {
        let mut b = bridge(&before);
        b.run();
        let ids = b.ids("shop");
        orders(&mut b, &after);
        b.run();
        assert_eq!(b.ids("shop"), ids, "asked, not done");
        let asked = b.review(|q| candidate(q, wanted));
        assert_eq!(asked.iter().map(|q| q.kind).collect::<Vec<_>>(), [Kind::Edit]);
        let stood: Vec<&str> =
            asked[0].candidates[0].cells.iter().flat_map(|c| &c.values).map(|v| v.private().expose()).collect();
        assert_eq!(stood, ["Петрова Анна", "+79161112233", "Тула"], "what stands there is laid beside it");
        b.run();
        assert_eq!(people(&b), ["Котов Иван +79165556677", "Петрова Анна +79169998877"]);
        assert_eq!(b.ids("shop") == ids, keeps, "{wanted:?}");
        b.ledger.set_seal(None).expect("a ledger");
        assert!(!b.run().routes[0].wrote);
    }
}

const ANNA: &str = "Анна Петрова|8 916 111-22-33||||";
const SHORT: &str = "Анна|8 916 111-22-33|a@example.com|||";
const MAIL: &str = "|8 916 444-55-66|a@example.com|||";
const IVAN: &str = "Иван Котов|8 916 111-22-33||||";

#[test]
fn two_cards_become_one_only_if_somebody_says_so() {
    for (wanted, expected) in [(Some(0), 1), (None, 2)] {
        let mut b = bridge(&[ANNA, SHORT, MAIL, IVAN]);
        b.run();
        let ids = b.ids("shop");
        orders(&mut b, &[ANNA, SHORT, MAIL]);
        b.run();
        assert_eq!(people(&b).len(), 2, "both cards stay");
        let asked = b.review(|q| candidate(q, wanted));
        assert_eq!(asked.iter().map(|q| q.kind).collect::<Vec<_>>(), [Kind::Join]);
        let report = b.run();
        assert_eq!((people(&b).len(), report.waiting()), (expected, 0), "{wanted:?}: {:?}", people(&b));
        assert!(b.ids("shop").iter().all(|id| ids.contains(id)), "no card is made anew");
        assert_eq!(b.review(|_| None).len(), 0);
    }
}

#[test]
fn a_card_becomes_two_only_if_somebody_says_so() {
    for (wanted, expected) in [(Some(0), 2), (None, 3)] {
        let mut b = bridge(&[ANNA, SHORT, MAIL]);
        b.run();
        assert_eq!(people(&b).len(), 1);
        orders(&mut b, &[ANNA, SHORT, MAIL, IVAN]);
        b.run();
        assert_eq!(people(&b).len(), 2, "only Ivan is new");
        b.ledger.set_seal(None).expect("a ledger");
        b.run();
        assert_eq!(people(&b).len(), 2, "it is asked until somebody answers");
        let asked = b.review(|q| candidate(q, wanted));
        assert_eq!(asked.iter().map(|q| q.kind).collect::<Vec<_>>(), [Kind::Split]);
        let report = b.run();
        assert_eq!(
            (people(&b).len(), report.waiting()),
            (expected, 0),
            "{wanted:?}: {:?}\n{}",
            people(&b),
            report.text()
        );
        assert_eq!(b.review(|_| None).len(), 0);
    }
}

#[test]
fn a_refusal_reaches_whom_a_person_joined() {
    let mut b = bridge(&BOTH);
    b.run();
    b.review(|q| candidate(q, Some(0)));
    b.run();
    assert_eq!(people(&b).len(), 1);
    b.list("stops", &["phone", "+7 903 333 44 55"]);
    b.run();
    assert_eq!(people(&b).len(), 0);
}

#[test]
fn no_choice_is_without_its_consequence() {
    let mut b = bridge(&BOTH);
    b.run();
    for question in b.review(|_| None) {
        let names: Vec<String> = question.choices.iter().map(Choice::name).collect();
        assert_eq!(names, ["1", "none"]);
        assert!(question.choices.iter().all(|c| !c.pairs.is_empty()));
        let shown = format!("{question:?}");
        assert!(!shown.contains("Белова") && !shown.contains("903"), "{shown}");
    }
}

/// Rows 3 to 5 were said to be one person, and row 1 another, whose card they had.
#[test]
fn people_who_were_told_apart_are_not_asked_again_as_a_split() {
    let row = |name: &str, phones: &str, birth: &str| format!("{name}|{phones}||{birth}||");
    let (one, both) = ("8 916 111-22-33", "8 916 111-22-33, 8 916 444-55-66");
    let rows = [
        row("Анна Петрова", one, "1990-01-02"),
        row("Анна", one, "1990-01-02"),
        row("А. Петрова", both, ""),
        row("Анна Петрова", one, ""),
        row("Анна Петрова", one, "1985-03-04"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut b = bridge(&rows[..3]);
    b.run();
    orders(&mut b, &rows);
    b.run();
    let with_last =
        |q: &Question| q.about.rows.iter().chain(q.candidates.iter().flat_map(|c| &c.rows)).any(|p| p.row == Some(6));
    b.review(|q| candidate(q, if with_last(q) { None } else { Some(0) }));
    b.run();
    let before = b.shop("shop");
    b.ledger.set_seal(None).expect("a ledger");
    assert!(!b.run().routes[0].wrote, "twice is once");
    assert_eq!(b.shop("shop"), before);
}
