//! Purposes and their law: what makes a use lawful, and what takes that away (DESIGN section 2).

use jiff::Span;

use crate::set::{FieldId, FieldSet, PurposeId, PurposeSet};

/// What makes a purpose lawful.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// The person said yes.
    Consent,
    /// The person said yes in writing.
    WrittenConsent,
    /// A contract with the person needs it.
    Contract,
    /// A law demands it.
    Law,
    /// An interest of ours that the person may object to.
    LegitimateInterest,
}

impl Basis {
    /// All of them, with the words of the config.
    pub const ALL: [(&'static str, Self); 5] = [
        ("consent", Self::Consent),
        ("written_consent", Self::WrittenConsent),
        ("contract", Self::Contract),
        ("law", Self::Law),
        ("legitimate_interest", Self::LegitimateInterest),
    ];

    /// Whether only the person's own yes grants it.
    #[must_use]
    pub fn is_consent(self) -> bool {
        matches!(self, Self::Consent | Self::WrittenConsent)
    }

    /// Whether a person's no ends it: a withdrawal for consent, an objection for legitimate interest.
    #[must_use]
    pub fn can_be_refused(self) -> bool {
        self.is_consent() || self == Self::LegitimateInterest
    }
}

/// From which day retention counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum After {
    /// A date field of the row: the event.
    Field(FieldId),
    /// The day of the grant: the consent's date, or the source's `dated`.
    Grant,
}

/// How long a grant lasts.
#[derive(Clone, Copy, Debug)]
pub enum Keep {
    /// Until the person says no.
    UntilWithdrawn,
    /// For a term after an event. A blank event has not happened yet; an unreadable one holds the row.
    For {
        /// The term.
        term: Span,
        /// What starts it.
        after: After,
    },
}

/// A way to reach a person, which a permission flag speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// Calls, on phone fields.
    Call,
    /// Text messages, on phone fields.
    Sms,
    /// E-mails.
    Email,
    /// Letters, on postal addresses.
    Post,
}

impl Channel {
    /// All of them, with the words of the config and the kind of field that each speaks of.
    pub const ALL: [(&'static str, Self, &'static str); 4] = [
        ("call", Self::Call, "phone"),
        ("sms", Self::Sms, "phone"),
        ("email", Self::Email, "email"),
        ("post", Self::Post, "postal_address"),
    ];

    /// Its word in the config.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, c, _)| *c == self).map_or("", |(name, ..)| name)
    }

    /// The kind of field that it speaks of.
    #[must_use]
    pub fn field_kind(self) -> &'static str {
        Self::ALL.iter().find(|(_, c, _)| *c == self).map_or("", |(.., kind)| kind)
    }
}

/// Why a person's data are used, and the terms of that use.
#[derive(Clone, Debug)]
pub struct Purpose {
    /// Its name in the config.
    pub name: String,
    /// What a person reads.
    pub title: String,
    /// What makes it lawful.
    pub basis: Basis,
    /// The fields it needs: no others flow for it.
    pub needs: FieldSet,
    /// Those without which a row is of no use for it.
    pub required: FieldSet,
    /// How long a grant lasts.
    pub keep: Keep,
    /// How people are reached for it.
    pub channels: Vec<Channel>,
    /// Purposes with which it may share a card, each with the written reason.
    pub compatible_with: Vec<(PurposeId, String)>,
    /// Purposes that a row collected for this one must never serve.
    pub prohibits: PurposeSet,
    /// Names it had before, so that refusals remembered under them still hold.
    pub was: Vec<String>,
}
