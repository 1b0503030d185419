//! The provider: maps Clerk's operations to the trait.

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Expiry, Field, InvalidReason, IssuedKey,
    KeyExpiry, KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as runtime, ErrorDetails, Nullable, OperationCall};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::generated::{Client, ListApiKeysOptions, types};

pub(crate) const VENDOR: &str = "clerk";

/// The maximum page size.
const MAX_PAGE_SIZE: u32 = 100;

/// The operations and fields that Clerk supports.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[
        Operation::Create,
        Operation::Get,
        Operation::List,
        Operation::Update,
        Operation::Revoke,
        Operation::Delete,
        Operation::Reveal,
        Operation::Verify,
    ])
    .create_fields(&[
        Field::Name,
        Field::Description,
        Field::Owner,
        Field::Scopes,
        Field::Expiry,
        Field::Metadata,
        Field::Extra,
    ])
    .update_fields(
        &[Field::Description, Field::Owner, Field::Scopes, Field::Expiry, Field::Metadata],
        &[Field::Description, Field::Expiry, Field::Metadata],
    )
    .extra_fields(&["type", "created_by"], &[])
    .list_fields(&[Field::Owner, Field::IncludeInactive, Field::Search])
    .revoke_fields(&[Field::Reason])
    .owner_required()
    .paged()
    .revoke_keeps_record();

/// The API keys of a Clerk instance.
///
/// - An **owner** is Clerk's `subject`, a user, organization, machine or SCIM id, and is needed to create and list.
/// - **Metadata** are Clerk's `claims`.
/// - **Revoking** is for good; the record stays until the key is deleted.
/// - The **name** cannot change.
#[derive(Debug, Clone)]
pub struct Clerk {
    client: Client,
}

impl Clerk {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Returns the typed client, for operations that the trait does not cover.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

#[async_trait]
impl ApiKeyProvider for Clerk {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        CAPABILITIES.validate_create(VENDOR, &new)?;
        let call = call(Operation::Create);
        let mut request =
            types::CreateApiKeyRequest::new(new.name.clone(), new.owner.clone().unwrap_or_default());
        request.description.clone_from(&new.description);
        request.claims.clone_from(&new.metadata);
        request.scopes.clone_from(&new.scopes);
        request.r#type = text(call, &new.extra, "type")?;
        request.created_by = text(call, &new.extra, "created_by")?;
        request.seconds_until_expiration = match new.expiry {
            Expiry::VendorDefault => Nullable::Absent,
            expiry => seconds(call, expiry)?,
        };
        let (issued, meta) = call.response(self.client.create_api_key(&request)).await?;
        let (key, secret) = split(issued);
        let issued = IssuedKey::from_response(convert(key, call), secret);
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
        let owner = query.owner.as_deref().unwrap_or_default();
        let mut cursor = OffsetCursor::from_query(&query, MAX_PAGE_SIZE)
            .ok_or_else(|| call.invalid_input("cursor of another provider"))?;
        loop {
            let options = ListApiKeysOptions {
                include_invalid: query.include_inactive.then_some(types::IncludeInvalid::True),
                limit: Some(cursor.limit().into()),
                offset: Some(cursor.offset().try_into().unwrap_or(i64::MAX)),
                query: query.search.clone(),
                ..ListApiKeysOptions::default()
            };
            let (page, meta) = call.response(self.client.list_api_keys(owner, &options)).await?;
            let keys = page.data.into_iter().map(|key| convert(key, call));
            let keys = meta.check(keys.collect::<Result<_>>())?;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            match cursor.page(keys, page.total_count as u64) {
                Step::Page(page) => return Ok(page),
                Step::Retry(next) => cursor = next,
            }
        }
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        CAPABILITIES.validate_update(VENDOR, &changes)?;
        let call = call(Operation::Update);
        let request = types::UpdateApiKeyRequest {
            description: nullable(changes.description.clone()),
            claims: match &changes.metadata {
                Patch::Keep => None,
                Patch::Clear => Some(Value::Null),
                Patch::Set(metadata) => Some(metadata.clone()),
            },
            scopes: changes.scopes.clone(),
            subject: changes.owner.clone(),
            seconds_until_expiration: match changes.expiry {
                Patch::Keep => Nullable::Absent,
                Patch::Clear => Nullable::Null,
                Patch::Set(expiry) => seconds(call, expiry)?,
            },
        };
        let (key, meta) = call.response(self.client.update_api_key(id.as_str(), &request)).await?;
        let key = convert(key, call).map_err(|error| error.with_effect(Effect::Applied));
        meta.check(key.and_then(|key| changes.verify_response(VENDOR, key)))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        let request = types::RevokeApiKeyRequest { revocation_reason: options.reason };
        let call = call(Operation::Revoke);
        match call.removal(self.client.revoke_api_key(id.as_str(), &request)).await? {
            Some((key, meta)) if !key.revoked => {
                let error = call.unexpected("the response reports that the key is not revoked");
                meta.check(Err(error.with_effect(Effect::Unknown)))
            }
            _ => Ok(Revocation::retained()),
        }
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        let call = call(Operation::Delete);
        match call.removal(self.client.delete_api_key(id.as_str())).await? {
            Some((deletion, meta)) if !deletion.deleted => {
                let error = call.unexpected("the response reports that the key is not deleted");
                meta.check(Err(error.with_effect(Effect::Unknown)))
            }
            _ => Ok(()),
        }
    }

