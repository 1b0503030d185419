//! Faults, and their schedule.

use std::time::Duration;

use api_keys_runtime::OperationClass;

use crate::call_id::CallId;

/// A fault of a network, a gateway or a server for one request.
///
/// [`Fault::reaches_server`] selects those after which the server has acted. A client cannot distinguish them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset before a byte of the request went on.
    ResetBefore,
    /// The request is not forwarded, and there is no response.
    StallBefore,
    /// The request reaches the server only when its client has long given up.
    Late,
    /// A gateway responds with an error instead of the server.
    RefusedBefore(Status),
    /// A redirect to another origin.
    Redirect(u16),
    /// A page of a web application, as if all were well: the base URL is wrong.
    WebPage,
    /// The connection is reset after the server has responded.
    ResetAfter,
    /// The server has responded, but the response does not arrive.
    StallAfter,
    /// The server's response is replaced by an error of a gateway.
    RefusedAfter(Status),
    /// The connection is reset within the response.
    ResetWithin,
    /// The response stalls.
    StallWithin,
    /// The connection is closed properly within the response.
    Truncated,
    /// The response arrives in small parts, in time.
    Trickle,
    /// The response arrives in parts so slowly that it times out.
    SlowTrickle,
    /// The response is not HTTP.
    NotHttp,
    /// The body of the response is noise.
    Garbage,
    /// The announced length is too small.
    ShortLength,
    /// The announced length is too large, and the connection is closed.
    LongLength,
    /// The announced length is a terabyte.
    HugeLength,
    /// The response arrives in irregular chunks.
    Chunked,
    /// The response ends with the connection.
    Unframed,
    /// An unsolicited second response follows the first.
    Surplus,
    /// The response is valid, but its connection is reset immediately.
    ResetIdle,
    /// The body is compressed by a factor of a thousand, although the client does not accept compression.
    Bomb,
    /// The body of a success never ends.
    Endless,
    /// The body of an error never ends.
    EndlessError,
    /// The server ignored a part of the request, as its response shows.
    Dishonoured,
    /// The response contains the key `..`, which is not a valid id.
    BadId,
}

/// An error of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The status.
    pub code: u16,
    /// The delay that a response requests.
    pub retry_after: RetryAfter,
    /// A page for people, or else JSON that quotes the request.
    pub html: bool,
}

/// Returns the delay that a gateway requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Nothing.
    Absent,
    /// At once.
    Zero,
    /// In a second, which is over every deadline here.
    Second,
    /// At a time that is near.
    Date,
    /// At a time that has passed.
    Past,
    /// In a few hundred million years.
    Absurd,
    /// Before now.
    Negative,
    /// Something else.
    Nonsense,
}

const REFUSALS: [u16; 6] = [408, 429, 500, 502, 503, 504];

impl Fault {
    /// Selects a fault for an operation of a class.
    ///
    /// A 429 means that the request was rejected before processing, and a redirect that it must be sent to another address: both
    /// are injected only if that is true. A server that acts and then responds with 429 is indistinguishable for its client. Only
    /// safe operations are unaffected.
    fn random(rng: &mut fastrand::Rng, class: OperationClass) -> Self {
        // What costs a client all its time is rarer, so that the tests do not spend theirs on waiting.
        match rng.u8(..50) {
            0..=1 => Self::ResetBefore,
            2 => Self::StallBefore,
            3 => Self::Late,
            4..=9 => Self::RefusedBefore(Status::random(rng, &REFUSALS)),
            10 => Self::Redirect(307),
            11 => Self::Redirect(302),
            12..=13 => Self::WebPage,
            14..=15 => Self::ResetAfter,
            16 => Self::StallAfter,
            17..=20 if class == OperationClass::Safe => Self::RefusedAfter(Status::random(rng, &REFUSALS)),
            17..=20 => Self::RefusedAfter(Status::random(rng, &[408, 500, 502, 503, 504])),
            21..=22 => Self::ResetWithin,
            23 => Self::StallWithin,
            24..=25 => Self::Truncated,
            26..=27 => Self::Trickle,
            28 => Self::SlowTrickle,
            29..=30 => Self::NotHttp,
            31..=32 => Self::Garbage,
            33..=34 => Self::ShortLength,
            35..=36 => Self::LongLength,
            37 => Self::HugeLength,
            38..=39 => Self::Chunked,
            40..=41 => Self::Unframed,
            42 => Self::Surplus,
            43 => Self::ResetIdle,
            44 => Self::Bomb,
            45 => Self::Endless,
            46 => Self::EndlessError,
            47..=48 => Self::Dishonoured,
            _ => Self::BadId,
        }
    }

    /// Returns whether the request reaches the server eventually.
    pub fn reaches_server(self) -> bool {
        !matches!(
            self,
            Self::ResetBefore
                | Self::StallBefore
                | Self::RefusedBefore(_)
                | Self::Redirect(_)
                | Self::WebPage
        )
    }

    /// Its name, without the particulars.
    pub fn name(self) -> String {
        format!("{self:?}").split('(').next().unwrap_or_default().to_owned()
    }

    /// The number of names.
    pub const KINDS: usize = 28;
}

impl Status {
    fn random(rng: &mut fastrand::Rng, codes: &[u16]) -> Self {
        use RetryAfter as R;
        let absent = [R::Absent; 3].into_iter();
        let waits = absent.chain([R::Zero, R::Second, R::Date, R::Past, R::Absurd, R::Negative, R::Nonsense]);
        Self {
            code: codes[rng.usize(..codes.len())],
            retry_after: waits.collect::<Vec<_>>()[rng.usize(..10)],
            html: rng.bool(),
        }
    }
}

/// The fault of each attempt of each call. It depends on nothing else, so runs are reproducible.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// All is well.
    Calm,
    /// This many of a hundred attempts meet a fault that follows from the seed, and from time to time no connection
    /// can be made.
    Seeded {
        /// The seed.
        seed: u64,
        /// The percentage.
        rate: u8,
    },
    /// Each attempt of the call of a number meets the fault of that number.
    Listed(Vec<Fault>),
}

impl Schedule {
    /// Returns the fault of an attempt.
    pub fn fault(&self, call: CallId, attempt: u32, class: OperationClass) -> Option<Fault> {
        match self {
            Self::Calm => None,
            Self::Seeded { seed, rate } => {
                let mut rng = mixed(*seed, &[call.0, u64::from(attempt)]);
                (rng.u8(..100) < *rate).then(|| Fault::random(&mut rng, class))
            }
            Self::Listed(faults) => faults.get(call.number() as usize).copied(),
        }
    }

    fn seed(&self) -> u64 {
        match self {
            Self::Seeded { seed, .. } => *seed,
            Self::Calm | Self::Listed(_) => 0,
        }
    }

    /// Generates what else is random about an attempt.
    pub(crate) fn rng(&self, call: CallId, attempt: u32) -> fastrand::Rng {
        mixed(self.seed(), &[call.0, u64::from(attempt), 1])
    }

    /// Returns the number of connections before the next outage, and its duration.
    pub(crate) fn outage(&self, number: u64) -> Option<(u64, Duration)> {
        let Self::Seeded { seed, .. } = self else { return None };
        let mut rng = mixed(*seed, &[number, 2, 2]);
        Some((rng.u64(30..90), Duration::from_millis(rng.u64(2..20))))
    }
}

/// A generator for one purpose.
pub fn mixed(seed: u64, parts: &[u64]) -> fastrand::Rng {
    parts.iter().fold(fastrand::Rng::with_seed(seed), |mut rng, part| {
        fastrand::Rng::with_seed(rng.u64(..) ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    })
}
