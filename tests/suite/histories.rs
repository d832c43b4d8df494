//! Random histories of small, colliding lists: the worlds in which the laws are tried.

use proptest::prelude::*;
use sheetbridge::review::Question;

use crate::bridge::Bridge;

/// Two lists that grant, one that refuses, and routes for one purpose each and for two together.
pub(crate) const CONFIG: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone", "address"]
    required = ["phone"]
    keep = { for = "3 years", after = "done" }
    channels = ["call"]
    compatible_with = { newsletter = "one card, asked and answered" }
    [purposes.newsletter]
    title = "Write"
    basis = "consent"
    needs = ["name", "email"]
    keep = "until withdrawn"
    channels = ["email"]
    [purposes.calls]
    title = "Call"
    basis = "consent"
    needs = ["name", "phone", "birth"]
    keep = "until withdrawn"
    [sources.orders]
    path = "orders.csv"
    key = "no"
    dated = "day"
    purposes = ["orders"]
    columns = { name = "name", phone = "phone", email = "email", birth = "birth", address = "address", done = "done" }
    [sources.orders.consent.calls]
    given = "calls"
    [sources.people]
    path = "people.csv"
    key = "no"
    columns = { name = "name", phone = "phone", email = "email", birth = "birth" }
    [sources.people.consent.newsletter]
    given = "agreed"
    date = "day"
    withdrawn = "left"
    [sources.people.consent.calls]
    given = "calls"
    [sources.stops]
    path = "stops.csv"
    dated = "day"
    refuses = "all"
    columns = { name = "name", phone = "phone", email = "email" }
    [destinations.shop]
    path = "shop.db"
    purposes = ["orders"]
    [destinations.mailing]
    path = "mailing.db"
    purposes = ["newsletter"]
    mode = "upsert"
    [destinations.centre]
    path = "centre.db"
    purposes = ["calls"]
    [destinations.crm]
    path = "crm.db"
    purposes = ["orders", "newsletter"]
    mode = "upsert"
"#;

pub(crate) const LISTS: [(&str, &str); 3] = [
    ("orders", "no|name|phone|email|birth|address|done|day|calls"),
    ("people", "no|name|phone|email|birth|agreed|day|left|calls"),
    ("stops", "name|phone|email|day"),
];

/// The values that a column draws from: few, so that rows collide; some bad, some blank.
fn pool(column: &str) -> &'static [&'static str] {
    match column {
        "name" => &["Анна Петрова", "Петрова Анна", "А. Петрова", "Иван Котов", "Анна", "", "Пётр Серов", "???9"],
        "phone" => &[
            "8 916 111-22-33",
            "+7 (916) 111-22-33",
            "8 916 444-55-66",
            "8 916 777-88-99",
            "8 9l6 111-22-33",
            "8 916 111-22-33, 8 916 444-55-66",
            "",
        ],
        "email" => {
            &["anna@example.com", "ANNA@example.com", "ivan@example.com", "info@firm.example", "anna@gmail,com", ""]
        }
        "birth" => &["1990-01-02", "1985-03-04", "", "", "02.1990"],
        "address" => &["Тула", "Омск", "", "#REF!"],
        "done" => &["", "2026-01-01", "2020-01-01", "31.02.2024"],
        "day" => &["2026-01-01", "2026-02-01", "2026-03-01", ""],
        "agreed" | "calls" => &["да", "да", "да", "нет", "", "может быть"],
        "left" => &["", "", "", "", "", "2026-02-01", "да"],
        _ => &[""],
    }
}

/// A step from one day to the next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Add { list: usize, cells: Vec<usize> },
    Edit { list: usize, row: usize, column: usize, value: usize },
    Remove { list: usize, row: usize },
    Sort { list: usize, by: usize },
}

fn cells(list: usize) -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(0..840_usize, LISTS[list].1.split('|').count())
}

fn step(lists: &'static [usize]) -> impl Strategy<Value = Step> {
    let list = proptest::sample::select(lists);
    prop_oneof![
        3 => list.clone().prop_flat_map(|list| cells(list).prop_map(move |cells| Step::Add { list, cells })),
        6 => (list.clone(), 0..12_usize, 0..9_usize, 0..840_usize)
            .prop_map(|(list, row, column, value)| Step::Edit { list, row, column, value }),
        1 => (list.clone(), 0..12_usize).prop_map(|(list, row)| Step::Remove { list, row }),
        1 => (list, 0..9_usize).prop_map(|(list, by)| Step::Sort { list, by }),
    ]
}

