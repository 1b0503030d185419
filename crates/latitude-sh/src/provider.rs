//! The provider: maps Latitude.sh's operations to the trait.

use std::time::Duration;

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Effect, Error, ErrorKind, Field, IssuedKey, KeyId, KeyStatus,
    ListQuery, NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey,
    UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as runtime, DateTime, ErrorDetails, OperationCall};
use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::generated::{Client, types};

pub(crate) const VENDOR: &str = "latitude-sh";

const READ_ONLY: &str = "read_only";
const ALLOWED_IPS: &str = "allowed_ips";

/// The operations and fields that Latitude.sh supports.
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
/// - The **extra fields** `read_only` (a boolean: the key can only read) and `allowed_ips` (a list of addresses and
///   CIDR ranges; empty for no restriction) restrict a key.
/// - **Revoking** and deleting are the same: the record is removed.
/// - A listed key authenticates: there is no other state, so its status is active.
/// - Latitude.sh does not report expirations.
/// - **Rotating** the provider's own key makes the provider unusable.
#[derive(Debug, Clone)]
pub struct LatitudeSh {
    client: Client,
}

impl LatitudeSh {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Returns the typed client, for operations that the trait does not cover.
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn keys(&self, operation: Operation) -> Result<Vec<ApiKey>> {
        let call = call(operation);
        let (list, meta) = call.response(self.client.list_api_keys()).await?;
        meta.check(list.data.into_iter().map(|key| convert(key, call)).collect())
    }

