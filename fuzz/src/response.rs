//! Responses in the format of the corpus.

use api_keys::runtime::{Bytes, HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::target::{NEW_SECRET, contains};

/// A response that a server sends to every request.
///
/// The corpus contains HTTP responses without the version: the status, header lines, an empty line, the body. After
/// the status, `broken` means that the connection breaks at the end of the body.
#[derive(Debug)]
pub(crate) struct CannedResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) is_broken: bool,
}

impl CannedResponse {
    /// Parses any bytes: an invalid status means 200, and invalid headers are omitted.
    pub(crate) fn parse(data: &[u8]) -> Self {
        let mut rest = data;
        let first = take_line(&mut rest);
        let (status, remainder) = first.split_at(first.len().min(3));
        let mut headers = HeaderMap::new();
        loop {
            let header = take_line(&mut rest);
            if header.is_empty() {
                break;
            }
            let mut parts = header.splitn(2, |&byte| byte == b':');
            let name = HeaderName::from_bytes(parts.next().unwrap_or_default().trim_ascii());
            let value = HeaderValue::from_bytes(parts.next().unwrap_or_default().trim_ascii());
            if let (Ok(name), Ok(value)) = (name, value) {
                headers.append(name, value);
            }
        }
        Self {
            status: StatusCode::from_bytes(status).unwrap_or(StatusCode::OK),
            headers,
            body: Bytes::copy_from_slice(rest),
            is_broken: remainder == b" broken",
        }
    }

    /// Returns whether the body contains the new secret at one of these JSON pointers, and nowhere else.
    ///
    /// Bodies with escapes are excluded: they can hide a second copy.
    pub(crate) fn has_new_secret(&self, pointers: &[impl AsRef<str>]) -> bool {
        let copies = self.body.windows(NEW_SECRET.len()).filter(|window| *window == NEW_SECRET.as_bytes());
        copies.count() == 1
            && !self.body.contains(&b'\\')
            && !self.headers.values().any(|value| contains(value.as_bytes(), NEW_SECRET))
            && serde_json::from_slice(&self.body).is_ok_and(|body: Value| {
                let texts = pointers.iter().filter_map(|pointer| body.pointer(pointer.as_ref())?.as_str());
                texts.into_iter().any(|text| text.contains(NEW_SECRET))
            })
    }

    /// Asserts that `shown`, the printed form of a success, does not contain the new secret.
    pub(crate) fn assert_new_secret_hidden(&self, pointers: &[impl AsRef<str>], shown: &str) {
        if self.status.is_success() && self.has_new_secret(pointers) {
            assert!(!shown.contains(NEW_SECRET), "the new secret is shown: {shown}");
        }
    }
}

/// Splits off the first line.
pub(crate) fn take_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let (line, after) = rest.split_at(end);
    *rest = after.get(1..).unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}
