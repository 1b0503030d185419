//! Scenarios of `type/model/usage`.

use crate::clients::type_model_usage::{
    Client,
    types::{InputOutputRecord, InputRecord},
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Type_Model_Usage_input", client.input(&InputRecord::new("example-value"))).await;
    suite
        .reads("Type_Model_Usage_output", client.output(), |record| {
            assert_eq!(record.required_prop, "example-value");
        })
        .await;
    let record = InputOutputRecord::new("example-value");
    suite.returns("Type_Model_Usage_inputAndOutput", client.input_and_output(&record), record.clone()).await;
}
