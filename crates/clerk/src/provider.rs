//! What Clerk's operations mean in terms of the trait.

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Expiry, Field, InvalidReason, IssuedKey,
    KeyExpiry, KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as http, Nullable, VendorSaid};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::generated::{Client, ListApiKeysOptions, types};

pub(crate) const VENDOR: &str = "clerk";

/// The largest page.
const MOST: u32 = 100;

/// What Clerk can do.
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

    /// The typed client, for what the trait leaves out.
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
        let mut request =
            types::CreateApiKeyRequest::new(new.name.clone(), new.owner.clone().unwrap_or_default());
        request.description.clone_from(&new.description);
        request.claims.clone_from(&new.metadata);
        request.scopes.clone_from(&new.scopes);
        request.r#type = text(&new.extra, "type")?;
        request.created_by = text(&new.extra, "created_by")?;
        request.seconds_until_expiration = match new.expiry {
            Expiry::VendorDefault => Nullable::Absent,
            expiry => seconds(Operation::Create, expiry)?,
        };
        let answer = self.client.create_api_key(&request).await.map_err(failed(Operation::Create))?;
        answer.interpret(|issued| {
            let (key, secret) = split(issued);
            new.verify_response(VENDOR, IssuedKey::from_response(read(key, Operation::Create), secret)?)
        })
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let answer = self.client.get_api_key(id.as_str()).await.map_err(failed(Operation::Get))?;
        answer.interpret(|key| read(key, Operation::Get))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let owner = query.owner.as_deref().unwrap_or_default();
        let mut place = OffsetCursor::from_query(&query, MOST).ok_or_else(|| {
            Error::invalid_input(VENDOR, Operation::List, "the cursor is not one of this provider")
        })?;
        loop {
            let options = ListApiKeysOptions {
                include_invalid: query.include_inactive.then_some(types::IncludeInvalid::True),
                limit: Some(place.limit().into()),
                offset: Some(place.offset().try_into().unwrap_or(i64::MAX)),
                query: query.search.clone(),
                ..ListApiKeysOptions::default()
            };
            let answer = self.client.list_api_keys(owner, &options).await.map_err(failed(Operation::List))?;
            let (keys, total) = answer.interpret(|page| {
                let keys = page.data.into_iter().map(|key| read(key, Operation::List));
                Ok((keys.collect::<Result<_>>()?, page.total_count))
            })?;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            match place.page(keys, total as u64) {
                Step::Page(page) => return Ok(page),
                Step::Retry(next) => place = next,
            }
        }
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        CAPABILITIES.validate_update(VENDOR, &changes)?;
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
                Patch::Set(expiry) => seconds(Operation::Update, expiry)?,
            },
        };
        let answer =
            self.client.update_api_key(id.as_str(), &request).await.map_err(failed(Operation::Update))?;
        answer.interpret(|key| {
            let key = read(key, Operation::Update).map_err(|error| error.with_effect(Effect::Applied))?;
            changes.verify_response(VENDOR, key)
        })
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        let request = types::RevokeApiKeyRequest { revocation_reason: options.reason };
        match self.client.revoke_api_key(id.as_str(), &request).await {
            Ok(answer) => answer.interpret(|key| match key.revoked {
                true => Ok(Revocation::retained()),
                false => Err(Error::new(ErrorKind::UnexpectedResponse, VENDOR, Operation::Revoke)
                    .with_effect(Effect::Unknown)
                    .with_message("Clerk says that the key is not revoked")),
            }),
            Err(error) if error.is_acknowledged() => Ok(Revocation::retained()),
            Err(error) => Err(failed(Operation::Revoke)(error)),
        }
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        match self.client.delete_api_key(id.as_str()).await {
            Ok(answer) => answer.interpret(|deletion| match deletion.deleted {
                true => Ok(()),
                false => Err(Error::new(ErrorKind::UnexpectedResponse, VENDOR, Operation::Delete)
                    .with_effect(Effect::Unknown)
                    .with_message("Clerk says that the key is not deleted")),
            }),
            Err(error) if error.is_acknowledged() => Ok(()),
            Err(error) => Err(failed(Operation::Delete)(error)),
        }
    }

    async fn rotate(&self, _id: &KeyId, _options: RotateOptions) -> Result<IssuedKey> {
        Err(Error::unsupported(VENDOR, Operation::Rotate))
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        let answer = self.client.get_api_key_secret(id.as_str()).await.map_err(failed(Operation::Reveal))?;
        Ok(answer.into_body().secret)
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        let request = types::VerifyApiKeyRequest::new(secret.clone());
        match self.client.verify_api_key(&request).await {
            // The status says nothing: 200 also comes for keys that no longer count.
            Ok(answer) => answer.interpret(|key| {
                let key = read(key, Operation::Verify)?;
                Ok(match key.status {
                    KeyStatus::Active => Verification::valid(key),
                    KeyStatus::Expired => Verification::Invalid(InvalidReason::Expired),
                    _ => Verification::Invalid(InvalidReason::Revoked),
                })
            }),
            // Only Clerk's own 404 is an answer; another one means a wrong base URL.
            Err(error) => match error.documented() {
                Some(crate::errors::VerifyApiKeyError::NotFound(_)) => {
                    Ok(Verification::Invalid(InvalidReason::NotFound))
                }
                _ => Err(failed(Operation::Verify)(error)),
            },
        }
    }
}

