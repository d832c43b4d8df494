//! From what a plan waits for to questions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Choice, Kind, Likeness, Question, Side, SideCell};
use crate::{
    address::Place,
    change::ClientId,
    config::Config,
    csr::Lists,
    decision::{Decisions, Pair, Party},
    gate::{Closed, Rows},
    identity::Identifying,
    likeness::Verdict,
    name,
    plan::{Plan, PlanKeys, Waits},
    record::values,
    resolve::{RouteKeys, Waiting, Why, person},
    value::PrivateText,
    written::{Written, unmarked},
};

/// So many who it may be are shown: nobody compares more.
const CANDIDATES_MAX: usize = 9;

/// What questions are made of.
pub struct Known<'a> {
    /// The config.
    pub config: &'a Config,
    /// The route's name.
    pub route: &'a str,
    /// What the route sees.
    pub rows: &'a Rows<'a>,
    /// Its clients.
    pub closed: &'a Closed,
    /// What is to change.
    pub plan: &'a Plan,
    /// What the route wrote before.
    pub past: &'a Written,
    /// The keys of its matching.
    pub keys: &'a RouteKeys,
    /// The keys of what waits.
    pub prints: &'a PlanKeys,
    /// What people decided before.
    pub decisions: &'a Decisions,
    /// Questions whose answers were taken back, each with the pairs that followed.
    pub reopened: &'a [(u64, Vec<Pair>)],
    /// Where one of the route's rows stands.
    pub place: &'a dyn Fn(u32) -> Place,
}

/// What is to be decided about a route: about cards that stand first, and the likest first.
#[must_use]
pub fn questions(known: &Known<'_>) -> Vec<Question> {
    let asker = Asker::new(known);
    let mut questions = asker.edits();
    let mut groups: BTreeMap<(Why, u64), Vec<&Waiting>> = BTreeMap::new();
    for waiting in &known.closed.clients.waiting {
        let of_row = asker.people[waiting.row as usize];
        let group = if waiting.why == Why::Undecided { of_row } else { waiting.group };
        groups.entry((waiting.why, group)).or_default().push(waiting);
    }
    for ((why, _), waiting) in groups {
        let rows: Vec<u32> = waiting.iter().map(|w| w.row).collect();
        questions.extend(match why {
            Why::Undecided => asker.undecided(&rows),
            Why::JoinUnexplained => asker.join(&rows, &waiting[0].cards),
            Why::SplitUnexplained => asker.split(&rows, &waiting[0].cards),
            Why::RequiredMissing | Why::NoIdentity => None,
        });
    }
    for (id, pairs) in known.reopened {
        if questions.iter().all(|q| q.id != *id) {
            questions.extend(asker.again(pairs).map(|question| Question { id: *id, ..question }));
        }
    }
    questions.sort_by_cached_key(|q| (q.kind, usize::MAX - q.likeness(), q.id));
    let mut asked: BTreeSet<(Party, Party)> = BTreeSet::new();
    // Two rows that wait for each other are one question.
    questions.retain(|q| {
        let parties: Vec<(Party, Party)> = q.choices.iter().flat_map(|c| &c.pairs).map(ordered).collect();
        let is_new = parties.iter().any(|p| !asked.contains(p));
        asked.extend(parties);
        is_new
    });
    questions.sort_by_cached_key(|q| (q.kind, usize::MAX - q.likeness(), q.about.rows.first().copied(), q.id));
    questions
}

fn ordered(pair: &Pair) -> (Party, Party) {
    (pair.a.min(pair.b), pair.a.max(pair.b))
}

struct Asker<'a> {
    known: &'a Known<'a>,
    identifying: Identifying,
    /// The person of each row, hashed.
    people: Vec<u64>,
    /// The client of each row that has one.
    client_of: HashMap<u32, usize>,
    identities: Lists<u64>,
    rows_of: HashMap<u64, Vec<u32>>,
}

impl<'a> Asker<'a> {
    fn new(known: &'a Known<'a>) -> Self {
        let identifying = Identifying::of(known.config);
        let count = known.rows.len();
        let (mut identities, mut rows_of) = (Lists::with_capacity(count, count), HashMap::<u64, Vec<u32>>::new());
        for row in 0..count as u32 {
            let seen = known.rows.seen(row as usize).cells();
            identifying.each(known.rows.record(row as usize), seen, |value| {
                let identity = known.keys.identity(&value);
                identities.push(identity);
                rows_of.entry(identity).or_default().push(row);
            });
            identities.end();
        }
        let people = (0..count).map(|row| person(known.rows, &identifying, known.keys, row)).collect();
        let clients = known.closed.clients.rows.iter().enumerate();
        let client_of = clients.flat_map(|(client, rows)| rows.iter().map(move |row| (*row, client))).collect();
        Self { known, identifying, people, client_of, identities, rows_of }
    }

    /// A row that may be one of several people: those with whom it shares a value and whom it doesn't contradict.
    fn undecided(&self, rows: &[u32]) -> Option<Question> {
        self.among(rows, &self.sharing(rows))
    }

