#![doc = include_str!("../README.md")]

mod config;
mod generated;
mod provider;

pub use api_keys_runtime::HttpConfig;
pub use config::FastApiConfig;
pub use generated::*;
pub use provider::{CAPABILITIES, FastApi};
