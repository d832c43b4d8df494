//! `why`: why somebody is at a destination, or isn't. An answer is made of what a plan was made of, when it is
//! asked for, and holds places, ids, days and codes, no value. It is the operator's: it speaks of sources that
//! the route doesn't see.

mod json;
mod question;
mod row;
mod text;

use std::collections::BTreeSet;

use question::Question;

use crate::{
    address::{Place, SheetInfo},
    change::ClientId,
    config::Config,
    day::Day,
    finding::Trouble,
    gate::{Closed, Rows},
    keys::{Hasher, Keys},
    plan::{Approved, Back, Reason, Step, Waits},
    pull::Outcome,
    record::{Lapse, Records, RowId, State},
    resolve::RouteKeys,
    rights::{Cause, Memory, Reached, Tracing},
    set::{FieldId, PurposeId},
    value::Shape,
    written::{Index, Written},
};

/// So many rows are answered for; the rest are counted.
const ROWS_MAX: usize = 20;

/// Everything that an answer is made of.
pub(crate) struct Known<'a> {
    pub(crate) config: &'a Config,
    pub(crate) route: usize,
    pub(crate) today: Day,
    pub(crate) sheets: &'a [SheetInfo],
    pub(crate) sources: &'a [Outcome],
    pub(crate) records: &'a Records,
    pub(crate) reached: &'a Reached,
    pub(crate) memory: &'a Memory,
    pub(crate) rows: &'a Rows<'a>,
    pub(crate) closed: &'a Closed,
    pub(crate) approved: &'a Approved,
    pub(crate) past: &'a Written,
    pub(crate) keys: &'a Keys,
    pub(crate) refusals: &'a Hasher,
}

/// Why somebody is at a destination, or isn't.
#[derive(Debug)]
pub struct Answer {
    /// What was typed, as a shape: it may be a person's name.
    pub shape: Shape,
    /// As what it was understood.
    pub asked: Asked,
    /// The rows that are meant.
    pub rows: Vec<RowAnswer>,
    /// How many more there are.
    pub more: usize,
    /// Cards that are known by the value and have none of these rows.
    pub cards: Vec<CardAnswer>,
    /// Refusals that are remembered of the value itself.
    pub remembered: Vec<(PurposeId, Cause, Day)>,
    /// Cells that could not be read, and may hold the value as far as they are legible.
    pub legible: Vec<Place>,
    /// Other cells of the same fields that could not be read.
    pub unreadable: Vec<Place>,
    /// Sources that were not read.
    pub unread: Vec<String>,
    /// Where it was looked for: sheets and rows.
    pub looked: (usize, usize),
}

/// As what a question was understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// A row at an address.
    Row,
    /// A card.
    Card,
    /// A value of these fields, or a key of a list.
    Value(Vec<String>),
}

/// What there is to say of a card whose rows are not among those that are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CardAnswer {
    /// The card.
    pub id: ClientId,
    /// What happens to it next.
    pub next: Next,
}

/// What happens to a card at the next sync.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Next {
    /// What.
    pub step: Step,
    /// Why.
    pub why: Reason,
    /// What keeps it back.
    pub back: Back,
}

/// What there is to say of one row.
#[derive(Debug)]
pub struct RowAnswer {
    /// The row.
    pub place: Place,
    /// The route's purposes that its source may serve, one by one.
    pub purposes: Vec<PurposeAnswer>,
    /// Purposes that its source serves and the route doesn't have.
    pub elsewhere: Vec<PurposeId>,
    /// What became of it.
    pub fate: Fate,
    /// Its cells, as far as the route may see them.
    pub cells: Vec<CellAnswer>,
}

/// What became of a row.
#[derive(Debug)]
pub enum Fate {
    /// It is an entry in a list of refusals.
    Refusal,
    /// The route doesn't see it.
    Unseen,
    /// It waits for a person.
    Waits {
        /// Why.
        why: Waits,
        /// The cards that it may belong to.
        cards: Vec<ClientId>,
        /// Rows from which it can't be told apart.
        with: Vec<Place>,
    },
    /// It is a client.
    Client {
        /// Its id.
        id: ClientId,
        /// The other rows of the same client.
        others: Vec<Place>,
        /// What happens to it next.
        next: Next,
    },
}

/// What stands between a row and a purpose, or behind it.
#[derive(Debug)]
pub struct PurposeAnswer {
    /// The purpose.
    pub purpose: PurposeId,
    /// What grants it, or why nothing does.
    pub ground: Ground,
    /// Required fields that the row lacks, each with its cell, where there is one.
    pub missing: Vec<(FieldId, Place)>,
    /// A refusal of the row's person.
    pub refusal: Option<RefusalAnswer>,
    /// Fields whose value is refused, whoever has it.
    pub blocked: Vec<FieldId>,
}

/// What grants a purpose to a row, or why nothing does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ground {
    /// A basis that the config declares for the source.
    Declared {
        /// The day from which it holds, if there is one.
        since: Day,
        /// The last day.
        until: Day,
    },
    /// A yes in a cell.
    Consent {
        /// The cell.
        cell: Place,
        /// Its day, if there is one.
        on: Day,
        /// The last day.
        until: Day,
    },
    /// Nothing, or nothing any more.
    Lapsed {
        /// Why.
        why: Lapse,
        /// The cell that says so.
        cell: Option<Place>,
        /// The last day on which it held, where its term is over.
        until: Day,
    },
    /// A date that decides can't be read.
    Unsure {
        /// Where it stands.
        cell: Option<Place>,
    },
}

