//! What can go wrong on the way, and when it does.

use std::time::Duration;

use api_keys_runtime::OperationClass;

use crate::CallId;

/// One thing that a network, a gateway or a server does to one request.
///
/// [`Fault::reaches_server`] tells those apart after which the server has acted. A client cannot see the difference,
/// which is what makes them hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset before a byte of the request went on.
    ResetBefore,
    /// Nothing is ever answered, and the request goes nowhere.
    StallBefore,
    /// The request reaches the server only when its client has long given up.
    Late,
    /// A gateway answers with an error in the server's place.
    RefusedBefore(Status),
    /// A redirect to another origin.
    Redirect(u16),
    /// A page of a web application, as if all were well: the base URL is wrong.
    WebPage,
    /// The connection is reset when the server has answered.
    ResetAfter,
    /// The server has answered, but the answer never comes.
    StallAfter,
    /// The server's answer is replaced by an error of a gateway.
    RefusedAfter(Status),
    /// The connection is reset within the answer.
    ResetWithin,
    /// The answer stops coming.
    StallWithin,
    /// The connection is closed in good order within the answer.
    Truncated,
    /// The answer comes in small pieces, in time.
    Trickle,
    /// The answer comes in pieces so small and slow that the time is over.
    SlowTrickle,
    /// The answer is not HTTP.
    NotHttp,
    /// The answer's body is noise.
    Garbage,
    /// The length is said to be less than it is.
    ShortLength,
    /// The length is said to be more than it is, and the connection is closed.
    LongLength,
    /// The length is said to be a terabyte.
    HugeLength,
    /// The answer comes in odd chunks.
    Chunked,
    /// The answer ends with the connection.
    Unframed,
    /// A second answer that nobody asked for follows the first.
    Surplus,
    /// The answer is good, but the connection it came on is reset at once.
    ResetIdle,
    /// The body is compressed, a thousandfold, though nobody asked for it.
    Bomb,
    /// The body of a success never ends.
    Endless,
    /// The body of an error never ends.
    EndlessError,
    /// The server did less than it was asked, and its answer says so.
    Dishonoured,
    /// The answer names the key `..`, which cannot be an id.
    BadId,
}

/// An error of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The status.
    pub code: u16,
    /// When to come back.
    pub retry_after: RetryAfter,
    /// A page for people, or else JSON that quotes the request.
    pub html: bool,
}

/// What a gateway says about when to come back.
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
    /// A fault for an operation of this class.
    ///
    /// A 429 says that the request was rejected before any work, and a redirect that it must be sent elsewhere: both
    /// are told only when that is so. A server that acts and then says 429 leaves its client no way to know. Only
    /// reading cannot be harmed by it.
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

    /// Whether the request reaches the server, sooner or later.
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

    /// How many names there are.
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

/// Which fault each attempt of each call meets. It depends on nothing else, so a run can be repeated.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// All is well.
    Calm,
    /// This many of a hundred attempts meet a fault that follows from the seed, and from time to time no connection
    /// can be made.
    Seeded {
        /// The seed.
        seed: u64,
        /// How many of a hundred.
        rate: u8,
    },
    /// Each attempt of the call of a number meets the fault of that number.
    Listed(Vec<Fault>),
}

impl Schedule {
    /// What an attempt meets.
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

    /// How many connections to take before the next outage, and how long that is.
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
