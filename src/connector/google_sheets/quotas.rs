//! What the calls of a process count against: the quotas of accounts and those of their projects, whatever keys they
//! come with.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use super::{account::Account, said::Quota};
use crate::http::{Bucket, Pace};

/// What an account may ask in a minute, reads and writes apart
/// (<https://developers.google.com/workspace/sheets/api/limits>).
const USER_PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("not zero");

/// The same of all accounts of a project.
const PROJECT_PER_MINUTE: NonZeroU32 = NonZeroU32::new(300).expect("not zero");

/// Which quota a bucket of the pace stands for, and what is said of waiting for it.
const USER_READS: &str = "google-waits-user-reads";
const PROJECT_READS: &str = "google-waits-project-reads";
const USER_WRITES: &str = "google-waits-user-writes";
const PROJECT_WRITES: &str = "google-waits-project-writes";

/// The pace of one account.
pub(crate) struct Paces {
    pub(super) reads: Pace,
    pub(super) writes: Pace,
}

/// A place, and who is counted there.
type Counted = (String, String);

/// The buckets of a project: reads, writes.
type Project = [Arc<Bucket>; 2];

/// The paces of all accounts of a process.
#[derive(Default)]
pub(crate) struct Quotas {
    accounts: Mutex<BTreeMap<Counted, Arc<Paces>>>,
    projects: Mutex<BTreeMap<Counted, Project>>,
}

impl Quotas {
    /// The pace of an account at an endpoint, which goes no faster than its project may.
    pub(super) fn of(&self, endpoint: &str, account: &Account) -> Arc<Paces> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = accounts.entry((endpoint.to_owned(), account.email().to_owned()));
        let pace = |what, project| Pace::new(vec![Arc::new(Bucket::new(what, USER_PER_MINUTE)), project]);
        let paces = known.or_insert_with(|| {
            let [reads, writes] = self.of_project(endpoint, account.project());
            Arc::new(Paces { reads: pace(USER_READS, reads), writes: pace(USER_WRITES, writes) })
        });
        Arc::clone(paces)
    }

    fn of_project(&self, endpoint: &str, project: &str) -> Project {
        let mut projects = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        let known = projects.entry((endpoint.to_owned(), project.to_owned()));
        let bucket = |what| Arc::new(Bucket::new(what, PROJECT_PER_MINUTE));
        known.or_insert_with(|| [PROJECT_READS, PROJECT_WRITES].map(bucket)).clone()
    }
}

/// The place of its bucket in a pace.
pub(super) fn bucket(quota: Quota) -> usize {
    match quota {
        Quota::User => 0,
        Quota::Project => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use tokio::time::Instant;

    use super::*;
    use crate::http::Waits;

    const HERE: &str = "https://sheets.googleapis.com";

    fn account(email: &str, project: &str, private_key: &str) -> Account {
        let key = json!({
            "type": "service_account", "project_id": project, "client_email": email, "private_key": private_key,
            "token_uri": "https://oauth2.googleapis.com/token",
        });
        Account::parse(&key.to_string(), None).expect("it is a key")
    }

    /// How many of so many calls, made in turn by each, begin at once.
    async fn at_once(paces: &[Arc<Paces>], calls: usize) -> usize {
        let waits: Waits = Arc::new(|_| ());
        let (begin, mut at_once) = (Instant::now(), 0);
        for pace in paces.iter().cycle().take(calls) {
            pace.reads.place(&waits).await;
            at_once += usize::from(begin.elapsed() < Duration::from_millis(1));
        }
        at_once
    }

    #[tokio::test(start_paused = true)]
    async fn two_keys_of_an_account_share_what_it_may() {
        let quotas = Quotas::default();
        let keys = ["ONE", "OTHER"].map(|key| quotas.of(HERE, &account("bridge@p.example", "p", key)));
        assert_eq!(at_once(&keys, 30).await, 12);
        let elsewhere = quotas.of("http://127.0.0.1:80", &account("bridge@p.example", "p", "ONE"));
        assert_eq!(at_once(&[elsewhere], 30).await, 12);
    }

    #[tokio::test(start_paused = true)]
    async fn the_accounts_of_a_project_share_what_it_may() {
        let quotas = Quotas::default();
        let of = |n: usize, project: &str| quotas.of(HERE, &account(&format!("a{n}@p.example"), project, "KEY"));
        let paces: Vec<_> = (0..10).map(|n| of(n, "p")).collect();
        assert_eq!(at_once(&paces, 120).await, 60);
        assert_eq!(at_once(&[of(10, "p")], 12).await, 0, "whoever comes later waits as well");
        assert_eq!(at_once(&[of(11, "other")], 12).await, 12);
        paces[0].reads.close(bucket(Quota::Project), Duration::from_secs(30));
        assert_eq!(at_once(&[of(12, "p")], 1).await, 0, "what closes the project closes it for all");
        assert_eq!(at_once(&[of(13, "other")], 1).await, 1);
    }
}
