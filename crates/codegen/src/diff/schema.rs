//! The values that a schema accepts, independently of its notation.
//!
//! References are resolved, `allOf` is merged, `oneOf`, `anyOf` and type arrays are alternatives, and null is separate,
//! for all versions of OpenAPI alike.

use std::collections::HashSet;
use std::collections::hash_map::{Entry, HashMap};
use std::rc::Rc;

use serde_json::{Map, Value};

use crate::document::Node;
use crate::problem::Problem;

/// The maximum number of alternatives.
const MOST: usize = 1_000;

/// The maximum number of schemas around a schema that apply to the same value.
const MAX_DEPTH: usize = 200;

/// The values that a schema accepts.
#[derive(Debug)]
pub(super) struct Schema<'d> {
    /// The locations. A property may be described by several parts of an object.
    pub(super) at: Vec<Node<'d>>,
    pub(super) nullable: bool,
    /// The alternatives, each of one type.
    pub(super) shapes: Vec<Shape<'d>>,
}

/// One alternative: parts that apply together, without references and alternatives.
#[derive(Debug)]
pub(super) struct Shape<'d> {
    /// `None` for any type.
    pub(super) ty: Option<&'d str>,
    pub(super) parts: Vec<Node<'d>>,
}

/// A property of an object.
#[derive(Debug, Clone)]
pub(super) struct Property<'d> {
    pub(super) name: &'d str,
    /// The schemas that apply.
    pub(super) at: Vec<Node<'d>>,
    pub(super) required: bool,
}

/// The additional properties of an object.
#[derive(Debug)]
pub(super) enum Rest<'d> {
    /// Any. The flag distinguishes an explicit schema from a missing one.
    Open(bool),
    Closed,
    Each(Node<'d>),
}

impl<'d> Schema<'d> {
    pub(super) fn of(at: Vec<Node<'d>>) -> Result<Self, Problem> {
        let mut alternatives = vec![Vec::new()];
        let mut flatten = Flatten::default();
        for node in &at {
            alternatives = product(alternatives, &flatten.schema(node)?, node)?;
        }
        let mut schema = Self { at, nullable: false, shapes: Vec::new() };
        for parts in alternatives {
            schema.add(parts);
        }
        Ok(schema)
    }

    /// Returns the location of the schema behind a reference without siblings.
    pub(super) fn place(&self) -> Option<Node<'d>> {
        let first = self.at.first()?;
        let has_more = ["nullable", "type", "allOf", "anyOf", "oneOf", "properties", "enum"];
        if has_more.iter().any(|keyword| first.get(keyword).is_some()) {
            return Some(first.clone());
        }
        first.resolve().ok()
    }

    /// Returns whether every value is valid.
    pub(super) fn is_any(&self) -> bool {
        self.shapes.iter().any(|shape| shape.ty.is_none())
    }

    fn add(&mut self, parts: Vec<Node<'d>>) {
        if parts.iter().any(|part| part.value() == &Value::Bool(false)) {
            return;
        }
        let Some(mut types) = types(&parts) else {
            self.nullable = true;
            self.shapes.push(Shape { ty: None, parts });
            return;
        };
        let allows_null = parts.iter().any(|part| part.value().get("nullable") == Some(&Value::Bool(true)));
        self.nullable |= allows_null || types.contains(&"null");
        types.retain(|name| *name != "null");
        self.shapes.extend(types.into_iter().map(|name| Shape { ty: Some(name), parts: parts.clone() }));
    }

    /// Returns whether a boolean keyword is set.
    pub(super) fn flag(&self, keyword: &str) -> bool {
        self.annotation(keyword).is_some_and(|node| node.value() == &Value::Bool(true))
    }

    /// Returns a keyword that describes the schema without constraining values. Null counts as absent.
    pub(super) fn annotation(&self, keyword: &str) -> Option<Node<'d>> {
        let parts = self.shapes.iter().flat_map(|shape| &shape.parts);
        let node = self.at.iter().chain(parts).find_map(|node| node.get(keyword))?;
        (!node.value().is_null()).then_some(node)
    }
}

/// Alternatives, each with the parts that apply together.
type Alternatives<'d> = Vec<Vec<Node<'d>>>;

/// Finds the alternatives of schemas.
#[derive(Debug, Default)]
struct Flatten<'d> {
    /// The locations of the schemas around the current one.
    around: HashSet<String>,
    /// The alternatives of the targets of references.
    known: HashMap<String, Rc<Alternatives<'d>>>,
}

