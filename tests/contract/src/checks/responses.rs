//! Documented responses, and their decoding by the typed client.

use api_keys_core::Effect;
use api_keys_runtime::{FailureKind, OperationClass};

use crate::connection::{Args, CREDENTIAL, Vendor};
use crate::mock_server::{VendorServer, response_with};
use crate::outcome::{Failure, Success};
use crate::response::{Body, bodies, lost};
use crate::sample::secrets;
use crate::violations::{Case, Violations};

pub(super) async fn documented_success_decodes_completely(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        for (status, response) in operation.successes() {
            for body in bodies(response) {
                let mut case = violations.case(format!("{} {status} {}", operation.id, body.what));
                server.respond(response_with(status, body.bytes.clone(), body.label)).await;
                match server.call(&operation.id, &Args::minimal(vendor.id)).await {
                    Ok(success) => check_success(&mut case, status, &body, &success),
                    Err(failure) => case.wrong(&failure.shown),
                }
                case.expect(server.requests().await.len() == 1, "was not requested once");
            }
        }
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

fn check_success(case: &mut Case<'_>, status: u16, body: &Body<'_>, success: &Success) {
    case.expect(success.status == status, format!("came as {}", success.status));
    let Some((schema, value)) = &body.json else { return };
    for lost in lost(schema, value, &success.shown) {
        case.wrong(format!("{lost} is not in {}", success.shown));
    }
    let issued = secrets(schema, value);
    case.expect(success.secret.as_deref() == issued.first().map(String::as_str), "another secret arrived");
    case.expect(issued.len() <= 1, "has more than one secret");
    case.expect(issued.iter().all(|secret| !success.shown.contains(secret)), "the secret is shown");
}

pub(super) async fn documented_error_decodes_by_status(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        for (status, response) in operation.failures() {
            for body in bodies(response) {
                let mut case = violations.case(format!("{} {status} {}", operation.id, body.what));
                server.respond(response_with(status, body.bytes.clone(), body.label)).await;
                match server.call(&operation.id, &Args::minimal(vendor.id)).await {
                    Err(failure) => check_failure(&mut case, operation.class, status, &body, &failure),
                    Ok(success) => case.wrong(format!("was taken for a success: {}", success.shown)),
                }
                case.expect(server.requests().await.len() == 1, "was not requested once");
            }
        }
    }
    violations.check_if(vendor.document.has_response(|status, _| status >= 300));
}

fn check_failure(
    case: &mut Case<'_>,
    class: OperationClass,
    status: u16,
    body: &Body<'_>,
    failure: &Failure,
) {
    let fault = &failure.error;
    case.expect(*fault.kind() == FailureKind::Status, format!("is a {:?}", fault.kind()));
    case.expect(fault.status().map(|status| status.as_u16()) == Some(status), "has another status");
    case.expect(fault.effect() == effect(class, status), format!("has effect {}", fault.effect()));
    case.expect(!failure.shown.contains(CREDENTIAL), "shows the credential");

    let is_text = body.json.is_none() && !body.label.is_empty();
    let expected = format!("{}{}", variant(status), if is_text { "Text" } else { "" });
    case.expect(
        failure.variant() == Some(&expected),
        format!("is {:?} and not {expected}", failure.variant()),
    );
    let documented = failure.documented.as_deref().unwrap_or_default();
    match &body.json {
        Some((schema, value)) => {
            for lost in lost(schema, value, documented) {
                case.wrong(format!("{lost} is not in {documented}"));
            }
        }
        None => {
            let text = String::from_utf8_lossy(&body.bytes);
            case.expect(documented.contains(&*text), format!("{text} is not in {documented}"));
        }
    }
}

/// Returns the effect of an error status: 4xx are rejected before the vendor acts, except for 408 and 425, which are
/// not documented.
fn effect(class: OperationClass, status: u16) -> Effect {
    match class {
        OperationClass::Safe => Effect::NotApplied,
        _ if status >= 500 => Effect::Unknown,
        _ => Effect::NotApplied,
    }
}

/// The name of the error variant, for every status in the documents.
fn variant(status: u16) -> &'static str {
    match status {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        409 => "Conflict",
        415 => "UnsupportedMediaType",
        422 => "UnprocessableEntity",
        429 => "TooManyRequests",
        500 => "InternalServerError",
        other => panic!("say which variant is for {other}"),
    }
}
