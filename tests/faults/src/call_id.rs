//! Ids of calls.

use std::fmt;
use std::str::FromStr;

tokio::task_local! {
    static CURRENT: CallId;
}

/// One call of a provider's method, across all requests that it sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CallId(pub u64);

impl CallId {
    /// Requests that belong to no call.
    pub const NONE: Self = Self(u64::MAX);

    /// Creates the id of a call by worker and number.
    pub fn new(worker: u32, number: u32) -> Self {
        Self(u64::from(worker) << 32 | u64::from(number))
    }

    /// Returns the number of the call among those of its worker.
    pub fn number(self) -> u32 {
        self.0 as u32
    }

    /// Runs a future whose requests belong to this call.
    pub async fn within<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// Returns the call of the current task.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(|call| *call).unwrap_or(Self::NONE)
    }

    /// Returns a key name that identifies the call.
    pub fn key_name(self) -> String {
        format!("call-{self}")
    }

    /// Returns the call that created a key.
    pub fn of_key(name: &str) -> Option<Self> {
        name.strip_prefix("call-")?.parse().ok()
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0 >> 32, self.number())
    }
}

impl FromStr for CallId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (worker, number) = text.split_once('-').unwrap_or((text, ""));
        Ok(Self::new(worker.parse()?, number.parse()?))
    }
}
