//! Scenarios of `authentication/api-key`.

use crate::clients::authentication_api_key::{Client, api_key_auth, errors::InvalidError};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_with(api_key_auth("valid-key")));
    suite.call("Authentication_ApiKey_valid", client.valid()).await;
    let client = Client::new(suite.http_with(api_key_auth("invalid-key")));
    let is_invalid = |InvalidError::Forbidden(auth)| assert_eq!(auth.error, "invalid-api-key");
    suite.fails("Authentication_ApiKey_invalid", client.invalid(), is_invalid).await;
}
