//! Scenarios of `type/model/visibility`.

use api_keys_runtime::Nullable;

use crate::clients::type_model_visibility::{Client, types::*};
use crate::scenarios::types::map;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    // The document requires a body, all of whose properties are read-only.
    let model = VisibilityModel::new();
    suite.call("Type_Model_Visibility_headModel", client.head_model(123, &model)).await;
    suite
        .returns(
            "Type_Model_Visibility_getModel",
            client.get_model(123, &model),
            VisibilityModel::new().read_prop("abc"),
        )
        .await;

    let create_or_update = VisibilityModelCreateOrUpdate::new(["foo", "bar"], [1, 2]);
    suite.call("Type_Model_Visibility_putModel", client.put_model(&create_or_update)).await;
    let update = VisibilityModelUpdate::new().update_prop([1, 2]);
    suite.call("Type_Model_Visibility_patchModel", client.patch_model(&update)).await;
    let create = VisibilityModelCreate::new(["foo", "bar"]);
    suite.call("Type_Model_Visibility_postModel", client.post_model(&create)).await;
    let delete = VisibilityModelDelete::new(true);
    suite.call("Type_Model_Visibility_deleteModel", client.delete_model(&delete)).await;

    suite
        .returns(
            "Type_Model_Visibility_putReadOnlyModel",
            client.put_read_only_model(&ReadOnlyModel::new()),
            ReadOnlyModel::new()
                .optional_nullable_int_list(Nullable::Value(vec![1, 2, 3]))
                .optional_string_record(map([("k1", "value1"), ("k2", "value2")])),
        )
        .await;
}
