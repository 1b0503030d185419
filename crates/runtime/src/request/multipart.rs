//! Bodies that are not JSON: bytes, forms and multipart.

use std::collections::VecDeque;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http_body::{Frame, SizeHint};
use serde::Serialize;
use serde_json::Value;

use super::parameters::{Style, form_pairs};
use super::payload::{Payload, RequestBody};
use super::{Request, secret};
use crate::transport::body::Body;
use crate::transport::error::TransportError;

impl Request {
    /// Sets a binary body: bytes, or a streamed [`Body`].
    pub fn body_bytes(self, body: impl Into<Body>) -> Self {
        self.with_body("application/octet-stream", body)
    }

    /// Sets an optional binary body.
    pub fn body_bytes_opt(self, body: Option<impl Into<Body>>) -> Self {
        match body {
            Some(body) => self.body_bytes(body),
            None => self,
        }
    }

    /// Sets a body in JSON Lines.
    pub fn body_json_lines<T: Serialize>(mut self, items: &[T]) -> Self {
        let mut lines = Vec::new();
        for item in items {
            self.secrets.extend(secret::secrets_in(item));
            if serde_json::to_writer(&mut lines, item).is_err() {
                // The source may quote the value.
                return self.with_problem("failed to serialize the body as JSON".to_owned());
            }
            lines.push(b'\n');
        }
        self.with_body("application/jsonl", lines)
    }

    /// Sets a form body.
    pub fn body_form<T: Serialize + ?Sized>(self, body: &T) -> Self {
        self.body_form_as(body, &[])
    }

    /// Sets an optional form body with styles for single fields.
    pub fn body_form_as<'b, T: Serialize + ?Sized + 'b>(
        mut self,
        body: impl Into<Option<&'b T>>,
        styles: &[(&str, Style)],
    ) -> Self {
        let Some(body) = body.into() else { return self };
        self.secrets.extend(secret::secrets_in(body));
        let Ok(Value::Object(fields)) = serde_json::to_value(body) else {
            return self.with_problem("failed to serialize the body as a form".to_owned());
        };
        let pairs = form_pairs(&fields, styles);
        let form = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        self.with_body("application/x-www-form-urlencoded", form)
    }

    /// Sets an optional form body.
    pub fn body_form_opt<T: Serialize + ?Sized>(self, body: Option<&T>) -> Self {
        match body {
            Some(body) => self.body_form(body),
            None => self,
        }
    }

    /// Sets a multipart body.
    pub fn body_multipart(mut self, form: Multipart) -> Self {
        self.secrets.extend(form.secrets.iter().cloned());
        if let Some(problem) = form.problem {
            return self.with_problem(problem);
        }
        let (content_type, body) = match form.finish() {
            Ok(finished) => finished,
            Err(problem) => return self.with_problem(problem),
        };
        let mut request = self.with_body("multipart/form-data", body);
        if let Ok(value) = HeaderValue::try_from(content_type) {
            request.headers.retain(|(name, _)| name != CONTENT_TYPE);
            request.headers.push((CONTENT_TYPE, value));
        }
        request
    }

    /// Sets the content type of the body. Has no effect without a body.
    pub fn content_type(mut self, media_type: &'static str) -> Self {
        if self.body.is_some() {
            self.headers.retain(|(name, _)| name != CONTENT_TYPE);
            self.headers.push((CONTENT_TYPE, HeaderValue::from_static(media_type)));
        }
        self
    }

    /// Sets the content type of the body, if there is one.
    pub fn content_type_opt(mut self, media_type: Option<&str>) -> Self {
        let Some(media_type) = media_type.filter(|_| self.body.is_some()) else { return self };
        self.headers.retain(|(name, _)| name != CONTENT_TYPE);
        self.header("content-type", media_type)
    }

    pub(super) fn with_body(mut self, media_type: &'static str, body: impl Into<Body>) -> Self {
        self.body = Some(Payload::from(body.into()));
        self.content_type(media_type)
    }
}

