//! Scenarios of `special-headers/repeatability`.

use crate::clients::special_headers_repeatability::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let immediate_success = async {
        let id = "2378d9bc-1726-11ee-be56-0242ac120002";
        let response = client.immediate_success(id, "Tue, 15 Nov 2022 12:45:26 GMT").await?;
        assert_eq!(response.headers()["repeatability-result"], "accepted");
        Ok(())
    };
    suite.check("SpecialHeaders_Repeatability_immediateSuccess", immediate_success).await;
}
