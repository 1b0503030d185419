//! Keys in requests.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use percent_encoding::percent_decode_str;

use crate::rejection::Rejection;

/// The maximum length of a key. A longer text is rejected without a lookup.
const MAX_LENGTH: usize = 1024;

/// The places of a request that can contain a key.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) bearer: bool,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) query: Option<String>,
}

impl Default for Places {
    fn default() -> Self {
        Self { bearer: true, headers: vec![HeaderName::from_static("x-api-key")], query: None }
    }
}

impl Places {
    /// Returns the key of a request. A request with several keys is rejected: which one is meant would be a guess.
    pub(crate) fn find<'r>(&self, parts: &'r Parts) -> Result<Cow<'r, str>, Rejection> {
        let mut found = None;
        let mut add = |text: Result<Cow<'r, str>, Rejection>| match found.replace(text) {
            None => Ok(()),
            Some(_) => Err(Rejection::Ambiguous),
        };
        if self.bearer {
            bearer(&parts.headers).try_for_each(&mut add)?;
        }
        for name in &self.headers {
            for value in parts.headers.get_all(name) {
                add(text(value.as_bytes()).map(Cow::Borrowed))?;
            }
        }
        if let Some(name) = &self.query {
            query(parts.uri.query().unwrap_or_default(), name).try_for_each(&mut add)?;
        }
        let key = found.ok_or(Rejection::Missing)??;
        match key.is_empty() || key.len() > MAX_LENGTH {
            true => Err(Rejection::Malformed),
            false => Ok(key),
        }
    }
}

/// Returns the keys in `Authorization: Bearer`. Other schemes are not keys.
fn bearer(headers: &HeaderMap) -> impl Iterator<Item = Result<Cow<'_, str>, Rejection>> {
    headers.get_all(AUTHORIZATION).iter().filter_map(|value| {
        let value = value.as_bytes().trim_ascii();
        let end = value.iter().position(u8::is_ascii_whitespace).unwrap_or(value.len());
        let (scheme, rest) = value.split_at(end);
        scheme.eq_ignore_ascii_case(b"bearer").then(|| text(rest).map(Cow::Borrowed))
    })
}

/// Returns the parameters with a name in a query.
fn query<'q>(query: &'q str, name: &str) -> impl Iterator<Item = Result<Cow<'q, str>, Rejection>> {
    query.split('&').filter_map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &'q str| percent_decode_str(text).decode_utf8();
        (decoded(key).ok()? == name).then(|| decoded(value).map_err(|_| Rejection::Malformed))
    })
}

/// Returns a value of visible ASCII characters without the white space around it.
fn text(value: &[u8]) -> Result<&str, Rejection> {
    let value = value.trim_ascii();
    let text = std::str::from_utf8(value).map_err(|_| Rejection::Malformed)?;
    match text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(text),
        false => Err(Rejection::Malformed),
    }
}
