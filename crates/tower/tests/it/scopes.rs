//! Scopes of routes.

use std::convert::Infallible;

use api_keys_core::NewApiKey;
use api_keys_tower::{ApiKeyLayer, RequireScopesLayer};
use bytes::Bytes;
use http::{Request, Response};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::{Keys, bearer};

async fn handler(_: Request<()>) -> Result<Response<Bytes>, Infallible> {
    Ok(Response::new(Bytes::from_static(b"ok")))
}

#[tokio::test]
async fn all_scopes_are_required() {
    let keys = Keys::new();
    let authenticator = keys.authenticator();
    let send = async |scopes: Option<&[&str]>, required: &[&str]| {
        let mut new = NewApiKey::new("ci");
        if let Some(scopes) = scopes {
            new = new.scopes(scopes.iter().copied());
        }
        let (_, secret) = keys.create(new).await;
        let service = RequireScopesLayer::new(required.iter().copied()).layer(service_fn(handler));
        let service = ApiKeyLayer::new(authenticator.clone()).layer(service);
        service.oneshot(bearer(&secret)).await.expect("a response")
    };
    assert_eq!(send(Some(&["read", "write"]), &["read"]).await.status(), 200);
    assert_eq!(send(Some(&["read", "write"]), &["write", "read"]).await.status(), 200);
    assert_eq!(send(Some(&[]), &[]).await.status(), 200);
    for scopes in [None, Some(&[][..]), Some(&["read"]), Some(&["READ", "write "]), Some(&["read write"])] {
        let response = send(scopes, &["read", "write"]).await;
        assert_eq!(response.status(), 403, "{scopes:?}");
        let challenge = &response.headers()["www-authenticate"];
        assert_eq!(challenge, "Bearer error=\"insufficient_scope\", scope=\"read write\"");
    }
    let response = send(None, &["a\"b\n"]).await;
    assert_eq!(response.headers()["www-authenticate"], "Bearer error=\"insufficient_scope\"");
}

#[tokio::test]
async fn scopes_without_authentication_are_rejected() {
    let service = RequireScopesLayer::new([""; 0]).layer(service_fn(handler));
    let response = service.oneshot(bearer("x")).await.expect("a response");
    assert_eq!(response.status(), 401);
}
