//! The provider: maps the MCP server's operations to the trait.

use std::sync::Arc;
use std::time::Duration;

use api_keys_core::defect::Defect;
use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, Expiry, Field, IssuedKey, KeyExpiry, KeyId,
    KeyStatus, ListQuery, NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions,
    SecretKey, Timestamp, UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as runtime, DateTime, ErrorDetails, OperationCall, TimeZone};
use async_trait::async_trait;
use serde::Deserialize;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, timeout};

use crate::generated::{Client, types};

pub(crate) const VENDOR: &str = "mcp";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The server accepts more and then fails, because the year would have five digits.
const MAX_DAYS: u64 = 2_900_000;

/// The operations and fields that the MCP server supports.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::List, Operation::Revoke, Operation::Delete, Operation::Rotate])
    .emulated(&[Operation::Get])
    .create_fields(&[Field::Name, Field::Expiry])
    .list_fields(&[Field::IncludeInactive])
    .rotate_keeps_id()
    .max_active(5);

/// The API keys of one user of an MCP server (vishnu2kmohan/mcp-server-langgraph).
///
/// - A **lifetime** is in whole days, rounded down. The default is 365 days. Every key expires.
/// - A user has **at most five** keys, including expired ones.
/// - **Revoking** and deleting are the same: the record is removed. The server reports success for any id: list the
///   keys to verify.
/// - The server loses keys if a user's keys are written concurrently. A provider serializes its writes within the
///   timeout of each call; other processes of the same user should not write at the same time.
/// - **Rotating** an expired key succeeds, but the new secret is expired as well. The result contains the id and the
///   secret; [`get`](ApiKeyProvider::get) returns the rest.
#[derive(Debug, Clone)]
pub struct Mcp {
    client: Client,
    /// The HTTP client below `client`.
    http: runtime::Client,
    /// The token, for servers that require it in the body.
    body_token: Option<SecretKey>,
    /// Held during writes.
    writing: Arc<Mutex<()>>,
}

impl Mcp {
    pub(crate) fn new(http: runtime::Client, body_token: Option<SecretKey>) -> Self {
        Self { client: Client::new(http.clone()), http, body_token, writing: Arc::default() }
    }

    /// Returns the typed client, for operations that the trait does not cover.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn credentials(&self) -> Option<types::HttpCredentials> {
        self.body_token.clone().map(|token| types::HttpCredentials::new("Bearer", token))
    }

    /// Returns all keys of the user.
    async fn keys(&self, operation: Operation) -> Result<Vec<ApiKey>> {
        let call = call(operation);
        let credentials = self.credentials();
        let (keys, meta) = call.response(self.client.list_api_keys(credentials.as_ref())).await?;
        meta.check(keys.into_iter().map(|key| convert(key, call)).collect())
    }

    /// Waits for other writes of this provider. The returned client has the remaining time as its timeout.
    async fn writer(&self, operation: Operation) -> Result<(MutexGuard<'_, ()>, Client)> {
        let started = Instant::now();
        let total = self.http.timeouts().total;
        let writing = timeout(total, self.writing.lock()).await.map_err(|_| {
            Error::new(ErrorKind::Timeout, VENDOR, operation)
                .with_message("timed out waiting for earlier writes of this provider")
        })?;
        let left = match Defect::QueueWithoutDeadline.is_active() {
            true => total,
            false => total.saturating_sub(started.elapsed()),
        };
        Ok((writing, Client::new(self.http.with_timeout(left))))
    }

    /// Removes a record. Succeeds for any id.
    async fn remove(&self, operation: Operation, id: &KeyId) -> Result<()> {
        let (_writing, client) = self.writer(operation).await?;
        let credentials = self.credentials();
        call(operation).removal(client.revoke_api_key(id.as_str(), credentials.as_ref())).await.map(drop)
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
        let call = call(Operation::Create);
        let (issued, meta) = call.response(client.create_api_key(&body)).await?;
        drop(writing);
        let (key, secret) = split(issued);
        let issued = IssuedKey::from_response(convert(key, call), secret);
        meta.check(issued.and_then(|issued| new.verify_response(VENDOR, issued)))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let keys = self.keys(Operation::Get).await?;
        keys.into_iter().find(|key| key.id == *id).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, VENDOR, Operation::Get)
                .with_attempts(1)
                .with_message("the key is not in the list")
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

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        CAPABILITIES.validate_rotate(VENDOR, &options)?;
        let (_writing, client) = self.writer(Operation::Rotate).await?;
        let credentials = self.credentials();
        let call = call(Operation::Rotate);
        let (rotated, _) = call.response(client.rotate_api_key(id.as_str(), credentials.as_ref())).await?;
        Ok(IssuedKey::new(ApiKey::new(id.clone()), rotated.new_api_key))
    }

    async fn reveal(&self, _id: &KeyId) -> Result<SecretKey> {
        Err(Error::unsupported(VENDOR, Operation::Reveal))
    }

    async fn verify(&self, _secret: &SecretKey) -> Result<Verification> {
        Err(Error::unsupported(VENDOR, Operation::Verify))
    }
}

