//! What a simulation is about.

mod apply;
mod bulk;
mod edge;
mod rotations;
mod setup;
mod vendors;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::events::Events;
use crate::figures::Figures;
use crate::world::Failure;

/// What a simulation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// Applications that manage keys of a vendor.
    Vendors,
    /// Rotations by processes that die.
    Rotations,
    /// Bulk operations by processes that die.
    Bulk,
    /// Declared keys, applied by processes that die.
    Apply,
    /// A service that verifies keys with a cache, while they are changed.
    Edge,
}

impl Scenario {
    /// All scenarios.
    pub const ALL: &'static [Self] = &[Self::Vendors, Self::Rotations, Self::Bulk, Self::Apply, Self::Edge];

    /// Returns the name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vendors => "vendors",
            Self::Rotations => "rotations",
            Self::Bulk => "bulk",
            Self::Apply => "apply",
            Self::Edge => "edge",
        }
    }

    /// Runs the scenario within a runtime whose clock is paused.
    pub(super) async fn run(self, seed: u64, events: &Arc<Events>) -> Result<Figures, Failure> {
        match self {
            Self::Vendors => vendors::run(seed, events).await,
            Self::Rotations => rotations::run(seed, events).await,
            Self::Bulk => bulk::run(seed, events).await,
            Self::Apply => apply::run(seed, events).await,
            Self::Edge => edge::run(seed, events).await,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let all = Self::ALL.iter().copied();
        all.clone().find(|scenario| scenario.as_str() == name).ok_or_else(|| {
            format!("unknown scenario `{name}`: {}", all.map(Self::as_str).collect::<Vec<_>>().join(", "))
        })
    }
}
