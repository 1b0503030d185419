#![doc = include_str!("../README.md")]

mod config;
mod generated;
mod provider;

pub use api_keys_runtime::HttpConfig;
pub use config::{BetterAuthConfig, Credential};
pub use generated::*;
pub use provider::{BetterAuth, CAPABILITIES};
