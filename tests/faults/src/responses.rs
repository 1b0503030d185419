//! Injected and modified responses.

use std::io::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::fault::{RetryAfter, Status};
use crate::message::{RawResponse, Request};

/// Returns the error of a gateway that echoes the request, including the credential, and sets a session cookie.
pub(crate) fn rejection(status: Status, request: &Request, session: &str) -> RawResponse {
    let seen = format!(
        "{} with {} and {}",
        request.head.start,
        request.head.get("authorization").or(request.head.get("x-api-key")).unwrap_or("nothing"),
        String::from_utf8_lossy(&request.body),
    );
    let mut response = match status.html {
        true => page(&format!("{} Gateway", status.code), &format!("<h1>Sorry</h1><pre>{seen}</pre>")),
        // The fields of all vendors' error bodies.
        false => RawResponse::new(
            &format!("{} Gateway", status.code),
            json!({
                "message": seen,
                "code": "GATEWAY",
                "detail": seen,
                "errors": [{
                    "code": "gateway", "message": seen, "long_message": seen, "title": seen, "detail": seen,
                    "status": status.code.to_string(), "source": { "pointer": seen },
                }],
            })
            .to_string(),
        )
        .header("content-type", "application/json"),
    };
    if let Some(wait) = retry_after(status.retry_after) {
        response = response.header("retry-after", wait);
    }
    response.header("set-cookie", format!("session={session}; HttpOnly")).header("x-request-id", "gateway-1")
}

fn retry_after(wait: RetryAfter) -> Option<String> {
    let date = |time| Some(httpdate::fmt_http_date(time));
    match wait {
        RetryAfter::Absent => None,
        RetryAfter::Zero => Some("0".to_owned()),
        RetryAfter::Second => Some("1".to_owned()),
        RetryAfter::Date => date(SystemTime::now() + Duration::from_secs(1)),
        RetryAfter::Past => date(SystemTime::UNIX_EPOCH),
        RetryAfter::Absurd => Some("9999999999999999".to_owned()),
        RetryAfter::Negative => Some("-5".to_owned()),
        RetryAfter::Nonsense => Some("soon".to_owned()),
    }
}

/// Returns a web page.
pub(crate) fn page(status: &str, content: &str) -> RawResponse {
    RawResponse::new(status, format!("<!doctype html><html><body>{content}</body></html>"))
        .header("content-type", "text/html; charset=utf-8")
}

/// Returns about 60 kB that decompress to 64 MB.
pub(crate) fn bomb() -> RawResponse {
    static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut member = GzEncoder::new(Vec::new(), Compression::best());
        let written = member.write_all(&vec![b' '; 1 << 20]);
        // Concatenated gzip members are one file.
        written.and_then(|()| member.finish()).map(|member| member.repeat(64)).unwrap_or_default()
    });
    RawResponse::new("200 OK", BOMB.as_slice())
        .header("content-type", "application/json")
        .header("content-encoding", "gzip")
}

/// Returns the response of a server that ignored all requested restrictions.
pub(crate) fn field_dropped(response: RawResponse) -> RawResponse {
    edited(response, &|name, value| match (name, &value) {
        ("metadata" | "claims", _) => *value = Value::Null,
        ("roles", _) => *value = json!([]),
        ("read_only", _) => *value = json!(false),
        ("expires_at" | "expiresAt" | "expiration", Value::String(_)) => {
            *value = json!("2999-01-01T00:00:00.000Z");
        }
        ("expires_at" | "expiresAt" | "expiration", Value::Number(_)) => {
            *value = json!(32_472_144_000_000_u64)
        }
        _ => {}
    })
}

/// Returns a response whose keys have an id that is a path traversal.
pub(crate) fn bad_id(response: RawResponse) -> RawResponse {
    edited(response, &|name, value| {
        if matches!(name, "id" | "key_id") {
            *value = json!("..");
        }
    })
}

/// Edits the fields of a JSON body, at any depth.
fn edited(response: RawResponse, change: &dyn Fn(&str, &mut Value)) -> RawResponse {
    fn walk(value: &mut Value, change: &dyn Fn(&str, &mut Value)) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, change)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    change(name, value);
                    walk(value, change);
                }
            }
            _ => {}
        }
    }
    let Ok(mut body) = serde_json::from_slice(&response.body) else { return response };
    walk(&mut body, change);
    response.with_body(body.to_string().into_bytes())
}
