//! Scenarios of `versioning/typeChangedFrom`.

use crate::clients::versioning_type_changed_from_v2::{Client, types::TestModel};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_at("/versioning/type-changed-from/api-version:v2"));
    let body = TestModel::new("foo", "bar");
    suite.echoes("Versioning_TypeChangedFrom_test", &body, |body| client.test("baz", body)).await;
}
