//! The columns of a destination, what stands in them, and what shall.

use std::{borrow::Cow, collections::BTreeMap};

use super::{ColumnOf, Entry, PlanKeys, Planner};
use crate::{
    change::{Layout, LayoutColumn},
    check::kind::Column,
    config::{Config, RouteConfig},
    gate::{May, Rows},
    name,
    purpose::Channel,
    resolve::{Survivor, SurvivorState},
    set::{FieldId, FieldSet, PurposeId},
    value::Texts,
    written::Written,
};

/// The columns of a route: its fields, then its permission flags.
#[derive(Clone, Debug)]
pub struct Columns {
    names: Vec<String>,
    of: Vec<ColumnOf>,
    kinds: Vec<Column>,
    versions: Vec<u8>,
}

impl Columns {
    /// The columns of a route.
    #[must_use]
    pub fn new(config: &Config, route: &RouteConfig) -> Self {
        let mut columns = Self { names: Vec::new(), of: Vec::new(), kinds: Vec::new(), versions: Vec::new() };
        for (field, name) in &route.columns {
            let kind = config.field(*field).kind;
            columns.push(name, ColumnOf::Field(*field), kind.column, kind.version);
        }
        for (purpose, channel, name) in &route.flags {
            columns.push(name, ColumnOf::Flag(*purpose, *channel), Column::Bool, 1);
        }
        columns
    }

    fn push(&mut self, name: &str, of: ColumnOf, kind: Column, version: u8) {
        self.names.push(name.to_owned());
        self.of.push(of);
        self.kinds.push(kind);
        self.versions.push(version);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Their names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The field of a column.
    #[must_use]
    pub fn field(&self, column: usize) -> Option<FieldId> {
        if let ColumnOf::Field(field) = self.of[column] { Some(field) } else { None }
    }

    /// The flag of a column.
    #[must_use]
    pub fn flag(&self, column: usize) -> Option<(PurposeId, Channel)> {
        if let ColumnOf::Flag(purpose, channel) = self.of[column] { Some((purpose, channel)) } else { None }
    }

    /// Whether the flag of a column is among `flags`, bits in the order of the route.
    #[must_use]
    pub fn says_yes(&self, column: usize, flags: u64) -> bool {
        let fields = self.of.iter().filter(|of| matches!(of, ColumnOf::Field(_))).count();
        flags & (1 << (column - fields)) != 0
    }

    /// The fingerprint of what stands in a column, over its name, the rule that makes its values, and the text as
    /// a destination has it: what is read back there has the same. 0 is blank.
    #[must_use]
    pub fn print(&self, column: usize, text: &str, keys: &PlanKeys) -> u64 {
        if text.is_empty() {
            return 0;
        }
        let parts = [self.names[column].as_bytes(), &[self.versions[column]], text.as_bytes()];
        keys.fingerprint.short(&parts).max(1)
    }

    /// The fingerprints of a card that was read back.
    pub fn read_back(&self, card: &Texts, keys: &PlanKeys) -> impl Iterator<Item = u64> {
        card.iter().enumerate().map(|(column, text)| self.print(column, text.expose(), keys))
    }

    /// The columns as a destination sees them.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let column = |(name, kind): (&String, &Column)| LayoutColumn { name: name.clone(), kind: *kind };
        Layout { columns: self.names.iter().zip(&self.kinds).map(column).collect() }
    }

    /// The fingerprints of a card, in the order of these columns; 0 where it had no such column.
    pub(crate) fn prints_of<'a>(&self, past: &'a Written, card: usize) -> Cow<'a, [u64]> {
        self.in_order(&past.columns, past.prints_of(card))
    }

    /// The same as if nobody had refused.
    pub(crate) fn shadow_of<'a>(&self, past: &'a Written, card: usize) -> Cow<'a, [u64]> {
        self.in_order(&past.columns, past.shadow_of(card))
    }

    /// The fingerprints of other columns, in the order of these.
    pub(super) fn in_order<'a>(&self, columns: &[String], prints: &'a [u64]) -> Cow<'a, [u64]> {
        if columns == self.names {
            return Cow::Borrowed(prints);
        }
        let place = |name: &String| columns.iter().position(|c| c == name);
        self.names.iter().map(|name| place(name).map_or(0, |i| prints[i])).collect()
    }
}

