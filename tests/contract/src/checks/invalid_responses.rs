//! Invalid responses: the kind of failure, its effect, and secrets that are not printed.

use api_keys_core::Effect;
use api_keys_runtime::{Category, FailureKind, OperationClass};
use serde_json::Value;

use crate::connection::{Args, CREDENTIAL, Vendor};
use crate::document::Operation;
use crate::mock_server::{VendorServer, response_with};
use crate::outcome::{Failure, Outcome};
use crate::sample::{samples, secrets};
use crate::variation::{has_field, is_required_without_null, without_required_fields};
use crate::violations::{Case, Violations};

/// More than an operation reads of a success.
fn too_much(operation: &Operation) -> usize {
    if operation.id.starts_with("list") || operation.id.starts_with("search") { 8 << 20 } else { 1 << 20 }
}

/// More than any operation reads of a failure.
const TOO_MUCH_OF_A_FAILURE: usize = 64 << 10;

/// A response that was modified by a gateway or a bad connection.
struct Garbage {
    what: &'static str,
    bytes: Vec<u8>,
    /// The expected failure where JSON is documented.
    becomes: fn(&FailureKind) -> bool,
}

fn garbage(body: &Value, too_much: usize) -> Vec<Garbage> {
    let text = body.to_string().into_bytes();
    let decode = |kind: &FailureKind| matches!(kind, FailureKind::Decode { .. });
    let syntax = |kind: &FailureKind| matches!(kind, FailureKind::Decode { category: Category::Syntax, .. });
    let eof = |kind: &FailureKind| matches!(kind, FailureKind::Decode { category: Category::Eof, .. });
    let data = |kind: &FailureKind| matches!(kind, FailureKind::Decode { category: Category::Data, .. });
    let empty = |kind: &FailureKind| *kind == FailureKind::EmptyBody;
    let large = |kind: &FailureKind| matches!(kind, FailureKind::BodyTooLarge { .. });
    let padded = || text.iter().copied().chain(std::iter::repeat_n(b' ', too_much)).collect();
    // In the first text of the body, where there is one; else in front.
    let mut latin1 = text.clone();
    match latin1.windows(2).position(|pair| pair == b":\"") {
        Some(start) => latin1.insert(start + 2, 0xff),
        None => latin1.insert(0, 0xff),
    }
    vec![
        Garbage { what: "empty", bytes: Vec::new(), becomes: empty },
        Garbage { what: "white space", bytes: b" \r\n".to_vec(), becomes: empty },
        Garbage { what: "HTML", bytes: web_page(), becomes: syntax },
        Garbage { what: "truncated", bytes: text[..text.len() - 1].to_vec(), becomes: eof },
        Garbage { what: "not UTF-8", bytes: latin1, becomes: decode },
        Garbage { what: "followed by more", bytes: [&text[..], b"{}"].concat(), becomes: syntax },
        Garbage { what: "another type", bytes: b"7".to_vec(), becomes: data },
        Garbage { what: "too large", bytes: padded(), becomes: large },
    ]
}

/// A page that quotes what it was sent.
fn web_page() -> Vec<u8> {
    format!("<!doctype html><title>Sign in</title><p>{CREDENTIAL}").into_bytes()
}

