//! What the typed clients send.

use std::collections::BTreeSet;

use api_keys_contract_tests::document::{Operation, Place};
use api_keys_contract_tests::findings::Findings;
use api_keys_contract_tests::sample::nodes;
use api_keys_contract_tests::stage::{Stage, answer};
use api_keys_contract_tests::vendor::{CREDENTIAL, Given, VENDORS, Vendor};
use serde_json::Value;
use wiremock::Request;

#[tokio::test]
async fn every_failure_names_the_operation_with_the_class_that_the_document_gives_it() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = Stage::new(vendor).await;
        stage.answer(answer(404, "", "")).await;
        for (method, path, documented) in vendor.document.operations() {
            let mut case = findings.case(format!("{} {}", vendor.name, documented.id));
            let outcome = stage.call(&documented.id, &Given::least(vendor.id)).await;
            let operation = outcome.expect_err("404").error.operation();
            case.expect(operation.id == documented.id, format!("is {}", operation.id));
            case.expect(operation.class == documented.class, format!("is {:?}", operation.class));
            let place = (operation.method.as_str().to_lowercase(), operation.path);
            case.expect(place == (method.to_owned(), path), format!("is {place:?}"));
        }
    }
    findings.check();
}

#[tokio::test]
async fn every_request_is_what_the_document_asks_for() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = Stage::new(vendor).await;
        for (_, _, operation) in vendor.document.operations() {
            for given in [Given::least(vendor.id), Given::all(vendor.id)] {
                let mut case = findings.case(format!("{} {} {given:?}", vendor.name, operation.id));
                stage.answer(answer(404, "", "")).await;
                let _ = stage.call(&operation.id, &given).await;
                match stage.judged().await {
                    Ok(asked) => case.expect(asked == [&operation.id], format!("is {asked:?}")),
                    Err(complaints) => complaints.iter().for_each(|complaint| case.wrong(complaint)),
                }
                let asked = stage.asked().await;
                case.expect(!asked[0].url.as_str().contains(CREDENTIAL), "has the credential in its URL");
                if given.all {
                    for unsaid in unsaid(vendor, operation, &asked[0]) {
                        case.wrong(format!("{unsaid} was given and not sent"));
                    }
                }
            }
        }
    }
    findings.check();
}

/// The parameters and fields that the document has and the request has not. Of alternatives, only one can be sent.
fn unsaid(vendor: &Vendor, operation: &Operation, request: &Request) -> Vec<String> {
    let query: BTreeSet<_> = request.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let parameters = operation.parameters_in(Place::Query).map(|parameter| parameter.name.clone());
    let mut unsaid: Vec<_> = parameters.filter(|name| !query.contains(name)).collect();
    if let Some(body) = &operation.request_body {
        let Ok(sent) = serde_json::from_slice::<Value>(&request.body) else {
            return vec![format!("the body of {} {}", vendor.name, operation.id)];
        };
        let schema = &body.content["application/json"].schema;
        for node in nodes(schema, &sent).iter().filter(|node| node.value.is_object()) {
            let fields = node.schema["properties"].as_object().into_iter().flatten();
            let missing = fields.map(|(name, _)| name).filter(|name| node.value.get(name).is_none());
            unsaid.extend(missing.map(|name| format!("{}/{name}", node.pointer)));
        }
    }
    unsaid
}
