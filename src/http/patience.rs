//! How long a server is waited for and how often it is asked again, and who is told.

use std::{sync::Arc, time::Duration};

use backon::{BackoffBuilder as _, ExponentialBuilder};

/// How long a server is waited for, and how often it is asked again. Handed in, so that a test can be quick.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Patience {
    /// How long one call may take as a whole, from connecting to the last byte.
    pub call: Duration,
    /// How long connecting may take, TLS and proxies included.
    pub connect: Duration,
    /// How often a call is made at most.
    pub tries: usize,
    /// How long the wait before the second try is; each later one is twice as long.
    pub first_wait: Duration,
    /// How long a wait grows at most.
    pub longest_wait: Duration,
}

impl Default for Patience {
    /// Google ends a request of its own after 180 s, and asks to back off up to 64 s.
    fn default() -> Self {
        Self {
            call: Duration::from_mins(3),
            connect: Duration::from_secs(10),
            tries: 5,
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(64),
        }
    }
}

impl Patience {
    /// The waits between the tries: each about twice as long as the one before, and none of two programs alike.
    pub(crate) fn waits(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        let longest = self.longest_wait;
        ExponentialBuilder::default()
            .with_min_delay(self.first_wait.min(longest))
            .with_max_delay(longest)
            .with_max_times(self.tries.saturating_sub(1))
            .with_jitter()
            .build()
            .map(move |wait| wait.min(longest))
    }
}

/// Something is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// What for: a name of the catalogue, whose text may hold `{seconds}`.
    pub what: &'static str,
    /// How long.
    pub time: Duration,
}

/// Who is told of every wait before it begins; called from any thread.
pub type Waits = Arc<dyn Fn(&Waiting) + Send + Sync>;

/// Tells who is to be told, and waits.
pub(crate) async fn wait(waits: &Waits, what: &'static str, time: Duration) {
    waits(&Waiting { what, time });
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_about_twice_as_long_and_none_is_too_long() {
        let patience = Patience { tries: 10, ..Patience::default() };
        let waits: Vec<f64> = patience.waits().map(|wait| wait.as_secs_f64()).collect();
        assert_eq!(waits.len(), 9, "the first try waits for nothing");
        for (wait, least) in waits.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 64.0, 64.0_f64]) {
            assert!((least..=(least * 2.0).min(64.0)).contains(wait), "{waits:?}");
        }
        let again: Vec<f64> = patience.waits().map(|wait| wait.as_secs_f64()).collect();
        assert_ne!(waits, again, "two programs that failed together don't come back together");
    }

    #[test]
    fn somebody_without_patience_asks_once() {
        for tries in [0, 1] {
            assert_eq!(Patience { tries, ..Patience::default() }.waits().count(), 0);
        }
    }
}
