//! Types and their documentation.

use std::collections::{HashMap, HashSet};
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
        self.ids_in_order().map(|id| &self[id])
    }

    /// Returns the ids of all types in the order of the document.
    pub(crate) fn ids_in_order(&self) -> impl Iterator<Item = TypeId> {
        self.order.iter().copied()
    }

    /// Makes all types implement `Serialize` and `Deserialize`, except that types with files cannot be received.
    pub(crate) fn complete(&mut self) {
        let with_files = self.containing(|ty| *ty.innermost() == Type::File);
        for id in self.ids() {
            self[id].serialize = true;
            self[id].deserialize |= !with_files.contains(&id);
        }
    }

    /// Returns the types that contain a wanted type at any depth.
    pub(crate) fn containing(&self, is_wanted: impl Fn(&Type) -> bool) -> HashSet<TypeId> {
        let mut users: HashMap<TypeId, Vec<TypeId>> = HashMap::new();
        let mut ahead = Vec::new();
        for id in self.ids() {
            for (ty, _) in self[id].shape.parts() {
                ty.names().into_iter().for_each(|part| users.entry(part).or_default().push(id));
                ahead.extend(is_wanted(ty).then_some(id));
            }
        }
        let mut found = HashSet::new();
        while let Some(id) = ahead.pop() {
            if found.insert(id) {
                ahead.extend(users.remove(&id).into_iter().flatten());
            }
        }
        found
    }

    /// Returns the type and the only value of a required discriminator with one value, which constructors set.
    pub(crate) fn fixed_value(&self, field: &Field) -> Option<(TypeId, &EnumValue)> {
        let Type::Named(id) = field.ty else { return None };
        match &self[id].shape {
            Shape::Enum(Enum { values, .. })
                if field.is_discriminator && field.presence == Presence::Required =>
            {
                let [only] = values.as_slice() else { return None };
                Some((id, only))
            }
            _ => None,
        }
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
    /// Implements `Serialize` and has a constructor.
    pub(crate) serialize: bool,
    /// Implements `Deserialize`.
    pub(crate) deserialize: bool,
    /// Contains a secret at any depth.
    pub(crate) has_secret: bool,
}

impl TypeDef {
    /// Creates a type whose use and content are still to be determined.
    pub(crate) fn new(name: String, docs: Docs, shape: Shape) -> Self {
        Self {
            name,
            docs,
            shape,
            in_request: false,
            in_response: false,
            serialize: false,
            deserialize: false,
            has_secret: false,
        }
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
    /// The property of a `discriminator`.
    pub(crate) is_discriminator: bool,
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

impl Presence {
    /// Returns the presence of a field that may be absent too.
    pub(crate) fn optional(self) -> Self {
        match self {
            Self::Required => Self::Optional,
            Self::RequiredNullable => Self::OptionalNullable,
            optional => optional,
        }
    }
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
        match &self.selected_by {
            SelectedBy::Tag(tag) => !tag.has_base(),
            SelectedBy::Fit => true,
            SelectedBy::JsonType | SelectedBy::Order => false,
        }
    }

    /// Returns the property that the union adds to its variants.
    pub(crate) fn added_tag(&self) -> Option<&Tag> {
        match &self.selected_by {
            SelectedBy::Tag(tag) if !tag.is_field => Some(tag),
            _ => None,
        }
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
    /// The values of the property for each variant, all of one type. A variant without values is that of all other
    /// objects.
    pub(crate) values: Vec<Vec<TagValue>>,
    /// The variant for objects without the property or with another value.
    pub(crate) default: Option<usize>,
    /// The property is a field of the variants. Otherwise, the union reads and writes it.
    pub(crate) is_field: bool,
}

impl Tag {
    /// Returns whether a variant has all objects with other values.
    pub(crate) fn has_base(&self) -> bool {
        self.values.iter().any(Vec::is_empty)
    }
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

    /// Returns whether the type is a secret, or contains one without a declaration in between.
    pub(crate) fn contains_secret(&self) -> bool {
        match self.innermost() {
            Self::Secret => true,
            Self::Tuple(items) => items.iter().any(Self::contains_secret),
            _ => false,
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
