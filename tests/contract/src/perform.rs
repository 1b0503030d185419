//! Calls of a provider's operations, and a server that responds as documented.

use api_keys_core::{
    ApiKey, ApiKeyProvider, Error, Field, KeyId, ListQuery, NewApiKey, Operation, RevokeOptions,
    RotateOptions, SecretKey, UpdateApiKey, Verification,
};
use serde_json::Value;
use wiremock::{Request, Respond, ResponseTemplate};

use super::connection::Vendor;
use super::mock_server::{Server, response_with};
use super::validator::Validator;

/// The result of an operation.
#[derive(Debug)]
pub enum Performed {
    /// A key.
    Key(Box<ApiKey>),
    /// A key and its secret.
    Issued(Box<ApiKey>, SecretKey),
    /// Keys.
    Keys(Vec<ApiKey>),
    /// A secret.
    Secret(SecretKey),
    /// A verdict on a secret.
    Verdict(Verification),
    /// Nothing but that it was done.
    Done,
}

/// Returns a minimal create request.
pub fn new_key(vendor: &Vendor) -> NewApiKey {
    match vendor.capabilities.owner_required {
        true => NewApiKey::new("nightly export").owner(vendor.owner),
        false => NewApiKey::new("nightly export"),
    }
}

/// Returns a minimal update.
pub fn change(vendor: &Vendor) -> UpdateApiKey {
    let fields = vendor.capabilities.update_fields;
    match fields.contains(Field::Description) && !fields.contains(Field::Name) {
        true => UpdateApiKey::new().description("Reads the warehouse weekly."),
        false => UpdateApiKey::new().name("weekly export"),
    }
}

/// Returns a minimal query of a list.
pub fn query(vendor: &Vendor) -> ListQuery {
    match vendor.capabilities.owner_required {
        true => ListQuery::new().owner(vendor.owner),
        false => ListQuery::new(),
    }
}

/// Returns the operations that a provider supports.
pub fn supported(provider: &dyn ApiKeyProvider) -> impl Iterator<Item = Operation> + use<> {
    let capabilities = provider.capabilities();
    Operation::ALL.iter().copied().filter(move |operation| capabilities.support(*operation).is_supported())
}

/// Calls an operation with the minimal request.
///
/// # Errors
/// Returns the errors of the provider.
pub async fn perform(
    vendor: &Vendor,
    provider: &dyn ApiKeyProvider,
    operation: Operation,
    id: &KeyId,
) -> Result<Performed, Error> {
    Ok(match operation {
        Operation::Create => {
            let (key, secret) = provider.create(new_key(vendor)).await?.into_parts();
            Performed::Issued(Box::new(key), secret)
        }
        Operation::Get => Performed::Key(Box::new(provider.get(id).await?)),
        Operation::List => Performed::Keys(provider.list(query(vendor)).await?.items),
        Operation::Update => Performed::Key(Box::new(provider.update(id, change(vendor)).await?)),
        Operation::Revoke => {
            provider.revoke(id, RevokeOptions::new()).await?;
            Performed::Done
        }
        Operation::Delete => {
            provider.delete(id).await?;
            Performed::Done
        }
        Operation::Rotate => {
            let (key, secret) = provider.rotate(id, RotateOptions::new()).await?.into_parts();
            Performed::Issued(Box::new(key), secret)
        }
        Operation::Reveal => Performed::Secret(provider.reveal(id).await?),
        Operation::Verify => {
            Performed::Verdict(provider.verify(&SecretKey::new("ak_secret_to_verify")).await?)
        }
    })
}

/// Performs every supported operation once and returns the requests.
pub async fn requests(
    server: &Server,
    vendor: &'static Vendor,
    provider: &dyn ApiKeyProvider,
) -> Vec<Request> {
    server.respond(Player { vendor, status: None, nth: 0 }).await;
    for operation in supported(provider) {
        let _ = perform(vendor, provider, operation, &vendor.key_id()).await;
    }
    server.requests().await
}

/// A server that responds to each request with a documented example. A request that the document does not allow
/// receives 418, which no document contains.
#[derive(Debug)]
pub struct Player {
    /// The vendor of the document.
    pub vendor: &'static Vendor,
    /// The status of the response; any success for `None`.
    pub status: Option<u16>,
    /// The index of the example, modulo their number.
    pub nth: usize,
}

impl Respond for Player {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let validator = Validator::new(&self.vendor.document, self.vendor.base_path);
        let Ok(operation) = validator.validate(request) else { return ResponseTemplate::new(418) };
        let mut responses = Vec::new();
        for (status, response) in &operation.responses {
            if self.status.map_or(*status < 300, |wanted| wanted == *status) {
                if response.content.is_empty() {
                    responses.push(ResponseTemplate::new(*status));
                }
                for (label, media) in &response.content {
                    responses.extend(media.examples.values().map(|example| match &example.value {
                        Value::String(text) => response_with(*status, text.as_bytes(), label),
                        json => response_with(*status, json.to_string(), label),
                    }));
                }
            }
        }
        assert!(!responses.is_empty(), "{} does not response with {:?}", operation.id, self.status);
        responses.swap_remove(self.nth % responses.len())
    }
}
