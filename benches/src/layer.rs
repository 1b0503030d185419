//! Authentication of requests to an axum service, compared with a static bearer token of tower-http.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api_keys::memory::Memory;
use api_keys::{ApiKeyProvider as _, NewApiKey};
use api_keys_tower::{ApiKeyLayer, Authenticator};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use tower::ServiceExt as _;
use tower_http::validate_request::ValidateRequestHeaderLayer;

use crate::alloc;

const ROUNDS: usize = 15;
const CALLS: usize = 20_000;

/// Measures both services in alternation, and returns a Markdown table.
pub(crate) fn markdown() -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let keys = Memory::new();
        let secret = keys.create(NewApiKey::new("bench")).await.expect("a key").secret;
        let authenticator =
            Authenticator::builder(Arc::new(keys)).valid_for(Duration::from_secs(3600)).build();
        let layer = ApiKeyLayer::new(authenticator.expect("built"));
        let router = || Router::new().route("/", get(async || "ok"));
        #[expect(deprecated, reason = "the simplest comparison; a real service needs more")]
        let bearer = ValidateRequestHeaderLayer::bearer(secret.expose());
        let services = [router(), router().layer(bearer), router().layer(layer)];
        let mut times = [const { Vec::new() }; 3];
        let mut allocations = [0; 3];
        for _ in 0..ROUNDS {
            for (index, service) in services.iter().enumerate() {
                let start = Instant::now();
                for _ in 0..CALLS {
                    call(service, secret.expose()).await;
                }
                times[index].push(start.elapsed() / u32::try_from(CALLS).expect("a number"));
            }
        }
        for (index, service) in services.iter().enumerate() {
            let before = alloc::total();
            for _ in 0..CALLS {
                call(service, secret.expose()).await;
            }
            allocations[index] = (alloc::total() - before) / CALLS;
        }
        let medians = times.map(|mut times| {
            times.sort_unstable();
            times[ROUNDS / 2]
        });
        let ratio = |index: usize| medians[index].as_secs_f64() / medians[1].as_secs_f64();
        format!(
            "| | no authentication | static bearer token | API keys, cached |\n|---|---:|---:|---:|\n\
             | time of a request | {:.2} | {:.0?} | {:.2} |\n| allocations of a request | {} | {} | {} |\n",
            ratio(0),
            medians[1],
            ratio(2),
            allocations[0],
            allocations[1],
            allocations[2]
        )
    })
}

async fn call(service: &Router, secret: &str) {
    let request = Request::get("/").header("authorization", format!("Bearer {secret}")).body(Body::empty());
    let response = service.clone().oneshot(request.expect("a request")).await.expect("a response");
    assert_eq!(response.status(), 200);
}
