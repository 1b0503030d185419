//! Contract tests: requests are validated against the OpenAPI documents, and responses are generated from them.

#![allow(
    clippy::missing_errors_doc,
    reason = "an outcome is a `Result` that is looked at, failures included"
)]

pub mod answer;
pub mod document;
pub mod findings;
pub mod judge;
pub mod outcome;
pub mod perform;
pub mod sample;
pub mod stage;
pub mod variation;
pub mod vendor;
pub mod wire;

/// The examples of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub mod readme {}
