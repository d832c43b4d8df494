//! The plots of the page as numbers: where each bar stands and how long it is. The template draws them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Past, Run, days::Days, run::Waits};
use crate::day::Day;

/// The widest bar of a flow, in units of its drawing.
const FLOW_WIDTH: f64 = 400.0;

/// So many runs are drawn; older ones are in the ledger.
pub(super) const RUNS_MAX: usize = 60;

/// The plot of the runs: its width, and the height above and below its zero line.
const RUNS_WIDTH: f64 = 580.0;
const ABOVE: f64 = 120.0;
const BELOW: f64 = 36.0;

/// The height of the two small plots.
const SMALL: f64 = 56.0;

/// A number of units for a drawing: a tenth is fine enough.
fn units(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "a drawing has some hundred units")]
fn float(n: u64) -> f64 {
    n as f64
}

/// From rows to people to cards, for one destination.
#[derive(Serialize)]
pub(super) struct Flow {
    name: String,
    rows: u64,
    people: u64,
    cards: u64,
    doubles: u64,
    refused: u64,
    waiting: u64,
    /// How long the bars of the three are.
    lengths: [f64; 3],
}

/// The flows of all destinations, in one measure.
pub(super) fn flows(routes: &[&Past]) -> Vec<Flow> {
    let most = routes.iter().flat_map(|r| [r.rows, r.people, r.cards]).max().unwrap_or(0).max(1);
    let length = |n: u64| if n == 0 { 0.0 } else { units(float(n) / float(most) * FLOW_WIDTH).max(2.0) };
    let flow = |r: &&Past| Flow {
        name: r.name.clone(),
        rows: r.rows,
        people: r.people,
        cards: r.cards,
        doubles: r.doubles,
        refused: r.refused,
        waiting: r.held,
        lengths: [r.rows, r.people, r.cards].map(length),
    };
    routes.iter().map(flow).collect()
}

/// What waits since when.
#[derive(Serialize)]
pub(super) struct Waiting {
    lanes: Vec<Lane>,
    ticks: Vec<Tick>,
}

#[derive(Serialize)]
struct Lane {
    place: String,
    code: String,
    title: String,
    n: u64,
    since: Option<String>,
    x: f64,
    width: f64,
}

#[derive(Serialize)]
struct Tick {
    x: f64,
    label: String,
}

/// The lanes of what waits: where, and what by code; the one that waits longest first.
pub(super) fn waiting(
    places: &[(&str, &BTreeMap<String, Waits>)],
    today: Day,
    title: impl Fn(&str) -> String,
) -> Waiting {
    let day = |w: &Waits| w.since.as_deref().and_then(Day::parse_iso);
    let axis = Days::until(today, places.iter().flat_map(|(_, waits)| waits.values().filter_map(day)));
    let at = |day: Day| units(axis.place(day) * RUNS_WIDTH);
    let mut lanes: Vec<Lane> = Vec::new();
    for (place, waits) in places {
        lanes.extend(waits.iter().map(|(code, w)| {
            let x = at(day(w).unwrap_or(today));
            Lane {
                place: (*place).to_owned(),
                code: code.clone(),
                title: title(code),
                n: w.n,
                since: w.since.clone(),
                x,
                width: units(RUNS_WIDTH - x),
            }
        }));
    }
    lanes.sort_by(|a, b| (&a.since, &a.place, &a.code).cmp(&(&b.since, &b.place, &b.code)));
    let ticks = axis.ticks().into_iter().map(|day| Tick { x: at(day), label: day.to_string() }).collect();
    Waiting { lanes, ticks }
}

/// The runs over time.
#[derive(Serialize)]
pub(super) struct Runs {
    bars: Vec<Bar>,
    /// Lines of the scale: where, and how many cards.
    lines: Vec<(f64, u64)>,
    ticks: Vec<Tick>,
    waiting_most: u64,
    took_most: u64,
    step: f64,
}

#[derive(Serialize)]
struct Bar {
    at: String,
    exit: Option<u8>,
    x: f64,
    width: f64,
    created: (u64, f64),
    updated: (u64, f64),
    deleted: (u64, f64),
    waiting: (u64, f64),
    ms: Option<u64>,
    took: f64,
}

