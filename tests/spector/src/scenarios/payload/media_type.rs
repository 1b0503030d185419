//! Scenarios of `payload/media-type`.

use crate::clients::payload_media_type::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Payload_MediaType_StringBody_sendAsText", client.string_body_send_as_text("{cat}")).await;
    suite
        .reads("Payload_MediaType_StringBody_getAsText", client.string_body_get_as_text(), |text| {
            assert_eq!(text.expose(), b"{cat}");
        })
        .await;
    suite.call("Payload_MediaType_StringBody_sendAsJson", client.string_body_send_as_json("foo")).await;
    suite.unsupported(
        "The `accept` header of requests for JSON is `application/json, */*;q=0.9` instead of `application/json`.",
        &["Payload_MediaType_StringBody_getAsJson"],
    );
}
