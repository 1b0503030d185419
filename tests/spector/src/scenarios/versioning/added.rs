//! Scenarios of `versioning/added`.

use crate::clients::versioning_added_v2::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http_at("/versioning/added/api-version:v2"));
    let body = ModelV1::new("foo", EnumV1::EnumMemberV2, 10);
    suite.echoes("Versioning_Added_v1", &body, |body| client.v1("bar", body)).await;
    let body = ModelV2::new("foo", EnumV2::EnumMember, UnionV2::Text("bar".to_owned()));
    suite.echoes("Versioning_Added_v2", &body, |body| client.v2(body)).await;
    let name = "Versioning_Added_InterfaceV2";
    suite.echoes(name, &body, |body| client.interface_v2_v2_in_interface(body)).await;
}
