//! Scenarios of `authentication/http/custom`.

use crate::clients::authentication_http_custom::{Client, errors::InvalidError, http};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_with(http("valid-key")));
    suite.call("Authentication_Http_Custom_valid", client.valid()).await;
    let client = Client::new(suite.http_with(http("invalid-key")));
    let is_invalid = |InvalidError::Forbidden(auth)| assert_eq!(auth.error, "invalid-api-key");
    suite.fails("Authentication_Http_Custom_invalid", client.invalid(), is_invalid).await;
}
