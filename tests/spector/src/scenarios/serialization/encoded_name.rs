//! Scenarios of `serialization/encoded-name/json`.

use crate::clients::serialization_encoded_name_json::{Client, types::PropertyJsonEncodedNameModel};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let model = PropertyJsonEncodedNameModel::new(true);
    suite.call("Serialization_EncodedName_Json_Property_send", client.property_send(&model)).await;
    suite.returns("Serialization_EncodedName_Json_Property_get", client.property_get(), model).await;
}
