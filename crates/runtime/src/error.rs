//! The typed error of an operation.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use api_keys_core::{Effect, SecretBytes};
use http::{HeaderMap, StatusCode};

use crate::{Fault, FaultKind, Operation};

/// The errors that the document describes for one operation; implemented by generated code.
pub trait DocumentedError: Sized {
    /// The error for a status, if the document has it and the body is what the document says.
    fn decode(status: u16, body: &[u8]) -> Option<Self>;
}

/// For operations without documented errors.
impl DocumentedError for () {
    fn decode(_status: u16, _body: &[u8]) -> Option<Self> {
        None
    }
}

/// Why a call failed: the error that the document describes, if it was that, and the [`Fault`] in any case.
pub struct Error<E> {
    fault: Box<Fault>,
    documented: Option<Box<E>>,
}

impl<E> Error<E> {
    /// The error as the document describes it; `None` for any other failure.
    pub fn documented(&self) -> Option<&E> {
        self.documented.as_deref()
    }

    /// The failure, whatever the operation.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }

    /// The failure itself.
    pub fn into_fault(self) -> Fault {
        *self.fault
    }

    /// Both parts.
    pub fn into_parts(self) -> (Fault, Option<E>) {
        (*self.fault, self.documented.map(|documented| *documented))
    }

    /// What went wrong.
    pub fn kind(&self) -> &FaultKind {
        self.fault.kind()
    }

    /// What the vendor may have done, over all attempts.
    pub fn effect(&self) -> Effect {
        self.fault.effect()
    }

    /// The operation that failed.
    pub fn operation(&self) -> &'static Operation {
        self.fault.operation()
    }

    /// How many times the request was sent; 0 when nothing was.
    pub fn attempts(&self) -> u32 {
        self.fault.attempts()
    }

    /// The status of the last answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.fault.status()
    }

    /// The headers of the last answer; empty when there was none.
    pub fn headers(&self) -> &HeaderMap {
        self.fault.headers()
    }

    /// The body of the last answer; see [`Fault::body`].
    pub fn body(&self) -> &SecretBytes {
        self.fault.body()
    }

    /// The id under which the vendor logged the request.
    pub fn request_id(&self) -> Option<&str> {
        self.fault.request_id()
    }

    /// How long the vendor asked to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.fault.retry_after()
    }

    /// Whether the vendor surely did what was asked; see [`Fault::is_acknowledged`].
    pub fn is_acknowledged(&self) -> bool {
        self.fault.is_acknowledged()
    }
}

impl<E: DocumentedError> From<Box<Fault>> for Error<E> {
    fn from(fault: Box<Fault>) -> Self {
        let documented = match (&fault.kind, fault.status) {
            (FaultKind::Status, Some(status)) => E::decode(status.as_u16(), fault.body.expose()),
            _ => None,
        };
        Self { documented: documented.map(Box::new), fault }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

/// Does not show the documented error, which is the vendor's text.
impl<E> fmt::Debug for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("documented", &self.documented.is_some())
            .field("fault", &self.fault)
            .finish()
    }
}

impl<E> StdError for Error<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.fault.source()
    }
}