pub(super) async fn undecodable_success_is_applied_and_kept(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        let (body, secrets, may_be_empty) = success(operation);
        for Garbage { what, bytes, becomes } in garbage(&body, too_much(operation)) {
            let mut case = violations.case(format!("{} 200 {what}", operation.id));
            server.respond(response_with(200, bytes.clone(), "application/json")).await;
            let outcome = server.call(&operation.id, &Args::minimal(vendor.id)).await;
            // Without a documented body the status is sufficient.
            if body.is_null() || (may_be_empty && bytes.trim_ascii().is_empty()) {
                case.expect(outcome.is_ok(), "is a failure");
                continue;
            }
            let Some(failure) = expect_failure(&mut case, outcome, &secrets) else { continue };
            let fault = &failure.error;
            case.expect(becomes(fault.kind()), format!("is a {:?}", fault.kind()));
            case.expect(fault.effect() == applied(operation.class), format!("effect {}", fault.effect()));
            case.expect(fault.is_acknowledged(), "is not acknowledged");
            if bytes.len() < too_much(operation) {
                case.expect(fault.body().expose() == bytes, "the body is not kept");
            }
        }
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

pub(super) async fn web_page_is_not_a_success(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        let mut case = violations.case(&operation.id);
        server.respond(response_with(200, web_page(), "text/html; charset=utf-8")).await;
        let outcome = server.call(&operation.id, &Args::minimal(vendor.id)).await;
        let Some(failure) = expect_failure(&mut case, outcome, &[]) else { continue };
        let fault = &failure.error;
        case.expect(*fault.kind() == FailureKind::WebPage, format!("is a {:?}", fault.kind()));
        case.expect(fault.effect() == unknown(operation.class), format!("effect {}", fault.effect()));
        case.expect(!fault.is_acknowledged(), "is acknowledged");
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

pub(super) async fn missing_required_field_is_located(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        let Some(schema) = operation.successes().find_map(|(_, response)| response.json()) else {
            continue;
        };
        for sample in samples(schema) {
            let secrets = secrets(schema, &sample);
            for broken in without_required_fields(schema, &sample) {
                let mut case = violations.case(format!("{} 200 {}", operation.id, broken.what));
                server.respond(response_with(200, broken.value.to_string(), "application/json")).await;
                let outcome = server.call(&operation.id, &Args::minimal(vendor.id)).await;
                let Some(failure) = expect_failure(&mut case, outcome, &secrets) else { continue };
                let fault = &failure.error;
                let is_data = matches!(fault.kind(), FailureKind::Decode { category: Category::Data, .. });
                case.expect(is_data, format!("is a {:?}", fault.kind()));
                case.expect(fault.effect() == applied(operation.class), format!("effect {}", fault.effect()));
            }
        }
    }
    violations.check_if(
        vendor
            .document
            .has_response(|status, response| status < 300 && has_field(response, is_required_without_null)),
    );
}

pub(super) async fn missing_and_unexpected_bodies(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        let (body, _, may_be_empty) = success(operation);
        let mut case = violations.case(format!("{} 204", operation.id));
        server.respond(response_with(204, "", "")).await;
        match server.call(&operation.id, &Args::minimal(vendor.id)).await {
            Ok(_) => case.expect(body.is_null() || may_be_empty, "is a success"),
            Err(failure) => {
                case.expect(!body.is_null() && !may_be_empty, "is a failure");
                case.expect(*failure.error.kind() == FailureKind::EmptyBody, &failure.error);
                case.expect(failure.error.effect() == applied(operation.class), "has another effect");
            }
        }
        let mut case = violations.case(format!("{} 200 with a body", operation.id));
        let body = if body.is_null() { "{\"key_id\":\"0f1e\"}".to_owned() } else { body.to_string() };
        server.respond(response_with(200, body, "application/json")).await;
        let outcome = server.call(&operation.id, &Args::minimal(vendor.id)).await;
        case.expect(outcome.is_ok(), "is a failure");
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

pub(super) async fn gateway_error_is_its_status(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        let (body, secrets, _) = success(operation);
        for Garbage { what, bytes, .. } in garbage(&body, TOO_MUCH_OF_A_FAILURE) {
            let mut case = violations.case(format!("{} 502 {what}", operation.id));
            server.respond(response_with(502, bytes, "text/html")).await;
            let outcome = server.call(&operation.id, &Args::minimal(vendor.id)).await;
            let Some(failure) = expect_failure(&mut case, outcome, &secrets) else { continue };
            let fault = &failure.error;
            case.expect(*fault.kind() == FailureKind::Status, format!("is a {:?}", fault.kind()));
            case.expect(fault.status().is_some_and(|status| status == 502), "has another status");
            case.expect(failure.documented.is_none(), "is taken for a documented error");
            let effect =
                if operation.class == OperationClass::Safe { Effect::NotApplied } else { Effect::Unknown };
            case.expect(fault.effect() == effect, format!("effect {}", fault.effect()));
            case.expect(!fault.is_acknowledged(), "is acknowledged");
        }
    }
    violations.check_if(vendor.document.operations().next().is_some());
}

pub(super) async fn undecodable_error_keeps_its_status(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        for (status, response) in operation.failures() {
            let is_text = response.content.values().any(|media| media.schema["type"] == "string");
            for body in ["", "\r\n", "<html>", "{\"errors\":[", "\u{feff}{}", "7"] {
                let mut case = violations.case(format!("{} {status} {body:?}", operation.id));
                server.respond(response_with(status, body, "application/json")).await;
                let outcome = server.call(&operation.id, &Args::minimal(vendor.id)).await;
                let Some(failure) = expect_failure(&mut case, outcome, &[]) else { continue };
                case.expect(*failure.error.kind() == FailureKind::Status, &failure.error);
                let same = failure.error.status().is_some_and(|actual| actual == status);
                case.expect(same, "has another status");
                // Without a documented body, or with one that is any text, nothing can be wrong with it.
                let readable = response.content.is_empty() || is_text;
                case.expect(readable || failure.documented.is_none(), "is taken for what it is not");
            }
        }
    }
    violations.check_if(vendor.document.has_response(|status, _| status >= 300));
}

