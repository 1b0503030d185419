//! Guarantees for the operations of every provider.

use std::error::Error as _;
use std::fmt::Debug;
use std::time::Duration;

use api_keys::{
    ApiKeyProvider, ApiKeyProviderExt as _, Capabilities, Cursor, Effect, Error, ErrorKind, Expiry, Field,
    IssuedKey, KeyId, ListQuery, NewApiKey, Operation, ProviderConfig, Result, RevokeOptions, RotateOptions,
    SecretKey, Timestamp, UpdateApiKey,
};
use futures_util::TryStreamExt as _;
use serde_json::{Value, json};

use crate::response::{CannedResponse, take_line};
use crate::server::Server;
use crate::target::{NEW_SECRET, TOKEN, contains, run};
use crate::{client, secrets};

/// Owner for vendors that require one.
const OWNER: &str = "user_0123456789abcdefghijklmnopq";

/// Runs every operation of a provider. The first line is its configuration in JSON, without base URL and token; the
/// rest is the response to every request.
pub fn provider(data: &[u8]) {
    let mut response = data;
    let Ok(Value::Object(mut config)) = serde_json::from_slice(take_line(&mut response)) else { return };
    config.insert("base_url".to_owned(), "https://api.example.com".into());
    config.insert("token".to_owned(), TOKEN.into());
    let Ok(mut config) = ProviderConfig::from_value(config.into()) else { return };
    let Some(http) = config.http_mut() else { return };
    let server = Server::new(CannedResponse::parse(response));
    *http = server.config();
    let Ok(provider) = config.build() else { return };
    run(client::every_operation(&server));
    run(every_operation(&server, &*provider));
}

/// Calls every operation, in each way that the capabilities allow.
async fn every_operation(server: &Server, provider: &dyn ApiKeyProvider) {
    let secrets = secrets::pointers(provider.vendor(), |_| true);
    let checks = Checks { server, provider, secrets };
    let id = KeyId::new("ak_0123456789abcdef0123456789abcdef").expect("a valid id");

    let capabilities = provider.capabilities();
    let new_keys = new_keys(&capabilities);
    for new in new_keys.clone() {
        checks.issued(Operation::Create, provider.create(new).await);
    }
    checks.issued(Operation::Rotate, provider.rotate(&id, RotateOptions::new()).await);

    if let Some(key) = checks.call(Operation::Get, provider.get(&id).await) {
        assert!(KeyId::new(key.id.as_str()).is_ok(), "an invalid id: {:?}", key.id);
    }
    let mut query = ListQuery::new().limit(2);
    query.owner.clone_from(&new_keys[0].owner);
    checks.call(Operation::List, provider.list(query.clone()).await);
    for cursor in ["1:ak_1", "9223372036854775808:ak_1", "18446744073709551615:ak_1", "nonsense"] {
        checks.call(Operation::List, provider.list(query.clone().cursor(Cursor::new(cursor))).await);
    }
    checks.call(Operation::List, provider.keys(query).try_collect::<Vec<_>>().await);
    checks.call(Operation::List, provider.orphans(&new_keys[0], Timestamp::UNIX_EPOCH).await);

    for changes in changes(&capabilities) {
        checks.call(Operation::Update, provider.update(&id, changes).await);
    }
    checks.call(Operation::Revoke, provider.revoke(&id, RevokeOptions::new()).await);
    checks.call(Operation::Delete, provider.delete(&id).await);
    checks.call(Operation::Reveal, provider.reveal(&id).await);
    // An error response may echo the secret to verify, like the credential.
    for secret in ["ak_canary_asked_89abcdef", TOKEN] {
        checks.call(Operation::Verify, provider.verify(&SecretKey::new(secret)).await);
    }
}

/// Returns a key with the required fields, and one with every supported field.
fn new_keys(capabilities: &Capabilities) -> [NewApiKey; 2] {
    let supports = |field| capabilities.create_fields.contains(field);
    let mut minimal = NewApiKey::new("nightly export");
    minimal.owner = capabilities.owner_required.then(|| OWNER.to_owned());
    let mut full = minimal.clone();
    full.owner = supports(Field::Owner).then(|| OWNER.to_owned());
    full.scopes = supports(Field::Scopes).then(|| vec!["files:read".to_owned()]);
    full.metadata = supports(Field::Metadata).then(|| json!({ "team": "data" }));
    if supports(Field::Expiry) {
        full = full.expires_in(Duration::from_secs(90 * 24 * 60 * 60));
    }
    [minimal, full]
}