/// A drawing of the newest [`RUNS_MAX`] of `runs`. The heights are square roots: the first run makes a thousand cards
/// and the next ones three, and both are to be seen.
pub(super) fn runs(runs: &[&Run]) -> Runs {
    let runs = &runs[runs.len().saturating_sub(RUNS_MAX)..];
    let up = |r: &Run| r.count("create") + r.count("update");
    let most_up = runs.iter().map(|r| up(r)).max().unwrap_or(0).max(1);
    let most_down = runs.iter().map(|r| r.count("delete")).max().unwrap_or(0);
    let scale = (ABOVE / float(most_up).sqrt()).min(BELOW / float(most_down.max(1)).sqrt());
    let height = |n: u64| float(n).sqrt() * scale;
    let waiting_most = runs.iter().map(|r| r.waiting).max().unwrap_or(0);
    let took_most = runs.iter().filter_map(|r| r.ms()).max().unwrap_or(0);
    let share = |n: u64, of: u64| if of == 0 { 0.0 } else { units(float(n) / float(of) * SMALL) };
    let step = RUNS_WIDTH / float(runs.len().max(8) as u64);
    let bar = |(i, run): (usize, &&Run)| {
        let (created, updated, deleted) = (run.count("create"), run.count("update"), run.count("delete"));
        // The root is of both together, so that the sum has the height that the scale says.
        let both = height(created + updated);
        let of_created = if created + updated == 0 { 0.0 } else { both * float(created) / float(created + updated) };
        Bar {
            at: run.at.clone(),
            exit: run.exit,
            x: units(float(i as u64) * step + step * 0.15),
            width: units(step * 0.7),
            created: (created, units(of_created)),
            updated: (updated, units(both - of_created)),
            deleted: (deleted, units(height(deleted))),
            waiting: (run.waiting, share(run.waiting, waiting_most)),
            ms: run.ms(),
            took: run.ms().map_or(0.0, |ms| share(ms, took_most)),
        }
    };
    let bars: Vec<Bar> = runs.iter().enumerate().map(bar).collect();
    let every = runs.len().div_ceil(6).max(1);
    let tick = |(i, run): (usize, &&Run)| Tick {
        x: units(float(i as u64) * step + step / 2.0),
        label: run.at.get(..10).unwrap_or(&run.at).to_owned(),
    };
    let ticks = runs.iter().enumerate().step_by(every).map(tick).collect();
    let lines = round_numbers(most_up).into_iter().map(|n| (units(height(n)), n)).collect();
    Runs { bars, lines, ticks, waiting_most, took_most, step: units(step) }
}

/// Two or three round numbers up to `most`.
fn round_numbers(most: u64) -> Vec<u64> {
    let tens = 10_u64.pow(most.ilog10());
    let top = [5, 2, 1].iter().map(|n| n * tens).find(|n| *n <= most).unwrap_or(tens);
    let mut numbers = vec![top, top / 4, top / 20];
    numbers.retain(|n| *n > 0);
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_round_numbers() {
        for (most, expected) in [(1, &[1][..]), (3, &[2]), (70, &[50, 12, 2]), (1234, &[1000, 250, 50])] {
            assert_eq!(round_numbers(most), expected, "{most}");
        }
    }

    #[test]
    fn bars_are_as_high_as_the_scale_says() {
        let run = |record: &str| serde_json::from_str::<Run>(record).expect("a record");
        let many = run(r#"{"at":"2026-11-01T03:00:00Z","routes":[{"steps":{"create rows":75,"update rows":25}}]}"#);
        let few = run(r#"{"at":"2026-11-02T03:00:00Z","waiting":3,"routes":[{"steps":{"delete absent":25}}]}"#);
        let drawn = runs(&[&many, &few]);
        let first = &drawn.bars[0];
        // 25 removed fill what is below the line, so 100 reach twice as high above it.
        assert_eq!((first.created.1, first.updated.1), (54.0, 18.0));
        assert_eq!(drawn.lines[0], (72.0, 100));
        assert_eq!((drawn.bars[1].deleted.1, drawn.bars[1].waiting.1), (36.0, 56.0));
        assert!(runs(&[]).bars.is_empty());
    }

    #[test]
    fn an_empty_destination_has_no_bar_and_one_card_can_be_seen() {
        let route = |rows, cards| Past { rows, cards, ..Past::default() };
        let drawn = flows(&[&route(100_000, 1), &route(0, 0)]);
        assert_eq!((drawn[0].lengths, drawn[1].lengths), ([400.0, 0.0, 2.0], [0.0; 3]));
    }
}
