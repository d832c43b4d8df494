//! All tests that look at the product from outside, in one binary.
#![expect(clippy::expect_used, reason = "a test may")]
#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the files of a test are spelt as it spells them"
)]

mod bad;
mod books;
mod bridge;
mod canary;
mod cli;
mod crash;
mod database;
mod desk;
mod expected;
mod found;
mod fuzzed;
mod histories;
mod interference;
mod kill;
mod laws;
mod look;
mod overlooked;
mod places;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "its own tests look further into it")]
mod postgres;
mod program;
mod readme;
mod real;
mod rules;
