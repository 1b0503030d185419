//! The scripts that Redis runs.
//!
//! A hash contains the number of the last change to each group of keys, as [`Changes`](crate::changes::Changes) does for one
//! process. Numbers are those of the server's clock in microseconds where that is ahead, so that they also increase when
//! the server loses data.

use redis::Script;

/// The scripts. Each takes one round trip.
pub(super) struct Scripts {
    pub(super) get: Script,
    pub(super) put: Script,
    pub(super) change: Script,
    pub(super) limit: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            get: Script::new(include_str!("get.lua")),
            put: Script::new(include_str!("put.lua")),
            change: Script::new(include_str!("change.lua")),
            limit: Script::new(include_str!("limit.lua")),
        }
    }
}
