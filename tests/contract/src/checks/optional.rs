//! Checks for vendors with a particular field.

use api_keys_core::{Json, KeyExpiry};
use serde_json::{Map, Value};

use crate::connection::Vendor;
use crate::mock_server::{VendorServer, response_with};
use crate::response::bodies;

/// Metadata with white space, and with a number that a [`Value`] cannot represent.
const METADATA: &str = r#"{ "number": 1e999 }"#;

/// Compares the metadata of keys to the documented `field`, and to a text in its place.
///
/// # Panics
/// If they differ.
pub async fn metadata_is_unchanged(vendor: &'static Vendor, field: &str) {
    let server = VendorServer::new(vendor).await;
    for (_, response) in vendor.document.operation("getApiKey").successes() {
        for (_, mut body) in bodies(response).into_iter().filter_map(|body| body.json) {
            server.respond(response_with(200, body.to_string(), "application/json")).await;
            let key = server.connection.provider.get(&vendor.key_id()).await.unwrap();
            assert_eq!(key.metadata, Some(body[field].clone().into()));

            body[field] = "metadata of the key".into();
            let body = body.to_string().replace("\"metadata of the key\"", METADATA);
            server.respond(response_with(200, body, "application/json")).await;
            let key = server.connection.provider.get(&vendor.key_id()).await.unwrap();
            assert_eq!(key.metadata.as_ref().map(Json::as_str), Some(METADATA));
        }
    }
}

/// Returns the expiration of a key whose `field` is null, and of one without the field.
pub async fn null_and_missing_expiration(vendor: &'static Vendor, key: Value, field: &str) -> [KeyExpiry; 2] {
    let mut missing: Map<String, Value> = serde_json::from_value(key).unwrap();
    missing.remove(field);
    let mut null = missing.clone();
    null.insert(field.to_owned(), Value::Null);
    let server = VendorServer::new(vendor).await;
    let mut reported = [KeyExpiry::Unknown; 2];
    for (reported, body) in reported.iter_mut().zip([null, missing]) {
        let body = Value::Object(body).to_string();
        server.respond(response_with(200, body, "application/json")).await;
        *reported = server.connection.provider.get(&vendor.key_id()).await.unwrap().expiry;
    }
    reported
}
