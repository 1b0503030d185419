//! Errors.

use std::error::Error as _;
use std::time::Duration;

use api_keys_core::{Effect, Error, ErrorKind, Operation, SecretBytes, Violation};
use proptest::prelude::*;

const KINDS: [ErrorKind; 14] = [
    ErrorKind::Unsupported,
    ErrorKind::UnsupportedField,
    ErrorKind::InvalidInput,
    ErrorKind::Configuration,
    ErrorKind::Unauthenticated,
    ErrorKind::PermissionDenied,
    ErrorKind::NotFound,
    ErrorKind::Conflict,
    ErrorKind::LimitReached,
    ErrorKind::RateLimited,
    ErrorKind::Unavailable,
    ErrorKind::Timeout,
    ErrorKind::Transport,
    ErrorKind::UnexpectedResponse,
];

fn error(kind: ErrorKind, operation: Operation, effect: Effect) -> Error {
    Error::new(kind, "fake", operation).with_effect(effect)
}

#[test]
fn new_error_is_not_applied() {
    let error = Error::new(ErrorKind::Conflict, "fake", Operation::Update);
    assert_eq!((error.effect(), error.attempts(), error.status()), (Effect::NotApplied, 0, None));
    assert_eq!((error.message(), error.vendor_code(), error.vendor_message()), (None, None, None));
    assert!(error.violations().is_empty());
    assert!(error.body().is_none() && error.source().is_none());
    assert_eq!((error.request_id(), error.retry_after()), (None, None));
}

#[test]
fn all_values_can_be_read() {
    let error = error(ErrorKind::RateLimited, Operation::List, Effect::Unknown)
        .with_message("ours")
        .with_status(429)
        .with_vendor_code("SLOW_DOWN")
        .with_vendor_message("theirs")
        .with_violations(vec![Violation::new("body.name", "too long")])
        .with_request_id("req_1")
        .with_retry_after(Duration::from_secs(3))
        .with_attempts(2)
        .with_body(SecretBytes::new(*b"body"))
        .with_source(std::io::Error::other("below"))
        .with_operation(Operation::Get);
    assert_eq!((error.kind(), error.effect()), (ErrorKind::RateLimited, Effect::Unknown));
    assert_eq!((error.vendor(), error.operation()), ("fake", Some(Operation::Get)));
    assert_eq!((error.message(), error.status()), (Some("ours"), Some(429)));
    assert_eq!((error.vendor_code(), error.vendor_message()), (Some("SLOW_DOWN"), Some("theirs")));
    assert_eq!(error.violations(), [Violation::new("body.name", "too long")]);
    assert_eq!((error.request_id(), error.attempts()), (Some("req_1"), 2));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    assert_eq!(error.body().map(SecretBytes::expose), Some(b"body".as_slice()));
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("below"));
}

#[test]
fn display_describes_the_failure() {
    let error = error(ErrorKind::InvalidInput, Operation::Create, Effect::NotApplied)
        .with_status(400)
        .with_vendor_code("INVALID_NAME")
        .with_vendor_message("bad\nname")
        .with_violations(vec![Violation::new("body.name", "too long"), Violation::new("", "odd")])
        .with_request_id("req_1")
        .with_attempts(2)
        .with_retry_after(Duration::from_millis(1500));
    assert_eq!(
        error.to_string(),
        "fake: create: invalid value (response: 400 INVALID_NAME \"bad name\"); \
         body.name: too long; odd; request req_1; 2 attempts; retry after 2 s"
    );
    let error = Error::configuration("fake", "invalid base URL");
    assert_eq!(error.to_string(), "fake: invalid base URL");
    let error = Error::new(ErrorKind::Unauthenticated, "fake", Operation::List).with_attempts(1);
    assert_eq!(error.to_string(), "fake: list: invalid credential");
}

#[test]
fn kinds_have_a_summary_and_a_name() {
    let mut names = std::collections::HashSet::new();
    for kind in KINDS {
        let line = Error::new(kind, "fake", Operation::Get).to_string();
        assert!(line.len() > "fake: get: ".len() + 5, "{line}");
        assert!(names.insert(kind.as_str()) && kind.to_string() == kind.as_str());
        assert!(kind.as_str().chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    }
}

#[test]
fn display_omits_the_source() {
    let error = error(ErrorKind::Transport, Operation::Get, Effect::NotApplied)
        .with_source(std::io::Error::other("connection reset"));
    assert!(!error.to_string().contains("connection reset"));
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("connection reset"));
}

