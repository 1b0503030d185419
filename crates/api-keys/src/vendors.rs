//! The supported vendors.
//!
//! A vendor has a module, an entry in [`VENDORS`], a variant of [`ProviderConfig`] and an arm in two of its methods.

use std::sync::Arc;

use api_keys_core::{ApiKeyProvider, Capabilities, Result};
use serde::Deserialize;

/// Keys of a better-auth server.
#[cfg(feature = "better-auth")]
#[doc(inline)]
pub use api_keys_better_auth as better_auth;
/// Keys of a Clerk instance.
#[cfg(feature = "clerk")]
#[doc(inline)]
pub use api_keys_clerk as clerk;
/// Keys of Arthur's GenAI Engine, a FastAPI service.
#[cfg(feature = "fastapi")]
#[doc(inline)]
pub use api_keys_fastapi as fastapi;
/// Keys of an application that mounts keyshield.
#[cfg(feature = "keyshield")]
#[doc(inline)]
pub use api_keys_keyshield as keyshield;
/// Keys of a Latitude.sh account.
#[cfg(feature = "latitude-sh")]
#[doc(inline)]
pub use api_keys_latitude_sh as latitude_sh;
/// Keys of the MCP server `mcp-server-langgraph`.
#[cfg(feature = "mcp")]
#[doc(inline)]
pub use api_keys_mcp as mcp;
/// In-memory provider.
#[cfg(feature = "memory")]
#[doc(inline)]
pub use api_keys_memory as memory;
/// HTTP runtime of the generated clients.
#[cfg(feature = "runtime")]
#[doc(inline)]
pub use api_keys_runtime as runtime;
/// Keys in a database of the application.
#[cfg(feature = "sql")]
#[doc(inline)]
pub use api_keys_sql as sql;

/// Names, service, credential and capabilities of a supported vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct VendorInfo {
    /// Value of `vendor` in configurations, and name of the Cargo feature.
    pub name: &'static str,
    /// Name for people, such as the heading of a column.
    pub title: &'static str,
    /// Service that the keys belong to.
    pub service: &'static str,
    /// Credential that the provider authenticates with.
    pub credential: &'static str,
    /// Supported operations and fields.
    pub capabilities: Capabilities,
}

/// Vendors that are compiled in, in the order of the tables in the documentation.
///
/// ```
/// # #[cfg(feature = "clerk")]
/// assert!(api_keys::VENDORS.iter().any(|vendor| vendor.name == "clerk" && vendor.title == "Clerk"));
/// ```
pub const VENDORS: &[VendorInfo] = &[
    #[cfg(feature = "better-auth")]
    VendorInfo {
        name: "better-auth",
        title: "better-auth",
        service: "API-key plugin of a better-auth server",
        credential: "session token, or an API key",
        capabilities: better_auth::CAPABILITIES,
    },
    #[cfg(feature = "clerk")]
    VendorInfo {
        name: "clerk",
        title: "Clerk",
        service: "Clerk instance",
        credential: "secret key of the instance",
        capabilities: clerk::CAPABILITIES,
    },
    #[cfg(feature = "mcp")]
    VendorInfo {
        name: "mcp",
        title: "MCP",
        service: "`mcp-server-langgraph` of vishnu2kmohan, an MCP server",
        credential: "JSON Web Token of a user",
        capabilities: mcp::CAPABILITIES,
    },
    #[cfg(feature = "latitude-sh")]
    VendorInfo {
        name: "latitude-sh",
        title: "Latitude.sh",
        service: "Latitude.sh account",
        credential: "API key of the account",
        capabilities: latitude_sh::CAPABILITIES,
    },
    #[cfg(feature = "fastapi")]
    VendorInfo {
        name: "fastapi",
        title: "FastAPI",
        service: "Arthur's GenAI Engine, a FastAPI service",
        credential: "master key, or token of an administrator",
        capabilities: fastapi::CAPABILITIES,
    },
    #[cfg(feature = "keyshield")]
    VendorInfo {
        name: "keyshield",
        title: "keyshield",
        service: "application that mounts the router of keyshield",
        credential: "whatever the application requires",
        capabilities: keyshield::CAPABILITIES,
    },
    #[cfg(feature = "sql")]
    VendorInfo {
        name: "sql",
        title: "SQL",
        service: "SQLite or PostgreSQL database of the application",
        credential: "URL of the database",
        capabilities: sql::CAPABILITIES,
    },
];

