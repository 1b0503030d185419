//! A web service that issues API keys to its users and verifies them.
//!
//! `cargo run -p api-keys --example axum_service` starts the service with an emulator of Clerk, sends the requests of
//! two users, and exits. With `LISTEN` set to an address such as `127.0.0.1:8080`, it serves until Ctrl-C, with the
//! vendor that `API_KEYS_VENDOR`, `API_KEYS_TOKEN` and so on configure, if they are set.
//!
//! | | |
//! |---|---|
//! | `POST /keys` `{"name": "runner", "days": 30}` | creates a key and returns its id and secret |
//! | `GET /keys` | lists the user's keys |
//! | `DELETE /keys/{id}` | revokes one of the user's keys |
//! | `GET /hello` | requires a key in `Authorization: Bearer <secret>` |
//!
//! The header `x-user` identifies the user, in place of a session. It contains an owner of the vendor, such as the id
//! of a user at Clerk.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use api_keys::clerk::ClerkConfig;
use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Effect, Error, ErrorKind, Field, IssuedKey, KeyId,
    ListQuery, NewApiKey, Operation, ProviderConfig, RevokeOptions,
};
use api_keys_emulator::{Emulator, Vendor};
use api_keys_tower::{ApiKeyLayer, Authenticated, Authenticator};
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use futures_util::{FutureExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Handle;

type Keys = Arc<dyn ApiKeyProvider>;

fn service(keys: Keys) -> Result<Router, Error> {
    // Check the required operations and fields at startup.
    keys.require(&[
        Operation::Create,
        Operation::Get,
        Operation::List,
        Operation::Revoke,
        Operation::Verify,
    ])?;
    let capabilities = keys.capabilities();
    if !capabilities.create_fields.contains(Field::Owner) || !capabilities.list_fields.contains(Field::Owner)
    {
        return Err(Error::unsupported_field(keys.vendor(), Operation::Create, Field::Owner));
    }
    let authenticator = Authenticator::new(keys)?;
    // Keys that are changed through this provider are verified again at once.
    let keys = authenticator.provider();
    let with_key = Router::new().route("/hello", get(hello)).layer(ApiKeyLayer::new(authenticator));
    Ok(Router::new()
        .route("/keys", post(create).get(list))
        .route("/keys/{id}", delete(revoke))
        .merge(with_key)
        .with_state(keys))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateKey {
    name: String,
    days: Option<u32>,
}

/// The only response with a secret.
#[derive(Serialize)]
struct NewKey<'a> {
    id: &'a KeyId,
    secret: &'a str,
}

async fn create(
    State(keys): State<Keys>,
    user: User,
    Json(request): Json<CreateKey>,
) -> Result<Response, Failure> {
    let mut new = NewApiKey::new(request.name).owner(user.0);
    if let Some(days) = request.days {
        new = new.expires_in(Duration::from_secs(u64::from(days) * 86_400));
    }
    // axum drops this future when the user disconnects. In a task of its own the call is completed, and an undelivered
    // key is revoked. On shutdown, a service should wait for these tasks, with `tokio_util::task::TaskTracker`.
    let task = tokio::spawn(async move {
        let issued = keys.create(new).await?;
        Ok::<_, Error>(Undelivered { issued: Some(issued), keys })
    });
    let undelivered = task.await.map_err(|_| Failure::Internal)??;
    let Some(issued) = undelivered.deliver() else { return Err(Failure::Internal) };
    let body = NewKey { id: &issued.key.id, secret: issued.secret.expose() };
    // Secrets must not be cached.
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// A key whose secret has not been delivered. It is revoked on drop.
struct Undelivered {
    issued: Option<IssuedKey>,
    keys: Keys,
}

impl Undelivered {
    fn deliver(mut self) -> Option<IssuedKey> {
        self.issued.take()
    }
}

impl Drop for Undelivered {
    fn drop(&mut self) {
        let Some(issued) = self.issued.take() else { return };
        let Ok(runtime) = Handle::try_current() else {
            return eprintln!("{} is orphaned: it was not delivered", issued.key.id);
        };
        let keys = Arc::clone(&self.keys);
        runtime.spawn(async move {
            match keys.revoke(&issued.key.id, RevokeOptions::new()).await {
                Ok(_) => eprintln!("revoked undelivered key {}", issued.key.id),
                Err(error) => eprintln!("{} is orphaned: it was not delivered: {error}", issued.key.id),
            }
        });
    }
}

async fn list(State(keys): State<Keys>, user: User) -> Result<Json<Value>, Failure> {
    let query = ListQuery::new().owner(user.0);
    let all: Vec<ApiKey> = keys.keys(query).try_collect().await?;
    let all: Vec<_> = all
        .iter()
        .map(|key| json!({ "id": key.id, "name": key.name, "status": key.status, "expiry": key.expiry }))
        .collect();
    Ok(Json(json!({ "keys": all })))
}

async fn revoke(State(keys): State<Keys>, user: User, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    let id = KeyId::new(id).map_err(|_| Failure::NotFound)?;
    // The provider's credential can revoke any key, a user only their own.
    match keys.find(&id).await? {
        Some(key) if key.owner.as_deref() == Some(&user.0) => {
            keys.revoke(&id, RevokeOptions::new()).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        _ => Err(Failure::NotFound),
    }
}

async fn hello(key: Authenticated) -> String {
    format!("hello {}, this is your key {}\n", key.owner.as_deref().unwrap_or("unknown user"), key.id)
}

/// The authenticated user.
struct User(String);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let name = parts.headers.get(USER).and_then(|name| name.to_str().ok());
        name.map(|name| Self(name.to_owned())).ok_or(StatusCode::UNAUTHORIZED)
    }
}

const USER: HeaderName = HeaderName::from_static("x-user");

enum Failure {
    NotFound,
    Internal,
    Vendor(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Vendor(error)
    }
}

/// Responses to users. The vendor's messages are about the account of the service, and only logged.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = match self {
            Self::NotFound => return (StatusCode::NOT_FOUND, "key not found\n").into_response(),
            Self::Internal => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Self::Vendor(error) => error,
        };
        eprintln!("{error}");
        let status = match error.kind() {
            ErrorKind::InvalidInput => StatusCode::BAD_REQUEST,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict | ErrorKind::LimitReached => StatusCode::CONFLICT,
            // The vendor limits this service, not the user.
            ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Transport => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            ErrorKind::Timeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorKind::UnexpectedResponse => StatusCode::BAD_GATEWAY,
            // Credential, configuration or code of the service.
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let message = match error.effect() {
            Effect::NotApplied if error.is_retryable() => "nothing was done; try again later\n",
            Effect::NotApplied => "nothing was done\n",
            Effect::Unknown | Effect::Applied => {
                "this may have been done; check your keys before you repeat it\n"
            }
        };
        let mut response = (status, message).into_response();
        if let Some(wait) = error.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

// A single thread makes `disconnect` deterministic.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let emulator = Emulator::start(Vendor::Clerk).await?;
    let keys: Keys = match env::var_os("API_KEYS_VENDOR") {
        Some(_) => ProviderConfig::from_env("API_KEYS")?.build()?,
        None => Arc::new(ClerkConfig::new(emulator.token().clone()).base_url(emulator.base_url()).build()?),
    };
    let address = env::var("LISTEN");
    let listener = tokio::net::TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0")).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = axum::serve(listener, service(Arc::clone(&keys))?);
    if address.is_ok() {
        println!("serving on {url}");
        let stop = async { drop(tokio::signal::ctrl_c().await) };
        return Ok(server.with_graceful_shutdown(stop).await?);
    }
    let server = tokio::spawn(async move { server.await });
    run_users(&url).await?;
    disconnect(&keys).await?;
    server.abort();
    Ok(())
}

