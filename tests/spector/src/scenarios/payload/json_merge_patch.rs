//! Scenarios of `payload/json-merge-patch`.

use crate::clients::payload_json_merge_patch::Client;
use crate::clients::payload_json_merge_patch::types::{InnerModel, Resource};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let inner = InnerModel::new().name("InnerMadge").description("innerDesc");
    let resource = Resource::new("Madge")
        .description("desc")
        .map([("key".to_owned(), inner.clone())])
        .array([inner.clone()])
        .int_value(1)
        .float_value(1.25)
        .inner_model(inner)
        .int_array([1, 2, 3]);
    suite
        .echoes("Payload_JsonMergePatch_createResource", &resource, |resource| {
            client.create_resource(resource)
        })
        .await;
    suite.unsupported(
        "In a merge patch, values of maps and fields of types that responses have too cannot be null.",
        &["Payload_JsonMergePatch_updateResource", "Payload_JsonMergePatch_updateOptionalResource"],
    );
}
