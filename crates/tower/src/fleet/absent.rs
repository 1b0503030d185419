//! Without the feature `redis`, instances do not share anything.

use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{KeyId, Result, SecretKey};

use crate::cache::Outcome;
use crate::changes::{Changes, Group};
use crate::rate_limit::RateLimit;

/// Does not exist.
pub(crate) enum Fleet {}

impl Fleet {
    pub(crate) fn start(self, _: &'static str, _: Arc<Changes>) -> Result<Tier> {
        match self {}
    }
}

/// Does not exist.
pub(crate) enum Tier {}

impl Tier {
    pub(crate) async fn get_or(
        &self,
        _: &SecretKey,
        _: Duration,
        _: impl Future<Output = Result<(Outcome, Duration)>>,
    ) -> Result<(Outcome, Duration)> {
        match *self {}
    }

    pub(crate) async fn limit(&self, _: &KeyId, _: &RateLimit) -> Option<std::result::Result<(), Duration>> {
        match *self {}
    }

    pub(crate) fn record(&self, _: Group) {
        match *self {}
    }

    pub(crate) async fn publish(&self) {
        match *self {}
    }
}
