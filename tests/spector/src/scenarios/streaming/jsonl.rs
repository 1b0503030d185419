//! Scenarios of `streaming/jsonl`.

use futures_util::TryStreamExt as _;
use serde_json::json;

use crate::clients::streaming_jsonl::{Client, types::BasicInfo};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    // The document declares the body as text, not the type of the lines.
    let lines = ["one", "two", "three"].map(|desc| json!(BasicInfo::new(desc)));
    suite.call("Streaming_Jsonl_Basic_send", client.basic_send(&lines)).await;
    suite
        .check("Streaming_Jsonl_Basic_receive", async {
            let received: Vec<_> = client.basic_receive().await?.into_body().try_collect().await?;
            assert_eq!(received, lines);
            Ok(())
        })
        .await;
}
