//! What a document means, in the terms of the code to be written.
//!
//! Lowering fills it in and emitting reads it: neither OpenAPI nor Rust syntax is in here. Names are final.

mod operations;

use std::ops::{Index, IndexMut};

pub(crate) use self::operations::{
    Answer, AnswerBody, AnswerEnum, Body, Class, Content, Encoding, Operation, Options, Parameter, Place,
    Status, StatusAnswer, Success, Written,
};

/// A whole API.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Api {
    /// How the document is called in the code made from it.
    pub(crate) file: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) docs: Docs,
    pub(crate) base_url: Option<Server>,
    /// Those that some operations have for themselves.
    pub(crate) servers: Vec<Server>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) client_headers: Vec<ClientHeader>,
    pub(crate) types: Types,
    pub(crate) operations: Vec<Operation>,
}

/// What the document says about a thing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Docs {
    /// The document's own words, in Markdown.
    pub(crate) text: String,
    /// Bounds, defaults and the like, each a sentence.
    pub(crate) notes: Vec<String>,
}

/// Where an API is, or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) docs: Docs,
}

/// A way to prove who one is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Credential {
    pub(crate) name: String,
    /// What operations call it, if some take another credential than others.
    pub(crate) scheme_name: Option<String>,
    pub(crate) docs: Docs,
    pub(crate) scheme: Scheme,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scheme {
    Bearer,
    /// A user and a password.
    Basic,
    Header(String),
    Query(String),
    Cookie(String),
}

/// A header that is set once for a client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClientHeader {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) default: Option<String>,
    pub(crate) docs: Docs,
}

/// The types of an API.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Types {
    definitions: Vec<TypeDef>,
    order: Vec<TypeId>,
}

impl Types {
    /// Types, numbered by their position, and the order in which to declare them.
    pub(crate) fn new(definitions: Vec<TypeDef>, order: Vec<TypeId>) -> Self {
        Self { definitions, order }
    }

    /// All types in the order of the document.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &TypeDef> {
        self.order.iter().map(|id| &self[*id])
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = TypeId> + use<> {
        (0..self.definitions.len()).map(TypeId)
    }
}

impl Index<TypeId> for Types {
    type Output = TypeDef;

    fn index(&self, id: TypeId) -> &TypeDef {
        &self.definitions[id.0]
    }
}

impl IndexMut<TypeId> for Types {
    fn index_mut(&mut self, id: TypeId) -> &mut TypeDef {
        &mut self.definitions[id.0]
    }
}

/// Names a [`TypeDef`] among the [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

/// A type to be declared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TypeDef {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) shape: Shape,
    /// Whether it is written into requests.
    pub(crate) in_request: bool,
    /// Whether it is read from answers.
    pub(crate) in_answer: bool,
    /// Whether a value of it holds a secret, at any depth.
    pub(crate) has_secret: bool,
}

impl TypeDef {
    /// A type of which nobody has looked yet who uses it and what it contains.
    pub(crate) fn new(name: String, docs: Docs, shape: Shape) -> Self {
        Self { name, docs, shape, in_request: false, in_answer: false, has_secret: false }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
    /// Another name for a type.
    Alias(Type),
}

impl Shape {
    /// What it looks like on the wire.
    pub(crate) fn without_docs(&self) -> Self {
        let mut shape = self.clone();
        match &mut shape {
            Self::Struct(Struct { fields, rest: _ }) => {
                fields.iter_mut().for_each(|field| field.docs = Docs::default())
            }
            Self::Enum(_) | Self::Alias(_) => {}
            Self::Union(union) => {
                union.variants.iter_mut().for_each(|variant| variant.docs = Docs::default())
            }
        }
        shape
    }

