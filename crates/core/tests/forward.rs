//! A pointer to a provider is that provider.

mod support;

use std::sync::Arc;

use api_keys_core::{
    ApiKeyProvider, ApiKeyProviderExt, Capabilities, ErrorKind, ListQuery, NewApiKey, Operation,
    RevokeOptions, RotateOptions, SecretKey, UpdateApiKey,
};
use static_assertions::assert_impl_all;
use support::{Fake, id, run};

assert_impl_all!(Arc<dyn ApiKeyProvider>: ApiKeyProvider, ApiKeyProviderExt, Send, Sync, Clone);
assert_impl_all!(Box<dyn ApiKeyProvider>: ApiKeyProvider, ApiKeyProviderExt, Send, Sync);
assert_impl_all!(dyn ApiKeyProvider: ApiKeyProvider, ApiKeyProviderExt);

const CAPABILITIES: Capabilities = Capabilities::none().native(&[Operation::Verify]).max_active(7);

/// Calls every method once, with arguments that tell the calls apart, and returns what came back.
fn call_all<P: ApiKeyProvider + ?Sized>(provider: &P) -> Vec<String> {
    let id = id("k");
    let issued = |issued: api_keys_core::Result<api_keys_core::IssuedKey>| {
        let (key, secret) = issued.expect("an answer").into_parts();
        format!("{key:?} {}", secret.expose())
    };
    vec![
        provider.vendor().to_owned(),
        format!("{:?}", provider.capabilities()),
        issued(run(provider.create(NewApiKey::new("n")))),
        format!("{:?}", run(provider.get(&id))),
        format!("{:?}", run(provider.list(ListQuery::new().search("s")))),
        format!("{:?}", run(provider.update(&id, UpdateApiKey::new().name("u")))),
        format!("{:?}", run(provider.revoke(&id, RevokeOptions::new().reason("r")))),
        format!("{:?}", run(provider.delete(&id))),
        issued(run(provider.rotate(&id, RotateOptions::new()))),
        run(provider.reveal(&id)).expect("an answer").expose().to_owned(),
        format!("{:?}", run(provider.verify(&SecretKey::new("v")))),
    ]
}

#[test]
fn every_method_reaches_the_provider_and_every_answer_comes_back() {
    let direct = Fake::new(CAPABILITIES);
    let answers = call_all(&direct);
    assert_eq!(direct.calls().len(), Operation::ALL.len());

    let shared = Arc::new(Fake::new(CAPABILITIES));
    assert_eq!(call_all(&shared), answers);
    assert_eq!(*shared.calls(), *direct.calls());

    let boxed = Box::new(Fake::new(CAPABILITIES));
    assert_eq!(call_all(&boxed), answers);
    assert_eq!(*boxed.calls(), *direct.calls());

    let inner = Arc::new(Fake::new(CAPABILITIES));
    let nested: Box<dyn ApiKeyProvider> = Box::new(Arc::clone(&inner) as Arc<dyn ApiKeyProvider>);
    assert_eq!(call_all(&nested), answers);
    assert_eq!(*inner.calls(), *direct.calls());
}

#[test]
fn errors_come_back_as_they_are() {
    let provider: Arc<dyn ApiKeyProvider> = Arc::new(Fake::new(CAPABILITIES));
    let error = run(provider.get(&id("missing"))).expect_err("missing");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some(Operation::Get)));
}