#[test]
fn body_is_not_printed() {
    for effect in [Effect::NotApplied, Effect::Unknown, Effect::Applied] {
        let error = error(ErrorKind::UnexpectedResponse, Operation::Create, effect)
            .with_body(SecretBytes::new(*b"{\"key\":\"sk_secret\"}"));
        let text = format!("{error} {error:?} {error:#?}");
        assert!(!text.contains("sk_secret"), "{text}");
    }
}

#[test]
fn transient_errors_without_effect_are_retryable() {
    use ErrorKind::{RateLimited, Timeout, Transport, Unavailable};
    for kind in KINDS {
        for effect in [Effect::NotApplied, Effect::Unknown, Effect::Applied] {
            let transient = matches!(kind, RateLimited | Unavailable | Timeout | Transport);
            let expected = transient && effect == Effect::NotApplied;
            assert_eq!(error(kind, Operation::Create, effect).is_retryable(), expected, "{kind} {effect}");
        }
        let error = error(kind, Operation::Get, Effect::NotApplied);
        assert_eq!(error.is_not_found(), kind == ErrorKind::NotFound);
    }
}

#[test]
fn effect_is_displayed_and_has_help() {
    for (operation, effect, expected) in [
        (Operation::Create, Effect::Unknown, "orphans"),
        (Operation::Rotate, Effect::Unknown, "rotate again"),
        (Operation::Revoke, Effect::Unknown, "repeating the call is safe"),
        (Operation::Update, Effect::Unknown, "repeating the call is safe"),
        (Operation::Delete, Effect::Unknown, "repeating the call is safe"),
        (Operation::Create, Effect::Applied, "recover it"),
        (Operation::Rotate, Effect::Applied, "recover it"),
        (Operation::Revoke, Effect::Applied, "read the key"),
        (Operation::Update, Effect::Applied, "read the key"),
        (Operation::Delete, Effect::Applied, "read the key"),
    ] {
        for kind in KINDS {
            let error = error(kind, operation, effect);
            let line = error.to_string();
            let help = error.help().expect("help");
            assert!(help.contains(expected), "{help}");
            assert!(line.ends_with(&format!("effect {effect}")) && !line.contains(help), "{line}");
        }
    }
}

#[test]
fn help_does_not_suggest_to_repeat_a_create() {
    for kind in KINDS {
        for effect in [Effect::Unknown, Effect::Applied] {
            let help = error(kind, Operation::Create, effect).help().expect("help");
            assert!(!help.contains("try again") && !help.contains("is safe"), "{help}");
        }
    }
}

#[test]
fn display_omits_the_effect_not_applied() {
    for kind in KINDS {
        let line = error(kind, Operation::Create, Effect::NotApplied).to_string();
        assert!(!line.contains("effect") && !line.contains("orphans") && !line.contains("rescue"), "{line}");
    }
    assert_eq!(
        error(ErrorKind::Timeout, Operation::Create, Effect::NotApplied).help(),
        Some("try again later")
    );
    assert_eq!(error(ErrorKind::Conflict, Operation::Create, Effect::NotApplied).help(), None);
}

#[test]
fn effects_are_ordered_by_certainty() {
    assert!(Effect::NotApplied < Effect::Unknown && Effect::Unknown < Effect::Applied);
    assert_eq!(Effect::default(), Effect::NotApplied);
}

#[test]
fn long_vendor_text_is_truncated() {
    let line = error(ErrorKind::Unavailable, Operation::Get, Effect::NotApplied)
        .with_vendor_message("é".repeat(100_000))
        .to_string();
    assert!(line.contains('…') && line.chars().count() < 500, "{} characters", line.chars().count());
}

proptest! {
    #[test]
    fn display_is_one_line(
        message in prop::option::of(any::<String>()),
        code in any::<String>(),
        vendor_message in "(a|\n|\r|\x1b|\u{85}|\u{2028}|\u{2029}){0,9}",
        violations in prop::collection::vec((any::<String>(), any::<String>()), 0..3),
        request_id in any::<String>(),
    ) {
        let violations = violations.into_iter().map(|(path, message)| Violation::new(path, message));
        let mut error = error(ErrorKind::InvalidInput, Operation::Create, Effect::Unknown)
            .with_vendor_code(code)
            .with_vendor_message(vendor_message.clone())
            .with_violations(violations.collect())
            .with_request_id(request_id);
        if let Some(message) = message {
            error = error.with_message(message + &vendor_message);
        }
        let line = error.to_string();
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        prop_assert!(!line.contains(breaks), "{:?}", line);
    }
}
