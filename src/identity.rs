//! The values by which a row identifies its person: e-mail, phone, document, name with birth date.

use crate::{
    check::{kind::Identity, kinds::is_personal},
    config::Config,
    likeness::{self, Traits},
    record::{RecordRef, values},
    set::{FieldId, FieldSet},
};

/// Which fields of a config identify people.
#[derive(Clone, Debug)]
pub struct Identifying {
    values: Vec<(FieldId, Identity)>,
    name: Option<FieldId>,
    birth: Option<FieldId>,
}

/// A value that identifies a person.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    /// As what.
    pub identity: Identity,
    /// The canonical text: personal.
    pub text: &'a str,
    /// The field that holds it; for a name with a birth date, the name's.
    pub field: FieldId,
    /// Its place among the values of a list.
    pub part: u8,
}

impl Value<'_> {
    /// The parts that are hashed for it.
    #[must_use]
    pub fn parts(&self) -> [&[u8]; 2] {
        parts(self.identity, self.text)
    }
}

/// The parts that are hashed for a value.
#[must_use]
pub fn parts(identity: Identity, text: &str) -> [&[u8]; 2] {
    let kind: &[u8] = match identity {
        Identity::Email => b"email",
        Identity::Phone => b"phone",
        Identity::Document => b"document",
        Identity::Name | Identity::Birth => b"name+birth",
    };
    [kind, text.as_bytes()]
}

impl Identifying {
    /// The identifying fields of a config. Of several names or birth dates the first counts.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let mut found = Self { values: Vec::new(), name: None, birth: None };
        for id in config.field_ids() {
            let field = config.field(id);
            let identity = if field.how.birth { Some(Identity::Birth) } else { field.kind.identity };
            match identity {
                Some(Identity::Name) => found.name = found.name.or(Some(id)),
                Some(Identity::Birth) => found.birth = found.birth.or(Some(id)),
                Some(identity) => found.values.push((id, identity)),
                None => {}
            }
        }
        found
    }

    /// All fields that identify or tell people apart.
    #[must_use]
    pub fn fields(&self) -> FieldSet {
        self.values.iter().map(|(f, _)| *f).chain(self.name).chain(self.birth).collect()
    }

    /// The fields each of which can identify alone: phones, e-mails, documents.
    #[must_use]
    pub fn alone(&self) -> FieldSet {
        self.values.iter().map(|(f, _)| *f).collect()
    }

    /// The field of people's names.
    #[must_use]
    pub fn name(&self) -> Option<FieldId> {
        self.name
    }

    /// The field of people's birth dates.
    #[must_use]
    pub fn birth(&self) -> Option<FieldId> {
        self.birth
    }

    /// Gives each identifying value of a row, of the fields in `seen` alone.
    pub fn each(&self, record: RecordRef<'_>, seen: FieldSet, mut give: impl FnMut(Value<'_>)) {
        for (field, identity) in self.values.iter().filter(|(f, _)| seen.has(*f)) {
            let Some(text) = record.text(*field) else { continue };
            for (part, text) in values(text.expose()).enumerate().take(255) {
                if *identity != Identity::Document || is_personal(text) {
                    give(Value { identity: *identity, text, field: *field, part: part as u8 });
                }
            }
        }
        if let (Some(field), Some(birth)) = (self.name, self.birth.filter(|b| seen.has(*b)))
            && let Some(date) = record.text(birth)
            && let Some(key) = self.full_name(record, seen)
        {
            let text = format!("{key} {}", date.expose());
            give(Value { identity: Identity::Name, text: &text, field, part: 0 });
        }
    }

    /// The key of a row's full name, see [`Traits::full_name`].
    #[must_use]
    pub fn full_name(&self, record: RecordRef<'_>, seen: FieldSet) -> Option<String> {
        let name = self.name.filter(|f| seen.has(*f))?;
        likeness::full_name(record.text(name)?.expose())
    }

    /// What a row says that tells its person from others, of the fields in `seen` alone.
    #[must_use]
    pub fn traits(&self, record: RecordRef<'_>, seen: FieldSet) -> Traits {
        let text = |field: Option<FieldId>| {
            field.filter(|f| seen.has(*f)).and_then(|f| record.text(f)).map(crate::value::Private::expose)
        };
        let documents = self.values.iter().filter(|(f, i)| *i == Identity::Document && seen.has(*f));
        let numbers = documents.filter_map(|(f, _)| record.text(*f)).map(crate::value::Private::expose);
        Traits::new(text(self.name), text(self.birth), numbers.filter(|n| is_personal(n)))
    }
}
