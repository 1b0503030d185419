//! Secrets in answers: removed, in case a vendor echoes them.

use api_keys_core::SecretKey;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

/// What stands in a vendor's text where a secret stood.
const REDACTED: &[u8] = b"[redacted]";

/// Shorter secrets are left alone: they would match ordinary words and destroy the text, and no vendor has any.
const SHORTEST: usize = 6;

/// Removes from a vendor's answer every secret that the request held, in case the vendor echoes them.
///
/// This works on the raw body, so everything made from it is clean: typed errors, messages, excerpts. So a secret is
/// found in whatever mixture of the ways that JSON, URLs and HTML have for a character.
pub(crate) fn scrub<'a>(body: Bytes, secrets: impl Iterator<Item = &'a SecretKey>) -> Bytes {
    let mut body = body;
    for secret in secrets.map(SecretKey::expose).filter(|secret| secret.len() >= SHORTEST) {
        let plain = |text: &[u8]| text.starts_with(secret.as_bytes()).then_some(secret.len());
        // A secret may itself hold what looks like an escape.
        for found in [&plain as &dyn Fn(&[u8]) -> Option<usize>, &|text| written(text, secret)] {
            if let Some(clean) = without(&body, found) {
                body = clean.into();
            }
        }
    }
    body
}

/// Does the same to the headers of an answer.
pub(crate) fn scrub_headers<'a, I>(headers: &mut HeaderMap, secrets: impl Fn() -> I)
where
    I: Iterator<Item = &'a SecretKey>,
{
    for value in headers.values_mut() {
        let clean = scrub(Bytes::copy_from_slice(value.as_bytes()), secrets());
        // Removing a part of a header value leaves a header value.
        if let (true, Ok(clean)) = (clean != value.as_bytes(), HeaderValue::from_maybe_shared(clean)) {
            *value = clean;
        }
    }
}

/// The text with every occurrence replaced, of which `found` tells the length where one begins; `None` where there is
/// none.
fn without(text: &[u8], found: impl Fn(&[u8]) -> Option<usize>) -> Option<Vec<u8>> {
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

/// How many bytes at the start of a text say the secret, each character in any way.
fn written(text: &[u8], secret: &str) -> Option<usize> {
    secret.chars().try_fold(0, |at, c| Some(at + character(&text[at..], c)?))
}

fn character(text: &[u8], c: char) -> Option<usize> {
    let mut buffer = [0; 4];
    let plain = c.encode_utf8(&mut buffer).as_bytes();
    let escaped = match text.first()? {
        b'\\' => in_json(text, c),
        b'%' => in_url(text, plain),
        b'&' => in_html(text, c),
        _ => None,
    };
    escaped.or_else(|| text.starts_with(plain).then_some(plain.len()))
}

/// `\/`, or `\u002f`.
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

/// `%2F`.
fn in_url(text: &[u8], plain: &[u8]) -> Option<usize> {
    let is_byte = |(index, byte): (usize, &u8)| {
        let escape = text.get(3 * index..3 * index + 3);
        escape.and_then(|escape| escape.strip_prefix(b"%")).and_then(hexadecimal) == Some(u32::from(*byte))
    };
    plain.iter().enumerate().all(is_byte).then_some(3 * plain.len())
}

/// `&#47;`, `&#x2f;`, or one of the few with a name.
fn in_html(text: &[u8], c: char) -> Option<usize> {
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let is_meant = match text.get(1..end)? {
        b"amp" => c == '&',
        b"lt" => c == '<',
        b"gt" => c == '>',
        b"quot" => c == '"',
        b"apos" => c == '\'',
        [b'#', b'x' | b'X', digits @ ..] => hexadecimal(digits) == Some(c.into()),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse() == Ok(u32::from(c)),
        _ => false,
    };
    is_meant.then_some(end + 1)
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    // Beside digits, `from_str_radix` takes a sign.
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(body: &str, secret: &str) -> String {
        let body = scrub(Bytes::copy_from_slice(body.as_bytes()), [SecretKey::new(secret)].iter());
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[test]
    fn every_occurrence_of_a_secret_is_replaced() {
        assert_eq!(
            scrubbed(r#"{"a":"sk_123456","b":"x sk_123456sk_123456"}"#, "sk_123456"),
            r#"{"a":"[redacted]","b":"x [redacted][redacted]"}"#
        );
    }

    #[test]
    fn a_secret_is_found_in_the_forms_that_json_and_urls_give_it() {
        assert_eq!(scrubbed(r#"{"a":"ab\/cd+ef="}"#, "ab/cd+ef="), r#"{"a":"[redacted]"}"#);
        assert_eq!(scrubbed("/keys?secret=ab%2Fcd%2Bef%3D", "ab/cd+ef="), "/keys?secret=[redacted]");
    }

    #[test]
    fn a_very_short_secret_does_not_destroy_the_text() {
        assert_eq!(scrubbed("the test failed", "t"), "the test failed");
        assert_eq!(scrubbed("the test failed", ""), "the test failed");
    }

    #[test]
    fn a_secret_is_found_however_its_characters_are_escaped() {
        for text in [
            r"ab\u002Fcd\u002bef\u003d\u0022\ud83d\uDE00",
            r#"ab\/cd+ef=\"\ud83d\uDE00"#,
            "ab%2fcd%2Bef=%22%F0%9f%98%80",
            "ab&#x2F;cd&#43;ef&#x3D;&quot;&#128512;",
            "ab/cd+ef=\"\u{1f600}",
        ] {
            assert_eq!(scrubbed(&format!("<{text}>"), "ab/cd+ef=\"\u{1f600}"), "<[redacted]>", "{text}");
        }
    }

    #[test]
    fn a_secret_that_looks_like_an_escape_is_found_as_it_is() {
        assert_eq!(scrubbed("a%2fb&amp;c\\/d a", "a%2fb&amp;c\\/d"), "[redacted] a");
    }

    #[test]
    fn what_breaks_off_or_is_something_else_stays() {
        for text in ["ab/cd+e", "ab\\u00", "ab%2", "ab&#x2f", "ab&#x;cd+ef", "ab\\u+02fcd+ef", "ab%+2cd+ef"] {
            assert_eq!(scrubbed(text, "ab/cd+ef"), text);
        }
    }
}
