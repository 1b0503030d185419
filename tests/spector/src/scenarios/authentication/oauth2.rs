//! Scenarios of `authentication/oauth2`.

use super::TOKEN;
use crate::clients::authentication_oauth2::{Client, errors::InvalidError, o_auth2_auth};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_with(o_auth2_auth(TOKEN)));
    suite.call("Authentication_OAuth2_valid", client.valid()).await;
    let client = Client::new(suite.http_with(o_auth2_auth("expired-token")));
    let is_invalid = |InvalidError::Forbidden(auth)| assert_eq!(auth.error, "invalid-grant");
    suite.fails("Authentication_OAuth2_invalid", client.invalid(), is_invalid).await;
}
