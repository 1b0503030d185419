//! Scenarios of `server`.

mod endpoint;
mod path;
mod versions;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    endpoint::run(suite).await;
    path::run(suite).await;
    versions::run(suite).await;
}
