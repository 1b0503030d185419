//! A service that issues keys from an SQLite database, and authenticates requests with them.
//!
//! `cargo run -p api-keys-tower --example own_keys` serves on 127.0.0.1:3000:
//!
//! ```sh
//! secret=$(curl -s -X POST localhost:3000/keys)
//! curl -H "X-API-Key: $secret" localhost:3000/hello
//! ```
//!
//! With `DATABASE_URL=postgres://…`, the keys are in PostgreSQL.

use std::sync::Arc;

use api_keys_core::{ApiKeyProvider, NewApiKey};
use api_keys_sql::Sql;
use api_keys_tower::{ApiKeyLayer, Authenticated, Authenticator};
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
    let url = std::env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite:keys.db".to_owned());
    let keys = Sql::connect(url).await?;
    let format = keys.format().clone();
    let authenticator =
        Authenticator::builder(Arc::new(keys)).accepts(move |secret| format.matches(secret)).build()?;
    let service = Router::new()
        .route("/hello", get(async |key: Authenticated| format!("hello {}\n", key.id)))
        .layer(ApiKeyLayer::new(authenticator.clone()))
        .route("/keys", post(create))
        .with_state(authenticator.provider());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, service).await?)
}
