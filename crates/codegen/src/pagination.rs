//! Declarations of pagination.

use serde::{Deserialize, Serialize};

/// The pagination of an operation: the items of a response, and the reference to the next page. In a document, it is the
/// extension `x-pagination` of the operation.
///
/// Fields of a response are JSON pointers, such as `/meta/next`. Parameters are names of query parameters, or JSON
/// pointers of properties of a JSON body, such as `/cursor`.
///
/// # Examples
///
/// ```
/// use api_keys_codegen::{Next, Options, Pagination, Source, generate};
///
/// let text = r#"
/// openapi: 3.1.0
/// info: { title: Things, version: "1" }
/// paths:
///   /things:
///     get:
///       operationId: listThings
///       responses:
///         200:
///           description: A page.
///           content:
///             application/json: { schema: { properties: { things: { type: array, items: { type: string } }, next: { type: string } } } }
/// "#;
/// let pagination = Pagination::new(Next::Url("/next".to_owned()));
/// let options = Options::new().pagination([("listThings".to_owned(), pagination)].into());
/// let client = generate(Source { file: "things.yaml", text }, &options)?;
/// assert!(client.files.iter().any(|(_, text)| text.contains("fn list_things_items(&self) -> Items<String")));
/// # Ok::<(), api_keys_codegen::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Pagination {
    /// The items, if they are not the response itself or its only list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<String>,
    /// The reference to the next page.
    pub next: Next,
}

impl Pagination {
    /// Creates a declaration for responses that are a list or have only one.
    pub fn new(next: Next) -> Self {
        Self { items: None, next }
    }

    /// Sets the items.
    #[must_use]
    pub fn items(self, items: &str) -> Self {
        Self { items: Some(items.to_owned()), ..self }
    }
}

/// A reference to the next page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Next {
    /// The URL in a field.
    Url(String),
    /// The URL in the header `Link` (RFC 8288, `rel="next"`).
    LinkHeader,
    /// The cursor in a field.
    Cursor {
        /// The parameter with the cursor.
        parameter: String,
        /// The field.
        field: String,
    },
    /// A parameter with the number of items before the page.
    Offset(String),
    /// The number of the page, from the default of the parameter or 1.
    Page {
        /// The parameter with the number.
        parameter: String,
        /// The field with the number of the last page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<String>,
    },
}
