//! Keys in requests.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, Uri};
use percent_encoding::percent_decode_str;

use crate::rejection::Rejection;

/// The maximum length of a key. A longer text is rejected without a lookup.
const MAX_LENGTH: usize = 1024;
const BEARER: &[u8] = b"bearer";

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
    pub(crate) fn find<'r>(&self, headers: &'r HeaderMap, uri: &'r Uri) -> Result<Cow<'r, [u8]>, Rejection> {
        let mut found = None;
        let mut add = |key: Cow<'r, [u8]>| match found.replace(key) {
            None => Ok(()),
            Some(_) => Err(Rejection::Ambiguous),
        };
        if self.bearer {
            bearer(headers).map(Cow::Borrowed).try_for_each(&mut add)?;
        }
        for name in &self.headers {
            for value in headers.get_all(name) {
                add(Cow::Borrowed(value.as_bytes().trim_ascii()))?;
            }
        }
        if let Some(name) = &self.query {
            query(uri.query().unwrap_or_default(), name).try_for_each(&mut add)?;
        }
        let key = found.ok_or(Rejection::Missing)?;
        match key.is_empty() || key.len() > MAX_LENGTH {
            true => Err(Rejection::Malformed),
            false => Ok(key),
        }
    }
}

/// Returns the keys in `Authorization: Bearer`. Other schemes are not keys.
fn bearer(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    headers.get_all(AUTHORIZATION).iter().filter_map(|value| {
        let (scheme, rest) = value.as_bytes().trim_ascii_start().split_at_checked(BEARER.len())?;
        let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
        (ends && scheme.eq_ignore_ascii_case(BEARER)).then(|| rest.trim_ascii())
    })
}

/// Returns the parameters with a name in a query.
fn query<'q>(query: &'q str, name: &str) -> impl Iterator<Item = Cow<'q, [u8]>> {
    query.split('&').filter_map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &'q str| Cow::<[u8]>::from(percent_decode_str(text));
        (*decoded(key) == *name.as_bytes()).then(|| decoded(value))
    })
}

/// Returns the text of a key, which consists of visible ASCII characters.
pub(crate) fn text(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()))
}
