//! Scenarios of `authentication/noauth/union`.

use super::TOKEN;
use crate::clients::authentication_noauth_union::{Client, o_auth2_auth};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Authentication_Noauth_Union_validNoAuth", client.valid_no_auth()).await;
    let client = Client::new(suite.http_with(o_auth2_auth(TOKEN)));
    suite.call("Authentication_Noauth_Union_validToken", client.valid_token()).await;
}
