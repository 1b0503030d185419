//! Secrets in requests: written on purpose, remembered so that they can be kept out of messages.

use std::cell::RefCell;

use api_keys_core::SecretKey;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
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

/// What stands in a vendor's text where a secret stood.
const REDACTED: &[u8] = b"[redacted]";

/// Shorter secrets are left alone: they would match ordinary words and destroy the text, and no vendor has any.
const SHORTEST: usize = 6;

/// Removes from a vendor's answer every secret that the request held, in case the vendor echoes them.
///
/// This works on the raw body, so everything made from it is clean: typed errors, messages, excerpts. Secrets are
/// also found as JSON writers with escaped slashes and as URLs write them.
pub(crate) fn scrub<'a>(body: Bytes, secrets: impl Iterator<Item = &'a SecretKey>) -> Bytes {
    let mut body = body;
    for secret in secrets.map(SecretKey::expose).filter(|secret| secret.len() >= SHORTEST) {
        let mut encoded = String::new();
        crate::request::encode(secret, &mut encoded);
        for form in [secret, &secret.replace('/', "\\/"), &encoded] {
            if let Some(clean) = without(&body, form.as_bytes()) {
                body = clean.into();
            }
        }
    }
    body
}

/// Does the same to the headers of an answer.
pub(crate) fn scrub_headers<'a, I>(headers: &mut HeaderMap, secrets: impl Fn() -> I)
where
    I: Iterator<Item = &'a SecretKey>,
{
    for value in headers.values_mut() {
        let clean = scrub(Bytes::copy_from_slice(value.as_bytes()), secrets());
        // Removing a part of a header value leaves a header value.
        if let (true, Ok(clean)) = (clean != value.as_bytes(), HeaderValue::from_maybe_shared(clean)) {
            *value = clean;
        }
    }
}

/// The text with every occurrence replaced; `None` where there is none.
fn without(text: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let find = |text: &[u8]| text.windows(secret.len()).position(|window| window == secret);
    let mut at = find(text)?;
    let mut rest = text;
    let mut clean = Vec::with_capacity(text.len());
    loop {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(REDACTED);
        rest = &rest[at + secret.len()..];
        match find(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    clean.extend_from_slice(rest);
    Some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(body: &str, secret: &str) -> String {
        let body = scrub(Bytes::copy_from_slice(body.as_bytes()), [SecretKey::new(secret)].iter());
        String::from_utf8(body.to_vec()).unwrap()
    }

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
    fn every_occurrence_of_a_secret_is_replaced() {
        assert_eq!(
            scrubbed(r#"{"a":"sk_123456","b":"x sk_123456sk_123456"}"#, "sk_123456"),
            r#"{"a":"[redacted]","b":"x [redacted][redacted]"}"#
        );
    }

    #[test]
    fn a_secret_is_found_in_the_forms_that_json_and_urls_give_it() {
        assert_eq!(scrubbed(r#"{"a":"ab\/cd+ef="}"#, "ab/cd+ef="), r#"{"a":"[redacted]"}"#);
        assert_eq!(scrubbed("/keys?secret=ab%2Fcd%2Bef%3D", "ab/cd+ef="), "/keys?secret=[redacted]");
    }

    #[test]
    fn a_very_short_secret_does_not_destroy_the_text() {
        assert_eq!(scrubbed("the test failed", "t"), "the test failed");
        assert_eq!(scrubbed("the test failed", ""), "the test failed");
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
