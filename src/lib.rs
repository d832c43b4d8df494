//! `sheetbridge` moves client lists out of spreadsheets, lawfully.

pub mod address;
pub mod catalogue;
pub mod check;
pub mod day;
pub mod failure;
pub mod finding;
pub mod language;
pub mod name;
pub mod purpose;
pub mod record;
pub mod set;
pub mod sheet;
pub mod value;
