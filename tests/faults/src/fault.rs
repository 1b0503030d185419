//! Faults, and their schedule.

use api_keys_runtime::OperationClass;

use crate::call_id::CallId;

/// A fault of a network, a gateway or a server for one request.
///
/// [`Fault::reaches_server`] selects those after which the server has acted. A client cannot distinguish them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset before a byte of the request is forwarded.
    ResetBefore,
    /// The request is not forwarded, and there is no response.
    StallBefore,
    /// The request reaches the server long after its client has given up.
    Late,
    /// A gateway responds with an error instead of the server.
    RefusedBefore(Status),
    /// A redirect to another origin.
    Redirect(u16),
    /// A web page with a success status, as for a wrong base URL.
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
    FieldDropped,
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
    /// If true, a web page; otherwise JSON that echoes the request.
    pub html: bool,
}

/// Returns the delay that a gateway requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// None.
    Absent,
    /// Immediately.
    Zero,
    /// One second, beyond every deadline of the tests.
    Second,
    /// A date in the near future.
    Date,
    /// A date in the past.
    Past,
    /// A few hundred million years.
    Absurd,
    /// A negative number.
    Negative,
    /// An invalid value.
    Nonsense,
}

const REJECTIONS: [u16; 6] = [408, 429, 500, 502, 503, 504];

impl Fault {
    /// Selects a fault for an operation of a class.
    ///
    /// A 429 means that the request was rejected before processing, and a redirect that it must be sent to another
    /// address: both are injected only if that is true. A server that acts and then responds with 429 is
    /// indistinguishable for its client. Only safe operations are unaffected.
    fn random(rng: &mut fastrand::Rng, class: OperationClass) -> Self {
        // Faults that cause timeouts are rarer, because they slow down the tests.
        match rng.u8(..50) {
            0..=1 => Self::ResetBefore,
            2 => Self::StallBefore,
            3 => Self::Late,
            4..=9 => Self::RefusedBefore(Status::random(rng, &REJECTIONS)),
            10 => Self::Redirect(307),
            11 => Self::Redirect(302),
            12..=13 => Self::WebPage,
            14..=15 => Self::ResetAfter,
            16 => Self::StallAfter,
            17..=20 if class == OperationClass::Safe => Self::RefusedAfter(Status::random(rng, &REJECTIONS)),
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
            47..=48 => Self::FieldDropped,
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

    /// Returns the name, without details.
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
    /// No faults.
    Calm,
    /// A percentage of the attempts has a fault, determined by the seed, and connecting fails at intervals.
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
}

/// A generator for one purpose.
pub fn mixed(seed: u64, parts: &[u64]) -> fastrand::Rng {
    parts.iter().fold(fastrand::Rng::with_seed(seed), |mut rng, part| {
        fastrand::Rng::with_seed(rng.u64(..) ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    })
}
