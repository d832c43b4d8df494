//! All tests that look at the product from outside, in one binary.
#![expect(clippy::expect_used, reason = "a test may")]
#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the files of a test are spelt as it spells them"
)]

mod bad;
mod books;
mod bridge;
mod cli;
mod expected;
mod program;
mod rules;
