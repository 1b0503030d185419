//! Scenarios of `payload/head`.

use crate::clients::payload_head::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite
        .check("Payload_Head_contentTypeHeaderInResponse", async {
            let response = client.content_type_header_in_response().await?;
            assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
            assert_eq!(response.headers()["x-ms-meta"], "hello");
            Ok(())
        })
        .await;
}
