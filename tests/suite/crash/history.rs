//! Random histories of four lists, and what must be true of their destinations whatever the program does.

use std::collections::{BTreeMap, BTreeSet};

use sheetbridge::day::Day;

use super::world::Lists;
use crate::bridge::day;

/// The routes of these lists: two tables and two files, one of each with more than one purpose.
pub(super) const CONFIG: &str = r#"
    [purposes.orders]
    title = "Deliver"
    basis = "contract"
    needs = ["name", "phone", "email", "address", "done"]
    required = ["phone"]
    keep = { for = "1 year", after = "done" }
    channels = ["call"]
    [purposes.newsletter]
    title = "Write"
    basis = "consent"
    needs = ["name", "email"]
    required = ["email"]
    keep = "until withdrawn"
    [purposes.calls]
    title = "Call"
    basis = "consent"
    needs = ["name", "phone"]
    required = ["phone"]
    keep = "until withdrawn"
    channels = ["call", "sms"]
    compatible_with = { orders = "who orders is called about it" }
    [sources.orders]
    path = "orders.csv"
    dated = "day"
    purposes = ["orders"]
    columns = { name = "name", phone = "phone", email = "email", address = "address", done = "done" }
    [sources.subscribers]
    path = "subscribers.csv"
    columns = { name = "name", email = "email", phone = "phone" }
    [sources.subscribers.consent.newsletter]
    given = "agreed"
    date = "on"
    withdrawn = "left"
    [sources.callees]
    path = "callees.csv"
    columns = { name = "name", phone = "phone" }
    [sources.callees.consent.calls]
    given = "agreed"
    [sources.stops]
    path = "stops.csv"
    dated = "when"
    refuses = "all"
    columns = { name = "name", email = "email", phone = "phone" }
    [destinations.shop]
    path = "shop.db"
    purposes = ["orders"]
    [destinations.mailing]
    path = "mailing.csv"
    purposes = ["newsletter"]
    [destinations.centre]
    path = "centre.db"
    mode = "upsert"
    purposes = ["calls"]
    [destinations.all]
    path = "all.xlsx"
    purposes = ["orders", "calls"]
"#;

/// Dice that give the same throws for the same seed (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(1))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// Once in `n` throws.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { Some(&of[self.below(of.len())]) }
    }
}

/// People whom nobody takes for one another.
const NAMES: [&str; 14] = [
    "Анна Петрова",
    "Иван Котов",
    "Ольга Белозёрова",
    "Пётр Серебряков",
    "Яна Лисицына",
    "Юрий Дымковский",
    "Rachel Harris",
    "Thomas Woodbridge",
    "Лидия Архангельская",
    "Фёдор Зимин",
    "Jessica Brookshaw",
    "Глеб Овсянников",
    "Marc Delacroix",
    "Нина Тургенева",
];

/// What the people behind the lists did.
#[derive(Clone)]
pub(super) struct History {
    today: Day,
    pub(super) unread: BTreeSet<&'static str>,
    people: Vec<Person>,
    orders: Vec<Row>,
    subscribers: Vec<Row>,
    callees: Vec<Row>,
    stops: Vec<Row>,
    streets: usize,
    /// People share phones and take over others': whoever is who, nothing below is claimed of them.
    is_tangled: bool,
    /// People of whom something like a no, or an edit of what identifies them, was ever seen.
    clouded: BTreeSet<usize>,
    /// By person and purpose, the day of a plain refusal that a run has seen.
    refused: BTreeMap<(usize, &'static str), Day>,
}

#[derive(Clone)]
struct Person {
    name: &'static str,
    email: String,
    phone: String,
}

#[derive(Clone)]
struct Row {
    person: usize,
    /// The other columns of the list, by their order.
    cells: Vec<String>,
    is_broken: bool,
}

impl History {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let people = NAMES.iter().enumerate().map(|(i, name)| Person {
            name,
            email: format!("person{i}@example.com"),
            phone: format!("+7916555{:04}", 1000 + i * 37),
        });
        let mut history = Self {
            today: day("2026-03-01"),
            unread: BTreeSet::new(),
            people: people.collect(),
            orders: Vec::new(),
            subscribers: Vec::new(),
            callees: Vec::new(),
            stops: Vec::new(),
            streets: 0,
            is_tangled: dice.once_in(3),
            clouded: BTreeSet::new(),
            refused: BTreeMap::new(),
        };
        for _ in 0..4 + dice.below(8) {
            history.arrive(dice);
        }
        history
    }

    /// A few days pass, and a few things happen.
    pub(super) fn turn(&mut self, dice: &mut Dice) {
        self.today = Day(self.today.0 + [0, 0, 1, 3, 8, 40, 200][dice.below(7)]);
        self.unread.clear();
        for _ in 0..=dice.below(6) {
            self.happen(dice);
        }
    }