    /// What was answered and taken back, as far as its rows are still there.
    fn again(&self, pairs: &[Pair]) -> Option<Question> {
        let people = |side: fn(&Pair) -> Party| {
            let wanted: BTreeSet<Party> = pairs.iter().map(side).collect();
            let rows = (0..).zip(&self.people).filter(move |(_, person)| wanted.contains(&Party::Person(**person)));
            rows.map(|(row, _)| row).collect::<BTreeSet<u32>>()
        };
        let rows: Vec<u32> = people(|pair| pair.a).into_iter().collect();
        if rows.is_empty() { None } else { self.among(&rows, &people(|pair| pair.b)) }
    }

    /// Which of some others a row is.
    fn among(&self, rows: &[u32], others: &BTreeSet<u32>) -> Option<Question> {
        let mut sides: BTreeMap<(Option<ClientId>, u64), Vec<u32>> = BTreeMap::new();
        for other in others.iter().copied() {
            let client = self.card(&[other]);
            let person = if client.is_some() { 0 } else { self.people[other as usize] };
            sides.entry((client, person)).or_default().push(other);
        }
        let sides: Vec<(Option<ClientId>, Vec<u32>)> =
            sides.into_iter().map(|((client, _), rows)| (client, rows)).take(CANDIDATES_MAX).collect();
        let pairs = |chosen: Option<usize>| {
            let with = |(i, (_, others)): (usize, &(_, Vec<u32>))| self.between(rows, others, chosen == Some(i));
            sides.iter().enumerate().flat_map(with).collect::<Vec<Pair>>()
        };
        let choices =
            (0..sides.len()).map(Some).chain([None]).map(|chosen| Choice { candidate: chosen, pairs: pairs(chosen) });
        let choices = choices.collect();
        let candidates = sides.into_iter().map(|(card, rows)| self.side(card, &rows)).collect();
        self.question(Kind::Undecided, self.side(self.card(rows), rows), candidates, choices)
    }

    /// The card of some rows, where they have one.
    fn card(&self, rows: &[u32]) -> Option<ClientId> {
        rows.iter().find_map(|row| self.client_of.get(row)).map(|client| self.known.closed.clients.ids[*client])
    }

    /// Rows of others that share a value with these and may be the same person.
    fn sharing(&self, rows: &[u32]) -> BTreeSet<u32> {
        let identities = rows.iter().flat_map(|row| self.identities.get(*row as usize));
        let others = identities.flat_map(|identity| &self.rows_of[identity]).copied();
        let traits = |row: u32| {
            let seen = self.known.rows.seen(row as usize).cells();
            self.identifying.traits(self.known.rows.record(row as usize), seen)
        };
        let (own, person) = (traits(rows[0]), self.people[rows[0] as usize]);
        let is_open = |other: &u32| {
            let of_other = self.people[*other as usize];
            of_other != person
                && !self.known.rows.seen(*other as usize).is_held()
                && self.known.decisions.people(person, of_other).is_none()
                && own.compare(&traits(*other)) != Verdict::Apart
        };
        others.filter(is_open).collect()
    }

    /// Two cards whose rows look like one person by now.
    fn join(&self, rows: &[u32], cards: &[u32]) -> Option<Question> {
        let [one, other] = cards else { return None };
        let (ones, others): (Vec<u32>, Vec<u32>) =
            rows.iter().partition(|row| self.votes(**row, *one) >= self.votes(**row, *other));
        let (of_one, of_other) = (self.known.past.ids[*one as usize], self.known.past.ids[*other as usize]);
        let same = Pair { a: Party::Card(of_one), b: Party::Card(of_other), same: true };
        let mut choices = vec![Choice { candidate: Some(0), pairs: vec![same] }];
        let apart = self.between(&ones, &others, false);
        if !apart.is_empty() {
            choices.push(Choice { candidate: None, pairs: apart });
        }
        let candidates = vec![self.side(Some(of_other), &others)];
        self.question(Kind::Join, self.side(Some(of_one), &ones), candidates, choices)
    }

    /// How many values of a row a card was known by.
    fn votes(&self, row: u32, card: u32) -> usize {
        let of_card = self.known.past.identities.get(card as usize);
        let is_known = |identity: &&u64| of_card.iter().any(|known| unmarked(*known) == **identity);
        self.identities.get(row as usize).iter().filter(is_known).count()
    }

    /// Rows that part from those with which they were one card.
    fn split(&self, rows: &[u32], cards: &[u32]) -> Option<Question> {
        let card = *cards.first()?;
        let id = self.known.past.ids[card as usize];
        let clients = &self.known.closed.clients;
        let owner = clients.cards.iter().position(|of| *of == Some(card))?;
        let others = clients.rows.get(owner).to_vec();
        let choices = vec![
            Choice { candidate: Some(0), pairs: self.between(rows, &others, true) },
            Choice { candidate: None, pairs: self.with_card(rows, id, false) },
        ];
        self.question(Kind::Split, self.side(None, rows), vec![self.side(Some(id), &others)], choices)
    }

