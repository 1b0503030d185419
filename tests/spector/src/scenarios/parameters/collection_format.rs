//! Scenarios of `parameters/collection-format`.

use crate::clients::parameters_collection_format::Client;
use crate::suite::Suite;

const COLORS: &[&str] = &["blue", "red", "green"];

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Parameters_CollectionFormat_Query_multi", client.query_multi(COLORS)).await;
    suite.call("Parameters_CollectionFormat_Query_ssv", client.query_ssv(COLORS)).await;
    suite.call("Parameters_CollectionFormat_Query_pipes", client.query_pipes(COLORS)).await;
    suite.call("Parameters_CollectionFormat_Query_csv", client.query_csv(COLORS)).await;
    suite.call("Parameters_CollectionFormat_Header_csv", client.header_csv(COLORS)).await;
}
