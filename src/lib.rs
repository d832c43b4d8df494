//! `sheetbridge` moves client lists out of spreadsheets, lawfully.

pub mod address;
pub mod catalogue;
pub mod change;
pub mod check;
pub mod config;
pub mod connector;
pub mod day;
pub mod failure;
pub mod finding;
pub mod language;
mod nearest;
pub mod port;
pub mod purpose;
pub mod record;
pub mod set;
pub mod sheet;
pub mod value;
