//! Operations.

use super::types::{Docs, Type, TypeId};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    /// The name of the method.
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Query parameters from the path.
    pub(crate) fixed_query: Vec<(String, String)>,
    /// The server, if it is not the base URL.
    pub(crate) server: Option<String>,
    /// Alternative sets of security schemes, if operations differ in them.
    pub(crate) security: Option<Vec<Vec<String>>>,
    pub(crate) class: Class,
    /// The response is a collection.
    pub(crate) list: bool,
    pub(crate) docs: Docs,
    /// Required parameters.
    pub(crate) arguments: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// Optional parameters.
    pub(crate) options: Option<Options>,
    pub(crate) success: Success,
    /// The descriptions of the successful responses.
    pub(crate) returns: Vec<(Status, String)>,
    pub(crate) error: Option<StatusEnum>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Safe,
    Idempotent,
    Unsafe,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) location: Location,
    /// The name of a style of the runtime; none for scalars.
    pub(crate) style: Option<&'static str>,
    pub(crate) docs: Docs,
    pub(crate) ty: Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    pub(crate) name: String,
    pub(crate) fields: Vec<Parameter>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Body {
    pub(crate) docs: Docs,
    pub(crate) content: Content,
    /// The media type, if it is not the default for the content.
    pub(crate) media_type: Option<String>,
    pub(crate) required: bool,
    /// Encodings of single fields of a form.
    pub(crate) encodings: Vec<Encoding>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Encoding {
    pub(crate) wire: String,
    pub(crate) format: EncodingFormat,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EncodingFormat {
    Style(&'static str),
    ContentType(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Json(Type),
    Form(Type),
    Multipart(TypeId),
    /// A multipart form without a schema.
    AnyMultipart,
    Bytes,
    Text,
}

/// The result of a successful call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Success {
    Empty,
    Json(Type),
    /// JSON or no content, by status.
    Optional(Type),
    Raw,
    /// Different types, by status.
    ByStatus(StatusEnum),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Code(u16),
    /// A class of statuses: 4 for `4XX`.
    Range(u16),
    Default,
}

/// Responses by status: the errors of an operation, or its successes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatusEnum {
    pub(crate) name: String,
    /// Sorted by status, specific before general.
    pub(crate) responses: Vec<StatusResponse>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatusResponse {
    pub(crate) status: Status,
    pub(crate) text: String,
    /// Possible bodies in the order to try; empty for no content.
    pub(crate) bodies: Vec<ResponseBody>,
    /// The variant without a body.
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResponseBody {
    pub(crate) variant: String,
    /// The type of a JSON body; `None` for text.
    pub(crate) json: Option<Type>,
}
