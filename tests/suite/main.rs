//! All tests that look at the product from outside, in one binary.
#![expect(clippy::expect_used, reason = "a test may")]

mod bridge;
mod histories;
mod interference;
mod laws;
mod rules;
