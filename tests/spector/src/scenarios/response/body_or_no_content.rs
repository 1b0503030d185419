//! Scenarios of `response/body-or-no-content`.

use crate::clients::response_body_or_no_content::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let body = async {
        let response = client.get_body().await?;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-ms-request-id"], "body-request");
        assert_eq!(response.into_body().map(|layout| layout.content).as_deref(), Some("hello"));
        Ok(())
    };
    suite.check("Response_BodyOrNoContent_getBody", body).await;
    let no_content = async {
        let response = client.get_no_content().await?;
        assert_eq!(response.status(), 204);
        assert_eq!(response.headers()["x-ms-request-id"], "no-content-request");
        assert_eq!(response.into_body(), None);
        Ok(())
    };
    suite.check("Response_BodyOrNoContent_getNoContent", no_content).await;
}
