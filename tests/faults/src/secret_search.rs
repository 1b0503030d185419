//! A search for many secrets, each in many representations.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// The length of the searched prefixes. An automaton of complete secrets would take hundreds of megabytes.
const PREFIX: usize = 12;

/// A representation of a secret: its bytes, its name, and the number of the secret.
type Form = (Vec<u8>, &'static str, usize);

/// The searched secrets.
pub(crate) struct SecretSearch {
    prefixes: AhoCorasick,
    /// The representations with each prefix.
    forms: Vec<Vec<Form>>,
}

impl SecretSearch {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_prefix: HashMap<Vec<u8>, Vec<Form>> = HashMap::new();
        for (number, secret) in secrets.into_iter().enumerate() {
            assert!(secret.len() >= 16, "too short: it would be found everywhere");
            for (name, form) in forms(secret.as_bytes()) {
                let known = by_prefix.entry(form[..PREFIX].to_vec()).or_default();
                if known.iter().all(|(other, _, _)| *other != form) {
                    known.push((form, name, number));
                }
            }
        }
        let (prefixes, forms): (Vec<_>, Vec<_>) = by_prefix.into_iter().unzip();
        Self { prefixes: AhoCorasick::new(prefixes).expect("a small automaton"), forms }
    }

    /// Returns the first secret in the text: its number, the name of its representation and its position.
    pub(crate) fn find(&self, text: &[u8]) -> Option<(usize, &'static str, usize)> {
        self.prefixes.find_overlapping_iter(text).find_map(|found| {
            let forms = &self.forms[found.pattern().as_usize()];
            let (_, name, number) =
                forms.iter().find(|(form, _, _)| text[found.start()..].starts_with(form))?;
            Some((*number, *name, found.start()))
        })
    }
}

/// The characters that URLs leave unencoded. Some encoders encode more.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The representations of a secret.
pub(crate) fn forms(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("plain", secret.to_vec()),
        ("hex", secret.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()),
        ("hex", secret.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect()),
        ("list of bytes", format!("{secret:?}").trim_matches(['[', ']']).as_bytes().to_vec()),
        ("JSON", String::from_utf8_lossy(secret).replace('/', "\\/").into_bytes()),
    ];
    let text = String::from_utf8_lossy(secret);
    // The ampersand first, because it begins the others.
    let html = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#39;")];
    let escaped = html.into_iter().fold(text.into_owned(), |text, (c, escape)| text.replace(c, escape));
    forms.push(("HTML", escaped.replace('/', "&#x2F;").replace('=', "&#x3D;").into_bytes()));
    forms.push(("HTML", escaped.into_bytes()));
    for set in [NON_ALPHANUMERIC, UNRESERVED] {
        let encoded = percent_encode(secret, set).to_string();
        forms.push(("percent-encoded", lower_escapes(&encoded)));
        forms.push(("percent-encoded", encoded.into_bytes()));
    }
    for (name, engine) in [("base64", &BASE64_STANDARD), ("base64 for URLs", &BASE64_URL_SAFE)] {
        for before in 0..3 {
            // Characters that also depend on the surrounding text are excluded.
            let padded = [&b"\0\0"[..before], secret].concat();
            let encoded = engine.encode(&padded);
            let start = (before * 8).div_ceil(6);
            let end = padded.len() * 8 / 6;
            forms.push((name, encoded.as_bytes()[start..end].to_vec()));
        }
    }
    forms
}

/// Converts `%2F` to `%2f`.
fn lower_escapes(encoded: &str) -> Vec<u8> {
    let mut escapes = encoded.split('%');
    let start = escapes.next().unwrap_or_default().to_owned();
    let rest = escapes.map(|rest| format!("%{}{}", rest[..2].to_ascii_lowercase(), &rest[2..]));
    [start].into_iter().chain(rest).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk_live/0123+abcd&fGHI=";

    #[test]
    fn secret_is_found_in_every_representation() {
        let search = SecretSearch::new([SECRET]);
        for (name, form) in forms(SECRET.as_bytes()) {
            let text = [b"before ", &form[..], b" after"].concat();
            assert_eq!(search.find(&text).map(|(number, _, at)| (number, at)), Some((0, 7)), "{name}");
            assert_eq!(search.find(&form).map(|(_, _, at)| at), Some(0), "{name}");
        }
    }

    #[test]
    fn secret_is_found_within_base64() {
        let search = SecretSearch::new([SECRET]);
        for before in ["", "a", "ab", "abc", "user:", "Bearer "] {
            for after in ["", "x", "xy", "xyz"] {
                let text = format!(
                    "Authorization: Basic {}",
                    BASE64_STANDARD.encode(format!("{before}{SECRET}{after}"))
                );
                assert!(search.find(text.as_bytes()).is_some(), "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn partial_secret_is_not_found() {
        let search = SecretSearch::new([SECRET]);
        assert_eq!(search.find(&SECRET.as_bytes()[..SECRET.len() - 1]), None);
        assert_eq!(search.find(b"sk_live/0123+abcd&fGHI_"), None);
        assert_eq!(search.find(b""), None);
    }
}
