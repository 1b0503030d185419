//! Descriptions and constraints become docs without rustdoc warnings.

pub mod generated;

use generated::{Client, GetThingOptions};
use serde_json::json;

use crate::{json_response, target};

#[tokio::test]
async fn constraints_are_not_enforced() {
    let thing =
        json!({ "name": "", "limit": 1000, "share": -0.3, "old": -1, "id": "no uuid", "ips": ["a", "a"] });
    let (server, client) = json_response(200, &thing).await;
    let options = GetThingOptions::new().limit(1000).old("o");
    let read = Client::new(client).get_thing("not-a-t", &options).await.unwrap().into_body();
    assert_eq!(target(&server).await, "/things/not-a-t?limit=1000&old=o");
    assert_eq!((read.limit, read.ips.map(|ips| ips.len())), (Some(1000), Some(2)));
}
