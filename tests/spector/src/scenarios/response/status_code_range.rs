//! Scenarios of `response/status-code-range`.

use crate::clients::response_status_code_range::Client;
use crate::clients::response_status_code_range::errors::{
    ErrorResponseStatusCode404Error as NotFound, ErrorResponseStatusCodeInRangeError as InRange,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let call = client.error_response_status_code_in_range();
    let name = "Response_StatusCodeRange_errorResponseStatusCodeInRange";
    let is_too_large = |error| match error {
        InRange::ClientError { status, body } => {
            assert_eq!(status, 494);
            assert_eq!(body.code, "request-header-too-large");
            assert_eq!(body.message, "Request header too large");
        }
        other => panic!("{other:?}"),
    };
    suite.fails(name, call, is_too_large).await;
    let call = client.error_response_status_code404();
    let name = "Response_StatusCodeRange_errorResponseStatusCode404";
    let is_not_found = |error| match error {
        NotFound::NotFound(body) => {
            assert_eq!(body.code, "not-found");
            assert_eq!(body.resource_id, "resource1");
        }
        other => panic!("{other:?}"),
    };
    suite.fails(name, call, is_not_found).await;
}