/// A file in a [`Multipart`] form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[must_use]
#[non_exhaustive]
pub struct FilePart {
    content: Payload,
    /// The file name.
    pub file_name: String,
    /// The content type. The default is `application/octet-stream`.
    pub content_type: Option<String>,
    /// Further headers of the part.
    pub headers: Vec<(String, String)>,
}

impl FilePart {
    /// Creates a file from bytes, or from a streamed [`Body`], which can be sent once and is shared by clones.
    pub fn new(file_name: impl Into<String>, content: impl Into<Body>) -> Self {
        Self {
            content: content.into().into(),
            file_name: file_name.into(),
            content_type: None,
            headers: Vec::new(),
        }
    }

    /// Sets the content type.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Adds a header to the part.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A multipart form.
#[derive(Clone, Default)]
#[must_use]
pub struct Multipart {
    parts: Vec<Part>,
    /// The content types of parts, by name.
    types: Vec<(String, String)>,
    secrets: Vec<api_keys_core::SecretKey>,
    problem: Option<String>,
}

#[derive(Clone)]
struct Part {
    head: String,
    content: Payload,
}

/// Prints the number of parts.
impl std::fmt::Debug for Multipart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Multipart").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

impl Multipart {
    /// Creates an empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the content type of text parts with a name, and of files without a content type. Applies to parts that are
    /// added afterwards.
    pub fn part_type(mut self, name: &str, media_type: &str) -> Self {
        self.types.push((name.to_owned(), media_type.to_owned()));
        self
    }

    fn type_of(&self, name: &str) -> Option<&str> {
        self.types.iter().find(|(known, _)| known == name).map(|(_, media_type)| media_type.as_str())
    }

    /// Adds a text part.
    pub fn text(self, name: &str, value: impl Display) -> Self {
        let mut head = disposition(name);
        if let Some(media_type) = self.type_of(name) {
            head.push_str(&format!("\r\nContent-Type: {media_type}"));
        }
        self.part(head, Body::from(value.to_string()))
    }

    /// Adds an optional text part.
    pub fn text_opt(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds a text part for each value.
    pub fn text_all(self, name: &str, values: impl IntoIterator<Item: Display>) -> Self {
        values.into_iter().fold(self, |form, value| form.text(name, value))
    }

    /// Adds a JSON part. Null adds nothing.
    pub fn json<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        self.secrets.extend(secret::secrets_in(value));
        match serde_json::to_value(value) {
            Ok(Value::Null) => self,
            Ok(value) => {
                let head = format!("{}\r\nContent-Type: application/json", disposition(name));
                self.part(head, Body::from(value.to_string()))
            }
            Err(_) => {
                self.problem.get_or_insert(format!("failed to serialize the part `{name}` as JSON"));
                self
            }
        }
    }

    /// Adds a secret, which is redacted in messages.
    pub fn secret(mut self, name: &str, value: &api_keys_core::SecretKey) -> Self {
        self.secrets.push(value.clone());
        self.text(name, value.expose())
    }

    /// Adds an optional secret.
    pub fn secret_opt(self, name: &str, value: Option<&api_keys_core::SecretKey>) -> Self {
        match value {
            Some(value) => self.secret(name, value),
            None => self,
        }
    }

    /// Adds a file.
    pub fn file(mut self, name: &str, file: &FilePart) -> Self {
        let kind = file.content_type.as_deref().or_else(|| self.type_of(name));
        let kind = kind.unwrap_or("application/octet-stream").to_owned();
        if kind.chars().any(char::is_control) {
            self.problem.get_or_insert(format!("the content type of `{name}` contains a control character"));
        }
        let mut head = format!(
            "{}; filename=\"{}\"\r\nContent-Type: {kind}",
            disposition(name),
            quoted(&file.file_name)
        );
        for (header, value) in &file.headers {
            if HeaderName::from_bytes(header.as_bytes()).is_err() || value.chars().any(char::is_control) {
                self.problem.get_or_insert(format!("a header of `{name}` is invalid"));
            }
            head.push_str(&format!("\r\n{header}: {value}"));
        }
        self.part(head, file.content.clone())
    }

