//! Scenarios of `encode`.

mod array;
mod boolean;
mod bytes;
mod datetime;
mod duration;
mod numeric;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    array::run(suite).await;
    boolean::run(suite).await;
    bytes::run(suite).await;
    datetime::run(suite).await;
    duration::run(suite).await;
    numeric::run(suite).await;
}
