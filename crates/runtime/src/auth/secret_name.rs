//! The rule that recognizes secrets by the name of their field.

/// Words that mark a field as a secret wherever they occur in its name.
const SECRET: [&str; 10] = [
    "apikey",
    "secret",
    "secrets",
    "token",
    "tokens",
    "password",
    "passwords",
    "passwd",
    "credential",
    "credentials",
];

/// Returns whether a field with this name most likely contains a secret.
///
/// This is the case if one of its words is `secret`, `token`, `password`, `passwd`, `credential` or `apikey`, in
/// singular or plural, or if its last word is `key`. Words are separated by case, `_` and `-`. The generator uses the
/// same rule for properties that are not marked as secrets.
pub fn looks_secret(name: &str) -> bool {
    if !contains_typical_pair(name) {
        return false;
    }
    let mut rest = name;
    let mut last = "";
    while let Some(word) = next_word(&mut rest) {
        if SECRET.iter().any(|secret| word.eq_ignore_ascii_case(secret)) {
            return true;
        }
        last = word;
    }
    last.eq_ignore_ascii_case("key")
}

/// Returns whether a name contains two letters that every secret word has: as in `key` and `token`, as in `secret` and
/// `credential`, as in `password`.
///
/// The rule runs over the header names of every response, and most names are ruled out here.
fn contains_typical_pair(name: &str) -> bool {
    name.as_bytes()
        .windows(2)
        .any(|pair| matches!([pair[0] | 0x20, pair[1] | 0x20], [b'k', b'e'] | [b'c', b'r'] | [b's', b's']))
}

/// Removes the first word from `rest`: alphanumeric characters up to a separator or a change of case. Only ASCII
/// characters separate words.
fn next_word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let is_separator = |c: u8| c.is_ascii() && !c.is_ascii_alphanumeric();
    let bytes = rest.as_bytes();
    let start = bytes.iter().position(|c| !is_separator(*c))?;
    let mut end = start + 1;
    while let Some(c) = bytes.get(end) {
        let next_is_lower = bytes.get(end + 1).is_some_and(u8::is_ascii_lowercase);
        // `apiKey`, and the end of an acronym in `APIKey`.
        let starts_word = c.is_ascii_uppercase() && (!bytes[end - 1].is_ascii_uppercase() || next_is_lower);
        if starts_word || is_separator(*c) {
            break;
        }
        end += 1;
    }
    let word = &rest[start..end];
    *rest = &rest[end..];
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_are_recognized() {
        for name in SECRET {
            assert!(looks_secret(name), "{name}");
            assert!(looks_secret(&name.to_uppercase()), "{name}");
        }
        for name in [
            "apiKey",
            "api_key",
            "API-KEY",
            "APIKey",
            "X-APIKey",
            "key",
            "clientSecret",
            "access_token",
            "new_api_key",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in ["keyId", "key_id", "name", "monkey", "rateLimit", "keys", "expiresAt"] {
            assert!(!looks_secret(name), "{name}");
        }
    }
}
