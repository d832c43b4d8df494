//! Google Sheets as a source, against a local server that does as Google does.

mod office;
mod pull;
mod written;
