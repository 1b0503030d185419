//! Shared helpers of the workspace tests.

pub mod contract;

/// The examples of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
