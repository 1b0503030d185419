//! Scenarios of `parameters`.

mod basic;
mod body_optionality;
mod body_root;
mod collection_format;
mod path;
mod query;
mod spread;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    basic::run(suite).await;
    body_optionality::run(suite).await;
    body_root::run(suite).await;
    collection_format::run(suite).await;
    path::run(suite).await;
    query::run(suite).await;
    spread::run(suite).await;
}
