//! What the MCP server's operations mean in terms of the trait.

use std::sync::Arc;
use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, Expiry, Field, IssuedKey, KeyExpiry, KeyId,
    KeyStatus, ListQuery, NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions,
    SecretKey, Timestamp, UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as http, TimeZone, VendorSaid};
use async_trait::async_trait;
use serde::Deserialize;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout};

use crate::generated::{Client, types};

pub(crate) const VENDOR: &str = "mcp";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The server accepts more and then fails: the year would have five digits.
const MOST_DAYS: u64 = 2_900_000;

/// What the MCP server can do.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::List, Operation::Revoke, Operation::Delete, Operation::Rotate])
    .emulated(&[Operation::Get])
    .create_fields(&[Field::Name, Field::Expiry])
    .list_fields(&[Field::IncludeInactive])
    .rotate_keeps_id()
    .max_active(5);

/// The API keys of one user of an MCP server.
///
/// - An **expiry** is counted in whole days, rounded down; without one, a key lives for 365 days. Keys that never
///   expire are not possible.
/// - A user has **at most five** keys, expired ones included.
/// - **Revoking** and deleting are the same: the record is removed. The server answers success for any id, known or
///   not; list when you need to be sure.
/// - The server loses keys when a user's keys are written at the same time. One provider writes one after another,
///   within the time that each call has; other processes of the same user should not write meanwhile.
/// - **Rotating** an expired key succeeds, but the new secret is expired too. The answer holds the id and the
///   secret; [`get`](ApiKeyProvider::get) has the rest.
#[derive(Debug, Clone)]
pub struct Mcp {
    client: Client,
    /// What the client sends with.
    http: http::Client,
    /// The token, for servers that want it in the body.
    body_token: Option<SecretKey>,
    /// Held while the server writes.
    writing: Arc<Mutex<()>>,
}

impl Mcp {
    pub(crate) fn new(http: http::Client, body_token: Option<SecretKey>) -> Self {
        Self { client: Client::new(http.clone()), http, body_token, writing: Arc::default() }
    }

    /// The typed client, for what the trait leaves out.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn credentials(&self) -> Option<types::HttpCredentials> {
        self.body_token.clone().map(|token| types::HttpCredentials::new("Bearer", token))
    }

    /// Every key of the user.
    async fn keys(&self, operation: Operation) -> Result<Vec<ApiKey>> {
        let answer =
            self.client.list_api_keys(self.credentials().as_ref()).await.map_err(failed(operation))?;
        answer.interpret(|keys| keys.into_iter().map(|key| read(key, operation)).collect())
    }

    /// Waits until nobody else writes. The client that comes with the right to write has what is left of the time.
    async fn writer(&self, operation: Operation) -> Result<(MutexGuard<'_, ()>, Client)> {
        let started = Instant::now();
        let total = self.http.timeouts().total;
        let writing = timeout(total, self.writing.lock()).await.map_err(|_| {
            Error::new(ErrorKind::Timeout, VENDOR, operation)
                .with_message("earlier writes of this provider took all the time; nothing was sent")
        })?;
        let left = total.saturating_sub(started.elapsed());
        Ok((writing, Client::new(self.http.with_timeout(left))))
    }

    /// Removes a record; true for any id.
    async fn remove(&self, operation: Operation, id: &KeyId) -> Result<()> {
        let (_writing, client) = self.writer(operation).await?;
        match client.revoke_api_key(id.as_str(), self.credentials().as_ref()).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_acknowledged() => Ok(()),
            Err(error) => Err(failed(operation)(error)),
        }
    }
}

#[async_trait]
impl ApiKeyProvider for Mcp {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        CAPABILITIES.validate_create(VENDOR, &new)?;
        let mut request = types::CreateApiKeyRequest::new(new.name.clone());
        request.expires_days = days(new.expiry)?;
        let body = match self.credentials() {
            None => types::CreateApiKeyBody::from(request),
            Some(credentials) => types::WrappedCreateApiKeyRequest::new(request, credentials).into(),
        };
        let (writing, client) = self.writer(Operation::Create).await?;
        let answer = client.create_api_key(&body).await.map_err(failed(Operation::Create))?;
        drop(writing);
        answer.interpret(|issued| {
            let (key, secret) = split(issued);
            new.verify_response(VENDOR, IssuedKey::from_response(read(key, Operation::Create), secret)?)
        })
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let keys = self.keys(Operation::Get).await?;
        keys.into_iter().find(|key| key.id == *id).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, VENDOR, Operation::Get)
                .with_attempts(1)
                .with_message("no such key is listed")
        })
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let mut keys = self.keys(Operation::List).await?;
        if !query.include_inactive {
            keys.retain(|key| !key.status.is_inactive());
        }
        Ok(Page::complete(keys))
    }

    async fn update(&self, _id: &KeyId, _changes: UpdateApiKey) -> Result<ApiKey> {
        Err(Error::unsupported(VENDOR, Operation::Update))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        self.remove(Operation::Revoke, id).await?;
        Ok(Revocation::removed())
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.remove(Operation::Delete, id).await
    }

    async fn rotate(&self, id: &KeyId, _options: RotateOptions) -> Result<IssuedKey> {
        let (_writing, client) = self.writer(Operation::Rotate).await?;
        let answer = client
            .rotate_api_key(id.as_str(), self.credentials().as_ref())
            .await
            .map_err(failed(Operation::Rotate))?;
        Ok(IssuedKey::new(ApiKey::new(id.clone()), answer.into_body().new_api_key))
    }

    async fn reveal(&self, _id: &KeyId) -> Result<SecretKey> {
        Err(Error::unsupported(VENDOR, Operation::Reveal))
    }

    async fn verify(&self, _secret: &SecretKey) -> Result<Verification> {
        Err(Error::unsupported(VENDOR, Operation::Verify))
    }
}

