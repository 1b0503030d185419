//! One request and its attempts: send, read, judge by the status.

use std::time::Duration;

use api_keys_core::SecretBytes;
use bytes::Bytes;
use http::header::{COOKIE, LOCATION};
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::body::{self, ReadError, Received};
use crate::client::Shared;
use crate::credentials::{Selected, add_cookie};
use crate::response::hide_sessions;
use crate::retry::retry_after;
use crate::trace::Span;
use crate::upload::Upload;
use crate::{
    Body, Fault, FaultKind, OperationContext, OutgoingRequest, Request, Response, TransportErrorKind, scrub,
};

/// What is wanted of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// The status and the body.
    Body,
    /// The status alone; the body may be anything.
    Nothing,
}

/// A request that is ready to be sent any number of times.
pub(crate) struct Exchange<'a> {
    shared: &'a Shared,
    request: &'a Request,
    url: Url,
    /// What the request takes, if not all that the client has.
    credentials: Option<Selected<'a>>,
    want: Want,
}

impl<'a> Exchange<'a> {
    /// Checks the request and completes its URL.
    pub(crate) fn new(shared: &'a Shared, request: &'a Request, want: Want) -> Result<Self, Box<Fault>> {
        Self::checked(shared, request, want)
            .map_err(|problem| Box::new(Fault::new(request.operation, FaultKind::InvalidRequest(problem))))
    }

    fn checked(shared: &'a Shared, request: &'a Request, want: Want) -> Result<Self, String> {
        if let Some(problem) = &request.problem {
            return Err(problem.clone());
        }
        let mut url = match request.server {
            None => shared.base.resolve(request)?,
            Some(server) => match shared.server(server) {
                Some(base) => base.resolve(request)?,
                None => shared.base.beside(server)?.resolve(request)?,
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
        Ok(Self { shared, request, url, credentials, want })
    }

    /// Sends the request once and reads the answer, within a time limit.
    pub(crate) async fn attempt(&self, attempt: u32, limit: Duration) -> Result<Response<Bytes>, Box<Fault>> {
        let span = Span::attempt(self.request.operation, &self.url, attempt);
        let result = span.within(self.send(attempt, Instant::now() + limit)).await;
        match &result {
            Ok(response) => span.answered(response.status),
            Err(fault) => span.failed(fault),
        }
        result
    }

    async fn send(&self, attempt: u32, deadline: Instant) -> Result<Response<Bytes>, Box<Fault>> {
        let sending = self.shared.transport.send(self.outgoing(attempt));
        let answer = match timeout_at(deadline, sending).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                let mut fault = self.fault(error.kind().into());
                fault.source = error.into_source();
                return Err(fault);
            }
            Err(_elapsed) => return Err(self.fault(FaultKind::Timeout)),
        };
        let (Parts { status, mut headers, .. }, body) = answer.into_parts();
        hide_sessions(&mut headers);
        if status.is_success() {
            self.succeeded(status, headers, body, deadline, attempt).await
        } else {
            Err(self.refused(status, headers, body, deadline).await)
        }
    }

    async fn succeeded(
        &self,
        status: StatusCode,
        headers: HeaderMap,
        body: Body,
        deadline: Instant,
        attempts: u32,
    ) -> Result<Response<Bytes>, Box<Fault>> {
        let limits = &self.shared.limits;
        let limit = if self.request.operation.list { limits.list } else { limits.object };
        let mut received = Received::default();
        let read = if body::announced_over(&headers, limit) {
            Ok(Err(ReadError::TooLarge))
        } else {
            timeout_at(deadline, body::read(body, limit, &mut received)).await
        };
        let (kind, source) = match read {
            _ if body::is_web_page(&headers, received.as_slice()) => (FaultKind::WebPage, None),
            Ok(Ok(())) => return Ok(Response { status, headers, attempts, body: received.into_bytes() }),
            _ if self.want == Want::Nothing => {
                return Ok(Response { status, headers, attempts, body: Bytes::new() });
            }
            Ok(Err(ReadError::TooLarge)) => (FaultKind::BodyTooLarge { limit }, None),
            Ok(Err(ReadError::Broken(error))) => match error.kind() {
                TransportErrorKind::Timeout => (FaultKind::Timeout, error.into_source()),
                // Whatever the transport calls it: the request was received, so this is no failure to connect.
                TransportErrorKind::Connect | TransportErrorKind::Io => {
                    (FaultKind::Transport, error.into_source())
                }
            },
            Err(_elapsed) => (FaultKind::Timeout, None),
        };
        let mut fault = self.fault(kind);
        fault.status = Some(status);
        fault.headers = headers;
        fault.body = SecretBytes::new(received.into_bytes());
        fault.source = source;
        Err(fault)
    }

    /// The status says what went wrong, so the body is taken as far as it comes.
    async fn refused(
        &self,
        status: StatusCode,
        mut headers: HeaderMap,
        body: Body,
        deadline: Instant,
    ) -> Box<Fault> {
        let mut received = Received::default();
        let _ = timeout_at(deadline, body::read(body, self.shared.limits.error, &mut received)).await;
        let secrets = || self.shared.credentials.secrets().chain(&self.request.secrets);
        let body = scrub::scrub(received.into_bytes(), secrets());
        scrub::scrub_headers(&mut headers, secrets);
        let kind = match status.is_redirection() {
            true => FaultKind::Redirect { origin: self.other_origin(&headers) },
            false => FaultKind::Status,
        };
        let mut fault = self.fault(kind);
        fault.status = Some(status);
        fault.retry_after = retry_after(&headers, self.shared.clock.wall());
        fault.headers = headers;
        fault.body = SecretBytes::new(body);
        fault
    }

    /// Where a redirect leads, if away from the origin.
    fn other_origin(&self, headers: &HeaderMap) -> Option<String> {
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
            body: self.request.body.as_ref().and_then(Upload::take),
            context: OperationContext { vendor: self.shared.vendor, operation, attempt },
        }
    }

    /// Whether there is anything left to send after the first attempt.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.request.body.as_ref().is_none_or(Upload::is_repeatable)
    }

    fn fault(&self, kind: FaultKind) -> Box<Fault> {
        Box::new(Fault::new(self.request.operation, kind))
    }
}
