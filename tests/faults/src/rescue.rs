//! Finding the secret of a key in an answer that could not be read.
//!
//! This is what an application would do with [`Error::body`](api_keys::Error::body) after
//! [`Effect::Applied`](api_keys::Effect::Applied).

use api_keys::{Effect, Error, KeyId, SecretKey};
use serde_json::Value;

/// What vendors call the secret in the answer that holds it; `secret` is also the name in the object that providers
/// keep when a vendor minted a key but not as asked.
const SECRETS: [&str; 5] = ["secret", "key", "api_key", "new_api_key", "token"];

/// The secret in the kept body of an error, with the id where that is known.
pub fn rescued(error: &Error) -> Option<(Option<KeyId>, SecretKey)> {
    let body = error.body().filter(|_| error.effect() == Effect::Applied)?.expose();
    let id = id(body).and_then(|id| KeyId::new(id).ok());
    Some((id, SecretKey::new(secret(body)?)))
}

/// The secret in the body of an answer, which may be cut off behind it.
pub(crate) fn secret(body: &[u8]) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    SECRETS.into_iter().find_map(|name| {
        let (_, value) = body.split_once(&format!("\"{name}\":"))?;
        let (value, _) = value.trim_start().strip_prefix('"')?.split_once('"')?;
        (!value.contains('\\')).then(|| value.to_owned())
    })
}

/// The id of the key, where the body is whole.
fn id(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let id = ["/id", "/key_id", "/data/id"].into_iter().find_map(|place| body.pointer(place))?;
    id.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_a_body_that_ends_behind_it() {
        assert_eq!(secret(br#"{"id":"1","key":"s3cret","na"#).as_deref(), Some("s3cret"));
        assert_eq!(secret(br#"{"id":"1","key":"s3cr"#), None);
        assert_eq!(id(br#"{"id":"1","key":"s3cr"#), None);
        assert_eq!(id(br#"{"data":{"id":"1"}}"#).as_deref(), Some("1"));
    }
}
