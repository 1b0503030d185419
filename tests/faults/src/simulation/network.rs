//! A simulated network between the clients and the server.

use std::collections::HashMap;
use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use api_keys_runtime::{
    Body, Bytes, OperationClass, OutgoingRequest, RequestBody, Transport, TransportError, TransportErrorKind,
};
use async_trait::async_trait;
use http::header::{HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::body::{End, broken, endless, pieces};
use super::events::{Events, Purpose};
use super::server::Server;
use crate::call_id::CallId;
use crate::fault::{Fault, Schedule};
use crate::message::{Head, RawResponse, Request};
use crate::record::Record;
use crate::world::World;
use crate::{rescue, responses};

/// A transport whose requests reach the server over a simulated network.
#[derive(Clone)]
pub(super) struct Network(Arc<Shared>);

struct Shared {
    world: Arc<World>,
    events: Arc<Events>,
    server: Server,
    schedule: Schedule,
    /// The share of slow messages, out of 40.
    slow: u8,
    /// The secret that gateways put into cookies and redirects.
    session: String,
    /// The time before which a call must not send another request.
    not_before: Mutex<HashMap<CallId, Instant>>,
}

/// One request of a call.
#[derive(Clone, Copy)]
struct Passage {
    call: CallId,
    /// The number of the request within the call.
    number: u64,
    class: OperationClass,
    creates: bool,
}

type Delivery = JoinHandle<Option<Response<Bytes>>>;

impl Network {
    pub(super) fn new(world: Arc<World>, events: Arc<Events>, server: Server, schedule: Schedule) -> Self {
        let session = format!("session-{}", (0..32).map(|_| fastrand::alphanumeric()).collect::<String>());
        Record::get().secret(&session);
        let slow = [1, 1, 20][events.rng(Purpose::Latency, &[]).usize(..3)];
        Self(Arc::new(Shared {
            world,
            events,
            server,
            schedule,
            slow,
            session,
            not_before: Mutex::default(),
        }))
    }

    /// Sets whether nothing goes wrong.
    pub(super) fn set_calm(&self, calm: bool) {
        self.0.server.set_calm(calm);
    }

    /// From now on, acknowledged writes are never lost, no request is delivered twice, and what is read is true.
    pub(super) fn be_honest(&self) {
        self.0.server.be_honest();
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network(..)")
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: OutgoingRequest) -> Result<Response<Body>, TransportError> {
        let context = request.context;
        let counts = &self.0.world.counts;
        let call = CallId::current();
        counts.sending(call, context);
        let passage = Passage {
            call,
            number: counts.sent(call).attempts.into(),
            class: context.operation.class,
            creates: context.operation.id.to_ascii_lowercase().contains("create"),
        };
        let response = self.0.exchange(passage, request).await?;
        Ok(counts.reading(context, response))
    }
}

impl Shared {
    async fn exchange(
        self: &Arc<Self>,
        passage: Passage,
        request: OutgoingRequest,
    ) -> Result<Response<Body>, TransportError> {
        self.check_wait(passage);
        let subject = [passage.call.0, passage.number];
        let mut rng = self.events.rng(Purpose::Latency, &subject);
        let calm = self.server.is_calm();
        sleep(self.latency(&mut rng)).await;
        let refused = || format!("ConnectRefused {passage}");
        if self.server.is_down() || !calm && self.events.occurs(Purpose::Refused, &subject, 2.0, refused) {
            return Err(TransportError::new(TransportErrorKind::Connect));
        }
        let fault = match calm {
            true => None,
            false => self.fault(passage),
        };
        let Some(fault) = fault else {
            let response = self.deliver(passage, &request, Duration::ZERO).await?;
            sleep(self.latency(&mut rng)).await;
            let size = [usize::MAX, 1 + rng.usize(..200)][usize::from(rng.u8(..4) == 0)];
            return Ok(response.map(|body| match size {
                usize::MAX => body.into(),
                size => pieces(body, size, Duration::ZERO, End::Complete),
            }));
        };
        let response = match fault.reaches_server() {
            false => self.instead_of_server(passage, fault, &request).await?,
            true => self.after_server(passage, fault, &request, &mut rng).await?,
        };
        self.remember_wait(passage, response.status(), response.headers());
        Ok(response)
    }

    fn fault(&self, passage: Passage) -> Option<Fault> {
        let fault = self.schedule.fault(passage.call, passage.number as u32, passage.class)?;
        if fault == Fault::FieldDropped && passage.class == OperationClass::Safe && !self.server.lies() {
            return None;
        }
        let id = self.schedule.rng(passage.call, passage.number as u32).u64(..);
        self.events.record(id, format!("{fault:?} {passage}")).then_some(fault)
    }

    /// Delivers a request to the server, independently of the client. A client that gives up may take it back.
    async fn deliver(
        self: &Arc<Self>,
        passage: Passage,
        request: &OutgoingRequest,
        delay: Duration,
    ) -> Result<Response<Bytes>, TransportError> {
        let subject = [passage.call.0, passage.number];
        let mut rng = self.events.rng(Purpose::Latency, &[passage.call.0, passage.number, 1]);
        let original = self.delivery(passage, request, delay, self.latency(&mut rng), false);
        let repeatable = passage.creates || passage.class != OperationClass::Unsafe;
        if repeatable
            && self.server.lies()
            && !self.server.is_calm()
            && self.events.occurs(Purpose::Duplicate, &subject, 1.0, || format!("Duplicate {passage}"))
        {
            let delay = delay + Duration::from_millis(rng.u64(1..5000));
            self.world.arrivals.duplicating(passage.call);
            drop(self.delivery(passage, request, delay, Duration::ZERO, true));
        }
        let mut original = Abandonable { network: self, passage, delivery: Some(original) };
        let response = match &mut original.delivery {
            // It fails only by a panic, which has been reported.
            Some(delivery) => delivery.await.ok().flatten(),
            None => None,
        };
        original.delivery = None;
        response.ok_or_else(broken)
    }

    fn delivery(
        self: &Arc<Self>,
        passage: Passage,
        request: &OutgoingRequest,
        delay: Duration,
        time: Duration,
        duplicate: bool,
    ) -> Delivery {
        let shared = Arc::clone(self);
        let request = to_server(request);
        tokio::spawn(async move {
            let arrivals = &shared.world.arrivals;
            let _in_flight = arrivals.came(passage.call, duplicate);
            sleep(delay).await;
            if shared.server.is_down() {
                return None;
            }
            if !duplicate {
                arrivals.forwarding(passage.call);
            }
            // The effect precedes the end of the response, with which the task may be aborted.
            let arrived = shared.server.handle(request, time, |response| {
                if response.status().is_success() && !duplicate {
                    arrivals.acted(passage.call);
                }
                if let Some(secret) = rescue::secret(response.body()) {
                    Record::get().secret(&secret);
                }
            });
            let mut response = arrived.await?;
            for (name, value) in [
                ("set-auth-token", shared.session.clone()),
                ("set-cookie", format!("session={}", shared.session)),
            ] {
                if let Ok(value) = HeaderValue::try_from(value) {
                    response.headers_mut().insert(HeaderName::from_static(name), value);
                }
            }
            Some(response)
        })
    }

    async fn instead_of_server(
        &self,
        passage: Passage,
        fault: Fault,
        request: &OutgoingRequest,
    ) -> Result<Response<Body>, TransportError> {
        drop(self.world.arrivals.came(passage.call, false));
        let response = match fault {
            Fault::StallBefore => pending().await,
            Fault::RefusedBefore(status) => responses::rejection(status, &raw(request), &self.session),
            Fault::Redirect(code) => RawResponse::new(&format!("{code} Moved"), "")
                .header("location", format!("http://192.0.2.1/?token={}", self.session)),
            Fault::WebPage => responses::page("200 OK", "<div id=app></div>"),
            _ => return Err(broken()),
        };
        Ok(from_raw(response).map(Body::from))
    }

    async fn after_server(
        self: &Arc<Self>,
        passage: Passage,
        fault: Fault,
        request: &OutgoingRequest,
        rng: &mut fastrand::Rng,
    ) -> Result<Response<Body>, TransportError> {
        const NO_PAUSE: Duration = Duration::ZERO;
        let delay = match fault {
            Fault::Late => self.world.limits.attempt.mul_f64(1.5),
            _ => Duration::ZERO,
        };
        let response = self.deliver(passage, request, delay).await?;
        sleep(self.latency(rng)).await;
        if let Fault::LongLength | Fault::FieldDropped | Fault::BadId = fault
            && rescue::secret(response.body()).is_some()
        {
            self.world.arrivals.whole(passage.call);
        }
        let length = response.body().len();
        // The head of a response has about 200 bytes.
        let within = rng.usize(..length + 200);
        let part =
            |end| move |body: Bytes| pieces(body.slice(..within.saturating_sub(200)), 64, NO_PAUSE, end);
        Ok(match fault {
            Fault::Late | Fault::StallAfter => pending().await,
            Fault::StallWithin if within < 200 => pending().await,
            Fault::ResetAfter | Fault::NotHttp => return Err(broken()),
            Fault::ResetWithin | Fault::Truncated if within < 200 => return Err(broken()),
            Fault::ResetWithin | Fault::Truncated => response.map(part(End::Broken)),
            Fault::StallWithin => response.map(part(End::Stalled)),
            Fault::RefusedAfter(status) => {
                from_raw(responses::rejection(status, &raw(request), &self.session)).map(Body::from)
            }
            Fault::Trickle => {
                response.map(|body| pieces(body, 1 + length / 8, Duration::from_millis(1), End::Complete))
            }
            Fault::SlowTrickle => {
                response.map(|body| pieces(body, 1, self.world.limits.attempt / 20, End::Complete))
            }
            Fault::Garbage => response.map(|body| {
                let noise: Vec<u8> = body.iter().map(|byte| byte ^ rng.u8(1..)).collect();
                noise.into()
            }),
            Fault::ShortLength => {
                let short = rng.usize(..length.max(1));
                response.map(|body| body.slice(..short.min(length)).into())
            }
            Fault::LongLength => response.map(|body| pieces(body, usize::MAX, NO_PAUSE, End::Broken)),
            Fault::HugeLength => {
                let mut response = response.map(|body| pieces(body, usize::MAX, NO_PAUSE, End::Stalled));
                response.headers_mut().insert(http::header::CONTENT_LENGTH, (1_u64 << 40).into());
                response
            }
            Fault::Chunked => {
                let size = rng.usize(1..20);
                response.map(|body| pieces(body, size, NO_PAUSE, End::Complete))
            }
            Fault::Unframed | Fault::Surplus | Fault::ResetIdle => response.map(Body::from),
            Fault::Bomb => from_raw(responses::bomb()).map(Body::from),
            Fault::Endless => response.map(|_| endless()),
            Fault::EndlessError => {
                let mut response = response.map(|_| endless());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                response
            }
            Fault::FieldDropped => edited(response, responses::field_dropped),
            Fault::BadId => edited(response, responses::bad_id),
            Fault::ResetBefore
            | Fault::StallBefore
            | Fault::RefusedBefore(_)
            | Fault::Redirect(_)
            | Fault::WebPage => unreachable!("{fault:?} does not reach the server"),
        })
    }

    /// Most messages are fast, some are not: later ones overtake them.
    fn latency(&self, rng: &mut fastrand::Rng) -> Duration {
        match rng.u8(..40) < self.slow && !self.server.is_calm() {
            true => Duration::from_millis(rng.u64(..1500)),
            false => Duration::from_millis(rng.u64(..20)),
        }
    }

    /// Remembers the time that a rejection asks for.
    fn remember_wait(&self, passage: Passage, status: StatusCode, headers: &HeaderMap) {
        if status.is_success() {
            return;
        }
        let wait = headers.get(RETRY_AFTER).and_then(|value| {
            let value = value.to_str().ok()?;
            match value.parse::<u64>() {
                Ok(seconds) => Some(Duration::from_secs(seconds)),
                Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).ok(),
            }
        });
        if let Some(until) = wait.and_then(|wait| Instant::now().checked_add(wait)) {
            self.not_before.lock().unwrap_or_else(PoisonError::into_inner).insert(passage.call, until);
        }
    }

    /// Checks that a request is not sent before the time that the last rejection of its call asked for.
    fn check_wait(&self, passage: Passage) {
        let until = self.not_before.lock().unwrap_or_else(PoisonError::into_inner).remove(&passage.call);
        let early = until.map_or(Duration::ZERO, |until| until.duration_since(Instant::now()));
        self.world
            .ledger
            .check(early.is_zero(), || format!("{passage} was sent {early:?} before Retry-After"));
    }
}

