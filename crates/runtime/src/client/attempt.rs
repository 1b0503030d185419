//! A single attempt: sends the request, reads the response and maps its status.

use std::time::Duration;

use api_keys_core::defect::Defect;
use api_keys_core::{SecretBytes, SecretKey};
use bytes::Bytes;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::retry::retry_after;
use super::shared::Shared;
use super::trace::Span;
use crate::auth::credentials::{Selected, add_cookie};
use crate::auth::redaction;
use crate::auth::secret_name::looks_secret;
use crate::error::{Failure, FailureKind};
use crate::request::Request;
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
}

/// A validated request that can be sent repeatedly.
pub(crate) struct Attempts<'a> {
    shared: &'a Shared,
    request: &'a Request,
    url: Url,
    /// The credentials that the operation selects; `None` for all.
    credentials: Option<Selected<'a>>,
    expect: Expect,
}

impl<'a> Attempts<'a> {
    /// Validates the request and builds its URL.
    pub(crate) fn new(
        shared: &'a Shared,
        request: &'a Request,
        expect: Expect,
    ) -> Result<Self, Box<Failure>> {
        Self::validate(shared, request, expect).map_err(|problem| {
            Box::new(Failure::new(request.operation, FailureKind::InvalidRequest(problem)))
        })
    }

    fn validate(shared: &'a Shared, request: &'a Request, expect: Expect) -> Result<Self, String> {
        if let Some(problem) = &request.problem {
            return Err(problem.clone());
        }
        let parameters = (&*request.path_parameters, &*request.query);
        let path = request.operation.path;
        let mut url = match request.server {
            None => shared.base_url.resolve(path, parameters)?,
            Some(server) => match shared.server(server) {
                Some(base_url) => base_url.resolve(path, parameters)?,
                None => shared.base_url.same_origin(server)?.resolve(path, parameters)?,
            },
        };
        let credentials = match request.security {
            None => None,
            Some(alternatives) => Some(shared.credentials.select(alternatives)?),
        };
        let selected = credentials.as_ref().map(Selected::query);
        if let Some(credential) = selected.as_ref().unwrap_or(&shared.credential_query) {
            let query = url.query().map(|query| format!("{query}&{credential}"));
            url.set_query(Some(query.as_ref().unwrap_or(credential)));
        }
        Ok(Self { shared, request, url, credentials, expect })
    }

    /// Sends the request once and reads the response within a time limit.
    pub(crate) async fn attempt(
        &self,
        attempt: u32,
        limit: Duration,
    ) -> Result<Response<Bytes>, Box<Failure>> {
        let span = Span::attempt(self.request.operation, &self.url, attempt);
        let limit = if Defect::AttemptWithoutTimeout.is_active() { 100 * limit } else { limit };
        let result = span.within(self.exchange(attempt, Instant::now() + limit)).await;
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
            let id = redaction::redact(Bytes::copy_from_slice(id.as_bytes()), self.secrets());
            span.identified(&String::from_utf8_lossy(&id));
        }
    }

    /// Returns the secrets of the client and of the request.
    fn secrets(&self) -> impl Iterator<Item = &SecretKey> {
        self.shared.credentials.secrets().chain(&self.request.secrets)
    }

    async fn exchange(&self, attempt: u32, deadline: Instant) -> Result<Response<Bytes>, Box<Failure>> {
        let sending = self.shared.transport.send(self.outgoing(attempt));
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
            let meta = ResponseMeta { status, headers, attempts: attempt };
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
    ) -> Result<Response<Bytes>, Box<Failure>> {
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
                Some(encoding) if self.expect == Expect::Body && !received.as_slice().is_empty() => {
                    (FailureKind::ContentEncoding { encoding }, None)
                }
                _ => return Ok(Response { meta, body: received.into_bytes() }),
            },
            _ if self.expect == Expect::Status => return Ok(Response { meta, body: Bytes::new() }),
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
            None => redaction::redact(received.into_bytes(), self.secrets()),
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
        failure.body = SecretBytes::new(body);
        failure
    }

    /// Returns the origin of a redirect's target, if it differs from that of the request.
    fn foreign_origin(&self, headers: &HeaderMap) -> Option<String> {
        let location = headers.get(LOCATION)?.to_str().ok()?;
        let origin = self.url.join(location).ok()?.origin();
        (origin != self.url.origin()).then(|| origin.ascii_serialization())
    }

    fn outgoing(&self, attempt: u32) -> OutgoingRequest {
        let operation = self.request.operation;
        let mut headers = match &self.credentials {
            None => self.shared.headers.clone(),
            Some(credentials) => {
                let mut headers = self.shared.plain_headers.clone();
                credentials.add_to(&mut headers);
                headers
            }
        };
        for (name, value) in &self.request.headers {
            if *name == COOKIE {
                add_cookie(&mut headers, value);
            } else {
                headers.insert(name.clone(), value.clone());
            }
        }
        OutgoingRequest {
            method: operation.method.clone(),
            url: self.url.clone(),
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

/// Marks the response headers that carry sessions, so that `Debug` omits their values.
fn mark_sensitive(headers: &mut HeaderMap) {
    for (name, value) in headers {
        if name == SET_COOKIE || looks_secret(name.as_str()) {
            value.set_sensitive(true);
        }
    }
}
