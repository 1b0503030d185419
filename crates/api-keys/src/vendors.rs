//! The table of vendors: what is here for each, and what chooses between them.

use std::sync::Arc;

use api_keys_core::{ApiKeyProvider, Result};
use serde::Deserialize;

#[cfg(feature = "memory")]
pub use crate::config::MemoryConfig;

/// Makes the re-exports and the configuration of the vendors, each behind its feature.
macro_rules! vendors {
    ($(
        #[doc = $what:literal]
        $name:literal: $module:ident, $variant:ident($package:ident::$config:ident);
    )*) => {
        $(
            #[cfg(feature = $name)]
            pub use $package as $module;
            #[cfg(feature = $name)]
            #[doc(no_inline)]
            pub use $package::$config;
        )*
        #[cfg(any($(feature = $name),*))]
        pub use api_keys_runtime as http;
        #[cfg(feature = "memory")]
        pub use api_keys_memory as memory;

        /// Which vendor, where, and with what credential: swapping a vendor is a change of this.
        ///
        /// It can be read from a [file](Self::from_file), from [environment variables](Self::from_env), from a
        /// [value](Self::from_value), or as a part of an application's own configuration, since it is `Deserialize`.
        /// The field `vendor` chooses the variant; the other fields are those of the variant's type. Where a
        /// credential is wanted, [`SecretSource`](api_keys_core::SecretSource) says where to read it.
        ///
        /// ```
        /// use api_keys::{ApiKeyProvider, ProviderConfig};
        ///
        /// let config = ProviderConfig::from_value(serde_json::json!({ "vendor": "memory", "max_active": 5 }))?;
        /// let provider = config.build()?;
        /// assert_eq!(provider.vendor(), "memory");
        /// # Ok::<(), api_keys::Error>(())
        /// ```
        #[derive(Debug, Clone, Deserialize)]
        #[serde(tag = "vendor")]
        #[non_exhaustive]
        pub enum ProviderConfig {
            $(
                #[doc = $what]
                #[cfg(feature = $name)]
                #[serde(rename = $name)]
                $variant($package::$config),
            )*
            /// Keys in this process.
            #[cfg(feature = "memory")]
            #[serde(rename = "memory")]
            Memory(MemoryConfig),
        }

        impl ProviderConfig {
            /// Shares connections and what is set up for TLS with the other providers that are given the same `http`,
            /// and leaves all settings. Several providers are then made at the cost of one.
            ///
            /// ```
            /// use api_keys::{ProviderConfig, http::HttpConfig};
            ///
            /// fn connect_all(configs: Vec<ProviderConfig>) -> api_keys::Result<()> {
            ///     let http = HttpConfig::new();
            ///     for config in configs {
            ///         let _provider = config.share_http(&http).build()?;
            ///     }
            ///     Ok(())
            /// }
            /// ```
            #[cfg(any($(feature = $name),*))]
            pub fn share_http(mut self, http: &api_keys_runtime::HttpConfig) -> Self {
                match &mut self {
                    $(
                        #[cfg(feature = $name)]
                        Self::$variant(config) => config.http = std::mem::take(&mut config.http).share(http),
                    )*
                    #[cfg(feature = "memory")]
                    Self::Memory(_) => {}
                }
                self
            }

            /// Makes the provider. Nothing is sent.
            ///
            /// # Errors
            /// [`Configuration`](api_keys_core::ErrorKind::Configuration) when a part cannot be right or the
            /// credential cannot be read.
            pub fn build(self) -> Result<Arc<dyn ApiKeyProvider>> {
                Ok(match self {
                    $(
                        #[cfg(feature = $name)]
                        Self::$variant(config) => Arc::new(config.build()?),
                    )*
                    #[cfg(feature = "memory")]
                    Self::Memory(config) => Arc::new(config.build()?),
                })
            }
        }
    };
}

// What it is, its name in configurations and features, its module here, its variant and what that holds.
vendors! {
    /// A better-auth server.
    "better-auth": better_auth, BetterAuth(api_keys_better_auth::BetterAuthConfig);
    /// A Clerk instance.
    "clerk": clerk, Clerk(api_keys_clerk::ClerkConfig);
    /// A FastAPI service.
    "fastapi": fastapi, FastApi(api_keys_fastapi::FastApiConfig);
    /// An application that mounts keyshield.
    "keyshield": keyshield, Keyshield(api_keys_keyshield::KeyshieldConfig);
    /// A Latitude.sh account.
    "latitude-sh": latitude_sh, LatitudeSh(api_keys_latitude_sh::LatitudeShConfig);
    /// A user of an MCP server.
    "mcp": mcp, Mcp(api_keys_mcp::McpConfig);
}
