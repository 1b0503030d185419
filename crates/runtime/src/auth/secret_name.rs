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

/// Removes the first word from `rest`: alphanumeric characters up to a separator or a change of case.
///
/// A word is a slice of the name, because the rule runs over the header names of every response.
fn next_word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let name = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut chars = name.char_indices().peekable();
    let mut previous = chars.next()?.1;
    let mut end = name.len();
    while let Some((at, c)) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        // `apiKey`, and the end of an acronym in `APIKey`.
        let starts_word = c.is_uppercase() && (!previous.is_uppercase() || next_is_lower);
        if starts_word || !c.is_alphanumeric() {
            end = at;
            break;
        }
        previous = c;
    }
    let (word, tail) = name.split_at(end);
    *rest = tail;
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_are_recognized() {
        for name in [
            "secret",
            "secrets",
            "tokens",
            "apiKey",
            "api_key",
            "API-KEY",
            "APIKey",
            "X-APIKey",
            "apikey",
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
