//! What a card at a destination says, read back: fingerprints of its columns, and by what its person is known.

use std::collections::BTreeMap;

use crate::{
    change::ClientId,
    check::{
        cell::read_cell,
        kind::{FieldKind, How, Identity, Input},
        kinds::is_personal,
    },
    config::{Config, RouteConfig},
    csr::Lists,
    day::Day,
    likeness, name,
    plan::{Columns, PlanKeys, VALUES_APART},
    record::{State, values},
    resolve::RouteKeys,
    set::PurposeSet,
    sheet::Raw,
    value::{Private, Texts},
    written::{Index, Written, is_shared, shared, unmarked},
};

/// Reads the cards of one route.
pub(super) struct Reader<'a> {
    columns: &'a Columns,
    keys: &'a RouteKeys,
    prints: &'a PlanKeys,
    /// The columns that identify people, as [`crate::identity::Identifying`] has them.
    identifying: Vec<Identifier>,
}

/// A column that identifies people.
struct Identifier {
    column: usize,
    identity: Identity,
    kind: &'static FieldKind,
    how: How,
}

/// What a card says of its person.
#[derive(Default)]
struct Person {
    identities: Vec<u64>,
    name: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        config: &Config,
        route: &RouteConfig,
        columns: &'a Columns,
        keys: &'a RouteKeys,
        prints: &'a PlanKeys,
        today: Day,
    ) -> Self {
        let of_column = |(column, (field, _)): (usize, &(crate::set::FieldId, String))| {
            let (how, kind) = (config.how(*field, today), config.field(*field).kind);
            let identity = if how.birth { Some(Identity::Birth) } else { kind.identity };
            Some(Identifier { column, identity: identity?, kind, how })
        };
        let identifying = route.columns.iter().enumerate().filter_map(of_column).collect();
        Self { columns, keys, prints, identifying }
    }

    fn person(&self, card: &Texts) -> Person {
        let mut person = Person::default();
        let (mut full_name, mut birth) = (None, None);
        for of in &self.identifying {
            let Some(text) = card.iter().nth(of.column) else { continue };
            if of.identity == Identity::Name {
                let names = text.expose().split(VALUES_APART);
                full_name = full_name.or_else(|| names.map(|name| name_of(of, name)).next().flatten());
                continue;
            }
            for value in of.values(text) {
                let value = Private::new(&value);
                match of.identity {
                    Identity::Birth => birth = birth.or_else(|| Some(value.expose().to_owned())),
                    Identity::Document if !is_personal(value.expose()) => {}
                    identity => person.identities.push(self.keys.identity_of(identity, value)),
                }
            }
        }
        if let (Some(name), Some(birth)) = (&full_name, birth) {
            person.identities.push(self.keys.identity_of(Identity::Name, Private::new(&format!("{name} {birth}"))));
        }
        person.name = full_name.map_or(0, |name| self.keys.name(&name));
        person.identities.sort_unstable();
        person.identities.dedup();
        person
    }
}

impl Identifier {
    /// The canonical values of a text that stands in the column.
    fn values(&self, text: Private<'_>) -> Vec<String> {
        if self.kind.list {
            self.read(text.expose())
        } else {
            text.expose().split(VALUES_APART).flat_map(|part| self.read(part)).collect()
        }
    }

    fn read(&self, text: &str) -> Vec<String> {
        let (mut out, input) = (String::new(), Input { part: None, raw: Raw::Text(text) });
        let cell = read_cell(self.kind, &[(0, input)], &self.how, &mut out, &mut Vec::new());
        if cell.state() == State::Value { values(&out).map(str::to_owned).collect() } else { Vec::new() }
    }
}

/// So many words of a name are tried in every order.
const WORDS_MAX: usize = 4;

/// The full name that a card shows. A card says less than a list may have said, such as which word is the family
/// name: what would stand there in the same way and be another name, or none, makes it nobody's name.
fn name_of(column: &Identifier, text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let is_vague =
        |word: &&str| word.chars().filter(|c| c.is_alphanumeric()).count() < 2 || name::SUFFIXES.contains(word);
    if words.len() > WORDS_MAX || words.iter().any(is_vague) {
        return None;
    }
    let name = column.read(text).first().and_then(|name| likeness::full_name(name))?;
    let is_other = |order: &String| {
        let read = column.read(order);
        read.first().is_some_and(|n| name::display(n) == text && likeness::full_name(n).as_ref() != Some(&name))
    };
    (!orders(&words).iter().any(is_other)).then_some(name)
}

