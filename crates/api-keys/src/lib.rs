#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

#[cfg(feature = "bulk")]
mod bulk;
mod config;
mod vendors;

pub use api_keys_core::*;
#[cfg(feature = "bulk")]
pub use bulk::{ForEach, Progress, Summary, Throttled, for_each_key};
pub use vendors::*;

#[cfg(doc)]
#[doc = include_str!("../docs/promises.md")]
pub mod promises {}

// Its examples use most vendors.
#[cfg(all(doc, feature = "all-vendors", feature = "rustls"))]
pub mod guide;
