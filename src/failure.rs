//! Conversations that failed, in the three kinds that callers tell apart.

use std::{io, time::Duration};

/// Why a conversation with a destination failed. Never holds a personal value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    /// Surely nothing happened: wait, repeat.
    #[error("{what}")]
    Transient {
        /// What was said.
        what: String,
        /// How long the other side asked us to wait.
        wait: Option<Duration>,
    },
    /// Maybe everything happened: look it up, then decide.
    #[error("{what}")]
    Unknown {
        /// What was said.
        what: String,
    },
    /// It said no.
    #[error("{what}")]
    Permanent {
        /// What was said.
        what: String,
        /// What a person can do about it.
        help: Option<String>,
    },
}

/// Why the operating system said no, in the words that people know.
pub(crate) fn reason(error: &io::Error) -> String {
    error.kind().to_string().replace("entity ", "")
}

/// Whether another program has a file open: Windows alone keeps others out then.
pub(crate) fn is_open_elsewhere(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33))
}

impl Failure {
    /// It said no, and there is nothing to add.
    pub fn permanent(what: impl Into<String>) -> Self {
        Self::Permanent { what: what.into(), help: None }
    }

    /// It said no, and this is what a person can do.
    pub fn with_help(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Permanent { what: what.into(), help: Some(help.into()) }
    }

    /// Surely nothing happened.
    pub fn transient(what: impl Into<String>) -> Self {
        Self::Transient { what: what.into(), wait: None }
    }

    /// Maybe everything happened.
    pub fn unknown(what: impl Into<String>) -> Self {
        Self::Unknown { what: what.into() }
    }

    /// What a person can do about it, if the one who failed knew.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Permanent { help, .. } => help.as_deref(),
            Self::Transient { .. } | Self::Unknown { .. } => None,
        }
    }
}
