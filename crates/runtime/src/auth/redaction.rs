//! The redaction rule: secrets of a request are removed from the vendor's error responses.

use std::ops::Range;

use api_keys_core::SecretKey;
use api_keys_core::defect::Defect;
use http::{HeaderMap, HeaderValue};
use memchr::{memchr3_iter, memmem};

/// The replacement for a secret.
const REDACTED: &[u8] = b"[redacted]";

/// The minimum length of redacted secrets. Shorter ones would match ordinary words, and no vendor issues them.
const MIN_LEN: usize = 6;

/// Redacts the secrets of a request in a text of the response, in case the vendor echoes them. Returns `None` if there
/// are none.
///
/// The raw body is redacted, and thus everything derived from it. Secrets are found in any mixture of the escapes of
/// JSON, URLs and HTML.
pub(crate) fn redact<'a>(text: &[u8], secrets: impl Iterator<Item = &'a SecretKey>) -> Option<Vec<u8>> {
    if Defect::SecretsNotRedacted.is_active() {
        return None;
    }
    let mut clean: Option<Vec<u8>> = None;
    for secret in secrets.map(|secret| secret.expose().as_bytes()) {
        let text = clean.as_deref().unwrap_or(text);
        // An escaped secret is longer.
        if (MIN_LEN..=text.len()).contains(&secret.len())
            && let Some(redacted) = replace(text, occurrences(text, secret))
        {
            clean = Some(redacted);
        }
    }
    clean
}

/// Redacts the secrets of a request in the headers of a response.
pub(crate) fn redact_headers<'a, I>(headers: &mut HeaderMap, secrets: impl Fn() -> I)
where
    I: Iterator<Item = &'a SecretKey>,
{
    for value in headers.values_mut() {
        // A header value without a part of it is a valid header value.
        if let Some(Ok(redacted)) = redact(value.as_bytes(), secrets()).map(HeaderValue::try_from) {
            *value = redacted;
        }
    }
}

/// Returns the occurrences of a secret, which may overlap.
fn occurrences(text: &[u8], secret: &[u8]) -> Vec<Range<usize>> {
    let plain = memmem::find_iter(text, secret).map(|start| start..start + secret.len());
    let mut found: Vec<_> =
        plain.chain(escapes(text, secret).filter_map(|at| escaped(text, at, secret))).collect();
    found.sort_unstable_by_key(|range| range.start);
    found
}

/// Returns the positions of possible escapes of the characters of a secret.
fn escapes(text: &[u8], secret: &[u8]) -> impl Iterator<Item = usize> {
    // Web pages have many named references, and few numeric ones. Only unusual secrets can contain a named one.
    let may_be_named = secret.iter().any(|byte| b"&<>\"'".contains(byte));
    let reference = if may_be_named { b'&' } else { b'#' };
    memchr3_iter(b'\\', b'%', reference, text).filter_map(|at| match text[at] {
        b'#' => at.checked_sub(1).filter(|before| text[*before] == b'&'),
        _ => Some(at),
    })
}

/// Replaces sorted ranges.
fn replace(text: &[u8], ranges: Vec<Range<usize>>) -> Option<Vec<u8>> {
    if ranges.is_empty() {
        return None;
    }
    let mut clean = Vec::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if done <= range.start {
            clean.extend_from_slice(&text[done..range.start]);
            clean.extend_from_slice(REDACTED);
        }
        done = done.max(range.end);
    }
    clean.extend_from_slice(&text[done..]);
    Some(clean)
}

/// Returns the occurrence of a secret whose first escape is at a position.
fn escaped(text: &[u8], at: usize, secret: &[u8]) -> Option<Range<usize>> {
    let escape = Escape::at_start(&text[at..])?;
    let decoded = escape.decoded();
    let indexes = secret.windows(decoded.len()).enumerate().filter(|(_, part)| *part == decoded);
    indexes.map(|(index, _)| index).find_map(|index| {
        let start = at.checked_sub(index)?;
        let length = matching(&text[at..], &secret[index..])?;
        (text[start..at] == secret[..index]).then_some(start..at + length)
    })
}

