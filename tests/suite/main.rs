//! All tests that look at the product from outside, in one binary.
#![expect(clippy::expect_used, reason = "a test may")]
#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the files of a test are spelt as it spells them"
)]

mod asked;
mod bad;
mod books;
mod bridge;
mod canary;
mod cli;
#[cfg(unix)]
mod confirmed;
mod crash;
mod database;
mod database_sources;
mod desk;
mod expected;
mod extends;
mod flows;
mod found;
mod fuzzed;
#[path = "../support/google/mod.rs"]
mod google;
mod google_client;
mod google_server;
mod histories;
mod init;
mod interference;
mod kill;
mod laws;
mod lists;
mod look;
mod night;
mod overlooked;
mod pages;
mod past;
mod places;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "its own tests look further into it")]
mod postgres;
mod program;
mod readme;
mod real;
mod review;
mod rules;
mod scheduled;
mod schema;
mod sheets;
mod shell;
mod sources;
mod taken_back;
#[cfg(unix)]
mod terminal;
