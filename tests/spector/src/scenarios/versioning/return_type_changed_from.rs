//! Scenarios of `versioning/returnTypeChangedFrom`.

use crate::clients::versioning_return_type_changed_from_v2::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_at("/versioning/return-type-changed-from/api-version:v2"));
    suite.returns("Versioning_ReturnTypeChangedFrom_test", client.test("test"), "test").await;
}
