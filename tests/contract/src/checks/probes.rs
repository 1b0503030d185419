//! Values that are found again in a request.

use std::collections::BTreeSet;
use std::time::Duration;

use api_keys_core::{Capabilities, Expiry, Field, NewApiKey, Timestamp, UpdateApiKey};
use serde_json::{Value, json};
use wiremock::Request;

use crate::connection::Vendor;
use crate::mock_server::{VendorServer, response_with};
use crate::perform::change;
use crate::violations::Case;

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A field, how to ask for it, and the values by which it is recognised in a request.
pub(crate) struct Probe<T> {
    pub(crate) field: Field,
    pub(crate) what: String,
    pub(crate) ask: Box<dyn Fn(T) -> T>,
    /// One of these.
    pub(crate) sent: Vec<Value>,
}

fn probe<T>(field: Field, sent: impl Into<Value>, ask: impl Fn(T) -> T + 'static) -> Probe<T> {
    Probe { field, what: field.to_string(), ask: Box::new(ask), sent: vec![sent.into()] }
}

fn expiry_probe<T>(ask: impl Fn(T) -> T + 'static) -> Probe<T> {
    // In seconds or in days; a time is taken for the days until then.
    Probe {
        sent: vec![json!(7_776_000.0), json!(7_776_000), json!(90)],
        ..probe(Field::Expiry, Value::Null, ask)
    }
}

/// Returns a request for a key with all supported fields.
pub(crate) fn creates(capabilities: &Capabilities) -> Vec<Probe<NewApiKey>> {
    let metadata = json!({ "probe": ["one", 2] });
    let mut probes = vec![
        probe(Field::Name, "a name to find", |mut new: NewApiKey| {
            new.name = "a name to find".to_owned();
            new
        }),
        probe(Field::Description, "a text to find", |new: NewApiKey| new.description("a text to find")),
        probe(Field::Owner, "somebody", |new: NewApiKey| new.owner("somebody")),
        probe(Field::Scopes, json!(["one", "two"]), |new: NewApiKey| new.scopes(["one", "two"])),
        probe(Field::Metadata, metadata.clone(), move |new: NewApiKey| new.metadata(metadata.clone())),
        expiry_probe(|new: NewApiKey| new.expires_in(90 * DAY)),
    ];
    probes.extend(extras(capabilities.create_extra).map(|(name, value)| Probe {
        what: format!("extra {name}"),
        ..probe(Field::Extra, value.clone(), move |new: NewApiKey| new.extra(name, value.clone()))
    }));
    probes
}

/// Returns an update of all supported fields.
pub(crate) fn updates(capabilities: &Capabilities) -> Vec<Probe<UpdateApiKey>> {
    let metadata = json!({ "probe": ["one", 2] });
    let mut probes = vec![
        probe(Field::Name, "a name to find", |changes: UpdateApiKey| changes.name("a name to find")),
        probe(Field::Description, "a text to find", |changes: UpdateApiKey| {
            changes.description("a text to find")
        }),
        probe(Field::Owner, "somebody", |changes: UpdateApiKey| changes.owner("somebody")),
        probe(Field::Scopes, json!(["one", "two"]), |changes: UpdateApiKey| changes.scopes(["one", "two"])),
        probe(Field::Metadata, metadata.clone(), move |changes: UpdateApiKey| {
            changes.metadata(metadata.clone())
        }),
        probe(Field::Enabled, false, |changes: UpdateApiKey| changes.enabled(false)),
        expiry_probe(|changes: UpdateApiKey| changes.expiry(Expiry::In(90 * DAY))),
    ];
    probes.extend(extras(capabilities.update_extra).map(|(name, value)| Probe {
        what: format!("extra {name}"),
        ..probe(Field::Extra, value.clone(), move |changes: UpdateApiKey| changes.extra(name, value.clone()))
    }));
    probes
}