/// The key in the trait's terms.
fn read(key: types::ApiKey, operation: Operation) -> Result<ApiKey> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Error::new(ErrorKind::UnexpectedResponse, VENDOR, operation).with_message(error.to_string())
    };
    let id = KeyId::new(key.id).map_err(|error| unreadable(&error))?;
    let metadata = key.claims.map(|json| json.value()).transpose().map_err(|error| unreadable(&error))?;
    let mut read = ApiKey::new(id);
    read.name = Some(key.name);
    read.description = key.description.into_option();
    read.owner = Some(key.subject);
    read.scopes = Some(key.scopes);
    read.created_at = time(key.created_at);
    read.updated_at = time(key.updated_at);
    read.expiry = match key.expiration {
        Nullable::Null => KeyExpiry::Never,
        Nullable::Value(number) => time(number).map_or(KeyExpiry::Unknown, KeyExpiry::At),
        Nullable::Absent => KeyExpiry::Unknown,
    };
    read.last_used_at = key.last_used_at.and_then(time);
    read.status = match (key.revoked, key.expired) {
        (true, _) => KeyStatus::Revoked,
        (false, true) => KeyStatus::Expired,
        (false, false) => KeyStatus::Active,
    };
    read.metadata = metadata;
    read.extra = key.additional_properties.into_public();
    let further = [
        ("type", Some(key.r#type)),
        ("created_by", key.created_by),
        ("revocation_reason", key.revocation_reason),
    ];
    read.extra.extend(
        further.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value.into()))),
    );
    Ok(read)
}

/// A point in time from a number that holds milliseconds or, in Clerk's examples, seconds. Below 10^11 it must be
/// seconds: as milliseconds it would lie in 1973 or before, and as seconds it reaches to the year 5138.
fn time(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() < 1e11 { number * 1e3 } else { number };
    #[allow(clippy::cast_possible_truncation, reason = "saturates, and the range is checked next")]
    Timestamp::from_millisecond(milliseconds as i64).ok()
}

fn seconds(operation: Operation, expiry: Expiry) -> Result<Nullable<f64>> {
    match expiry.lifetime(Timestamp::now()).map(|span| span.as_secs_f64()) {
        None => Ok(Nullable::Null),
        Some(seconds) if seconds > 0.0 => Ok(Nullable::Value(seconds)),
        Some(_) => Err(Error::invalid_input(VENDOR, operation, "an expiry must lie ahead")),
    }
}

fn nullable<T>(patch: Patch<T>) -> Nullable<T> {
    match patch {
        Patch::Keep => Nullable::Absent,
        Patch::Clear => Nullable::Null,
        Patch::Set(value) => Nullable::Value(value),
    }
}

fn text(extra: &Map<String, Value>, name: &str) -> Result<Option<String>> {
    match extra.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => {
            let message = format!("the extra field `{name}` must be a string");
            Err(Error::invalid_input(VENDOR, Operation::Create, message))
        }
    }
}

/// Maps a failed call, whatever its own error type: Clerk's error body is the same everywhere.
fn failed<E>(operation: Operation) -> impl Fn(http::Error<E>) -> Error {
    move |error| fault_to_error(operation, error.into_fault())
}

fn fault_to_error(operation: Operation, fault: http::Fault) -> Error {
    let mut said = VendorSaid::default();
    if let Some(body) = fault.json::<types::ErrorResponse>() {
        let mut items = body.errors.into_iter();
        if let Some(first) = items.next() {
            // A quota is the only reason known for a 403 on create.
            if first.code.ends_with("quota_exceeded") {
                said.kind = Some(ErrorKind::LimitReached);
            }
            said.code = Some(first.code);
            said.message = Some(first.long_message.unwrap_or(first.message));
        }
        said.violations =
            items.map(|item| Violation::new("", item.long_message.unwrap_or(item.message))).collect();
    }
    fault.into_error(VENDOR, operation, said)
}

/// Takes the secret off, which leaves the key as the other operations return it.
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
