//! One row of an answer: purpose by purpose, then cell by cell.

use super::{CellAnswer, CellState, Fate, Ground, Known, PurposeAnswer, RefusalAnswer, RowAnswer};
use crate::{
    address::Place,
    day::Day,
    gate::SeenCell,
    identity::Identifying,
    likeness::Verdict,
    plan::Waits,
    purpose::{After, Keep},
    record::{Fact, Grant, Lapse, RowId, State},
    resolve::{SurvivorState, Why},
    rights::{Origin, Trace},
    set::{FieldId, FieldSet, PurposeId, PurposeSet},
};

/// What there is to say of a row.
pub(super) fn answer(row: RowId, known: &Known<'_>) -> RowAnswer {
    let record = known.records.get(row);
    let purposes = known.route().purposes;
    let ours = record.facts().iter().filter(|fact| purposes.has(fact.purpose));
    let others: PurposeSet = record.facts().iter().map(|fact| fact.purpose).filter(|p| !purposes.has(*p)).collect();
    let asking = Row { row, known };
    RowAnswer {
        place: known.records.place(row, None),
        purposes: ours.map(|fact| asking.purpose(fact)).collect(),
        elsewhere: others.iter().collect(),
        fate: asking.fate(),
        cells: asking.cells(),
    }
}

struct Row<'a> {
    row: RowId,
    known: &'a Known<'a>,
}

