//! What a document says about one operation.

use http::Method;

/// One operation of an OpenAPI document, as generated code declares it.
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
    /// The operation's id; names it in errors and spans.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path below the base URL, with parameters in braces: `/api_keys/{apiKeyID}`.
    pub path: &'static str,
    /// What repeating the operation does.
    pub class: OperationClass,
    /// Whether the answer is a collection, which may be larger than a single object.
    pub list: bool,
}

/// What happens when an operation reaches the vendor twice.
///
/// The document declares it for each operation. It does not follow from the HTTP method: a `PUT` may mint a new
/// secret each time, and a `POST` may delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationClass {
    /// It only reads.
    Safe,
    /// Twice is as good as once: deleting, revoking, setting fields to given values.
    Idempotent,
    /// Each time does something new: minting or rotating a secret.
    Unsafe,
}
