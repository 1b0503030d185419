//! Server-sent events, by the rules of the HTML standard.

use std::fmt;
use std::mem;
use std::time::Duration;

use bytes::{Buf, Bytes};
use memchr::memchr2;
use serde::de::DeserializeOwned;

use crate::error::FailureKind;
use crate::response::json;

/// A server-sent event.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ServerSentEvent {
    name: String,
    data: String,
    id: String,
}

impl ServerSentEvent {
    /// Returns the name of the event; `message` by default.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { "message" } else { &self.name }
    }

    /// Returns the data.
    pub fn data(&self) -> &str {
        &self.data
    }

    pub(super) fn into_data(self) -> String {
        self.data
    }

    /// Returns the id of this event or of the last one that had an id; empty if none had.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Decodes the data as JSON.
    ///
    /// # Errors
    /// Returns an error if the data does not match.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, FailureKind> {
        json::decode(self.data.as_bytes()).map_err(Into::into)
    }

    /// Decodes the data as JSON. Returns `None` for `[DONE]`, the end of many streams.
    ///
    /// # Errors
    /// Returns an error if the data does not match.
    pub fn json_until_done<T: DeserializeOwned>(&self) -> Result<Option<T>, FailureKind> {
        if self.data == "[DONE]" { Ok(None) } else { self.json().map(Some) }
    }
}

/// Prints the length of the data.
impl fmt::Debug for ServerSentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerSentEvent")
            .field("name", &self.name())
            .field("data", &format_args!("{} bytes", self.data.len()))
            .finish_non_exhaustive()
    }
}

/// An event exceeds the limit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

#[derive(Debug, Default)]
pub(super) struct Parser {
    /// The received part of the current line.
    line: Vec<u8>,
    /// The last line ended with a carriage return, which a line feed may follow.
    after_carriage_return: bool,
    /// The first line, which may start with a byte order mark, has ended.
    is_started: bool,
    name: String,
    /// The lines of data, each with a line feed.
    data: String,
    id: String,
    pub(super) retry: Option<Duration>,
}

impl Parser {
    /// Takes the bytes up to the end of the next event. Returns `None` if more are needed.
    pub(super) fn next(
        &mut self,
        bytes: &mut Bytes,
        limit: usize,
    ) -> Result<Option<ServerSentEvent>, TooLarge> {
        while !bytes.is_empty() {
            if mem::take(&mut self.after_carriage_return) && bytes[0] == b'\n' {
                bytes.advance(1);
                continue;
            }
            let end = memchr2(b'\r', b'\n', bytes);
            let part = bytes.split_to(end.unwrap_or(bytes.len()));
            if part.len() + self.line.len() + self.name.len() + self.data.len() + self.id.len() > limit {
                return Err(TooLarge);
            }
            self.line.extend_from_slice(&part);
            if end.is_some() {
                self.after_carriage_return = bytes.get_u8() == b'\r';
                if let Some(event) = self.end_line() {
                    return Ok(Some(event));
                }
            }
        }
        Ok(None)
    }

    fn end_line(&mut self) -> Option<ServerSentEvent> {
        let mut line = mem::take(&mut self.line);
        if !mem::replace(&mut self.is_started, true) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if line.is_empty() {
            return self.end_event();
        }
        let line = String::from_utf8_lossy(&line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            // Comments have an empty field.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<ServerSentEvent> {
        let (name, mut data) = (mem::take(&mut self.name), mem::take(&mut self.data));
        // Without the last line feed. An event without data is not one.
        data.pop()?;
        Some(ServerSentEvent { name, data, id: self.id.clone() })
    }

    /// Returns the last id of an event that is complete or has no data.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}
