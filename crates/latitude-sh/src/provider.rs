//! What Latitude.sh's operations mean in terms of the trait.

use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Field, IssuedKey, KeyId, KeyStatus,
    ListQuery, NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey,
    UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as http, VendorSaid};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::generated::{Client, types};

pub(crate) const VENDOR: &str = "latitude-sh";

const READ_ONLY: &str = "read_only";
const ALLOWED_IPS: &str = "allowed_ips";

/// What Latitude.sh can do.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::List, Operation::Update, Operation::Delete, Operation::Rotate])
    .emulated(&[Operation::Get, Operation::Revoke])
    .create_fields(&[Field::Name, Field::Extra])
    .update_fields(&[Field::Name, Field::Extra], &[])
    .extra_fields(&[READ_ONLY, ALLOWED_IPS], &[READ_ONLY, ALLOWED_IPS])
    .list_fields(&[Field::IncludeInactive])
    .rotate_keeps_id();

/// The API keys of a Latitude.sh account.
///
/// - The **extra fields** `read_only` (a boolean: the key may only read) and `allowed_ips` (a list of addresses and
///   CIDR ranges; empty for no restriction) limit what a key may do.
/// - **Revoking** and deleting are the same: the record is removed.
/// - A key that is listed works: there is no other state, so its status is active.
/// - Latitude.sh does not say whether keys expire.
/// - **Rotating** the key that the provider itself uses locks the provider out.
#[derive(Debug, Clone)]
pub struct LatitudeSh {
    client: Client,
}

impl LatitudeSh {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The typed client, for what the trait leaves out.
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn keys(&self, operation: Operation) -> Result<Vec<ApiKey>> {
        let answer = self.client.list_api_keys().await.map_err(failed(operation))?;
        answer.interpret(|list| list.data.into_iter().map(|key| read(key, operation)).collect())
    }

    async fn remove(&self, operation: Operation, id: &KeyId) -> Result<()> {
        match self.client.delete_api_key(id.as_str()).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_acknowledged() => Ok(()),
            Err(error) => Err(failed(operation)(error)),
        }
    }
}

#[async_trait]
impl ApiKeyProvider for LatitudeSh {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        CAPABILITIES.validate_create(VENDOR, &new)?;
        let limits = Limits::read(Operation::Create, &new.extra)?;
        let mut attributes = types::CreateApiKeyAttributes::new(new.name.clone());
        attributes.read_only = limits.read_only;
        attributes.allowed_ips.clone_from(&limits.allowed_ips);
        let data = types::CreateApiKeyData::new(types::ResourceType::ApiKeys, attributes);
        let request = types::CreateApiKeyRequest::new(data);
        let answer = self.client.create_api_key(&request).await.map_err(failed(Operation::Create))?;
        answer.interpret(|issued| {
            let (key, secret) = split(issued.data);
            let issued = IssuedKey::from_response(read(key, Operation::Create), secret)?;
            match limits.dropped_in(&issued.key) {
                Some(field) => Err(issued.field_not_applied(VENDOR, Operation::Create, field)),
                None => new.verify_response(VENDOR, issued),
            }
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
        Ok(Page::complete(self.keys(Operation::List).await?))
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        CAPABILITIES.validate_update(VENDOR, &changes)?;
        let limits = Limits::read(Operation::Update, &changes.extra)?;
        let attributes = types::UpdateApiKeyAttributes {
            name: changes.name.clone(),
            read_only: limits.read_only,
            allowed_ips: limits.allowed_ips.clone(),
        };
        let request = about(id, attributes);
        let answer =
            self.client.update_api_key(id.as_str(), &request).await.map_err(failed(Operation::Update))?;
        answer.interpret(|updated| {
            let key =
                read(updated.data, Operation::Update).map_err(|error| error.with_effect(Effect::Applied))?;
            match limits.dropped_in(&key) {
                Some(field) => Err(Error::new(ErrorKind::UnexpectedResponse, VENDOR, Operation::Update)
                    .with_effect(Effect::Applied)
                    .with_message(format!("the vendor did not honour the field `{field}`"))),
                None => changes.verify_response(VENDOR, key),
            }
        })
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
        // Empty attributes leave name and limits as they are.
        let request = about(id, types::UpdateApiKeyAttributes::default());
        let answer =
            self.client.regenerate_api_key(id.as_str(), &request).await.map_err(failed(Operation::Rotate))?;
        answer.interpret(|issued| {
            let (key, secret) = split(issued.data);
            IssuedKey::from_response(read(key, Operation::Rotate), secret)
        })
    }

    async fn reveal(&self, _id: &KeyId) -> Result<SecretKey> {
        Err(Error::unsupported(VENDOR, Operation::Reveal))
    }

    async fn verify(&self, _secret: &SecretKey) -> Result<Verification> {
        Err(Error::unsupported(VENDOR, Operation::Verify))
    }
}

/// A request about one key; the service wants its id in the body too.
fn about(id: &KeyId, attributes: types::UpdateApiKeyAttributes) -> types::UpdateApiKeyRequest {
    let data =
        types::UpdateApiKeyData::new(types::ResourceType::ApiKeys).id(id.as_str()).attributes(attributes);
    types::UpdateApiKeyRequest::new(data)
}

/// What limits a key: fields that no other vendor has, but that must not get lost.
struct Limits {
    read_only: Option<bool>,
    allowed_ips: Option<Vec<String>>,
}

impl Limits {
    fn read(operation: Operation, extra: &Map<String, Value>) -> Result<Self> {
        let invalid = |name: &str, what: &str| {
            Error::invalid_input(VENDOR, operation, format!("the extra field `{name}` must be {what}"))
        };
        let read_only = match extra.get(READ_ONLY) {
            None => None,
            Some(value) => Some(value.as_bool().ok_or_else(|| invalid(READ_ONLY, "a boolean"))?),
        };
        let allowed_ips = match extra.get(ALLOWED_IPS) {
            None => None,
            Some(value) => Some(strings(value).ok_or_else(|| invalid(ALLOWED_IPS, "a list of strings"))?),
        };
        Ok(Self { read_only, allowed_ips })
    }

