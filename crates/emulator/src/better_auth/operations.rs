//! The operations, on validated input.

use std::cmp::Ordering;
use std::time::Duration;

use api_keys_core::{ApiKey, ApiKeyProvider, Expiry, KeyId, ListQuery, NewApiKey, Timestamp, UpdateApiKey};
use serde_json::{Map, Value, json};

use super::errors::ApiError;
use super::key;
use super::options::Version;
use super::schema::{coerced, number};
use super::secret::{SECRET, secret};
use super::server::{Server, Session};

/// The maximum number of keys that are read before filters and pagination.
const CEILING: usize = 100;

/// Fields that can only be set within the server process.
const SERVER_ONLY: [&str; 7] = [
    "refillAmount",
    "refillInterval",
    "rateLimitMax",
    "rateLimitTimeWindow",
    "rateLimitEnabled",
    "permissions",
    "remaining",
];

/// The two configurations, by the owner of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Config {
    User,
    Organization,
}

impl Config {
    const ORGANIZATION: &str = "org";

    /// Returns the configuration with this name; the default one if it is unknown.
    fn named(name: Option<&str>) -> Self {
        match name {
            Some(Self::ORGANIZATION) => Self::Organization,
            _ => Self::User,
        }
    }

    fn of(key: &ApiKey) -> Self {
        Self::named(key.extra.get("configId").and_then(Value::as_str))
    }

    const fn name(self) -> &'static str {
        match self {
            Self::User => "default",
            Self::Organization => Self::ORGANIZATION,
        }
    }
}

impl Server {
    pub(super) async fn create(
        &self,
        input: &Map<String, Value>,
        session: Session,
    ) -> Result<Value, ApiError> {
        let config = Config::named(text(input, "configId"));
        let owner = self.check_owner(input, config, session)?;

        let metadata = input.get("metadata").filter(|value| is_truthy(value));
        match metadata {
            Some(_) if !self.options.metadata => return Err(ApiError::METADATA_DISABLED),
            Some(Value::Object(_) | Value::Array(_)) | None => {}
            Some(_) => return Err(ApiError::METADATA_TYPE),
        }
        let expiry = input.get("expiresIn").and_then(Value::as_f64);
        let expiry = expiry.map(|seconds| expiry_in(seconds, self.state.now())).transpose()?;
        let prefix = text(input, "prefix");
        if prefix.is_some_and(|prefix| prefix.len() > 32) {
            return Err(ApiError::PREFIX_LENGTH);
        }
        let name = text(input, "name");
        if name.is_some_and(|name| length(name) > 32) {
            return Err(ApiError::NAME_LENGTH);
        }

        let secret = secret(prefix.unwrap_or_default());
        let start: String = secret.expose().chars().take(6).collect();
        let mut new = NewApiKey::new(name.unwrap_or_default())
            .owner(owner)
            .expiry(expiry.unwrap_or_default())
            .extra("configId", config.name())
            .extra("prefix", prefix)
            .extra("start", start);
        if name.is_none() {
            new = new.extra("name", Value::Null);
        }
        if let Some(metadata) = metadata {
            new = new.metadata(metadata.clone());
        }
        let issued = SECRET.scope(secret, self.state.store.create(new)).await?;

        let mut view = self.view(&issued.key);
        view["key"] = json!(issued.secret.expose());
        // Echoed unchanged, although `false` is not stored.
        view["metadata"] = input.get("metadata").cloned().unwrap_or_default();
        Ok(view)
    }

    pub(super) async fn get(&self, input: &Map<String, Value>) -> Result<Value, ApiError> {
        Ok(self.view(&self.find(text(input, "id"), input).await?))
    }