const ANN: &str = "user_2annaaaaaaaaaaaaaaaaaaaaaaa";
const BOB: &str = "user_2bobbbbbbbbbbbbbbbbbbbbbbbb";

/// Sends the requests of two users.
async fn run_users(url: &str) -> Outcome {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let (keys, hello) = (format!("{url}/keys"), format!("{url}/hello"));
    let print_status = async |title: &str, request: reqwest::RequestBuilder| -> Outcome<reqwest::Response> {
        let response = request.send().await?;
        println!("{title}: {}", response.status());
        Ok(response)
    };

    let new = json!({ "name": "runner", "days": 30 });
    let issued = print_status("ann creates a key", http.post(&keys).header(USER, ANN).json(&new)).await?;
    let issued: Value = issued.json().await?;
    let (id, secret) = (text(&issued, "id")?, text(&issued, "secret")?);
    print_status("hello with ann's key", http.get(&hello).bearer_auth(secret)).await?;

    let listed: Value = http.get(&keys).header(USER, BOB).send().await?.json().await?;
    println!("bob sees {} keys", listed["keys"].as_array().map_or(0, Vec::len));
    let key = format!("{keys}/{id}");
    print_status("bob revokes ann's key", http.delete(&key).header(USER, BOB)).await?;
    print_status("ann revokes it", http.delete(&key).header(USER, ANN)).await?;
    print_status("hello with ann's key", http.get(&hello).bearer_auth(secret)).await?;

    let new = json!({ "name": "runner", "days": 0 });
    let rejected = print_status("a key for 0 days", http.post(&keys).header(USER, ANN).json(&new)).await?;
    println!("{}", rejected.text().await?.trim());
    Ok(())
}

fn text<'a>(value: &'a Value, name: &str) -> Outcome<&'a str> {
    value[name].as_str().ok_or_else(|| format!("the response has no `{name}`").into())
}

/// Drops the handler in the middle, as axum does when a user disconnects.
async fn disconnect(keys: &Keys) -> Outcome {
    let request = CreateKey { name: "lost".to_owned(), days: None };
    let handler = create(State(Arc::clone(keys)), User(BOB.to_owned()), Json(request));
    // The handler waits for the vendor, and is dropped.
    assert!(handler.now_or_never().is_none(), "the handler waits");

    // The task continues: the key is created, then revoked.
    let query = ListQuery::new().owner(BOB).include_inactive(true);
    for _ in 0..500 {
        let all: Vec<ApiKey> = keys.keys(query.clone()).try_collect().await?;
        if let Some(key) = all.iter().find(|key| key.status.is_inactive()) {
            println!("bob disconnects: his new key is {}", key.status);
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err("the undelivered key was not revoked".into())
}
