//! The mapping of calls to the provider interface, shared by all vendors.

use std::fmt::Display;
use std::future::Future;

use api_keys_core::{ErrorKind, Operation};

use crate::error::{Error, ErrorDetails};
use crate::response::{Response, ResponseMeta};

/// One operation of a provider: maps the result of a generated client to that of the provider interface.
///
/// ```no_run
/// # use api_keys_core::{KeyId, Operation, Result};
/// # use api_keys_runtime::{Error, ErrorDetails, OperationCall, Response};
/// # async fn delete_api_key(_: &str) -> Result<Response<()>, Error> { std::future::pending().await }
/// fn details(_: Operation, error: &Error) -> ErrorDetails {
///     let mut details = ErrorDetails::default();
///     details.message = error.body_as();
///     details
/// }
///
/// async fn delete(id: &KeyId) -> Result<()> {
///     let call = OperationCall::new("acme", Operation::Delete, details);
///     call.removal(delete_api_key(id.as_str())).await?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OperationCall {
    vendor: &'static str,
    operation: Operation,
    details: fn(Operation, &Error) -> ErrorDetails,
}

impl OperationCall {
    /// Creates a mapping for an operation. `details` extracts the details of an error response.
    pub const fn new(
        vendor: &'static str,
        operation: Operation,
        details: fn(Operation, &Error) -> ErrorDetails,
    ) -> Self {
        Self { vendor, operation, details }
    }

    /// Makes a call and returns the decoded body, with the metadata for errors that are found in it.
    ///
    /// # Errors
    /// Returns the mapped error of the call.
    pub async fn response<T, E>(
        self,
        call: impl Future<Output = Result<Response<T>, Error<E>>>,
    ) -> api_keys_core::Result<(T, ResponseMeta)> {
        call.await.map(Response::into_parts).map_err(|error| self.error(error))
    }

    /// Makes a call that revokes or deletes a key. Returns `None` if the vendor has certainly done so without a usable
    /// response: a success that cannot be decoded, or a 404 in response to a retry.
    ///
    /// # Errors
    /// Returns the mapped error of the call.
    pub async fn removal<T, E>(
        self,
        call: impl Future<Output = Result<Response<T>, Error<E>>>,
    ) -> api_keys_core::Result<Option<(T, ResponseMeta)>> {
        match call.await {
            Ok(response) => Ok(Some(response.into_parts())),
            Err(error) if error.is_acknowledged() => Ok(None),
            Err(error) => Err(self.error(error)),
        }
    }

    /// Maps the error of a call.
    pub fn error<E>(self, error: Error<E>) -> api_keys_core::Error {
        let error = error.erase();
        let details = (self.details)(self.operation, &error);
        error.into_error(self.vendor, self.operation, details)
    }

    /// Creates the error for a value in a response that does not match the OpenAPI document.
    pub fn unexpected(self, message: impl Display) -> api_keys_core::Error {
        api_keys_core::Error::new(ErrorKind::UnexpectedResponse, self.vendor, self.operation)
            .with_message(message.to_string())
    }

    /// Creates the error for an invalid value in a request.
    pub fn invalid_input(self, message: impl Into<String>) -> api_keys_core::Error {
        api_keys_core::Error::invalid_input(self.vendor, self.operation, message)
    }

    /// Returns the operation.
    pub const fn operation(self) -> Operation {
        self.operation
    }
}
