//! Scenarios of `type/model/empty`.

use serde_json::Map;

use crate::clients::type_model_empty::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let empty = Map::new();
    suite.call("Type_Model_Empty_putEmpty", client.put_empty(&empty)).await;
    suite.returns("Type_Model_Empty_getEmpty", client.get_empty(), empty.clone()).await;
    suite
        .returns("Type_Model_Empty_postRoundTripEmpty", client.post_round_trip_empty(&empty), empty.clone())
        .await;
}
