//! Scenarios of `parameters/query`.

use crate::clients::parameters_query::Client;
use crate::clients::parameters_query::types::ConstantPostQueryParam;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let constant = ConstantPostQueryParam::ConstantValue;
    suite.call("Parameters_Query_Constant_post", client.constant_post(&constant)).await;
    let call = client.special_char_dollar_sign("status eq 'active'");
    suite.call("Parameters_Query_SpecialChar_dollarSign", call).await;
}