    /// The first limit that the answer does not show, if any.
    fn dropped_in(&self, key: &ApiKey) -> Option<&'static str> {
        let told = |name| key.extra.get(name).filter(|value| !value.is_null());
        // Null and an empty list both mean no restriction.
        let ips = |value: &Value| strings(value).unwrap_or_default();
        let read_only_differs = self
            .read_only
            .is_some_and(|asked| asked != told(READ_ONLY).and_then(Value::as_bool).unwrap_or(false));
        let ips_differ = self
            .allowed_ips
            .as_ref()
            .is_some_and(|asked| *asked != told(ALLOWED_IPS).map(ips).unwrap_or_default());
        read_only_differs.then_some(READ_ONLY).or(ips_differ.then_some(ALLOWED_IPS))
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// The key in the trait's terms.
fn read(key: types::ApiKey, operation: Operation) -> Result<ApiKey> {
    let id = KeyId::new(key.id).map_err(|error| {
        Error::new(ErrorKind::UnexpectedResponse, VENDOR, operation).with_message(error.to_string())
    })?;
    let attributes = key.attributes;
    let mut read = ApiKey::new(id);
    read.name = attributes.name;
    read.status = KeyStatus::Active;
    read.hint = attributes.token_last_slice;
    read.created_at = attributes.created_at.as_ref().and_then(http::DateTime::timestamp);
    read.updated_at = attributes.updated_at.as_ref().and_then(http::DateTime::timestamp);
    read.last_used_at = attributes.last_used_at.as_ref().and_then(http::DateTime::timestamp);
    read.extra = attributes.additional_properties.into_public();
    let user = attributes.user.unwrap_or_default();
    read.owner = user.id;
    let further = [
        (READ_ONLY, attributes.read_only.map(Value::from)),
        (ALLOWED_IPS, attributes.allowed_ips.map(Value::from)),
        ("api_version", attributes.api_version.map(Value::from)),
        ("user_email", user.email.map(Value::from)),
    ];
    read.extra
        .extend(further.into_iter().filter_map(|(name, value)| value.map(|value| (name.to_owned(), value))));
    Ok(read)
}

/// Takes the secret off, which leaves the key as it is listed.
fn split(issued: types::IssuedApiKey) -> (types::ApiKey, SecretKey) {
    let attributes = issued.attributes;
    let key = types::ApiKey {
        id: issued.id,
        r#type: issued.r#type,
        attributes: types::ApiKeyAttributes {
            name: attributes.name,
            token_last_slice: attributes.token_last_slice,
            api_version: attributes.api_version,
            read_only: attributes.read_only,
            allowed_ips: attributes.allowed_ips,
            last_used_at: attributes.last_used_at,
            user: attributes.user,
            created_at: attributes.created_at,
            updated_at: attributes.updated_at,
            additional_properties: Default::default(),
        },
    };
    (key, attributes.token)
}

/// Maps a failed call, whatever its own error type: the error body is the same everywhere.
fn failed<E>(operation: Operation) -> impl Fn(http::Error<E>) -> Error {
    move |error| fault_to_error(operation, error.into_fault())
}

fn fault_to_error(operation: Operation, fault: http::Fault) -> Error {
    let mut said = VendorSaid::default();
    let mut wait = None;
    if let Some(body) = fault.json::<types::ErrorDocument>() {
        let mut items = body.errors.into_iter();
        if let Some(first) = items.next() {
            wait = first.meta.as_ref().and_then(|meta| meta.retry_after);
            said.violations.extend(violation(&first));
            said.code = first.code.into_option();
            said.message = first.detail.or(first.message).or(first.title);
        }
        said.violations.extend(items.filter_map(|item| violation(&item)));
    }
    let error = fault.into_error(VENDOR, operation, said);
    // The service says how long to wait in the body, not in a header.
    match wait.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        Some(wait) if error.retry_after().is_none() => error.with_retry_after(wait),
        _ => error,
    }
}

fn violation(item: &types::ErrorObject) -> Option<Violation> {
    let source = item.source.as_ref()?;
    let path = source.pointer.as_ref().or(source.parameter.as_ref())?;
    let message = item.detail.as_ref().or(item.message.as_ref()).or(item.title.as_ref())?;
    Some(Violation::new(path.clone(), message.clone()))
}
