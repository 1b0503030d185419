//! Secrets in requests: written on purpose, remembered so that they can be kept out of messages.

use std::cell::RefCell;

use api_keys_core::SecretKey;
use serde::{Serialize, Serializer};

use crate::Nullable;

thread_local! {
    /// The secrets written so far, while [`collect`] runs on this thread.
    static WRITTEN: RefCell<Option<Vec<SecretKey>>> = const { RefCell::new(None) };
}

/// Writes a secret into a request body; for `#[serde(serialize_with = "...")]`.
///
/// [`SecretKey`] does not implement `Serialize`, so that a secret is never written by accident.
///
/// # Errors
/// Those of the serializer.
pub fn expose<S: Serializer>(secret: &SecretKey, serializer: S) -> Result<S::Ok, S::Error> {
    WRITTEN.with_borrow_mut(|written| written.iter_mut().for_each(|all| all.push(secret.clone())));
    serializer.serialize_str(secret.expose())
}

/// Whether a field of this name most likely holds a secret: one of its words is `secret`, `token`, `password`,
/// `passwd` or `credential`, or its last word is `key`. Words are told apart by case, `_` and `-`.
pub fn looks_secret(name: &str) -> bool {
    let mut words = Vec::new();
    let mut previous_lower = false;
    for part in name.split(|c: char| !c.is_alphanumeric()) {
        words.push(String::new());
        for c in part.chars() {
            if c.is_uppercase() && previous_lower {
                words.push(String::new());
            }
            previous_lower = c.is_lowercase() || c.is_numeric();
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        previous_lower = false;
    }
    words.retain(|word| !word.is_empty());
    const SECRET: [&str; 8] =
        ["secret", "secrets", "token", "tokens", "password", "passwd", "credential", "credentials"];
    words.iter().any(|word| SECRET.contains(&word.as_str())) || words.last().is_some_and(|word| word == "key")
}

/// Writes an optional secret into a request body; for `#[serde(serialize_with = "...")]`.
///
/// # Errors
/// Those of the serializer.
pub fn expose_opt<S: Serializer>(secret: &Option<SecretKey>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Exposed).serialize(serializer)
}

/// Writes a secret that may be null into a request body; for `#[serde(serialize_with = "...")]`.
///
/// # Errors
/// Those of the serializer.
pub fn expose_nullable<S: Serializer>(
    secret: &Nullable<SecretKey>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret.as_option().map(Exposed).serialize(serializer)
}

struct Exposed<'a>(&'a SecretKey);

impl Serialize for Exposed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        expose(self.0, serializer)
    }
}

/// Runs `write` and returns, beside its result, every secret that it wrote through [`expose`].
///
/// Serializing is synchronous and knows nothing of requests, so the secrets are handed over beside it, on the thread.
pub(crate) fn collect<T>(write: impl FnOnce() -> T) -> (T, Vec<SecretKey>) {
    WRITTEN.set(Some(Vec::new()));
    let result = write();
    (result, WRITTEN.take().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_recognised_however_they_are_written() {
        for name in
            ["secret", "apiKey", "api_key", "API-KEY", "key", "clientSecret", "access_token", "new_api_key"]
        {
            assert!(looks_secret(name), "{name}");
        }
        for name in ["keyId", "key_id", "name", "monkey", "rateLimit", "keys", "expiresAt"] {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn secrets_are_collected_only_while_a_request_is_written() {
        #[derive(Serialize)]
        struct Body {
            #[serde(serialize_with = "expose")]
            secret: SecretKey,
            #[serde(serialize_with = "expose_opt")]
            other: Option<SecretKey>,
            #[serde(serialize_with = "expose_opt")]
            none: Option<SecretKey>,
        }
        let body = Body { secret: SecretKey::new("one"), other: Some(SecretKey::new("two")), none: None };

        let outside = serde_json::to_string(&body).unwrap();
        let (inside, secrets) = collect(|| serde_json::to_string(&body).unwrap());

        assert_eq!(outside, r#"{"secret":"one","other":"two","none":null}"#);
        assert_eq!(inside, outside);
        assert_eq!(secrets.iter().map(SecretKey::expose).collect::<Vec<_>>(), ["one", "two"]);
        assert!(collect(|| ()).1.is_empty());
    }
}
