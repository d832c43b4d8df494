//! Google Sheets.

mod account;
mod said;
mod session;
#[cfg(test)]
mod session_tests;
mod values;
