//! Parameter styles of OpenAPI, cookies and secret parameters.

use std::fmt::Display;

use api_keys_core::SecretKey;
use http::header::{COOKIE, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value};

use super::Request;
use super::encoding::encode;

/// The style of a list or an object in a path, query, header or cookie, by its name in OpenAPI.
///
/// Exhaustive: the specification defines these styles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// `a,b`: in a path, a header or a cookie.
    Simple,
    /// `a,b`, and `name=value` for the fields of an object.
    SimpleExploded,
    /// `.a,b`: in a path.
    Label,
    /// `.a.b`: in a path.
    LabelExploded,
    /// `;name=a,b`: in a path.
    Matrix,
    /// `;name=a;name=b`: in a path.
    MatrixExploded,
    /// `name=a,b`: in a query.
    Form,
    /// `name=a&name=b`: in a query.
    FormExploded,
    /// `name=a%20b`: in a query.
    SpaceDelimited,
    /// `name=a%7Cb`: in a query.
    PipeDelimited,
    /// `name[field]=a`: in a query.
    DeepObject,
    /// `name=a,b`: in a cookie, without percent-encoding.
    Cookie,
    /// `name=a; name=b`: in a cookie, without percent-encoding.
    CookieExploded,
    /// JSON.
    Json,
}

impl Request {
    /// Sets a path parameter in a style.
    pub fn path_as<T: Serialize + ?Sized>(mut self, name: &'static str, style: Style, value: &T) -> Self {
        let Ok(value) = serde_json::to_value(value) else {
            return self.with_problem(format!("path parameter `{name}` cannot be serialized"));
        };
        let written = write_path(name, style, &value);
        if matches!(written.as_str(), "" | "." | "..") {
            return self.with_problem(format!("path parameter `{name}` is empty or a relative path"));
        }
        self.path_parameters.push((name, written));
        self
    }

    /// Sets an optional path parameter in a style. Without content, its segment is omitted.
    pub fn path_as_opt<T: Serialize + ?Sized>(self, name: &'static str, style: Style, value: &T) -> Self {
        match serde_json::to_value(value) {
            Ok(value) if is_empty(&value, style) => self.path_parameter_opt(name, None::<&str>),
            Ok(value) => self.path_as(name, style, &value),
            Err(_) => self.with_problem(format!("path parameter `{name}` cannot be serialized")),
        }
    }

    /// Adds a query parameter in a style. A value without content adds nothing.
    pub fn query_as<T: Serialize + ?Sized>(mut self, name: &str, style: Style, value: &T) -> Self {
        let Ok(value) = serde_json::to_value(value) else {
            return self.with_problem(format!("query parameter `{name}` cannot be serialized"));
        };
        for (name, value) in query_pairs(name, style, &value) {
            if !self.query.is_empty() {
                self.query.push('&');
            }
            self.query.push_str(&name);
            self.query.push('=');
            self.query.push_str(&value);
        }
        self
    }

    /// Sets a header in a style. A value without content sets nothing.
    pub fn header_as<T: Serialize + ?Sized>(self, name: &'static str, style: Style, value: &T) -> Self {
        match serde_json::to_value(value) {
            Ok(value) if is_empty(&value, style) => self,
            Ok(value) if style == Style::Json => self.header(name, value),
            Ok(value) => {
                self.header(name, joined(&value, ",", style == Style::SimpleExploded, str::to_owned))
            }
            Err(_) => self.with_problem(format!("header `{name}` cannot be serialized")),
        }
    }

    /// Adds a cookie.
    pub fn cookie(self, name: &str, value: impl Display) -> Self {
        let mut encoded = String::new();
        encode(value, &mut encoded);
        self.cookie_unencoded(name, &encoded)
    }

    fn cookie_unencoded(mut self, name: &str, value: &str) -> Self {
        let mut cookie = format!("{name}={value}");
        let others = self.headers.iter().position(|(header, _)| header == COOKIE);
        let mut is_sensitive = false;
        if let Some(position) = others {
            let (_, others) = self.headers.remove(position);
            cookie = format!("{}; {cookie}", others.to_str().unwrap_or_default());
            is_sensitive = others.is_sensitive();
        }
        match HeaderValue::try_from(cookie) {
            Ok(mut value) => {
                value.set_sensitive(is_sensitive);
                self.headers.push((COOKIE, value));
                self
            }
            Err(_) => self.with_problem(format!("cookie `{name}` contains a control character")),
        }
    }

