//! The provider: maps keyshield's operations to the trait.

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Expiry, Field, InvalidReason, IssuedKey,
    KeyExpiry, KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as runtime, DateTime, ErrorDetails, OperationCall};
use async_trait::async_trait;
use serde_json::Value;

use crate::generated::errors::VerifyApiKeyError;
use crate::generated::{Client, SearchApiKeysOptions, types};

pub(crate) const VENDOR: &str = "keyshield";

/// The maximum page size.
const MAX_PAGE_SIZE: u32 = 100;

/// The operations and fields that keyshield supports.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[
        Operation::Create,
        Operation::Get,
        Operation::List,
        Operation::Update,
        Operation::Revoke,
        Operation::Delete,
        Operation::Verify,
    ])
    .create_fields(&[Field::Name, Field::Description, Field::Scopes, Field::Expiry])
    .update_fields(
        &[Field::Name, Field::Description, Field::Scopes, Field::Expiry, Field::Enabled],
        &[Field::Expiry],
    )
    .list_fields(&[Field::Search, Field::IncludeInactive])
    .paged()
    .revoke_reversible()
    .revoke_keeps_record();

/// The API keys of an application that mounts keyshield's FastAPI router, version 2.
///
/// - **Scopes** start with a lowercase letter, followed by lowercase letters, digits and `:`, `_`, `-`. The default is
///   none.
/// - **Revoking** disables the key, which an update can undo. Deleting is permanent.
/// - A **description** can be set to an empty string by an update, but not removed.
/// - A **list** is ordered by id, so that created and removed keys do not hide others. Its **search** matches a part of
///   the name.
#[derive(Debug, Clone)]
pub struct Keyshield {
    client: Client,
}

