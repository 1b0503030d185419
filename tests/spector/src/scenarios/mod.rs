//! The scenarios: a folder for each area, and a file for each specification.

mod authentication;
mod documentation;
mod encode;
mod parameters;
mod payload;
mod response;
mod routes;
mod serialization;
mod server;
mod special_headers;
mod special_words;
mod streaming;
mod types;
mod versioning;

use crate::suite::Suite;

pub(crate) async fn run(suite: &mut Suite) {
    authentication::run(suite).await;
    documentation::run(suite).await;
    encode::run(suite).await;
    parameters::run(suite).await;
    payload::run(suite).await;
    response::run(suite).await;
    routes::run(suite).await;
    serialization::run(suite).await;
    server::run(suite).await;
    special_headers::run(suite).await;
    special_words::run(suite).await;
    streaming::run(suite).await;
    types::run(suite).await;
    versioning::run(suite).await;
}
