//! Responses by status.

pub mod generated;

use generated::errors::{AnonymousError, ErrorsError, OnlyDefaultError};
use generated::{Client, SeveralSuccess};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{json_response, respond_with};

async fn client(status: u16, body: serde_json::Value) -> (wiremock::MockServer, Client) {
    let (server, client) = json_response(status, &body).await;
    (server, Client::new(client))
}

#[tokio::test]
async fn common_success_type() {
    for status in [200, 201, 299] {
        let (_server, client) = client(status, json!({ "id": 1 })).await;
        let response = client.same().await.unwrap();
        assert_eq!((response.status().as_u16(), response.body().id), (status, 1));
        assert_eq!(client.maybe().await.unwrap().body().as_ref().map(|thing| thing.id), Some(1));
        assert_eq!(client.only_default().await.unwrap().body().id, 1);
        assert_eq!(client.nothing().await.unwrap().body().expose(), br#"{"id":1}"#);
        assert_eq!(client.undocumented().await.unwrap().body().expose(), br#"{"id":1}"#);
        client.empty().await.unwrap();
    }
    let (_server, client) = respond_with(ResponseTemplate::new(204)).await;
    assert_eq!(Client::new(client).maybe().await.unwrap().body(), &None);
}

#[tokio::test]
async fn success_by_status() {
    let several = async |response: ResponseTemplate| {
        let (_server, client) = respond_with(response).await;
        Client::new(client).several().await.unwrap().into_body()
    };
    let response = several(ResponseTemplate::new(200).set_body_json(json!({ "id": 1 }))).await;
    assert!(matches!(response, SeveralSuccess::Ok(thing) if thing.id == 1));
    let response = several(ResponseTemplate::new(202).set_body_json("started")).await;
    assert!(matches!(response, SeveralSuccess::Accepted(text) if text == "started"));
    assert!(matches!(several(ResponseTemplate::new(204)).await, SeveralSuccess::NoContent));
    for (status, body) in [(206, "part"), (200, "{}")] {
        let response = several(ResponseTemplate::new(status).set_body_string(body)).await;
        assert!(matches!(response, SeveralSuccess::Other(kept) if kept.expose() == body.as_bytes()));
    }
}

#[tokio::test]
async fn errors_by_status() {
    let fail = async |status: u16, body: &str| {
        let (_server, client) = respond_with(ResponseTemplate::new(status).set_body_string(body)).await;
        let error = Client::new(client).errors().await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        error.documented()
    };
    let fault = r#"{"code":"c"}"#;
    assert!(matches!(fail(400, fault).await, Some(ErrorsError::BadRequest(fault)) if fault.code == "c"));
    assert!(matches!(fail(404, "<html>").await, Some(ErrorsError::NotFound)));
    assert!(matches!(fail(429, fault).await, Some(ErrorsError::TooManyRequests(_))));
    assert!(
        matches!(fail(418, fault).await, Some(ErrorsError::ClientError { status: 418, body }) if body.code == "c")
    );
    let rest = fail(500, r#"{"why":"w"}"#).await;
    assert!(
        matches!(rest, Some(ErrorsError::Default { status: 500, body }) if body.why.as_deref() == Some("w"))
    );
    assert!(fail(301, "").await.is_none(), "redirects are not documented errors");
    assert!(fail(400, "<html>").await.is_none(), "the body is not the documented one");
}

#[tokio::test]
async fn equal_error_bodies_share_a_type() {
    let fail = async |status: u16| {
        let (_server, client) = client(status, json!({ "errors": [{ "code": "c" }] })).await;
        client.anonymous().await.unwrap_err().documented()
    };
    let (Some(AnonymousError::BadRequest(one)), Some(AnonymousError::Conflict(other))) =
        (fail(400).await, fail(409).await)
    else {
        panic!("not the documented errors");
    };
    assert_eq!(one, other);
    assert!(matches!(fail(503).await, Some(AnonymousError::ServerError { status: 503 })));
    assert!(fail(404).await.is_none());

    let (_server, client) = client(502, json!({ "id": 1 })).await;
    let error = client.only_default().await.unwrap_err();
    assert!(
        matches!(error.documented(), Some(OnlyDefaultError::Default { status: 502, body }) if body.id == 1)
    );
}
