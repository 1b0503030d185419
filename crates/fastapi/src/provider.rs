//! What the service's operations mean in terms of the trait.

use api_keys_core::{
    ApiKey, ApiKeyProvider, Capabilities, Error, ErrorKind, Field, IssuedKey, KeyId, KeyStatus, ListQuery,
    NewApiKey, Operation, Page, Result, Revocation, RevokeOptions, RotateOptions, SecretKey, Timestamp,
    UpdateApiKey, Verification, Violation,
};
use api_keys_runtime::{self as http, TimeZone, VendorSaid};
use async_trait::async_trait;
use serde_json::Value;

use crate::generated::{Client, types};

pub(crate) const VENDOR: &str = "fastapi";

/// What the service can do.
pub const CAPABILITIES: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Revoke])
    .create_fields(&[Field::Name, Field::Scopes])
    .lists_active_only()
    .created_at_unreliable()
    .revoke_keeps_record();

/// The API keys of a FastAPI service of Arthur's making, or one with the same routes.
///
/// - The **name** is the service's one free text, `description`.
/// - **Scopes** are the service's roles. Without any said, the service grants its default role; an empty list mints
///   a key without a role.
/// - **Revoking** is for good; the key can still be read by id, but is not listed any more.
/// - **Times** have no offset: see [`time_zone`](crate::FastApiConfig::time_zone). The creation time is that of the
///   server process in known versions, and so not to be relied on.
/// - The service does not say whether keys expire.
#[derive(Debug, Clone)]
pub struct FastApi {
    client: Client,
    /// Zone of times without an offset.
    zone: Option<TimeZone>,
}

impl FastApi {
    pub(crate) fn new(client: Client, zone: Option<TimeZone>) -> Self {
        Self { client, zone }
    }

    /// The typed client, for what the trait leaves out.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn time(&self, time: &http::DateTime) -> Option<Timestamp> {
        match &self.zone {
            Some(zone) => time.timestamp_in(zone),
            None => time.timestamp(),
        }
    }

    /// The key in the trait's terms.
    fn read(&self, key: types::ApiKey, operation: Operation) -> Result<ApiKey> {
        let id = KeyId::new(key.id).map_err(|error| {
            Error::new(ErrorKind::UnexpectedResponse, VENDOR, operation).with_message(error.to_string())
        })?;
        let mut read = ApiKey::new(id);
        read.name = key.description;
        read.status = if key.is_active { KeyStatus::Active } else { KeyStatus::Revoked };
        read.scopes = key.roles;
        read.created_at = self.time(&key.created_at);
        read.extra = key.additional_properties.into_public();
        let further = [("created_at", Some(key.created_at)), ("deactivated_at", key.deactivated_at)];
        let further = further
            .into_iter()
            .filter_map(|(name, time)| time.map(|time| (name.to_owned(), time.as_str().into())));
        read.extra.extend(further);
        // Empty but for the advice that comes with a new key.
        if let Some(message) = key.message.filter(|message| !message.is_empty()) {
            read.extra.insert("message".to_owned(), message.into());
        }
        Ok(read)
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
        let answer = self.client.create_api_key(&request).await.map_err(failed(Operation::Create))?;
        answer.interpret(|issued| {
            let (key, secret) = split(issued);
            new.verify_response(VENDOR, IssuedKey::from_response(self.read(key, Operation::Create), secret)?)
        })
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let answer = self.client.get_api_key(id.as_str()).await.map_err(failed(Operation::Get))?;
        answer.interpret(|key| self.read(key, Operation::Get))
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        CAPABILITIES.validate_list(VENDOR, &query)?;
        let answer = self.client.list_api_keys().await.map_err(failed(Operation::List))?;
        answer.interpret(|keys| {
            let keys = keys.into_iter().map(|key| self.read(key, Operation::List));
            let mut keys: Vec<_> = keys.collect::<Result<_>>()?;
            keys.retain(|key| !key.status.is_inactive());
            Ok(Page::complete(keys))
        })
    }

    async fn update(&self, _id: &KeyId, _changes: UpdateApiKey) -> Result<ApiKey> {
        Err(Error::unsupported(VENDOR, Operation::Update))
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        CAPABILITIES.validate_revoke(VENDOR, &options)?;
        match self.client.deactivate_api_key(id.as_str()).await {
            Ok(_) => Ok(Revocation::retained()),
            Err(error) if error.is_acknowledged() => Ok(Revocation::retained()),
            Err(error) => Err(failed(Operation::Revoke)(error)),
        }
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

/// Takes the secret off, which leaves the key as the other operations return it.
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

/// Maps a failed call, whatever its own error type: the error body is the same everywhere.
fn failed<E>(operation: Operation) -> impl Fn(http::Error<E>) -> Error {
    move |error| fault_to_error(operation, error.into_fault())
}

fn fault_to_error(operation: Operation, fault: http::Fault) -> Error {
    let status = fault.status().map_or(0, |status| status.as_u16());
    let mut said = VendorSaid::default();
    match fault.json::<types::ErrorResponse>().and_then(|body| body.detail) {
        Some(types::ErrorDetail::Text(text)) => {
            // The status is that of any bad value; only the text tells.
            if status == 400 && operation == Operation::Create && text.contains("Maximum number") {
                said.kind = Some(ErrorKind::LimitReached);
            }
            said.message = Some(text);
        }
        Some(types::ErrorDetail::Faults(faults)) => said.violations = faults.iter().map(violation).collect(),
        Some(types::ErrorDetail::Object(object)) => {
            said.message = object.get("message").and_then(Value::as_str).map(str::to_owned);
        }
        None => {}
    }
    // These name no key that could be missing: there is no such path at this base URL.
    if status == 404 && matches!(operation, Operation::Create | Operation::List) {
        said.kind = Some(ErrorKind::Configuration);
    }
    fault.into_error(VENDOR, operation, said)
}

fn violation(fault: &types::ValidationError) -> Violation {
    let path: Vec<_> = fault.loc.iter().map(ToString::to_string).collect();
    Violation::new(path.join("."), fault.msg.clone())
}
