//! All vendors, each with its document, its typed client and its provider.

pub use crate::connection::{CREDENTIAL, Connection, Given, Vendor, once};

mod better_auth;
mod clerk;
mod fastapi;
mod keyshield;
mod latitude_sh;
mod mcp;

/// Every vendor.
pub static VENDORS: [&Vendor; 6] = [
    &better_auth::VENDOR,
    &clerk::VENDOR,
    &mcp::VENDOR,
    &latitude_sh::VENDOR,
    &fastapi::VENDOR,
    &keyshield::VENDOR,
];
