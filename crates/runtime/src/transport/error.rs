//! Errors of transports.

use std::error::Error as StdError;
use std::fmt;

/// An error from a [`Transport`](crate::Transport) or from reading a body.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// Creates an error.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Sets the source. Its text must not contain the URL or a header.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the kind.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    #[cfg(feature = "_pool")]
    pub(crate) fn no_free_connection() -> Self {
        Self::new(TransportErrorKind::Connect)
            .with_source("all connections to the host are in use, and none became free in time")
    }

    pub(crate) fn into_source(self) -> Option<Box<dyn StdError + Send + Sync>> {
        self.source
    }
}

/// The kind of a [`TransportError`], as far as it matters for retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The connection could not be established. No part of the request was sent.
    Connect,
    /// A timeout after the request may have been sent.
    Timeout,
    /// The connection broke after the request may have been sent.
    Io,
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "failed to connect",
            Self::Timeout => "timed out",
            Self::Io => "connection broke",
        })
    }
}