/// Configuration of a provider: the vendor, its address and the credential.
///
/// It is read from a [file](Self::from_file), from [environment variables](Self::from_env), from a
/// [value](Self::from_value), or as a part of an application's own configuration, since it implements `Deserialize`.
/// The field `vendor` selects the variant; the other fields are those of the variant's type. Credentials are
/// [`SecretSource`](api_keys_core::SecretSource)s: a value, an environment variable or a file.
///
/// ```
/// # #[cfg(feature = "memory")] {
/// use api_keys::{ApiKeyProvider, ProviderConfig};
///
/// let config = ProviderConfig::from_value(serde_json::json!({ "vendor": "memory", "max_active": 5 }))?;
/// let provider = config.build()?;
/// assert_eq!(provider.vendor(), "memory");
/// # }
/// # Ok::<(), api_keys::Error>(())
/// ```
#[derive(Debug, Clone, Deserialize)]
#[must_use]
#[serde(tag = "vendor", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProviderConfig {
    /// A better-auth server.
    #[cfg(feature = "better-auth")]
    BetterAuth(better_auth::BetterAuthConfig),
    /// A Clerk instance.
    #[cfg(feature = "clerk")]
    Clerk(clerk::ClerkConfig),
    /// Arthur's GenAI Engine, a FastAPI service.
    #[cfg(feature = "fastapi")]
    #[serde(rename = "fastapi")]
    FastApi(fastapi::FastApiConfig),
    /// An application that mounts keyshield.
    #[cfg(feature = "keyshield")]
    Keyshield(keyshield::KeyshieldConfig),
    /// A Latitude.sh account.
    #[cfg(feature = "latitude-sh")]
    LatitudeSh(latitude_sh::LatitudeShConfig),
    /// A user of the MCP server `mcp-server-langgraph`.
    #[cfg(feature = "mcp")]
    Mcp(mcp::McpConfig),
    /// In-memory keys.
    #[cfg(feature = "memory")]
    Memory(memory::MemoryConfig),
    /// Keys in a database of the application.
    #[cfg(feature = "sql")]
    Sql(sql::SqlConfig),
}

impl ProviderConfig {
    /// Builds the provider without sending a request.
    ///
    /// # Errors
    /// Returns [`Configuration`](api_keys_core::ErrorKind::Configuration) if a setting is invalid or the credential
    /// cannot be read.
    pub fn build(self) -> Result<Arc<dyn ApiKeyProvider>> {
        match self {
            #[cfg(feature = "better-auth")]
            Self::BetterAuth(config) => Ok(Arc::new(config.build()?)),
            #[cfg(feature = "clerk")]
            Self::Clerk(config) => Ok(Arc::new(config.build()?)),
            #[cfg(feature = "fastapi")]
            Self::FastApi(config) => Ok(Arc::new(config.build()?)),
            #[cfg(feature = "keyshield")]
            Self::Keyshield(config) => Ok(Arc::new(config.build()?)),
            #[cfg(feature = "latitude-sh")]
            Self::LatitudeSh(config) => Ok(Arc::new(config.build()?)),
            #[cfg(feature = "mcp")]
            Self::Mcp(config) => Ok(Arc::new(config.build()?)),
            #[cfg(feature = "memory")]
            Self::Memory(config) => Ok(Arc::new(config.build()?)),
            #[cfg(feature = "sql")]
            Self::Sql(config) => Ok(Arc::new(config.build()?)),
        }
    }

    /// Returns the settings of the HTTP client, or `None` for a provider without one.
    ///
    /// ```
    /// # #[cfg(feature = "clerk")] {
    /// use api_keys::ProviderConfig;
    /// use std::time::Duration;
    ///
    /// let config = serde_json::json!({ "vendor": "clerk", "token": "sk_test_0123456789" });
    /// let mut config = ProviderConfig::from_value(config)?;
    /// if let Some(http) = config.http_mut() {
    ///     http.timeout = Some(Duration::from_secs(10));
    /// }
    /// # }
    /// # Ok::<(), api_keys::Error>(())
    /// ```
    #[cfg(feature = "runtime")]
    pub fn http_mut(&mut self) -> Option<&mut runtime::HttpConfig> {
        match *self {
            #[cfg(feature = "better-auth")]
            Self::BetterAuth(ref mut config) => Some(&mut config.http),
            #[cfg(feature = "clerk")]
            Self::Clerk(ref mut config) => Some(&mut config.http),
            #[cfg(feature = "fastapi")]
            Self::FastApi(ref mut config) => Some(&mut config.http),
            #[cfg(feature = "keyshield")]
            Self::Keyshield(ref mut config) => Some(&mut config.http),
            #[cfg(feature = "latitude-sh")]
            Self::LatitudeSh(ref mut config) => Some(&mut config.http),
            #[cfg(feature = "mcp")]
            Self::Mcp(ref mut config) => Some(&mut config.http),
            #[cfg(feature = "memory")]
            Self::Memory(_) => None,
            #[cfg(feature = "sql")]
            Self::Sql(_) => None,
        }
    }

    /// Sends requests with `transport`, which several providers can share.
    #[cfg(feature = "runtime")]
    pub fn with_transport(mut self, transport: Arc<dyn runtime::Transport>) -> Self {
        if let Some(http) = self.http_mut() {
            http.transport = Some(transport);
        }
        self
    }

    /// Shares connections and TLS settings with the other providers that are given the same `http`, and keeps all
    /// other settings.
    #[cfg(feature = "runtime")]
    pub fn share_http(mut self, http: &runtime::HttpConfig) -> Self {
        if let Some(own) = self.http_mut() {
            *own = std::mem::take(own).share(http);
        }
        self
    }
}
