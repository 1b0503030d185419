//! A single attempt: sends the request, reads the response and maps its status.

use std::borrow::Cow;
use std::time::Duration;

use api_keys_core::defect::Defect;
use api_keys_core::{SecretBytes, SecretKey};
use bytes::Bytes;
use http::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use http::response::Parts;
use http::{HeaderMap, StatusCode, Uri};
use tokio::time::{Instant, timeout_at};

use super::retry::retry_after;
use super::shared::Shared;
use super::trace::Span;
use crate::auth::credentials::{Selected, add_cookie};
use crate::auth::redaction;
use crate::auth::secret_name::looks_secret;
use crate::error::{Failure, FailureKind};
use crate::request::Request;
use crate::request::base_url::BaseUrl;
use crate::request::origin::Origin;
use crate::request::payload::Payload;
use crate::response::body::{self, ReadError, Received};
use crate::response::{Response, ResponseMeta, request_id};
use crate::transport::body::Body;
use crate::transport::error::TransportErrorKind;
use crate::transport::{OperationContext, OutgoingRequest};

/// The expected part of a successful response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// The status and the body.
    Body,
    /// The status; the body is ignored.
    Status,
    /// The head; the body is read later.
    #[cfg(feature = "full-openapi")]
    Bytes,
    /// The head; the body is read later, line by line.
    #[cfg(feature = "full-openapi")]
    JsonLines,
    /// The head; the body is read later, event by event.
    #[cfg(feature = "full-openapi")]
    Events,
}

impl Expect {
    /// Returns whether the body is read later.
    fn is_stream(self) -> bool {
        !matches!(self, Self::Body | Self::Status)
    }

    /// Returns whether the body is read later and has a format that can be read in this way.
    #[cfg(feature = "full-openapi")]
    fn accepts_stream(self, headers: &HeaderMap) -> bool {
        match self {
            Self::Body | Self::Status => false,
            Self::Bytes => true,
            Self::JsonLines => !body::is_html(headers),
            // Without events, a document would be an empty stream.
            Self::Events => !body::is_html(headers) && !body::is_json(headers),
        }
    }
}

/// A validated request that can be sent repeatedly.
pub(crate) struct Attempts<'a> {
    shared: &'a Shared,
    request: &'a Request,
    server: Cow<'a, BaseUrl>,
    /// The credentials that the operation selects; `None` for all.
    credentials: Option<Selected<'a>>,
    /// The URL of the first attempt.
    uri: Option<Uri>,
    expect: Expect,
}

impl<'a> Attempts<'a> {
    /// Validates the request and builds its URL.
    pub(crate) fn new(
        shared: &'a Shared,
        request: &'a Request,
        expect: Expect,
    ) -> Result<Self, Box<Failure>> {
        Self::validate(shared, request, expect).map_err(|problem| invalid(request, problem))
    }

    fn validate(shared: &'a Shared, request: &'a Request, expect: Expect) -> Result<Self, String> {
        if let Some(problem) = &request.problem {
            return Err(problem.clone());
        }
        let server = shared.server_of(request)?;
        let credentials = match request.security {
            None => None,
            Some(alternatives) => Some(shared.credentials.select(alternatives)?),
        };
        let mut attempts = Self { shared, request, server, credentials, uri: None, expect };
        attempts.uri = Some(attempts.resolve()?);
        Ok(attempts)
    }

    /// Builds the URL.
    fn resolve(&self) -> Result<Uri, String> {
        let selected = self.credentials.as_ref().map(Selected::query);
        let credential = selected.as_ref().unwrap_or(&self.shared.credential_query);
        self.server.url(self.request, credential.as_deref().unwrap_or_default())
    }

    /// Sends the request once and reads the response within a time limit.
    pub(crate) async fn attempt(
        &mut self,
        attempt: u32,
        limit: Duration,
    ) -> Result<Response<Body>, Box<Failure>> {
        let span = Span::attempt(self.request.operation, self.server.origin(), attempt);
        let limit = if Defect::AttemptWithoutTimeout.is_active() { 100 * limit } else { limit };
        let uri = match self.uri.take() {
            Some(uri) => uri,
            None => self.resolve().map_err(|problem| invalid(self.request, problem))?,
        };
        let outgoing = self.outgoing(uri, attempt);
        let result = span.within(self.exchange(outgoing, Instant::now() + limit)).await;
        match &result {
            Ok(response) => {
                span.responded(response.status());
                self.identify(&span, &response.meta.headers);
            }
            Err(failure) => {
                span.failed(failure);
                self.identify(&span, &failure.headers);
            }
        }
        result
    }

    /// Records the vendor's id of the request without secrets.
    fn identify(&self, span: &Span, headers: &HeaderMap) {
        if !span.is_disabled()
            && let Some(id) = request_id(headers)
        {
            let redacted = redaction::redact(id.as_bytes(), self.secrets());
            span.identified(&String::from_utf8_lossy(redacted.as_deref().unwrap_or(id.as_bytes())));
        }
    }

    /// Returns the secrets of the client and of the request.
    fn secrets(&self) -> impl Iterator<Item = &SecretKey> {
        self.shared.credentials.secrets().chain(&self.request.secrets)
    }

