//! What a destination is told: which card, and what to do with each of its columns.

use std::fmt;

use crate::{check::kind::Column, value::Private};

/// Names a client within one route: 80 bits of a keyed hash, 16 characters when written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub [u8; 10]);

/// Crockford's base 32 in lower case: no letter that is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bits = 0_u128;
        for byte in self.0 {
            bits = bits << 8 | u128::from(byte);
        }
        let text: [u8; 16] = std::array::from_fn(|i| ALPHABET[(bits >> (75 - 5 * i) & 31) as usize]);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for ClientId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 16 {
            return Err(());
        }
        let mut bits = 0_u128;
        for c in text.bytes() {
            let digit = ALPHABET.iter().position(|a| *a == c).ok_or(())?;
            bits = bits << 5 | digit as u128;
        }
        let bytes: [u8; 16] = bits.to_be_bytes();
        Ok(Self(std::array::from_fn(|i| bytes[i + 6])))
    }
}

/// Names a run: a UUID of version 7 (RFC 9562), so that runs sort by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RunId(pub uuid::Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for RunId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// The columns of a destination, `sheetbridge_id` aside, which is always the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The columns in the order in which they stand.
    pub columns: Vec<LayoutColumn>,
}

/// One column of a destination.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LayoutColumn {
    /// Its name there.
    pub name: String,
    /// What its values are.
    pub kind: Column,
}

/// The name of the column that holds our ids.
pub const ID_COLUMN: &str = "sheetbridge_id";

/// What happens to one card.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change<'a> {
    /// The card.
    pub id: ClientId,
    /// What happens to it.
    pub action: Action,
    /// One entry per column of the layout; empty for a deletion.
    pub cells: Vec<Write<'a>>,
}

/// What happens to a card as a whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Action {
    /// It comes into being. A card of this id that stands already is overwritten.
    Create,
    /// Some of its columns change.
    Update,
    /// It goes.
    Delete,
}

/// What happens to one column of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Write<'a> {
    /// It stays as it stands; blank on a new card.
    Keep,
    /// It becomes blank.
    Clear,
    /// It becomes this.
    Set(Private<'a>),
}

/// What a destination holds of ours.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// The run that wrote last, where the destination can carry that.
    pub run: Option<RunId>,
    /// The cards that carry our id, in any order.
    pub ids: Vec<ClientId>,
    /// A digest of the whole content, where it is a file: it shows that somebody edited it.
    pub digest: Option<[u8; 32]>,
}

impl Standing {
    /// Whether there is nothing of ours.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.run.is_none() && self.ids.is_empty()
    }
}

/// From what a run goes on to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// From what stands: unmentioned cards stay.
    Standing,
    /// From nothing: every card is mentioned. For files only.
    Empty,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_and_read_back() {
        for bytes in [[0; 10], [255; 10], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]] {
            let id = ClientId(bytes);
            let text = id.to_string();
            assert_eq!(text.len(), 16);
            assert_eq!(text.parse(), Ok(id));
        }
        assert_eq!(ClientId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).to_string(), "000g40r40m30e209");
        for wrong in ["", "000g40r40m30e20", "000g40r40m30e20l", "000G40R40M30E209"] {
            assert_eq!(wrong.parse::<ClientId>(), Err(()), "{wrong}");
        }
    }
}
