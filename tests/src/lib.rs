//! Shared helpers of the workspace tests.

#![allow(
    clippy::missing_errors_doc,
    reason = "an outcome is a `Result` that is looked at, failures included"
)]

pub mod contract;

/// The examples of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