/// Returns one change of each supported field, and one that clears.
fn changes(capabilities: &Capabilities) -> impl Iterator<Item = UpdateApiKey> {
    let changes = UpdateApiKey::new;
    let fields = [
        (Field::Enabled, changes().enabled(false)),
        (Field::Scopes, changes().scopes(["files:read"])),
        (Field::Metadata, changes().metadata(json!({ "team": "data" }))),
        (Field::Expiry, changes().expiry(Expiry::In(Duration::from_secs(86_400)))),
    ];
    let supported = fields.into_iter().filter(|(field, _)| capabilities.update_fields.contains(*field));
    let clears = capabilities.clearable_fields.contains(Field::Expiry).then(|| changes().clear_expiry());
    [changes().name("weekly export")].into_iter().chain(supported.map(|(_, changes)| changes)).chain(clears)
}

struct Checks<'a> {
    server: &'a Server,
    provider: &'a dyn ApiKeyProvider,
    /// JSON pointers of secrets in the vendor's responses.
    secrets: Vec<String>,
}

impl Checks<'_> {
    /// Checks a call that issues a secret: the secret is returned or kept, and not printed.
    fn issued(&self, operation: Operation, result: Result<IssuedKey>) {
        let response = &self.server.response;
        let operations = self.server.operations();
        let secrets = secrets::pointers(self.provider.vendor(), |id| operations.contains(&id));
        let is_issued = response.status.is_success() && response.has_new_secret(&secrets);
        let is_recoverable = match &result {
            Ok(issued) => contains(issued.secret.expose().as_bytes(), NEW_SECRET),
            Err(error) => match error.effect() {
                Effect::Applied => error.body().is_some_and(|body| contains(body.expose(), NEW_SECRET)),
                // Nothing was sent, or the response is a web page.
                _ => true,
            },
        };
        assert!(is_recoverable || !is_issued, "the new secret is lost: {result:?}");
        self.call(operation, result);
    }

    fn call<T: Debug>(&self, operation: Operation, result: Result<T>) -> Option<T> {
        let requests = self.server.take();
        let response = &self.server.response;
        client::assert_no_duplicates(response, &requests);
        match result {
            Ok(value) => {
                let shown = format!("{value:?}");
                assert!(!requests.is_empty());
                // Some vendors report an invalid secret with an error status.
                let is_invalid_secret = operation == Operation::Verify
                    && response.status.is_client_error()
                    && shown.starts_with("Invalid(");
                assert!(response.status.is_success() || is_invalid_secret, "{operation}: {shown}");
                response.assert_new_secret_hidden(&self.secrets, &shown);
                Some(value)
            }
            Err(error) => {
                self.effect(operation, &error, requests.first().map(|first| first.context.operation.class));
                let shown = format!("{error} {error:?} {:?}", error.source());
                assert!(!error.to_string().chars().any(char::is_control), "not one line: {error:?}");
                response.assert_new_secret_hidden(&self.secrets, &shown);
                if !response.status.is_success() {
                    let kept = error.body().map_or(&[][..], |body| body.expose());
                    client::assert_token_hidden(response, kept, &shown);
                }
                assert_eq!(error.vendor(), self.provider.vendor());
                assert_eq!(error.operation(), Some(operation));
                None
            }
        }
    }

    fn effect(&self, operation: Operation, error: &Error, class: Option<api_keys::runtime::OperationClass>) {
        let status = self.server.response.status;
        let supported = self.provider.capabilities().support(operation).is_supported();
        assert_eq!(error.kind() == ErrorKind::Unsupported, !supported, "{error:?}");
        let Some(class) = class.filter(|_| error.attempts() > 0) else {
            return assert_eq!(error.effect(), Effect::NotApplied, "{error:?}");
        };
        let is_read =
            matches!(operation, Operation::Get | Operation::List | Operation::Reveal | Operation::Verify);
        match (status.is_success(), is_read) {
            (_, true) => assert_eq!(error.effect(), Effect::NotApplied, "{error:?}"),
            (false, false) => assert_eq!(error.effect(), client::effect(class, status, false), "{error:?}"),
            // A web page, or a response that shows that the request was not fulfilled.
            (true, false) => assert_ne!(error.effect(), Effect::NotApplied, "{error:?}"),
        }
    }
}
