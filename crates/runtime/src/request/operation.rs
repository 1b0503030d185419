//! The declaration of an operation.

use http::Method;

/// An operation of an OpenAPI document, declared by generated code.
///
/// ```
/// use api_keys_runtime::{Method, Operation, OperationClass};
///
/// static GET_API_KEY: Operation = Operation {
///     id: "getApiKey",
///     method: Method::GET,
///     path: "/api_keys/{apiKeyID}",
///     class: OperationClass::Safe,
///     list: false,
/// };
/// assert_eq!(GET_API_KEY.class, OperationClass::Safe);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The id, which identifies the operation in errors and spans.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below the base URL, with parameters in braces: `/api_keys/{apiKeyID}`.
    pub path: &'static str,
    /// The effect of repeating the operation.
    pub class: OperationClass,
    /// If true, the response is a collection, which may be larger than a single object.
    pub list: bool,
}

/// The effect of repeating an operation.
///
/// Declared in the OpenAPI document for each operation. It does not follow from the HTTP method: a `PUT` may create a
/// new secret each time, and a `POST` may delete. Exhaustive, because the retry decision must cover every class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationClass {
    /// The operation only reads.
    Safe,
    /// Repeating has no further effect: deleting, revoking, setting fields to given values.
    Idempotent,
    /// Repeating has a further effect: creating or rotating a secret.
    Unsafe,
}