/// The value of a column of a client, as a destination gets it; nothing is appended where there is none.
pub(crate) fn write_value(rows: &Rows<'_>, cells: &[Survivor], field: FieldId, out: &mut String) {
    if let Some(text) = shown(rows, cells, field, Survivor::has_value) {
        out.push_str(&text);
    }
}

/// The values of a field that count, as a destination gets them.
fn shown<'a>(
    rows: &'a Rows<'_>,
    cells: &[Survivor],
    field: FieldId,
    counts: fn(Survivor) -> bool,
) -> Option<Cow<'a, str>> {
    let cells = cells.iter().filter(|c| c.field == field && counts(**c));
    let mut values = cells
        .filter_map(|c| c.text(rows))
        .filter(|text| !text.is_empty())
        .map(|text| if text.contains(name::PART_MARK) { Cow::Owned(name::display(text)) } else { Cow::Borrowed(text) });
    let first = values.next()?;
    Some(values.fold(first, |all, value| all + VALUES_APART + value))
}

/// What stands between several values of one column.
pub(crate) const VALUES_APART: &str = ", ";

/// One fingerprint per column of a client, over name, rule and value; 0 where nothing shall stand.
pub(super) fn fingerprints(planner: &Planner<'_>, client: usize, prints: &mut Vec<u64>) {
    prints.clear();
    prints.extend((0..planner.columns.len()).map(|column| print(planner, column, client, Survivor::has_value)));
}

/// Per client from which a refusal takes something, its fingerprints as if nobody had refused.
pub(super) fn shadows(planner: &Planner<'_>) -> BTreeMap<usize, Vec<u64>> {
    let clients = planner.clients_of();
    let is_touched = |client: &usize| {
        planner.closed.may[*client] != May::Gain
            || clients.cells.get(*client).iter().any(|c| c.state == SurvivorState::Refused)
    };
    // What a waiting row keeps standing would stand all the same.
    let kept = |client: usize, column: usize| {
        let card = clients.cards[client]? as usize;
        let waits = planner.columns.field(column).is_some_and(|field| planner.waiting_fields(card).has(field));
        waits.then(|| planner.columns.shadow_of(planner.known.past, card)[column])
    };
    let prints = |client: usize| {
        let print = |column: usize| match print(planner, column, client, Survivor::had_value) {
            0 => kept(client, column).unwrap_or(0),
            print => print,
        };
        (client, (0..planner.columns.len()).map(print).collect())
    };
    (0..clients.len()).filter(is_touched).map(prints).collect()
}

/// The fingerprint of one column of a client, over the values that count.
fn print(planner: &Planner<'_>, column: usize, client: usize, counts: fn(Survivor) -> bool) -> u64 {
    match planner.columns.of[column] {
        ColumnOf::Field(field) => value_print(planner, column, planner.clients_of().cells.get(client), field, counts),
        ColumnOf::Flag(..) => flag_print(planner, column, client),
    }
}

fn value_print(
    planner: &Planner<'_>,
    column: usize,
    cells: &[Survivor],
    field: FieldId,
    counts: fn(Survivor) -> bool,
) -> u64 {
    let text = shown(planner.rows, cells, field, counts);
    text.map_or(0, |text| planner.columns.print(column, &text, planner.known.prints))
}

fn flag_print(planner: &Planner<'_>, column: usize, client: usize) -> u64 {
    let yes = planner.columns.says_yes(column, planner.closed.flags[client]);
    planner.columns.print(column, flag_text(yes), planner.known.prints)
}

