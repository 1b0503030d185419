//! Scenarios of `special-headers`.

mod conditional_request;
mod repeatability;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    conditional_request::run(suite).await;
    repeatability::run(suite).await;
}
