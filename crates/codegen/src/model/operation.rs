//! Operations.

use super::types::{Docs, Presence, Type, TypeId};

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
    /// The header `Accept`, if it is not the client's default.
    pub(crate) accept: Option<String>,
    /// The same response as it arrives, returned by a second method.
    pub(crate) streamed: Option<Streamed>,
    /// The items of all pages, returned by a further method.
    pub(crate) pagination: Option<Pagination>,
    /// The descriptions of the successful responses.
    pub(crate) returns: Vec<(Status, String)>,
    pub(crate) error: Option<StatusEnum>,
}

impl Operation {
    /// Returns the streams with their methods.
    pub(crate) fn streams(&self) -> impl Iterator<Item = (&str, &Stream)> {
        let only = match &self.success {
            Success::Stream(stream) => Some((self.name.as_str(), stream)),
            _ => None,
        };
        only.into_iter()
            .chain(self.streamed.iter().map(|streamed| (streamed.name.as_str(), &streamed.stream)))
    }
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
    /// The media types among which callers choose.
    pub(crate) media_types: Vec<String>,
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
    Xml(XmlBody),
    Form(Type),
    /// Items, each in a line.
    JsonLines(Type),
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
    Xml(XmlBody),
    /// XML or no content, by status.
    OptionalXml(XmlBody),
    Raw,
    /// A response that is read as it arrives.
    Stream(Stream),
    /// Different types, by status.
    ByStatus(StatusEnum),
}

/// A second method for a response.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Streamed {
    pub(crate) name: String,
    pub(crate) stream: Stream,
}

/// A method for the items of all pages.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pagination {
    pub(crate) name: String,
    pub(crate) page: Type,
    /// The list of items.
    pub(crate) items: FieldPath,
    pub(crate) item: Type,
    pub(crate) next: NextPage,
}

/// The reference to the next page in a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NextPage {
    Url(FieldPath),
    LinkHeader,
    Cursor { parameter: PageParameter, field: FieldPath },
    Offset { parameter: PageParameter },
    Number { parameter: PageParameter, first: u64, last: Option<FieldPath> },
}

/// The part of a request that selects a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PageParameter {
    Query(String),
    /// A property of the body.
    Body(String),
}

/// A field at any depth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldPath {
    /// The names of the fields.
    pub(crate) fields: Vec<(String, Presence)>,
    pub(crate) ty: Type,
}

/// A response that is read as it arrives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stream {
    /// The media type to request, if it is not the default.
    pub(crate) media_type: Option<String>,
    pub(crate) items: Items,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Items {
    Bytes,
    /// JSON Lines or a JSON text sequence.
    Json(Type),
    /// Server-sent events without a schema.
    Events,
    /// Server-sent events whose data is JSON.
    Data(Type),
    /// Server-sent events with names.
    Enum(EventEnum),
}

impl Items {
    pub(crate) fn types(&self) -> Vec<&Type> {
        match self {
            Self::Bytes | Self::Events => Vec::new(),
            Self::Json(ty) | Self::Data(ty) => vec![ty],
            Self::Enum(EventEnum { events, .. }) => {
                let types = events.iter().filter_map(|event| match &event.data {
                    EventData::Json(ty) => Some(ty),
                    EventData::Text | EventData::Constant(_) => None,
                });
                types.collect()
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EventEnum {
    pub(crate) name: String,
    /// Constants before others.
    pub(crate) events: Vec<Event>,
    /// The data `[DONE]` ends the stream.
    pub(crate) has_end: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) data: EventData,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EventData {
    Json(Type),
    Text,
    Constant(String),
}

impl EventData {
    pub(crate) fn constant(&self) -> Option<&str> {
        match self {
            Self::Constant(text) => Some(text),
            Self::Json(_) | Self::Text => None,
        }
    }
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
    pub(crate) format: BodyFormat,
}

/// The format of a response body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum BodyFormat {
    Json(Type),
    Xml(XmlBody),
    Text,
}

impl BodyFormat {
    /// Returns the type of a body that is decoded.
    pub(crate) fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty) | Self::Xml(XmlBody { ty, .. }) => Some(ty),
            Self::Text => None,
        }
    }
}

/// A body in XML.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct XmlBody {
    pub(crate) ty: Type,
    /// The name of the description of the root element.
    pub(crate) root: String,
    pub(crate) media_type: String,
}
