#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod config;

pub use api_keys_core::*;
pub use config::ProviderConfig;

#[cfg(feature = "better-auth")]
pub use api_keys_better_auth as better_auth;
#[cfg(feature = "better-auth")]
#[doc(no_inline)]
pub use api_keys_better_auth::BetterAuthConfig;
#[cfg(feature = "clerk")]
pub use api_keys_clerk as clerk;
#[cfg(feature = "clerk")]
#[doc(no_inline)]
pub use api_keys_clerk::ClerkConfig;
#[cfg(feature = "fastapi")]
pub use api_keys_fastapi as fastapi;
#[cfg(feature = "fastapi")]
#[doc(no_inline)]
pub use api_keys_fastapi::FastApiConfig;
#[cfg(any(
    feature = "better-auth",
    feature = "clerk",
    feature = "fastapi",
    feature = "keyshield",
    feature = "latitude-sh",
    feature = "mcp"
))]
pub use api_keys_http as http;
#[cfg(feature = "keyshield")]
pub use api_keys_keyshield as keyshield;
#[cfg(feature = "keyshield")]
#[doc(no_inline)]
pub use api_keys_keyshield::KeyshieldConfig;
#[cfg(feature = "latitude-sh")]
pub use api_keys_latitude_sh as latitude_sh;
#[cfg(feature = "latitude-sh")]
#[doc(no_inline)]
pub use api_keys_latitude_sh::LatitudeShConfig;
#[cfg(feature = "mcp")]
pub use api_keys_mcp as mcp;
#[cfg(feature = "mcp")]
#[doc(no_inline)]
pub use api_keys_mcp::McpConfig;
#[cfg(feature = "memory")]
pub use api_keys_memory as memory;
#[cfg(feature = "memory")]
#[doc(no_inline)]
pub use config::MemoryConfig;

#[cfg(doc)]
#[doc = include_str!("../docs/promises.md")]
pub mod promises {}