impl<'d> Flatten<'d> {
    fn schema(&mut self, node: &Node<'d>) -> Result<Alternatives<'d>, Problem> {
        if self.around.len() > MAX_DEPTH {
            return Err(node.problem("too many nested schemas to compare", "nest fewer schemas"));
        }
        if !self.around.insert(node.pointer().to_owned()) {
            return Err(node.problem("the schema contains only itself", "remove the part that refers back"));
        }
        let mut alternatives = vec![vec![node.clone()]];
        if node.get("$ref").is_some() {
            let target = self.target(&node.resolve()?)?;
            alternatives = product(alternatives, &target, node)?;
        }
        for member in list(node, "allOf") {
            alternatives = product(alternatives, &self.schema(&member)?, node)?;
        }
        for keyword in ["oneOf", "anyOf"] {
            let members = list(node, keyword);
            if !members.is_empty() {
                let mut union = Vec::new();
                for member in members {
                    union.extend(self.schema(&member)?);
                }
                alternatives = product(alternatives, &union, node)?;
            }
        }
        self.around.remove(node.pointer());
        Ok(alternatives)
    }

    /// Returns the alternatives of the target of a reference, which several members may share.
    fn target(&mut self, target: &Node<'d>) -> Result<Rc<Alternatives<'d>>, Problem> {
        if let Some(known) = self.known.get(target.pointer()) {
            return Ok(Rc::clone(known));
        }
        let alternatives = Rc::new(self.schema(target)?);
        self.known.insert(target.pointer().to_owned(), Rc::clone(&alternatives));
        Ok(alternatives)
    }
}

/// Returns the Cartesian product. A part that is in both applies once.
fn product<'d>(
    first: Alternatives<'d>,
    second: &Alternatives<'d>,
    node: &Node<'d>,
) -> Result<Alternatives<'d>, Problem> {
    if first.len() * second.len() > MOST {
        return Err(node.problem("too many alternatives to compare", "use fewer alternatives"));
    }
    let both = |one: &Vec<Node<'d>>, other: &Vec<Node<'d>>| {
        let mut parts = one.clone();
        let mut known: HashSet<_> = one.iter().map(|part| part.pointer().to_owned()).collect();
        parts.extend(other.iter().filter(|part| known.insert(part.pointer().to_owned())).cloned());
        parts
    };
    Ok(first.iter().flat_map(|one| second.iter().map(move |other| both(one, other))).collect())
}

/// Returns the types that all parts accept; `None` for any type.
fn types<'d>(parts: &[Node<'d>]) -> Option<Vec<&'d str>> {
    let stated = parts.iter().filter_map(|part| match part.value().get("type")? {
        Value::String(name) => Some(vec![name.as_str()]),
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).collect()),
        _ => None,
    });
    let listed = parts.iter().filter_map(values).map(|values| {
        let mut types: Vec<&str> = values.into_iter().map(type_of).collect();
        types.dedup();
        types
    });
    let known = stated.chain(listed).reduce(common).or_else(|| implied(parts))?;
    let mut types: Vec<&str> = Vec::new();
    for name in known {
        if !types.contains(&name) {
            types.push(name);
        }
    }
    Some(types)
}

fn common<'d>(one: Vec<&'d str>, other: Vec<&'d str>) -> Vec<&'d str> {
    let narrower = |name: &'d str| match name {
        name if other.contains(&name) => Some(name),
        "number" if other.contains(&"integer") => Some("integer"),
        "integer" if other.contains(&"number") => Some("integer"),
        _ => None,
    };
    one.into_iter().filter_map(narrower).collect()
}

/// Returns the type that is implied by other keywords.
fn implied<'d>(parts: &[Node<'d>]) -> Option<Vec<&'d str>> {
    const BY_KEYWORD: [(&str, &str); 12] = [
        ("properties", "object"),
        ("required", "object"),
        ("additionalProperties", "object"),
        ("patternProperties", "object"),
        ("maxProperties", "object"),
        ("items", "array"),
        ("prefixItems", "array"),
        ("maxItems", "array"),
        ("pattern", "string"),
        ("maxLength", "string"),
        ("minLength", "string"),
        ("format", "string"),
    ];
    let has = |keyword| parts.iter().any(|part| part.get(keyword).is_some());
    BY_KEYWORD.iter().find(|(keyword, _)| has(keyword)).map(|(_, name)| vec![*name])
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Returns the enumerated values of a schema, if any.
fn values<'d>(node: &Node<'d>) -> Option<Vec<&'d Value>> {
    match (node.value().get("const"), node.value().get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(Value::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

/// Returns the items of the array of a key, if there is one.
pub(super) fn list<'d>(node: &Node<'d>, keyword: &str) -> Vec<Node<'d>> {
    node.items_of(keyword).unwrap_or_default()
}

