//! The types of a document.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::classify::{self, classify};
use super::form::{Declared, Form, MAX_DEPTH, Member};
use super::keywords::is_untyped;
use super::xml::Descriptions;
use crate::document::{Document, Node};
use crate::lower::descriptions;
use crate::lower::names::{self, Scope};
use crate::model::{Docs, Enum, EnumValue, Shape, Type, TypeDef, TypeId, Types};
use crate::problem::{AS_ANY, Problem};

/// The maximum number of items of a tuple and the tuples in it.
const LARGEST_TUPLE: usize = 100;

/// The types of a document, which are added when they are used first.
#[derive(Debug)]
pub(crate) struct Schemas<'d> {
    /// The declarations; `None` until a schema that was used is lowered.
    definitions: Vec<Option<TypeDef>>,
    /// The order of the document.
    order: Vec<TypeId>,
    /// The types of schemas that `$ref` can name, by pointer.
    named: HashMap<String, TypeId>,
    /// Schemas outside of the components that are used and still to be lowered.
    waiting: Vec<(TypeId, Declared<'d>, Node<'d>, String)>,
    /// The types of schemas without a name, by shape.
    anonymous: HashMap<String, TypeId>,
    /// The types of schemas without a declaration, by pointer.
    plain: HashMap<String, Usage>,
    /// The references that are being followed, to detect cycles.
    path: Vec<String>,
    /// The number of schemas around the current one.
    depth: usize,
    /// The descriptions of XML bodies.
    pub(super) xml: Descriptions<'d>,
    pub(crate) names: Scope,
}

/// The type of a schema where it is used.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    pub(crate) ty: Type,
    pub(crate) nullable: bool,
}

impl Usage {
    /// Returns the type, including null.
    pub(crate) fn into_type(self) -> Type {
        match self.ty {
            // `Any` includes null.
            ty if self.nullable && ty != Type::Any => Type::Nullable(Box::new(ty)),
            ty => ty,
        }
    }
}

impl<'d> Schemas<'d> {
    /// Lowers the schemas under `components`.
    pub(crate) fn of(document: &'d Document, problems: &mut Vec<Problem>) -> Result<Self, Problem> {
        let mut schemas = Self {
            definitions: Vec::new(),
            order: Vec::new(),
            named: HashMap::new(),
            waiting: Vec::new(),
            anonymous: HashMap::new(),
            plain: HashMap::new(),
            path: Vec::new(),
            depth: 0,
            xml: Descriptions::default(),
            names: Scope::without(names::RESERVED_TYPES),
        };
        let components = match document.root().get("components") {
            Some(components) => components.entries_of("schemas")?,
            None => Vec::new(),
        };
        // All names first: types of schemas inside must not take one of them.
        let mut forms = Vec::new();
        for (key, node) in components {
            let name = names::type_name(names::chosen(&node, key)?);
            match classify(&node) {
                Ok((Form::Declared(declared), _)) => {
                    let name = schemas.claim(&name);
                    forms.push((Some((schemas.reserve(&node), declared)), node, name));
                }
                Ok(_) => forms.push((None, node, name)),
                Err(problem) => match node.tolerate(problem, AS_ANY) {
                    Ok(()) => {}
                    Err(problem) => problems.push(problem),
                },
            }
        }
        for (declared, node, name) in forms {
            let lowered = match declared {
                Some((id, declared)) => schemas.declare(id, declared, &node, &name),
                // It is lowered where it is used; here, to report its problems.
                None => schemas.usage(&node, &name).map(drop),
            };
            problems.extend(lowered.err());
        }
        Ok(schemas)
    }

    /// Lowers the remaining schemas and returns all types.
    pub(crate) fn finish(mut self) -> Result<Types, Problem> {
        while let Some((id, declared, node, name)) = self.waiting.pop() {
            self.declare(id, declared, &node, &name)?;
        }
        Ok(Types::new(self.definitions.into_iter().flatten().collect(), self.order))
    }

