//! The KV engine, version 2, of HashiCorp Vault.
//!
//! <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2>

use std::io;

use api_keys::SecretKey;
use async_trait::async_trait;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Map, Value, json};
use url::Url;

use super::http::{base_url, client, rejected, send, with_path};
use super::{Store, Stored};
use crate::secret::Subject;

/// Attempts to write a secret that others change at the same time.
const ATTEMPTS: u32 = 5;

pub(super) struct Vault {
    url: Url,
    namespace: Option<String>,
    field: String,
    token: SecretKey,
}

impl Vault {
    pub(super) fn new(
        address: Option<&str>,
        namespace: Option<&str>,
        mount: Option<&str>,
        path: &str,
        field: &str,
        token: SecretKey,
    ) -> io::Result<Self> {
        let address = match address {
            Some(address) => address.to_owned(),
            None => std::env::var("VAULT_ADDR")
                .map_err(|_| io::Error::other("neither `address` nor VAULT_ADDR is set"))?,
        };
        let mount = mount.unwrap_or("secret").split('/');
        let segments: Vec<_> =
            ["v1"].into_iter().chain(mount).chain(["data"]).chain(path.split('/')).collect();
        if segments.iter().any(|segment| segment.is_empty() || [".", ".."].contains(segment)) {
            return Err(io::Error::other("the mount point or the path has an empty or relative segment"));
        }
        Ok(Self {
            url: with_path(&base_url(&address)?, segments)?,
            namespace: namespace.map(str::to_owned),
            field: field.to_owned(),
            token,
        })
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header("X-Vault-Token", self.token.expose()).header("X-Vault-Request", "true");
        match &self.namespace {
            Some(namespace) => request.header("X-Vault-Namespace", namespace),
            None => request,
        }
    }

    /// Returns the fields of the current version, and its number; 0 without one.
    async fn current(&self) -> io::Result<(Map<String, Value>, u64)> {
        let (status, body) = send(self.authorized(client()?.get(self.url.clone()))).await?;
        // A deleted version is not found, and has a number.
        let version = body["data"]["metadata"]["version"].as_u64().unwrap_or(0);
        match (status, &body["data"]["data"]) {
            (StatusCode::OK, Value::Object(fields)) => Ok((fields.clone(), version)),
            (StatusCode::NOT_FOUND, _) => Ok((Map::new(), version)),
            (StatusCode::OK, _) => Err(io::Error::other("unexpected response: is the engine KV version 2?")),
            (status, _) => Err(rejected("failed to read the secret", status)),
        }
    }
}

#[async_trait]
impl Store for Vault {
    async fn read(&self, _: &Subject<'_>) -> io::Result<Stored> {
        let (fields, _) = self.current().await?;
        let secret = fields.get(&self.field).and_then(Value::as_str);
        Ok(secret.map_or(Stored::Nothing, |secret| Stored::Secret(SecretKey::new(secret))))
    }

    async fn write(&self, _: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        for _ in 0..ATTEMPTS {
            let (mut fields, version) = self.current().await?;
            fields.insert(self.field.clone(), secret.expose().into());
            let body = json!({ "options": { "cas": version }, "data": fields });
            let (status, body) = send(self.authorized(client()?.post(self.url.clone()).json(&body))).await?;
            let errors = body["errors"].as_array();
            let conflict = errors.into_iter().flatten().any(|error| {
                error.as_str().is_some_and(|error| error.contains("check-and-set parameter did not match"))
            });
            match status {
                StatusCode::OK | StatusCode::NO_CONTENT => return Ok(()),
                StatusCode::BAD_REQUEST if conflict => {}
                status => return Err(rejected("failed to write the secret", status)),
            }
        }
        Err(io::Error::other("the secret is changed by others at the same time"))
    }
}
