//! One of several instances of a service: keys in PostgreSQL, results and rate limits shared through Redis.
//!
//! ```sh
//! export DATABASE_URL=postgres://localhost/keys REDIS_URL=redis://localhost FLEET_KEY=$(openssl rand -base64 32)
//! PORT=3000 cargo run -p api-keys-tower --example fleet &
//! PORT=3001 cargo run -p api-keys-tower --example fleet &
//! secret=$(curl -s -X POST localhost:3000/keys)
//! curl -H "X-API-Key: $secret" localhost:3001/hello
//! ```

use std::env;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{ApiKeyProvider, NewApiKey, SecretKey};
use api_keys_sql::Sql;
use api_keys_tower::{ApiKeyLayer, Authenticated, Authenticator, Fleet};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};

type Keys = Arc<dyn ApiKeyProvider>;

/// A real service would require a session here.
async fn create(State(keys): State<Keys>) -> Result<String, StatusCode> {
    let issued = keys.create(NewApiKey::new("demo")).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(issued.secret.expose().to_owned())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = Sql::connect(env::var("DATABASE_URL")?).await?;
    let format = keys.format().clone();
    let authenticator = Authenticator::builder(Arc::new(keys))
        .accepts(move |secret| format.matches(secret))
        .rate_limit(NonZeroU32::new(100).ok_or("no requests")?, Duration::from_secs(60))
        .fleet(Fleet::new(env::var("REDIS_URL")?, SecretKey::new(env::var("FLEET_KEY")?)))
        .build()?;
    let service = Router::new()
        .route("/hello", get(async |key: Authenticated| format!("hello {}\n", key.id)))
        .layer(ApiKeyLayer::new(authenticator.clone()))
        .route("/keys", post(create))
        .with_state(authenticator.provider());
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, service).await?)
}
