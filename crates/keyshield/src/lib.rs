#![doc = include_str!("../README.md")]

mod config;
mod generated;
mod provider;

pub use api_keys_runtime::HttpConfig;
pub use config::KeyshieldConfig;
pub use generated::*;
pub use provider::{CAPABILITIES, Keyshield};
