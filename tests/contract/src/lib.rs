//! Contract tests: requests are validated against the OpenAPI documents, and responses are generated from them.
//!
//! Each vendor's crate describes the vendor in `tests/contract.rs` and runs all [checks](checks::CHECKS) on it with
//! [`contract_tests!`].

#![allow(
    clippy::missing_errors_doc,
    reason = "an outcome is a `Result` that is looked at, failures included"
)]

pub mod checks;
mod connection;
pub mod document;
pub mod mock_server;
pub mod outcome;
pub mod perform;
pub mod response;
pub mod sample;
pub mod validator;
pub mod variation;
pub mod violations;
pub mod wire;

pub use checks::run;
pub use connection::{Args, CREDENTIAL, Call, Calls, Connection, Vendor, without_retries};
pub use document::Document;
pub use outcome::{issued, plain};

/// The examples of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub mod readme {}
