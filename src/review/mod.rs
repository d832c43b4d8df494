//! `review`: what a plan leaves to a person to decide, side by side, and what follows from each answer.
//!
//! A question is made of what its route sees and nothing else. An answer becomes [`Pair`]s of keyed hashes, which
//! the next run matches by.

mod questions;
mod sheet;

use crate::{address::Place, change::ClientId, decision::Pair, value::PrivateText};

pub use questions::{Known, questions};
pub use sheet::{Given, read_sheet, sheet};

/// Something that only a person can decide.
#[derive(Clone, Debug)]
pub struct Question {
    /// The route that asks.
    pub route: String,
    /// The question, hashed over all that it is about: it is another one when any of that changes.
    pub id: u64,
    /// What is asked.
    pub kind: Kind,
    /// The columns that are compared.
    pub columns: Vec<String>,
    /// Whom it is about.
    pub about: Side,
    /// Who it may be.
    pub candidates: Vec<Side>,
    /// What may be answered.
    pub choices: Vec<Choice>,
}

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Whether two cards are one person, though no row was added or edited.
    Join,
    /// Whether a card is two people, though no row was added or edited.
    Split,
    /// Whether somebody who appeared is somebody who vanished, edited.
    Edit,
    /// Which of several people a row belongs to, or none of them.
    Undecided,
}

impl Kind {
    /// Its word, as files and records have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Split => "split",
            Self::Edit => "edit",
            Self::Undecided => "undecided",
        }
    }

    /// The text that asks it, in the catalogue.
    #[must_use]
    pub fn asks(self) -> &'static str {
        match self {
            Self::Join => "review-join",
            Self::Split => "review-split",
            Self::Edit => "review-edit",
            Self::Undecided => "review-undecided",
        }
    }
}

/// One who is compared: rows, a card, or both.
#[derive(Clone, Debug)]
pub struct Side {
    /// The card, where there is one.
    pub card: Option<ClientId>,
    /// Where the rows stand.
    pub rows: Vec<Place>,
    /// What is known of each column.
    pub cells: Vec<SideCell>,
}

/// What is known of a column of one who is compared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SideCell {
    /// How it compares with the one whom the question is about.
    pub likeness: Likeness,
    /// What stands there, where that is at hand.
    pub values: Vec<PrivateText>,
}

/// How a column compares with the one whom the question is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Likeness {
    /// It is the same, or one of the same.
    Same,
    /// Both have something, and not the same.
    Different,
    /// One of them has nothing, or it is the one whom the question is about.
    Silent,
}

/// An answer that may be given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The candidate, by its place; `None` for "none of them", or "two people".
    pub candidate: Option<usize>,
    /// What follows.
    pub pairs: Vec<Pair>,
}

impl Choice {
    /// Its word, as files and records have it: the candidate's number from 1, or `none`.
    #[must_use]
    pub fn name(&self) -> String {
        self.candidate.map_or_else(|| "none".to_owned(), |i| (i + 1).to_string())
    }
}

impl Question {
    /// Its name, as people type it: ten hexadecimal digits.
    #[must_use]
    pub fn name(&self) -> String {
        name(self.id)
    }

    /// How many columns of the likest candidate are the same.
    #[must_use]
    pub fn likeness(&self) -> usize {
        let same = |side: &Side| side.cells.iter().filter(|c| c.likeness == Likeness::Same).count();
        self.candidates.iter().map(same).max().unwrap_or_default()
    }
}

/// The name of a question, as people type it.
#[must_use]
pub fn name(id: u64) -> String {
    format!("{:010x}", id >> 24)
}
