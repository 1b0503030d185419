//! Contract tests: requests are validated against the OpenAPI documents, and responses are generated from them.

#![allow(
    clippy::missing_errors_doc,
    reason = "an outcome is a `Result` that is looked at, failures included"
)]

mod connection;
pub mod document;
pub mod mock_server;
pub mod outcome;
pub mod perform;
pub mod response;
pub mod sample;
pub mod validator;
pub mod variation;
pub mod vendor;
pub mod violations;
pub mod wire;

/// The examples of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub mod readme {}