/// The key in the trait's terms.
fn read(key: types::ApiKey, operation: Operation) -> Result<ApiKey> {
    let id = KeyId::new(key.key_id).map_err(|error| {
        Error::new(ErrorKind::UnexpectedResponse, VENDOR, operation).with_message(error.to_string())
    })?;
    let mut read = ApiKey::new(id);
    // Empty is what the server writes for an attribute that it did not store.
    read.name = Some(key.name).filter(|name| !name.is_empty());
    read.created_at = time(&key.created);
    read.expiry = time(&key.expires_at).map_or(KeyExpiry::Unknown, KeyExpiry::At);
    read.last_used_at = key.last_used.as_ref().and_then(time);
    read.status = match read.expiry {
        expiry if expiry.is_past(Timestamp::now()) => KeyStatus::Expired,
        KeyExpiry::Unknown => KeyStatus::Unknown,
        KeyExpiry::At(_) | KeyExpiry::Never => KeyStatus::Active,
    };
    read.extra = key.additional_properties.into_public();
    Ok(read)
}

/// Keys made before November 2025 have times without an offset, which mean UTC.
fn time(time: &http::DateTime) -> Option<Timestamp> {
    time.timestamp_in(&TimeZone::UTC)
}

fn days(expiry: Expiry) -> Result<Option<i64>> {
    if expiry == Expiry::Never {
        let message = "every key expires, after 365 days unless told otherwise";
        return Err(Error::unsupported_field(VENDOR, Operation::Create, Field::Expiry).with_message(message));
    }
    match expiry.lifetime(Timestamp::now()).map(|span| span.as_secs() / DAY.as_secs()) {
        None => Ok(None),
        Some(days @ 1..=MOST_DAYS) => Ok(days.try_into().ok()),
        Some(_) => {
            let message = format!("an expiry must lie between one day and {MOST_DAYS} days ahead");
            Err(Error::invalid_input(VENDOR, Operation::Create, message))
        }
    }
}

/// Takes the secret off, which leaves the key as it is listed.
fn split(issued: types::IssuedApiKey) -> (types::ApiKey, SecretKey) {
    let key = types::ApiKey {
        key_id: issued.key_id,
        name: issued.name,
        created: issued.created,
        expires_at: issued.expires_at,
        last_used: issued.last_used,
        additional_properties: Default::default(),
    };
    (key, issued.api_key)
}

/// The three forms of the server's error bodies, in one.
#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    detail: Option<Detail>,
    #[serde(default)]
    error: Option<types::ServerError>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Detail {
    Text(String),
    Faults(Vec<types::ValidationError>),
}

/// Maps a failed call, whatever its own error type.
fn failed<E>(operation: Operation) -> impl Fn(http::Error<E>) -> Error {
    move |error| fault_to_error(operation, error.into_fault())
}

fn fault_to_error(operation: Operation, fault: http::Fault) -> Error {
    let status = fault.status().map_or(0, |status| status.as_u16());
    let mut said = VendorSaid::default();
    match fault.json::<ErrorBody>() {
        Some(ErrorBody { detail: Some(Detail::Text(text)), .. }) => {
            // The status is that of any bad value; only the text tells.
            if status == 400 && operation == Operation::Create && text.contains("Maximum") {
                said.kind = Some(ErrorKind::LimitReached);
            }
            said.message = Some(text);
        }
        Some(ErrorBody { detail: Some(Detail::Faults(faults)), .. }) => {
            said.violations = faults.iter().map(violation).collect();
        }
        Some(ErrorBody { error: Some(error), .. }) => {
            said.code = Some(error.code);
            said.message = Some(error.message);
        }
        _ => {}
    }
    // These name no key that could be missing: there is no such path at this base URL.
    if status == 404 && matches!(operation, Operation::Create | Operation::List | Operation::Get) {
        said.kind = Some(ErrorKind::Configuration);
    }
    fault.into_error(VENDOR, operation, said)
}

fn violation(fault: &types::ValidationError) -> Violation {
    let path: Vec<_> = fault.loc.iter().map(ToString::to_string).collect();
    Violation::new(path.join("."), fault.msg.clone())
}
