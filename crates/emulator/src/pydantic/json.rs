//! Errors of invalid JSON.

use axum::http::StatusCode;
use serde_json::Value;

use super::rejection::Rejection;
use super::validation::ValidationError;

/// A body before it is validated.
#[derive(Debug, PartialEq)]
pub(crate) enum Payload {
    /// A value; text without a JSON content type is a string.
    Value(Value),
    /// JSON that only Python accepts: half of a surrogate pair in a string.
    LoneSurrogate,
    /// JSON for Python only: a number such as `NaN`.
    NotFinite,
}

/// Parses a JSON body. The error contains the position of the invalid character.
pub(super) fn decode(body: &[u8]) -> Result<Payload, Rejection> {
    let Ok(text) = str::from_utf8(body) else {
        return Err(Rejection::http(StatusCode::BAD_REQUEST, "There was an error parsing the body"));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return Ok(Payload::Value(value));
    }
    // Python takes a little more than JSON. What it does with that depends on where the value goes.
    match Scanner::new(text).document() {
        Ok(()) if text.contains("\\u") => Ok(Payload::LoneSurrogate),
        Ok(()) => Ok(Payload::NotFinite),
        Err((position, message)) => Err(Rejection::Invalid(vec![ValidationError::json(position, message)])),
    }
}

/// The position and the message of a parser error.
type SyntaxError = (usize, &'static str);

const VALUE: &str = "Expecting value";
const COMMA: &str = "Expecting ',' delimiter";
const COLON: &str = "Expecting ':' delimiter";
const NAME: &str = "Expecting property name enclosed in double quotes";

/// Walks over a text without building anything; `serde_json` has read it already and failed.
struct Scanner {
    text: Vec<char>,
    at: usize,
}

impl Scanner {
    fn new(text: &str) -> Self {
        Self { text: text.chars().collect(), at: 0 }
    }

    fn document(&mut self) -> Result<(), SyntaxError> {
        self.space();
        self.value()?;
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err((self.at, "Extra data")) }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: char, message: &'static str) -> Result<(), SyntaxError> {
        if self.take(wanted) { Ok(()) } else { Err((self.at, message)) }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<(), SyntaxError> {
        match self.peek() {
            Some('"') => self.string(),
            Some('{') => self.members('}', |scanner| {
                if scanner.peek() != Some('"') {
                    return Err((scanner.at, NAME));
                }
                scanner.string()?;
                scanner.space();
                scanner.expect(':', COLON)?;
                scanner.space();
                scanner.value()
            }),
            Some('[') => self.members(']', Self::value),
            _ if self.word() || self.number() => Ok(()),
            _ => Err((self.at, VALUE)),
        }
    }

    fn members(
        &mut self,
        end: char,
        member: impl Fn(&mut Self) -> Result<(), SyntaxError>,
    ) -> Result<(), SyntaxError> {
        self.at += 1;
        self.space();
        if self.take(end) {
            return Ok(());
        }
        loop {
            member(self)?;
            self.space();
            if self.take(end) {
                return Ok(());
            }
            self.expect(',', COMMA)?;
            self.space();
        }
    }

    fn string(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err((start, "Unterminated string starting at")),
                Some('"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('\\') => self.escape(start)?,
                Some(c) if c < ' ' => return Err((self.at, "Invalid control character at")),
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<(), SyntaxError> {
        let backslash = self.at;
        self.at += 2;
        match self.text.get(backslash + 1) {
            None => Err((start, "Unterminated string starting at")),
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => Ok(()),
            Some('u') => {
                let digits = self.text.iter().skip(self.at).take(4).filter(|c| c.is_ascii_hexdigit()).count();
                self.at += 4;
                if digits == 4 { Ok(()) } else { Err((backslash + 1, "Invalid \\uXXXX escape")) }
            }
            Some(_) => Err((backslash, "Invalid \\escape")),
        }
    }

    fn word(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let words = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];
        let found = words.into_iter().find(|word| word.chars().eq(rest.iter().take(word.len()).copied()));
        self.at += found.map_or(0, str::len);
        found.is_some()
    }

    fn number(&mut self) -> bool {
        let start = self.at;
        self.take('-');
        if !self.take('0') && self.digits() == 0 {
            self.at = start;
            return false;
        }
        self.tail(|scanner| scanner.take('.'));
        self.tail(|scanner| {
            let opened = scanner.take('e') || scanner.take('E');
            if !scanner.take('+') {
                scanner.take('-');
            }
            opened
        });
        true
    }

    /// A part of a number that counts only if digits follow.
    fn tail(&mut self, opens: impl Fn(&mut Self) -> bool) {
        let before = self.at;
        if !opens(self) || self.digits() == 0 {
            self.at = before;
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }
}
