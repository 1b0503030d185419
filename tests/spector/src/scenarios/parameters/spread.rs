//! Scenarios of `parameters/spread`.

use crate::clients::parameters_spread::Client;
use crate::clients::parameters_spread::types::{
    AliasInnerModel, AliasSpreadAsRequestBodyRequest, AliasSpreadParameterWithInnerAliasRequest,
    AliasSpreadWithMultipleParametersRequest, ModelBodyParameter, ModelCompositeRequestMix,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    models(suite, &client).await;
    aliases(suite, &client).await;
}

async fn models(suite: &mut Suite, client: &Client) {
    let body = ModelBodyParameter::new("foo");
    let call = client.model_spread_as_request_body(&body);
    suite.call("Parameters_Spread_Model_spreadAsRequestBody", call).await;
    let call = client.model_spread_composite_request_only_with_body(&body);
    suite.call("Parameters_Spread_Model_spreadCompositeRequestOnlyWithBody", call).await;
    let call = client.model_spread_composite_request_without_body("foo", "bar");
    suite.call("Parameters_Spread_Model_spreadCompositeRequestWithoutBody", call).await;
    let call = client.model_spread_composite_request("foo", "bar", &body);
    suite.call("Parameters_Spread_Model_spreadCompositeRequest", call).await;
    let body = ModelCompositeRequestMix::new("foo");
    let call = client.model_spread_composite_request_mix("foo", "bar", &body);
    suite.call("Parameters_Spread_Model_spreadCompositeRequestMix", call).await;
}

async fn aliases(suite: &mut Suite, client: &Client) {
    let body = AliasSpreadAsRequestBodyRequest::new("foo");
    let call = client.alias_spread_as_request_body(&body);
    suite.call("Parameters_Spread_Alias_spreadAsRequestBody", call).await;
    let call = client.alias_spread_as_request_parameter("1", "bar", &body);
    suite.call("Parameters_Spread_Alias_spreadAsRequestParameter", call).await;
    let body = AliasInnerModel::new("foo");
    let call = client.alias_spread_parameter_with_inner_model("1", "bar", &body);
    suite.call("Parameters_Spread_Alias_spreadParameterWithInnerModel", call).await;
    let body = AliasSpreadWithMultipleParametersRequest::new("foo", [1, 2])
        .optional_int(1)
        .optional_string_list(["foo", "bar"]);
    let call = client.alias_spread_with_multiple_parameters("1", "bar", &body);
    suite.call("Parameters_Spread_Alias_spreadWithMultipleParameters", call).await;
    let body = AliasSpreadParameterWithInnerAliasRequest::new("foo", 1);
    let call = client.alias_spread_parameter_with_inner_alias("1", "bar", &body);
    suite.call("Parameters_Spread_Alias_spreadParameterWithInnerAlias", call).await;
}