/// A permission flag, as a destination gets it.
pub(crate) fn flag_text(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// Which columns of a card change: what is set, what is cleared, and what takes the place of something.
pub(super) fn compare(
    planner: &Planner<'_>,
    entry: &mut Entry,
    client: usize,
    prints: &[u64],
    before: &[u64],
    may_gain: bool,
) {
    let width = planner.columns.len();
    let cells = planner.clients_of().cells.get(client);
    let only_loses = planner.closed.may[client] == May::Lose && !planner.closed.is_frozen;
    let waiting = entry.card().map_or(FieldSet::EMPTY, |card| planner.waiting_fields(card));
    for column in 0..width {
        let (new, old, bit) = (prints[column], before[column], 1 << column);
        let becomes = match planner.columns.of[column] {
            ColumnOf::Field(field) => match of_field(planner, cells, field, may_gain) {
                // It may have come from a row that waits, and is not gone.
                Becomes::Blank | Becomes::Taken if waiting.has(field) => Becomes::Keep,
                becomes => becomes,
            },
            ColumnOf::Flag(..) if planner.columns.says_yes(column, planner.closed.flags[client]) => Becomes::Value,
            ColumnOf::Flag(..) => Becomes::Denied,
        };
        match becomes {
            Becomes::Value if new != old && may_gain => {
                entry.set |= bit;
                if old != 0 {
                    entry.replaced |= bit;
                }
            }
            // A card that only loses doesn't keep what its rows don't say any more.
            Becomes::Value if new != old && old != 0 && only_loses => {
                entry.clear |= bit;
                entry.refused |= bit;
            }
            // A flag that turns to no is a loss.
            Becomes::Denied if new != old => {
                entry.set |= bit;
                entry.denied |= bit;
            }
            Becomes::Taken if old != 0 => entry.clear |= bit,
            Becomes::Refused if old != 0 => {
                entry.clear |= bit;
                entry.refused |= bit;
            }
            Becomes::Blank if old != 0 && planner.clears_blanks && may_gain => {
                entry.clear |= bit;
                entry.replaced |= bit;
            }
            _ => {}
        }
    }
}

/// Which values of a client would stand on its card had no refusal taken the card away: one that would have
/// been left as it was must not come in by a refusal.
pub(super) fn would_stand(planner: &Planner<'_>, client: usize, card: usize, prints: &[u64], may_gain: bool) -> u64 {
    let cells = planner.clients_of().cells.get(client);
    let before = planner.columns.shadow_of(planner.known.past, card);
    let stands = |column: &usize| {
        let field = planner.columns.field(*column);
        let is_set = field.is_none_or(|field| matches!(of_field(planner, cells, field, true), Becomes::Value));
        (may_gain && is_set) || before[*column] == prints[*column]
    };
    (0..prints.len()).filter(stands).fold(0, |bits, column| bits | 1 << column)
}

enum Becomes {
    Value,
    Keep,
    Taken,
    Refused,
    Blank,
    Denied,
}

fn of_field(planner: &Planner<'_>, cells: &[Survivor], field: FieldId, may_gain: bool) -> Becomes {
    let states = cells.iter().filter(|c| c.field == field).map(|c| c.state);
    let has = |state| states.clone().any(|s| s == state);
    let has_value = has(SurvivorState::Value) || has(SurvivorState::ValueIfNew);
    if states.clone().next().is_none() {
        return if planner.closed.frozen.has(field) { Becomes::Keep } else { Becomes::Blank };
    }
    // Of several values one may be refused and the others stay; they are set anew only where the card may
    // gain, since nobody knows that they are what stands.
    if has(SurvivorState::Refused) {
        return if has_value && may_gain { Becomes::Value } else { Becomes::Refused };
    }
    // A file has no old cell that could stay.
    if has(SurvivorState::Value) || (planner.is_file && has_value) {
        return Becomes::Value;
    }
    match (has(SurvivorState::Taken), planner.is_file) {
        (true, _) => Becomes::Taken,
        (false, true) => Becomes::Blank,
        (false, false) => Becomes::Keep,
    }
}
