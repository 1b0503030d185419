//! Responses that deviate from the document, as servers of other versions and gateways send them.

use serde_json::Value;

use crate::connection::{Args, Vendor};
use crate::mock_server::{VendorServer, response_with};
use crate::sample::{nodes, samples};
use crate::variation::{self, UNKNOWN_FIELD, UNKNOWN_VALUE, Variation, has_field};
use crate::violations::Violations;

/// Sends each variation of each documented response and checks the decoded value.
async fn each_variation_decodes(
    vendor: &'static Vendor,
    applies: variation::Predicate,
    variations: fn(&Value, &Value) -> Vec<Variation>,
    validator: fn(&Value, &Variation, &str) -> Result<(), String>,
) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        let mut seen = Vec::new();
        for (status, response) in &operation.responses {
            // Most failures have one schema; that each status is read by it is tested elsewhere.
            let Some(schema) = response.json().filter(|schema| !seen.contains(schema)) else { continue };
            seen.push(schema);
            for variation in samples(schema).iter().flat_map(|sample| variations(schema, sample)) {
                let name = format!("{} {status} {}", operation.id, variation.what);
                let mut case = violations.case(name);
                server.respond(response_with(*status, variation.value.to_string(), "application/json")).await;
                let shown = match server.call(&operation.id, &Args::minimal(vendor.id)).await {
                    Ok(success) => success.shown,
                    Err(failure) => match failure.documented {
                        Some(shown) => shown,
                        None => {
                            case.wrong(failure.error);
                            continue;
                        }
                    },
                };
                if let Err(wrong) = validator(schema, &variation, &shown) {
                    case.wrong(wrong);
                }
            }
        }
    }
    violations.check_if(vendor.document.has_response(|_, response| has_field(response, applies)));
}

pub(super) async fn unknown_fields_are_accepted(vendor: &'static Vendor) {
    each_variation_decodes(
        vendor,
        |_, _, _| true,
        |schema, sample| vec![variation::with_unknown_fields(schema, sample)],
        |schema, variation, shown| {
            let open =
                |node: &Value| node.get("properties").is_some() && node["additionalProperties"] == true;
            let kept = nodes(schema, &variation.value).iter().filter(|node| open(node.schema)).count();
            let found = shown.matches(UNKNOWN_FIELD).count();
            if kept == found { Ok(()) } else { Err(format!("kept {found} times and not {kept}: {shown}")) }
        },
    )
    .await;
}

pub(super) async fn unknown_enum_values_are_kept(vendor: &'static Vendor) {
    each_variation_decodes(vendor, variation::is_enum, variation::with_unknown_values, |_, _, shown| {
        if shown.contains(UNKNOWN_VALUE) { Ok(()) } else { Err(format!("not in {shown}")) }
    })
    .await;
}

pub(super) async fn optional_fields_may_be_missing(vendor: &'static Vendor) {
    each_variation_decodes(vendor, variation::is_optional, variation::without_optional_fields, |_, _, _| {
        Ok(())
    })
    .await;
}

pub(super) async fn nullable_fields_may_be_null(vendor: &'static Vendor) {
    each_variation_decodes(vendor, variation::is_nullable, variation::with_nulls, |_, _, _| Ok(())).await;
}

pub(super) async fn optional_fields_can_be_null(vendor: &'static Vendor) {
    each_variation_decodes(
        vendor,
        variation::is_optional_without_null,
        variation::with_undocumented_nulls,
        |_, _, _| Ok(()),
    )
    .await;
}

pub(super) async fn lists_may_be_empty(vendor: &'static Vendor) {
    each_variation_decodes(vendor, variation::is_list, variation::with_empty_lists, |_, _, _| Ok(())).await;
}

pub(super) async fn any_status_of_success_is_success(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        let body =
            operation.successes().find_map(|(_, response)| samples(response.json()?).into_iter().next());
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        for status in [200, 201, 202, 203, 206, 299] {
            let mut case = violations.case(format!("{} {status}", operation.id));
            server.respond(response_with(status, body.clone(), "application/json")).await;
            match server.call(&operation.id, &Args::minimal(vendor.id)).await {
                Ok(success) => case.expect(success.status == status, format!("came as {}", success.status)),
                Err(failure) => case.wrong(failure.error),
            }
        }
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

pub(super) async fn content_type_is_not_checked(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        for (status, response) in &operation.responses {
            let Some(body) = response.json().and_then(|schema| samples(schema).pop()) else { continue };
            for label in
                ["", "text/plain", "text/html; charset=latin1", "application/octet-stream", "nonsense"]
            {
                let name = format!("{} {status} {label:?}", operation.id);
                let mut case = violations.case(name);
                server.respond(response_with(*status, body.to_string(), label)).await;
                if let Err(failure) = server.call(&operation.id, &Args::minimal(vendor.id)).await {
                    case.expect(*status >= 300 && failure.documented.is_some(), &failure.error);
                }
            }
        }
    }
    violations.check_if(vendor.document.has_response(|_, response| response.json().is_some()));
}
