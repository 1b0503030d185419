//! Scenarios of `authentication`.

mod api_key;
mod http;
mod noauth;
mod oauth2;
mod union;

use crate::suite::Suite;

/// The access token that the scenarios send.
const TOKEN: &str = "https://security.microsoft.com/.default";

pub(super) async fn run(suite: &mut Suite) {
    api_key::run(suite).await;
    http::run(suite).await;
    noauth::run(suite).await;
    oauth2::run(suite).await;
    union::run(suite).await;
}