    pub(super) async fn list(&self, input: &Map<String, Value>) -> Result<Value, ApiError> {
        let (owner, config) = match text(input, "organizationId") {
            None => (&*self.state.user, Config::User),
            // Neither an organization nor the user: a key without an owner.
            Some("") => ("", Config::User),
            Some(id) => (self.check_member(id).map(|()| id)?, Config::Organization),
        };
        let mut keys = self.state.keys(ListQuery::new().include_inactive(true)).await?;
        keys.retain(|key| self.owner(key) == owner);
        let mut keys: Vec<_> = keys.iter().map(|key| (Config::of(key), self.view(key))).collect();

        if let Some(column) = text(input, "sortBy").filter(|column| !column.is_empty()) {
            if !key::COLUMNS.contains(&column) {
                return Err(ApiError::CRASH);
            }
            let descending = text(input, "sortDirection") == Some("desc");
            keys.sort_by(|(_, a), (_, b)| {
                let order = compare(&a[column], &b[column]);
                if descending { order.reverse() } else { order }
            });
        }
        keys.truncate(CEILING);
        let asked = text(input, "configId").filter(|name| !name.is_empty());
        keys.retain(|(of, _)| *of == config && asked.is_none_or(|asked| asked == of.name()));
        let keys: Vec<_> = keys.into_iter().map(|(_, view)| view).collect();
        if self.version().is_built_in() {
            return Ok(json!(keys));
        }

        // Validated as integers that a float represents exactly.
        let count = |name| input.get(name).map(|value| number(value) as usize);
        let (limit, offset) = (count("limit"), count("offset"));
        let page = keys.iter().skip(offset.unwrap_or(0)).take(limit.unwrap_or(usize::MAX));
        let mut body = json!({ "apiKeys": page.collect::<Vec<_>>(), "total": keys.len() });
        for (name, value) in [("limit", limit), ("offset", offset)] {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        Ok(body)
    }

    pub(super) async fn update(
        &self,
        input: &Map<String, Value>,
        session: Session,
    ) -> Result<Value, ApiError> {
        self.check_user(session, input.get("userId").map(coerced).as_deref())?;
        check_server_only(input)?;
        let found = self.find(text(input, "keyId"), input).await?;

        let mut changes = UpdateApiKey::new();
        if let Some(name) = text(input, "name") {
            if !(1..=32).contains(&length(name)) {
                return Err(ApiError::NAME_LENGTH);
            }
            changes = changes.name(name);
        }
        if let Some(enabled) = input.get("enabled").and_then(Value::as_bool) {
            changes = changes.enabled(enabled);
        }
        match input.get("expiresIn") {
            None => {}
            Some(Value::Null) => changes = changes.clear_expiry(),
            Some(seconds) => {
                let seconds = seconds.as_f64().unwrap_or_default();
                changes = changes.expiry(expiry_in(seconds, self.state.now())?);
            }
        }
        match input.get("metadata").filter(|_| self.options.metadata || self.version() == Version::V1_3) {
            None => {}
            Some(Value::Null) => changes = changes.clear_metadata(),
            Some(metadata @ (Value::Object(_) | Value::Array(_))) => {
                changes = changes.metadata(metadata.clone())
            }
            Some(_) => return Err(ApiError::METADATA_TYPE),
        }
        if changes.fields().is_empty() {
            return Err(ApiError::NO_VALUES);
        }
        if self.version() == Version::V1_3 {
            changes = changes.extra("lastRequest", key::iso(self.state.now()));
        }
        Ok(self.view(&self.state.store.update(&found.id, changes).await?))
    }

    pub(super) async fn delete(&self, input: &Map<String, Value>) -> Result<Value, ApiError> {
        let key = self.find(text(input, "keyId"), input).await?;
        self.state.store.delete(&key.id).await?;
        Ok(json!({ "success": true }))
    }

    /// Returns the key with this id, if it belongs to the configuration and the user.
    async fn find(&self, id: Option<&str>, input: &Map<String, Value>) -> Result<ApiKey, ApiError> {
        let id = KeyId::new(id.unwrap_or_default()).map_err(|_| ApiError::NO_SUCH_KEY)?;
        let key = self.state.store.get(&id).await?;
        let config = Config::named(text(input, "configId"));
        if Config::of(&key) != config {
            return Err(ApiError::NO_SUCH_KEY);
        }
        match config {
            Config::Organization => self.check_member(self.owner(&key))?,
            Config::User if *self.owner(&key) == *self.state.user => {}
            Config::User => return Err(ApiError::NO_SUCH_KEY),
        }
        Ok(key)
    }

    fn owner<'a>(&'a self, key: &'a ApiKey) -> &'a str {
        key.owner.as_deref().unwrap_or(&self.state.user)
    }

    fn view(&self, key: &ApiKey) -> Value {
        key::view(self.version(), key, &self.state.user)
    }

    /// Returns the owner of a new key, if this session may create it.
    fn check_owner(
        &self,
        input: &Map<String, Value>,
        config: Config,
        session: Session,
    ) -> Result<String, ApiError> {
        let user = input.get("userId").map(coerced);
        // Only here, null means that there is no quota.
        let mut limits = input.clone();
        limits.retain(|name, value| !(name == "remaining" && value.is_null()));
        if self.version().is_built_in() {
            self.check_user(session, user.as_deref())?;
            check_server_only(&limits)?;
            return Ok(self.state.user.to_string());
        }
        check_server_only(&limits)?;
        if user.is_some() {
            return Err(ApiError::NO_SESSION);
        }
        let organization = input.get("organizationId").map(coerced).filter(|id| !id.is_empty());
        let owner = match config {
            Config::User => None,
            Config::Organization => Some(organization.ok_or(ApiError::NO_ORGANIZATION)?),
        };
        self.check_user(session, None)?;
        match owner {
            None => Ok(self.state.user.to_string()),
            Some(organization) => self.check_member(&organization).map(|()| organization),
        }
    }

    /// Rejects any user id except that of the session. 1.3 ignores the id if there is a session, and skips the session
    /// otherwise, which is not emulated.
    fn check_user(&self, session: Session, named: Option<&str>) -> Result<(), ApiError> {
        let own = named.is_none_or(|named| {
            named.is_empty() || *named == *self.state.user || self.version() == Version::V1_3
        });
        if session == Session::Live && own { Ok(()) } else { Err(ApiError::NO_SESSION) }
    }

    fn check_member(&self, organization: &str) -> Result<(), ApiError> {
        match self.options.organizations.iter().any(|id| id == organization) {
            true => Ok(()),
            false => Err(ApiError::NO_MEMBER),
        }
    }
}

fn check_server_only(input: &Map<String, Value>) -> Result<(), ApiError> {
    match SERVER_ONLY.iter().any(|&name| input.contains_key(name)) {
        true => Err(ApiError::SERVER_ONLY),
        false => Ok(()),
    }
}

fn text<'a>(input: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

/// Returns the length as JavaScript counts it: an emoji has two units.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// Returns the expiration for a lifetime between a day and a year. Times are in milliseconds.
fn expiry_in(seconds: f64, now: Timestamp) -> Result<Expiry, ApiError> {
    const DAY: f64 = 86_400.0;
    match seconds / DAY {
        days if days < 1.0 => Err(ApiError::EXPIRY_TOO_SMALL),
        days if days > 365.0 => Err(ApiError::EXPIRY_TOO_LARGE),
        _ => now
            .checked_add(Duration::from_millis((seconds * 1000.0) as u64))
            .map(Expiry::At)
            .map_err(|_| ApiError::CRASH),
    }
}

/// Compares values like SQLite: null is first.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0))
        }
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (a, b) => a.to_string().cmp(&b.to_string()),
    }
}
