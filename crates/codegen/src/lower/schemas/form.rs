//! The forms of schemas.

use std::borrow::Cow;

use crate::document::Node;
use crate::model::Type;

/// The maximum depth of schemas within schemas, which the stack limits.
pub(super) const MAX_DEPTH: usize = 100;

/// The values that a schema describes, apart from null.
#[derive(Debug)]
pub(super) enum Form<'d> {
    Any,
    Scalar(Type),
    /// The same as another schema.
    Same(Node<'d>),
    List(Option<Node<'d>>),
    Tuple(Vec<Node<'d>>),
    Map(Option<Node<'d>>),
    /// A type with a declaration.
    Declared(Declared<'d>),
}

/// The source of a declared type.
#[derive(Debug)]
pub(super) enum Declared<'d> {
    /// An object with the properties of these schemas.
    Struct(Vec<Node<'d>>),
    /// An object with a `discriminator`, which other objects include, and its parts.
    Base(Node<'d>, Vec<Node<'d>>),
    Enum(Vec<Cow<'d, str>>),
    /// Alternatives, with their `discriminator`.
    Union(Vec<Member<'d>>, Option<Node<'d>>),
}

/// An alternative of a union.
#[derive(Debug, Clone)]
pub(super) struct Member<'d> {
    pub(super) node: Node<'d>,
    /// One of the types that `type` lists.
    pub(super) only: Option<&'d str>,
    /// The schema around `oneOf` or `anyOf`, if it applies to all members.
    pub(super) base: Option<Node<'d>>,
}

impl<'d> Form<'d> {
    pub(super) fn structure(parts: Vec<Node<'d>>) -> Self {
        Self::Declared(Declared::Struct(parts))
    }
}
