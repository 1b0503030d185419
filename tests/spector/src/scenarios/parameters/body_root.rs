//! Scenarios of `parameters/body-root`.

use crate::clients::parameters_body_root::Client;
use crate::clients::parameters_body_root::types::BodyRootModel;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let body = BodyRootModel::new().category("widget").link_type("hard").was_successful(true);
    suite.call("Parameters_BodyRoot_nested", client.nested(&body)).await;
}
