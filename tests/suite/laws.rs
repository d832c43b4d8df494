//! Laws over histories: refusals only remove and never shrink, order is nothing, twice is once.

use proptest::prelude::*;

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

/// The last ten digits: a number without its prefix.
fn digits(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 11 { digits[1..].to_owned() } else { digits }
}
