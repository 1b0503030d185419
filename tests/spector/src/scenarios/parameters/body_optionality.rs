//! Scenarios of `parameters/body-optionality`.

use crate::clients::parameters_body_optionality::Client;
use crate::clients::parameters_body_optionality::types::BodyModel;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let body = BodyModel::new("foo");
    suite.call("Parameters_BodyOptionality_requiredExplicit", client.required_explicit(&body)).await;
    suite.call("Parameters_BodyOptionality_requiredImplicit", client.required_implicit(&body)).await;
    let set_and_omit = async {
        client.optional_explicit_set(Some(&body)).await?;
        client.optional_explicit_omit(None).await?;
        Ok(())
    };
    suite.check("Parameters_BodyOptionality_OptionalExplicit", set_and_omit).await;
}
