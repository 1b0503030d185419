//! Scenarios of `type/array`.

use api_keys_runtime::DateTime;
use serde_json::Value;

use crate::clients::type_array::{Client, types::InnerModel};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let value = [1, 2];
    suite.call("Type_Array_Int32Value_put", client.int32_value_put(&value)).await;
    suite.returns("Type_Array_Int32Value_get", client.int32_value_get(), value).await;

    let value = [9_007_199_254_740_991, -9_007_199_254_740_991];
    suite.call("Type_Array_Int64Value_put", client.int64_value_put(&value)).await;
    suite.returns("Type_Array_Int64Value_get", client.int64_value_get(), value).await;

    let value = [true, false];
    suite.call("Type_Array_BooleanValue_put", client.boolean_value_put(&value)).await;
    suite.returns("Type_Array_BooleanValue_get", client.boolean_value_get(), value).await;

    let value = ["hello", ""];
    suite.call("Type_Array_StringValue_put", client.string_value_put(&value)).await;
    suite.returns("Type_Array_StringValue_get", client.string_value_get(), value).await;

    let value = [43.125];
    suite.call("Type_Array_Float32Value_put", client.float32_value_put(&value)).await;
    suite.returns("Type_Array_Float32Value_get", client.float32_value_get(), value).await;

    let value = [DateTime::from("2022-08-26T18:38:00Z")];
    suite.call("Type_Array_DatetimeValue_put", client.datetime_value_put(&value)).await;
    suite.returns("Type_Array_DatetimeValue_get", client.datetime_value_get(), value).await;

    let value = ["P123DT22H14M12.011S"];
    suite.call("Type_Array_DurationValue_put", client.duration_value_put(&value)).await;
    suite.returns("Type_Array_DurationValue_get", client.duration_value_get(), value).await;

    let value = [1.into(), "hello".into(), Value::Null];
    suite.call("Type_Array_UnknownValue_put", client.unknown_value_put(&value)).await;
    suite.returns("Type_Array_UnknownValue_get", client.unknown_value_get(), value).await;

    let value = ["hello", "world"].map(InnerModel::new);
    suite.call("Type_Array_ModelValue_put", client.model_value_put(&value)).await;
    suite.returns("Type_Array_ModelValue_get", client.model_value_get(), value).await;

    let value = [Some(1.25), None, Some(3.0)];
    suite.call("Type_Array_NullableFloatValue_put", client.nullable_float_value_put(&value)).await;
    suite.returns("Type_Array_NullableFloatValue_get", client.nullable_float_value_get(), value).await;

    let value = [Some(1), None, Some(3)];
    suite.call("Type_Array_NullableInt32Value_put", client.nullable_int32_value_put(&value)).await;
    suite.returns("Type_Array_NullableInt32Value_get", client.nullable_int32_value_get(), value).await;

    let value = [Some(true), None, Some(false)];
    suite.call("Type_Array_NullableBooleanValue_put", client.nullable_boolean_value_put(&value)).await;
    suite.returns("Type_Array_NullableBooleanValue_get", client.nullable_boolean_value_get(), value).await;

    let value = [Some("hello".to_owned()), None, Some("world".to_owned())];
    suite.call("Type_Array_NullableStringValue_put", client.nullable_string_value_put(&value)).await;
    suite.returns("Type_Array_NullableStringValue_get", client.nullable_string_value_get(), value).await;

    let value = [Some(InnerModel::new("hello")), None, Some(InnerModel::new("world"))];
    suite.call("Type_Array_NullableModelValue_put", client.nullable_model_value_put(&value)).await;
    suite.returns("Type_Array_NullableModelValue_get", client.nullable_model_value_get(), value).await;
}
