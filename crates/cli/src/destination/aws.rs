//! AWS Secrets Manager.

use std::collections::BTreeMap;
use std::io;

use api_keys::SecretKey;
use async_trait::async_trait;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::http::base_url;
use super::{Store, Stored};
use crate::secret::Subject;

pub(super) struct Aws {
    pub(super) secret: String,
    pub(super) field: Option<String>,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
}

/// Region and endpoint, as far as they are declared.
type Place = (Option<String>, Option<String>);

/// Each client caches its credentials, which may come from the network.
static CLIENTS: Mutex<BTreeMap<Place, Client>> = Mutex::const_new(BTreeMap::new());

impl Aws {
    async fn client(&self) -> io::Result<Client> {
        let mut clients = CLIENTS.lock().await;
        let place = (self.region.clone(), self.endpoint.clone());
        if let Some(client) = clients.get(&place) {
            return Ok(client.clone());
        }
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &self.endpoint {
            base_url(endpoint)?;
            loader = loader.endpoint_url(endpoint);
        }
        let client = Client::new(&loader.load().await);
        clients.insert(place, client.clone());
        Ok(client)
    }

    /// Returns the whole secret, or `None` if it does not exist.
    async fn current(&self, client: &Client) -> io::Result<Option<String>> {
        match client.get_secret_value().secret_id(&self.secret).send().await {
            Ok(value) => match value.secret_string {
                Some(text) => Ok(Some(text)),
                None => Err(io::Error::other("the secret is binary")),
            },
            Err(error) => {
                match error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) {
                    true => Ok(None),
                    false => Err(failed("failed to read the secret", error)),
                }
            }
        }
    }

    /// Parses a secret with fields.
    fn fields(text: &str) -> io::Result<Map<String, Value>> {
        // The error contains values.
        serde_json::from_str(text).map_err(|_| io::Error::other("the secret is not a JSON object"))
    }
}

#[async_trait]
impl Store for Aws {
    async fn read(&self, _: &Subject<'_>) -> io::Result<Stored> {
        let Some(text) = self.current(&self.client().await?).await? else { return Ok(Stored::Nothing) };
        let secret = match &self.field {
            None => Some(text),
            Some(field) => Self::fields(&text)?.get(field).and_then(Value::as_str).map(str::to_owned),
        };
        Ok(secret.map_or(Stored::Nothing, |secret| Stored::Secret(SecretKey::new(secret))))
    }

    async fn write(&self, _: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        let client = self.client().await?;
        let before = self.current(&client).await?;
        let text = match &self.field {
            None => secret.expose().to_owned(),
            Some(field) => {
                let mut fields = before.as_deref().map(Self::fields).transpose()?.unwrap_or_default();
                fields.insert(field.clone(), secret.expose().into());
                Value::from(fields).to_string()
            }
        };
        match before {
            Some(_) => client
                .put_secret_value()
                .secret_id(&self.secret)
                .secret_string(text)
                .send()
                .await
                .map(drop)
                .map_err(|error| failed("failed to write the secret", error)),
            None => client
                .create_secret()
                .name(&self.secret)
                .secret_string(text)
                .send()
                .await
                .map(drop)
                .map_err(|error| failed("failed to create the secret", error)),
        }
    }
}

/// Describes an error without the message of the service, which may repeat the request.
fn failed<E, R>(what: &str, error: SdkError<E, R>) -> io::Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    match &error {
        SdkError::ServiceError(_) => {
            io::Error::other(format!("{what}: {}", error.code().unwrap_or("unknown error")))
        }
        _ => io::Error::other(format!("{what}: {}", DisplayErrorContext(&error))),
    }
}