/// Every field that an update can clear.
pub(crate) fn clearings() -> Vec<Probe<UpdateApiKey>> {
    vec![
        probe(Field::Description, Value::Null, |changes: UpdateApiKey| changes.clear_description()),
        probe(Field::Metadata, Value::Null, |changes: UpdateApiKey| changes.clear_metadata()),
        // Some vendors support clearing it.
        Probe {
            sent: vec![Value::Null, json!(true)],
            ..probe(Field::Expiry, Value::Null, |changes: UpdateApiKey| changes.clear_expiry())
        },
    ]
}

/// Returns a value for each supported vendor-specific field, or an unsupported field if there is none.
fn extras(supported: &'static [&'static str]) -> impl Iterator<Item = (&'static str, Value)> {
    let names = if supported.is_empty() { &["anything"] } else { supported };
    names.iter().map(|name| {
        let value = match *name {
            "read_only" => json!(true),
            "allowed_ips" => json!(["192.0.2.7"]),
            _ => json!(format!("a value of {name}")),
        };
        (*name, value)
    })
}

/// An update of something else than the description.
pub(crate) fn without_description(vendor: &Vendor) -> UpdateApiKey {
    match vendor.capabilities.update_fields.contains(Field::Name) {
        true => change(vendor),
        false => UpdateApiKey::new().scopes(["three"]),
    }
}

/// Expects one of the values in the later request, in a place where the earlier one has it not and no other field was
/// found.
pub(crate) fn expect_sent(
    case: &mut Case<'_>,
    before: &Request,
    after: &Request,
    sent: &[Value],
    taken: &mut BTreeSet<String>,
) {
    let (before, after) = (sent_values(before), sent_values(after));
    let new = after.iter().filter(|pair| !before.contains(pair));
    let places: Vec<_> =
        new.filter(|(_, value)| sent.contains(value)).map(|(place, _)| place.clone()).collect();
    match places.as_slice() {
        [place] => case.expect(taken.insert(place.clone()), format!("{place} holds another field as well")),
        places => case.wrong(format!("{sent:?} is in {} places of {after:?}", places.len())),
    }
}

/// Every value in a request with its place, whole objects and lists included.
fn sent_values(request: &Request) -> Vec<(String, Value)> {
    let query = request.url.query_pairs().map(|(name, value)| (format!("?{name}"), json!(value)));
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    query.chain(leaves(&body).into_iter().map(|(place, value)| (place, days_until(value)))).collect()
}

/// A time as the days until then, and any other value as it is.
fn days_until(value: Value) -> Value {
    let time = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    match time {
        Some(time) => {
            json!((time.duration_since(Timestamp::now()).as_secs_f64() / DAY.as_secs_f64()).round() as i64)
        }
        None => value,
    }
}

pub(crate) fn leaves(value: &Value) -> Vec<(String, Value)> {
    let mut all = vec![(String::new(), value.clone())];
    let mut next = 0;
    while let Some((place, value)) = all.get(next).cloned() {
        next += 1;
        match value {
            Value::Object(object) => {
                all.extend(object.into_iter().map(|(name, value)| (format!("{place}/{name}"), value)));
            }
            Value::Array(items) => {
                all.extend(
                    items.into_iter().enumerate().map(|(index, value)| (format!("{place}/{index}"), value)),
                );
            }
            _ => {}
        }
    }
    all
}

/// A vendor that rejects everything, because only the requests matter.
pub(crate) async fn silent(vendor: &'static Vendor) -> VendorServer {
    let server = VendorServer::new(vendor).await;
    server.respond(response_with(400, "", "")).await;
    server
}

/// The one request since the last one was taken.
pub(crate) async fn only_request(server: &VendorServer) -> Request {
    let mut requested = server.requests().await;
    assert_eq!(requested.len(), 1, "{} was requested {requested:?}", server.vendor.name);
    server.respond(response_with(400, "", "")).await;
    requested.remove(0)
}
