//! Types and their documentation.

use std::ops::{Index, IndexMut};

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Docs {
    /// The description in Markdown.
    pub(crate) text: String,
    /// Sentences about constraints and defaults.
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Types {
    definitions: Vec<TypeDef>,
    order: Vec<TypeId>,
}

impl Types {
    /// Creates a set of types with ids by position, and the order of their declarations.
    pub(crate) fn new(definitions: Vec<TypeDef>, order: Vec<TypeId>) -> Self {
        Self { definitions, order }
    }

    /// Returns all types in the order of the document.
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

/// The id of a [`TypeDef`] in [`Types`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) usize);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TypeDef {
    pub(crate) name: String,
    pub(crate) docs: Docs,
    pub(crate) shape: Shape,
    /// Used in requests.
    pub(crate) in_request: bool,
    /// Used in responses.
    pub(crate) in_response: bool,
    /// Contains a secret at any depth.
    pub(crate) has_secret: bool,
}

impl TypeDef {
    /// Creates a type whose use and content are still to be determined.
    pub(crate) fn new(name: String, docs: Docs, shape: Shape) -> Self {
        Self { name, docs, shape, in_request: false, in_response: false, has_secret: false }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
    Alias(Type),
}

impl Shape {
    /// Returns the shape on the wire: without documentation.
    pub(crate) fn without_docs(&self) -> Self {
        let mut shape = self.clone();
        match &mut shape {
            Self::Struct(Struct { fields, additional: _ }) => {
                fields.iter_mut().for_each(|field| field.docs = Docs::default())
            }
            Self::Enum(_) | Self::Alias(_) => {}
            Self::Union(union) => {
                union.variants.iter_mut().for_each(|variant| variant.docs = Docs::default())
            }
        }
        shape
    }

    /// Returns the contained types, each with whether it is boxed.
    pub(crate) fn parts(&self) -> Vec<(&Type, bool)> {
        match self {
            Self::Struct(Struct { fields, additional }) => {
                let fields = fields.iter().map(|field| (&field.ty, field.boxed));
                // A map keeps its values on the heap.
                fields.chain(additional.iter().map(|additional| (&additional.ty, true))).collect()
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
    /// The field for undeclared properties.
    pub(crate) additional: Option<Additional>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Additional {
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
    /// Boxed because the type is recursive.
    pub(crate) boxed: bool,
}

/// The presence of a field: required, optional or nullable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    RequiredNullable,
    Optional,
    OptionalNullable,
}

/// The direction of a field in a type for requests and responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Both,
    /// Responses only.
    Read,
    /// Requests only.
    Write,
}

/// An open set of strings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Enum {
    pub(crate) values: Vec<EnumValue>,
    /// The variant for unlisted strings.
    pub(crate) other: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) wire: String,
}

/// A value of one of several types.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Union {
    pub(crate) variants: Vec<Variant>,
    pub(crate) selected_by: SelectedBy,
    /// The variant for other values.
    pub(crate) other: String,
}

impl Union {
    /// Returns whether values that match no variant are kept.
    pub(crate) fn keeps_others(&self) -> bool {
        matches!(self.selected_by, SelectedBy::Tag(_) | SelectedBy::Fit)
    }
}

/// The selection of a value's variant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SelectedBy {
    JsonType,
    Tag(Tag),
    /// By the number of known fields.
    Fit,
    /// The first variant that matches.
    Order,
}

/// A property whose value selects the variant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tag {
    pub(crate) property: String,
    /// The values of the property for each variant, all of one type.
    pub(crate) values: Vec<Vec<TagValue>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum TagValue {
    Text(String),
    Boolean(bool),
    Integer(i64),
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
    /// Any JSON value in a response, kept as text.
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
    /// An array with a type per item.
    Tuple(Vec<Type>),
    /// A file of a multipart body.
    File,
    Named(TypeId),
}

impl Type {
    pub(crate) fn is_copy(&self) -> bool {
        matches!(self, Self::Bool | Self::Int32 | Self::Int64 | Self::UInt64 | Self::Number)
    }

    /// Returns whether a value is written as one string; enums are too.
    pub(crate) fn is_scalar(&self) -> bool {
        self.is_copy() || matches!(self, Self::String | Self::DateTime)
    }

    /// Changes secrets inside to strings. Returns whether there were any.
    pub(crate) fn expose_secrets(&mut self) -> bool {
        match self {
            Self::Secret => {
                *self = Self::String;
                true
            }
            Self::Nullable(inner) | Self::List(inner) | Self::Map(inner) => inner.expose_secrets(),
            Self::Tuple(items) => {
                items.iter_mut().map(Self::expose_secrets).fold(false, |one, other| one | other)
            }
            _ => false,
        }
    }

    /// Returns the number of types in this one.
    pub(crate) fn node_count(&self) -> usize {
        1 + match self {
            Self::Nullable(inner) | Self::List(inner) | Self::Map(inner) => inner.node_count(),
            Self::Tuple(items) => items.iter().map(Self::node_count).sum(),
            _ => 0,
        }
    }

    /// Returns the type inside nullables, lists and maps.
    pub(crate) fn innermost(&self) -> &Type {
        match self {
            Self::Nullable(inner) | Self::List(inner) | Self::Map(inner) => inner.innermost(),
            other => other,
        }
    }

    /// Returns the declared types inside.
    pub(crate) fn names(&self) -> Vec<TypeId> {
        match self.innermost() {
            Self::Named(id) => vec![*id],
            Self::Tuple(items) => items.iter().flat_map(Self::names).collect(),
            _ => Vec::new(),
        }
    }
}
