//! What keyshield's operations mean in terms of the trait.

use api_keys_core::provider::{OffsetCursor, Step};
use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Expiry, Field, InvalidReason, IssuedKey,
    KeyExpiry, KeyId, KeyStatus, ListQuery, NewApiKey, Operation, Page, Patch, Result, Revocation,
    RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as http, DateTime, VendorSaid};
use async_trait::async_trait;
use serde_json::Value;

use crate::errors::VerifyApiKeyError;
use crate::generated::{Client, SearchApiKeysOptions, types};

pub(crate) const VENDOR: &str = "keyshield";

/// The largest page.
const MOST: u32 = 100;

/// What keyshield can do.
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
/// - **Scopes** begin with a lower-case letter and go on with these, digits and `:`, `_`, `-`. Without any said, a key
///   has none.
/// - **Revoking** switches the key off, which an update can undo; deleting is for good.
/// - A **description** can be made empty by an update, but not removed.
/// - A **list** is in the order of ids, so that keys that come and go do not hide others. Its **search** is for a part
///   of the name.
#[derive(Debug, Clone)]
pub struct Keyshield {
    client: Client,
}

impl Keyshield {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The typed client, for what the trait leaves out.
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
        request.expires_at = end(Operation::Create, new.expiry)?;
        let answer = self.client.create_api_key(&request).await.map_err(failed(Operation::Create))?;
        answer.interpret(|issued| {
            let key = read(issued.entity, Operation::Create);
            new.verify_response(VENDOR, IssuedKey::from_response(key, issued.api_key)?)
        })
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let answer = self.client.get_api_key(id.as_str()).await.map_err(failed(Operation::Get))?;
        answer.interpret(|key| read(key, Operation::Get))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let mut place = OffsetCursor::from_query(&query, MOST).ok_or_else(|| {
            Error::invalid_input(VENDOR, Operation::List, "the cursor is not one of this provider")
        })?;
        // The plain list says neither how many keys there are nor in which order two of the same moment come.
        let request = types::SearchApiKeysRequest {
            is_active: (!query.include_inactive).then_some(true),
            name_contains: query.search.clone(),
            order_by: Some(types::SortBy::Id),
            order_desc: Some(false),
            ..types::SearchApiKeysRequest::default()
        };
        loop {
            let options = SearchApiKeysOptions {
                offset: Some(place.offset().try_into().unwrap_or(i64::MAX)),
                limit: Some(place.limit().into()),
            };
            let answer = self.client.search_api_keys(&request, &options).await;
            let answer = answer.map_err(failed(Operation::List))?;
            let (keys, total) = answer.interpret(|page| {
                let keys = page.items.into_iter().map(|key| read(key, Operation::List));
                Ok((keys.collect::<Result<_>>()?, page.total.try_into().unwrap_or_default()))
            })?;
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
            Patch::Set(expiry) => request.expires_at = end(Operation::Update, expiry)?,
        }
        let answer =
            self.client.update_api_key(id.as_str(), &request).await.map_err(failed(Operation::Update))?;
        answer.interpret(|key| {
            let key = read(key, Operation::Update).map_err(|error| error.with_effect(Effect::Applied))?;
            changes.verify_response(VENDOR, key)
        })
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        match self.client.deactivate_api_key(id.as_str()).await {
            Ok(answer) => answer.interpret(|key| match key.is_active {
                false => Ok(Revocation::disabled()),
                true => Err(Error::new(ErrorKind::UnexpectedResponse, VENDOR, Operation::Revoke)
                    .with_effect(Effect::Unknown)
                    .with_message("the application says that the key is still active")),
            }),
            Err(error) if error.is_acknowledged() => Ok(Revocation::disabled()),
            Err(error) => Err(failed(Operation::Revoke)(error)),
        }
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        match self.client.delete_api_key(id.as_str()).await {
            Ok(_) => Ok(()),
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

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        // The router fails on white space, of which no key is made.
        if secret.expose().trim().is_empty() {
            return Ok(Verification::Invalid(InvalidReason::NotFound));
        }
        let request = types::VerifyApiKeyRequest::new(secret.clone());
        match self.client.verify_api_key(&request).await {
            Ok(answer) => answer.interpret(|key| {
                let mut key = read(key, Operation::Verify)?;
                Ok(match key.status {
                    KeyStatus::Disabled => Verification::Invalid(InvalidReason::Disabled),
                    _ => {
                        // It was good when the application looked, whatever this machine's clock says.
                        key.status = KeyStatus::Active;
                        Verification::valid(key)
                    }
                })
            }),
            Err(error) => match verdict(&error) {
                Some(reason) => Ok(Verification::Invalid(reason)),
                None => Err(failed(Operation::Verify)(error)),
            },
        }
    }
}

