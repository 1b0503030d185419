//! Missing and duplicate operation ids.

pub mod generated;

use generated::Client;

use crate::{last_request, no_content};

#[tokio::test]
async fn each_operation_has_a_method() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let sent = async || {
        let request = last_request(&server).await;
        format!("{} {}", request.method, request.url.path())
    };
    client.get_owners_by_owner_keys("o").await.unwrap();
    assert_eq!(sent().await, "GET /owners/o/keys");
    client.same("o").await.unwrap();
    assert_eq!(sent().await, "POST /owners/o/keys");
    client.same2("o").await.unwrap();
    assert_eq!(sent().await, "PUT /owners/o/keys");
    client.same3("o").await.unwrap();
    assert_eq!(sent().await, "DELETE /owners/o/keys");
    client.get().await.unwrap();
    assert_eq!(sent().await, "GET /");
    client.head().await.unwrap();
    assert_eq!(sent().await, "HEAD /");
    client.get_keys().await.unwrap();
    assert_eq!(sent().await, "GET /keys/");
    client.keys_list_all().await.unwrap();
    assert_eq!(sent().await, "GET /keys");
    client.post_v1_keys_batch().await.unwrap();
    assert_eq!(sent().await, "POST /v1/keys:batch");
}