    /// Adds an optional file.
    pub fn file_opt(self, name: &str, file: Option<&FilePart>) -> Self {
        match file {
            Some(file) => self.file(name, file),
            None => self,
        }
    }

    /// Adds several files.
    pub fn file_all<'a>(self, name: &str, files: impl IntoIterator<Item = &'a FilePart>) -> Self {
        files.into_iter().fold(self, |form, file| form.file(name, file))
    }

    fn part(mut self, head: String, content: impl Into<Payload>) -> Self {
        self.parts.push(Part { head, content: content.into() });
        self
    }

    /// Returns the content type and the body.
    fn finish(self) -> Result<(String, Body), String> {
        let boundary = self.boundary();
        let mut body = Joined::default();
        // What there is of bytes is put together, which is all of it if no part is a stream.
        let mut bytes = Vec::new();
        for Part { head, content } in &self.parts {
            bytes.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
            match content.take() {
                Some(RequestBody::Whole(content)) => bytes.extend_from_slice(&content),
                Some(RequestBody::Stream(stream)) => {
                    body.push(std::mem::take(&mut bytes));
                    body.push(Body::new(stream));
                }
                None => return Err("a file was sent already: it can be read once".to_owned()),
            }
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        if self.parts.iter().all(|part| part.content.is_repeatable()) {
            return Ok((content_type, bytes.into()));
        }
        body.push(bytes);
        Ok((content_type, Body::new(body)))
    }

    /// A boundary that occurs in none of the parts. The content of a stream is unknown, so the boundary is hard to
    /// guess.
    fn boundary(&self) -> String {
        let mut boundary = "api-keys-form-boundary".to_owned();
        let stands_in = |boundary: &str| {
            let line = boundary.as_bytes();
            let stands_in = |content: &Payload| match content {
                Payload::Whole(bytes) => bytes.windows(line.len()).any(|window| window == line),
                Payload::Once(_) => boundary.len() < 50,
            };
            self.parts.iter().any(|part| stands_in(&part.content))
        };
        while stands_in(&boundary) {
            boundary.push_str(&format!("-{:016x}", fastrand::u64(..)));
        }
        boundary
    }
}

fn disposition(name: &str) -> String {
    format!("Content-Disposition: form-data; name=\"{}\"", quoted(name))
}

/// A name between quotation marks, as browsers write it.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A sequence of bodies.
#[derive(Debug, Default)]
struct Joined(VecDeque<Body>);

impl Joined {
    fn push(&mut self, body: impl Into<Body>) {
        self.0.push_back(body.into());
    }
}

impl http_body::Body for Joined {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        while let Some(first) = self.0.front_mut() {
            match ready!(Pin::new(first).poll_frame(cx)) {
                // Trailers of a part are dropped.
                Some(Ok(frame)) if !frame.is_data() => {}
                Some(frame) => return Poll::Ready(Some(frame)),
                None => drop(self.0.pop_front()),
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        let sizes = self.0.iter().map(|body| body.size_hint().exact());
        match sizes.sum::<Option<u64>>() {
            Some(size) => SizeHint::with_exact(size),
            None => SizeHint::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multipart_form_matches_browsers() {
        let file = FilePart::new("a \"b\".txt", "content").content_type("text/plain");
        let form = Multipart::new().text("purpose", "test").file("file", &file).json("none", &None::<u8>);
        let (content_type, body) = form.finish().unwrap();
        assert_eq!(content_type, "multipart/form-data; boundary=api-keys-form-boundary");
        assert_eq!(
            String::from_utf8(body.into_whole().unwrap().to_vec()).unwrap(),
            "--api-keys-form-boundary\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\ntest\r\n\
             --api-keys-form-boundary\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"a %22b%22.txt\"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n\
             --api-keys-form-boundary--\r\n"
        );
    }

    #[test]
    fn boundary_is_not_in_any_part() {
        let form = Multipart::new().text("a", "--api-keys-form-boundary");
        let boundary = form.boundary();
        assert!(boundary.starts_with("api-keys-form-boundary-"), "{boundary}");
    }
}