/// A request that its client may take back.
struct Abandonable<'a> {
    network: &'a Shared,
    passage: Passage,
    delivery: Option<Delivery>,
}

impl Drop for Abandonable<'_> {
    fn drop(&mut self) {
        let Some(delivery) = &self.delivery else { return };
        let Passage { call, number, .. } = self.passage;
        let name = || format!("Abandoned {}", self.passage);
        if !self.network.server.is_calm()
            && self.network.events.occurs(Purpose::Abandoned, &[call.0, number], 50.0, name)
        {
            delivery.abort();
        }
    }
}

fn to_server(request: &OutgoingRequest) -> http::Request<Bytes> {
    let body = match &request.body {
        Some(RequestBody::Whole(bytes)) => bytes.clone(),
        _ => Bytes::new(),
    };
    let mut sent = http::Request::new(body);
    *sent.method_mut() = request.method.clone();
    let target = request.uri.path_and_query().cloned();
    *sent.uri_mut() = target.map(Uri::from).unwrap_or_default();
    *sent.headers_mut() = request.headers.clone();
    sent
}

/// Returns a request as gateways see it.
fn raw(request: &OutgoingRequest) -> Request {
    let sent = to_server(request);
    let headers = sent
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let start = format!("{} {} HTTP/1.1", sent.method(), sent.uri());
    Request { head: Head { start, headers: headers.collect() }, body: sent.body().to_vec() }
}

fn from_raw(raw: RawResponse) -> Response<Bytes> {
    let mut response = Response::new(raw.body.into());
    let status = raw.status.split(' ').next().and_then(|code| code.parse().ok());
    *response.status_mut() = status.unwrap_or_default();
    for (name, value) in raw.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// Edits the body of a response.
fn edited(response: Response<Bytes>, edit: fn(RawResponse) -> RawResponse) -> Response<Body> {
    response.map(|body| Bytes::from(edit(RawResponse::new("200 OK", body)).body).into())
}

impl fmt::Display for Passage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "of request {} of call {}", self.number, self.call)
    }
}