    /// Adds an optional cookie.
    pub fn cookie_opt(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.cookie(name, value),
            None => self,
        }
    }

    /// Adds a cookie in a style. A value without content adds nothing.
    pub fn cookie_as<T: Serialize + ?Sized>(self, name: &str, style: Style, value: &T) -> Self {
        match serde_json::to_value(value) {
            Ok(value) if is_empty(&value, style) => self,
            Ok(value) if style == Style::Json => self.cookie(name, value),
            Ok(value) if matches!(style, Style::Cookie | Style::CookieExploded) => {
                let pairs = cookie_pairs(name, style, &value);
                if pairs.iter().any(|(name, value)| name.contains([';', '=']) || value.contains(';')) {
                    return self.with_problem(format!("cookie `{name}` contains a separator"));
                }
                pairs.iter().fold(self, |request, (name, value)| request.cookie_unencoded(name, value))
            }
            Ok(value) => self.cookie(name, joined(&value, ",", false, str::to_owned)),
            Err(_) => self.with_problem(format!("cookie `{name}` cannot be serialized")),
        }
    }
}

/// Returns whether a value has no content: null, an empty list, or an object of nulls.
fn is_empty(value: &Value, style: Style) -> bool {
    match value {
        Value::Null => true,
        _ if style == Style::Json => false,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(Value::is_null),
        _ => false,
    }
}

/// Secret parameters, which are redacted in responses like the secrets of a body.
impl Request {
    /// Sets a secret path parameter. Without a value, its segment is omitted.
    pub fn path_secret<'s>(mut self, name: &'static str, secret: impl Into<Option<&'s SecretKey>>) -> Self {
        let Some(secret) = secret.into() else { return self.path_parameter_opt(name, None::<&str>) };
        self.secrets.push(secret.clone());
        self.path_parameter(name, secret.expose())
    }

    /// Adds an optional secret query parameter.
    pub fn query_secret<'s>(mut self, name: &str, secret: impl Into<Option<&'s SecretKey>>) -> Self {
        let Some(secret) = secret.into() else { return self };
        self.secrets.push(secret.clone());
        self.query(name, secret.expose())
    }

    /// Sets an optional secret header and marks it as sensitive.
    pub fn header_secret<'s>(mut self, name: &'static str, secret: impl Into<Option<&'s SecretKey>>) -> Self {
        let Some(secret) = secret.into() else { return self };
        self.secrets.push(secret.clone());
        self.header(name, secret.expose()).mark_last_header_sensitive()
    }

    /// Adds an optional secret cookie and marks it as sensitive.
    pub fn cookie_secret<'s>(mut self, name: &str, secret: impl Into<Option<&'s SecretKey>>) -> Self {
        let Some(secret) = secret.into() else { return self };
        self.secrets.push(secret.clone());
        self.cookie(name, secret.expose()).mark_last_header_sensitive()
    }

    fn mark_last_header_sensitive(mut self) -> Self {
        if let Some((_, value)) = self.headers.last_mut() {
            value.set_sensitive(true);
        }
        self
    }
}

/// Returns a string as it is, and any other value as JSON.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    encode(text, &mut out);
    out
}

/// Joins the items of a list, or the names and values of an object.
fn joined(value: &Value, separator: &str, explode: bool, encode: impl Fn(&str) -> String) -> String {
    let between = if explode { "=" } else { separator };
    let parts: Vec<_> = match value {
        Value::Array(items) => items.iter().map(|item| encode(&word(item))).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| format!("{}{between}{}", encode(name), encode(&word(value))))
            .collect(),
        other => vec![encode(&word(other))],
    };
    parts.join(separator)
}

fn write_path(name: &str, style: Style, value: &Value) -> String {
    let name = encoded(name);
    match style {
        Style::Label => format!(".{}", joined(value, ",", false, encoded)),
        Style::LabelExploded => format!(".{}", joined(value, ".", true, encoded)),
        Style::Matrix => format!(";{name}={}", joined(value, ",", false, encoded)),
        Style::MatrixExploded => match value {
            Value::Array(items) => {
                items.iter().map(|item| format!(";{name}={}", encoded(&word(item)))).collect()
            }
            Value::Object(_) => format!(";{}", joined(value, ";", true, encoded)),
            other => format!(";{name}={}", encoded(&word(other))),
        },
        Style::SimpleExploded => joined(value, ",", true, encoded),
        Style::Json => encoded(&value.to_string()),
        _ => joined(value, ",", false, encoded),
    }
}

