//! What better-auth's operations mean in terms of the trait.

use std::time::Duration;

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Expiry, Field, IssuedKey, KeyExpiry,
    KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation, RevokeOptions,
    RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification,
};
use api_keys_runtime::{self as http, Nullable, VendorSaid};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::generated::{Client, ListApiKeysOptions, types};

pub(crate) const VENDOR: &str = "better-auth";

/// The server reads at most this many rows, whatever is asked (its option `defaultFindManyLimit`).
const CEILING: u32 = 100;

/// As many keys as are asked for at a time. Under Node, servers of version 1.5 never end an answer of more than 16 KiB.
const PAGE: u32 = 20;

/// What better-auth can do.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Update, Operation::Delete])
    .emulated(&[Operation::Revoke])
    .create_fields(&[Field::Name, Field::Owner, Field::Expiry, Field::Metadata, Field::Extra])
    .update_fields(
        &[Field::Name, Field::Expiry, Field::Metadata, Field::Enabled],
        &[Field::Expiry, Field::Metadata],
    )
    .extra_fields(&["prefix"], &[])
    .list_fields(&[Field::Owner, Field::IncludeInactive])
    .paged()
    .list_ceiling(CEILING)
    .revoke_reversible()
    .revoke_keeps_record();

/// The API keys of a better-auth server, versions 1.3 to 1.7.
///
/// - An **owner** is an organization's id; without one, keys belong to the user of the session. Organization keys
///   need [`config_id`](crate::BetterAuthConfig::config_id).
/// - **Revoking** switches the key off, which an update can undo; deleting is for good.
/// - An **expiry** is counted in whole seconds; the server allows 1 to 365 days by default.
/// - **Metadata** must be a JSON object, and the server must allow it (`enableMetadata`).
/// - Scopes (`permissions`) and quotas can only be set by the server itself. Keys show them as scopes of the form
///   `resource:action`.
/// - **Expired** keys are removed by the server from time to time.
/// - **Lists** are newest first, and reach the newest 100 keys; servers before 1.5 list the oldest 100, oldest first.
#[derive(Debug, Clone)]
pub struct BetterAuth {
    client: Client,
    config_id: Option<String>,
}

impl BetterAuth {
    pub(crate) fn new(client: Client, config_id: Option<String>) -> Self {
        Self { client, config_id }
    }

    /// The typed client, for what the trait leaves out.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// One request of a listing: the keys and how many there are in all.
    async fn keys(&self, owner: Option<&str>, offset: u64, limit: u32) -> Result<(Vec<ApiKey>, u64)> {
        let options = ListApiKeysOptions {
            config_id: self.config_id.clone(),
            organization_id: owner.map(str::to_owned),
            limit: Some(limit.into()),
            offset: Some(offset.try_into().unwrap_or(i64::MAX)),
            // The server cuts the list off before it pages, and the newest keys are the ones to be missed: among
            // them is the orphan of a create that failed a moment ago.
            sort_by: Some("createdAt".to_owned()),
            sort_direction: Some(types::SortDirection::Desc),
            ..ListApiKeysOptions::default()
        };
        let answer = self.client.list_api_keys(&options).await.map_err(failed(Operation::List))?;
        answer.interpret(|list| {
            let (keys, total) = match list {
                types::ApiKeyList::ApiKeyPage(page) => {
                    let total = page.total.try_into().unwrap_or_default();
                    (page.api_keys, total)
                }
                // Servers up to 1.4 know no paging: they answer with all keys, whatever was asked.
                types::ApiKeyList::Array(keys) => {
                    let total = keys.len() as u64;
                    let offset = offset.try_into().unwrap_or(usize::MAX);
                    (keys.into_iter().skip(offset).take(limit as usize).collect(), total)
                }
            };
            let keys = keys.into_iter().map(|key| read(key, Operation::List)).collect::<Result<_>>()?;
            Ok((keys, total))
        })
    }

