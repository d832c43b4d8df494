//! Laws over histories: refusals only remove and never shrink, order is nothing, twice is once; and that all this
//! holds where runs were undone, and ledgers lost and recovered.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sheetbridge::{
    pipeline::Ask,
    plan::{Reason, Step as Does},
    report::Command,
    written::Kept,
};

use crate::{
    bridge::{Bridge, Shop, cases},
    histories::{CONFIG, Deed, Step, Tables, history, history_of_deeds, whim},
};

const ROUTES: [&str; 4] = ["shop", "mailing", "centre", "crm"];

/// A bridge after each day of a history, on which somebody answered most of what was asked.
/// What was lived through is handed over as text, for a failure to show.
fn live(days: &[Vec<Step>], mut each: impl FnMut(&mut Bridge, &mut Tables, &str)) {
    let (mut bridge, mut tables, mut lived) = (Bridge::new(CONFIG), Tables::default(), String::new());
    for steps in days {
        steps.iter().for_each(|step| tables.take(step));
        tables.put(&mut bridge);
        day(&mut bridge);
        lived.extend(["a day\n", &tables.show()]);
        each(&mut bridge, &mut tables, &lived);
    }
}

fn day(bridge: &mut Bridge) {
    bridge.run();
    if bridge.review(whim).iter().any(|q| whim(q).is_some()) {
        bridge.run();
    }
}

/// A bridge after each day of a history and what somebody did on it, and after the runs that followed.
fn live_with_deeds(days: &[(Vec<Step>, Deed)], mut each: impl FnMut(&mut Bridge, &mut Tables, &str)) {
    let (mut bridge, mut tables, mut lived) = (Bridge::new(CONFIG), Tables::default(), String::new());
    for (steps, deed) in days {
        let before = bridge.kept();
        steps.iter().for_each(|step| tables.take(step));
        tables.put(&mut bridge);
        day(&mut bridge);
        lived.extend(["a day\n", &tables.show(), &format!("  {deed:?}\n")]);
        act(&mut bridge, *deed, &before, &lived);
        day(&mut bridge);
        each(&mut bridge, &mut tables, &lived);
    }
}

/// A deed does what its report says at the destinations, and twice is once.
fn act(bridge: &mut Bridge, deed: Deed, before: &BTreeMap<String, Kept>, lived: &str) {
    let older = match deed {
        Deed::Nothing => return,
        Deed::Undo { nth } => return undo(bridge, nth, lived),
        Deed::Lose => BTreeMap::new(),
        Deed::Restore => before.clone(),
    };
    let (decided, stood) = (bridge.ledger.answers().expect("a ledger"), shops(bridge));
    bridge.lose_ledger(&older);
    if matches!(deed, Deed::Restore) {
        decided.iter().for_each(|answer| bridge.ledger.answer(answer).expect("a ledger"));
    }
    bridge.recover();
    let again = bridge.recover();
    assert!(again.asks.is_none() && again.routes.iter().all(|r| !r.was_lost), "{again:?}\n{lived}");
    assert_eq!(shops(bridge), stood, "nothing is sent\n{lived}");
}

fn undo(bridge: &mut Bridge, nth: usize, lived: &str) {
    let stood = shops(bridge);
    let Some(done) = bridge.undo(nth) else { return };
    for ((before, after), route) in stood.iter().zip(shops(bridge)).zip(ROUTES) {
        let gone = before.cards.keys().filter(|id| !after.cards.contains_key(id));
        let said = done.routes.iter().filter(|r| r.name == route).flat_map(|r| &r.goes);
        assert!(gone.eq(said), "{route}\n{lived}");
        assert!(after.cards.iter().all(|(id, card)| before.cards.get(id) == Some(card)), "{route}\n{lived}");
    }
    let again = bridge.undo(nth).map_or(0, |again| if again.of == done.of { again.goes() } else { 0 });
    assert_eq!(again, 0, "twice is once\n{lived}");
}

/// A bridge that lived through all days but the last, and stands before that one.
fn before_the_last(days: &[Vec<Step>]) -> (Bridge, String) {
    let (mut bridge, mut tables, mut lived) = (Bridge::new(CONFIG), Tables::default(), String::new());
    for (day, steps) in days.iter().enumerate() {
        steps.iter().for_each(|step| tables.take(step));
        tables.put(&mut bridge);
        lived.extend(["a day\n", &tables.show()]);
        if day + 1 < days.len() {
            bridge.run();
        }
    }
    (bridge, lived)
}

