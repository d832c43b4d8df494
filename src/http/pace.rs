//! A pace that stays ahead of a server's quotas: a call begins when each of them has a place for it.
//!
//! A server may count its minute from any instant. A bucket that starts full with `b` places and regains one every
//! `p` lets `b − 1 + ⌈60 s / p⌉` calls into the busiest minute, so that sum is what must stay below the quota; `b`
//! places and all of the quota a minute, the usual reading of "60 a minute", lets in 119.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use tokio::time::Instant;

use super::patience::{Waits, wait};

/// Several quotas that one call uses up at once, of which all but the first may be used up by other paces, too.
pub(crate) struct Pace {
    /// One call at a time looks for its places: so one call alone may hold a place of the first bucket while it waits
    /// for another, and they go in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    buckets: Vec<Arc<Bucket>>,
}

/// A quota.
pub(crate) struct Bucket {
    what: &'static str,
    places: RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>,
    closed: Mutex<Option<Instant>>,
}

impl Pace {
    /// A pace for quotas, the first of which is its own.
    pub(crate) fn new(buckets: Vec<Arc<Bucket>>) -> Self {
        Self { turn: tokio::sync::Mutex::new(()), buckets }
    }

    /// Waits until a call may begin.
    pub(crate) async fn place(&self, waits: &Waits) {
        let _turn = self.turn.lock().await;
        for bucket in &self.buckets {
            bucket.place(waits).await;
        }
        // A refusal may close one of them while another is waited for.
        while let Some((what, time)) = self.buckets.iter().find_map(|bucket| bucket.closed()) {
            wait(waits, what, time).await;
        }
    }

    /// Lets nobody begin for a while: the server said that the quota is used up. For longer than a clock can tell
    /// nothing is closed.
    pub(crate) fn close(&self, bucket: usize, time: Duration) {
        let until = Instant::now().checked_add(time);
        let mut closed = self.buckets[bucket].closed.lock().unwrap_or_else(PoisonError::into_inner);
        *closed = (*closed).max(until);
    }
}

impl Bucket {
    /// A quota of so many calls a minute, with what is said of a wait for it.
    pub(crate) fn new(what: &'static str, a_minute: NonZeroU32) -> Self {
        let places = RateLimiter::direct_with_clock(quota(a_minute), Ticks(Instant::now()));
        Self { what, places, closed: Mutex::new(None) }
    }

    async fn place(&self, waits: &Waits) {
        while let Err(not_yet) = self.places.check() {
            let time = not_yet.wait_time_from(self.places.clock().now());
            wait(waits, self.what, time).await;
        }
    }

    /// How long it stays closed.
    fn closed(&self) -> Option<(&'static str, Duration)> {
        let until = (*self.closed.lock().unwrap_or_else(PoisonError::into_inner))?;
        let time = until.saturating_duration_since(Instant::now());
        (!time.is_zero()).then_some((self.what, time))
    }
}

const MINUTE: Duration = Duration::from_mins(1);

/// A quota that no minute exceeds. A fifth of it is there at once, so that a run over a few sheets waits for nothing;
/// the rest comes evenly. A thirtieth is never used: calls don't take equally long to get there, and one may have
/// held its place while it waited for another bucket.
fn quota(a_minute: NonZeroU32) -> Quota {
    let all = a_minute.get();
    let at_once = (all / 5).max(1);
    let later = (all + 1).saturating_sub(at_once + all.div_ceil(30)).max(1);
    let at_once = NonZeroU32::new(at_once).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(MINUTE / later).unwrap_or(Quota::per_minute(NonZeroU32::MIN)).allow_burst(at_once)
}

/// The clock of tokio, which a test can move.
#[derive(Clone)]
struct Ticks(Instant);

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// How many calls a server refuses that counts in a sliding minute and in one that starts with its clock.
    fn refused(arrivals: &[Duration], quota: u32) -> usize {
        let (mut sliding, mut fixed) = (VecDeque::new(), (0, 0));
        let over = |at: &&Duration| {
            sliding.push_back(**at);
            while sliding.front().is_some_and(|first| *first + MINUTE <= **at) {
                sliding.pop_front();
            }
            let minute = at.as_secs() / 60;
            fixed = if fixed.0 == minute { (minute, fixed.1 + 1) } else { (minute, 1) };
            sliding.len().max(fixed.1) > quota as usize
        };
        arrivals.iter().filter(over).count()
    }

    fn nobody() -> Waits {
        Arc::new(|_| ())
    }

    fn n(n: u32) -> NonZeroU32 {
        NonZeroU32::new(n).expect("not zero")
    }

    /// When the calls of an hour arrive, some at once and some after two seconds; each seventh is made after `idle`.
    async fn hour(pace: &Pace, idle: Duration) -> Vec<Duration> {
        let (begin, mut arrivals) = (Instant::now(), Vec::new());
        while begin.elapsed() < MINUTE * 60 {
            pace.place(&nobody()).await;
            let under_way = Duration::from_millis(arrivals.len() as u64 * 769 % 2000);
            arrivals.push(begin.elapsed() + under_way);
            if arrivals.len() % 7 == 0 {
                tokio::time::sleep(idle).await;
            }
        }
        arrivals.sort();
        arrivals
    }

    fn pace(quotas: &[u32]) -> Pace {
        Pace::new(quotas.iter().map(|quota| Arc::new(Bucket::new("a wait", n(*quota)))).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn an_hour_goes_without_a_refusal() {
        for quotas in [&[60][..], &[300], &[60, 300], &[60, 60], &[2], &[7, 5]] {
            for idle in [Duration::ZERO, Duration::from_secs(11), Duration::from_secs(61)] {
                let arrivals = hour(&pace(quotas), idle).await;
                for quota in quotas {
                    assert_eq!(refused(&arrivals, *quota), 0, "{quotas:?}, {idle:?}");
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn little_of_a_quota_is_left_unused() {
        for quotas in [&[60][..], &[60, 300], &[300]] {
            let (calls, all) = (hour(&pace(quotas), Duration::ZERO).await.len(), quotas[0] as usize * 60);
            assert!(calls * 100 > all * 76, "{quotas:?}: {calls} of {all}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_calls_wait_for_nothing_and_further_ones_say_what_for() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let waits: Waits = {
            let told = Arc::clone(&told);
            Arc::new(move |w| told.lock().expect("one thread").push(*w))
        };
        let (pace, begin) = (pace(&[60, 300]), Instant::now());
        for _ in 0..12 {
            pace.place(&waits).await;
        }
        assert_eq!((begin.elapsed(), told.lock().expect("one thread").len()), (Duration::ZERO, 0));
        pace.place(&waits).await;
        let told = told.lock().expect("one thread");
        assert!(told.iter().all(|w| w.what == "a wait") && begin.elapsed() > Duration::from_secs(1), "{told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_bucket_lets_nobody_through_until_it_opens() {
        let (pace, begin) = (Arc::new(pace(&[60, 300])), Instant::now());
        pace.close(1, Duration::from_secs(30));
        pace.close(1, Duration::from_secs(5));
        pace.close(1, Duration::MAX);
        let calls: Vec<_> = (0..3)
            .map(|_| {
                let pace = Arc::clone(&pace);
                tokio::spawn(async move { pace.place(&nobody()).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_secs(10)).await;
        pace.close(0, Duration::from_secs(30));
        for call in calls {
            call.await.expect("it gets its place");
        }
        assert_eq!(begin.elapsed().as_secs(), 40);
    }
}
