//! `check`: from drafts to records. One row at a time; a bad cell is a finding, never a lost row.

mod alike;
mod cell;
pub mod kind;
pub mod kinds;
pub mod mess;
#[cfg(test)]
pub(crate) mod testing;
