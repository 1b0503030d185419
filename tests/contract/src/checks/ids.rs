//! Ids that would lead elsewhere, were they put into a URL as they are.

use api_keys_core::{KeyId, Operation};
use serde_json::Value;

use crate::connection::{Args, CREDENTIAL, Vendor};
use crate::document::{self, Place};
use crate::perform::perform;
use crate::validator::path_values;
use crate::violations::Violations;
use crate::wire::{Received, Wire};

const ODD_IDS: [&str; 28] = [
    "",
    ".",
    "..",
    "/",
    "a/b",
    "../verify",
    "a/../b",
    "a%2Fb",
    "%2e%2e",
    "%2E",
    ".%2e",
    "%",
    "%zz",
    "%00",
    "?x=1",
    "a?x=1",
    "#f",
    "a#f",
    "a;b=c",
    "a&b=c",
    "+",
    " ",
    "a b",
    "..\\",
    "schlüssel",
    "密钥\u{202e}",
    "a\0b",
    "a\nb",
];

/// Returns the operations with an id in the path. Some vendors have ids in bodies and queries only.
fn with_path_parameters(vendor: &'static Vendor) -> impl Iterator<Item = &'static document::Operation> {
    let operations = vendor.document.operations().map(|(_, _, operation)| operation);
    operations.filter(|operation| operation.parameters_in(Place::Path).next().is_some())
}

pub(super) async fn client_encodes_ids_as_one_segment(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let wire = Wire::start().await;
    let base_url = format!("{}{}", wire.uri(), vendor.base_path);
    let connection = (vendor.connect)(&base_url, CREDENTIAL).unwrap();
    for operation in with_path_parameters(vendor) {
        for id in ODD_IDS {
            let mut case = violations.case(format!("{} {id:?}", operation.id));
            let outcome = connection.call(&operation.id, &Args::minimal(id)).await;
            let failure = outcome.expect_err("this server knows no key");
            match wire.received().as_slice() {
                [] => case.expect(failure.error.attempts() == 0, "nothing arrived, and yet it was sent"),
                [received] => {
                    let arrived = ids_in(vendor, received).unwrap_or_default();
                    case.expect(
                        arrived == [id],
                        format!("arrived as {} {}", received.method, received.target),
                    );
                }
                more => case.wrong(format!("{} requests arrived", more.len())),
            }
        }
    }
    violations.check_if(with_path_parameters(vendor).next().is_some());
}

pub(super) async fn invalid_segment_sends_nothing(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let wire = Wire::start().await;
    let connection = (vendor.connect)(&format!("{}{}", wire.uri(), vendor.base_path), CREDENTIAL).unwrap();
    for operation in with_path_parameters(vendor) {
        for id in ["", ".", "..", "a\0b", "a\nb", "\r\n", "a\u{7f}"] {
            let mut case = violations.case(format!("{} {id:?}", operation.id));
            let failure =
                connection.call(&operation.id, &Args::minimal(id)).await.expect_err("nothing is sent");
            case.expect(failure.error.attempts() == 0 && wire.received().is_empty(), "was sent");
            case.expect(failure.error.status().is_none(), "has a status");
        }
    }
    violations.check_if(with_path_parameters(vendor).next().is_some());
}

pub(super) async fn provider_sends_ids_unchanged(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let wire = Wire::start().await;
    let connection = (vendor.connect)(&format!("{}{}", wire.uri(), vendor.base_path), CREDENTIAL).unwrap();
    for id in ODD_IDS {
        // An invalid id never reaches a provider.
        let Ok(id) = KeyId::new(id) else { continue };
        for operation in ABOUT_A_KEY {
            let mut case = violations.case(format!("{operation} {id:?}"));
            // This server responds to everything with 404.
            let _ = perform(vendor, &*connection.provider, operation, &id).await;
            for received in wire.received() {
                match ids_in(vendor, &received) {
                    // A list holds no id: the provider picks the key itself.
                    Some(ids) => {
                        let whole = ids.iter().all(|arrived| arrived == id.as_str());
                        case.expect(whole, format!("arrived as {} {}", received.method, received.target));
                    }
                    None => case.wrong(format!("arrived nowhere: {} {}", received.method, received.target)),
                }
            }
        }
    }
    violations.check();
}

const ABOUT_A_KEY: [Operation; 6] = [
    Operation::Get,
    Operation::Update,
    Operation::Revoke,
    Operation::Delete,
    Operation::Rotate,
    Operation::Reveal,
];

/// The ids in a request as the server would read them; `None` when the path is not one of the document's.
fn ids_in(vendor: &Vendor, received: &Received) -> Option<Vec<String>> {
    let below = received.target.strip_prefix(vendor.base_path)?;
    let (path, query) = below.split_once('?').unwrap_or((below, ""));
    let mut readings: Vec<_> = vendor
        .document
        .operations()
        .filter(|(method, ..)| received.method.eq_ignore_ascii_case(method))
        .filter_map(|(_, template, _)| path_values(template, path))
        .collect();
    readings.sort_by_key(Vec::len);
    let mut ids: Vec<_> = readings.into_iter().next()?.into_iter().map(|(_, id)| id).collect();
    let url = url::Url::parse(&format!("http://localhost/?{query}")).ok()?;
    ids.extend(url.query_pairs().filter(|(name, _)| name == "id").map(|(_, id)| id.into_owned()));
    let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let places = [&body["keyId"], &body["data"]["id"]];
    ids.extend(places.into_iter().filter_map(|id| id.as_str().map(str::to_owned)));
    Some(ids)
}