impl<'d> Shape<'d> {
    /// Returns the first part with a keyword.
    pub(super) fn get(&self, keyword: &str) -> Option<Node<'d>> {
        self.parts.iter().find_map(|part| part.get(keyword))
    }

    /// Returns the enumerated values with their locations, if there are any.
    pub(super) fn values(&self) -> Option<(Node<'d>, Vec<&'d Value>)> {
        let lists = || self.parts.iter().filter_map(values);
        let at = self.get("enum").or_else(|| self.get("const"))?;
        let of_type = |value: &&Value| match (self.ty, type_of(value)) {
            (None | Some("number"), "integer") | (None, _) => true,
            (Some(ty), found) => ty == found,
        };
        let in_all = |value: &&Value| lists().all(|list| list.iter().any(|other| same(value, other)));
        Some((at, lists().next()?.into_iter().filter(of_type).filter(in_all).collect()))
    }

    /// Returns the parts without those that only refer to others.
    pub(super) fn own_parts(&self) -> Vec<Node<'d>> {
        let refers = |part: &&Node<'d>| {
            const OTHERS: [&str; 6] =
                ["default", "deprecated", "description", "nullable", "summary", "title"];
            let refers = |key: &str| ["$ref", "allOf", "anyOf", "oneOf"].contains(&key);
            let mut keys = part.value().as_object().into_iter().flat_map(Map::keys);
            keys.clone().any(|key| refers(key))
                && keys.all(|key| refers(key) || OTHERS.contains(&key.as_str()) || key.starts_with("x-"))
        };
        self.parts.iter().filter(|part| !refers(part)).cloned().collect()
    }

    /// Returns the properties with all schemas that apply to each.
    pub(super) fn properties(&self) -> Vec<Property<'d>> {
        let required = self.required();
        let mut properties: Vec<Property<'_>> = Vec::new();
        let mut indices: HashMap<_, usize> = HashMap::new();
        for (name, node) in
            self.parts.iter().flat_map(|part| part.entries_of("properties").unwrap_or_default())
        {
            match indices.entry(name) {
                Entry::Occupied(known) => properties[*known.get()].at.push(node),
                Entry::Vacant(new) => {
                    new.insert(properties.len());
                    properties.push(Property { name, at: vec![node], required: required.contains(name) });
                }
            }
        }
        properties
    }

    /// Returns the names of the required properties.
    pub(super) fn required(&self) -> HashSet<&'d str> {
        let lists = self.parts.iter().filter_map(|part| part.value().get("required")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// Returns the items of a list; `None` for any items.
    pub(super) fn items(&self) -> Vec<Node<'d>> {
        let items = self.parts.iter().filter_map(|part| part.get("items"));
        items.filter(|items| !items.value().is_array() && !is_anything(items.value())).collect()
    }

    pub(super) fn rest(&self) -> Rest<'d> {
        let mut rest = Rest::Open(false);
        for node in self.parts.iter().filter_map(|part| part.get("additionalProperties")) {
            match node.value() {
                Value::Bool(false) => return Rest::Closed,
                value if is_anything(value) => {
                    if matches!(rest, Rest::Open(_)) {
                        rest = Rest::Open(true);
                    }
                }
                _ => rest = Rest::Each(node),
            }
        }
        rest
    }

    /// Returns the value of a bound and its location. Bounds without effect, such as a minimum length of 0, are
    /// omitted, and exclusive bounds are the same in 3.0 and 3.1.
    pub(super) fn bound(&self, keyword: &str) -> Option<(Node<'d>, f64)> {
        let number = |part: &Node<'d>, keyword: &str| {
            let node = part.get(keyword)?;
            let number = node.value().as_f64()?;
            Some((node, number))
        };
        let excluding =
            |part: &Node<'d>, exclusive: &str| part.value().get(exclusive) == Some(&Value::Bool(true));
        let of_part = |part: &Node<'d>| match keyword {
            "minimum" if excluding(part, "exclusiveMinimum") => None,
            "maximum" if excluding(part, "exclusiveMaximum") => None,
            "exclusiveMinimum" if excluding(part, keyword) => number(part, "minimum"),
            "exclusiveMaximum" if excluding(part, keyword) => number(part, "maximum"),
            _ => number(part, keyword),
        };
        let is_lower = is_lower(keyword);
        let tighter = |one: (Node<'d>, f64), other: (Node<'d>, f64)| {
            if (one.1 < other.1) == is_lower { other } else { one }
        };
        let is_trivial = |bound: f64| bound == 0.0 && keyword.starts_with("min") && keyword != "minimum";
        let bound = self.parts.iter().filter_map(of_part).reduce(tighter)?;
        (!is_trivial(bound.1)).then_some(bound)
    }
}

/// Returns whether a bound is a minimum.
pub(super) fn is_lower(keyword: &str) -> bool {
    keyword.starts_with("min") || keyword == "exclusiveMinimum"
}

fn is_anything(schema: &Value) -> bool {
    schema == &Value::Bool(true) || schema.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Returns whether two values are equal in JSON, where 1 equals 1.0.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => one == other,
    }
}

/// Returns the schema of a parameter or header, which may be that of a media type.
pub(super) fn schema_of<'d>(node: &Node<'d>) -> Option<Node<'d>> {
    let in_content = || node.get("content")?.entries().ok()?.first()?.1.get("schema");
    node.get("schema").or_else(in_content)
}
