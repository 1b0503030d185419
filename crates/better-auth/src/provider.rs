//! The provider: maps better-auth's operations to the trait.

use std::time::Duration;

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Expiry, Field, IssuedKey, KeyExpiry,
    KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation, RevokeOptions,
    RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification,
};
use api_keys_runtime::{self as runtime, DateTime, ErrorDetails, Nullable, OperationCall, ResponseMeta};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::generated::{Client, ListApiKeysOptions, types};

pub(crate) const VENDOR: &str = "better-auth";

/// The server reads at most this many rows (its option `defaultFindManyLimit`).
const CEILING: u32 = 100;

/// The requested page size. Under Node, servers of version 1.5 never finish a response of more than 16 KiB.
const PAGE: u32 = 20;

/// The operations and fields that better-auth supports.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Update, Operation::Delete])
    .emulated(&[Operation::Revoke])
    .create_fields(&[Field::Name, Field::Owner, Field::Expiry, Field::Metadata, Field::Extra])
    .update_fields(
        &[Field::Name, Field::Expiry, Field::Metadata, Field::Enabled],
        &[Field::Expiry, Field::Metadata],
    )
    .extra_fields(&["prefix"], &[])
    .server_fields(
        &["remaining", "refillAmount", "refillInterval"],
        &["rateLimitEnabled", "rateLimitMax", "rateLimitTimeWindow"],
    )
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

    /// Returns the typed client, for operations that the trait does not cover.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the keys at an offset, and the total number of keys.
    async fn keys(
        &self,
        call: OperationCall,
        owner: Option<&str>,
        offset: u64,
        limit: u32,
    ) -> Result<(Vec<ApiKey>, u64)> {
        let options = ListApiKeysOptions {
            config_id: self.config_id.clone(),
            organization_id: owner.map(str::to_owned),
            limit: Some(limit.into()),
            offset: Some(offset.try_into().unwrap_or(i64::MAX)),
            // The server truncates the list before it paginates. The newest keys must be on it, because they include
            // the orphan of a create that has just failed.
            sort_by: Some("createdAt".to_owned()),
            sort_direction: Some(types::SortDirection::Desc),
            ..ListApiKeysOptions::default()
        };
        let (list, meta) = call.response(self.client.list_api_keys(&options)).await?;
        let (keys, total) = match list {
            types::ApiKeyList::ApiKeyPage(page) => {
                let total = page.total.try_into().unwrap_or_default();
                (page.api_keys, total)
            }
            // Servers up to 1.4 do not paginate: they return all keys.
            types::ApiKeyList::Array(keys) => {
                let total = keys.len() as u64;
                let offset = offset.try_into().unwrap_or(usize::MAX);
                (keys.into_iter().skip(offset).take(limit as usize).collect(), total)
            }
        };
        let keys = keys.into_iter().map(|key| convert(key, call)).collect::<Result<_>>();
        Ok((meta.check(keys)?, total))
    }

    /// Updates a key and returns its new state.
    async fn change(
        &self,
        call: OperationCall,
        request: types::UpdateApiKeyRequest,
    ) -> Result<(ApiKey, ResponseMeta)> {
        let request = types::UpdateApiKeyRequest { config_id: self.config_id.clone(), ..request };
        let (key, meta) = call.response(self.client.update_api_key(&request)).await?;
        let key = convert(key, call).map_err(|error| error.with_effect(Effect::Applied));
        Ok((meta.check(key)?, meta))
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
        let call = call(Operation::Create);
        let request = types::CreateApiKeyRequest {
            name: Some(new.name.clone()),
            expires_in: seconds(call, new.expiry)?,
            prefix: prefix(call, &new.extra)?,
            metadata: new.metadata.as_ref().map(|metadata| object(call, metadata)).transpose()?,
            config_id: self.config_id.clone(),
            organization_id: new.owner.clone(),
            ..types::CreateApiKeyRequest::default()
        };
        let (issued, meta) = call.response(self.client.create_api_key(&request)).await?;
        let (key, secret) = split(issued);
        let config_id = key.config_id.clone();
        let issued = meta.check(IssuedKey::from_response(convert(key, call), secret))?;
        // The server replaces an unknown configuration by the default one, with other limits. Servers before 1.5 have
        // only that.
        meta.check(match self.config_id.is_some() && self.config_id != config_id {
            true => Err(issued.field_not_applied(VENDOR, Operation::Create, "config_id")),
            false => new.verify_response(VENDOR, issued),
        })
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let options = crate::generated::GetApiKeyOptions {
            config_id: self.config_id.clone(),
            ..crate::generated::GetApiKeyOptions::default()
        };
        let call = call(Operation::Get);
        let (key, meta) = call.response(self.client.get_api_key(id.as_str(), &options)).await?;
        meta.check(convert(key, call))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let call = call(Operation::List);
        let mut cursor = OffsetCursor::from_query(&query, PAGE)
            .ok_or_else(|| call.invalid_input("cursor of another provider"))?;
        loop {
            let (keys, total) =
                self.keys(call, query.owner.as_deref(), cursor.offset(), cursor.limit()).await?;
            match cursor.page(keys, total) {
                Step::Page(mut page) => {
                    if !query.include_inactive {
                        page.items.retain(|key| !key.status.is_inactive());
                    }
                    return Ok(page);
                }
                Step::Retry(next) => cursor = next,
            }
        }
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        CAPABILITIES.validate_update(VENDOR, &changes)?;
        let call = call(Operation::Update);
        let request = types::UpdateApiKeyRequest {
            name: changes.name.clone(),
            enabled: changes.enabled,
            expires_in: match changes.expiry {
                Patch::Keep => Nullable::Absent,
                Patch::Clear => Nullable::Null,
                Patch::Set(expiry) => seconds(call, expiry)?.map_or(Nullable::Null, Nullable::Value),
            },
            metadata: match &changes.metadata {
                Patch::Keep => Nullable::Absent,
                Patch::Clear => Nullable::Null,
                Patch::Set(metadata) => Nullable::Value(object(call, metadata)?),
            },
            ..types::UpdateApiKeyRequest::new(id.as_str())
        };
        let (key, meta) = self.change(call, request).await?;
        meta.check(changes.verify_response(VENDOR, key))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        let request = types::UpdateApiKeyRequest {
            enabled: Some(false),
            ..types::UpdateApiKeyRequest::new(id.as_str())
        };
        let call = call(Operation::Revoke);
        let (key, meta) = self.change(call, request).await?;
        meta.check(match key.status {
            KeyStatus::Active => {
                let error = call.unexpected("the response reports that the key is still enabled");
                Err(error.with_effect(Effect::Unknown))
            }
            _ => Ok(Revocation::disabled()),
        })
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        let request = types::DeleteApiKeyRequest {
            config_id: self.config_id.clone(),
            ..types::DeleteApiKeyRequest::new(id.as_str())
        };
        let call = call(Operation::Delete);
        match call.removal(self.client.delete_api_key(&request)).await? {
            Some((deletion, meta)) if !deletion.success => {
                let error = call.unexpected("the response reports that the key is not deleted");
                meta.check(Err(error.with_effect(Effect::Unknown)))
            }
            _ => Ok(()),
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

const fn call(operation: Operation) -> OperationCall {
    OperationCall::new(VENDOR, operation, details)
}

/// Converts a key to that of the trait.
fn convert(key: types::ApiKey, call: OperationCall) -> Result<ApiKey> {
    let id = KeyId::new(key.id).map_err(|error| call.unexpected(error))?;
    let mut converted = ApiKey::new(id);
    converted.name = key.name;
    converted.hint = key.start;
    converted.owner = key.reference_id.or(key.user_id);
    converted.scopes = key.permissions.as_ref().map(scopes);
    converted.created_at = key.created_at.timestamp();
    converted.updated_at = key.updated_at.timestamp();
    converted.expiry = match &key.expires_at {
        Nullable::Null => KeyExpiry::Never,
        Nullable::Value(time) => time.timestamp().map_or(KeyExpiry::Unknown, KeyExpiry::At),
        Nullable::Absent => KeyExpiry::Unknown,
    };
    converted.last_used_at = key.last_request.as_ref().and_then(DateTime::timestamp);
    converted.status = match key.enabled {
        false => KeyStatus::Disabled,
        true if converted.expiry.is_past(Timestamp::now()) => KeyStatus::Expired,
        true => KeyStatus::Active,
    };
    converted.metadata = key.metadata;
    converted.extra = key.additional_properties.into_public();
    converted.extra.insert_present([
        ("configId", key.config_id.map(Value::from)),
        ("prefix", key.prefix.map(Value::from)),
        ("permissions", key.permissions.map(Value::from_iter)),
        ("rateLimitEnabled", Some(key.rate_limit_enabled.into())),
        ("rateLimitMax", key.rate_limit_max.map(Value::from)),
        ("rateLimitTimeWindow", key.rate_limit_time_window.map(Value::from)),
        ("requestCount", Some(key.request_count.into())),
        ("remaining", key.remaining.map(Value::from)),
        ("refillAmount", key.refill_amount.map(Value::from)),
        ("refillInterval", key.refill_interval.map(Value::from)),
        ("lastRefillAt", key.last_refill_at.map(|time| time.as_str().into())),
    ]);
    Ok(converted)
}

/// Converts `{"files": ["read", "write"]}` to `files:read`, `files:write`.
fn scopes<'a>(permissions: impl IntoIterator<Item = (&'a String, &'a Vec<String>)>) -> Vec<String> {
    let pairs = permissions.into_iter();
    pairs
        .flat_map(|(resource, actions)| actions.iter().map(move |action| format!("{resource}:{action}")))
        .collect()
}

/// Returns the lifetime in whole seconds, rounded down, or `None` for the default.
fn seconds(call: OperationCall, expiry: Expiry) -> Result<Option<f64>> {
    match expiry.lifetime(Timestamp::now()).map(|lifetime| lifetime.as_secs()) {
        Some(0) => Err(call.invalid_input("the lifetime must be at least one second")),
        #[allow(clippy::cast_precision_loss, reason = "exact for 285 million years")]
        seconds => Ok(seconds.map(|seconds| seconds as f64)),
    }
}

fn prefix(call: OperationCall, extra: &Map<String, Value>) -> Result<Option<String>> {
    match extra.get("prefix") {
        None => Ok(None),
        Some(Value::String(prefix)) => Ok(Some(prefix.clone())),
        Some(_) => Err(call.invalid_input("the extra field `prefix` must be a string")),
    }
}

fn object(call: OperationCall, metadata: &Value) -> Result<Map<String, Value>> {
    match metadata {
        Value::Object(object) => Ok(object.clone()),
        _ => Err(call.invalid_input("metadata must be a JSON object")),
    }
}

/// Extracts the details of an error response.
fn details(operation: Operation, error: &runtime::Error) -> ErrorDetails {
    let body: Option<types::ErrorResponse> = error.body_as();
    let status = error.status().map_or(0, |status| status.as_u16());
    let code = body.as_ref().and_then(|body| body.code.as_deref()).unwrap_or_default();
    let kind = match (status, code) {
        // Before 1.6.11 the status for the limit of a key that is used as a session was 401.
        (_, "RATE_LIMITED") => Some(ErrorKind::RateLimited),
        (_, "USAGE_EXCEEDED") => Some(ErrorKind::LimitReached),
        // Every update without metadata contains a value. With metadata alone it contains none if metadata is disabled.
        (
            400,
            "METADATA_DISABLED" | "METADATA_IS_DISABLED" | "NO_VALUES_TO_UPDATE" | "KEY_DISABLED_EXPIRATION",
        ) => Some(ErrorKind::UnsupportedField),
        // The credential is a key of invalid length.
        (403, "INVALID_API_KEY") => Some(ErrorKind::Unauthenticated),
        (403, "MISSING_OR_NULL_ORIGIN" | "INVALID_ORIGIN") | (500, "ORGANIZATION_PLUGIN_REQUIRED") => {
            Some(ErrorKind::Configuration)
        }
        // These operations do not name a key, so the path does not exist: the plugin is not at this base URL.
        (404, _) if matches!(operation, Operation::Create | Operation::List) => {
            Some(ErrorKind::Configuration)
        }
        _ => None,
    };
    let mut details = ErrorDetails { kind, ..ErrorDetails::default() };
    if let Some(body) = body {
        // The requested delay of a key's limit is in the body, not in a header.
        let delay = body.details.as_ref().and_then(|details| details.try_again_in);
        details.retry_after = delay.and_then(|millis| Duration::try_from_secs_f64(millis / 1000.0).ok());
        details.code = body.code;
        details.message = Some(body.message);
    }
    details
}

/// Separates the secret from the key.
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