/// Why the secret is no good; `None` when the question was not answered.
///
/// The router refuses a secret with the statuses that the application has for a credential, so the router's own words
/// must tell. An application may check credentials with a part of keyshield that uses the same words, but that part
/// challenges the caller.
fn verdict(error: &http::Error<VerifyApiKeyError>) -> Option<InvalidReason> {
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

/// The key in the trait's terms.
fn read(key: types::ApiKey, operation: Operation) -> Result<ApiKey> {
    let id = KeyId::new(key.id).map_err(|error| {
        Error::new(ErrorKind::UnexpectedResponse, VENDOR, operation).with_message(error.to_string())
    })?;
    let mut read = ApiKey::new(id);
    read.name = key.name;
    read.description = key.description;
    read.hint = Some(key.key_id);
    read.scopes = Some(key.scopes);
    read.created_at = key.created_at.as_ref().and_then(DateTime::timestamp);
    read.last_used_at = key.last_used_at.as_ref().and_then(DateTime::timestamp);
    read.expiry = match &key.expires_at {
        None => KeyExpiry::Never,
        Some(time) => time.timestamp().map_or(KeyExpiry::Unknown, KeyExpiry::At),
    };
    read.status = match key.is_active {
        false => KeyStatus::Disabled,
        true if read.expiry.is_past(Timestamp::now()) => KeyStatus::Expired,
        true => KeyStatus::Active,
    };
    read.extra = key.additional_properties.into_public();
    Ok(read)
}

/// When a key ends, in UTC; `None` where it does not. The router fails on a time that is over.
fn end(operation: Operation, expiry: Expiry) -> Result<Option<DateTime>> {
    let now = Timestamp::now();
    let end = match expiry {
        Expiry::At(time) => time,
        _ => match expiry.lifetime(now) {
            None => return Ok(None),
            Some(span) => now.checked_add(span).map_err(|_| {
                Error::invalid_input(VENDOR, operation, "an expiry must lie before the year 10000")
            })?,
        },
    };
    match end > now {
        true => Ok(Some(end.into())),
        false => Err(Error::invalid_input(VENDOR, operation, "an expiry must lie ahead")),
    }
}

/// Maps a failed call, whatever its own error type: the error body is the same everywhere.
fn failed<E>(operation: Operation) -> impl Fn(http::Error<E>) -> Error {
    move |error| fault_to_error(operation, error.into_fault())
}

fn fault_to_error(operation: Operation, fault: http::Fault) -> Error {
    let status = fault.status().map_or(0, |status| status.as_u16());
    let mut said = VendorSaid::default();
    match fault.json::<types::ErrorResponse>().and_then(|body| body.detail) {
        Some(types::ErrorDetail::Text(text)) => said.message = Some(text),
        Some(types::ErrorDetail::Faults(faults)) => said.violations = faults.iter().map(violation).collect(),
        Some(types::ErrorDetail::Object(object)) => {
            said.message = object.get("message").and_then(Value::as_str).map(str::to_owned);
        }
        None => {}
    }
    // These name no key that could be missing: there is no such path at this base URL.
    if status == 404 && matches!(operation, Operation::Create | Operation::List | Operation::Verify) {
        said.kind = Some(ErrorKind::Configuration);
    }
    fault.into_error(VENDOR, operation, said)
}

fn violation(fault: &types::ValidationError) -> Violation {
    let path: Vec<_> = fault.loc.iter().map(ToString::to_string).collect();
    Violation::new(path.join("."), fault.msg.clone())
}
