//! Framing of HTTP/1.1 messages.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// A start line and headers.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads a head; `None` if the connection is closed.
    async fn read(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Self>> {
        let start = line(reader).await?;
        if start.is_empty() {
            return Ok(None);
        }
        let mut text = String::new();
        while reader.read_line(&mut text).await? > 2 {}
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let parsed = httparse::parse_headers(text.as_bytes(), &mut headers).map_err(|_| malformed())?;
        let httparse::Status::Complete((_, headers)) = parsed else { return Err(malformed()) };
        let headers = headers.iter().map(|header| {
            (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
        });
        Ok(Some(Self { start: start.trim_end().to_owned(), headers: headers.collect() }))
    }

    /// Returns a header's value by its lowercase name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn length(&self) -> io::Result<usize> {
        self.get("content-length").map_or(Ok(0), |value| value.parse().map_err(|_| malformed()))
    }
}

/// A complete request. The clients send a length with every body.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) async fn read(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Self>> {
        let Some(head) = Head::read(reader).await? else { return Ok(None) };
        let mut body = vec![0; head.length()?];
        reader.read_exact(&mut body).await?;
        Ok(Some(Self { head, body }))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.head.start).into_bytes();
        write_headers(&mut bytes, self.head.headers.iter());
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// The framing of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// By the announced length, which may be wrong.
    Length(u64),
    /// In chunks of a size.
    Chunks(usize),
    /// By the end of the connection.
    Close,
}

/// A complete response.
#[derive(Clone)]
pub(crate) struct RawResponse {
    pub(crate) status: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    framing: Framing,
}

impl RawResponse {
    /// Creates an injected response, such as `502 Bad Gateway`.
    pub(crate) fn new(status: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let framing = Framing::Length(body.len() as u64);
        Self { status: status.to_owned(), headers: Vec::new(), body, framing }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Returns the response with another body.
    pub(crate) fn with_body(self, body: Vec<u8>) -> Self {
        let framing = match self.framing {
            Framing::Length(_) => Framing::Length(body.len() as u64),
            other => other,
        };
        Self { body, framing, ..self }
    }

    pub(crate) async fn read(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Self> {
        let head = Head::read(reader).await?.ok_or_else(malformed)?;
        let status = head.start.split_once(' ').ok_or_else(malformed)?.1.to_owned();
        let mut body = Vec::new();
        let framing = if head.get("transfer-encoding").is_some() {
            while let Some(length) = chunk_length(reader).await? {
                let start = body.len();
                body.resize(start + length, 0);
                reader.read_exact(&mut body[start..]).await?;
                line(reader).await?;
            }
            line(reader).await?;
            Framing::Chunks(usize::MAX)
        } else {
            body.resize(head.length()?, 0);
            reader.read_exact(&mut body).await?;
            Framing::Length(body.len() as u64)
        };
        let mut headers = head.headers;
        headers.retain(|(name, _)| {
            !["connection", "content-length", "transfer-encoding"].contains(&name.as_str())
        });
        Ok(Self { status, headers, body, framing })
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.starts_with('2')
    }

    /// Returns the response with its original framing.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.encode_as(self.framing)
    }

    /// Returns the response with another framing.
    pub(crate) fn encode_as(&self, framing: Framing) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {}\r\n", self.status).into_bytes();
        let framing_header = match framing {
            // Must not have a body or its headers.
            _ if self.status.starts_with("204") => None,
            Framing::Length(length) => Some(("content-length".to_owned(), length.to_string())),
            Framing::Chunks(_) => Some(("transfer-encoding".to_owned(), "chunked".to_owned())),
            Framing::Close => Some(("connection".to_owned(), "close".to_owned())),
        };
        write_headers(&mut bytes, self.headers.iter().chain(&framing_header));
        match framing {
            Framing::Chunks(size) if !self.status.starts_with("204") => {
                for chunk in self.body.chunks(size) {
                    bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    bytes.extend_from_slice(chunk);
                    bytes.extend_from_slice(b"\r\n");
                }
                bytes.extend_from_slice(b"0\r\n\r\n");
            }
            _ => bytes.extend_from_slice(&self.body),
        }
        bytes
    }
}

fn write_headers<'a>(bytes: &mut Vec<u8>, headers: impl Iterator<Item = &'a (String, String)>) {
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
}

async fn line(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line).await?;
    Ok(line)
}

/// Reads the length of the next chunk; `None` after the last.
async fn chunk_length(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<usize>> {
    match httparse::parse_chunk_size(line(reader).await?.as_bytes()) {
        Ok(httparse::Status::Complete((_, length))) => {
            Ok(usize::try_from(length).ok().filter(|&length| length > 0))
        }
        _ => Err(malformed()),
    }
}

fn malformed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}
