//! Scenarios of `server/endpoint/not-defined`.

use crate::clients::server_endpoint_not_defined::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Server_Endpoint_NotDefined_valid", client.valid()).await;
}
