//! Google Sheets.

mod account;
mod said;
mod session;
mod values;
