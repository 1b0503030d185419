//! Output of keys.

use api_keys::{ApiKey, Fields, Json, KeyExpiry, KeyStatus, Timestamp};
use comfy_table::Color;
use serde::{Serialize, Serializer};

use super::table::{Column, Field, always, if_room, whole};
use crate::config::Provider;
use crate::human;

/// The fields of a key under their stable names.
#[derive(Debug, Serialize)]
pub(crate) struct KeyRecord {
    pub(crate) provider: String,
    vendor: &'static str,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    description: Option<String>,
    pub(crate) status: &'static str,
    hint: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    /// `never`, `at` or `unknown`.
    pub(crate) expiry: &'static str,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) last_used_at: Option<Timestamp>,
    #[serde(serialize_with = "serialize_parsed")]
    metadata: Option<Json>,
    extra: Fields,
}

/// The columns of [`KeyRecord::csv`]; metadata and extra fields are in JSON only.
pub(crate) const CSV_HEADER: [&str; 14] = [
    "provider",
    "vendor",
    "id",
    "name",
    "description",
    "status",
    "hint",
    "owner",
    "scopes",
    "created_at",
    "updated_at",
    "expiry",
    "expires_at",
    "last_used_at",
];

/// The columns of [`KeyRecord::row`].
pub(crate) const COLUMNS: [Column; 10] = [
    if_room("PROVIDER", 9),
    whole("ID"),
    always("NAME"),
    always("STATUS"),
    if_room("HINT", 2),
    if_room("OWNER", 4),
    if_room("SCOPES", 3),
    if_room("CREATED", 5),
    if_room("EXPIRES", 7),
    if_room("LAST USED", 6),
];

impl KeyRecord {
    pub(crate) fn new(provider: &Provider, key: ApiKey) -> Self {
        Self {
            provider: provider.name.clone(),
            vendor: provider.vendor(),
            id: key.id.into(),
            name: key.name,
            description: key.description,
            status: key.status.as_str(),
            hint: key.hint,
            owner: key.owner,
            scopes: key.scopes,
            created_at: key.created_at,
            updated_at: key.updated_at,
            expiry: match key.expiry {
                KeyExpiry::Never => "never",
                KeyExpiry::At(_) => "at",
                KeyExpiry::Unknown => "unknown",
            },
            expires_at: key.expiry.at(),
            last_used_at: key.last_used_at,
            metadata: key.metadata,
            extra: key.extra,
        }
    }

    pub(crate) fn csv(&self) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let time = |value: &Option<Timestamp>| value.map(|time| time.to_string()).unwrap_or_default();
        vec![
            self.provider.clone(),
            self.vendor.to_owned(),
            self.id.clone(),
            text(&self.name),
            text(&self.description),
            self.status.to_owned(),
            text(&self.hint),
            text(&self.owner),
            self.scopes.as_ref().map(|scopes| scopes.join(" ")).unwrap_or_default(),
            time(&self.created_at),
            time(&self.updated_at),
            self.expiry.to_owned(),
            time(&self.expires_at),
            time(&self.last_used_at),
        ]
    }

    /// Returns the row of the table. The provider is empty unless there are several.
    pub(crate) fn row(&self, several: bool, now: Timestamp) -> Vec<Field> {
        let text = |value: &Option<String>| Field::from(value.as_deref().unwrap_or("–"));
        let time = |value: Option<Timestamp>| value.map_or("–".to_owned(), |time| human::time(time, now));
        vec![
            if several { Field::from(&self.provider) } else { Field::from("") },
            Field::from(&self.id),
            text(&self.name),
            status(self.status),
            text(&self.hint),
            text(&self.owner),
            Field::from(self.scopes.as_deref().map_or("–".to_owned(), words)),
            Field::from(time(self.created_at)),
            match self.expires_at {
                Some(at) if at <= now => Field::from(time(Some(at))).color(Color::Red),
                Some(at) => Field::from(time(Some(at))),
                None if self.expiry == "never" => Field::from("never").color(Color::Yellow),
                None => Field::from("–"),
            },
            Field::from(time(self.last_used_at)),
        ]
    }

    /// Returns titles and values of the fields that are set.
    pub(crate) fn lines(&self, now: Timestamp) -> Vec<(&'static str, String)> {
        let time =
            |value: Option<Timestamp>| value.map(|time| format!("{time:.0} ({})", human::age(time, now)));
        let expires = time(self.expires_at).or((self.expiry == "never").then(|| "never".to_owned()));
        let all = [
            ("provider", Some(format!("{} ({})", self.provider, self.vendor))),
            ("id", Some(self.id.clone())),
            ("name", self.name.clone()),
            ("description", self.description.clone()),
            ("status", Some(self.status.to_owned())),
            ("hint", self.hint.clone()),
            ("owner", self.owner.clone()),
            ("scopes", self.scopes.as_deref().map(words)),
            ("created", time(self.created_at)),
            ("updated", time(self.updated_at)),
            ("expires", expires),
            ("last used", time(self.last_used_at)),
            ("metadata", self.metadata.as_ref().map(text)),
        ];
        let extra = (!self.extra.is_empty()).then(|| serde_json::to_string(&self.extra).unwrap_or_default());
        all.into_iter()
            .chain([("extra", extra)])
            .filter_map(|(title, value)| Some((title, human::clean(&value?))))
            .collect()
    }
}

/// Serializes JSON in the format of the document that contains it, or in the vendor's if it has a value that cannot be
/// represented, such as a number beyond `f64`.
fn serialize_parsed<S: Serializer>(json: &Option<Json>, serializer: S) -> Result<S::Ok, S::Error> {
    match json.as_ref().map(Json::value) {
        Some(Ok(value)) => value.serialize(serializer),
        Some(Err(_)) | None => json.serialize(serializer),
    }
}

/// Formats JSON like [`serialize_parsed`].
fn text(json: &Json) -> String {
    json.value().map_or_else(|_| json.as_str().to_owned(), |value| value.to_string())
}

/// Formats scopes. An empty list differs from an unknown one.
fn words(scopes: &[String]) -> String {
    if scopes.is_empty() { "none".to_owned() } else { scopes.join(" ") }
}

fn status(status: &'static str) -> Field {
    let field = Field::from(status);
    match status {
        _ if status == KeyStatus::Active.as_str() => field.color(Color::Green),
        _ if status == KeyStatus::Unknown.as_str() => field,
        _ => field.color(Color::DarkGrey),
    }
}
