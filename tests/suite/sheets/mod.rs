//! Google Sheets as a source, against a local server that does as Google does.

mod complaints;
mod faults;
mod mass;
mod office;
mod pull;
mod windows;

pub(crate) use office::{ID, quick};
