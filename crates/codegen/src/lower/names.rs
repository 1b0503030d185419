//! From names on the wire to names in Rust.

use std::collections::{HashMap, HashSet};

use heck::{ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// Names that are taken within one scope.
#[derive(Debug, Default)]
pub(super) struct Scope {
    taken: HashSet<String>,
    /// The numbers that the next ones of a name get.
    numbers: HashMap<String, usize>,
}

impl Scope {
    /// A scope in which some names mean something else already.
    pub(super) fn without(reserved: &[&str]) -> Self {
        Self { taken: reserved.iter().map(|name| (*name).to_owned()).collect(), numbers: HashMap::new() }
    }

    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.taken.contains(name)
    }

    /// Takes the first candidate that is free, else the last one with a number behind it.
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

/// The last words of the name of a type that says where it was found, if that was so deep that nobody wants to read all.
pub(super) fn short(name: &str) -> &str {
    const LONGEST: usize = 50;
    let starts_word = |(at, _): &(usize, char)| {
        name[*at..].starts_with(char::is_uppercase) && name[..*at].ends_with(char::is_lowercase)
    };
    let mut words = name.char_indices().filter(starts_word).map(|(at, _)| &name[at..]);
    if name.len() <= LONGEST { name } else { words.find(|rest| rest.len() <= LONGEST).unwrap_or(name) }
}

/// What generated files import or get from the prelude, so that no type may be called so.
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

/// The name of a type.
pub(super) fn type_name(wire: &str) -> String {
    upper_camel(wire, "Type")
}

/// The name of an enum variant.
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

/// The name of a field, an argument or a method.
pub(super) fn snake_name(wire: &str) -> String {
    let name = identifier_characters(wire).to_snake_case();
    match name.chars().next() {
        None => "value".to_owned(),
        Some(first) if first.is_alphabetic() => match name.as_str() {
            // Not even `r#` makes names of these.
            "self" | "super" | "crate" => format!("{name}_"),
            _ => name,
        },
        Some(_) => format!("n{name}"),
    }
}

/// The name of a constant.
pub(super) fn constant_name(wire: &str) -> String {
    snake_name(wire).to_shouty_snake_case()
}

/// The id of an operation that has none.
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

/// Signs at the front tell `+1` from `-1`; other signs only part words.
fn identifier_characters(wire: &str) -> String {
    let (sign, rest) = match wire.strip_prefix(['+', '-']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => {
            (if wire.starts_with('+') { "plus " } else { "minus " }, rest)
        }
        _ => ("", wire),
    };
    format!("{sign}{}", rest.replace(|c: char| !c.is_alphanumeric(), " "))
}

/// The name of one item of a list.
pub(super) fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies") {
        format!("{stem}y")
    } else if plural.ends_with('s') && !plural.ends_with("ss") && !plural.ends_with("us") {
        plural[..plural.len() - 1].to_owned()
    } else {
        format!("{plural}Item")
    }
}

/// Whether a value of this name is a secret, going by the words in it.
pub(super) fn sounds_secret(wire: &str) -> bool {
    const ANYWHERE: [&str; 6] = ["secret", "token", "password", "passwd", "credential", "credentials"];
    let snake = wire.to_snake_case();
    let words: Vec<_> = snake.split('_').collect();
    words.iter().any(|word| ANYWHERE.contains(word)) || words.last() == Some(&"key")
}

/// The reason phrase of a status, as a variant name.
pub(super) fn status_name(code: u16) -> String {
    let name = match code {
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        203 => "NonAuthoritativeInformation",
        204 => "NoContent",
        205 => "ResetContent",
        206 => "PartialContent",
        207 => "MultiStatus",
        208 => "AlreadyReported",
        226 => "ImUsed",
        400 => "BadRequest",
        401 => "Unauthorized",
        402 => "PaymentRequired",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        406 => "NotAcceptable",
        407 => "ProxyAuthenticationRequired",
        408 => "RequestTimeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "LengthRequired",
        412 => "PreconditionFailed",
        413 => "PayloadTooLarge",
        414 => "UriTooLong",
        415 => "UnsupportedMediaType",
        416 => "RangeNotSatisfiable",
        417 => "ExpectationFailed",
        418 => "ImATeapot",
        421 => "MisdirectedRequest",
        422 => "UnprocessableEntity",
        423 => "Locked",
        424 => "FailedDependency",
        425 => "TooEarly",
        426 => "UpgradeRequired",
        428 => "PreconditionRequired",
        429 => "TooManyRequests",
        431 => "RequestHeaderFieldsTooLarge",
        451 => "UnavailableForLegalReasons",
        500 => "InternalServerError",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        505 => "HttpVersionNotSupported",
        507 => "InsufficientStorage",
        508 => "LoopDetected",
        511 => "NetworkAuthenticationRequired",
        other => return format!("Status{other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_become_rust_names() {
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
    fn a_taken_name_gets_the_next_candidate_and_then_a_number() {
        let mut scope = Scope::without(&["Option"]);
        assert_eq!(scope.claim(["Option", "OptionSchema"]), "OptionSchema");
        assert_eq!(scope.claim(["Key"]), "Key");
        assert_eq!(scope.claim(["Key"]), "Key2");
        assert_eq!(scope.claim(["Key"]), "Key3");
    }

    #[test]
    fn names_of_secrets_are_recognised_and_ids_of_keys_are_not() {
        for name in
            ["secret", "api_key", "newApiKey", "key", "accessToken", "token_last_slice", "client-secret"]
        {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["keyId", "key_id", "apiKeys", "tokenizer", "name", "keyboard"] {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