    /// Returns whether a type is an enum of strings. Its schema may still be waiting.
    pub(crate) fn is_enum(&self, id: TypeId) -> bool {
        match &self.definitions[id.0] {
            Some(definition) => matches!(definition.shape, Shape::Enum(_)),
            None => {
                self.waiting.iter().any(|waiting| waiting.0 == id && matches!(waiting.1, Declared::Enum(_)))
            }
        }
    }

    /// Returns whether a value is written as one string.
    pub(crate) fn is_scalar(&self, ty: &Type) -> bool {
        match ty {
            Type::Named(id) => self.is_enum(*id),
            ty => ty.is_scalar(),
        }
    }

    pub(crate) fn is_struct(&self, id: TypeId) -> bool {
        match &self.definitions[id.0] {
            Some(definition) => matches!(definition.shape, Shape::Struct(_)),
            None => false,
        }
    }

    /// Changes the type of binary fields of a form to files, except those in `json`.
    pub(crate) fn mark_files(&mut self, id: TypeId, schema: &Node<'d>, json: &[&str]) -> Result<(), Problem> {
        let Some(TypeDef { shape: Shape::Struct(object), .. }) = &mut self.definitions[id.0] else {
            return Ok(());
        };
        let mut described = Vec::new();
        properties(schema, &mut described, &mut HashSet::new())?;
        for (key, node) in described {
            let Some(field) = object.fields.iter_mut().find(|field| field.wire == key) else { continue };
            match &mut field.ty {
                _ if json.contains(&key) => {}
                ty @ (Type::String | Type::Secret | Type::Any) if is_file(&node) => *ty = Type::File,
                Type::List(item) if node.get("items").is_some_and(|items| is_file(&items)) => {
                    **item = Type::File;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn claim(&mut self, name: &str) -> String {
        self.names.claim([name, &format!("{name}Schema")])
    }

    fn reserve(&mut self, node: &Node<'d>) -> TypeId {
        let id = TypeId(self.definitions.len());
        self.definitions.push(None);
        self.named.insert(node.pointer().to_owned(), id);
        id
    }

    fn declare(
        &mut self,
        id: TypeId,
        declared: Declared<'d>,
        node: &Node<'d>,
        name: &str,
    ) -> Result<(), Problem> {
        // Types of schemas inside come after this one.
        let position = self.order.len();
        let shape = match self.shape(declared, name) {
            Ok(shape) => shape,
            Err(problem) => {
                node.tolerate(problem, AS_ANY)?;
                Shape::Alias(Type::Any)
            }
        };
        self.order.insert(position, id);
        self.definitions[id.0] = Some(TypeDef::new(name.to_owned(), descriptions::docs(node)?, shape));
        Ok(())
    }

    /// Returns the type of a schema where it is used. A schema without a name gets the proposed one.
    ///
    /// With a lenient policy, a schema without a type becomes any JSON value.
    pub(crate) fn usage(&mut self, node: &Node<'d>, proposed: &str) -> Result<Usage, Problem> {
        let path = self.path.len();
        self.depth += 1;
        let usage = match self.depth {
            ..=MAX_DEPTH => self.strict_usage(node, proposed),
            _ => Err(node.problem("the schema is nested too deeply", "move it to `components`")),
        };
        self.depth -= 1;
        usage.or_else(|problem| {
            self.path.truncate(path);
            node.tolerate(problem, AS_ANY)?;
            Ok(Usage { ty: Type::Any, nullable: false })
        })
    }

    fn strict_usage(&mut self, node: &Node<'d>, proposed: &str) -> Result<Usage, Problem> {
        let (form, nullable) = classify(node)?;
        let Form::Same(other) = form else {
            // A reference may lead here.
            if let (Form::Declared(_), Some(id)) = (&form, self.named.get(node.pointer())) {
                return Ok(Usage { ty: Type::Named(*id), nullable });
            }
            let is_declared = matches!(form, Form::Declared(_));
            let ty = self.ty(form, node, proposed)?;
            if let (true, Type::Named(id)) = (is_declared, &ty) {
                self.named.insert(node.pointer().to_owned(), *id);
            }
            return Ok(Usage { ty, nullable });
        };
        let target = other.resolve()?;
        let (form, target_nullable) = classify(&target)?;
        let nullable = nullable || target_nullable;
        if let Form::Declared(declared) = form
            && other.get("$ref").is_some()
        {
            // The target is not necessarily a component.
            return Ok(Usage { ty: Type::Named(self.named(&target, declared)), nullable });
        }
        if self.path.iter().any(|pointer| pointer == target.pointer()) {
            return Err(node.problem("the schema contains only itself", "put an object in between"));
        }
        if let Some(known) = self.plain.get(target.pointer()).filter(|_| other.get("$ref").is_some()) {
            return Ok(Usage { nullable: nullable || known.nullable, ..known.clone() });
        }
        self.path.push(target.pointer().to_owned());
        let name =
            if other.get("$ref").is_some() { names::type_name(&target.key()) } else { proposed.to_owned() };
        let usage = self.usage(&target, &name);
        self.path.pop();
        let usage = usage?;
        if other.get("$ref").is_some() {
            self.plain.insert(target.pointer().to_owned(), usage.clone());
        }
        Ok(Usage { nullable: nullable || usage.nullable, ..usage })
    }

    fn named(&mut self, target: &Node<'d>, declared: Declared<'d>) -> TypeId {
        if let Some(id) = self.named.get(target.pointer()) {
            return *id;
        }
        let words: Vec<_> =
            target.pointer().rsplit('/').filter(|part| !SYNTAX.contains(part)).take(2).collect();
        let name = words.into_iter().rev().map(names::type_name).collect::<String>();
        let name = self.claim(&name);
        let id = self.reserve(target);
        self.waiting.push((id, declared, target.clone(), name));
        id
    }

    pub(super) fn member(&mut self, member: &Member<'d>, proposed: &str) -> Result<Usage, Problem> {
        if member.only.is_none() && member.base.is_none() {
            return self.usage(&member.node, proposed);
        }
        let (form, _) = classify::member(member)?;
        Ok(Usage { ty: self.ty(form, &member.node, proposed)?, nullable: false })
    }

    pub(super) fn ty(&mut self, form: Form<'d>, node: &Node<'d>, proposed: &str) -> Result<Type, Problem> {
        match form {
            Form::Any => Ok(Type::Any),
            Form::Scalar(ty) => Ok(ty),
            Form::List(None) => Ok(Type::List(Box::new(Type::Any))),
            Form::List(Some(items)) => {
                let item = self.usage(&items, &names::singular(proposed))?;
                Ok(Type::List(Box::new(item.into_type())))
            }
            Form::Tuple(items) => {
                let mut types = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    types.push(self.usage(item, &format!("{proposed}{}", index + 1))?.into_type());
                }
                let ty = Type::Tuple(types);
                if ty.node_count() > LARGEST_TUPLE {
                    let help = "replace some of the arrays with objects";
                    return Err(node.problem("nested arrays with too many items", help));
                }
                Ok(ty)
            }
            Form::Map(None) => Ok(Type::Map(Box::new(Type::Any))),
            Form::Map(Some(values)) => {
                let value = self.usage(&values, &format!("{proposed}Value"))?;
                Ok(Type::Map(Box::new(value.into_type())))
            }
            Form::Same(other) => Ok(self.usage(&other, proposed)?.ty),
            Form::Declared(declared) => {
                let docs = descriptions::docs(node)?;
                self.anonymous(declared, docs, proposed).map(Type::Named)
            }
        }
    }

    /// Returns the type of a schema without a name: an equal one, or a new one.
    fn anonymous(&mut self, declared: Declared<'d>, docs: Docs, proposed: &str) -> Result<TypeId, Problem> {
        let position = self.order.len();
        let shape = self.shape(declared, proposed)?;
        let key = format!("{:?}", shape.without_docs());
        if let Some(id) = self.anonymous.get(&key) {
            return Ok(*id);
        }
        let name = self.names.claim([names::short(proposed), proposed, &format!("{proposed}Schema")]);
        let id = self.add(position, TypeDef::new(name, docs, shape));
        self.anonymous.insert(key, id);
        Ok(id)
    }

    fn add(&mut self, position: usize, definition: TypeDef) -> TypeId {
        let id = TypeId(self.definitions.len());
        self.definitions.push(Some(definition));
        self.order.insert(position, id);
        id
    }

    /// Adds a type after all others.
    pub(super) fn push(&mut self, definition: TypeDef) -> TypeId {
        self.add(self.order.len(), definition)
    }

    /// Returns whether a type is that of a schema that `$ref` can name.
    pub(super) fn is_type_of(&self, ty: &Type, node: &Node<'d>) -> bool {
        matches!(ty, Type::Named(id) if self.named.get(node.pointer()) == Some(id))
    }

    fn shape(&mut self, declared: Declared<'d>, name: &str) -> Result<Shape, Problem> {
        match declared {
            Declared::Struct(parts) => self.structure(&parts, name).map(Shape::Struct),
            Declared::Base(base, parts) => self.base(&base, &parts, name),
            Declared::Union(members, discriminator) => {
                self.union(&members, discriminator.as_ref(), name).map(Shape::Union)
            }
            Declared::Enum(strings) => Ok(Shape::Enum(lower_enum(&strings))),
        }
    }
}

/// Collects the properties of an object and its `allOf`.
fn properties<'d>(
    schema: &Node<'d>,
    found: &mut Vec<(&'d str, Node<'d>)>,
    seen: &mut HashSet<String>,
) -> Result<(), Problem> {
    let schema = schema.resolve()?;
    if !seen.insert(schema.pointer().to_owned()) {
        return Ok(());
    }
    for (key, node) in schema.entries_of("properties")? {
        found.push((key, node.resolve()?));
    }
    for part in schema.items_of("allOf")? {
        properties(&part, found, seen)?;
    }
    Ok(())
}

/// Returns whether a schema describes bytes.
pub(crate) fn is_bytes(node: &Node<'_>) -> bool {
    let Ok(node) = node.resolve() else { return false };
    let is_text = node.get("type").is_some_and(|name| name.value() == "string");
    let is_binary = node.get("format").is_some_and(|format| format.value() == "binary");
    let is_media = node.get("contentMediaType").is_some() && node.get("contentEncoding").is_none();
    is_text && (is_binary || is_media) || is_media && is_untyped(&node)
}

/// Returns whether a part of a form is a file. Since OpenAPI 3.1, a part without a type is one.
pub(crate) fn is_file(node: &Node<'_>) -> bool {
    let is_3_0 = || node.root().get("openapi").and_then(|version| version.text().ok()?.strip_prefix("3.0"));
    is_bytes(node) || node.resolve().is_ok_and(|node| is_untyped(&node)) && is_3_0().is_none()
}

/// Parts of pointers that belong to OpenAPI, not to the API.
const SYNTAX: &[&str] = &[
    "properties",
    "items",
    "schema",
    "schemas",
    "content",
    "application~1json",
    "oneOf",
    "anyOf",
    "allOf",
    "additionalProperties",
    "unevaluatedProperties",
    "patternProperties",
    "prefixItems",
    "$defs",
    "responses",
    "requestBody",
    "components",
    "paths",
    "parameters",
];

fn lower_enum(strings: &[Cow<'_, str>]) -> Enum {
    let mut scope = Scope::default();
    let values = strings
        .iter()
        .map(|wire| EnumValue {
            name: scope.claim([names::variant_name(wire).as_str()]),
            wire: wire.clone().into_owned(),
        })
        .collect();
    Enum { values, other: scope.claim(["Other", "Unknown", "Unlisted"]) }
}
