//! Laws over histories: refusals only remove and never shrink, order is nothing, twice is once.

use proptest::prelude::*;
use sheetbridge::{
    pipeline::Ask,
    plan::{Reason, Step as Does},
    report::Command,
};

use crate::{
    bridge::{Bridge, cases},
    histories::{CONFIG, Step, Tables, history, whim},
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

fn shops(bridge: &Bridge) -> Vec<crate::bridge::Shop> {
    ROUTES.iter().map(|route| bridge.shop(route)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(200), ..ProptestConfig::default() })]

    #[test]
    fn twice_is_once(days in history(&[0, 0, 1, 1, 2])) {
        live(&days, |bridge, _, lived| {
            let before = shops(bridge);
            bridge.ledger.set_seal(None).expect("a ledger");
            let report = bridge.run();
            for ((after, before), route) in shops(bridge).iter().zip(&before).zip(ROUTES) {
                assert_eq!(after.log, before.log, "{route}\n{lived}");
            }
            assert!(report.routes.iter().all(|r| !r.wrote));
            assert_eq!(report.exit(), 0, "nothing is new\n{lived}");
        });
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

/// The last ten digits: a number without its prefix.
fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 11 { digits[1..].to_owned() } else { digits }
}