/// Some days of some steps each. The first day makes the lists.
pub(crate) fn history(lists: &'static [usize]) -> impl Strategy<Value = Vec<Vec<Step>>> {
    let first = proptest::sample::select(lists)
        .prop_flat_map(|list| cells(list).prop_map(move |cells| Step::Add { list, cells }));
    let first = proptest::collection::vec(first, 2..10);
    let later = proptest::collection::vec(proptest::collection::vec(step(lists), 1..4), 1..4);
    (first, later).prop_map(|(first, later)| std::iter::once(first).chain(later).collect())
}

/// What somebody does once the runs of a day are over.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Nothing,
    /// Undoes the run that bore cards as the `nth`.
    Undo {
        nth: usize,
    },
    /// Loses the ledger, and recovers.
    Lose,
    /// Puts the ledger of the day before in its place, and recovers.
    Restore,
}

/// A history, and after each of its days a deed.
pub(crate) fn history_of_deeds(lists: &'static [usize]) -> impl Strategy<Value = Vec<(Vec<Step>, Deed)>> {
    let deed = prop_oneof![
        1 => Just(Deed::Nothing),
        3 => (0..4_usize).prop_map(|nth| Deed::Undo { nth }),
        1 => Just(Deed::Lose),
        1 => Just(Deed::Restore),
    ];
    (history(lists), proptest::collection::vec(deed, 4)).prop_map(|(days, deeds)| days.into_iter().zip(deeds).collect())
}

/// What somebody answers: three questions in four, by what is asked alone.
pub(crate) fn whim(question: &Question) -> Option<usize> {
    (!question.id.is_multiple_of(4)).then_some((question.id / 4) as usize)
}

/// The lists as they are on a day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    rows: [Vec<Vec<String>>; 3],
    added: [usize; 3],
}

impl Tables {
    pub(crate) fn take(&mut self, step: &Step) {
        match step {
            Step::Add { list, cells } => {
                self.added[*list] += 1;
                let number = self.added[*list].to_string();
                let columns = LISTS[*list].1.split('|').zip(cells);
                let row = columns.map(|(column, cell)| {
                    let pool = pool(column);
                    if column == "no" { number.clone() } else { pool[cell % pool.len()].to_owned() }
                });
                self.rows[*list].push(row.collect());
            }
            Step::Edit { list, row, column, value } => {
                let names: Vec<&str> = LISTS[*list].1.split('|').collect();
                let column = column % names.len();
                let rows = &mut self.rows[*list];
                if !rows.is_empty() && names[column] != "no" {
                    let (row, pool) = (row % rows.len(), pool(names[column]));
                    pool[value % pool.len()].clone_into(&mut rows[row][column]);
                }
            }
            Step::Remove { list, row } => {
                let rows = &mut self.rows[*list];
                if !rows.is_empty() {
                    rows.remove(row % rows.len());
                }
            }
            Step::Sort { list, by } => {
                let width = LISTS[*list].1.split('|').count();
                self.rows[*list].sort_by(|a, b| a[by % width].cmp(&b[by % width]));
            }
        }
    }

    /// The rows of a list, header first.
    pub(crate) fn lines(&self, list: usize) -> Vec<Vec<String>> {
        let header = LISTS[list].1.split('|').map(str::to_owned).collect();
        std::iter::once(header).chain(self.rows[list].iter().cloned()).collect()
    }

    /// All lists as text, for a failure to show.
    pub(crate) fn show(&self) -> String {
        let list = |i: usize| {
            let rows: Vec<String> = self.lines(i).iter().map(|row| row.join("|")).collect();
            format!("  {}\n    {}\n", LISTS[i].0, rows.join("\n    "))
        };
        (0..LISTS.len()).map(list).collect()
    }

    pub(crate) fn forget_refusals(&mut self) {
        self.rows[2].clear();
    }

    pub(crate) fn reverse(&mut self) {
        self.rows.iter_mut().for_each(|rows| rows.reverse());
    }

    pub(crate) fn put(&self, bridge: &mut Bridge) {
        for (i, (name, _)) in LISTS.iter().enumerate() {
            bridge.lists.insert((*name).to_owned(), self.lines(i));
        }
    }
}
