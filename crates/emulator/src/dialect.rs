//! The choice of an emulated vendor, with its version and options.

use api_keys_core::SecretKey;
use api_keys_memory::MemoryBuilder;
use axum::Router;

use crate::state::State;
use crate::vendor::Vendor;
use crate::wire::{ALPHANUMERIC, random};
use crate::{better_auth, clerk, fastapi, keyshield, latitude_sh, mcp};

/// An emulated vendor, with its version and options.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Dialect {
    /// better-auth.
    BetterAuth(better_auth::Options),
    /// Clerk.
    Clerk(clerk::Options),
    /// MCP.
    Mcp(mcp::Generation),
    /// Latitude.sh.
    LatitudeSh(latitude_sh::RateLimit),
    /// FastAPI.
    FastApi(fastapi::Mode),
    /// keyshield.
    Keyshield,
}

impl Dialect {
    /// Returns the emulated vendor.
    pub fn vendor(&self) -> Vendor {
        match self {
            Self::BetterAuth(_) => Vendor::BetterAuth,
            Self::Clerk(_) => Vendor::Clerk,
            Self::Mcp(_) => Vendor::Mcp,
            Self::LatitudeSh(_) => Vendor::LatitudeSh,
            Self::FastApi(_) => Vendor::FastApi,
            Self::Keyshield => Vendor::Keyshield,
        }
    }

    /// Returns the path of the base URL.
    pub(crate) fn base_path(&self) -> &'static str {
        match self {
            Self::BetterAuth(_) => better_auth::BASE_PATH,
            Self::Clerk(_) => clerk::BASE_PATH,
            Self::Mcp(_) | Self::LatitudeSh(_) | Self::FastApi(_) | Self::Keyshield => "",
        }
    }

    /// Configures the store with the vendor's ids, secrets and limits.
    pub(crate) fn store(&self, store: MemoryBuilder) -> MemoryBuilder {
        match self {
            Self::BetterAuth(_) => better_auth::store(store),
            Self::Clerk(_) => clerk::store(store),
            Self::Mcp(_) => mcp::store(store),
            Self::LatitudeSh(_) => latitude_sh::store(store),
            Self::FastApi(_) => fastapi::store(store),
            Self::Keyshield => keyshield::store(store),
        }
    }

    pub(crate) fn router(self, state: State) -> Router {
        match self {
            Self::BetterAuth(options) => better_auth::router(state, options),
            Self::Clerk(options) => clerk::router(state, options),
            Self::Mcp(generation) => mcp::router(state, generation),
            Self::LatitudeSh(limit) => latitude_sh::router(state, limit),
            Self::FastApi(mode) => fastapi::router(state, mode),
            Self::Keyshield => keyshield::router(state),
        }
    }
}

impl From<Vendor> for Dialect {
    fn from(vendor: Vendor) -> Self {
        match vendor {
            Vendor::BetterAuth => Self::BetterAuth(better_auth::Options::default()),
            Vendor::Clerk => Self::Clerk(clerk::Options::default()),
            Vendor::Mcp => Self::Mcp(mcp::Generation::default()),
            Vendor::LatitudeSh => Self::LatitudeSh(latitude_sh::RateLimit::default()),
            Vendor::FastApi => Self::FastApi(fastapi::Mode::default()),
            Vendor::Keyshield => Self::Keyshield,
        }
    }
}

impl From<better_auth::Version> for Dialect {
    fn from(version: better_auth::Version) -> Self {
        Self::BetterAuth(better_auth::Options::new(version))
    }
}

impl From<better_auth::Options> for Dialect {
    fn from(options: better_auth::Options) -> Self {
        Self::BetterAuth(options)
    }
}

impl From<clerk::Options> for Dialect {
    fn from(options: clerk::Options) -> Self {
        Self::Clerk(options)
    }
}

impl From<mcp::Generation> for Dialect {
    fn from(generation: mcp::Generation) -> Self {
        Self::Mcp(generation)
    }
}

impl From<latitude_sh::RateLimit> for Dialect {
    fn from(limit: latitude_sh::RateLimit) -> Self {
        Self::LatitudeSh(limit)
    }
}

impl From<fastapi::Mode> for Dialect {
    fn from(mode: fastapi::Mode) -> Self {
        Self::FastApi(mode)
    }
}

/// Generates a management credential in the vendor's format.
pub(crate) fn random_token(dialect: &Dialect) -> SecretKey {
    let token = random(ALPHANUMERIC, 32);
    SecretKey::new(match dialect {
        Dialect::Clerk(_) => format!("sk_test_{token}"),
        _ => token,
    })
}
