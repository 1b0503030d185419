//! Names in Rust for names in documents.

use std::collections::{HashMap, HashSet};

use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use http::StatusCode;

use crate::document::Node;
use crate::problem::Problem;

#[derive(Debug, Default)]
pub(super) struct Scope {
    taken: HashSet<String>,
    /// The next suffix for each name.
    numbers: HashMap<String, usize>,
}

impl Scope {
    pub(super) fn without(reserved: &[&str]) -> Self {
        Self { taken: reserved.iter().map(|name| (*name).to_owned()).collect(), numbers: HashMap::new() }
    }

    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.taken.contains(name)
    }

    /// Claims the first free candidate, or else the last one with a numeric suffix.
    pub(super) fn claim<'a>(&mut self, candidates: impl IntoIterator<Item = &'a str>) -> String {
        let mut last = "";
        for candidate in candidates {
            if self.taken.insert(candidate.to_owned()) {
                return candidate.to_owned();
            }
            last = candidate;
        }
        let number = self.numbers.entry(last.to_owned()).or_insert(2);
        loop {
            let name = format!("{last}{number}");
            *number += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// Shortens the name of a deeply nested type to its last words.
pub(super) fn short(name: &str) -> &str {
    const LONGEST: usize = 50;
    let starts_word = |(at, _): &(usize, char)| {
        name[*at..].starts_with(char::is_uppercase) && name[..*at].ends_with(char::is_lowercase)
    };
    let mut words = name.char_indices().filter(starts_word).map(|(at, _)| &name[at..]);
    if name.len() <= LONGEST { name } else { words.find(|rest| rest.len() <= LONGEST).unwrap_or(name) }
}

/// Names that generated files import or get from the prelude.
pub(super) const RESERVED_TYPES: &[&str] = &[
    "AdditionalProperties",
    "BTreeMap",
    "Box",
    "Clone",
    "DateTime",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "Display",
    "DocumentedError",
    "Eq",
    "Err",
    "FilePart",
    "From",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "Json",
    "Map",
    "None",
    "Nullable",
    "Ok",
    "OneOf",
    "Option",
    "PartialEq",
    "Result",
    "SecretKey",
    "Self",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "ToString",
    "Value",
    "Vec",
    "Visitor",
];

/// Returns the name that the document chooses for an operation, a parameter, a property or a schema, or else the one on
/// the wire.
pub(super) fn chosen<'d>(node: &Node<'d>, wire: &'d str) -> Result<&'d str, Problem> {
    Ok(node.text_of("x-rust-name")?.filter(|name| !name.trim().is_empty()).unwrap_or(wire))
}

pub(super) fn type_name(wire: &str) -> String {
    upper_camel(wire, "Type")
}

pub(super) fn variant_name(wire: &str) -> String {
    if wire.is_empty() { "Empty".to_owned() } else { upper_camel(wire, "Value") }
}

fn upper_camel(wire: &str, filler: &str) -> String {
    let name = identifier_characters(wire).to_upper_camel_case();
    match name.chars().next() {
        None => filler.to_owned(),
        Some(first) if first.is_alphabetic() => {
            if name == "Self" {
                format!("{name}{filler}")
            } else {
                name
            }
        }
        Some(_) => format!("{filler}{name}"),
    }
}

/// Returns the name of a field, an argument or a method.
pub(crate) fn snake_name(wire: &str) -> String {
    let name = identifier_characters(wire).to_snake_case();
    match name.chars().next() {
        None => "value".to_owned(),
        Some(first) if first.is_alphabetic() => match name.as_str() {
            // These cannot be raw identifiers.
            "self" | "super" | "crate" => format!("{name}_"),
            _ => name,
        },
        Some(_) => format!("n{name}"),
    }
}

pub(super) fn constant_name(wire: &str) -> String {
    snake_name(wire).to_shouty_snake_case()
}

/// Returns an id for an operation without one.
pub(super) fn operation_id(method: &str, path: &str) -> String {
    let words: Vec<_> = path
        .split('/')
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(parameter) => format!("by {parameter}"),
            None => part.replace(['{', '}'], " "),
        })
        .collect();
    identifier_characters(&format!("{method} {}", words.join(" "))).to_lower_camel_case()
}

/// Replaces punctuation with spaces. A leading sign becomes a word, because `+1` and `-1` differ.
fn identifier_characters(wire: &str) -> String {
    let (sign, rest) = match wire.strip_prefix(['+', '-']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => {
            (if wire.starts_with('+') { "plus " } else { "minus " }, rest)
        }
        _ => ("", wire),
    };
    format!("{sign}{}", rest.replace(|c: char| !c.is_alphanumeric(), " "))
}

/// Returns the name of an item of a list.
pub(super) fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies") {
        format!("{stem}y")
    } else if plural.ends_with('s') && !plural.ends_with("ss") && !plural.ends_with("us") {
        plural[..plural.len() - 1].to_owned()
    } else {
        format!("{plural}Item")
    }
}

/// Returns a variant name for a status.
pub(super) fn status_name(code: u16) -> String {
    match StatusCode::from_u16(code).ok().and_then(|status| status.canonical_reason()) {
        Some(reason) => identifier_characters(&reason.replace('\'', "")).to_upper_camel_case(),
        None => format!("Status{code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_converted() {
        assert_eq!(type_name("api_key"), "ApiKey");
        assert_eq!(type_name("2fa-settings"), "Type2faSettings");
        assert_eq!(type_name("Page[Key]"), "PageKey");
        assert_eq!(snake_name("apiKeyID"), "api_key_id");
        assert_eq!(snake_name("page[size]"), "page_size");
        assert_eq!(snake_name("self"), "self_");
        assert_eq!(snake_name("2fa"), "n2fa");
        assert_eq!(variant_name("DEFAULT-RULE-ADMIN"), "DefaultRuleAdmin");
        assert_eq!([variant_name("+1"), variant_name("-1")], ["Plus1", "Minus1"]);
        assert_eq!([variant_name(""), variant_name("*"), variant_name("7d")], ["Empty", "Value", "Value7d"]);
        assert_eq!(
            [singular("Errors"), singular("Entries"), singular("Status")],
            ["Error", "Entry", "StatusItem"]
        );
    }

    #[test]
    fn taken_names_get_a_suffix() {
        let mut scope = Scope::without(&["Option"]);
        assert_eq!(scope.claim(["Option", "OptionSchema"]), "OptionSchema");
        assert_eq!(scope.claim(["Key"]), "Key");
        assert_eq!(scope.claim(["Key"]), "Key2");
        assert_eq!(scope.claim(["Key"]), "Key3");
    }
}
