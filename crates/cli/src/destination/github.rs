//! Secrets of GitHub Actions.
//!
//! <https://docs.github.com/en/rest/actions/secrets>

use std::io;
use std::time::Duration;

use api_keys::SecretKey;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::PublicKey;
use crypto_box::aead::OsRng;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::http::{base_url, client, rejected, send, with_path};
use super::{Store, Stored};
use crate::secret::Subject;

const API: &str = "https://api.github.com";

/// The resolution of the time of an update, after which a repeated one is visible.
const RESOLUTION: Duration = Duration::from_millis(1100);

pub(super) struct Github {
    /// The URL of the secrets.
    secrets: Url,
    name: String,
    token: SecretKey,
}

impl Github {
    pub(super) fn new(
        api: Option<&str>,
        repository: &str,
        environment: Option<&str>,
        name: &str,
        token: SecretKey,
    ) -> io::Result<Self> {
        let base = base_url(api.unwrap_or(API))?;
        let (owner, repository) = match repository.split('/').collect::<Vec<_>>()[..] {
            [owner, name] if !owner.is_empty() && !name.is_empty() => (owner, name),
            _ => return Err(io::Error::other("the repository must be OWNER/NAME")),
        };
        let names = [owner, repository, environment.unwrap_or("-"), name];
        if names.iter().any(|name| name.is_empty() || [".", ".."].contains(name)) {
            return Err(io::Error::other("a name is empty or relative"));
        }
        let secrets = match environment {
            Some(environment) => {
                with_path(&base, ["repos", owner, repository, "environments", environment, "secrets"])
            }
            None => with_path(&base, ["repos", owner, repository, "actions", "secrets"]),
        };
        Ok(Self { secrets: secrets?, name: name.to_owned(), token })
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request
            .bearer_auth(self.token.expose())
            .header("Accept", "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28")
    }

    /// Returns the time of the last update, or `None` if the secret does not exist.
    async fn updated_at(&self) -> io::Result<Option<Value>> {
        let url = with_path(&self.secrets, [self.name.as_str()])?;
        match send(self.authorized(client()?.get(url))).await? {
            (StatusCode::OK, body) => Ok(Some(body["updated_at"].clone())),
            (StatusCode::NOT_FOUND, _) => Ok(None),
            (status, _) => Err(rejected("failed to read the state of the secret", status)),
        }
    }

    async fn put(&self, secret: &SecretKey) -> io::Result<()> {
        let url = with_path(&self.secrets, ["public-key"])?;
        let (status, body) = send(self.authorized(client()?.get(url))).await?;
        if status != StatusCode::OK {
            return Err(rejected("failed to read the public key", status));
        }
        let invalid = || io::Error::other("unexpected response for the public key");
        let key = body["key"].as_str().and_then(|key| STANDARD.decode(key).ok()).ok_or_else(invalid)?;
        let key = PublicKey::from_slice(&key).map_err(|_| invalid())?;
        let id = body["key_id"].as_str().ok_or_else(invalid)?;
        let sealed = key
            .seal(&mut OsRng, secret.expose().as_bytes())
            .map_err(|_| io::Error::other("failed to encrypt the secret"))?;
        let body = json!({ "encrypted_value": STANDARD.encode(sealed), "key_id": id });
        let url = with_path(&self.secrets, [self.name.as_str()])?;
        match send(self.authorized(client()?.put(url).json(&body))).await? {
            (StatusCode::CREATED | StatusCode::NO_CONTENT, _) => Ok(()),
            (status, _) => Err(rejected("failed to write the secret", status)),
        }
    }
}

#[async_trait]
impl Store for Github {
    async fn prepare(&self, _: &Subject<'_>) -> io::Result<()> {
        self.updated_at().await.map(drop)
    }

    /// GitHub returns no secrets. [`write`](Self::write) checks that the secret was updated.
    async fn read(&self, _: &Subject<'_>) -> io::Result<Stored> {
        Ok(Stored::Unreadable)
    }

    async fn write(&self, _: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        let before = self.updated_at().await?;
        self.put(secret).await?;
        let mut after = self.updated_at().await?;
        if after.is_some() && after == before {
            // Within the same second as another update.
            tokio::time::sleep(RESOLUTION).await;
            self.put(secret).await?;
            after = self.updated_at().await?;
        }
        match after {
            Some(after) if Some(&after) != before.as_ref() => Ok(()),
            _ => Err(io::Error::other("the secret was not updated")),
        }
    }
}
