//! How much a minute holds, for each user and for the project, reads and writes apart.
//!
//! Source: developers.google.com/sheets/api/limits. Whether Google's minutes slide or begin anew isn't said. Here
//! they slide, which is the stricter: whatever a minute that begins anew refuses, a sliding one refuses too.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

use super::{refusal::Refusal, request::Kind};

/// The limits, and what was taken of them.
#[derive(Debug)]
pub(crate) struct Quota {
    pub(crate) per_user: usize,
    pub(crate) per_project: usize,
    /// How long a minute is.
    pub(crate) minute: Duration,
    /// Google sends none.
    pub(crate) retry_after_seconds: Option<u64>,
    /// By kind and user; without a user, of the project.
    taken: HashMap<(Kind, Option<String>), VecDeque<Instant>>,
}

impl Quota {
    pub(crate) fn new() -> Self {
        Self {
            per_user: 60,
            per_project: 300,
            minute: Duration::from_mins(1),
            retry_after_seconds: None,
            taken: HashMap::new(),
        }
    }

    /// Other limits, and another minute.
    pub(crate) fn set(&mut self, per_user: usize, per_project: usize, minute: Duration) {
        (self.per_user, self.per_project, self.minute) = (per_user, per_project, minute);
    }

    /// None at all.
    pub(crate) fn lift(&mut self) {
        (self.per_user, self.per_project) = (usize::MAX, usize::MAX);
    }

    /// Takes one request; what is refused takes nothing (a guess).
    pub(crate) fn take(&mut self, kind: Kind, user: &str, project: u64) -> Result<(), Refusal> {
        let now = Instant::now();
        let what = if kind == Kind::Write { "Write" } else { "Read" };
        let both = [(Some(user.to_owned()), self.per_user), (None, self.per_project)];
        for (who, limit) in &both {
            let times = self.taken.entry((kind, who.clone())).or_default();
            while times.front().is_some_and(|then| now.duration_since(*then) >= self.minute) {
                times.pop_front();
            }
            if times.len() >= *limit {
                return Err(Refusal::quota(project, what, who.is_some(), *limit));
            }
        }
        for (who, _) in both {
            self.taken.entry((kind, who)).or_default().push_back(now);
        }
        Ok(())
    }
}
