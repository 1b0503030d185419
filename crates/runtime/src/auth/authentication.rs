//! Authentication of a client.

use std::fmt;

use api_keys_core::SecretKey;

/// Authentication of a client.
///
/// Most vendors require one credential. Several credentials are combined with [`and`](Self::and):
///
/// ```
/// use api_keys_runtime::Authentication;
///
/// let both = Authentication::header("x-api-key", "the-key").and(Authentication::header("x-app-key", "another"));
/// ```
///
/// Credentials are validated and converted to headers when the client is built.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Authentication(pub(crate) Vec<Credential>);

#[derive(Clone)]
pub(crate) struct Credential {
    /// The name of the security scheme in the OpenAPI document.
    pub(crate) scheme: Option<&'static str>,
    pub(crate) location: Location,
    pub(crate) secret: SecretKey,
}

#[derive(Clone)]
pub(crate) enum Location {
    Bearer,
    /// Another scheme of the `Authorization` header.
    Http(String),
    Header(String),
    /// The name of the user.
    Basic(String),
    Cookie(String),
    Query(String),
}

impl Authentication {
    /// Creates authentication without credentials.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Sends `Authorization: Bearer <secret>`.
    pub fn bearer(secret: impl Into<SecretKey>) -> Self {
        Self::one(Location::Bearer, secret)
    }

    /// Sends `Authorization: <scheme> <secret>`, for a scheme without a handshake, such as `ApiKey`.
    pub fn http(scheme: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self::one(Location::Http(scheme.into()), secret)
    }

    /// Sends `<name>: <secret>`, such as `x-api-key`.
    pub fn header(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self::one(Location::Header(name.into()), secret)
    }

    /// Sends `Authorization: Basic <user and password>`. Vendors that accept a key as the user require an empty
    /// password.
    pub fn basic(user: impl Into<String>, password: impl Into<SecretKey>) -> Self {
        Self::one(Location::Basic(user.into()), password)
    }

    /// Sends `Cookie: <name>=<secret>`.
    pub fn cookie(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self::one(Location::Cookie(name.into()), secret)
    }

    /// Sends `?<name>=<secret>`. Servers log queries: prefer any other method that the vendor supports.
    pub fn query(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self::one(Location::Query(name.into()), secret)
    }

    fn one(location: Location, secret: impl Into<SecretKey>) -> Self {
        Self(vec![Credential { scheme: None, location, secret: secret.into() }])
    }

    /// Adds another credential. Operations that select credentials receive those, all others receive all.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Sets the name of the security scheme, for operations that select credentials. Without a name, the credential is
    /// sent with every operation that requires one.
    pub fn for_scheme(mut self, scheme: &'static str) -> Self {
        self.0.iter_mut().for_each(|credential| credential.scheme = Some(scheme));
        self
    }
}

/// Prints the location. The user of Basic authentication is omitted, because it is a key with some vendors.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::Bearer => f.write_str("Bearer"),
            Location::Http(scheme) => f.debug_tuple("Http").field(scheme).finish(),
            Location::Basic(_) => f.write_str("Basic"),
            Location::Header(name) => f.debug_tuple("Header").field(name).finish(),
            Location::Cookie(name) => f.debug_tuple("Cookie").field(name).finish(),
            Location::Query(name) => f.debug_tuple("Query").field(name).finish(),
        }
    }
}