impl Row<'_> {
    fn purpose(&self, fact: &Fact) -> PurposeAnswer {
        let known = self.known;
        let record = known.records.get(self.row);
        let required = known.config.purpose(fact.purpose).required;
        let lacks = required.iter().filter(|field| record.cell(*field).state() != State::Value);
        let holds = fact.grant == Grant::Live || self.restored(fact.purpose).is_some();
        let missing = lacks.filter(|_| holds).map(|field| (field, known.records.place(self.row, Some(field))));
        let blocked = |field: &FieldId| {
            let parts = (0..u8::MAX).map(|part| known.reached.cell(self.row, *field, part));
            parts.flatten().any(|(purpose, _)| *purpose == fact.purpose)
        };
        let refusal = self.refusal(fact);
        let fields = known.config.field_ids().filter(|field| refusal.is_none() && blocked(field));
        let is_refusal = fact.grant == Grant::Lapsed(Lapse::RefusalList);
        PurposeAnswer {
            purpose: fact.purpose,
            ground: self.ground(fact),
            missing: missing.collect(),
            blocked: if is_refusal { Vec::new() } else { fields.collect() },
            refusal,
        }
    }

    /// The remembered grant of a row whose own cell refuses now.
    fn restored(&self, purpose: PurposeId) -> Option<Day> {
        self.known.reached.restored(self.row).iter().find(|(p, _)| *p == purpose).map(|(_, day)| *day)
    }

    fn ground(&self, fact: &Fact) -> Ground {
        let given = self.consent(fact.purpose).map(|consent| self.at(consent.given));
        match (fact.grant, given) {
            (Grant::Live, Some(cell)) => Ground::Consent { cell, on: fact.granted, until: fact.until },
            (Grant::Live, None) => Ground::Declared { since: fact.granted, until: fact.until },
            (Grant::Unsure, _) => Ground::Unsure { cell: self.term(fact.purpose) },
            (Grant::Lapsed(why), given) => {
                let dated = self.consent(fact.purpose).and_then(|c| c.date).map(|column| self.at(column));
                let cell = match why {
                    Lapse::Undated => dated.or(given),
                    Lapse::Expired => self.term(fact.purpose).or(dated).or(given),
                    Lapse::Prohibited | Lapse::RefusalList => None,
                    Lapse::NeverAsked | Lapse::SaidNo | Lapse::Unreadable => given,
                };
                Ground::Lapsed { why, cell, until: fact.until }
            }
        }
    }

    fn consent(&self, purpose: PurposeId) -> Option<crate::record::ConsentColumns> {
        let sheet = &self.known.records.sheets[self.known.records.get(self.row).sheet()];
        sheet.consents.iter().find(|c| c.purpose == purpose).copied()
    }

    fn at(&self, column: u16) -> Place {
        Place { column: Some(column), ..self.known.records.place(self.row, None) }
    }

    /// The cell that starts a purpose's term.
    fn term(&self, purpose: PurposeId) -> Option<Place> {
        match self.known.config.purpose(purpose).keep {
            Keep::For { after: After::Field(field), .. } => Some(self.known.records.place(self.row, Some(field))),
            _ => None,
        }
    }

    fn refusal(&self, fact: &Fact) -> Option<RefusalAnswer> {
        let known = self.known;
        let (_, day) = known.reached.row(self.row).iter().find(|(p, _)| *p == fact.purpose)?;
        let Trace { origin, by, through } = known.tracing().trace(self.row, fact.purpose)?;
        let cell = |row: RowId| Row { row, known }.said(fact.purpose);
        let freed = fact.grant == Grant::Live && fact.granted > *day && !known.reached.stands(self.row, fact.purpose);
        Some(RefusalAnswer {
            day: *day,
            place: match origin {
                Origin::Own | Origin::Turned => Some(cell(self.row)),
                Origin::Row(row) => Some(cell(row)),
                Origin::Remembered(..) => None,
            },
            remembered: if let Origin::Remembered(cause, _) = origin { Some(cause) } else { None },
            turned: origin == Origin::Turned,
            by,
            through: through.map(|row| known.records.place(row, None)),
            freed,
        })
    }

    /// The cell that says no, or the row in a list of refusals.
    fn said(&self, purpose: PurposeId) -> Place {
        let record = self.known.records.get(self.row);
        let withdrew = record.facts().iter().any(|f| f.purpose == purpose && f.refused.is_some());
        let consent = self.consent(purpose);
        let column = consent.and_then(|c| if withdrew { c.withdrawn } else { Some(c.given) });
        column.map_or_else(|| self.known.records.place(self.row, None), |column| self.at(column))
    }

    fn fate(&self) -> Fate {
        let known = self.known;
        let record = known.records.get(self.row);
        let source = known.records.sheets[record.sheet()].source;
        if !known.config.source(source).refuses.is_empty() {
            return Fate::Refusal;
        }
        let is_unsure = |mark: &&crate::gate::Mark| mark.row == self.row && !mark.unsure.is_empty();
        let Some(seen) = known.seen(self.row) else {
            let unsure = known.rows.marks().iter().any(|mark| is_unsure(&mark));
            let waits = Fate::Waits { why: Waits::GrantUnsure, cards: Vec::new(), with: Vec::new() };
            return if unsure { waits } else { Fate::Unseen };
        };
        if let Some(waiting) = known.closed.clients.waiting.iter().find(|w| w.row == seen) {
            let cards = waiting.cards.iter().map(|card| known.past.ids[*card as usize]).collect();
            let with = if waiting.why == Why::Undecided { self.undecided(seen) } else { Vec::new() };
            return Fate::Waits { why: Waits::Row(waiting.why), cards, with };
        }
        let Some(client) = known.client_of(self.row) else { return Fate::Unseen };
        let id = known.closed.clients.ids[client];
        let rows = known.closed.clients.rows.get(client).iter().filter(|row| **row != seen);
        let mut others: Vec<Place> =
            rows.map(|row| known.records.place(known.rows.seen(*row as usize).row(), None)).collect();
        others.sort_unstable();
        known.next(id).map_or(Fate::Unseen, |next| Fate::Client { id, others, next })
    }

    /// The rows from which matching could not tell this one apart, by what the route sees of both.
    fn undecided(&self, seen: u32) -> Vec<Place> {
        let known = self.known;
        let identifying = Identifying::of(known.config);
        let look = |row: u32| (known.rows.record(row as usize), known.rows.seen(row as usize).cells());
        let values = |row: u32| {
            let (record, cells) = look(row);
            let mut values = Vec::new();
            identifying.each(record, cells, |value| values.push((value.identity, value.text.to_owned())));
            values
        };
        let traits = |row: u32| {
            let (record, cells) = look(row);
            identifying.traits(record, cells)
        };
        let (own, own_traits) = (values(seen), traits(seen));
        let is_alike = |row: &u32| {
            *row != seen
                && values(*row).iter().any(|value| own.contains(value))
                && traits(*row).compare(&own_traits) != Verdict::Apart
        };
        let rows = (0..known.rows.len() as u32).filter(is_alike);
        let mut places: Vec<Place> =
            rows.map(|row| known.records.place(known.rows.seen(row as usize).row(), None)).collect();
        places.sort_unstable();
        places
    }

    fn cells(&self) -> Vec<CellAnswer> {
        let known = self.known;
        let Some(seen) = known.seen(self.row) else { return Vec::new() };
        let client = known.client_of(self.row);
        let record = known.records.get(self.row);
        let fields: FieldSet = known.route().fields();
        let filled = fields.iter().filter(|field| record.cell(*field).state() != State::Blank);
        let answers = filled.filter_map(|field| {
            let place = known.records.place(self.row, Some(field));
            let state = match known.rows.cell(seen as usize, field) {
                _ if record.cell(field).state() == State::Bad => CellState::Unreadable,
                SeenCell::Taken => CellState::Taken,
                SeenCell::Value(text) => self.state(seen, client?, field, text.expose())?,
                SeenCell::Blank | SeenCell::Bad => return None,
            };
            Some(CellAnswer { field, place, state })
        });
        answers.collect()
    }

    /// What became of a value of a client's row.
    fn state(&self, seen: u32, client: usize, field: FieldId, text: &str) -> Option<CellState> {
        let known = self.known;
        let survivors = known.closed.clients.cells.get(client).iter().filter(|c| c.field == field);
        let survivors: Vec<_> = survivors.copied().collect();
        let own = survivors.iter().find(|c| c.row == seen);
        if let Some(own) = own {
            return Some(if own.state == SurvivorState::Refused { CellState::Refused } else { CellState::Stands });
        }
        let first = survivors.first()?;
        let place = known.records.place(known.rows.seen(first.row as usize).row(), Some(field));
        let is_same = survivors.iter().any(|c| c.text(known.rows) == Some(text));
        Some(if is_same { CellState::Same(place) } else { CellState::Lost(place) })
    }
}