    async fn exchange(
        &self,
        outgoing: OutgoingRequest,
        deadline: Instant,
    ) -> Result<Response<Body>, Box<Failure>> {
        let attempts = outgoing.context.attempt;
        let sending = self.shared.transport.send(outgoing);
        let response = match timeout_at(deadline, sending).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let mut failure = self.failure(error.kind().into());
                failure.source = error.into_source();
                return Err(failure);
            }
            Err(_elapsed) => return Err(self.failure(FailureKind::Timeout)),
        };
        let (Parts { status, mut headers, .. }, body) = response.into_parts();
        mark_sensitive(&mut headers);
        if status.is_success() {
            let meta = ResponseMeta { status, headers, attempts };
            self.read_success(meta, body, deadline).await
        } else {
            Err(self.read_error(status, headers, body, deadline).await)
        }
    }

    async fn read_success(
        &self,
        meta: ResponseMeta,
        body: Body,
        deadline: Instant,
    ) -> Result<Response<Body>, Box<Failure>> {
        #[cfg(feature = "full-openapi")]
        if self.expect.accepts_stream(&meta.headers) && body::content_encoding(&meta.headers).is_none() {
            return Ok(Response { meta, body });
        }
        let limits = &self.shared.limits;
        let limit = if self.request.operation.list { limits.list } else { limits.object };
        let mut received = Received::default();
        let read = if body::announced_over(&meta.headers, limit) {
            Ok(Err(ReadError::TooLarge))
        } else {
            timeout_at(deadline, body::read(body, limit, &mut received)).await
        };
        let (kind, source) = match read {
            _ if body::is_web_page(&meta.headers, received.as_slice()) => (FailureKind::WebPage, None),
            Ok(Ok(())) => match body::content_encoding(&meta.headers) {
                Some(encoding) if self.expect != Expect::Status && !received.as_slice().is_empty() => {
                    (FailureKind::ContentEncoding { encoding }, None)
                }
                _ if self.expect.is_stream() => (FailureKind::MediaType, None),
                _ => return Ok(Response { meta, body: received.into_bytes().into() }),
            },
            _ if self.expect == Expect::Status => return Ok(Response { meta, body: Body::default() }),
            Ok(Err(ReadError::TooLarge)) => (FailureKind::BodyTooLarge { limit }, None),
            Ok(Err(ReadError::Transport(error))) => match error.kind() {
                TransportErrorKind::Timeout => (FailureKind::Timeout, error.into_source()),
                // The request was received, so this is not a failed connect, whatever the transport reports.
                TransportErrorKind::Connect | TransportErrorKind::Io => {
                    (FailureKind::Transport, error.into_source())
                }
            },
            Err(_elapsed) => (FailureKind::Timeout, None),
        };
        let mut failure = self.failure(kind);
        failure.status = Some(meta.status);
        failure.headers = meta.headers;
        if !Defect::IssuedSecretForgotten.is_active() {
            failure.body = SecretBytes::new(received.into_bytes());
        }
        failure.source = source;
        Err(failure)
    }

    /// Reads an error response. The status determines the failure, so an incomplete or encoded body is accepted.
    async fn read_error(
        &self,
        status: StatusCode,
        mut headers: HeaderMap,
        body: Body,
        deadline: Instant,
    ) -> Box<Failure> {
        let mut received = Received::default();
        let _ = timeout_at(deadline, body::read(body, self.shared.limits.error, &mut received)).await;
        // Secrets in an encoded body cannot be found.
        let body = match body::content_encoding(&headers) {
            Some(_) => Bytes::new(),
            None => match redaction::redact(received.as_slice(), self.secrets()) {
                Some(redacted) => redacted.into(),
                None => received.into_bytes(),
            },
        };
        redaction::redact_headers(&mut headers, || self.secrets());
        let kind = match status.is_redirection() {
            true => FailureKind::Redirect { origin: self.foreign_origin(&headers) },
            false => FailureKind::Status,
        };
        let mut failure = self.failure(kind);
        failure.status = Some(status);
        failure.retry_after = retry_after(&headers, self.shared.clock.wall());
        failure.headers = headers;
        failure.body = body.into();
        failure
    }

    /// Returns the origin of a redirect's target, if it differs from that of the request.
    fn foreign_origin(&self, headers: &HeaderMap) -> Option<String> {
        let location = headers.get(LOCATION)?.to_str().ok()?;
        let origin = self.server.origin();
        let absolute = match location.starts_with("//") {
            true => Cow::Owned(format!("{}:{location}", origin.scheme())),
            false => Cow::Borrowed(location),
        };
        let (target, _) = Origin::parse(&absolute).ok()?;
        (target != *origin).then(|| target.to_string())
    }

    fn outgoing(&self, uri: Uri, attempt: u32) -> OutgoingRequest {
        let operation = self.request.operation;
        let mut headers = match &self.credentials {
            None => self.shared.headers.clone(),
            Some(credentials) => {
                let mut headers = self.shared.plain_headers.clone();
                credentials.add_to(&mut headers);
                headers
            }
        };
        if self.request.server.is_some() {
            headers.insert(HOST, self.server.origin().host_header().clone());
        }
        for (name, value) in &self.request.headers {
            if *name == COOKIE {
                add_cookie(&mut headers, value);
            } else {
                headers.insert(name.clone(), value.clone());
            }
        }
        OutgoingRequest {
            method: operation.method.clone(),
            uri,
            headers,
            body: self.request.body.as_ref().and_then(Payload::take),
            context: OperationContext { vendor: self.shared.vendor, operation, attempt },
        }
    }

    /// Returns whether the request can be sent again after the first attempt.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.request.body.as_ref().is_none_or(Payload::is_repeatable)
    }

    fn failure(&self, kind: FailureKind) -> Box<Failure> {
        Box::new(Failure::new(self.request.operation, kind))
    }
}

fn invalid(request: &Request, problem: String) -> Box<Failure> {
    Box::new(Failure::new(request.operation, FailureKind::InvalidRequest(problem)))
}

/// Marks the response headers that carry sessions, so that `Debug` omits their values.
fn mark_sensitive(headers: &mut HeaderMap) {
    for (name, value) in headers {
        if name == SET_COOKIE || looks_secret(name.as_str()) {
            value.set_sensitive(true);
        }
    }
}