    fn happen(&mut self, dice: &mut Dice) {
        match dice.below(20) {
            0..=4 => self.arrive(dice),
            5..=7 => self.leave(dice),
            8 => self.move_house(dice),
            9 => self.finish_order(dice),
            10 | 11 => self.turn_consent(dice),
            12 => self.withdraw(dice),
            13 => self.stop(dice),
            14 => _ = self.stops.pop(),
            15 => self.sort(dice),
            16 => self.change_contact(dice),
            17 => self.break_phone(dice),
            18 => _ = dice.pick(&["orders", "subscribers", "stops"]).map(|list| self.unread.insert(list)),
            _ if self.is_tangled => self.share_phone(dice),
            _ => self.arrive(dice),
        }
    }

    fn arrive(&mut self, dice: &mut Dice) {
        let person = dice.below(self.people.len());
        let ago = |days: usize| Day(self.today.0 - i32::try_from(days).expect("few")).to_string();
        let (list, cells) = match dice.below(4) {
            0 | 1 => {
                self.streets += 1;
                let done = if dice.once_in(2) { ago(dice.below(400)) } else { String::new() };
                (&mut self.orders, vec![format!("Тула, Садовая ул., {}", self.streets), done, ago(dice.below(30))])
            }
            2 => (&mut self.subscribers, vec!["да".into(), ago(dice.below(60)), String::new()]),
            _ => (&mut self.callees, vec!["да".into()]),
        };
        list.push(Row { person, cells, is_broken: false });
    }

    fn any_list(&mut self, dice: &mut Dice) -> &mut Vec<Row> {
        match dice.below(3) {
            0 => &mut self.orders,
            1 => &mut self.subscribers,
            _ => &mut self.callees,
        }
    }

    fn leave(&mut self, dice: &mut Dice) {
        let list = self.any_list(dice);
        if !list.is_empty() {
            list.remove(dice.below(list.len()));
        }
    }

    fn move_house(&mut self, dice: &mut Dice) {
        self.streets += 1;
        let row = dice.below(self.orders.len());
        if let Some(order) = self.orders.get_mut(row) {
            order.cells[0] = format!("Псков, Речная ул., {}", self.streets);
        }
    }

    fn finish_order(&mut self, dice: &mut Dice) {
        let row = dice.below(self.orders.len());
        if let Some(order) = self.orders.get_mut(row) {
            order.cells[1] = self.today.to_string();
        }
    }

    /// A yes becomes a no, a no a new yes.
    fn turn_consent(&mut self, dice: &mut Dice) {
        let today = self.today.to_string();
        let dated = dice.once_in(2);
        let list = if dated { &mut self.subscribers } else { &mut self.callees };
        let row = dice.below(list.len());
        let Some(row) = list.get_mut(row) else { return };
        self.clouded.insert(row.person);
        let turns_to_no = row.cells[0] == "да";
        row.cells[0] = if turns_to_no { "нет" } else { "да" }.into();
        if dated && (!turns_to_no || dice.once_in(2)) {
            row.cells[1] = today;
        }
    }

    fn withdraw(&mut self, dice: &mut Dice) {
        let row = dice.below(self.subscribers.len());
        let Some(row) = self.subscribers.get_mut(row) else { return };
        self.clouded.insert(row.person);
        row.cells[2] = if dice.once_in(2) { self.today.to_string() } else { "да".into() };
    }

    fn stop(&mut self, dice: &mut Dice) {
        let person = dice.below(self.people.len());
        self.clouded.insert(person);
        let by = if dice.once_in(2) { "email" } else { "phone" };
        let when = if dice.once_in(2) { self.today.to_string() } else { String::new() };
        self.stops.push(Row { person, cells: vec![by.into(), when], is_broken: false });
    }

    fn sort(&mut self, dice: &mut Dice) {
        let key = dice.next();
        let list = self.any_list(dice);
        list.sort_by_cached_key(|row| (row.person as u64).wrapping_mul(key | 1));
    }

    fn change_contact(&mut self, dice: &mut Dice) {
        let person = dice.below(self.people.len());
        self.clouded.insert(person);
        // A refusal names a value; nothing but their name says who has the new one.
        self.refused.retain(|(who, _), _| *who != person);
        let new = dice.below(9000);
        let who = &mut self.people[person];
        if dice.once_in(2) {
            who.email = format!("moved{new}@example.com");
        } else {
            who.phone = format!("+7916777{:04}", 1000 + new);
        }
    }

    /// The rows of one list keep what they had: from then on the person has two phones.
    fn break_phone(&mut self, dice: &mut Dice) {
        let row = dice.below(self.orders.len());
        let Some(row) = self.orders.get_mut(row) else { return };
        self.clouded.insert(row.person);
        row.is_broken = !row.is_broken;
    }

    fn share_phone(&mut self, dice: &mut Dice) {
        let (one, other) = (dice.below(self.people.len()), dice.below(self.people.len()));
        self.people[one].phone = self.people[other].phone.clone();
    }

