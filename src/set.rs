//! Small sets of fields and purposes: a config has at most 64 of each.

use std::{fmt, marker::PhantomData};

/// The most fields, and the most purposes, that one config may declare.
pub const MEMBERS_MAX: usize = 64;

/// Names a field of the config by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FieldId(pub u8);

/// Names a purpose of the config by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PurposeId(pub u8);

/// What a [`Set`] may hold.
pub trait Member: Copy {
    /// Its place, below [`MEMBERS_MAX`].
    fn index(self) -> u8;
    /// The member at a place.
    fn at(index: u8) -> Self;
}

impl Member for FieldId {
    fn index(self) -> u8 {
        self.0
    }
    fn at(index: u8) -> Self {
        Self(index)
    }
}

impl Member for PurposeId {
    fn index(self) -> u8 {
        self.0
    }
    fn at(index: u8) -> Self {
        Self(index)
    }
}

/// A set of [`FieldId`]s or [`PurposeId`]s.
pub struct Set<T>(pub u64, PhantomData<T>);

/// A set of fields.
pub type FieldSet = Set<FieldId>;
/// A set of purposes.
pub type PurposeSet = Set<PurposeId>;

impl<T: Member> Set<T> {
    /// Nothing.
    pub const EMPTY: Self = Self(0, PhantomData);

    /// The set whose bits are `bits`.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits, PhantomData)
    }

    /// The set of one.
    #[must_use]
    pub fn only(member: T) -> Self {
        Self::from_bits(1 << member.index())
    }

    /// Whether `member` is in it.
    #[must_use]
    pub fn has(self, member: T) -> bool {
        self.0 & (1 << member.index()) != 0
    }

    /// Adds `member`.
    pub fn insert(&mut self, member: T) {
        self.0 |= 1 << member.index();
    }

    /// Takes `member` out.
    pub fn remove(&mut self, member: T) {
        self.0 &= !(1 << member.index());
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many are in it.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// What is in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self::from_bits(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self::from_bits(self.0 & other.0)
    }

    /// What is here and not there.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self::from_bits(self.0 & !other.0)
    }

    /// Whether all of it is in `other`.
    #[must_use]
    pub const fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Its members in the order of the config.
    pub fn iter(self) -> impl Iterator<Item = T> + use<T> {
        let mut bits = self.0;
        std::iter::from_fn(move || {
            let index = u8::try_from(bits.trailing_zeros()).ok().filter(|i| *i < 64)?;
            bits &= bits - 1;
            Some(T::at(index))
        })
    }
}

impl<T: Member> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut set = Self::EMPTY;
        members.into_iter().for_each(|m| set.insert(m));
        set
    }
}

impl<T> Clone for Set<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Set<T> {}
impl<T> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Set<T> {}
impl<T: Member> Default for Set<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}
impl<T: Member> fmt::Debug for Set<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Member::index)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_back_in_order() {
        let set: FieldSet = [63, 0, 5].map(FieldId).into_iter().collect();
        assert_eq!(set.iter().map(|f| f.0).collect::<Vec<_>>(), [0, 5, 63]);
        assert_eq!(set.len(), 3);
        assert!(set.has(FieldId(63)) && !set.has(FieldId(1)));
        assert!(FieldSet::only(FieldId(5)).is_subset(set));
    }
}
