//! The emulated vendors.

use std::fmt;
use std::str::FromStr;

/// An emulated vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// The API-key plugin of a better-auth server.
    BetterAuth,
    /// Clerk's Backend API.
    Clerk,
    /// `mcp-server-langgraph`, an MCP server.
    Mcp,
    /// Latitude.sh.
    LatitudeSh,
    /// Arthur's GenAI Engine, a FastAPI service.
    FastApi,
    /// An application that mounts the router of keyshield.
    Keyshield,
}

impl Vendor {
    /// All emulated vendors.
    pub const ALL: &'static [Self] =
        &[Self::BetterAuth, Self::Clerk, Self::Mcp, Self::LatitudeSh, Self::FastApi, Self::Keyshield];

    /// Returns the name of the vendor's provider.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BetterAuth => "better-auth",
            Self::Clerk => "clerk",
            Self::Mcp => "mcp",
            Self::LatitudeSh => "latitude-sh",
            Self::FastApi => "fastapi",
            Self::Keyshield => "keyshield",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An error for a name that is not that of an emulated vendor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownVendor(String);

impl fmt::Display for UnknownVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown emulated vendor {:?} (emulated:", self.0)?;
        for (i, vendor) in Vendor::ALL.iter().enumerate() {
            write!(f, "{} {vendor}", if i == 0 { "" } else { "," })?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for UnknownVendor {}

impl FromStr for Vendor {
    type Err = UnknownVendor;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|vendor| vendor.as_str() == name)
            .ok_or_else(|| UnknownVendor(name.to_owned()))
    }
}
