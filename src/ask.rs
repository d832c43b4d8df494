//! What a run is asked to do.

use std::collections::BTreeMap;

use crate::{config::Config, plan::PERCENT, report::Command};

/// What a run is asked to do.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that somebody sets or doesn't")]
pub struct Ask {
    /// Show, or do.
    pub command: Command,
    /// The routes to go; empty for all.
    pub routes: Vec<String>,
    /// How many of a hundred of a route's cards may go or be rewritten without a person's word.
    pub guard: usize,
    /// The plans that must still be the same, as route and digest.
    pub expected: Option<BTreeMap<String, String>>,
    /// Whether every change is listed.
    pub detail: bool,
    /// Whether what only a person can decide is laid side by side.
    pub review: bool,
    /// Whether the clock is right though an earlier run was at a later day.
    pub clock_is_right: bool,
    /// So many cards of a route go first, and the rest is left for later.
    pub limit: Option<usize>,
    /// Only the cards of the rows at these addresses go, see [`crate::address::Address`].
    pub only: Vec<String>,
    /// Whether the values are shown that changes and findings speak of, see [`crate::report::Revealed`].
    pub reveal: bool,
    /// Whether the rows that wait are handed out as they stand, see [`crate::report::Rejects`].
    pub rejects: bool,
    /// Whom somebody looks for at the one route that goes, see [`crate::why`].
    pub why: Option<String>,
}

impl Ask {
    /// All routes, under the usual guard, and nothing else.
    #[must_use]
    pub fn new(command: Command) -> Self {
        Self {
            command,
            routes: Vec::new(),
            guard: PERCENT,
            expected: None,
            detail: false,
            limit: None,
            only: Vec::new(),
            reveal: false,
            rejects: false,
            review: false,
            clock_is_right: false,
            why: None,
        }
    }

    /// Whether personal values are handed out.
    pub(crate) fn looks(&self) -> bool {
        self.reveal || self.rejects
    }

    /// Whether a route is to go: it is asked for, and in the plan, where there is one.
    pub(crate) fn goes(&self, route: &str) -> bool {
        (self.routes.is_empty() || self.routes.iter().any(|r| r == route))
            && self.expected.as_ref().is_none_or(|planned| planned.contains_key(route))
    }

    /// A route of the plan that is no more, or one that is asked for and not in the plan.
    pub(crate) fn unplanned(&self, config: &Config) -> Option<&str> {
        let planned = self.expected.as_ref()?;
        let is_gone = |route: &&String| config.routes.iter().all(|r| r.name != **route);
        let gone = planned.keys().find(is_gone);
        gone.or_else(|| self.routes.iter().find(|r| !planned.contains_key(*r))).map(String::as_str)
    }
}
