//! Values that somebody asked to see with `--reveal`: the one part of a report that is personal. It goes to
//! their terminal and nowhere else; its use is in the chain of runs.

use std::collections::BTreeMap;

use crate::{address::Place, change::ClientId, value::PrivateText};

/// Values by where they stand, and by where they would be written. `Debug` shows their shapes.
#[derive(Default, Debug)]
pub struct Revealed {
    cells: BTreeMap<Place, PrivateText>,
    values: BTreeMap<(ClientId, u16), PrivateText>,
    old: BTreeMap<(ClientId, u16), PrivateText>,
}

impl Revealed {
    /// Adds what stands in a cell.
    pub(crate) fn cell(&mut self, place: Place, text: PrivateText) {
        self.cells.insert(place, text);
    }

    /// Adds what a card is to get in a column.
    pub(crate) fn value(&mut self, card: ClientId, column: u16, text: PrivateText) {
        self.values.insert((card, column), text);
    }

    /// Adds what stands in a column of a card.
    pub(crate) fn old(&mut self, card: ClientId, column: u16, text: PrivateText) {
        self.old.insert((card, column), text);
    }

    /// What stands in a column of a card.
    pub(super) fn standing(&self, card: ClientId, column: u16) -> Option<&PrivateText> {
        self.old.get(&(card, column))
    }

    /// What stands in a cell.
    pub(super) fn at(&self, place: Place) -> Option<&PrivateText> {
        self.cells.get(&place)
    }

    /// What a card is to get in a column.
    pub(super) fn of(&self, card: ClientId, column: u16) -> Option<&PrivateText> {
        self.values.get(&(card, column))
    }
}
