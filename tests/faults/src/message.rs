//! Requests and responses as gateways see and edit them.

/// A start line and headers.
#[derive(Clone)]
pub(crate) struct Head {
    pub(crate) start: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// Returns a header's value by its lowercase name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// A complete request. The clients send a length with every body.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// A complete response.
#[derive(Clone)]
pub(crate) struct RawResponse {
    /// The status with its reason, such as `502 Bad Gateway`.
    pub(crate) status: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// If true, the body is sent in chunks, and otherwise with its length.
    #[cfg_attr(not(feature = "proxy"), expect(dead_code, reason = "only real sockets have framing"))]
    pub(crate) chunked: bool,
}

impl RawResponse {
    /// Creates an injected response.
    pub(crate) fn new(status: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: status.to_owned(), headers: Vec::new(), body: body.into(), chunked: false }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Returns the response with another body.
    pub(crate) fn with_body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }
}