    /// One update, and what is made of the key as it is then.
    async fn change<T>(
        &self,
        operation: Operation,
        request: types::UpdateApiKeyRequest,
        judge: impl FnOnce(ApiKey) -> Result<T>,
    ) -> Result<T> {
        let request = types::UpdateApiKeyRequest { config_id: self.config_id.clone(), ..request };
        let answer = self.client.update_api_key(&request).await.map_err(failed(operation))?;
        answer
            .interpret(|key| judge(read(key, operation).map_err(|error| error.with_effect(Effect::Applied))?))
    }
}

#[async_trait]
impl ApiKeyProvider for BetterAuth {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        CAPABILITIES.validate_create(VENDOR, &new)?;
        let request = types::CreateApiKeyRequest {
            name: Some(new.name.clone()),
            expires_in: seconds(Operation::Create, new.expiry)?,
            prefix: prefix(&new.extra)?,
            metadata: new
                .metadata
                .as_ref()
                .map(|metadata| object(Operation::Create, metadata))
                .transpose()?,
            config_id: self.config_id.clone(),
            organization_id: new.owner.clone(),
            ..types::CreateApiKeyRequest::default()
        };
        let answer = self.client.create_api_key(&request).await.map_err(failed(Operation::Create))?;
        answer.interpret(|issued| {
            let (key, secret) = split(issued);
            let config_id = key.config_id.clone();
            let issued = IssuedKey::from_response(read(key, Operation::Create), secret)?;
            // An unknown configuration falls back to the default one, with other limits, and servers before 1.5
            // have only that.
            if self.config_id.is_some() && self.config_id != config_id {
                return Err(issued.field_not_applied(VENDOR, Operation::Create, "config_id"));
            }
            new.verify_response(VENDOR, issued)
        })
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let options = crate::generated::GetApiKeyOptions {
            config_id: self.config_id.clone(),
            ..crate::generated::GetApiKeyOptions::default()
        };
        let answer = self.client.get_api_key(id.as_str(), &options).await.map_err(failed(Operation::Get))?;
        answer.interpret(|key| read(key, Operation::Get))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let mut place = OffsetCursor::from_query(&query, PAGE).ok_or_else(|| {
            Error::invalid_input(VENDOR, Operation::List, "the cursor is not one of this provider")
        })?;
        loop {
            let (keys, total) = self.keys(query.owner.as_deref(), place.offset(), place.limit()).await?;
            match place.page(keys, total) {
                Step::Page(mut page) => {
                    if !query.include_inactive {
                        page.items.retain(|key| !key.status.is_inactive());
                    }
                    return Ok(page);
                }
                Step::Retry(next) => place = next,
            }
        }
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        CAPABILITIES.validate_update(VENDOR, &changes)?;
        let request = types::UpdateApiKeyRequest {
            name: changes.name.clone(),
            enabled: changes.enabled,
            expires_in: match changes.expiry {
                Patch::Keep => Nullable::Absent,
                Patch::Clear => Nullable::Null,
                Patch::Set(expiry) => {
                    seconds(Operation::Update, expiry)?.map_or(Nullable::Null, Nullable::Value)
                }
            },
            metadata: match &changes.metadata {
                Patch::Keep => Nullable::Absent,
                Patch::Clear => Nullable::Null,
                Patch::Set(metadata) => Nullable::Value(object(Operation::Update, metadata)?),
            },
            ..types::UpdateApiKeyRequest::new(id.as_str())
        };
        self.change(Operation::Update, request, |key| changes.verify_response(VENDOR, key)).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        let request = types::UpdateApiKeyRequest {
            enabled: Some(false),
            ..types::UpdateApiKeyRequest::new(id.as_str())
        };
        // The answer is the key as it is now, so it tells whether the emergency button worked.
        self.change(Operation::Revoke, request, |key| match key.status {
            KeyStatus::Active => Err(Error::new(ErrorKind::UnexpectedResponse, VENDOR, Operation::Revoke)
                .with_effect(Effect::Unknown)
                .with_message("the server says that the key is still enabled")),
            _ => Ok(Revocation::disabled()),
        })
        .await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        let request = types::DeleteApiKeyRequest {
            config_id: self.config_id.clone(),
            ..types::DeleteApiKeyRequest::new(id.as_str())
        };
        match self.client.delete_api_key(&request).await {
            Ok(answer) => answer.interpret(|deletion| match deletion.success {
                true => Ok(()),
                false => Err(Error::new(ErrorKind::UnexpectedResponse, VENDOR, Operation::Delete)
                    .with_effect(Effect::Unknown)
                    .with_message("the server says that the deletion did not succeed")),
            }),
            Err(error) if error.is_acknowledged() => Ok(()),
            Err(error) => Err(failed(Operation::Delete)(error)),
        }
    }

    async fn rotate(&self, _id: &KeyId, _options: RotateOptions) -> Result<IssuedKey> {
        Err(Error::unsupported(VENDOR, Operation::Rotate))
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
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::UnexpectedResponse, VENDOR, operation).with_message(error.to_string())
    };
    let id = KeyId::new(key.id).map_err(|error| unreadable(&error))?;
    let metadata = key.metadata.map(|json| json.value()).transpose().map_err(|error| unreadable(&error))?;
    let mut read = ApiKey::new(id);
    read.name = key.name;
    read.hint = key.start;
    read.owner = key.reference_id.or(key.user_id);
    read.scopes = key.permissions.as_ref().map(scopes);
    read.created_at = key.created_at.timestamp();
    read.updated_at = key.updated_at.timestamp();
    read.expiry = match &key.expires_at {
        Nullable::Null => KeyExpiry::Never,
        Nullable::Value(time) => time.timestamp().map_or(KeyExpiry::Unknown, KeyExpiry::At),
        Nullable::Absent => KeyExpiry::Unknown,
    };
    read.last_used_at = key.last_request.as_ref().and_then(http::DateTime::timestamp);
    read.status = match key.enabled {
        false => KeyStatus::Disabled,
        true if read.expiry.is_past(Timestamp::now()) => KeyStatus::Expired,
        true => KeyStatus::Active,
    };
    read.metadata = metadata;
    read.extra = key.additional_properties.into_public();
    let further = [
        ("configId", key.config_id.map(Value::from)),
        ("prefix", key.prefix.map(Value::from)),
        ("permissions", key.permissions.map(|permissions| serde_json::json!(permissions))),
        ("rateLimitEnabled", Some(key.rate_limit_enabled.into())),
        ("rateLimitMax", key.rate_limit_max.map(Value::from)),
        ("rateLimitTimeWindow", key.rate_limit_time_window.map(Value::from)),
        ("requestCount", Some(key.request_count.into())),
        ("remaining", key.remaining.map(Value::from)),
        ("refillAmount", key.refill_amount.map(Value::from)),
        ("refillInterval", key.refill_interval.map(Value::from)),
        ("lastRefillAt", key.last_refill_at.map(|time| time.as_str().into())),
    ];
    read.extra
        .extend(further.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))));
    Ok(read)
}

