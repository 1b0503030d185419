//! The promises about a provider, through the trait.

use std::error::Error as _;
use std::fmt::Debug;
use std::time::Duration;

use api_keys::{
    ApiKeyProvider, ApiKeyProviderExt as _, Cursor, Effect, Error, ErrorKind, Field, KeyId, ListQuery,
    NewApiKey, Operation, Result, RevokeOptions, RotateOptions, SecretKey, Timestamp, UpdateApiKey,
};
use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::server::Server;
use crate::{FRESH, holds, judge};

/// Where in a vendor's answers a new secret stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SecretAt {
    pub(crate) create: &'static str,
    pub(crate) rotate: &'static str,
}

/// Calls every operation of a provider, each in the ways that its capabilities allow.
pub(crate) async fn every_operation(server: &Server, provider: &dyn ApiKeyProvider, secret_at: SecretAt) {
    let judge = Judge { server, provider, secret_at };
    let can = provider.capabilities();
    let id = KeyId::new("ak_0123456789abcdef0123456789abcdef").expect("a good id");

    for new in [least(provider), full(provider)] {
        judge.minted(Operation::Create, provider.create(new).await);
    }
    judge.minted(Operation::Rotate, provider.rotate(&id, RotateOptions::new()).await);

    if let Some(key) = judge.call(Operation::Get, provider.get(&id).await) {
        let again = KeyId::new(key.id.as_str());
        assert!(again.is_ok(), "an id that cannot be asked for: {:?}", key.id);
    }
    let mut query = ListQuery::new().limit(2);
    if can.owner_required {
        query = query.owner("user_0123456789abcdefghijklmnopq");
    }
    for cursor in [
        None,
        Some("1:ak_1"),
        Some("9223372036854775808:ak_1"),
        Some("18446744073709551615:ak_1"),
        Some("nonsense"),
    ] {
        let query = match cursor {
            Some(cursor) => query.clone().cursor(Cursor::new(cursor)),
            None => query.clone(),
        };
        judge.call(Operation::List, provider.list(query).await);
    }
    judge.call(Operation::List, provider.keys(query).try_collect::<Vec<_>>().await);
    judge.call(Operation::List, provider.orphans(&least(provider), Timestamp::UNIX_EPOCH).await);

    for changes in changes(provider) {
        judge.call(Operation::Update, provider.update(&id, changes).await);
    }
    judge.call(Operation::Revoke, provider.revoke(&id, RevokeOptions::new()).await);
    judge.call(Operation::Delete, provider.delete(&id).await);
    judge.call(Operation::Reveal, provider.reveal(&id).await);
    let verification = provider.verify(&SecretKey::new("ak_canary_asked_89abcdef")).await;
    judge.call(Operation::Verify, verification);
}

fn least(provider: &dyn ApiKeyProvider) -> NewApiKey {
    let new = NewApiKey::new("nightly export");
    match provider.capabilities().owner_required {
        true => new.owner("user_0123456789abcdefghijklmnopq"),
        false => new,
    }
}

fn full(provider: &dyn ApiKeyProvider) -> NewApiKey {
    let fields = provider.capabilities().create_fields;
    let mut new = least(provider);
    if fields.contains(Field::Owner) {
        new = new.owner("user_0123456789abcdefghijklmnopq");
    }
    if fields.contains(Field::Scopes) {
        new = new.scopes(["files:read"]);
    }
    if fields.contains(Field::Expiry) {
        new = new.expires_in(Duration::from_secs(90 * 24 * 60 * 60));
    }
    if fields.contains(Field::Metadata) {
        new = new.metadata(json!({ "team": "data" }));
    }
    new
}