/// A refusal of a row's person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RefusalAnswer {
    /// Its day.
    pub day: Day,
    /// Where it was said: the row's own cell, another row, or nowhere that is read today.
    pub place: Option<Place>,
    /// What is remembered, where nothing says it today.
    pub remembered: Option<Cause>,
    /// Whether the row's own yes turned into a no.
    pub turned: bool,
    /// The field whose value is the same here and there.
    pub by: Option<FieldId>,
    /// The row through which it came.
    pub through: Option<Place>,
    /// Whether a later grant frees this row of it.
    pub freed: bool,
}

/// What became of a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellAnswer {
    /// The field.
    pub field: FieldId,
    /// The cell.
    pub place: Place,
    /// What became of it.
    pub state: CellState,
}

/// What became of the value of a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CellState {
    /// It stands on the card.
    Stands,
    /// The same value stands, from this cell.
    Same(Place),
    /// Another value stands, from this cell.
    Lost(Place),
    /// A refusal took it.
    Refused,
    /// No purpose of the route carries it.
    Taken,
    /// It can't be read.
    Unreadable,
}

/// Answers what somebody typed.
pub(crate) fn answer(text: &str, known: &Known<'_>) -> Result<Answer, Trouble> {
    let question = Question::read(text, known)?;
    let rows = question.rows(text, known);
    let place = |row: RowId| known.records.place(row, None);
    let legible: BTreeSet<Place> = question::legible(&question, known)
        .into_iter()
        .map(|(row, field)| known.records.place(row, Some(field)))
        .collect();
    let mut places = rows.clone();
    places.sort_by_key(|row| place(*row));
    let unread = known.sources.iter().filter(|s| s.trouble.is_some());
    Ok(Answer {
        shape: Shape::of(text.trim()),
        asked: match &question {
            Question::Rows(_) => Asked::Row,
            Question::Card(_) => Asked::Card,
            Question::Value(_) => {
                let names = question::fields(&question).iter();
                Asked::Value(names.map(|field| known.config.field(field).name.clone()).collect())
            }
        },
        more: places.len().saturating_sub(ROWS_MAX),
        cards: cards(&question, &rows, known),
        remembered: remembered(&question, known),
        unreadable: if rows.is_empty() { unreadable(&question, &legible, known) } else { Vec::new() },
        legible: legible.into_iter().collect(),
        rows: places.into_iter().take(ROWS_MAX).map(|row| row::answer(row, known)).collect(),
        unread: unread.map(|s| known.config.source(s.id).name.clone()).collect(),
        looked: (known.sheets.len(), known.records.len()),
    })
}

/// Cards that the ledger knows by the value, or by its id, and that none of the rows became.
fn cards(question: &Question, rows: &[RowId], known: &Known<'_>) -> Vec<CardAnswer> {
    let mut ids: BTreeSet<ClientId> = BTreeSet::new();
    match question {
        Question::Rows(_) => {}
        Question::Card(id) => ids.extend(known.past.find(*id).map(|card| known.past.ids[card])),
        Question::Value(read) => {
            let (index, keys) = (Index::new(known.past), RouteKeys::new(known.keys, &known.route().name));
            let cards =
                read.iter().flat_map(|read| index.of_identity(keys.identity(&read.value())).collect::<Vec<_>>());
            ids.extend(cards.map(|(card, _)| known.past.ids[card as usize]));
        }
    }
    for row in rows {
        known.client_of(*row).iter().for_each(|client| {
            ids.remove(&known.closed.clients.ids[*client]);
        });
    }
    ids.into_iter().filter_map(|id| Some(CardAnswer { id, next: known.next(id)? })).collect()
}

/// Refusals that are remembered of the value itself.
fn remembered(question: &Question, known: &Known<'_>) -> Vec<(PurposeId, Cause, Day)> {
    let Question::Value(read) = question else { return Vec::new() };
    let tracing = known.tracing();
    let all = read.iter().flat_map(|read| tracing.remembered_of(&read.value()));
    all.filter(|(purpose, ..)| known.route().purposes.has(*purpose)).collect()
}

/// The cells of the fields in question that could not be read.
fn unreadable(question: &Question, legible: &BTreeSet<Place>, known: &Known<'_>) -> Vec<Place> {
    let fields = question::fields(question);
    let bad = known.records.rows().flat_map(|row| fields.iter().map(move |field| (row, field)));
    let bad = bad.filter(|(row, field)| known.records.get(*row).cell(*field).state() == State::Bad);
    let mut places: Vec<Place> = bad.map(|(row, field)| known.records.place(row, Some(field))).collect();
    places.retain(|place| !legible.contains(place));
    places.sort_unstable();
    places
}

impl Known<'_> {
    fn route(&self) -> &crate::config::RouteConfig {
        &self.config.routes[self.route]
    }

    fn tracing(&self) -> Tracing<'_> {
        let Self { records, config, memory, reached, refusals, .. } = self;
        Tracing { records, config, memory, reached, hasher: refusals }
    }

    /// The row's place among those that the route sees.
    fn seen(&self, row: RowId) -> Option<u32> {
        (0..self.rows.len()).find(|i| self.rows.seen(*i).row() == row).map(|i| i as u32)
    }

    /// The client that a row is of.
    fn client_of(&self, row: RowId) -> Option<usize> {
        let row = self.seen(row)?;
        self.closed.clients.rows.iter().position(|rows| rows.contains(&row))
    }

    /// What happens to a card next. Of a client that takes another one's place the later entry counts.
    fn next(&self, id: ClientId) -> Option<Next> {
        let entry = self.approved.plan().entries.iter().rfind(|entry| entry.id == id)?;
        Some(Next { step: entry.step, why: entry.why, back: entry.back })
    }
}
