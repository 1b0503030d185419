//! Whose dialect.

use std::fmt;
use std::str::FromStr;

/// A vendor whose dialect can be spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// The API-key plugin of a better-auth server.
    BetterAuth,
    /// Clerk's Backend API.
    Clerk,
    /// The MCP server with LangGraph.
    Mcp,
    /// Latitude.sh.
    LatitudeSh,
    /// A FastAPI application with an API-key router.
    FastApi,
}

impl Vendor {
    /// Every vendor.
    pub const ALL: [Self; 5] = [Self::BetterAuth, Self::Clerk, Self::Mcp, Self::LatitudeSh, Self::FastApi];

    /// The name that the vendor's provider goes by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BetterAuth => "better-auth",
            Self::Clerk => "clerk",
            Self::Mcp => "mcp",
            Self::LatitudeSh => "latitude-sh",
            Self::FastApi => "fastapi",
        }
    }
}

impl fmt::Display for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no [`Vendor`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownVendor(String);

impl fmt::Display for UnknownVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is no emulated vendor; they are", self.0)?;
        for (i, vendor) in Vendor::ALL.into_iter().enumerate() {
            write!(f, "{} {vendor}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownVendor {}

impl FromStr for Vendor {
    type Err = UnknownVendor;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|vendor| vendor.as_str() == name)
            .ok_or_else(|| UnknownVendor(name.to_owned()))
    }
}
