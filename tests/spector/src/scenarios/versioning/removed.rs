//! Scenarios of `versioning/removed`.

use crate::clients::{
    versioning_removed_v1 as v1, versioning_removed_v2 as v2, versioning_removed_v2preview as v2preview,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = v1::Client::new(suite.http_at("/versioning/removed/api-version:v1"));
    let body = v1::types::ModelV3::new("123", v1::types::EnumV3::EnumMemberV1);
    suite.echoes("Versioning_Removed_modelV3", &body, |body| client.model_v3(body)).await;

    let client = v2preview::Client::new(suite.http_at("/versioning/removed/api-version:v2preview"));
    let body = v2preview::types::ModelV3::new("123");
    suite.echoes("Versioning_Removed_modelV3_V2preview", &body, |body| client.model_v3(body)).await;

    let client = v2::Client::new(suite.http_at("/versioning/removed/api-version:v2"));
    let body = v2::types::ModelV3::new("123", v2::types::EnumV3::EnumMemberV1);
    suite.echoes("Versioning_Removed_modelV3_V2", &body, |body| client.model_v3(body)).await;
    let union = v2::types::UnionV2::Text("bar".to_owned());
    let body = v2::types::ModelV2::new("foo", v2::types::EnumV2::EnumMemberV2, union);
    suite.echoes("Versioning_Removed_v2", &body, |body| client.v2(body)).await;
}
