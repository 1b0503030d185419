#![doc = include_str!("../README.md")]

pub mod better_auth;
pub mod clerk;
mod dialect;
pub mod fastapi;
mod keyshield;
pub mod latitude_sh;
pub mod mcp;
mod pydantic;
mod server;
mod service;
mod state;
mod vendor;
mod wire;

pub use crate::dialect::Dialect;
pub use crate::server::{Emulator, EmulatorBuilder};
pub use crate::service::EmulatedService;
pub use crate::vendor::{UnknownVendor, Vendor};