    async fn remove(&self, operation: Operation, id: &KeyId) -> Result<()> {
        call(operation).removal(self.client.delete_api_key(id.as_str())).await.map(drop)
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
        let call = call(Operation::Create);
        let restrictions = Restrictions::parse(call, &new.extra)?;
        let mut attributes = types::CreateApiKeyAttributes::new(new.name.clone());
        attributes.read_only = restrictions.read_only;
        attributes.allowed_ips.clone_from(&restrictions.allowed_ips);
        let data = types::CreateApiKeyData::new(types::ResourceType::ApiKeys, attributes);
        let request = types::CreateApiKeyRequest::new(data);
        let (issued, meta) = call.response(self.client.create_api_key(&request)).await?;
        let (key, secret) = split(issued.data);
        let issued = meta.check(IssuedKey::from_response(convert(key, call), secret))?;
        meta.check(match restrictions.not_applied(&issued.key) {
            Some(field) => Err(issued.field_not_applied(VENDOR, Operation::Create, field)),
            None => new.verify_response(VENDOR, issued),
        })
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
        Ok(Page::complete(self.keys(Operation::List).await?))
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        CAPABILITIES.validate_update(VENDOR, &changes)?;
        let call = call(Operation::Update);
        let restrictions = Restrictions::parse(call, &changes.extra)?;
        let attributes = types::UpdateApiKeyAttributes {
            name: changes.name.clone(),
            read_only: restrictions.read_only,
            allowed_ips: restrictions.allowed_ips.clone(),
        };
        let request = update_request(id, attributes);
        let (updated, meta) = call.response(self.client.update_api_key(id.as_str(), &request)).await?;
        let key = convert(updated.data, call).map_err(|error| error.with_effect(Effect::Applied));
        meta.check(key.and_then(|key| match restrictions.not_applied(&key) {
            Some(field) => {
                let error = call.unexpected(format!("the vendor did not apply the field `{field}`"));
                Err(error.with_effect(Effect::Applied))
            }
            None => changes.verify_response(VENDOR, key),
        }))
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
        // Empty attributes leave name and limits as they are.
        let request = update_request(id, types::UpdateApiKeyAttributes::default());
        let call = call(Operation::Rotate);
        let (issued, meta) = call.response(self.client.regenerate_api_key(id.as_str(), &request)).await?;
        let (key, secret) = split(issued.data);
        meta.check(IssuedKey::from_response(convert(key, call), secret))
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

/// Creates a request for one key. The service requires its id in the body as well.
fn update_request(id: &KeyId, attributes: types::UpdateApiKeyAttributes) -> types::UpdateApiKeyRequest {
    let data =
        types::UpdateApiKeyData::new(types::ResourceType::ApiKeys).id(id.as_str()).attributes(attributes);
    types::UpdateApiKeyRequest::new(data)
}

/// Restrictions of a key: vendor-specific fields that must not be dropped.
struct Restrictions {
    read_only: Option<bool>,
    allowed_ips: Option<Vec<String>>,
}

impl Restrictions {
    fn parse(call: OperationCall, extra: &Map<String, Value>) -> Result<Self> {
        let invalid = |name: &str, expected: &str| {
            call.invalid_input(format!("the extra field `{name}` must be {expected}"))
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

    /// Returns the first restriction that the key does not have.
    fn not_applied(&self, key: &ApiKey) -> Option<&'static str> {
        let reported = |name| key.extra.get(name).filter(|value| !value.is_null());
        // Null and an empty list both mean no restriction.
        let ips = |value: &Value| strings(value).unwrap_or_default();
        let read_only_differs = self.read_only.is_some_and(|requested| {
            requested != reported(READ_ONLY).and_then(Value::as_bool).unwrap_or(false)
        });
        let ips_differ = self
            .allowed_ips
            .as_ref()
            .is_some_and(|requested| *requested != reported(ALLOWED_IPS).map(ips).unwrap_or_default());
        read_only_differs.then_some(READ_ONLY).or(ips_differ.then_some(ALLOWED_IPS))
    }
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Converts a key to that of the trait.
fn convert(key: types::ApiKey, call: OperationCall) -> Result<ApiKey> {
    let id = KeyId::new(key.id).map_err(|error| call.unexpected(error))?;
    let attributes = key.attributes;
    let mut converted = ApiKey::new(id);
    converted.name = attributes.name;
    converted.status = KeyStatus::Active;
    converted.hint = attributes.token_last_slice;
    converted.created_at = attributes.created_at.as_ref().and_then(DateTime::timestamp);
    converted.updated_at = attributes.updated_at.as_ref().and_then(DateTime::timestamp);
    converted.last_used_at = attributes.last_used_at.as_ref().and_then(DateTime::timestamp);
    converted.extra = attributes.additional_properties.into_public();
    let user = attributes.user.unwrap_or_default();
    converted.owner = user.id;
    converted.extra.insert_present([
        (READ_ONLY, attributes.read_only.map(Value::from)),
        (ALLOWED_IPS, attributes.allowed_ips.map(Value::from)),
        ("api_version", attributes.api_version.map(Value::from)),
        ("user_email", user.email.map(Value::from)),
    ]);
    Ok(converted)
}

/// Separates the secret from the key.
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

/// Extracts the details of an error response.
fn details(_: Operation, error: &runtime::Error) -> ErrorDetails {
    let mut details = ErrorDetails::default();
    if let Some(body) = error.body_as::<types::ErrorDocument>() {
        let mut items = body.errors.into_iter();
        if let Some(first) = items.next() {
            // The requested delay is in the body, not in a header.
            let seconds = first.meta.as_ref().and_then(|meta| meta.retry_after);
            details.retry_after = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            details.violations.extend(violation(&first));
            details.code = first.code.into_option();
            details.message = first.detail.or(first.message).or(first.title);
        }
        details.violations.extend(items.filter_map(|item| violation(&item)));
    }
    details
}

fn violation(item: &types::ErrorObject) -> Option<Violation> {
    let source = item.source.as_ref()?;
    let path = source.pointer.as_ref().or(source.parameter.as_ref())?;
    let message = item.detail.as_ref().or(item.message.as_ref()).or(item.title.as_ref())?;
    Some(Violation::new(path.clone(), message.clone()))
}