const fn call(operation: Operation) -> OperationCall {
    OperationCall::new(VENDOR, operation, details)
}

/// Converts a key to that of the trait.
fn convert(key: types::ApiKey, call: OperationCall) -> Result<ApiKey> {
    let id = KeyId::new(key.key_id).map_err(|error| call.unexpected(error))?;
    let mut converted = ApiKey::new(id);
    // The server reports an empty string for an attribute that it has not stored.
    converted.name = Some(key.name).filter(|name| !name.is_empty());
    converted.created_at = time(&key.created);
    converted.expiry = time(&key.expires_at).map_or(KeyExpiry::Unknown, KeyExpiry::At);
    converted.last_used_at = key.last_used.as_ref().and_then(time);
    converted.status = match converted.expiry {
        expiry if expiry.is_past(Timestamp::now()) => KeyStatus::Expired,
        KeyExpiry::Unknown => KeyStatus::Unknown,
        KeyExpiry::At(_) | KeyExpiry::Never => KeyStatus::Active,
    };
    converted.extra = key.additional_properties.into_public();
    Ok(converted)
}

/// Parses a time. Those of keys created before November 2025 have no offset and are in UTC.
fn time(time: &DateTime) -> Option<Timestamp> {
    time.timestamp_in(&TimeZone::UTC)
}

fn days(expiry: Expiry) -> Result<Option<i64>> {
    if expiry == Expiry::Never {
        let message = "every key expires, by default after 365 days";
        return Err(Error::unsupported_field(VENDOR, Operation::Create, Field::Expiry).with_message(message));
    }
    match expiry.lifetime(Timestamp::now()).map(|lifetime| lifetime.as_secs() / DAY.as_secs()) {
        None => Ok(None),
        Some(days @ 1..=MAX_DAYS) => Ok(days.try_into().ok()),
        Some(_) => {
            let message = format!("the lifetime must be between 1 and {MAX_DAYS} days");
            Err(Error::invalid_input(VENDOR, Operation::Create, message))
        }
    }
}

/// Separates the secret from the key.
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

/// The union of the server's three formats of error bodies.
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
    Errors(Vec<types::ValidationError>),
}

/// Extracts the details of an error response.
fn details(operation: Operation, error: &runtime::Error) -> ErrorDetails {
    let status = error.status().map_or(0, |status| status.as_u16());
    let mut details = ErrorDetails::default();
    match error.body_as::<ErrorBody>() {
        Some(ErrorBody { detail: Some(Detail::Text(text)), .. }) => {
            // The status is that of any invalid value. Only the text distinguishes.
            if status == 400 && operation == Operation::Create && text.contains("Maximum") {
                details.kind = Some(ErrorKind::LimitReached);
            }
            details.message = Some(text);
        }
        Some(ErrorBody { detail: Some(Detail::Errors(errors)), .. }) => {
            details.violations = errors.iter().map(violation).collect();
        }
        Some(ErrorBody { error: Some(error), .. }) => {
            details.code = Some(error.code);
            details.message = Some(error.message);
        }
        _ => {}
    }
    // These operations do not name a key, so the path does not exist at this base URL.
    if status == 404 && matches!(operation, Operation::Create | Operation::List | Operation::Get) {
        details.kind = Some(ErrorKind::Configuration);
    }
    details
}

fn violation(error: &types::ValidationError) -> Violation {
    let path: Vec<_> = error.loc.iter().map(ToString::to_string).collect();
    Violation::new(path.join("."), error.msg.clone())
}
