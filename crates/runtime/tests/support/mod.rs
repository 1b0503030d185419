//! A transport that follows a script and a clock that does not wait, shared by the tests.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use api_keys_runtime::{
    Body, Bytes, Client, ClientBuilder, Clock, Method, Operation, OperationClass, OutgoingRequest, Transport,
    TransportError, TransportErrorKind,
};
use async_trait::async_trait;

pub const SECRET: &str = "sk_canary_0123456789";

pub static GET: Operation =
    operation("getApiKey", Method::GET, "/api_keys/{id}", OperationClass::Safe, false);
pub static DELETE: Operation =
    operation("deleteApiKey", Method::DELETE, "/api_keys/{id}", OperationClass::Idempotent, false);
pub static CREATE: Operation =
    operation("createApiKey", Method::POST, "/api_keys", OperationClass::Unsafe, false);
pub static LIST: Operation = operation("listApiKeys", Method::GET, "/api_keys/", OperationClass::Safe, true);

const fn operation(
    id: &'static str,
    method: Method,
    path: &'static str,
    class: OperationClass,
    list: bool,
) -> Operation {
    Operation { id, method, path, class, list }
}

/// The vendor's reaction to a request.
#[derive(Debug, Clone)]
pub enum Step {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    },
    /// A response whose body ends prematurely after this part.
    Broken {
        status: u16,
        part: Bytes,
    },
    /// A response whose body stalls after this part.
    Stalled {
        status: u16,
        part: Bytes,
    },
    /// A successful response in these chunks.
    Chunks(Vec<Bytes>),
    Fail(TransportErrorKind),
    Hang,
}

pub fn respond(status: u16, body: impl Into<Bytes>) -> Step {
    Step::Answer { status, headers: Vec::new(), body: body.into() }
}

pub fn respond_with(status: u16, headers: &[(&'static str, &str)], body: impl Into<Bytes>) -> Step {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Step::Answer { status, headers, body: body.into() }
}

/// A vendor that follows a script. A request beyond its end fails the test.
#[derive(Debug, Default)]
pub struct Vendor {
    script: Mutex<VecDeque<Step>>,
    pub requests: Mutex<Vec<OutgoingRequest>>,
    pub waits: Mutex<Vec<Duration>>,
}

impl Vendor {
    pub fn new(script: impl IntoIterator<Item = Step>) -> Arc<Self> {
        Arc::new(Self { script: Mutex::new(script.into_iter().collect()), ..Self::default() })
    }

    pub fn builder_at(self: &Arc<Self>, base_url: &str) -> ClientBuilder {
        Client::builder(base_url).transport(self.clone()).clock(Arc::new(TestClock(self.clone()))).seed(7)
    }

    pub fn builder(self: &Arc<Self>) -> ClientBuilder {
        self.builder_at("https://api.example.com/v1")
    }

    pub fn client(self: &Arc<Self>) -> Client {
        self.builder().build().unwrap()
    }

    pub fn sent(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    pub fn urls(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(|request| request.uri.to_string()).collect()
    }

    pub fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Vendor {
    async fn send(&self, request: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        self.requests.lock().unwrap().push(request);
        let step = self.script.lock().unwrap().pop_front().expect("a request beyond the script");
        let (status, headers, body) = match step {
            Step::Answer { status, headers, body } => (status, headers, Body::from(body)),
            Step::Broken { status, part } => (status, vec![], Body::new(Part(Some(part), End::Break))),
            Step::Stalled { status, part } => (status, vec![], Body::new(Part(Some(part), End::Stall))),
            Step::Chunks(chunks) => (200, vec![], Body::new(Chunks(chunks.into()))),
            Step::Fail(kind) => return Err(TransportError::new(kind).with_source("simulated failure")),
            Step::Hang => std::future::pending().await,
        };
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(name, value);
        }
        Ok(response.body(body).unwrap())
    }
}

/// A body in chunks.
struct Chunks(VecDeque<Bytes>);

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        Poll::Ready(self.0.pop_front().map(|chunk| Ok(http_body::Frame::data(chunk))))
    }
}

/// A body that ends with an error.
struct Part(Option<Bytes>, End);

#[derive(Clone, Copy)]
enum End {
    Break,
    Stall,
}

impl http_body::Body for Part {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        match (self.0.take(), self.1) {
            (Some(part), _) => Poll::Ready(Some(Ok(http_body::Frame::data(part)))),
            (None, End::Break) => Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Io)))),
            (None, End::Stall) => Poll::Pending,
        }
    }
}

/// Tokio's clock, which the tests pause. Waiting takes no time, and is recorded.
#[derive(Debug)]
struct TestClock(Arc<Vendor>);

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn wall(&self) -> SystemTime {
        // Sun, 06 Nov 1994 08:49:37 GMT
        SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    async fn sleep(&self, duration: Duration) {
        self.0.waits.lock().unwrap().push(duration);
        tokio::time::sleep(duration).await;
    }
}
