//! Scenarios of `versioning/madeOptional`.

use crate::clients::versioning_made_optional_v2::{Client, TestOptions, types::TestModel};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_at("/versioning/made-optional/api-version:v2"));
    let body = TestModel::new("foo");
    let options = TestOptions::new();
    suite.echoes("Versioning_MadeOptional_test", &body, |body| client.test(body, &options)).await;
}
