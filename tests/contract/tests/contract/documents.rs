//! The documents, as far as these tests build on them.

use std::collections::BTreeSet;

use api_keys_contract_tests::document::MediaType;
use api_keys_contract_tests::findings::Findings;
use api_keys_contract_tests::judge::{faults, faults_in_answer};
use api_keys_contract_tests::sample::samples;
use api_keys_contract_tests::stage::Stage;
use api_keys_contract_tests::vendor::VENDORS;
use serde_json::Value;

#[tokio::test]
async fn every_operation_of_a_document_is_called_by_these_tests_and_no_other() {
    for vendor in VENDORS {
        let documented: BTreeSet<_> =
            vendor.document.operations().map(|(_, _, operation)| &*operation.id).collect();
        let called: BTreeSet<_> = Stage::new(vendor).await.connection.operations.into_iter().collect();
        assert_eq!(called, documented, "{}", vendor.name);
    }
}

#[test]
fn every_example_and_every_sample_fits_its_schema() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        for (_, _, operation) in vendor.document.operations() {
            let mut hold = |media: &MediaType, what: &str, faults: fn(&Value, &Value) -> Vec<String>| {
                for (name, example) in &media.examples {
                    let mut case = findings.case(format!("{} {} {what} {name}", vendor.name, operation.id));
                    faults(&media.schema, &example.value).iter().for_each(|fault| case.wrong(fault));
                }
                for sample in samples(&media.schema) {
                    let mut case = findings.case(format!("{} {} {what} {sample}", vendor.name, operation.id));
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
                    .for_each(|media| hold(media, &status.to_string(), faults_in_answer));
            }
        }
    }
    findings.check();
}