pub(super) async fn echoed_credential_is_redacted(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    for (_, _, operation) in vendor.document.operations() {
        for (status, response) in operation.failures() {
            let Some(body) = response.json().and_then(|schema| samples(schema).into_iter().next()) else {
                continue;
            };
            let mut case = violations.case(format!("{} {status}", operation.id));
            // Every text of the body quotes it.
            let echo = body.to_string().replace("-10", &format!("-{CREDENTIAL}-10"));
            case.expect(echo.contains(CREDENTIAL), "has no text that could quote a credential");
            let reply =
                response_with(status, echo, "application/json").insert_header("x-request-id", CREDENTIAL);
            server.respond(reply).await;
            let outcome = server.call(&operation.id, &Args::minimal(vendor.id)).await;
            let Some(failure) = expect_failure(&mut case, outcome, &[]) else { continue };
            let documented = failure.documented.unwrap_or_default();
            case.expect(documented.contains("[redacted]"), "does not say that something was taken out");
            case.expect(!documented.contains(CREDENTIAL), "the typed error shows the credential");
        }
    }
    violations.check_if(
        vendor.document.has_response(|status, response| status >= 300 && response.json().is_some()),
    );
}

/// A success of an operation: its body, null if there is none; the secrets in it; and whether it may be empty as well.
fn success(operation: &Operation) -> (Value, Vec<String>, bool) {
    let schema = operation.successes().find_map(|(_, response)| response.json());
    let may_be_empty = operation.successes().any(|(_, response)| response.content.is_empty());
    let Some(schema) = schema else { return (Value::Null, Vec::new(), may_be_empty) };
    let body = samples(schema).swap_remove(0);
    let secrets = secrets(schema, &body);
    (body, secrets, may_be_empty)
}

/// The failure, which shows no secret.
fn expect_failure(case: &mut Case<'_>, outcome: Outcome, secrets: &[String]) -> Option<Box<Failure>> {
    match outcome {
        Ok(success) => {
            case.wrong(format!("is a success: {}", success.shown));
            None
        }
        Err(failure) => {
            let mut secrets = secrets.iter().map(String::as_str).chain([CREDENTIAL]);
            case.expect(
                secrets.all(|secret| !failure.shown.contains(secret)),
                format!("shows {}", failure.shown),
            );
            case.expect(failure.error.attempts() == 1, format!("{} attempts", failure.error.attempts()));
            Some(failure)
        }
    }
}

/// The effect of a success.
fn applied(class: OperationClass) -> Effect {
    if class == OperationClass::Safe { Effect::NotApplied } else { Effect::Applied }
}

/// The effect if a gateway failed.
fn unknown(class: OperationClass) -> Effect {
    if class == OperationClass::Safe { Effect::NotApplied } else { Effect::Unknown }
}
