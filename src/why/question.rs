//! What somebody typed, and the rows that it means: an address, the id of a card, a value or a key.

use super::Known;
use crate::{
    address::Address,
    change::ClientId,
    check::{
        cell::read_cell,
        kind::{Identity, Input},
        mess,
    },
    finding::{Code, Trouble},
    identity::Value,
    keys::Use,
    likeness::{Names, Traits},
    pipeline::few::rows_at,
    record::{Records, RowId, values},
    set::{FieldId, FieldSet},
    sheet::Raw,
    value::Private,
    written,
};

const UNREADABLE: Code = Code::new("why-unreadable");
const NO_ROW: Code = Code::new("why-no-row");

/// What a text turned out to be.
#[derive(Debug)]
pub(super) enum Question {
    /// The rows at an address.
    Rows(Vec<RowId>),
    /// A card.
    Card(ClientId),
    /// A value of these fields in its canonical form, and perhaps a key.
    Value(Vec<Read>),
}

/// A text as a value of a field.
pub(super) struct Read {
    pub(super) field: FieldId,
    pub(super) identity: Identity,
    text: String,
}

impl std::fmt::Debug for Read {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?}", self.identity, Private::new(&self.text))
    }
}

impl Read {
    pub(super) fn value(&self) -> Value<'_> {
        Value { identity: self.identity, text: &self.text, field: self.field, part: 0 }
    }
}

impl Question {
    /// Reads a question as the fields of the config read their cells.
    pub(super) fn read(text: &str, known: &Known<'_>) -> Result<Self, Trouble> {
        if let Some(address) = Address::parse(text) {
            let rows = rows_at(&address, known.config, known.records, known.sheets);
            let source = |sheet: &crate::address::SheetInfo| known.config.source(sheet.source).name.as_str();
            if !rows.is_empty() {
                return Ok(Self::Rows(rows));
            }
            if known.sheets.iter().any(|sheet| address.is_in(sheet, source(sheet))) {
                return Err(Trouble::new(NO_ROW, text));
            }
        }
        if let Ok(card) = text.trim().parse::<ClientId>() {
            return Ok(Self::Card(card));
        }
        let read: Vec<Read> = known.config.field_ids().filter_map(|field| value(text, field, known)).collect();
        let has_keys = known.config.sources.iter().any(|s| s.key.is_some());
        if read.is_empty() && !has_keys {
            let names = known.config.field_ids().filter(|f| identity(*f, known).is_some());
            let names: Vec<String> = names.map(|f| format!("`{}`", known.config.field(f).name)).collect();
            return Err(Trouble::new(UNREADABLE, names.join(", ")));
        }
        Ok(Self::Value(read))
    }

    /// The rows that are meant, lists of refusals included.
    pub(super) fn rows(&self, text: &str, known: &Known<'_>) -> Vec<RowId> {
        match self {
            Self::Rows(rows) => rows.clone(),
            Self::Card(card) => rows_of_card(*card, known),
            Self::Value(read) => {
                let keys = keys(text, known);
                let is_meant = |row: &RowId| {
                    let record = known.records.get(*row);
                    let key = keys[usize::from(known.records.sheets[record.sheet()].source.0)];
                    record.handles().contains(&key) || read.iter().any(|read| has(known.records, *row, read))
                };
                known.records.rows().filter(is_meant).collect()
            }
        }
    }
}

fn rows_of_card(card: ClientId, known: &Known<'_>) -> Vec<RowId> {
    let clients = &known.closed.clients;
    let place = clients.ids.iter().position(|id| *id == card);
    let rows = place.map_or(&[][..], |client| clients.rows.get(client));
    rows.iter().map(|row| known.rows.seen(*row as usize).row()).collect()
}

/// As what a field identifies, if it does.
fn identity(field: FieldId, known: &Known<'_>) -> Option<Identity> {
    let field = known.config.field(field);
    field.kind.identity.filter(|identity| !field.how.birth && *identity != Identity::Birth)
}

fn value(text: &str, field: FieldId, known: &Known<'_>) -> Option<Read> {
    let identity = identity(field, known)?;
    let (mut canonical, mut notes) = (String::new(), Vec::new());
    let how = known.config.how(field, known.today);
    read_cell(
        known.config.field(field).kind,
        &[(0, Input { part: None, raw: Raw::Text(text) })],
        &how,
        &mut canonical,
        &mut notes,
    );
    let text = values(&canonical).next()?.to_owned();
    // A family name alone is half the town.
    let tells = identity != Identity::Name || Traits::new(Some(&text), None, []).full_name().is_some();
    tells.then_some(Read { field, identity, text })
}

/// Whether a row has a value: a name in any spelling, everything else in its canonical one.
fn has(records: &Records, row: RowId, read: &Read) -> bool {
    let Some(text) = records.get(row).text(read.field) else { return false };
    match read.identity {
        Identity::Name => {
            let names = |text: &str| Traits::new(Some(text), None, []);
            names(text.expose()).names(&names(&read.text)) == Names::Same
        }
        _ => values(text.expose()).any(|value| value == read.text),
    }
}

/// Unreadable cells of which enough is legible to say that they may hold the value.
pub(super) fn legible(question: &Question, known: &Known<'_>) -> Vec<(RowId, FieldId)> {
    let Question::Value(read) = question else { return Vec::new() };
    let mut found = Vec::new();
    for row in known.records.rows() {
        for read in read {
            let is_it = |value: &str| value == read.text || (value.len() >= 7 && read.text.ends_with(value));
            if known.records.get(row).legible(read.field).is_some_and(|text| values(text.expose()).any(is_it)) {
                found.push((row, read.field));
            }
        }
    }
    found
}

/// What a text would be hashed to as the key of each source.
fn keys(text: &str, known: &Known<'_>) -> Vec<u64> {
    let clean = mess::clean(text);
    let key = |name: &str| written::key(known.keys.hasher(Use::Handle, name).short(&[b"key", clean.as_bytes()]));
    known.config.sources.iter().map(|source| key(&source.name)).collect()
}

/// The fields as which a text was read.
pub(super) fn fields(question: &Question) -> FieldSet {
    match question {
        Question::Value(read) => read.iter().map(|read| read.field).collect(),
        _ => FieldSet::EMPTY,
    }
}
