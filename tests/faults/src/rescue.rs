//! Recovery of a key's secret from an undecodable response.
//!
//! An application would do this with [`Error::body`](api_keys::Error::body) after
//! [`Effect::Applied`].

use api_keys::{Effect, Error, KeyId, SecretKey};
use serde_json::Value;

/// The vendors' field names of secrets. `secret` is also the name in the object that providers keep for a key that was
/// not created as requested.
const SECRETS: [&str; 5] = ["secret", "key", "api_key", "new_api_key", "token"];

/// Returns the secret in the kept body of an error, and the id if known.
pub fn rescued(error: &Error) -> Option<(Option<KeyId>, SecretKey)> {
    let body = error.body().filter(|_| error.effect() == Effect::Applied)?.expose();
    let id = id(body).and_then(|id| KeyId::new(id).ok());
    Some((id, SecretKey::new(secret(body)?)))
}

/// Returns the secret in the body of a response, which may be truncated after it.
pub(crate) fn secret(body: &[u8]) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    SECRETS.into_iter().find_map(|name| {
        let (_, value) = body.split_once(&format!("\"{name}\":"))?;
        let (value, _) = value.trim_start().strip_prefix('"')?.split_once('"')?;
        (!value.contains('\\')).then(|| value.to_owned())
    })
}

/// Returns the id of the key if the body is complete.
fn id(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let id = ["/id", "/key_id", "/data/id"].into_iter().find_map(|place| body.pointer(place))?;
    id.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_found_in_a_truncated_body() {
        assert_eq!(secret(br#"{"id":"1","key":"s3cret","na"#).as_deref(), Some("s3cret"));
        assert_eq!(secret(br#"{"id":"1","key":"s3cr"#), None);
        assert_eq!(id(br#"{"id":"1","key":"s3cr"#), None);
        assert_eq!(id(br#"{"data":{"id":"1"}}"#).as_deref(), Some("1"));
    }
}
