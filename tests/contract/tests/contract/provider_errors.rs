//! What the providers make of failures.

use api_keys_contract_tests::answer::bodies;
use api_keys_contract_tests::document;
use api_keys_contract_tests::findings::{Case, Findings};
use api_keys_contract_tests::outcome::everything_shown;
use api_keys_contract_tests::perform::{Performed, Player, perform, supported};
use api_keys_contract_tests::sample::nodes;
use api_keys_contract_tests::stage::{Stage, answer};
use api_keys_contract_tests::vendor::{CREDENTIAL, VENDORS, Vendor};
use api_keys_core::{Effect, Error, ErrorKind, Operation, SecretKey, Verification};
use api_keys_runtime::OperationClass;
use serde_json::{Value, json};

#[tokio::test]
async fn every_documented_failure_becomes_an_error_of_a_fitting_kind() {
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = Stage::new(vendor).await;
        let provider = &*stage.connection.provider;
        for operation in supported(provider) {
            let documented = asked_for(&stage, operation).await;
            for (status, response) in documented.failures() {
                for body in bodies(response) {
                    let mut case =
                        findings.case(format!("{} {operation} {status} {}", vendor.name, body.what));
                    let judges = judges_the_secret(vendor, status, body.json.as_ref().map(|(_, json)| json));
                    stage.answer(answer(status, body.bytes, body.label)).await;
                    match perform(vendor, provider, operation, &vendor.key_id()).await {
                        Ok(Performed::Verdict(Verification::Invalid(_))) if judges => {}
                        Ok(performed) => case.wrong(format!("came to {performed:?}")),
                        Err(error) => {
                            case.expect(error.status() == Some(status), "has another status");
                            case.expect(
                                kinds(status).contains(&error.kind()),
                                format!("is {:?}", error.kind()),
                            );
                            let acted = status >= 500 && documented.class != OperationClass::Safe;
                            let effect = if acted { Effect::Unknown } else { Effect::NotApplied };
                            expect_error(&mut case, &error, operation, effect);
                            if let Some((schema, value)) = body.json {
                                case.expect(
                                    tells(&error, schema, &value),
                                    format!("{error} tells nothing of {value}"),
                                );
                            }
                        }
                    }
                }
            }
        }
    }
    findings.check();
}

/// Whether a failure to verify a secret is the answer to the question.
fn judges_the_secret(vendor: &Vendor, status: u16, body: Option<&Value>) -> bool {
    match vendor.name {
        // In its words, for the status is also that of a bad credential.
        "keyshield" => body.is_some_and(|body| {
            let said = body["detail"].as_str().unwrap_or_default();
            matches!(said, "API key invalid" | "API key inactive" | "API key expired")
        }),
        _ => status == 404,
    }
}

/// Whether the error tells something that the vendor said.
fn tells(error: &Error, schema: &Value, said: &Value) -> bool {
    let texts: Vec<_> = nodes(schema, said).iter().filter_map(|node| node.value.as_str()).collect();
    texts.is_empty() || texts.iter().any(|text| error.to_string().contains(text))
}

/// What a status can mean; the vendors' codes tell which.
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

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_told_as_such_with_its_effect() {
    const JSON: &str = "application/json";
    const HTML: &str = "text/html";
    let answers = [
        (200, JSON, "", ErrorKind::UnexpectedResponse, Effect::Applied),
        (204, "", "", ErrorKind::UnexpectedResponse, Effect::Applied),
        (200, JSON, "{\"id\":", ErrorKind::UnexpectedResponse, Effect::Applied),
        (200, JSON, "<html>", ErrorKind::UnexpectedResponse, Effect::Applied),
        (200, HTML, "<html>", ErrorKind::UnexpectedResponse, Effect::Unknown),
        (502, HTML, "<html>", ErrorKind::Unavailable, Effect::Unknown),
        (502, "", "", ErrorKind::Unavailable, Effect::Unknown),
        (502, JSON, "{\"id\":", ErrorKind::Unavailable, Effect::Unknown),
    ];
    let mut findings = Findings::new();
    for vendor in VENDORS {
        let stage = Stage::new(vendor).await;
        let provider = &*stage.connection.provider;
        for operation in supported(provider) {
            let class = asked_for(&stage, operation).await.class;
            for (status, label, body, kind, effect) in answers {
                let mut case =
                    findings.case(format!("{} {operation} {status} {label} {body:?}", vendor.name));
                stage.answer(answer(status, body, label)).await;
                match perform(vendor, provider, operation, &vendor.key_id()).await {
                    // The status says that it was done, and there is nothing more to know.
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
    }
    findings.check();
}

#[tokio::test]
async fn an_error_that_echoes_the_secret_in_question_does_not_show_it() {
    const SECRET: &str = "ak_secret_in_question";
    let vendor = VENDORS.into_iter().find(|vendor| vendor.name == "clerk").unwrap();
    let stage = Stage::new(vendor).await;
    let body =
        json!({ "errors": [{ "code": "bad", "message": SECRET, "long_message": format!("not {SECRET}") }] });
    stage.answer(answer(400, body.to_string(), "application/json")).await;
    let error = stage.connection.provider.verify(&SecretKey::new(SECRET)).await.unwrap_err();
    assert_eq!(error.vendor_message(), Some("not [redacted]"));
    assert!(!everything_shown(&error).contains(SECRET), "{error:?}");
}

fn expect_error(case: &mut Case<'_>, error: &Error, operation: Operation, effect: Effect) {
    case.expect(error.operation() == Some(operation), format!("is about {:?}", error.operation()));
    case.expect(error.effect() == effect, format!("has effect {}", error.effect()));
    case.expect(error.attempts() == 1, format!("took {} attempts", error.attempts()));
    case.expect(!everything_shown(error).contains(CREDENTIAL), "shows the credential");
    case.expect(!error.to_string().contains('\n'), "is more than a line");
}

/// The operation of the document that a provider's operation asks for.
async fn asked_for(stage: &Stage, operation: Operation) -> &'static document::Operation {
    stage.answer(Player { vendor: stage.vendor, status: None, nth: 0 }).await;
    let _ = perform(stage.vendor, &*stage.connection.provider, operation, &stage.vendor.key_id()).await;
    let asked = stage.judged().await.unwrap();
    stage.vendor.document.operation(asked.last().unwrap())
}