/// A run of which only a few cards go: the first, or those of some rows.
fn few(bridge: &Bridge, limit: usize, rows: &[usize]) -> Ask {
    let address = |row: &usize| {
        let list = ["orders", "people"][row % 2];
        let len = bridge.lists[list].len();
        (len > 1).then(|| format!("{list}:{}", row / 2 % (len - 1) + 2))
    };
    let only: Vec<String> = rows.iter().filter_map(address).collect();
    let limit = if only.is_empty() { Some(limit) } else { None };
    Ask { guard: 100, limit, only, clock_is_right: true, ..Ask::new(Command::Sync) }
}

/// A run right after another one writes nothing and asks nothing anew.
fn nothing_more(bridge: &mut Bridge, lived: &str) {
    let before = shops(bridge);
    bridge.ledger.set_seal(None).expect("a ledger");
    let report = bridge.run();
    for ((after, before), route) in shops(bridge).iter().zip(&before).zip(ROUTES) {
        assert_eq!(after.log, before.log, "{route}\n{lived}");
    }
    assert!(report.routes.iter().all(|r| !r.wrote));
    assert_eq!(report.exit(), 0, "nothing is new\n{lived}");
}

fn shops(bridge: &Bridge) -> Vec<Shop> {
    ROUTES.iter().map(|route| bridge.shop(route)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(200), ..ProptestConfig::default() })]

    #[test]
    fn twice_is_once(days in history(&[0, 0, 1, 1, 2])) {
        live(&days, |bridge, _, lived| nothing_more(bridge, lived));
    }

    #[test]
    fn the_order_of_rows_is_nothing(days in history(&[0, 0, 1, 1, 2])) {
        let mut straight = Vec::new();
        live(&days, |bridge, _, _| straight.push(shops(bridge)));
        let (mut bridge, mut tables) = (Bridge::new(CONFIG), Tables::default());
        for (steps, expected) in days.iter().zip(straight) {
            steps.iter().for_each(|step| tables.take(step));
            let mut turned = tables.clone();
            turned.reverse();
            turned.put(&mut bridge);
            day(&mut bridge);
            for ((turned, straight), route) in shops(&bridge).iter().zip(&expected).zip(ROUTES) {
                assert_eq!(turned.log, straight.log, "{route}\n{}", tables.show());
            }
        }
    }

    #[test]
    fn refusals_only_remove(days in history(&[0, 0, 1, 1]), refusals in history(&[2])) {
        let mut without = Vec::new();
        live(&days, |bridge, _, _| without.push(shops(bridge)));
        let mut with: Vec<Vec<Step>> = days.clone();
        for (day, more) in with.iter_mut().zip(refusals) {
            day.extend(more);
        }
        let mut day = 0;
        live(&with, |bridge, _, lived| {
            for ((after, before), route) in shops(bridge).iter().zip(&without[day]).zip(ROUTES) {
                for (id, card) in &after.cards {
                    let Some(whole) = before.cards.get(id) else { panic!("{route}: {id} {card:?} came to be by a refusal\n{lived}") };
                    for (column, value) in card {
                        let denied = column.starts_with("may_") && value == "false";
                        let had: Vec<&str> = whole.get(column).map(|v| v.split(", ").collect()).unwrap_or_default();
                        assert!(denied || value.split(", ").all(|v| had.contains(&v)), "{route}: {column} of {id}: {card:?}, not {whole:?}\n{lived}");
                    }
                }
            }
            day += 1;
        });
    }

    #[test]
    fn what_was_refused_stays_refused(days in history(&[0, 0, 1, 1]), stops in history(&[2])) {
        let mut with = days.clone();
        with[0].extend(stops[0].clone());
        let mut refused: Option<Vec<String>> = None;
        live(&with, |bridge, tables, _| {
            // The list of refusals is gone from the second day on; nothing else granted calls anew, since
            // their consent has no date.
            let values = refused.get_or_insert_with(|| {
                let phones = tables.lines(2).into_iter().skip(1).map(|row| row[1].clone());
                phones.filter(|p| p.starts_with("8 916") || p.starts_with("+7")).map(|p| digits(&p)).collect()
            });
            tables.forget_refusals();
            for card in bridge.shop("centre").cards.values() {
                let phones = card.get("phone").map(String::as_str).unwrap_or_default();
                assert!(!values.iter().any(|v| v.len() == 10 && phones.contains(v.as_str())), "{phones} of {values:?}");
            }
        });
    }
}

