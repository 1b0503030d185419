//! A list of requests, sent to two servers whose responses should match.
//!
//! A list is a JSON file below `probes/`:
//!
//! ```json
//! {
//!   "headers": {"authorization": "Bearer {token}"},
//!   "probes": [
//!     {"name": "a key", "request": "POST /keys/", "body": {"name": "one"}, "status": 201, "keep": {"id": "/id"}},
//!     {"name": "the key", "request": "GET /keys/{id}", "status": 200},
//!     {"name": "no token", "request": "GET /keys/", "headers": {"authorization": null}, "status": 401,
//!      "code": "Requires authentication"}
//!   ]
//! }
//! ```
//!
//! A `{word}` is replaced by a value that the test provides, such as the token, or by one of an earlier response that
//! was kept under that name by a JSON pointer. `text` or `bytes`, a list of numbers, instead of `body` are sent without
//! a content type. `status` and `code` are those of the vendor's server. Values that differ between its versions are
//! omitted.

mod outcome;
mod shape;

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;

use crate::exchange::exchange;

pub use outcome::Outcome;
use outcome::Values;

/// Requests, in the order in which they are sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probes {
    /// Headers of every request.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    probes: Vec<Probe>,
}

/// A request, and the expected response.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Probe {
    name: String,
    /// Method and path.
    request: String,
    /// In addition to the common ones; null removes a common one.
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    body: Option<Value>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    #[serde(default)]
    keep: BTreeMap<String, String>,
    status: Option<u16>,
    code: Option<String>,
}

impl Probes {
    /// Reads a list.
    ///
    /// # Panics
    /// Panics if the list is malformed.
    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_else(|error| panic!("invalid list of probes: {error}"))
    }

    /// Sends every request to the server at `base_url` and returns the responses in order.
    ///
    /// # Panics
    /// Panics if a request fails, times out after ten seconds, or receives a response without a value to keep.
    pub async fn run<'a>(
        &self,
        base_url: &str,
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Vec<Outcome> {
        let mut values: Values =
            values.into_iter().map(|(word, value)| (word.to_owned(), value.to_owned())).collect();
        let mut outcomes = Vec::new();
        for probe in &self.probes {
            let response = async { exchange(self.request(probe, base_url, &values)?).await };
            let response = match response.await {
                Ok(response) => response,
                Err(error) => panic!("{} ({}): {error}", probe.name, probe.request),
            };
            outcomes.push(Outcome::of(&response, base_url, &values));
            for (word, pointer) in &probe.keep {
                let json: Option<Value> = serde_json::from_slice(response.body()).ok();
                let value = json.as_ref().and_then(|json| json.pointer(pointer)?.as_str());
                let Some(value) = value else {
                    panic!("{} ({}): no {pointer} in the response", probe.name, probe.request)
                };
                values.insert(word.clone(), value.to_owned());
            }
        }
        outcomes
    }

    /// Returns a description of the differences between the responses of two servers; empty if there are none.
    pub fn differences(&self, one: (&str, &[Outcome]), other: (&str, &[Outcome])) -> Vec<String> {
        let pairs = one.1.iter().zip(other.1);
        let different = self.probes.iter().zip(pairs).filter(|(_, (one, other))| one != other);
        let reports = different.map(|(probe, (left, right))| {
            format!("{} ({})\n  {}: {left}\n  {}: {right}", probe.name, probe.request, one.0, other.0)
        });
        reports.collect()
    }

    /// Returns a description of the deviations from the vendor's known responses.
    pub fn surprises(&self, outcomes: &[Outcome]) -> Vec<String> {
        let probes = self.probes.iter().zip(outcomes);
        let surprising = probes.filter(|(probe, outcome)| {
            probe.status.is_some_and(|status| status != outcome.status())
                || probe.code.as_deref().is_some_and(|code| outcome.code() != Some(code))
        });
        let reports = surprising.map(|(probe, outcome)| {
            let status = probe.status.map(|status| status.to_string()).unwrap_or_default();
            let code = probe.code.as_deref().unwrap_or_default();
            format!("{} ({})\n  known: {status} {code}\n  seen: {outcome}", probe.name, probe.request)
        });
        reports.collect()
    }

    fn request(&self, probe: &Probe, base_url: &str, values: &Values) -> io::Result<Request<Full<Bytes>>> {
        let invalid = |_| io::Error::other("invalid method");
        let (method, path) = probe.request.split_once(' ').ok_or_else(|| io::Error::other("missing path"))?;
        let url = format!("{base_url}{}", fill(path, values));
        let mut request = Request::new(Full::default());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).map_err(invalid)?;
        *request.uri_mut() = url.parse().map_err(io::Error::other)?;

        let headers = request.headers_mut();
        let common = self.headers.iter().filter(|(name, _)| !probe.headers.contains_key(*name));
        let own = probe.headers.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        for (name, value) in common.chain(own) {
            let name = HeaderName::try_from(name).map_err(io::Error::other)?;
            let value = HeaderValue::try_from(fill(value, values)).map_err(io::Error::other)?;
            headers.insert(name, value);
        }
        let body = if let Some(json) = &probe.body {
            let json_type = HeaderValue::from_static("application/json");
            headers.entry(http::header::CONTENT_TYPE).or_insert(json_type);
            fill(&json.to_string(), values).into()
        } else if let Some(text) = &probe.text {
            fill(text, values).into()
        } else {
            probe.bytes.clone().map(Bytes::from).unwrap_or_default()
        };
        *request.body_mut() = Full::new(body);
        Ok(request)
    }
}

/// Replaces the words in braces.
fn fill(text: &str, values: &Values) -> String {
    let mut filled = text.to_owned();
    for (word, value) in values {
        filled = filled.replace(&format!("{{{word}}}"), value);
    }
    filled
}
