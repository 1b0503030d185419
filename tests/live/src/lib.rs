//! Real servers for tests: started from their packages, on loopback, and stopped with the test that started them.
//!
//! - [`better_auth`] starts better-auth, of several versions.
//! - [`python`] starts a server out of `tests/servers`; [`process`] is what it has in common with servers of other
//!   languages.
//! - [`probe`] sends one list of requests to two servers and tells what they answer differently.
//! - [`exchange`] sends a single request.
//! - [`document`] tells what two OpenAPI documents say differently.

pub mod better_auth;
pub mod document;
pub mod exchange;
mod install;
pub mod probe;
pub mod process;
pub mod python;
