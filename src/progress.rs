//! How a run says how far it is, and how long each stage took.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Told of every stage and of what is done of it; called from any thread.
pub trait Progress: Sync {
    /// A stage begins that has `of` steps; 0 when nobody knows.
    fn stage(&self, name: &'static str, of: u64);
    /// Some steps are done.
    fn step(&self, steps: u64);
    /// How long each stage took so far, in milliseconds, in the order in which they first began; empty from whom
    /// keeps no count. A stage that begins again, as for a second destination, goes on counting.
    fn times(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str, _: u64) {}
    fn step(&self, _: u64) {}
}

/// Keeps count of the stages by a clock that is handed in, and passes on what it is told.
pub struct Stopwatch<'a> {
    inner: &'a dyn Progress,
    clock: &'a (dyn Fn() -> Duration + Sync),
    laps: Mutex<Laps>,
}

/// What each stage took until the last one began, and when that was.
#[derive(Clone, Default)]
struct Laps {
    done: Vec<(&'static str, Duration)>,
    running: Option<(&'static str, Duration)>,
}

impl<'a> Stopwatch<'a> {
    /// One that nothing was told yet; `clock` says how long something has been going on, such as the process.
    #[must_use]
    pub fn new(inner: &'a dyn Progress, clock: &'a (dyn Fn() -> Duration + Sync)) -> Self {
        Self { inner, clock, laps: Mutex::default() }
    }

    fn laps<T>(&self, with: impl FnOnce(&mut Laps) -> T) -> T {
        with(&mut self.laps.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Laps {
    /// Ends what is running, `now`.
    fn end(&mut self, now: Duration) {
        let Some((name, began)) = self.running.take() else { return };
        let took = now.saturating_sub(began);
        match self.done.iter_mut().find(|(n, _)| *n == name) {
            Some((_, sum)) => *sum += took,
            None => self.done.push((name, took)),
        }
    }
}

impl Progress for Stopwatch<'_> {
    fn stage(&self, name: &'static str, of: u64) {
        let now = (self.clock)();
        self.laps(|laps| {
            laps.end(now);
            laps.running = Some((name, now));
        });
        self.inner.stage(name, of);
    }

    fn step(&self, steps: u64) {
        self.inner.step(steps);
    }

    fn times(&self) -> Vec<(&'static str, u64)> {
        let now = (self.clock)();
        let mut laps = self.laps(|laps| laps.clone());
        laps.end(now);
        laps.done.into_iter().map(|(name, took)| (name, u64::try_from(took.as_millis()).unwrap_or(u64::MAX))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn stages_are_timed_and_one_that_comes_again_goes_on() {
        let now = AtomicU64::new(5);
        let clock = || Duration::from_millis(now.load(Ordering::Relaxed));
        let watch = Stopwatch::new(&Silent, &clock);
        assert_eq!(watch.times(), []);
        for (name, takes) in [("open", 3), ("match", 4), ("write", 10), ("match", 6), ("write", 20)] {
            watch.stage(name, 0);
            now.fetch_add(takes, Ordering::Relaxed);
        }
        assert_eq!(watch.times(), [("open", 3), ("match", 10), ("write", 30)]);
        now.fetch_add(1, Ordering::Relaxed);
        assert_eq!(watch.times().last(), Some(&("write", 31)), "what runs still counts");
        now.store(0, Ordering::Relaxed);
        assert_eq!(watch.times().last(), Some(&("write", 10)), "a clock that goes back takes nothing away");
    }
}
