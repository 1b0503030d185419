//! Five ways to call the same API.

mod by_hand;
mod floor;
mod ours;
mod types;

use clap::ValueEnum;

pub(crate) use by_hand::{ByHand, Middleware};
pub(crate) use floor::Floor;
pub(crate) use ours::{Dyn, Typed};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    ByHand,
    Floor,
    Typed,
    Dyn,
    Middleware,
}

impl Kind {
    /// All, the one that the others are measured against first.
    pub(crate) const ALL: [Self; 5] = [Self::ByHand, Self::Floor, Self::Typed, Self::Dyn, Self::Middleware];

    /// What the table calls it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::ByHand => "bare reqwest",
            Self::Floor => "hyper-util",
            Self::Typed => "ours, typed",
            Self::Dyn => "ours, `dyn`",
            Self::Middleware => "reqwest-middleware + retry",
        }
    }
}

/// A client of the API. What a call returns is only there so that it cannot be left out.
pub(crate) trait Contestant: Send + Sync + 'static {
    /// A client, ready for TLS.
    fn new(base_url: &str) -> Self;

    /// Five clients that share connections and TLS, as for five vendors.
    fn five(base_url: &str) -> [Self; 5]
    where
        Self: Sized;

    /// Reads one key.
    fn get(&self) -> impl Future<Output = usize> + Send;

    /// Makes a key.
    fn create(&self) -> impl Future<Output = usize> + Send;

    /// Reads a page of keys.
    fn list(&self) -> impl Future<Output = usize> + Send;
}
