//! Scenarios of `parameters/basic`.

use crate::clients::parameters_basic::{Client, types};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let user = types::ExplicitBodyUser::new("foo");
    suite.call("Parameters_Basic_ExplicitBody_simple", client.explicit_body_simple(&user)).await;
    let body = types::ImplicitBodySimpleRequest::new("foo");
    suite.call("Parameters_Basic_ImplicitBody_simple", client.implicit_body_simple(&body)).await;
}