/// The words in every order, without a comma and with one in every place.
fn orders(words: &[&str]) -> Vec<String> {
    let commas = |order: Vec<&str>| {
        let with = |end: usize| [order[..end].join(" "), order[end..].join(" ")].join(", ");
        let some = (1..order.len()).map(with).collect::<Vec<_>>();
        some.into_iter().chain([order.join(" ")])
    };
    permuted(words).into_iter().flat_map(commas).collect()
}

fn permuted<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let Some(first) = words.first() else { return vec![Vec::new()] };
    let with_first = |rest: Vec<&'a str>| (0..=rest.len()).map(move |at| [&rest[..at], &[first], &rest[at..]].concat());
    permuted(&words[1..]).into_iter().flat_map(with_first).collect()
}

/// The cards that stand at a destination, as far as a ledger remembers cards.
#[derive(Default)]
pub(super) struct Cards(Vec<(ClientId, Box<[u64]>, Person)>);

impl Cards {
    pub(super) fn push(&mut self, reader: &Reader<'_>, id: ClientId, texts: &Texts) {
        let prints = reader.columns.read_back(texts, reader.prints).collect();
        self.0.push((id, prints, reader.person(texts)));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of them the ledger knew.
    pub(super) fn known(&self, past: &Written) -> usize {
        self.0.iter().filter(|(id, ..)| past.find(*id).is_some()).count()
    }

    /// Those that nothing tells whose they are.
    pub(super) fn nameless(&self, past: &Written) -> Vec<ClientId> {
        let is_nameless = |(id, _, person): &&(ClientId, Box<[u64]>, Person)| {
            person.identities.is_empty() && past.find(*id).is_none_or(|card| past.identities.get(card).is_empty())
        };
        let mut nameless: Vec<ClientId> = self.0.iter().filter(is_nameless).map(|(id, ..)| *id).collect();
        nameless.sort_unstable();
        nameless
    }

    /// What the ledger says from now on. Cards that it knew and that don't stand are retired; who was refused
    /// stays known as such.
    pub(super) fn written(mut self, past: Written, columns: &Columns, purposes: Vec<String>) -> Written {
        self.0.sort_unstable_by_key(|(id, ..)| *id);
        let mut past = past.with_purposes(&purposes);
        let stands = |id: &ClientId| self.0.binary_search_by_key(id, |(id, ..)| *id).is_ok();
        let gone: Vec<ClientId> = past.standing_ids().copied().filter(|id| !stands(id)).collect();
        past.retire(&gone);
        let mut cards: BTreeMap<ClientId, Option<usize>> =
            self.0.iter().enumerate().map(|(i, (id, ..))| (*id, Some(i))).collect();
        past.tombs.iter().for_each(|id| _ = cards.entry(*id).or_default());
        let mut written = Written {
            births: past.births.clone(),
            is_recovered: true,
            columns: columns.names().to_vec(),
            purposes,
            tombs: past.tombs.clone(),
            retired: past.retired.clone(),
            waiting: past.waiting.clone(),
            removed: past.removed.clone(),
            lapsed: past.lapsed.clone(),
            ..Written::default()
        };
        let mut identities: Vec<Vec<u64>> = Vec::with_capacity(cards.len());
        let nobody = Person::default();
        for (id, place) in cards {
            let known = past.find(id);
            let person = place.map_or(&nobody, |place| &self.0[place].2);
            written.ids.push(id);
            // Nobody knows how old it is, what carried it, or until when: it goes by no term, and a refusal takes it whole.
            written.born.push(known.map_or(0, |card| past.born[card]));
            written.until.push(known.map_or(Day::FOREVER, |card| past.until[card]));
            written.carried.push(known.map_or(PurposeSet::EMPTY, |card| past.carried[card]));
            written.names.push(if person.name == 0 { known.map_or(0, |card| past.names[card]) } else { person.name });
            match place {
                Some(place) if past.tombs.binary_search(&id).is_err() => written.prints.extend(self.0[place].1.iter()),
                _ => written.prints.extend(std::iter::repeat_n(0, columns.len())),
            }
            let before = known.map_or(&[][..], |card| past.identities.get(card));
            identities.push(joined(before, &person.identities));
            written.handles.extend(known.map_or(&[][..], |card| past.handles.get(card)).iter().copied());
            written.handles.end();
            if let Ok(shadow) = past.shadows.binary_search(&id) {
                written.shadows.push(id);
                written.shadow_until.push(past.shadow_until[shadow]);
                let card = known.expect("a shadow is a card's");
                written.shadow_prints.extend(columns.shadow_of(&past, card).iter());
            }
        }
        written.identities = marked(&identities);
        written
    }
}

/// The identities that a card was known by and those that it shows.
fn joined(before: &[u64], shown: &[u64]) -> Vec<u64> {
    let is_known = |hash: &u64| before.iter().any(|b| unmarked(*b) == *hash);
    let mut all: Vec<u64> =
        before.iter().copied().chain(shown.iter().copied().filter(|hash| !is_known(hash))).collect();
    all.sort_unstable();
    all
}

/// The identities of all cards, marked where several have them.
fn marked(of: &[Vec<u64>]) -> Lists<u64> {
    let mut lists = Lists::default();
    of.iter().for_each(|identities| {
        lists.extend(identities.iter().copied());
        lists.end();
    });
    let cards = Written { identities: lists, ..Written::default() };
    let index = Index::new(&cards);
    let mut marked = Lists::default();
    for identities in of {
        let mark =
            |hash: &u64| if is_shared(*hash) || index.of_identity(*hash).count() > 1 { shared(*hash) } else { *hash };
        let mut identities: Vec<u64> = identities.iter().map(mark).collect();
        identities.sort_unstable();
        marked.extend(identities);
        marked.end();
    }
    marked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::kinds::KINDS;

    /// A column of a kind, on its own.
    fn column(kind: &'static FieldKind, identity: Identity) -> Identifier {
        let mut how = How::new(Day(20_781));
        how.region = Some("RU".parse().expect("a region"));
        how.order = crate::check::kind::DateOrder::Dmy;
        how.birth = identity == Identity::Birth;
        Identifier { column: 0, identity, kind, how }
    }

    fn columns() -> Vec<Identifier> {
        let birth = |kind: &&FieldKind| kind.name == "date";
        let of_kinds = KINDS.iter().filter_map(|kind| Some(column(kind, kind.identity?)));
        of_kinds.chain(KINDS.iter().filter(birth).map(|kind| column(kind, Identity::Birth))).collect()
    }

    /// What stands in the column of values.
    fn shown(values: &[String]) -> String {
        let one = |value: &String| if value.contains(name::PART_MARK) { name::display(value) } else { value.clone() };
        values.iter().map(one).collect::<Vec<_>>().join(VALUES_APART)
    }

    /// What a person is known by is the same, whether it comes from a list or from a card of ours.
    #[track_caller]
    fn comes_back(column: &Identifier, raw: &str) {
        let values = column.read(raw);
        if column.identity == Identity::Name {
            let said: Vec<_> = values.iter().map(|v| likeness::full_name(v)).collect();
            let known = name_of(column, &shown(&values));
            assert!(
                known.is_none() || [known.clone()] == *said,
                "{known:?} {said:?}: {raw:?} stood as {:?}",
                shown(&values)
            );
        } else {
            assert_eq!(column.values(Private::new(&shown(&values))), values, "{}: {raw:?}", column.kind.name);
        }
    }

    #[test]
    fn whoever_stands_on_a_card_is_known_by_it() {
        for column in columns() {
            for raw in [
                "Петрова Анна Ивановна",
                "Анна Петрова",
                "ПЕТРОВА А. И.",
                "Анна",
                "Анна Ивановна",
                "Ким Лин",
                "Smith Jr., John",
                "van der Berg Anna Maria",
                "Сидоров-Петров И.",
                "О'Нил Шон",
                "Ли Ан Ху Чен",
                "+7 (916) 123-45-67",
                "8 916 123-45-67, 8 495 123-45-67 доб. 12",
                "+1 650 253 0000",
                "anna@example.com; Ivan@Example.org",
                "анна@пример.рф",
                "17.05.1990",
                "01.02.1903",
                "7707083893",
                "500100732259",
                "112-233-445 95",
                "1027700132195",
                "",
                "-",
            ] {
                comes_back(&column, raw);
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_of_a_name_is_read_of_its_card(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "Анна", "Петрова", "Ивановна", "А.", "И", "Ким", "Anna", "Smith", "Jr.", "мл.", "van", "O'Neil",
                    "Иван-Пётр", "ООО", "Ли", "Магомедов", "оглы", "Mary", "Ann", "ИВАНОВ", "ivanov", "де", "III",
                    "Сергей", "Сергеевич", "Александр", "Мария", ",",
                ]),
                0..5,
            ),
        ) {
            let names = columns().into_iter().find(|c| c.identity == Identity::Name).expect("a kind of names");
            comes_back(&names, &words.join(" "));
        }

        #[test]
        fn whatever_is_read_of_contacts_is_read_of_their_card(raw in "[+78(]{0,3}[0-9 ()-]{5,14}[,;/ ]{0,2}[0-9 +-]{0,12}|[a-zа-я.@,; _-]{0,24}") {
            columns().iter().filter(|c| c.identity != Identity::Name).for_each(|column| comes_back(column, &raw));
        }
    }
}
