#![doc = include_str!("../README.md")]

mod dialect;
mod server;
mod vendor;

pub use dialect::{Dialect, better_auth, clerk, fastapi, latitude_sh, mcp};
pub use server::{Emulator, EmulatorBuilder};
pub use vendor::{UnknownVendor, Vendor};
