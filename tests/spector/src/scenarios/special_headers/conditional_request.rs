//! Scenarios of `special-headers/conditional-request`.

use crate::clients::special_headers_conditional_request::{
    Client, HeadIfModifiedSinceOptions, PostIfMatchOptions, PostIfNoneMatchOptions,
    PostIfUnmodifiedSinceOptions,
};
use crate::suite::Suite;

const TIME: &str = "Fri, 26 Aug 2022 14:38:00 GMT";

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let options = PostIfMatchOptions::new().if_match("\"valid\"");
    suite.call("SpecialHeaders_ConditionalRequest_postIfMatch", client.post_if_match(&options)).await;
    let options = PostIfNoneMatchOptions::new().if_none_match("\"invalid\"");
    let call = client.post_if_none_match(&options);
    suite.call("SpecialHeaders_ConditionalRequest_postIfNoneMatch", call).await;
    let options = HeadIfModifiedSinceOptions::new().if_modified_since(TIME);
    let call = client.head_if_modified_since(&options);
    suite.call("SpecialHeaders_ConditionalRequest_headIfModifiedSince", call).await;
    let options = PostIfUnmodifiedSinceOptions::new().if_unmodified_since(TIME);
    let call = client.post_if_unmodified_since(&options);
    suite.call("SpecialHeaders_ConditionalRequest_postIfUnmodifiedSince", call).await;
}
