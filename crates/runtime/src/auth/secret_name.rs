//! The rule that recognizes secrets by the name of their field.

/// Returns whether a field with this name most likely contains a secret.
///
/// This is the case if one of its words is `secret`, `token`, `password`, `passwd`, `credential` or `apikey`, in singular or
/// plural, or if its last word is `key`. Words are separated by case, `_` and `-`. The generator uses the same rule for
/// properties that are not marked as secrets.
pub fn looks_secret(name: &str) -> bool {
    let words = words(name);
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
    words.iter().any(|word| SECRET.contains(&word.as_str())) || words.last().is_some_and(|word| word == "key")
}

/// Splits a name into lowercase words at case changes and at characters that are not alphanumeric.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        // `apiKey`, and the end of an acronym in `APIKey`.
        let starts_word = c.is_uppercase() && (!previous.is_uppercase() || next_is_lower);
        if starts_word || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty());
    words
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