/// `{"files": ["read", "write"]}` as `files:read`, `files:write`.
fn scopes<'a>(permissions: impl IntoIterator<Item = (&'a String, &'a Vec<String>)>) -> Vec<String> {
    let pairs = permissions.into_iter();
    pairs
        .flat_map(|(resource, actions)| actions.iter().map(move |action| format!("{resource}:{action}")))
        .collect()
}

/// The span until the expiry in whole seconds, rounded down; `None` where no expiry is asked for.
fn seconds(operation: Operation, expiry: Expiry) -> Result<Option<f64>> {
    match expiry.lifetime(Timestamp::now()).map(|span| span.as_secs()) {
        Some(0) => {
            Err(Error::invalid_input(VENDOR, operation, "an expiry must be at least one second ahead"))
        }
        #[allow(clippy::cast_precision_loss, reason = "exact for 285 million years")]
        seconds => Ok(seconds.map(|seconds| seconds as f64)),
    }
}

fn prefix(extra: &Map<String, Value>) -> Result<Option<String>> {
    match extra.get("prefix") {
        None => Ok(None),
        Some(Value::String(prefix)) => Ok(Some(prefix.clone())),
        Some(_) => {
            Err(Error::invalid_input(VENDOR, Operation::Create, "the extra field `prefix` must be a string"))
        }
    }
}

