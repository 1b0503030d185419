//! Descriptions and bounds become docs that rustdoc takes.

pub mod generated;

use generated::{Client, GetThingOptions};
use serde_json::json;

use crate::{answering, target};

#[tokio::test]
async fn descriptions_and_bounds_change_nothing_on_the_wire() {
    let thing =
        json!({ "name": "", "limit": 1000, "share": -0.3, "old": -1, "id": "no uuid", "ips": ["a", "a"] });
    let (server, client) = answering(200, &thing).await;
    let options = GetThingOptions::new().limit(1000).old("o");
    let read = Client::new(client).get_thing("not-a-t", &options).await.unwrap().into_body();
    assert_eq!(target(&server).await, "/things/not-a-t?limit=1000&old=o");
    assert_eq!((read.limit, read.ips.map(|ips| ips.len())), (Some(1000), Some(2)));
}
