//! Errors of the providers.

use api_keys_core::{Effect, Error, ErrorKind, Operation, Verification};
use api_keys_runtime::OperationClass;
use serde_json::Value;

use crate::connection::{CREDENTIAL, Vendor};
use crate::document;
use crate::mock_server::{VendorServer, response_with};
use crate::outcome::everything_shown;
use crate::perform::{Performed, Player, perform, supported};
use crate::response::bodies;
use crate::sample::nodes;
use crate::violations::{Case, Violations};

pub(super) async fn documented_error_has_a_fitting_kind(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    let provider = &*server.connection.provider;
    for operation in supported(provider) {
        let documented = requests_for(&server, operation).await;
        for (status, response) in documented.failures() {
            for body in bodies(response) {
                let mut case = violations.case(format!("{operation} {status} {}", body.what));
                let rejected = (vendor.rejects_secret)(status, body.json.as_ref().map(|(_, json)| json));
                server.respond(response_with(status, body.bytes, body.label)).await;
                match perform(vendor, provider, operation, &vendor.key_id()).await {
                    Ok(Performed::Verdict(Verification::Invalid(_))) if rejected => {}
                    Ok(performed) => case.wrong(format!("came to {performed:?}")),
                    Err(error) => {
                        case.expect(error.status() == Some(status), "has another status");
                        case.expect(kinds(status).contains(&error.kind()), format!("is {:?}", error.kind()));
                        let acted = status >= 500 && documented.class != OperationClass::Safe;
                        let effect = if acted { Effect::Unknown } else { Effect::NotApplied };
                        expect_error(&mut case, &error, operation, effect);
                        if let Some((schema, value)) = body.json {
                            case.expect(
                                contains_details(&error, schema, &value),
                                format!("{error} contains nothing of {value}"),
                            );
                        }
                    }
                }
            }
        }
    }
    let documented = vendor.document.has_response(|status, _| status >= 300);
    violations.check_if(documented && supported(provider).next().is_some());
}

/// Returns whether the error contains details from the vendor.
fn contains_details(error: &Error, schema: &Value, body: &Value) -> bool {
    let texts: Vec<_> = nodes(schema, body).iter().filter_map(|node| node.value.as_str()).collect();
    texts.is_empty() || texts.iter().any(|text| error.to_string().contains(text))
}

/// Returns the possible kinds of a status. The vendors' codes select one.
fn kinds(status: u16) -> &'static [ErrorKind] {
    match status {
        400 | 415 | 422 => &[ErrorKind::InvalidInput, ErrorKind::LimitReached, ErrorKind::UnsupportedField],
        401 => &[ErrorKind::Unauthenticated],
        403 => &[ErrorKind::PermissionDenied, ErrorKind::LimitReached, ErrorKind::Configuration],
        404 => &[ErrorKind::NotFound, ErrorKind::Configuration],
        409 => &[ErrorKind::Conflict],
        429 => &[ErrorKind::RateLimited, ErrorKind::LimitReached],
        500 => &[ErrorKind::Unavailable, ErrorKind::Configuration],
        other => panic!("say what {other} means"),
    }
}

pub(super) async fn undecodable_response_reports_its_effect(vendor: &'static Vendor) {
    const JSON: &str = "application/json";
    const HTML: &str = "text/html";
    let responses = [
        (200, JSON, "", ErrorKind::UnexpectedResponse, Effect::Applied),
        (204, "", "", ErrorKind::UnexpectedResponse, Effect::Applied),
        (200, JSON, "{\"id\":", ErrorKind::UnexpectedResponse, Effect::Applied),
        (200, JSON, "<html>", ErrorKind::UnexpectedResponse, Effect::Applied),
        (200, HTML, "<html>", ErrorKind::UnexpectedResponse, Effect::Unknown),
        (502, HTML, "<html>", ErrorKind::Unavailable, Effect::Unknown),
        (502, "", "", ErrorKind::Unavailable, Effect::Unknown),
        (502, JSON, "{\"id\":", ErrorKind::Unavailable, Effect::Unknown),
    ];
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    let provider = &*server.connection.provider;
    for operation in supported(provider) {
        let class = requests_for(&server, operation).await.class;
        for (status, label, body, kind, effect) in responses {
            let mut case = violations.case(format!("{operation} {status} {label} {body:?}"));
            server.respond(response_with(status, body, label)).await;
            match perform(vendor, provider, operation, &vendor.key_id()).await {
                // The status reports success, and there is nothing more to decode.
                Ok(Performed::Done) if effect == Effect::Applied => {}
                Ok(performed) => case.wrong(format!("came to {performed:?}")),
                Err(error) => {
                    case.expect(error.kind() == kind, format!("is {:?}", error.kind()));
                    let effect = if class == OperationClass::Safe { Effect::NotApplied } else { effect };
                    expect_error(&mut case, &error, operation, effect);
                }
            }
        }
    }
    violations.check_if(supported(provider).next().is_some());
}

fn expect_error(case: &mut Case<'_>, error: &Error, operation: Operation, effect: Effect) {
    case.expect(error.operation() == Some(operation), format!("is about {:?}", error.operation()));
    case.expect(error.effect() == effect, format!("has effect {}", error.effect()));
    case.expect(error.attempts() == 1, format!("took {} attempts", error.attempts()));
    case.expect(!everything_shown(error).contains(CREDENTIAL), "shows the credential");
    case.expect(!error.to_string().contains('\n'), "is more than a line");
}

/// The operation of the document that a provider's operation asks for.
async fn requests_for(server: &VendorServer, operation: Operation) -> &'static document::Operation {
    server.respond(Player { vendor: server.vendor, status: None, nth: 0 }).await;
    let _ = perform(server.vendor, &*server.connection.provider, operation, &server.vendor.key_id()).await;
    let requested = server.validated().await.unwrap();
    server.vendor.document.operation(requested.last().unwrap())
}
