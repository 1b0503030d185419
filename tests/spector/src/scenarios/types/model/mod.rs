//! Scenarios of `type/model`.

mod empty;
mod inheritance;
mod usage;
mod visibility;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    empty::run(suite).await;
    inheritance::run(suite).await;
    usage::run(suite).await;
    visibility::run(suite).await;
}
