//! All tests that look at the product from outside, in one binary.
#![expect(clippy::expect_used, reason = "a test may")]

mod bridge;
mod canary;
mod crash;
mod database;
mod found;
mod histories;
mod interference;
mod kill;
mod laws;
mod places;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "its own tests look further into it")]
mod postgres;
mod rules;
