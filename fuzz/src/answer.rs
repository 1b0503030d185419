//! An answer, as the corpus writes it.

use api_keys::runtime::{Bytes, HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use crate::{FRESH, holds};

/// What a server answers, whatever it is asked.
///
/// In the corpus this is an HTTP answer without its version: the status, lines of headers, an empty line, the body.
/// A status followed by `broken` means that the connection breaks at the end of the body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) broken: bool,
}

impl Answer {
    /// Reads any bytes: what is no status means 200, and what is no header is left out.
    pub(crate) fn parse(data: &[u8]) -> Self {
        let mut rest = data;
        let (status, what) = {
            let first = line(&mut rest);
            first.split_at(first.len().min(3))
        };
        let mut headers = HeaderMap::new();
        loop {
            let header = line(&mut rest);
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
            broken: what == b" broken",
        }
    }

    /// Whether the answer holds the secret of the corpus at one of these places of its body, and nowhere else.
    ///
    /// Escapes are left out, because they can hide a second copy.
    pub(crate) fn has_fresh_secret(&self, places: &[&str]) -> bool {
        let once = self.body.windows(FRESH.len()).filter(|window| *window == FRESH.as_bytes()).count() == 1;
        once && !self.body.contains(&b'\\')
            && !self.headers.values().any(|value| holds(value.as_bytes(), FRESH))
            && serde_json::from_slice(&self.body).is_ok_and(|body: Value| {
                let text = |place: &&str| body.pointer(place).and_then(Value::as_str);
                places.iter().filter_map(text).any(|text| text.contains(FRESH))
            })
    }
}

/// Takes a line off.
fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let (line, after) = rest.split_at(end);
    *rest = after.get(1..).unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}