    /// The lists as their owners keep them, each with its header.
    pub(super) fn lists(&self) -> Lists {
        let who = |row: &Row| &self.people[row.person];
        let phone = |row: &Row| if row.is_broken { "916-55".to_owned() } else { who(row).phone.clone() };
        let order = |r: &Row| vec![who(r).name.to_owned(), phone(r), who(r).email.clone()];
        let subscriber = |r: &Row| vec![who(r).name.to_owned(), who(r).email.clone(), who(r).phone.clone()];
        let callee = |r: &Row| vec![who(r).name.to_owned(), who(r).phone.clone()];
        let stop = |r: &Row| match r.cells[0].as_str() {
            "email" => vec![String::new(), who(r).email.clone(), String::new()],
            _ => vec![String::new(), String::new(), who(r).phone.clone()],
        };
        let list = |header: &str, rows: &[Row], first: &dyn Fn(&Row) -> Vec<String>, skip: usize| {
            let header = header.split('|').map(str::to_owned).collect();
            let rows = rows.iter().map(|r| first(r).into_iter().chain(r.cells.iter().skip(skip).cloned()).collect());
            std::iter::once(header).chain(rows).collect()
        };
        let rows = BTreeMap::from([
            ("orders", list("name|phone|email|address|done|day", &self.orders, &order, 0)),
            ("subscribers", list("name|email|phone|agreed|on|left", &self.subscribers, &subscriber, 0)),
            ("callees", list("name|phone|agreed", &self.callees, &callee, 0)),
            ("stops", list("name|email|phone|when", &self.stops, &stop, 1)),
        ]);
        Lists { rows, unread: self.unread.clone(), today: self.today }
    }

    /// A run has seen the lists: what they refuse is remembered from now on.
    pub(super) fn seen(&mut self) {
        let mut refuse = |person, purpose, said: &str| {
            let known = self.refused.entry((person, purpose));
            // What has no date counts from the day on which it was first seen.
            match Day::parse_iso(said) {
                Some(day) => known.and_modify(|known| *known = day.max(*known)).or_insert(day),
                None => known.or_insert(self.today),
            };
        };
        if !self.unread.contains("subscribers") {
            for row in self.subscribers.iter().filter(|r| !r.cells[2].is_empty()) {
                refuse(row.person, "newsletter", &row.cells[2]);
            }
        }
        if !self.unread.contains("stops") {
            // No more is claimed than what the value itself says: whom it links to depends on other rows.
            for row in &self.stops {
                let purpose = if row.cells[0] == "email" { "newsletter" } else { "calls" };
                refuse(row.person, purpose, &row.cells[1]);
            }
        }
    }

    /// Whether every refusal in the lists says when.
    pub(super) fn is_dated(&self) -> bool {
        let says = |cell: &String| cell.is_empty() || Day::parse_iso(cell).is_some();
        self.stops.iter().all(|r| !r.cells[1].is_empty()) && self.subscribers.iter().all(|r| says(&r.cells[2]))
    }

    /// Whether a person may not be mailed or called: refused, and no later yes in the lists.
    fn is_refused(&self, person: usize, purpose: &str) -> bool {
        let Some((_, day)) = self.refused.iter().find(|((p, q), _)| (*p, *q) == (person, purpose)) else {
            return false;
        };
        let frees = |r: &&Row| r.person == person && Day::parse_iso(&r.cells[1]).is_some_and(|d| d > *day);
        purpose == "calls" || !self.subscribers.iter().any(|r| frees(&r))
    }

    /// What the cards of a route must not and must have; `complete` when nothing held anybody back.
    pub(super) fn judge(&self, route: &str, cards: &[&BTreeMap<String, String>], complete: bool) {
        if self.is_tangled {
            return;
        }
        let column = if route == "mailing" { "email" } else { "phone" };
        let mut values: Vec<&String> = cards.iter().filter_map(|c| c.get(column)).collect();
        values.sort_unstable();
        assert!(values.windows(2).all(|pair| pair[0] != pair[1]), "{route}: nobody twice: {values:?}");
        for (i, person) in self.people.iter().enumerate() {
            let value = if route == "mailing" { &person.email } else { &person.phone };
            let card = cards.iter().find(|c| c.get(column) == Some(value));
            match route {
                "mailing" => assert!(!self.is_refused(i, "newsletter") || card.is_none(), "{value} refused mail"),
                "centre" => assert!(!self.is_refused(i, "calls") || card.is_none(), "{value} refused calls"),
                "all" if self.is_refused(i, "calls") => {
                    let flag = |name: &str| card.and_then(|c| c.get(name)).map(String::as_str);
                    assert!(
                        flag("may_call_calls") != Some("true") && flag("may_sms_calls") != Some("true"),
                        "{card:?}"
                    );
                }
                _ => {}
            }
            if complete && !self.clouded.contains(&i) && self.must_stand(i, route) {
                assert!(card.is_some(), "{route}: {} is lost", person.name);
            }
        }
    }

    fn must_stand(&self, person: usize, route: &str) -> bool {
        // A day off either end of the term, to claim nothing about the day itself.
        let lives = |r: &Row| Day::parse_iso(&r.cells[1]).is_none_or(|done| self.today.0 - done.0 < 364);
        let ordered = self.orders.iter().any(|r| r.person == person && lives(r));
        let called = self.callees.iter().any(|r| r.person == person && r.cells[0] == "да");
        match route {
            "shop" => ordered,
            "centre" => called,
            "all" => ordered || called,
            _ => self.subscribers.iter().any(|r| r.person == person && r.cells[0] == "да"),
        }
    }
}
