//! Requests of the typed clients.

use std::collections::BTreeSet;

use serde_json::Value;
use wiremock::Request;

use crate::connection::{Args, CREDENTIAL, Vendor};
use crate::document::{Operation, Place};
use crate::mock_server::{VendorServer, response_with};
use crate::sample::nodes;
use crate::violations::Violations;

pub(super) async fn failure_names_the_documented_operation(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    server.respond(response_with(404, "", "")).await;
    for (method, path, documented) in vendor.document.operations() {
        let mut case = violations.case(&documented.id);
        let outcome = server.call(&documented.id, &Args::minimal(vendor.id)).await;
        let operation = outcome.expect_err("404").error.operation();
        case.expect(operation.id == documented.id, format!("is {}", operation.id));
        case.expect(operation.class == documented.class, format!("is {:?}", operation.class));
        let place = (operation.method.as_str().to_lowercase(), operation.path);
        case.expect(place == (method.to_owned(), path), format!("is {place:?}"));
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

pub(super) async fn request_matches_the_document(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        for args in [Args::minimal(vendor.id), Args::all(vendor.id)] {
            let mut case = violations.case(format!("{} {args:?}", operation.id));
            server.respond(response_with(404, "", "")).await;
            let _ = server.call(&operation.id, &args).await;
            match server.validated().await {
                Ok(requested) => case.expect(requested == [&operation.id], format!("is {requested:?}")),
                Err(violations) => violations.iter().for_each(|violation| case.wrong(violation)),
            }
            let requested = server.requests().await;
            case.expect(!requested[0].url.as_str().contains(CREDENTIAL), "has the credential in its URL");
            if args.all {
                for missing in missing(vendor, operation, &requested[0]) {
                    case.wrong(format!("{missing} was not sent"));
                }
            }
        }
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

/// The parameters and fields that the document has and the request has not. Of alternatives, only one can be sent.
fn missing(vendor: &Vendor, operation: &Operation, request: &Request) -> Vec<String> {
    let query: BTreeSet<_> = request.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let parameters = operation.parameters_in(Place::Query).map(|parameter| parameter.name.clone());
    let mut unsent: Vec<_> = parameters.filter(|name| !query.contains(name)).collect();
    if let Some(body) = &operation.request_body {
        let Ok(sent) = serde_json::from_slice::<Value>(&request.body) else {
            return vec![format!("the body of {} {}", vendor.name, operation.id)];
        };
        let schema = &body.content["application/json"].schema;
        for node in nodes(schema, &sent).iter().filter(|node| node.value.is_object()) {
            let fields = node.schema["properties"].as_object().into_iter().flatten();
            let missing = fields.map(|(name, _)| name).filter(|name| node.value.get(name).is_none());
            unsent.extend(missing.map(|name| format!("{}/{name}", node.pointer)));
        }
    }
    unsent
}
