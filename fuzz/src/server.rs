//! A server with one response for all requests, and a clock that does not wait.

use std::mem;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use api_keys::runtime::{
    Body, ClientBuilder, Clock, HttpConfig, OutgoingRequest, Transport, TransportError, TransportErrorKind,
};
use async_trait::async_trait;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;

use crate::response::CannedResponse;

/// Limit for a call or listing when every response is the same.
const MAX_REQUESTS: usize = 5_000;

/// Sends one response to every request, and records the requests.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) response: CannedResponse,
    requests: Mutex<Vec<OutgoingRequest>>,
}

impl Server {
    pub(crate) fn new(response: CannedResponse) -> Arc<Self> {
        Arc::new(Self { response, requests: Mutex::default() })
    }

    /// Returns the builder of a client that sends its requests here.
    pub(crate) fn builder(self: &Arc<Self>, base_url: &str) -> ClientBuilder {
        api_keys::runtime::Client::builder(base_url).transport(self.clone()).seed(7)
    }

    /// Returns the settings of a provider that sends its requests here.
    pub(crate) fn config(self: &Arc<Self>) -> HttpConfig {
        HttpConfig::new().transport(self.clone())
    }

    /// Returns the ids of the operations of the requests since [`take`](Self::take).
    pub(crate) fn operations(&self) -> Vec<&'static str> {
        let requests = self.requests.lock().expect("no panic");
        requests.iter().map(|request| request.context.operation.id).collect()
    }

    /// Returns the requests since the last call.
    pub(crate) fn take(&self) -> Vec<OutgoingRequest> {
        mem::take(&mut self.requests.lock().expect("no panic"))
    }
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        let mut requests = self.requests.lock().expect("no panic");
        requests.push(request);
        assert!(requests.len() <= MAX_REQUESTS, "unlimited requests");
        let body = self.response.body.clone();
        let body = match self.response.is_broken {
            true => {
                let frames = [Ok(Frame::data(body)), Err(TransportError::new(TransportErrorKind::Io))];
                Body::new(StreamBody::new(stream::iter(frames)))
            }
            false => Body::from(body),
        };
        let mut response = http::Response::new(body);
        *response.status_mut() = self.response.status;
        *response.headers_mut() = self.response.headers.clone();
        Ok(response)
    }
}

/// Time that passes only by sleeping.
#[derive(Debug)]
pub(crate) struct TestClock {
    start: Instant,
    waits: Mutex<Vec<Duration>>,
}

impl TestClock {
    /// Sun, 06 Nov 1994 08:49:37 GMT
    pub(crate) const START: Duration = Duration::from_secs(784_111_777);

    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), waits: Mutex::default() })
    }

    /// Returns the durations of all sleeps.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().expect("no panic").clone()
    }

    fn elapsed(&self) -> Duration {
        self.waits.lock().expect("no panic").iter().sum()
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.start + self.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Self::START + self.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        self.waits.lock().expect("no panic").push(duration);
    }
}
