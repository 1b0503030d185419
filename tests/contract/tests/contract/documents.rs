//! Prerequisites of these tests in the documents.

use std::collections::BTreeSet;

use api_keys_contract_tests::document::MediaType;
use api_keys_contract_tests::mock_server::VendorServer;
use api_keys_contract_tests::sample::samples;
use api_keys_contract_tests::validator::{faults, violations_in_response};
use api_keys_contract_tests::vendor::VENDORS;
use api_keys_contract_tests::violations::Violations;
use serde_json::Value;

#[tokio::test]
async fn all_documented_operations_are_called() {
    for vendor in VENDORS {
        let documented: BTreeSet<_> =
            vendor.document.operations().map(|(_, _, operation)| &*operation.id).collect();
        let called: BTreeSet<_> = VendorServer::new(vendor).await.connection.operations.into_iter().collect();
        assert_eq!(called, documented, "{}", vendor.name);
    }
}

#[test]
fn examples_match_their_schemas() {
    let mut violations = Violations::new();
    for vendor in VENDORS {
        for (_, _, operation) in vendor.document.operations() {
            let mut hold = |media: &MediaType, what: &str, faults: fn(&Value, &Value) -> Vec<String>| {
                for (name, example) in &media.examples {
                    let mut case = violations.case(format!("{} {} {what} {name}", vendor.name, operation.id));
                    faults(&media.schema, &example.value).iter().for_each(|fault| case.wrong(fault));
                }
                for sample in samples(&media.schema) {
                    let mut case =
                        violations.case(format!("{} {} {what} {sample}", vendor.name, operation.id));
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
    }
    violations.check();
}
