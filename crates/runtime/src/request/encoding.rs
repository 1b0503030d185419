//! Percent-encoding of parameters.

use std::fmt::{self, Display, Write as _};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters except the unreserved ones of RFC 3986, so that a value cannot end its path segment or query
/// parameter, and all parsers agree on it.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Appends a percent-encoded value. Returns whether it contains a control character.
pub(crate) fn encode(value: impl Display, out: &mut String) -> bool {
    struct Encoder<'a> {
        out: &'a mut String,
        has_control: bool,
    }

    impl fmt::Write for Encoder<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            // Most values are ids and words, which need no encoding.
            if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)) {
                self.out.push_str(text);
            } else {
                self.has_control |= text.chars().any(char::is_control);
                self.out.extend(utf8_percent_encode(text, RESERVED));
            }
            Ok(())
        }
    }

    let mut encoder = Encoder { out, has_control: false };
    // `Encoder` never fails, and a `Display` implementation must not.
    let _ = write!(encoder, "{value}");
    encoder.has_control
}
