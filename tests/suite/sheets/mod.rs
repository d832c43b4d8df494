//! Google Sheets as a source, against a local server that does as Google does.

mod init;
mod office;
mod pull;
mod secrets;
