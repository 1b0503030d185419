//! Operations without ids, and with ids that are the same, once they are Rust's or before.

pub mod generated;

use generated::Client;

use crate::{last, silent};

#[tokio::test]
async fn every_operation_has_a_method_of_its_own() {
    let (server, client) = silent().await;
    let client = Client::new(client);
    let sent = async || {
        let request = last(&server).await;
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