proptest! {
    // Each case lives through its days once per day.
    #![proptest_config(ProptestConfig { cases: cases(40), ..ProptestConfig::default() })]

    #[test]
    fn a_few_first_and_then_all_is_all(
        days in history(&[0, 0, 1, 1, 2]),
        limit in 0..4_usize,
        rows in proptest::collection::vec(0..24_usize, 0..3),
    ) {
        for last in 1..=days.len() {
            let (mut straight, lived) = before_the_last(&days[..last]);
            straight.run();
            let (mut bridge, _) = before_the_last(&days[..last]);
            let before = shops(&bridge);
            let ask = few(&bridge, limit, &rows);
            let first = match bridge.go(&ask) {
                Ok(first) => first,
                // Nothing is done for a row that is no person's.
                Err(trouble) => {
                    assert_eq!((trouble.code.name(), shops(&bridge)), ("few-no-row", before), "{lived}");
                    continue;
                }
            };
            for (route, shop) in first.routes.iter().zip(shops(&bridge)) {
                let count = |step| route.steps.iter().filter(|((s, _), _)| *s == step).map(|(_, n)| n).sum::<usize>();
                assert!(count(Does::Create) <= ask.limit.unwrap_or(usize::MAX), "{}\n{lived}", route.name);
                let by_refusal = route.steps.iter().filter(|((s, _), _)| *s == Does::Delete);
                assert!(by_refusal.clone().all(|((_, why), _)| *why == Reason::Refused), "{}\n{lived}", route.name);
                if !route.steps.keys().any(|(s, _)| *s == Does::Create) {
                    let known: Vec<_> = before.iter().flat_map(|s| s.cards.keys()).collect();
                    assert!(shop.cards.keys().all(|id| known.contains(&id)), "{}\n{lived}", route.name);
                }
            }
            // What is sealed is complete.
            assert_eq!(bridge.ledger.seal().expect("a ledger").unwrap_or_default(), Vec::<u8>::new());
            if ask.limit.is_none() {
                let once = shops(&bridge);
                bridge.go(&ask).expect("a run");
                assert_eq!(shops(&bridge), once, "twice is once\n{lived}");
            }
            let then = bridge.run();
            for ((few, all), route) in shops(&bridge).iter().zip(shops(&straight)).zip(ROUTES) {
                assert_eq!(few.cards, all.cards, "{route}\n{lived}\n{ask:?}");
            }
            for route in &then.routes {
                let refused = route.steps.get(&(Does::Delete, Reason::Refused));
                assert_eq!(refused, None, "{}: refusals passed before\n{lived}", route.name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(60), ..ProptestConfig::default() })]

    #[test]
    fn twice_is_once_after_an_undo_and_a_recovery(days in history_of_deeds(&[0, 0, 1, 1, 2])) {
        live_with_deeds(&days, |bridge, _, lived| nothing_more(bridge, lived));
    }

    #[test]
    fn the_order_of_rows_is_nothing_to_an_undo_and_a_recovery(days in history_of_deeds(&[0, 0, 1, 1, 2])) {
        let mut straight = Vec::new();
        live_with_deeds(&days, |bridge, _, _| straight.push((shops(bridge), bridge.kept())));
        let (mut bridge, mut tables, mut straight) = (Bridge::new(CONFIG), Tables::default(), straight.into_iter());
        for (steps, deed) in &days {
            let before = bridge.kept();
            steps.iter().for_each(|step| tables.take(step));
            let mut turned = tables.clone();
            turned.reverse();
            turned.put(&mut bridge);
            day(&mut bridge);
            act(&mut bridge, *deed, &before, "turned");
            day(&mut bridge);
            let (expected, kept) = straight.next().expect("as many days");
            for ((turned, straight), route) in shops(&bridge).iter().zip(&expected).zip(ROUTES) {
                assert_eq!(turned.log, straight.log, "{route}\n{}", tables.show());
            }
            assert!(bridge.kept() == kept, "what is remembered\n{}", tables.show());
        }
    }

    #[test]
    fn what_was_refused_stays_refused_through_undo_and_recovery(
        days in history_of_deeds(&[0, 0, 1, 1]),
        stops in history(&[2]),
    ) {
        let mut with = days.clone();
        with[0].0.extend(stops[0].clone());
        let mut refused: Option<Vec<String>> = None;
        live_with_deeds(&with, |bridge, tables, lived| {
            let values = refused.get_or_insert_with(|| {
                let phones = tables.lines(2).into_iter().skip(1).map(|row| digits(&row[1]));
                phones.filter(|p| p.len() == 10).collect()
            });
            tables.forget_refusals();
            for card in bridge.shop("centre").cards.values() {
                let phones = card.get("phone").map(String::as_str).unwrap_or_default();
                assert!(!values.iter().any(|v| phones.contains(v.as_str())), "{phones} of {values:?}\n{lived}");
            }
        });
    }
}

/// The last ten digits: a number without its prefix.
fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 11 { digits[1..].to_owned() } else { digits }
}
