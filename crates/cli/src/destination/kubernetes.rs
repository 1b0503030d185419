//! Manifests of Kubernetes Secrets.

use std::io;
use std::path::PathBuf;

use api_keys::SecretKey;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{Store, Stored};
use crate::file::{read_optional, replace};
use crate::secret::Subject;

pub(super) struct Kubernetes {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) key: String,
}

impl Kubernetes {
    /// Returns the manifest in the file, which must be of the same Secret.
    fn manifest(&self) -> io::Result<Option<Map<String, Value>>> {
        let Some(text) = read_optional(&self.path)?.filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        // The error contains values.
        let manifest: Map<String, Value> = serde_norway::from_str(&text)
            .map_err(|_| io::Error::other("the file is not the manifest of one object in YAML"))?;
        let metadata = manifest.get("metadata");
        let is = |member: &str, value: &str| {
            metadata.and_then(|metadata| metadata[member].as_str()) == Some(value)
        };
        let same = manifest.get("kind").and_then(Value::as_str) == Some("Secret")
            && is("name", &self.name)
            && self.namespace.as_ref().is_none_or(|namespace| is("namespace", namespace));
        match same {
            true => Ok(Some(manifest)),
            false => Err(io::Error::other("the file contains another object")),
        }
    }

    fn new_manifest(&self) -> Map<String, Value> {
        let mut metadata = Map::from_iter([("name".to_owned(), json!(self.name))]);
        if let Some(namespace) = &self.namespace {
            metadata.insert("namespace".to_owned(), json!(namespace));
        }
        Map::from_iter([
            ("apiVersion".to_owned(), json!("v1")),
            ("kind".to_owned(), json!("Secret")),
            ("metadata".to_owned(), metadata.into()),
            ("type".to_owned(), json!("Opaque")),
        ])
    }
}

#[async_trait]
impl Store for Kubernetes {
    async fn read(&self, _: &Subject<'_>) -> io::Result<Stored> {
        let Some(manifest) = self.manifest()? else { return Ok(Stored::Nothing) };
        // The API server prefers `stringData`.
        let plain = manifest.get("stringData").and_then(|data| data[&self.key].as_str());
        let encoded = || manifest.get("data").and_then(|data| data[&self.key].as_str());
        let decoded = || String::from_utf8(STANDARD.decode(encoded()?).ok()?).ok();
        let secret = plain.map(str::to_owned).or_else(decoded);
        Ok(secret.map_or(Stored::Nothing, |secret| Stored::Secret(SecretKey::new(secret))))
    }

    async fn write(&self, _: &Subject<'_>, secret: &SecretKey) -> io::Result<()> {
        let mut manifest = self.manifest()?.unwrap_or_else(|| self.new_manifest());
        if let Some(Value::Object(plain)) = manifest.get_mut("stringData") {
            plain.remove(&self.key);
        }
        let data = manifest.entry("data").or_insert_with(|| Map::new().into());
        let Value::Object(data) = data else {
            return Err(io::Error::other("the data of the Secret is not a mapping"));
        };
        data.insert(self.key.clone(), STANDARD.encode(secret.expose()).into());
        let text = serde_norway::to_string(&manifest)
            .map_err(|_| io::Error::other("the manifest cannot be written as YAML"))?;
        replace(&self.path, &text)
    }
}
