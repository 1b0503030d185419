//! Parameters other than bodies.

use serde_json::{Map, Value};

use super::{Converter, Node, entries, escape, schemas};

impl Converter {
    /// Converts the parameters of the document.
    pub(super) fn shared_parameters(&mut self, node: &Node<'_>) -> Value {
        let parameters = entries(node).into_iter().filter(|(_, parameter)| !is_body(parameter));
        let convert = |(name, parameter): (&str, Node<'_>)| {
            let to = format!("/components/parameters/{}", escape(name));
            (name.to_owned(), self.parameter(&parameter, &to))
        };
        Value::Object(parameters.map(convert).collect())
    }

    /// Converts the parameters of a path or an operation.
    pub(super) fn parameters(&mut self, parameters: &[Node<'_>], to: &str) -> Value {
        let parameters = parameters.iter().filter(|parameter| !is_body(parameter)).enumerate();
        parameters.map(|(index, parameter)| self.parameter(parameter, &format!("{to}/{index}"))).collect()
    }

    fn parameter(&mut self, parameter: &Node<'_>, to: &str) -> Value {
        self.origins.record(to, parameter.pointer());
        if let Some(reference) = parameter.get("$ref") {
            return Value::Object(Map::from_iter([(
                "$ref".to_owned(),
                schemas::reference_value(reference.value()),
            )]));
        }
        self.origins.record(format!("{to}/schema"), parameter.pointer());
        let Some((mut converted, schema)) = split(parameter) else { return parameter.value().clone() };
        if let Some(style) = self.style(parameter) {
            converted.extend(style);
        }
        converted.insert("schema".to_owned(), schema);
        converted.into()
    }

    /// Returns the style of a list.
    pub(super) fn style(&mut self, parameter: &Node<'_>) -> Option<Map<String, Value>> {
        parameter.get("type").filter(|name| name.value() == "array")?;
        let is_query = ["query", "formData"].contains(&parameter.text_of("in").ok()??);
        let format = parameter.get("collectionFormat");
        let (style, explode) = match format.as_ref().map_or(Ok("csv"), Node::text).unwrap_or_default() {
            "csv" if is_query => ("form", false),
            "csv" => return None,
            "multi" if is_query => ("form", true),
            "ssv" if is_query => ("spaceDelimited", false),
            "pipes" if is_query => ("pipeDelimited", false),
            other => {
                let node = format.as_ref().unwrap_or(parameter);
                self.lose(
                    node,
                    format!("a list in the format `{other}` is not supported here"),
                    "sent as `csv`",
                );
                if !is_query {
                    return None;
                }
                ("form", false)
            }
        };
        Some(Map::from_iter([("style".to_owned(), style.into()), ("explode".to_owned(), explode.into())]))
    }
}

/// Returns whether a parameter is the body or a field of a form.
pub(super) fn is_body(parameter: &Node<'_>) -> bool {
    location(parameter).is_some_and(|location| ["body", "formData"].contains(&location))
}

pub(super) fn location<'d>(parameter: &Node<'d>) -> Option<&'d str> {
    parameter.resolve().ok()?.text_of("in").ok()?
}

/// Splits a parameter into its own keys and its schema.
pub(super) fn split(parameter: &Node<'_>) -> Option<(Map<String, Value>, Value)> {
    let is_own = |key: &str| {
        ["name", "in", "description", "required", "allowEmptyValue"].contains(&key)
            || (key.starts_with("x-") && key != "x-nullable")
    };
    let (own, schema): (Map<_, _>, Map<_, _>) = parameter
        .value()
        .as_object()?
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .partition(|(key, _)| is_own(key));
    Some((own, schemas::schema(&schema.into())))
}