impl Keyshield {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Returns the typed client, for operations that the trait does not cover.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

#[async_trait]
impl ApiKeyProvider for Keyshield {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        CAPABILITIES.validate_create(VENDOR, &new)?;
        let mut request = types::CreateApiKeyRequest::new(new.name.clone());
        request.description.clone_from(&new.description);
        request.scopes.clone_from(&new.scopes);
        let call = call(Operation::Create);
        request.expires_at = expires_at(call, new.expiry)?;
        let (issued, meta) = call.response(self.client.create_api_key(&request)).await?;
        let issued = IssuedKey::from_response(convert(issued.entity, call), issued.api_key);
        meta.check(issued.and_then(|issued| new.verify_response(VENDOR, issued)))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let call = call(Operation::Get);
        let (key, meta) = call.response(self.client.get_api_key(id.as_str())).await?;
        meta.check(convert(key, call))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let call = call(Operation::List);
        let mut cursor = OffsetCursor::from_query(&query, MAX_PAGE_SIZE)
            .ok_or_else(|| call.invalid_input("cursor of another provider"))?;
        // The plain list reports no total, and its order of keys with the same time is undefined.
        let request = types::SearchApiKeysRequest {
            is_active: (!query.include_inactive).then_some(true),
            name_contains: query.search.clone(),
            order_by: Some(types::SortBy::Id),
            order_desc: Some(false),
            ..types::SearchApiKeysRequest::default()
        };
        loop {
            let options = SearchApiKeysOptions {
                offset: Some(cursor.offset().try_into().unwrap_or(i64::MAX)),
                limit: Some(cursor.limit().into()),
            };
            let (page, meta) = call.response(self.client.search_api_keys(&request, &options)).await?;
            let keys = page.items.into_iter().map(|key| convert(key, call));
            let keys = meta.check(keys.collect::<Result<_>>())?;
            match cursor.page(keys, page.total.try_into().unwrap_or_default()) {
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
        let mut request = types::UpdateApiKeyRequest {
            name: changes.name.clone(),
            is_active: changes.enabled,
            scopes: changes.scopes.clone(),
            ..types::UpdateApiKeyRequest::default()
        };
        changes.description.clone().apply(&mut request.description);
        match changes.expiry {
            Patch::Keep => {}
            Patch::Clear | Patch::Set(Expiry::Never) => request.clear_expires = Some(true),
            Patch::Set(expiry) => request.expires_at = expires_at(call, expiry)?,
        }
        let (key, meta) = call.response(self.client.update_api_key(id.as_str(), &request)).await?;
        let key = convert(key, call).map_err(|error| error.with_effect(Effect::Applied));
        meta.check(key.and_then(|key| changes.verify_response(VENDOR, key)))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        let call = call(Operation::Revoke);
        match call.removal(self.client.deactivate_api_key(id.as_str())).await? {
            Some((key, meta)) if key.is_active => {
                let error = call.unexpected("the response reports that the key is still active");
                meta.check(Err(error.with_effect(Effect::Unknown)))
            }
            _ => Ok(Revocation::disabled()),
        }
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        call(Operation::Delete).removal(self.client.delete_api_key(id.as_str())).await.map(drop)
    }

    async fn rotate(&self, _id: &KeyId, _options: RotateOptions) -> Result<IssuedKey> {
        Err(Error::unsupported(VENDOR, Operation::Rotate))
    }

    async fn reveal(&self, _id: &KeyId) -> Result<SecretKey> {
        Err(Error::unsupported(VENDOR, Operation::Reveal))
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        // The router fails on white space, which is never a key.
        if secret.expose().trim().is_empty() {
            return Ok(Verification::Invalid(InvalidReason::NotFound));
        }
        let request = types::VerifyApiKeyRequest::new(secret.clone());
        let call = call(Operation::Verify);
        match self.client.verify_api_key(&request).await {
            Ok(response) => {
                let (key, meta) = response.into_parts();
                let mut key = meta.check(convert(key, call))?;
                if key.status == KeyStatus::Disabled {
                    return Ok(Verification::Invalid(InvalidReason::Disabled));
                }
                // The application found the key valid, regardless of this machine's clock.
                key.status = KeyStatus::Active;
                Ok(Verification::valid(key))
            }
            Err(error) => match invalid_reason(&error) {
                Some(reason) => Ok(Verification::Invalid(reason)),
                None => Err(call.error(error)),
            },
        }
    }
}

const fn call(operation: Operation) -> OperationCall {
    OperationCall::new(VENDOR, operation, details)
}

/// Returns the reason for an invalid secret, or `None` if the secret was not verified.
///
/// The router rejects a secret with the statuses that the application uses for a credential, so only its messages
/// distinguish the two. An application may check credentials with a part of keyshield that uses the same messages, but
/// that part sends a challenge.
fn invalid_reason(error: &runtime::Error<VerifyApiKeyError>) -> Option<InvalidReason> {
    if error.headers().contains_key("www-authenticate") {
        return None;
    }
    let (VerifyApiKeyError::Unauthorized(body) | VerifyApiKeyError::Forbidden(body)) = error.documented()?
    else {
        return None;
    };
    let Some(types::ErrorDetail::Text(text)) = &body.detail else { return None };
    match text.as_str() {
        "API key invalid" => Some(InvalidReason::NotFound),
        "API key inactive" => Some(InvalidReason::Disabled),
        "API key expired" => Some(InvalidReason::Expired),
        _ => None,
    }
}

/// Converts a key to that of the trait.
fn convert(key: types::ApiKey, call: OperationCall) -> Result<ApiKey> {
    let id = KeyId::new(key.id).map_err(|error| call.unexpected(error))?;
    let mut converted = ApiKey::new(id);
    converted.name = key.name;
    converted.description = key.description;
    converted.hint = Some(key.key_id);
    converted.scopes = Some(key.scopes);
    converted.created_at = key.created_at.as_ref().and_then(DateTime::timestamp);
    converted.last_used_at = key.last_used_at.as_ref().and_then(DateTime::timestamp);
    converted.expiry = match &key.expires_at {
        None => KeyExpiry::Never,
        Some(time) => time.timestamp().map_or(KeyExpiry::Unknown, KeyExpiry::At),
    };
    converted.status = match key.is_active {
        false => KeyStatus::Disabled,
        true if converted.expiry.is_past(Timestamp::now()) => KeyStatus::Expired,
        true => KeyStatus::Active,
    };
    converted.extra = key.additional_properties.into_public();
    Ok(converted)
}

/// Returns the expiration in UTC, or `None` for no expiration. The router fails on a time in the past.
fn expires_at(call: OperationCall, expiry: Expiry) -> Result<Option<DateTime>> {
    let now = Timestamp::now();
    let end = match expiry {
        Expiry::At(time) => time,
        _ => match expiry.lifetime(now) {
            None => return Ok(None),
            Some(lifetime) => now
                .checked_add(lifetime)
                .map_err(|_| call.invalid_input("the expiration must be before the year 10000"))?,
        },
    };
    match end > now {
        true => Ok(Some(end.into())),
        false => Err(call.invalid_input("the expiration must be in the future")),
    }
}

/// Extracts the details of an error response.
fn details(operation: Operation, error: &runtime::Error) -> ErrorDetails {
    let status = error.status().map_or(0, |status| status.as_u16());
    let mut details = ErrorDetails::default();
    match error.body_as::<types::ErrorResponse>().and_then(|body| body.detail) {
        Some(types::ErrorDetail::Text(text)) => details.message = Some(text),
        Some(types::ErrorDetail::Faults(faults)) => {
            details.violations = faults.iter().map(violation).collect()
        }
        Some(types::ErrorDetail::Object(object)) => {
            details.message = object.get("message").and_then(Value::as_str).map(str::to_owned);
        }
        None => {}
    }
    // These operations do not name a key, so the path does not exist at this base URL.
    if status == 404 && matches!(operation, Operation::Create | Operation::List | Operation::Verify) {
        details.kind = Some(ErrorKind::Configuration);
    }
    details
}

fn violation(error: &types::ValidationError) -> Violation {
    let path: Vec<_> = error.loc.iter().map(ToString::to_string).collect();
    Violation::new(path.join("."), error.msg.clone())
}
