//! How a client proves who it is.

use std::fmt;

use api_keys_core::SecretKey;

use crate::BuildError;
use crate::credentials::Credentials;

/// How a client proves who it is.
///
/// Most vendors want one credential. Where one wants several at once, or other operations want another one, they are
/// put together with [`and`](Self::and):
///
/// ```
/// use api_keys_runtime::Authentication;
///
/// let both = Authentication::header("x-api-key", "the-key").and(Authentication::header("x-app-key", "another"));
/// ```
///
/// Credentials are checked and turned into headers once, when the client is built.
#[derive(Debug, Clone, Default)]
pub struct Authentication(pub(crate) Vec<Credential>);

#[derive(Clone)]
pub(crate) struct Credential {
    /// What the document calls it, if operations ask for it by that name.
    pub(crate) scheme: Option<&'static str>,
    pub(crate) place: Place,
    pub(crate) secret: SecretKey,
}

#[derive(Clone)]
pub(crate) enum Place {
    Bearer,
    Header(String),
    /// With the name of the user.
    Basic(String),
    Cookie(String),
    Query(String),
}

impl Authentication {
    /// No credential.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// `Authorization: Bearer <secret>`.
    pub fn bearer(secret: impl Into<SecretKey>) -> Self {
        Self::one(Place::Bearer, secret)
    }

    /// `<name>: <secret>`, such as `x-api-key`.
    pub fn header(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self::one(Place::Header(name.into()), secret)
    }

    /// `Authorization: Basic <user and password>`. Vendors that take a key for the user want an empty password.
    pub fn basic(user: impl Into<String>, password: impl Into<SecretKey>) -> Self {
        Self::one(Place::Basic(user.into()), password)
    }

    /// `Cookie: <name>=<secret>`.
    pub fn cookie(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self::one(Place::Cookie(name.into()), secret)
    }

    /// `?<name>=<secret>`. Servers log queries, so prefer any other way that a vendor offers.
    pub fn query(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self::one(Place::Query(name.into()), secret)
    }

    fn one(place: Place, secret: impl Into<SecretKey>) -> Self {
        Self(vec![Credential { scheme: None, place, secret: secret.into() }])
    }

    /// This and another credential. Operations that ask for certain ones get those, all others get all.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Says which of the document's security schemes this is, for operations that ask for certain ones; see
    /// [`Request::security`](crate::Request::security). Without a name it is sent wherever any credential is.
    pub fn for_scheme(mut self, scheme: &'static str) -> Self {
        self.0.iter_mut().for_each(|credential| credential.scheme = Some(scheme));
        self
    }

    /// Checks the credential as [`ClientBuilder::build`](crate::ClientBuilder::build) does; for one that the caller
    /// sends elsewhere than in a header.
    ///
    /// # Errors
    /// When it is empty or holds what no credential does. The message holds nothing of it.
    pub fn check(&self) -> Result<(), BuildError> {
        Credentials::prepare(self).map(drop)
    }
}

/// Shows how it is sent. The user of Basic authentication is a key with some vendors.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Bearer => f.write_str("Bearer"),
            Place::Basic(_) => f.write_str("Basic"),
            Place::Header(name) => f.debug_tuple("Header").field(name).finish(),
            Place::Cookie(name) => f.debug_tuple("Cookie").field(name).finish(),
            Place::Query(name) => f.debug_tuple("Query").field(name).finish(),
        }
    }
}
