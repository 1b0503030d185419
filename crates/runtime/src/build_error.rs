//! The error of building a client.

use crate::transport::error::TransportError;

/// An error from building a client. The message does not contain configured values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL is invalid.
    #[error("invalid base URL: {0}")]
    BaseUrl(&'static str),
    /// The base URL would send the credential over a network without encryption.
    #[error("insecure base URL: http:// is allowed for loopback addresses only")]
    InsecureHttp,
    /// A path given to [`ClientBuilder::mount`](crate::ClientBuilder::mount) is invalid.
    #[error("invalid mount path: must be empty or a URL path that starts with `/`")]
    Mount,
    /// The credential is invalid.
    #[error("invalid credential: {0}")]
    Credential(&'static str),
    /// A header is invalid.
    #[error("invalid name or value of the header `{0}`")]
    Header(String),
    /// A timeout is zero or exceeds 24 hours.
    #[error("invalid {0} timeout: must be greater than zero and at most 24 hours")]
    Timeout(&'static str),
    /// The default transport could not be created.
    #[error("failed to create the HTTP transport")]
    Transport(#[source] TransportError),
    /// No transport was given, and none of the features `reqwest` and `hyper` is enabled.
    #[error("no transport given, and none of the features `reqwest` and `hyper` is enabled")]
    NoTransport,
}

impl BuildError {
    /// Converts this error to that of the provider interface.
    pub fn into_error(self, vendor: &'static str) -> api_keys_core::Error {
        let error = api_keys_core::Error::configuration(vendor, self.to_string());
        match self {
            Self::Transport(cause) => error.with_source(cause),
            _ => error,
        }
    }
}