fn object(operation: Operation, metadata: &Value) -> Result<Map<String, Value>> {
    match metadata {
        Value::Object(object) => Ok(object.clone()),
        _ => Err(Error::invalid_input(VENDOR, operation, "metadata must be a JSON object")),
    }
}

/// Maps a failed call, whatever its own error type: the server's error body is the same everywhere.
fn failed<E>(operation: Operation) -> impl Fn(http::Error<E>) -> Error {
    move |error| fault_to_error(operation, error.into_fault())
}

fn fault_to_error(operation: Operation, fault: http::Fault) -> Error {
    let body: Option<types::ErrorResponse> = fault.json();
    let status = fault.status().map_or(0, |status| status.as_u16());
    let code = body.as_ref().and_then(|body| body.code.as_deref()).unwrap_or_default();
    let kind = match (status, code) {
        // Before 1.6.11 the limit of a key used as a session came as a 401.
        (_, "RATE_LIMITED") => Some(ErrorKind::RateLimited),
        (_, "USAGE_EXCEEDED") => Some(ErrorKind::LimitReached),
        // An update without metadata always has a value; metadata alone is none where they are switched off.
        (
            400,
            "METADATA_DISABLED" | "METADATA_IS_DISABLED" | "NO_VALUES_TO_UPDATE" | "KEY_DISABLED_EXPIRATION",
        ) => Some(ErrorKind::UnsupportedField),
        // The credential is a key that is too short to be one.
        (403, "INVALID_API_KEY") => Some(ErrorKind::Unauthenticated),
        (403, "MISSING_OR_NULL_ORIGIN" | "INVALID_ORIGIN") | (500, "ORGANIZATION_PLUGIN_REQUIRED") => {
            Some(ErrorKind::Configuration)
        }
        // These name no key that could be missing: there is no such path, so no plugin at this base URL.
        (404, _) if matches!(operation, Operation::Create | Operation::List) => {
            Some(ErrorKind::Configuration)
        }
        _ => None,
    };
    // The limit of a key says how long to wait in the body, not in a header.
    let wait = body.as_ref().and_then(|body| body.details.as_ref()?.try_again_in);
    let wait = wait.and_then(|milliseconds| Duration::try_from_secs_f64(milliseconds / 1000.0).ok());
    let (code, message) = body.map_or((None, None), |body| (body.code, Some(body.message)));
    let error =
        fault.into_error(VENDOR, operation, VendorSaid { code, message, kind, ..VendorSaid::default() });
    match wait {
        Some(wait) if error.retry_after().is_none() => error.with_retry_after(wait),
        _ => error,
    }
}

/// Takes the secret off, which leaves the key as the other operations return it.
fn split(issued: types::IssuedApiKey) -> (types::ApiKey, SecretKey) {
    let key = types::ApiKey {
        id: issued.id,
        config_id: issued.config_id,
        reference_id: issued.reference_id,
        user_id: issued.user_id,
        name: issued.name,
        prefix: issued.prefix,
        start: issued.start,
        enabled: issued.enabled,
        expires_at: issued.expires_at,
        created_at: issued.created_at,
        updated_at: issued.updated_at,
        last_request: issued.last_request,
        metadata: issued.metadata,
        permissions: issued.permissions,
        rate_limit_enabled: issued.rate_limit_enabled,
        rate_limit_max: issued.rate_limit_max,
        rate_limit_time_window: issued.rate_limit_time_window,
        request_count: issued.request_count,
        remaining: issued.remaining,
        refill_amount: issued.refill_amount,
        refill_interval: issued.refill_interval,
        last_refill_at: issued.last_refill_at,
        additional_properties: Default::default(),
    };
    (key, issued.key)
}
