//! Scenarios of `server/path/multiple` and `server/path/single`.

use crate::clients::{server_path_multiple_v1_0 as multiple, server_path_single as single};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = multiple::Client::new(suite.http_at("/server/path/multiple/v1.0"));
    suite.call("Server_Path_Multiple_noOperationParams", client.no_operation_params()).await;
    let call = client.with_operation_path_param("test");
    suite.call("Server_Path_Multiple_withOperationPathParam", call).await;
    let client = single::Client::new(suite.http());
    suite.call("Server_Path_Single_myOp", client.my_op()).await;
}