    /// The types within, each with whether it is behind a `Box`.
    pub(crate) fn parts(&self) -> Vec<(&Type, bool)> {
        match self {
            Self::Struct(Struct { fields, rest }) => {
                let fields = fields.iter().map(|field| (&field.ty, field.boxed));
                // A map keeps its values elsewhere.
                fields.chain(rest.iter().map(|rest| (&rest.ty, true))).collect()
            }
            Self::Enum(_) => Vec::new(),
            Self::Alias(ty) => vec![(ty, false)],
            Self::Union(union) => union.variants.iter().map(|variant| (&variant.ty, variant.boxed)).collect(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// Where fields go that are not listed, if they are kept.
    pub(crate) rest: Option<Rest>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rest {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) ty: Type,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) docs: Docs,
    pub(crate) ty: Type,
    pub(crate) presence: Presence,
    pub(crate) direction: Direction,
    /// Whether it is behind a `Box`, because its type contains itself.
    pub(crate) boxed: bool,
}

/// Whether a field may be missing, and whether it may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    RequiredNullable,
    Optional,
    OptionalNullable,
}

/// Which way a field goes where its type goes both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Both,
    /// In answers only.
    Read,
    /// In requests only.
    Write,
}

/// Strings of which some have names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enum {
    pub(crate) values: Vec<EnumValue>,
    /// The variant for all other strings.
    pub(crate) other: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) wire: String,
}

/// One of several types.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Union {
    pub(crate) variants: Vec<Variant>,
    pub(crate) told_by: ToldBy,
    /// The variant for all other values, where there may be any.
    pub(crate) other: String,
}

impl Union {
    /// Whether a value that is none of the variants is kept as it came.
    pub(crate) fn keeps_others(&self) -> bool {
        matches!(self.told_by, ToldBy::Tag(_) | ToldBy::Fit)
    }
}

/// What tells which of several types a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ToldBy {
    /// Its JSON type.
    JsonType,
    /// One of its properties.
    Tag(Tag),
    /// Which of them reads all of its fields.
    Fit,
    /// Nothing, and it makes no difference: the first that it can be.
    Order,
}

/// A property of all variants of which the value tells which one it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tag {
    pub(crate) property: String,
    pub(crate) kind: TagKind,
    /// For each variant, what the property says then.
    pub(crate) values: Vec<Vec<TagValue>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TagKind {
    Text,
    Boolean,
    Integer,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TagValue {
    Text(String),
    Boolean(bool),
    Integer(i64),
}

impl TagValue {
    pub(crate) fn kind(&self) -> TagKind {
        match self {
            Self::Text(_) => TagKind::Text,
            Self::Boolean(_) => TagKind::Boolean,
            Self::Integer(_) => TagKind::Integer,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) ty: Type,
    pub(crate) boxed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Type {
    Any,
    /// JSON of any form within a type that is only ever read, kept as it came.
    Unparsed,
    Bool,
    Int32,
    Int64,
    UInt64,
    Number,
    String,
    Secret,
    DateTime,
    /// A value or null.
    Nullable(Box<Type>),
    List(Box<Type>),
    Map(Box<Type>),
    /// A list of which each item has a type of its own.
    Tuple(Vec<Type>),
    /// A file in a form.
    File,
    Named(TypeId),
}

impl Type {
    /// Whether it is copied wherever it is used.
    pub(crate) fn is_copy(&self) -> bool {
        matches!(self, Self::Bool | Self::Int32 | Self::Int64 | Self::UInt64 | Self::Number)
    }

    /// Whether a value is written as one word, which an enum is too.
    pub(crate) fn is_word(&self) -> bool {
        self.is_copy() || matches!(self, Self::String | Self::DateTime)
    }

    /// How many types it takes to write this one.
    pub(crate) fn extent(&self) -> usize {
        1 + match self {
            Self::Nullable(inner) | Self::List(inner) | Self::Map(inner) => inner.extent(),
            Self::Tuple(items) => items.iter().map(Self::extent).sum(),
            _ => 0,
        }
    }

    /// The declared type at the core of this one, however it is wrapped.
    pub(crate) fn core(&self) -> &Type {
        match self {
            Self::Nullable(inner) | Self::List(inner) | Self::Map(inner) => inner.core(),
            other => other,
        }
    }

    /// The declared types within, however they are wrapped.
    pub(crate) fn names(&self) -> Vec<TypeId> {
        match self.core() {
            Self::Named(id) => vec![*id],
            Self::Tuple(items) => items.iter().flat_map(Self::names).collect(),
            _ => Vec::new(),
        }
    }
}
