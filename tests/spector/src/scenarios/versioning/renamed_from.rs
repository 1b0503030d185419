//! Scenarios of `versioning/renamedFrom`.

use crate::clients::versioning_renamed_from_v2::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_at("/versioning/renamed-from/api-version:v2"));
    let body = NewModel::new("foo", NewEnum::NewEnumMember, 10);
    suite.echoes("Versioning_RenamedFrom_newOp", &body, |body| client.new_op("bar", body)).await;
    let name = "Versioning_RenamedFrom_NewInterface";
    suite.echoes(name, &body, |body| client.new_interface_new_op_in_new_interface(body)).await;
}
