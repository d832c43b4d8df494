//! Destinations in memory that outlive a run: a table that carries the run's id, and a file that is
//! replaced and carries none.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use sheetbridge::{
    change::{Action, Base, Change, ClientId, Layout, LayoutColumn, RunId, Standing, Write},
    failure::Failure,
    port::{Give, Whole},
    value::Texts,
};

/// The filled columns of cards, by id.
pub(super) type Cards = BTreeMap<ClientId, BTreeMap<String, String>>;

/// What a twin holds; nothing before it was first written.
pub(super) type Place = Arc<Mutex<Option<Held>>>;

#[derive(Clone, Default, Debug)]
pub(super) struct Held {
    pub(super) cards: Cards,
    pub(super) run: Option<RunId>,
}

pub(super) struct Twin {
    place: Place,
    layout: Layout,
    is_file: bool,
    draft: Option<Held>,
    mentioned: BTreeSet<ClientId>,
}

impl Twin {
    pub(super) fn new(place: Place, layout: Layout, is_file: bool) -> Self {
        Self { place, layout, is_file, draft: None, mentioned: BTreeSet::new() }
    }

    fn held(&self) -> Option<Held> {
        self.place.lock().expect("no test panicked with it").clone()
    }
}

fn digest(cards: &Cards) -> [u8; 32] {
    let mut hasher = DefaultHasher::new();
    cards.hash(&mut hasher);
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    digest
}

#[async_trait]
impl Whole for Twin {
    async fn found(&mut self) -> Result<Standing, Failure> {
        let Some(held) = self.held() else { return Ok(Standing::default()) };
        let digest = self.is_file.then(|| digest(&held.cards));
        Ok(Standing { run: held.run, ids: held.cards.into_keys().collect(), digest })
    }

    async fn read(&mut self, ids: Option<&[ClientId]>, give: Give<'_>) -> Result<(), Failure> {
        let wanted = |id: &ClientId| ids.is_none_or(|ids| ids.binary_search(id).is_ok());
        for (id, card) in self.held().unwrap_or_default().cards.into_iter().filter(|(id, _)| wanted(id)) {
            let cell = |column: &LayoutColumn| card.get(&column.name).map_or("", String::as_str);
            give(id, Texts::of(self.layout.columns.iter().map(cell)));
        }
        Ok(())
    }

    async fn begin(&mut self, run: RunId, base: Base) -> Result<(), Failure> {
        assert!(self.is_file || base == Base::Standing, "a table is changed, never written from nothing");
        let mut held = self.held().unwrap_or_default();
        held.run = (!self.is_file).then_some(run);
        if base == Base::Empty {
            held.cards.clear();
        }
        self.mentioned.clear();
        self.draft = Some(held);
        Ok(())
    }

    async fn write(&mut self, batch: &[Change<'_>]) -> Result<(), Failure> {
        let draft = self.draft.as_mut().expect("`begin` comes before `write`");
        for change in batch {
            assert!(self.mentioned.insert(change.id), "a card is mentioned once a run");
            if change.action == Action::Delete {
                draft.cards.remove(&change.id);
                continue;
            }
            assert_eq!(change.cells.len(), self.layout.columns.len(), "one entry per column");
            let stands = draft.cards.contains_key(&change.id);
            if self.is_file && change.action == Action::Update && !stands && change.cells.contains(&Write::Keep) {
                return Err(Failure::permanent("no such card"));
            }
            let card = draft.cards.entry(change.id).or_default();
            if change.action == Action::Create {
                card.clear();
            }
            for (column, write) in self.layout.columns.iter().zip(&change.cells) {
                match write {
                    Write::Keep => {}
                    Write::Clear => _ = card.remove(&column.name),
                    Write::Set(value) => _ = card.insert(column.name.clone(), value.expose().to_owned()),
                }
            }
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<Option<[u8; 32]>, Failure> {
        let draft = self.draft.take().expect("`begin` comes before `commit`");
        let digest = self.is_file.then(|| digest(&draft.cards));
        *self.place.lock().expect("no test panicked with it") = Some(draft);
        Ok(digest)
    }
}
