//! The provider: maps the service's operations to the trait.

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, Field, IssuedKey, KeyId, KeyStatus, ListQuery,
    NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, Timestamp,
    UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as runtime, DateTime, ErrorDetails, OperationCall, TimeZone};
use async_trait::async_trait;
use serde_json::Value;

use crate::generated::{Client, types};

pub(crate) const VENDOR: &str = "fastapi";

/// The operations and fields that the service supports.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Revoke])
    .create_fields(&[Field::Name, Field::Scopes])
    .lists_active_only()
    .created_at_unreliable()
    .revoke_keeps_record();

/// The API keys of Arthur's GenAI Engine, or of a FastAPI service with the same routes.
///
/// - The **name** is the service's `description`.
/// - **Scopes** are the service's roles. Without scopes the service grants its default role; an empty list creates a
///   key without a role.
/// - **Revoking** is permanent. The key can still be read by id, but is not listed.
/// - **Times** have no offset: see [`time_zone`](crate::FastApiConfig::time_zone). In known versions the creation time
///   is that of the server process, and thus unreliable.
/// - The service does not report expirations.
#[derive(Debug, Clone)]
pub struct FastApi {
    client: Client,
    /// The time zone of times without an offset.
    zone: Option<TimeZone>,
}

impl FastApi {
    pub(crate) fn new(client: Client, zone: Option<TimeZone>) -> Self {
        Self { client, zone }
    }

    /// Returns the typed client, for operations that the trait does not cover.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn time(&self, time: &DateTime) -> Option<Timestamp> {
        match &self.zone {
            Some(zone) => time.timestamp_in(zone),
            None => time.timestamp(),
        }
    }

    /// Converts a key to that of the trait.
    fn convert(&self, key: types::ApiKey, call: OperationCall) -> Result<ApiKey> {
        let id = KeyId::new(key.id).map_err(|error| call.unexpected(error))?;
        let mut converted = ApiKey::new(id);
        converted.name = key.description;
        converted.status = if key.is_active { KeyStatus::Active } else { KeyStatus::Revoked };
        converted.scopes = key.roles;
        converted.created_at = self.time(&key.created_at);
        converted.extra = key.additional_properties.into_public();
        converted.extra.insert_present([
            ("created_at", Some(key.created_at.as_str().into())),
            ("deactivated_at", key.deactivated_at.map(|time| time.as_str().into())),
            // Empty except for the advice with a new key.
            ("message", key.message.filter(|message| !message.is_empty()).map(Value::from)),
        ]);
        Ok(converted)
    }
}

#[async_trait]
impl ApiKeyProvider for FastApi {
    fn vendor(&self) -> &'static str {
        VENDOR
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    async fn create(&self, new: NewApiKey) -> Result<IssuedKey> {
        CAPABILITIES.validate_create(VENDOR, &new)?;
        let mut request = types::CreateApiKeyRequest::new();
        request.description = Some(new.name.clone());
        request.roles =
            new.scopes.as_ref().map(|scopes| scopes.iter().cloned().map(types::Role::from).collect());
        let call = call(Operation::Create);
        let (issued, meta) = call.response(self.client.create_api_key(&request)).await?;
        let (key, secret) = split(issued);
        let issued = IssuedKey::from_response(self.convert(key, call), secret);
        meta.check(issued.and_then(|issued| new.verify_response(VENDOR, issued)))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let call = call(Operation::Get);
        let (key, meta) = call.response(self.client.get_api_key(id.as_str())).await?;
        meta.check(self.convert(key, call))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let call = call(Operation::List);
        let (keys, meta) = call.response(self.client.list_api_keys()).await?;
        let keys = keys.into_iter().map(|key| self.convert(key, call));
        let mut keys: Vec<_> = meta.check(keys.collect::<Result<_>>())?;
        keys.retain(|key| !key.status.is_inactive());
        Ok(Page::complete(keys))
    }

    async fn update(&self, _id: &KeyId, _changes: UpdateApiKey) -> Result<ApiKey> {
        Err(Error::unsupported(VENDOR, Operation::Update))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        call(Operation::Revoke).removal(self.client.deactivate_api_key(id.as_str())).await?;
        Ok(Revocation::retained())
    }

    async fn delete(&self, _id: &KeyId) -> Result<()> {
        Err(Error::unsupported(VENDOR, Operation::Delete))
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

/// Separates the secret from the key.
fn split(issued: types::IssuedApiKey) -> (types::ApiKey, SecretKey) {
    let key = types::ApiKey {
        id: issued.id,
        description: issued.description,
        is_active: issued.is_active,
        created_at: issued.created_at,
        deactivated_at: None,
        message: issued.message,
        roles: issued.roles,
        additional_properties: Default::default(),
    };
    (key, issued.key)
}

/// Extracts the details of an error response.
fn details(operation: Operation, error: &runtime::Error) -> ErrorDetails {
    let status = error.status().map_or(0, |status| status.as_u16());
    let mut details = ErrorDetails::default();
    match error.body_as::<types::ErrorResponse>().and_then(|body| body.detail) {
        Some(types::ErrorDetail::Text(text)) => {
            // The status is that of any invalid value. Only the text distinguishes.
            if status == 400 && operation == Operation::Create && text.contains("Maximum number") {
                details.kind = Some(ErrorKind::LimitReached);
            }
            details.message = Some(text);
        }
        Some(types::ErrorDetail::Faults(faults)) => {
            details.violations = faults.iter().map(violation).collect()
        }
        Some(types::ErrorDetail::Object(object)) => {
            details.message = object.get("message").and_then(Value::as_str).map(str::to_owned);
        }
        None => {}
    }
    // These operations do not name a key, so the path does not exist at this base URL.
    if status == 404 && matches!(operation, Operation::Create | Operation::List) {
        details.kind = Some(ErrorKind::Configuration);
    }
    details
}

fn violation(error: &types::ValidationError) -> Violation {
    let path: Vec<_> = error.loc.iter().map(ToString::to_string).collect();
    Violation::new(path.join("."), error.msg.clone())
}
