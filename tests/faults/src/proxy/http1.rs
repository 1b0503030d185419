//! Framing of HTTP/1.1 messages.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

use crate::message::{Head, RawResponse, Request};

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

    fn length(&self) -> io::Result<usize> {
        self.get("content-length").map_or(Ok(0), |value| value.parse().map_err(|_| malformed()))
    }
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

impl RawResponse {
    pub(crate) async fn read(reader: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Self> {
        let head = Head::read(reader).await?.ok_or_else(malformed)?;
        let status = head.start.split_once(' ').ok_or_else(malformed)?.1.to_owned();
        let mut body = Vec::new();
        let chunked = head.get("transfer-encoding").is_some();
        if chunked {
            while let Some(length) = chunk_length(reader).await? {
                let start = body.len();
                body.resize(start + length, 0);
                reader.read_exact(&mut body[start..]).await?;
                line(reader).await?;
            }
            line(reader).await?;
        } else {
            body.resize(head.length()?, 0);
            reader.read_exact(&mut body).await?;
        }
        let mut headers = head.headers;
        headers.retain(|(name, _)| {
            !["connection", "content-length", "transfer-encoding"].contains(&name.as_str())
        });
        Ok(Self { status, headers, body, chunked })
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status.starts_with('2')
    }

    /// Returns the response with its original framing.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.encode_as(match self.chunked {
            true => Framing::Chunks(usize::MAX),
            false => Framing::Length(self.body.len() as u64),
        })
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
