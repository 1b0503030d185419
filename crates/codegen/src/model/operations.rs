//! What a client can call.

use super::{Docs, Type, TypeId};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operation {
    /// The name of the method.
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// Query parameters that are part of the path in the document.
    pub(crate) fixed_query: Vec<(String, String)>,
    /// Where it is called, if not at the base URL.
    pub(crate) server: Option<String>,
    /// Credentials to send, if not those of the client: alternatives, each of them schemes that go together.
    pub(crate) security: Option<Vec<Vec<String>>>,
    pub(crate) class: Class,
    /// Whether the answer is a collection.
    pub(crate) list: bool,
    pub(crate) docs: Docs,
    /// Parameters that every call must give.
    pub(crate) arguments: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// Parameters that a call may give.
    pub(crate) options: Option<Options>,
    pub(crate) success: Success,
    pub(crate) answers: Vec<Answer>,
    pub(crate) error: Option<AnswerEnum>,
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
    pub(crate) place: Place,
    /// How it is written, if it is more than one word; the name of one of the runtime's styles.
    pub(crate) style: Option<&'static str>,
    pub(crate) docs: Docs,
    pub(crate) ty: Type,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
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
    /// What to call it, where that is not what the content is called anyway.
    pub(crate) media_type: Option<String>,
    pub(crate) required: bool,
    /// Fields of a form that are written in ways of their own.
    pub(crate) encodings: Vec<Encoding>,
}

/// How a field of a form is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Encoding {
    pub(crate) wire: String,
    pub(crate) how: Written,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Written {
    /// In one of the runtime's styles.
    As(&'static str),
    /// In a part of a content type.
    Labelled(String),
}

/// What a body is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Json(Type),
    Form(Type),
    /// A form whose fields are parts of the body.
    Multipart(TypeId),
    /// A form whose fields the document does not name.
    AnyMultipart,
    Bytes,
    Text,
}

/// What a call returns when all goes well.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Success {
    Empty,
    Json(Type),
    /// JSON or nothing, by status.
    Optional(Type),
    /// Bytes that are not JSON.
    Raw,
    /// One thing or another, by status.
    ByStatus(AnswerEnum),
}

/// A documented answer, for the docs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: Status,
    pub(crate) text: String,
    /// The variant that it arrives as, if each status has one.
    pub(crate) variant: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Code(u16),
    /// `4XX` is 4.
    Range(u16),
    Default,
}

/// Answers that are told apart by their status: the documented errors of an operation, or its successes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AnswerEnum {
    pub(crate) name: String,
    /// By status, the more specific first.
    pub(crate) answers: Vec<StatusAnswer>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StatusAnswer {
    pub(crate) status: Status,
    pub(crate) text: String,
    /// What the body may be, in the order to try. Empty if there is none.
    pub(crate) bodies: Vec<AnswerBody>,
    /// The variant when there is no body.
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AnswerBody {
    pub(crate) variant: String,
    /// The type of a JSON body; `None` for plain text.
    pub(crate) json: Option<Type>,
}
