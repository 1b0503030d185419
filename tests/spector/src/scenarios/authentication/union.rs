//! Scenarios of `authentication/union`.

use super::TOKEN;
use crate::clients::authentication_union::{Client, api_key_auth, o_auth2_auth};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_with(api_key_auth("valid-key")));
    suite.call("Authentication_Union_validKey", client.valid_key()).await;
    let client = Client::new(suite.http_with(o_auth2_auth(TOKEN)));
    suite.call("Authentication_Union_validToken", client.valid_token()).await;
}