    async fn rotate(&self, _id: &KeyId, _options: RotateOptions) -> Result<IssuedKey> {
        Err(Error::unsupported(VENDOR, Operation::Rotate))
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        let (body, _) = call(Operation::Reveal).response(self.client.get_api_key_secret(id.as_str())).await?;
        Ok(body.secret)
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        let request = types::VerifyApiKeyRequest::new(secret.clone());
        let call = call(Operation::Verify);
        match self.client.verify_api_key(&request).await {
            Ok(response) => {
                let (key, meta) = response.into_parts();
                let key = meta.check(convert(key, call))?;
                // The status is 200 even for keys that do not authenticate.
                Ok(match key.status {
                    KeyStatus::Active => Verification::valid(key),
                    KeyStatus::Expired => Verification::Invalid(InvalidReason::Expired),
                    _ => Verification::Invalid(InvalidReason::Revoked),
                })
            }
            // Only Clerk's own 404 is a result. Any other 404 means an invalid base URL.
            Err(error) => match error.documented() {
                Some(crate::generated::errors::VerifyApiKeyError::NotFound(_)) => {
                    Ok(Verification::Invalid(InvalidReason::NotFound))
                }
                _ => Err(call.error(error)),
            },
        }
    }
}

const fn call(operation: Operation) -> OperationCall {
    OperationCall::new(VENDOR, operation, details)
}

/// Converts a key to that of the trait.
fn convert(key: types::ApiKey, call: OperationCall) -> Result<ApiKey> {
    let id = KeyId::new(key.id).map_err(|error| call.unexpected(error))?;
    let mut converted = ApiKey::new(id);
    converted.name = Some(key.name);
    converted.description = key.description.into_option();
    converted.owner = Some(key.subject);
    converted.scopes = Some(key.scopes);
    converted.created_at = time(key.created_at);
    converted.updated_at = time(key.updated_at);
    converted.expiry = match key.expiration {
        Nullable::Null => KeyExpiry::Never,
        Nullable::Value(number) => time(number).map_or(KeyExpiry::Unknown, KeyExpiry::At),
        Nullable::Absent => KeyExpiry::Unknown,
    };
    converted.last_used_at = key.last_used_at.and_then(time);
    converted.status = match (key.revoked, key.expired) {
        (true, _) => KeyStatus::Revoked,
        (false, true) => KeyStatus::Expired,
        (false, false) => KeyStatus::Active,
    };
    converted.metadata = key.claims;
    converted.extra = key.additional_properties.into_public();
    converted.extra.insert_present([
        ("created_by", key.created_by.map(Value::from)),
        ("revocation_reason", key.revocation_reason.map(Value::from)),
        ("type", Some(key.r#type.into())),
    ]);
    Ok(converted)
}

/// Converts a number of milliseconds or, in Clerk's examples, of seconds. Below 10^11 it must be seconds: as
/// milliseconds it would be before 1974, and as seconds it reaches the year 5138.
fn time(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() < 1e11 { number * 1e3 } else { number };
    #[allow(clippy::cast_possible_truncation, reason = "saturates, and the range is validated next")]
    Timestamp::from_millisecond(milliseconds as i64).ok()
}

fn seconds(call: OperationCall, expiry: Expiry) -> Result<Nullable<f64>> {
    match expiry.lifetime(Timestamp::now()).map(|lifetime| lifetime.as_secs_f64()) {
        None => Ok(Nullable::Null),
        Some(seconds) if seconds > 0.0 => Ok(Nullable::Value(seconds)),
        Some(_) => Err(call.invalid_input("the expiration must be in the future")),
    }
}

fn nullable<T>(patch: Patch<T>) -> Nullable<T> {
    match patch {
        Patch::Keep => Nullable::Absent,
        Patch::Clear => Nullable::Null,
        Patch::Set(value) => Nullable::Value(value),
    }
}

fn text(call: OperationCall, extra: &Map<String, Value>, name: &str) -> Result<Option<String>> {
    match extra.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(call.invalid_input(format!("the extra field `{name}` must be a string"))),
    }
}

/// Extracts the details of an error response.
fn details(_: Operation, error: &runtime::Error) -> ErrorDetails {
    let mut details = ErrorDetails::default();
    if let Some(body) = error.body_as::<types::ErrorResponse>() {
        let mut items = body.errors.into_iter();
        if let Some(first) = items.next() {
            // The status is 403, like that of a missing permission.
            if first.code.ends_with("quota_exceeded") {
                details.kind = Some(ErrorKind::LimitReached);
            }
            details.code = Some(first.code);
            details.message = Some(first.long_message.unwrap_or(first.message));
        }
        details.violations =
            items.map(|item| Violation::new("", item.long_message.unwrap_or(item.message))).collect();
    }
    details
}

/// Separates the secret from the key.
fn split(issued: types::IssuedApiKey) -> (types::ApiKey, SecretKey) {
    let key = types::ApiKey {
        object: issued.object,
        id: issued.id,
        r#type: issued.r#type,
        subject: issued.subject,
        name: issued.name,
        description: issued.description,
        claims: issued.claims,
        scopes: issued.scopes,
        revoked: issued.revoked,
        revocation_reason: issued.revocation_reason,
        expired: issued.expired,
        expiration: issued.expiration,
        created_by: issued.created_by,
        last_used_at: issued.last_used_at,
        created_at: issued.created_at,
        updated_at: issued.updated_at,
        additional_properties: Default::default(),
    };
    (key, issued.secret)
}
