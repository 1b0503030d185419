//! The credential that a client sends with every request.

use api_keys_core::SecretKey;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};

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
            Scheme::Bearer(secret) | Scheme::Header(_, secret) => Some(secret),
        }
    }

    /// The header to send, marked as sensitive.
    pub(crate) fn to_header(&self) -> Result<Option<(HeaderName, HeaderValue)>, BuildError> {
        let (name, prefix, secret) = match &self.0 {
            Scheme::None => return Ok(None),
            Scheme::Bearer(secret) => (AUTHORIZATION, "Bearer ", secret.expose()),
            Scheme::Header(name, secret) => {
                let name =
                    HeaderName::from_bytes(name.as_bytes()).map_err(|_| BuildError::Header(name.clone()))?;
                (name, "", secret.expose())
            }
        };
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
        let mut value = HeaderValue::try_from(format!("{prefix}{secret}"))
            .map_err(|_| BuildError::Credential("cannot be sent in a header"))?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}