/// Returns the length of a secret at the start of a text, with each character escaped in any way.
fn matching(text: &[u8], mut secret: &[u8]) -> Option<usize> {
    let mut length = 0;
    while let Some((first, others)) = secret.split_first() {
        let rest = &text[length..];
        let escape = Escape::at_start(rest);
        let escape = escape.and_then(|escape| Some((secret.strip_prefix(escape.decoded())?, escape.length)));
        // A secret may contain a sequence that looks like an escape.
        let (next, consumed) = escape.or_else(|| (rest.first() == Some(first)).then_some((others, 1)))?;
        secret = next;
        length += consumed;
    }
    Some(length)
}

/// An escaped character, or an escaped byte of it.
struct Escape {
    decoded: [u8; 4],
    decoded_length: usize,
    /// The length of the escape.
    length: usize,
}

impl Escape {
    fn at_start(text: &[u8]) -> Option<Self> {
        match text {
            [b'\\', c @ (b'/' | b'"' | b'\\'), ..] => Some(Self::byte(*c, 2)),
            [b'\\', b'u', ..] => Self::json(text),
            [b'%', high, low, ..] => Some(Self::byte(u8::try_from(hexadecimal(&[*high, *low])?).ok()?, 3)),
            [b'&', ..] => Self::html(text),
            _ => None,
        }
    }

    fn byte(byte: u8, length: usize) -> Self {
        Self { decoded: [byte, 0, 0, 0], decoded_length: 1, length }
    }

    fn char(c: char, length: usize) -> Self {
        let mut decoded = [0; 4];
        let decoded_length = c.encode_utf8(&mut decoded).len();
        Self { decoded, decoded_length, length }
    }

    /// Decodes `\u002f`, or a pair of surrogates.
    fn json(text: &[u8]) -> Option<Self> {
        let unit = |at: usize| {
            let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
            hexadecimal(digits).and_then(|unit| u16::try_from(unit).ok())
        };
        let first = unit(0)?;
        match char::from_u32(first.into()) {
            Some(c) => Some(Self::char(c, 6)),
            None => char::decode_utf16([first, unit(6)?]).next()?.ok().map(|c| Self::char(c, 12)),
        }
    }

    /// Decodes `&#47;`, `&#x2f;` and the named references of XML.
    fn html(text: &[u8]) -> Option<Self> {
        let end = text.iter().take(12).position(|byte| *byte == b';')?;
        let c = match text.get(1..end)? {
            b"amp" => '&',
            b"lt" => '<',
            b"gt" => '>',
            b"quot" => '"',
            b"apos" => '\'',
            [b'#', b'x' | b'X', digits @ ..] => char::from_u32(hexadecimal(digits)?)?,
            [b'#', digits @ ..] => char::from_u32(str::from_utf8(digits).ok()?.parse().ok()?)?,
            _ => return None,
        };
        Some(Self::char(c, end + 1))
    }

    fn decoded(&self) -> &[u8] {
        &self.decoded[..self.decoded_length]
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    // `from_str_radix` also accepts a sign.
    let digits = str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(body: &str, secret: &str) -> String {
        let redacted = redact(body.as_bytes(), [SecretKey::new(secret)].iter());
        redacted.map_or_else(|| body.to_owned(), |redacted| String::from_utf8(redacted).unwrap())
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

    #[test]
    fn repeated_and_overlapping_secrets_are_redacted() {
        assert_eq!(redacted("%61bcabcabcabcd", "abcabc"), "[redacted]abcd");
        assert_eq!(redacted("xab%63abcabcab", "abcabc"), "x[redacted]ab");
        let both = [SecretKey::new("sk_123456"), SecretKey::new("123456")];
        assert_eq!(redact(b"sk_123456 123456", both.iter()).unwrap(), b"[redacted] [redacted]");
    }
}
