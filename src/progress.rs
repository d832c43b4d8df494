//! How a run says how far it is.

/// Told of every stage and of what is done of it; called from any thread.
pub trait Progress: Sync {
    /// A stage begins that has `of` steps; 0 when nobody knows.
    fn stage(&self, name: &'static str, of: u64);
    /// Some steps are done.
    fn step(&self, steps: u64);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str, _: u64) {}
    fn step(&self, _: u64) {}
}
