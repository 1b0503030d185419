//! Scenarios of `authentication/http`.

mod custom;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    custom::run(suite).await;
}