/// One change of each field, and one that clears.
fn changes(provider: &dyn ApiKeyProvider) -> Vec<UpdateApiKey> {
    let can = provider.capabilities();
    let new = UpdateApiKey::new;
    let mut changes = vec![new().name("weekly export")];
    let each = [
        (Field::Enabled, new().enabled(false)),
        (Field::Scopes, new().scopes(["files:read"])),
        (Field::Metadata, new().metadata(json!({ "team": "data" }))),
        (Field::Expiry, new().expiry(api_keys::Expiry::In(Duration::from_secs(86_400)))),
    ];
    changes
        .extend(each.into_iter().filter(|(field, _)| can.update_fields.contains(*field)).map(|pair| pair.1));
    if can.clearable_fields.contains(Field::Expiry) {
        changes.push(new().clear_expiry());
    }
    changes
}

struct Judge<'a> {
    server: &'a Server,
    provider: &'a dyn ApiKeyProvider,
    secret_at: SecretAt,
}

impl Judge<'_> {
    /// Checks a call that mints: its secret is returned or kept, and shown nowhere.
    fn minted(&self, operation: Operation, result: Result<api_keys::IssuedKey>) {
        let place =
            if operation == Operation::Create { self.secret_at.create } else { self.secret_at.rotate };
        let answer = &self.server.answer;
        let there = answer.status.is_success() && answer.has_fresh_secret(&[place]);
        let rescued = match &result {
            Ok(issued) => holds(issued.secret.expose().as_bytes(), FRESH),
            Err(error) => match error.effect() {
                Effect::Applied => error.body().is_some_and(|body| holds(body.expose(), FRESH)),
                // Nothing was sent, or a web page answered.
                _ => true,
            },
        };
        assert!(rescued || !there, "the new secret is lost: {result:?}");
        self.call(operation, result);
    }

    fn call<T: Debug>(&self, operation: Operation, result: Result<T>) -> Option<T> {
        let requests = self.server.take();
        let answer = &self.server.answer;
        judge::sent_with_care(answer, &requests);
        let secret_at = [self.secret_at.create, self.secret_at.rotate];
        match result {
            Ok(value) => {
                let shown = format!("{value:?}");
                assert!(!requests.is_empty());
                // Of a secret that is no good some vendors say so by an error status, and that is an answer.
                let verdict = operation == Operation::Verify
                    && answer.status.is_client_error()
                    && shown.starts_with("Invalid(");
                assert!(answer.status.is_success() || verdict, "{operation}: {shown}");
                judge::fresh_secret_is_hidden(answer, &secret_at, &shown);
                Some(value)
            }
            Err(error) => {
                self.effect(operation, &error, requests.first().map(|first| first.context.operation.class));
                let shown = format!("{error} {error:?} {:?}", error.source());
                assert!(!error.to_string().chars().any(char::is_control), "not one line: {error:?}");
                judge::fresh_secret_is_hidden(answer, &secret_at, &shown);
                if !answer.status.is_success() {
                    judge::token_is_hidden(answer, error.body().map_or(&[], |body| body.expose()), &shown);
                }
                assert_eq!(error.vendor(), self.provider.vendor());
                assert_eq!(error.operation(), Some(operation));
                None
            }
        }
    }

    fn effect(&self, operation: Operation, error: &Error, class: Option<api_keys::runtime::OperationClass>) {
        let answer = &self.server.answer;
        let supported = self.provider.capabilities().support(operation).is_supported();
        assert_eq!(error.kind() == ErrorKind::Unsupported, !supported, "{error:?}");
        let Some(class) = class.filter(|_| error.attempts() > 0) else {
            return assert_eq!(error.effect(), Effect::NotApplied, "{error:?}");
        };
        let mints = matches!(operation, Operation::Create | Operation::Rotate);
        let changes = mints || matches!(operation, Operation::Update | Operation::Revoke | Operation::Delete);
        match (answer.status.is_success(), changes) {
            (_, false) => assert_eq!(error.effect(), Effect::NotApplied, "{error:?}"),
            (false, true) => {
                assert_eq!(error.effect(), judge::effect(class, answer.status, false), "{error:?}");
            }
            // A web page, or a vendor that says that it did not do what it was asked.
            (true, true) => assert_ne!(error.effect(), Effect::NotApplied, "{error:?}"),
        }
    }
}
