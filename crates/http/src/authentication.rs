//! The credential that a client sends with every request.

use api_keys_core::SecretKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

use crate::BuildError;

/// How a client proves who it is.
///
/// The credential is checked and turned into a header once, when the client is built.
#[derive(Debug, Clone, Default)]
pub struct Authentication(Scheme);

#[derive(Debug, Clone, Default)]
enum Scheme {
    #[default]
    None,
    Bearer(SecretKey),
    Header(String, SecretKey),
    Basic(String, SecretKey),
    Cookie(String, SecretKey),
    Query(String, SecretKey),
}

impl Authentication {
    /// No credential.
    pub fn none() -> Self {
        Self(Scheme::None)
    }

    /// `Authorization: Bearer <secret>`.
    pub fn bearer(secret: impl Into<SecretKey>) -> Self {
        Self(Scheme::Bearer(secret.into()))
    }

    /// `<name>: <secret>`, such as `x-api-key`.
    pub fn header(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self(Scheme::Header(name.into(), secret.into()))
    }

    /// `Authorization: Basic <user and password>`.
    pub fn basic(user: impl Into<String>, password: impl Into<SecretKey>) -> Self {
        Self(Scheme::Basic(user.into(), password.into()))
    }

    /// `Cookie: <name>=<secret>`.
    pub fn cookie(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self(Scheme::Cookie(name.into(), secret.into()))
    }

    /// `?<name>=<secret>`. Servers log queries, so prefer any other way that a vendor offers.
    pub fn query(name: impl Into<String>, secret: impl Into<SecretKey>) -> Self {
        Self(Scheme::Query(name.into(), secret.into()))
    }

    /// Checks the credential as [`ClientBuilder::build`](crate::ClientBuilder::build) does; for one that the caller
    /// sends elsewhere than in a header.
    ///
    /// # Errors
    /// When it is empty or holds what no credential does. The message holds nothing of it.
    pub fn check(&self) -> Result<(), BuildError> {
        self.to_header().map(drop)
    }

    pub(crate) fn secret(&self) -> Option<&SecretKey> {
        match &self.0 {
            Scheme::None => None,
            Scheme::Bearer(secret)
            | Scheme::Header(_, secret)
            | Scheme::Basic(_, secret)
            | Scheme::Cookie(_, secret)
            | Scheme::Query(_, secret) => Some(secret),
        }
    }

    /// The query parameter to send, encoded.
    pub(crate) fn to_query(&self) -> Option<String> {
        let Scheme::Query(name, secret) = &self.0 else { return None };
        let mut query = String::new();
        crate::request::encode(name, &mut query);
        query.push('=');
        crate::request::encode(secret.expose(), &mut query);
        Some(query)
    }

    /// The header to send, marked as sensitive.
    pub(crate) fn to_header(&self) -> Result<Option<(HeaderName, HeaderValue)>, BuildError> {
        let Some(secret) = self.secret().map(SecretKey::expose) else { return Ok(None) };
        if secret.is_empty() {
            return Err(BuildError::Credential("is empty"));
        }
        // Most often the line break at the end of a file. Trimming it silently would hide other mistakes.
        if secret.trim() != secret || secret.chars().any(char::is_control) {
            return Err(BuildError::Credential(
                "holds a line break, another control character or white space around it",
            ));
        }
        if !secret.is_ascii() {
            return Err(BuildError::Credential("holds a character outside ASCII"));
        }
        let (name, value) = match &self.0 {
            Scheme::None | Scheme::Query(..) => return Ok(None),
            Scheme::Bearer(_) => (AUTHORIZATION, format!("Bearer {secret}")),
            Scheme::Basic(user, _) => {
                (AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{user}:{secret}"))))
            }
            Scheme::Cookie(name, _) => (COOKIE, format!("{name}={secret}")),
            Scheme::Header(name, _) => {
                let name =
                    HeaderName::from_bytes(name.as_bytes()).map_err(|_| BuildError::Header(name.clone()))?;
                (name, secret.to_owned())
            }
        };
        let mut value =
            HeaderValue::try_from(value).map_err(|_| BuildError::Credential("cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}
