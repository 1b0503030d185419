//! Real servers for tests, started from their packages on loopback and stopped with the test.
//!
//! - [`better_auth`] starts several versions of better-auth.
//! - [`python`] starts a server of `tests/servers`; [`process`] contains the parts shared with servers in other
//!   languages.
//! - [`postgres`] starts PostgreSQL, and [`redis`] Redis.
//! - [`spector`] starts the mock server of TypeSpec's scenarios, and emits their documents.
//! - [`probe`] sends a list of requests to two servers and compares the responses.
//! - [`exchange`] sends a single request.
//! - [`declared`] applies declarations.
//! - [`document`] compares two OpenAPI documents.

pub mod better_auth;
pub mod declared;
pub mod document;
pub mod exchange;
mod install;
#[cfg(unix)]
pub mod postgres;
pub mod probe;
pub mod process;
pub mod python;
#[cfg(unix)]
pub mod redis;
#[cfg(unix)]
mod server;
pub mod spector;
