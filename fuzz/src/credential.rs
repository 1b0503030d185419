//! Keys in requests to a service.

use std::sync::Arc;

use api_keys::memory::Memory;
use api_keys::{ApiKeyProvider as _, NewApiKey, SecretKey};
use api_keys_tower::Authenticator;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use percent_encoding::percent_decode_str;

use crate::target::{NEW_SECRET, run};

thread_local! {
    static AUTHENTICATOR: Authenticator = run(async {
        let keys = Memory::builder().secrets(|_| SecretKey::new(NEW_SECRET)).build().expect("valid options");
        let _issued = keys.create(NewApiKey::new("client")).await.expect("created");
        let builder = Authenticator::builder(Arc::new(keys)).query_parameter("key");
        builder.build().expect("valid options")
    });
}

/// Authenticates a request: a line with the path and the query, then the headers.
pub fn credential(data: &[u8]) {
    let Some(parts) = parse(data) else { return };
    let authenticator = AUTHENTICATOR.with(Authenticator::clone);
    match run(authenticator.authenticate(&parts)) {
        Ok(_) => assert_eq!(keys(&parts), [NEW_SECRET.as_bytes()], "accepted with other keys"),
        Err(rejection) => {
            let shown = format!("{rejection:?}");
            assert!(!shown.contains(NEW_SECRET), "the secret is shown: {shown}");
            assert!(keys(&parts) != [NEW_SECRET.as_bytes()], "the key is rejected: {shown}");
        }
    }
}

fn parse(data: &[u8]) -> Option<Parts> {
    let mut lines = data.split(|&byte| byte == b'\n');
    let mut request = Request::builder().uri(lines.next()?).body(()).ok()?;
    for line in lines {
        let colon = line.iter().position(|&byte| byte == b':')?;
        let name = HeaderName::try_from(&line[..colon]).ok()?;
        let value = HeaderValue::try_from(line[colon + 1..].trim_ascii_start()).ok()?;
        request.headers_mut().append(name, value);
    }
    Some(request.into_parts().0)
}

/// Returns the keys in a request.
fn keys(parts: &Parts) -> Vec<Vec<u8>> {
    let bearer = parts.headers.get_all("authorization").iter().filter_map(|value| {
        let words: Vec<_> = value.as_bytes().splitn(2, u8::is_ascii_whitespace).collect();
        words[0]
            .eq_ignore_ascii_case(b"bearer")
            .then(|| words.get(1).map_or(&b""[..], |key| key.trim_ascii()).to_vec())
    });
    let header =
        parts.headers.get_all("x-api-key").iter().map(|value| value.as_bytes().trim_ascii().to_vec());
    let query = parts.uri.query().unwrap_or_default().split('&').filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text| percent_decode_str(text).collect::<Vec<u8>>();
        (decode(name) == b"key").then(|| decode(value))
    });
    bearer.chain(header).chain(query).collect()
}
