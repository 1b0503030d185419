//! The redaction rule: secrets of a request are removed from the vendor's error responses.

use api_keys_core::SecretKey;
use api_keys_core::defect::Defect;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

/// The replacement for a secret.
const REDACTED: &[u8] = b"[redacted]";

/// The minimum length of redacted secrets. Shorter ones would match ordinary words, and no vendor issues them.
const MIN_LEN: usize = 6;

/// Redacts the secrets of a request in the body of a response, in case the vendor echoes them.
///
/// The raw body is redacted, and thus everything derived from it. Secrets are found in any mixture of the escapes of
/// JSON, URLs and HTML.
pub(crate) fn redact<'a>(body: Bytes, secrets: impl Iterator<Item = &'a SecretKey>) -> Bytes {
    let mut body = body;
    if Defect::SecretsNotRedacted.is_active() {
        return body;
    }
    for secret in secrets.map(SecretKey::expose).filter(|secret| secret.len() >= MIN_LEN) {
        let plain = |text: &[u8]| text.starts_with(secret.as_bytes()).then_some(secret.len());
        // A secret may contain a sequence that looks like an escape.
        for found in [&plain as &dyn Fn(&[u8]) -> Option<usize>, &|text| escaped(text, secret)] {
            if let Some(redacted) = replace(&body, found) {
                body = redacted.into();
            }
        }
    }
    body
}

/// Redacts the secrets of a request in the headers of a response.
pub(crate) fn redact_headers<'a, I>(headers: &mut HeaderMap, secrets: impl Fn() -> I)
where
    I: Iterator<Item = &'a SecretKey>,
{
    for value in headers.values_mut() {
        let redacted = redact(Bytes::copy_from_slice(value.as_bytes()), secrets());
        // A header value without a part of it is a valid header value.
        if let (true, Ok(redacted)) = (redacted != value.as_bytes(), HeaderValue::from_maybe_shared(redacted))
        {
            *value = redacted;
        }
    }
}

/// Replaces every occurrence. `found` returns the length of an occurrence at the start of a text. Returns `None` if
/// there is none.
fn replace(text: &[u8], found: impl Fn(&[u8]) -> Option<usize>) -> Option<Vec<u8>> {
    let next = |from: usize| (from..text.len()).find_map(|at| Some((at, found(&text[at..])?)));
    let mut occurrence = next(0)?;
    let mut clean = Vec::with_capacity(text.len());
    let mut done = 0;
    loop {
        let (at, length) = occurrence;
        clean.extend_from_slice(&text[done..at]);
        clean.extend_from_slice(REDACTED);
        done = at + length;
        match next(done) {
            Some(further) => occurrence = further,
            None => break,
        }
    }
    clean.extend_from_slice(&text[done..]);
    Some(clean)
}

/// Returns the length of the secret at the start of a text, with each character escaped in any way.
fn escaped(text: &[u8], secret: &str) -> Option<usize> {
    secret.chars().try_fold(0, |at, c| Some(at + character(&text[at..], c)?))
}

fn character(text: &[u8], c: char) -> Option<usize> {
    let mut buffer = [0; 4];
    let plain = c.encode_utf8(&mut buffer).as_bytes();
    let escape = match text.first()? {
        b'\\' => in_json(text, c),
        b'%' => in_url(text, plain),
        b'&' => in_html(text, c),
        _ => None,
    };
    escape.or_else(|| text.starts_with(plain).then_some(plain.len()))
}

/// Matches `\/` and `\u002f`.
fn in_json(text: &[u8], c: char) -> Option<usize> {
    if matches!(c, '/' | '"' | '\\') && text.get(1) == Some(&(c as u8)) {
        return Some(2);
    }
    let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| u32::from(*unit)).collect::<Vec<_>>();
    let is_unit = |(index, unit): (usize, &u32)| {
        let escape = text.get(6 * index..6 * index + 6);
        escape.and_then(|escape| escape.strip_prefix(b"\\u")).and_then(hexadecimal) == Some(*unit)
    };
    units.iter().enumerate().all(is_unit).then_some(6 * units.len())
}

/// Matches `%2F`.
fn in_url(text: &[u8], plain: &[u8]) -> Option<usize> {
    let is_byte = |(index, byte): (usize, &u8)| {
        let escape = text.get(3 * index..3 * index + 3);
        escape.and_then(|escape| escape.strip_prefix(b"%")).and_then(hexadecimal) == Some(u32::from(*byte))
    };
    plain.iter().enumerate().all(is_byte).then_some(3 * plain.len())
}

/// Matches `&#47;`, `&#x2f;` and the named references of XML.
fn in_html(text: &[u8], c: char) -> Option<usize> {
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let matches = match text.get(1..end)? {
        b"amp" => c == '&',
        b"lt" => c == '<',
        b"gt" => c == '>',
        b"quot" => c == '"',
        b"apos" => c == '\'',
        [b'#', b'x' | b'X', digits @ ..] => hexadecimal(digits) == Some(c.into()),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse() == Ok(u32::from(c)),
        _ => false,
    };
    matches.then_some(end + 1)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    // `from_str_radix` also accepts a sign.
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(body: &str, secret: &str) -> String {
        let body = redact(Bytes::copy_from_slice(body.as_bytes()), [SecretKey::new(secret)].iter());
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn every_occurrence_is_redacted() {
        assert_eq!(
            redacted(r#"{"a":"sk_123456","b":"x sk_123456sk_123456"}"#, "sk_123456"),
            r#"{"a":"[redacted]","b":"x [redacted][redacted]"}"#
        );
    }

    #[test]
    fn json_and_url_escapes_are_redacted() {
        assert_eq!(redacted(r#"{"a":"ab\/cd+ef="}"#, "ab/cd+ef="), r#"{"a":"[redacted]"}"#);
        assert_eq!(redacted("/keys?secret=ab%2Fcd%2Bef%3D", "ab/cd+ef="), "/keys?secret=[redacted]");
    }

    #[test]
    fn short_secrets_are_not_redacted() {
        assert_eq!(redacted("the test failed", "t"), "the test failed");
        assert_eq!(redacted("the test failed", ""), "the test failed");
    }

    #[test]
    fn mixed_escapes_are_redacted() {
        for text in [
            r"ab\u002Fcd\u002bef\u003d\u0022\ud83d\uDE00",
            r#"ab\/cd+ef=\"\ud83d\uDE00"#,
            "ab%2fcd%2Bef=%22%F0%9f%98%80",
            "ab&#x2F;cd&#43;ef&#x3D;&quot;&#128512;",
            "ab/cd+ef=\"\u{1f600}",
        ] {
            assert_eq!(redacted(&format!("<{text}>"), "ab/cd+ef=\"\u{1f600}"), "<[redacted]>", "{text}");
        }
    }

    #[test]
    fn secret_with_escape_sequence_is_redacted() {
        assert_eq!(redacted("a%2fb&amp;c\\/d a", "a%2fb&amp;c\\/d"), "[redacted] a");
    }

    #[test]
    fn partial_matches_are_kept() {
        for text in ["ab/cd+e", "ab\\u00", "ab%2", "ab&#x2f", "ab&#x;cd+ef", "ab\\u+02fcd+ef", "ab%+2cd+ef"] {
            assert_eq!(redacted(text, "ab/cd+ef"), text);
        }
    }
}