    /// People who appeared and may be somebody who vanished.
    fn edits(&self) -> Vec<Question> {
        let items = self.known.plan.items.iter().filter(|item| item.why == Waits::Edit);
        items.filter_map(|item| self.edit(item.row?, &item.cards)).collect()
    }

    fn edit(&self, row: u32, cards: &[ClientId]) -> Option<Question> {
        let client = *self.client_of.get(&row)?;
        let rows = self.known.closed.clients.rows.get(client).to_vec();
        let cards = &cards[..cards.len().min(CANDIDATES_MAX)];
        let pairs = |chosen: Option<usize>| {
            let with = |(i, id): (usize, &ClientId)| self.with_card(&rows, *id, chosen == Some(i));
            cards.iter().enumerate().flat_map(with).collect::<Vec<Pair>>()
        };
        let choices =
            (0..cards.len()).map(Some).chain([None]).map(|chosen| Choice { candidate: chosen, pairs: pairs(chosen) });
        let choices = choices.collect();
        let candidates = cards.iter().map(|id| self.vanished(client, *id)).collect();
        self.question(Kind::Edit, self.side(None, &rows), candidates, choices)
    }

    /// A card that has no rows any more: what stood in it is known as fingerprints alone.
    fn vanished(&self, client: usize, id: ClientId) -> Side {
        let card = self.known.past.find(id);
        let agrees = card.map(|card| self.known.plan.agreement(client, self.known.past, card)).unwrap_or_default();
        let likeness = |agrees| match agrees {
            Some(true) => Likeness::Same,
            Some(false) => Likeness::Different,
            None => Likeness::Silent,
        };
        let cells = agrees.into_iter().map(|agrees| SideCell { likeness: likeness(agrees), values: Vec::new() });
        Side { card: Some(id), rows: Vec::new(), cells: cells.collect() }
    }

    fn question(
        &self,
        kind: Kind,
        mut about: Side,
        mut candidates: Vec<Side>,
        choices: Vec<Choice>,
    ) -> Option<Question> {
        // Of two rows that wait for each other, the one that stands first is asked about.
        if let [other] = candidates.as_mut_slice()
            && about.card.is_none()
            && other.card.is_none()
            && other.rows < about.rows
        {
            std::mem::swap(&mut about, other);
        }
        if candidates.is_empty() || choices.iter().all(|c| c.pairs.is_empty()) {
            return None;
        }
        for cell in candidates.iter_mut().flat_map(|side| side.cells.iter_mut().zip(&about.cells)) {
            let (other, own) = cell;
            if !other.values.is_empty() && !own.values.is_empty() {
                let is_same = other.values.iter().any(|v| own.values.contains(v));
                other.likeness = if is_same { Likeness::Same } else { Likeness::Different };
            }
        }
        let id = self.known.prints.question(kind.name(), choices.iter().flat_map(|c| &c.pairs));
        let columns = self.columns().map(|(name, _)| name.clone()).collect();
        Some(Question { route: self.known.route.to_owned(), id, kind, columns, about, candidates, choices })
    }

    /// The columns of the route that hold values, with their fields.
    fn columns(&self) -> impl Iterator<Item = (&String, crate::set::FieldId)> {
        let columns = self.known.plan.columns();
        columns.names().iter().enumerate().filter_map(|(c, name)| Some((name, columns.field(c)?)))
    }

    fn side(&self, card: Option<ClientId>, rows: &[u32]) -> Side {
        let mut places: Vec<Place> = rows.iter().map(|row| (self.known.place)(*row)).collect();
        places.sort_unstable();
        let cell = |(_, field)| SideCell { likeness: Likeness::Silent, values: self.values(rows, field) };
        Side { card, rows: places, cells: self.columns().map(cell).collect() }
    }

    /// What stands in a field of some rows, each value once.
    fn values(&self, rows: &[u32], field: crate::set::FieldId) -> Vec<PrivateText> {
        let mut found = BTreeSet::new();
        for row in rows {
            if let crate::gate::SeenCell::Value(text) = self.known.rows.cell(*row as usize, field) {
                let text = text.expose();
                if text.contains(name::PART_MARK) {
                    found.insert(PrivateText::new(name::display(text)));
                } else {
                    found.extend(values(text).map(PrivateText::new));
                }
            }
        }
        found.into_iter().collect()
    }

    /// That each of some rows is one person with each of others, or is not.
    fn between(&self, rows: &[u32], others: &[u32], same: bool) -> Vec<Pair> {
        let people = |rows: &[u32]| rows.iter().map(|row| self.people[*row as usize]).collect::<BTreeSet<u64>>();
        let (ones, others) = (people(rows), people(others));
        let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (*one, *other)));
        let pairs = pairs.filter(|(one, other)| one != other);
        pairs.map(|(one, other)| Pair { a: Party::Person(one), b: Party::Person(other), same }).collect()
    }

    fn with_card(&self, rows: &[u32], card: ClientId, same: bool) -> Vec<Pair> {
        let people: BTreeSet<u64> = rows.iter().map(|row| self.people[*row as usize]).collect();
        people.into_iter().map(|person| Pair { a: Party::Person(person), b: Party::Card(card), same }).collect()
    }
}
