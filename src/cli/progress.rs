//! How far a run is: a bar on a terminal, log lines otherwise, and nothing in the first two seconds.

use std::{
    io::IsTerminal as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    catalogue::{Fill, say},
    connector::{Patience, Shared, Waiting},
    language::Language,
    progress::Progress,
};

/// What is over by then needs no bar.
const PATIENCE: Duration = Duration::from_secs(2);

/// A wait that is over by then needs no word.
const WAIT: Duration = Duration::from_millis(500);

/// How often a line says where a run is that nobody watches, and how often what it waits for.
const LINE_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Bar {
    start: Instant,
    bar: Option<ProgressBar>,
    line: Mutex<Option<Instant>>,
    wait_line: Mutex<Option<Instant>>,
    stage: Mutex<&'static str>,
    /// Whether the bar says what is waited for, instead of the stage.
    waits: AtomicBool,
}

impl Bar {
    pub(super) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            bar.set_style(
                ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len} {elapsed}")
                    .unwrap_or(ProgressStyle::default_bar()),
            );
            bar
        });
        let start = Instant::now();
        let (line, wait_line, stage, waits) = Default::default();
        Self { start, bar, line, wait_line, stage, waits }
    }

    /// What sources share that tell this bar of their waits.
    pub(super) fn shared(self: &Arc<Self>, language: Language) -> Shared {
        let told = Arc::clone(self);
        Shared::new(Patience::default(), Arc::new(move |waiting| told.wait(waiting, language)))
    }

    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Says what is waited for, if that takes a while: a bar every time, lines as soon as the run is a long one.
    fn wait(&self, waiting: &Waiting, language: Language) {
        if waiting.time < WAIT {
            return;
        }
        let seconds = (waiting.time + Duration::from_millis(999)).as_secs();
        if let Some(bar) = &self.bar {
            bar.set_message(say(waiting.what, language, &[("seconds", Fill::Number(seconds))]));
            self.waits.store(true, Ordering::Relaxed);
            self.show();
        } else if self.start.elapsed() + waiting.time >= PATIENCE && is_due(&self.wait_line) {
            tracing::info!(target: "sheetbridge::progress", waiting = waiting.what, seconds);
        }
    }

    fn is_long(&self) -> bool {
        self.start.elapsed() >= PATIENCE
    }

    fn show(&self) {
        if let Some(bar) = self.bar.as_ref().filter(|b| b.is_hidden() && self.is_long()) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(200));
        }
    }
}

/// Whether the last line is long enough ago; if so, there is one now.
fn is_due(line: &Mutex<Option<Instant>>) -> bool {
    let mut last = line.lock().unwrap_or_else(PoisonError::into_inner);
    let is_due = last.is_none_or(|last| last.elapsed() >= LINE_EVERY);
    if is_due {
        *last = Some(Instant::now());
    }
    is_due
}

impl Progress for Bar {
    fn stage(&self, name: &'static str, of: u64) {
        if let Some(bar) = &self.bar {
            bar.set_message(name);
            *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = name;
            bar.set_position(0);
            bar.set_length(of);
            self.show();
        } else if self.is_long() && is_due(&self.line) {
            tracing::info!(target: "sheetbridge::progress", stage = name, seconds = self.start.elapsed().as_secs());
        }
    }

    fn step(&self, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(steps);
            if self.waits.swap(false, Ordering::Relaxed) {
                bar.set_message(*self.stage.lock().unwrap_or_else(PoisonError::into_inner));
            }
            self.show();
        }
    }
}
