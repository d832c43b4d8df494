//! Google Sheets as a source, against a local server that does as Google does.

mod complaints;
mod faults;
mod init;
mod mass;
mod office;
mod pull;
mod secrets;
mod waits;
mod windows;
mod written;

pub(crate) use office::{ID, quick};
