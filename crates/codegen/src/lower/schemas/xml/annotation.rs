//! The `xml` object of schemas.

use crate::document::Node;
use crate::model::{XmlContent, XmlNode};
use crate::problem::Problem;

/// The kinds of nodes in `nodeType`.
const NODE_TYPES: &[&str] = &["attribute", "cdata", "element", "none", "text"];

/// The `xml` objects of a schema and of the schemas that it refers to, the outer ones first.
#[derive(Debug, Clone, Default)]
pub(super) struct Annotation<'d> {
    name: Option<&'d str>,
    namespace: Option<&'d str>,
    prefix: Option<&'d str>,
    node_type: Option<&'d str>,
    wrapped: bool,
    /// The name of the first component among the schemas.
    pub(super) component: Option<String>,
}

impl<'d> Annotation<'d> {
    /// Returns the annotation of a schema without those of other schemas.
    pub(super) fn of(schema: &Node<'d>) -> Result<Self, Problem> {
        let is_component =
            schema.pointer().strip_prefix("/components/schemas/").is_some_and(|key| !key.contains('/'));
        let component = is_component.then(|| schema.key());
        let read = |xml: &Node<'d>| Self::read(xml, component.clone());
        let annotation = schema.get("xml").map(|xml| match read(&xml) {
            Err(problem) => xml.tolerate(problem, "ignored").map(|()| None),
            read => read.map(Some),
        });
        Ok(annotation.transpose()?.flatten().unwrap_or(Self { component, ..Self::default() }))
    }

    fn read(xml: &Node<'d>, component: Option<String>) -> Result<Self, Problem> {
        xml.expect_keys(
            "an XML object",
            &["attribute", "name", "namespace", "nodeType", "prefix", "wrapped"],
            &[],
        )?;
        let node_type = xml.text_of("nodeType")?;
        if let Some(unknown) = node_type.filter(|node_type| !NODE_TYPES.contains(node_type)) {
            let message = format!("unknown node type `{unknown}`");
            return Err(xml.problem(message, "use one of attribute, cdata, element, none, text"));
        }
        let is_attribute = xml.flag("attribute")?;
        let (prefix, name) = match xml.text_of("name")?.map(|name| name.split_once(':').ok_or(name)) {
            Some(Ok((prefix, name))) => (Some(prefix), Some(name)),
            Some(Err(name)) => (None, Some(name)),
            None => (None, None),
        };
        Ok(Self {
            name,
            namespace: xml.text_of("namespace")?.filter(|uri| !uri.is_empty()),
            prefix: xml.text_of("prefix")?.or(prefix).filter(|prefix| !prefix.is_empty()),
            node_type: node_type.or(is_attribute.then_some("attribute")),
            wrapped: xml.flag("wrapped")?,
            component,
        })
    }

    /// Adds the annotation of a schema that this one refers to.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            namespace: self.namespace.or(other.namespace),
            prefix: self.prefix.or(other.prefix),
            node_type: self.node_type.or(other.node_type),
            wrapped: self.wrapped || other.wrapped,
            component: self.component.or(other.component),
        }
    }

    pub(super) fn name(&self) -> Option<&'d str> {
        self.name
    }

    pub(super) fn is(&self, node_type: &str) -> bool {
        self.node_type == Some(node_type)
    }

    /// Returns whether an array has an element of its own.
    pub(super) fn is_wrapped(&self) -> bool {
        self.wrapped || self.is("element")
    }

    /// Returns a node with this annotation. `inferred` is the name if there is none in the annotation.
    pub(super) fn node(
        &self,
        schema: &Node<'d>,
        inferred: &str,
        content: XmlContent,
    ) -> Result<XmlNode, Problem> {
        Ok(XmlNode {
            local: valid(schema, self.name.unwrap_or(inferred))?,
            namespace: self.namespace.map(str::to_owned),
            prefix: self.prefix.map(|prefix| valid(schema, prefix)).transpose()?,
            content,
        })
    }
}

/// Returns a name without the characters that XML does not allow.
pub(super) fn valid(schema: &Node<'_>, name: &str) -> Result<String, Problem> {
    let is_start = |c: char| c.is_alphabetic() || c == '_';
    let allowed = name.replace(|c: char| !c.is_alphanumeric() && !['-', '_', '.'].contains(&c), "_");
    let prefix = if allowed.is_empty() || allowed.starts_with(is_start) { "" } else { "_" };
    let allowed = format!("{prefix}{allowed}");
    if allowed == name && name != "xmlns" {
        return Ok(allowed);
    }
    let allowed = if name == "xmlns" { "_xmlns".to_owned() } else { allowed };
    let problem = schema.problem(format!("`{name}` is not an XML name"), "set `name` in `xml`");
    schema.tolerate(problem, &format!("treated as `{allowed}`"))?;
    Ok(allowed)
}
