//! Searching a long text for many secrets, each in many forms.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// The forms are found by their first bytes, so none may be shorter; no secret of any vendor is.
const WINDOW: usize = 12;

/// A form of a secret: its bytes, its name, and the number of the secret.
type Form = (Vec<u8>, &'static str, usize);

/// What to look for.
#[derive(Default)]
pub(crate) struct Needles {
    /// Forms by their first bytes, each with its name and the number of its secret.
    by_start: HashMap<[u8; WINDOW], Vec<Form>>,
    /// For each of the hashes of the first bytes whether it is among them: the usual no is one look.
    filter: Vec<bool>,
    secrets: usize,
}

const FILTER_BITS: u32 = 22;

impl Needles {
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut needles = Self { filter: vec![false; 1 << FILTER_BITS], ..Self::default() };
        for secret in secrets {
            needles.add(secret);
        }
        needles
    }

    fn add(&mut self, secret: &str) {
        assert!(secret.len() >= 16, "too short to search for: it would be found everywhere");
        let number = self.secrets;
        self.secrets += 1;
        for (name, form) in forms(secret.as_bytes()) {
            let start = first(&form);
            self.filter[slot(start)] = true;
            let there = self.by_start.entry(start).or_default();
            if there.iter().all(|(other, _, _)| *other != form) {
                there.push((form, name, number));
            }
        }
    }

    /// The first secret in the text, as its number, the name of its form and where it stands.
    pub(crate) fn find(&self, text: &[u8]) -> Option<(usize, &'static str, usize)> {
        for at in 0..text.len().saturating_sub(WINDOW - 1) {
            let start = first(&text[at..]);
            if !self.filter[slot(start)] {
                continue;
            }
            let Some(forms) = self.by_start.get(&start) else { continue };
            for (form, name, number) in forms {
                if text[at..].starts_with(form) {
                    return Some((*number, name, at));
                }
            }
        }
        None
    }
}

fn first(text: &[u8]) -> [u8; WINDOW] {
    let mut window = [0; WINDOW];
    window.copy_from_slice(&text[..WINDOW]);
    window
}

fn slot(window: [u8; WINDOW]) -> usize {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = window;
    let number =
        u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ (u64::from_le_bytes([i, j, k, l, 0, 0, 0, 0]) << 21);
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - FILTER_BITS)) as usize
}

/// What URLs leave as it is; some encoders leave less.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How a secret may be written down.
pub(crate) fn forms(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forms = vec![
        ("plain", secret.to_vec()),
        ("hex", secret.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()),
        ("hex", secret.iter().flat_map(|byte| format!("{byte:02X}").into_bytes()).collect()),
        ("list of bytes", format!("{secret:?}").trim_matches(['[', ']']).as_bytes().to_vec()),
        ("JSON", String::from_utf8_lossy(secret).replace('/', "\\/").into_bytes()),
    ];
    for set in [NON_ALPHANUMERIC, UNRESERVED] {
        let encoded = percent_encode(secret, set).to_string();
        forms.push(("percent-encoded", lower_escapes(&encoded)));
        forms.push(("percent-encoded", encoded.into_bytes()));
    }
    for (name, engine) in [("base64", &BASE64_STANDARD), ("base64 for URLs", &BASE64_URL_SAFE)] {
        for before in 0..3 {
            // Characters that also depend on what stands around the secret are cut off.
            let padded = [&b"\0\0"[..before], secret].concat();
            let encoded = engine.encode(&padded);
            let start = (before * 8).div_ceil(6);
            let end = padded.len() * 8 / 6;
            forms.push((name, encoded.as_bytes()[start..end].to_vec()));
        }
    }
    forms
}

/// `%2F` as `%2f`.
fn lower_escapes(encoded: &str) -> Vec<u8> {
    let mut escapes = encoded.split('%');
    let start = escapes.next().unwrap_or_default().to_owned();
    let rest = escapes.map(|rest| format!("%{}{}", rest[..2].to_ascii_lowercase(), &rest[2..]));
    [start].into_iter().chain(rest).collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk_live/0123+abcdefGHI=";

    #[test]
    fn a_secret_is_found_in_every_form_and_place() {
        let needles = Needles::new([SECRET]);
        for (name, form) in forms(SECRET.as_bytes()) {
            let text = [b"before ", &form[..], b" after"].concat();
            assert_eq!(needles.find(&text).map(|(number, _, at)| (number, at)), Some((0, 7)), "{name}");
            assert_eq!(needles.find(&form).map(|(_, _, at)| at), Some(0), "{name}");
        }
    }

    #[test]
    fn a_secret_is_found_in_base64_whatever_stands_around_it() {
        let needles = Needles::new([SECRET]);
        for before in ["", "a", "ab", "abc", "user:", "Bearer "] {
            for after in ["", "x", "xy", "xyz"] {
                let text = format!(
                    "Authorization: Basic {}",
                    BASE64_STANDARD.encode(format!("{before}{SECRET}{after}"))
                );
                assert!(needles.find(text.as_bytes()).is_some(), "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn a_part_of_a_secret_and_another_secret_are_not_found() {
        let needles = Needles::new([SECRET]);
        assert_eq!(needles.find(&SECRET.as_bytes()[..SECRET.len() - 1]), None);
        assert_eq!(needles.find(b"sk_live/0123+abcdefGHI_"), None);
        assert_eq!(needles.find(b""), None);
    }
}
