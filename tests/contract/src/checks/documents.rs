//! Prerequisites of these tests in the documents.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::connection::Vendor;
use crate::document::MediaType;
use crate::mock_server::VendorServer;
use crate::sample::samples;
use crate::validator::{faults, violations_in_response};
use crate::violations::Violations;

pub(super) async fn all_documented_operations_are_called(vendor: &'static Vendor) {
    let documented: BTreeSet<_> =
        vendor.document.operations().map(|(_, _, operation)| &*operation.id).collect();
    let called: BTreeSet<_> = VendorServer::new(vendor).await.connection.operations.into_iter().collect();
    assert_eq!(called, documented, "{}", vendor.name);
}

pub(super) async fn examples_match_their_schemas(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    for (_, _, operation) in vendor.document.operations() {
        let mut hold = |media: &MediaType, what: &str, faults: fn(&Value, &Value) -> Vec<String>| {
            for (name, example) in &media.examples {
                let mut case = violations.case(format!("{} {what} {name}", operation.id));
                faults(&media.schema, &example.value).iter().for_each(|fault| case.wrong(fault));
            }
            for sample in samples(&media.schema) {
                let mut case = violations.case(format!("{} {what} {sample}", operation.id));
                faults(&media.schema, &sample).iter().for_each(|fault| case.wrong(fault));
            }
        };
        for media in operation.request_body.iter().flat_map(|body| body.content.values()) {
            hold(media, "request", faults);
        }
        for (status, response) in &operation.responses {
            response
                .content
                .values()
                .for_each(|media| hold(media, &status.to_string(), violations_in_response));
        }
    }
    violations.check_if(vendor.document.has_response(|_, response| !response.content.is_empty()));
}