/// Returns the names and values of cookies, which are not encoded.
fn cookie_pairs(name: &str, style: Style, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Array(items) if style == Style::CookieExploded => {
            items.iter().map(|item| (name.to_owned(), word(item))).collect()
        }
        Value::Object(fields) if style == Style::CookieExploded => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields.map(|(name, value)| (name.clone(), word(value))).collect()
        }
        value => vec![(name.to_owned(), joined(value, ",", false, str::to_owned))],
    }
}

/// Names and values, encoded.
pub(crate) fn query_pairs(name: &str, style: Style, value: &Value) -> Vec<(String, String)> {
    let one = |value: String| vec![(encoded(name), value)];
    match (style, value) {
        (_, value) if is_empty(value, style) => Vec::new(),
        (Style::Json, value) => one(encoded(&value.to_string())),
        (Style::FormExploded, Value::Array(items)) => {
            items.iter().map(|item| (encoded(name), encoded(&word(item)))).collect()
        }
        (Style::FormExploded, Value::Object(fields)) => form_pairs(fields, &[]),
        (Style::DeepObject, value) => deep(encoded(name), value),
        (Style::SpaceDelimited, value) => one(joined(value, "%20", false, encoded)),
        (Style::PipeDelimited, value) => one(joined(value, "%7C", false, encoded)),
        (_, value) => one(joined(value, ",", false, encoded)),
    }
}

/// Returns the names and values of the fields of a form, encoded. Lists are repeated.
pub(crate) fn form_pairs(fields: &Map<String, Value>, styles: &[(&str, Style)]) -> Vec<(String, String)> {
    let pairs = fields.iter().flat_map(|(name, value)| {
        let usual = if value.is_object() { Style::DeepObject } else { Style::FormExploded };
        let own = styles.iter().find(|(field, _)| field == name);
        query_pairs(name, own.map_or(usual, |(_, style)| *style), value)
    });
    pairs.collect()
}

/// `name[field][deeper]=value`, and `name[]=value` for the items of a list, as most servers read it.
fn deep(name: String, value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Null => Vec::new(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(field, value)| deep(format!("{name}%5B{}%5D", encoded(field)), value))
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| deep(format!("{name}%5B%5D"), item)).collect(),
        other => vec![(name, encoded(&word(other)))],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(style: Style, value: Value) -> String {
        let pairs = query_pairs("c", style, &value);
        pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    #[test]
    fn path_styles_match_the_specification() {
        let list = json!(["blue", "black"]);
        let object = json!({ "R": 100, "G": 200 });
        for (style, of_list, of_object) in [
            (Style::Simple, "blue,black", "R,100,G,200"),
            (Style::SimpleExploded, "blue,black", "R=100,G=200"),
            (Style::Label, ".blue,black", ".R,100,G,200"),
            (Style::LabelExploded, ".blue.black", ".R=100.G=200"),
            (Style::Matrix, ";c=blue,black", ";c=R,100,G,200"),
            (Style::MatrixExploded, ";c=blue;c=black", ";R=100;G=200"),
        ] {
            assert_eq!(write_path("c", style, &list), of_list, "{style:?}");
            // Objects are in the order of their keys unless the application keeps another.
            let written = write_path("c", style, &object);
            assert_eq!(written.len(), of_object.len(), "{style:?}: {written}");
        }
        assert_eq!(write_path("c", Style::Simple, &json!(["a/b", "c,d"])), "a%2Fb,c%2Cd");
    }

    #[test]
    fn query_styles_match_the_specification() {
        let list = json!(["blue", "black"]);
        for (style, expected) in [
            (Style::Form, "c=blue,black"),
            (Style::FormExploded, "c=blue&c=black"),
            (Style::SpaceDelimited, "c=blue%20black"),
            (Style::PipeDelimited, "c=blue%7Cblack"),
            (Style::DeepObject, "c%5B%5D=blue&c%5B%5D=black"),
            (Style::Json, "c=%5B%22blue%22%2C%22black%22%5D"),
        ] {
            assert_eq!(query(style, list.clone()), expected, "{style:?}");
        }
        let object = json!({ "R": { "deep": 100 } });
        assert_eq!(query(Style::DeepObject, object), "c%5BR%5D%5Bdeep%5D=100");
        assert_eq!(query(Style::FormExploded, json!({ "R": 100, "none": null })), "R=100");
        assert_eq!(query(Style::Form, json!({ "R": 100 })), "c=R,100");
    }

    #[test]
    fn empty_values_are_omitted() {
        for style in [Style::Form, Style::FormExploded, Style::DeepObject, Style::Json] {
            assert_eq!(query(style, Value::Null), "");
        }
        assert_eq!(query(Style::Form, json!([])), "");
    }
}
