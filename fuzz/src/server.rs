//! A server that answers everything alike, and a clock that does not wait.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use api_keys::runtime::{
    Body, Bytes, ClientBuilder, Clock, HttpConfig, OutgoingRequest, Transport, TransportError,
    TransportErrorKind,
};
use async_trait::async_trait;

use crate::answer::Answer;

/// No call and no walk over a listing needs more requests than this, when every answer is the same.
const MOST_REQUESTS: usize = 5_000;

/// Gives one answer to every request, and keeps the requests.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) answer: Answer,
    requests: Mutex<Vec<OutgoingRequest>>,
}

impl Server {
    pub(crate) fn new(answer: Answer) -> Arc<Self> {
        Arc::new(Self { answer, requests: Mutex::default() })
    }

    /// Sends all requests of a client here.
    pub(crate) fn builder(self: &Arc<Self>, base_url: &str) -> ClientBuilder {
        api_keys::runtime::Client::builder(base_url).transport(self.clone()).seed(7)
    }

    /// Sends all requests of a provider here.
    pub(crate) fn config(self: &Arc<Self>) -> HttpConfig {
        HttpConfig::new().transport(self.clone())
    }

    /// The requests since the last time.
    pub(crate) fn take(&self) -> Vec<OutgoingRequest> {
        mem::take(&mut self.requests.lock().expect("no call panicked"))
    }
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: OutgoingRequest) -> Result<http::Response<Body>, TransportError> {
        let mut requests = self.requests.lock().expect("no call panicked");
        requests.push(request);
        assert!(requests.len() <= MOST_REQUESTS, "one call sends requests without end");
        let body = match self.answer.broken {
            true => Body::new(Broken(Some(self.answer.body.clone()))),
            false => Body::from(self.answer.body.clone()),
        };
        let mut response = http::Response::new(body);
        *response.status_mut() = self.answer.status;
        *response.headers_mut() = self.answer.headers.clone();
        Ok(response)
    }
}

/// A body after which the connection breaks.
struct Broken(Option<Bytes>);

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(body) => Ok(http_body::Frame::data(body)),
            None => Err(TransportError::new(TransportErrorKind::Io)),
        }))
    }
}

/// Time that passes only by waiting.
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

    /// What was waited for.
    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().expect("no call panicked").clone()
    }

    fn passed(&self) -> Duration {
        self.waits.lock().expect("no call panicked").iter().sum()
    }
}

#[async_trait]
impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.start + self.passed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Self::START + self.passed()
    }

    async fn sleep(&self, duration: Duration) {
        self.waits.lock().expect("no call panicked").push(duration);
    }
}
