//! Scenarios of `type/dictionary`.

use serde_json::{Map, Value};

use crate::clients::type_dictionary::{Client, types::InnerModel};
use crate::scenarios::types::map;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let value = map([("k1", 1), ("k2", 2)]);
    suite.call("Type_Dictionary_Int32Value_put", client.int32_value_put(&value)).await;
    suite.returns("Type_Dictionary_Int32Value_get", client.int32_value_get(), value).await;

    let value = map([("k1", 9_007_199_254_740_991_i64), ("k2", -9_007_199_254_740_991)]);
    suite.call("Type_Dictionary_Int64Value_put", client.int64_value_put(&value)).await;
    suite.returns("Type_Dictionary_Int64Value_get", client.int64_value_get(), value).await;

    let value = map([("k1", true), ("k2", false)]);
    suite.call("Type_Dictionary_BooleanValue_put", client.boolean_value_put(&value)).await;
    suite.returns("Type_Dictionary_BooleanValue_get", client.boolean_value_get(), value).await;

    let value = map([("k1", "hello"), ("k2", "")]);
    suite.call("Type_Dictionary_StringValue_put", client.string_value_put(&value)).await;
    suite.returns("Type_Dictionary_StringValue_get", client.string_value_get(), value).await;

    let value = map([("k1", 43.125)]);
    suite.call("Type_Dictionary_Float32Value_put", client.float32_value_put(&value)).await;
    suite.returns("Type_Dictionary_Float32Value_get", client.float32_value_get(), value).await;

    let value = map([("k1", "2022-08-26T18:38:00Z")]);
    suite.call("Type_Dictionary_DatetimeValue_put", client.datetime_value_put(&value)).await;
    suite.returns("Type_Dictionary_DatetimeValue_get", client.datetime_value_get(), value).await;

    let value = map([("k1", "P123DT22H14M12.011S")]);
    suite.call("Type_Dictionary_DurationValue_put", client.duration_value_put(&value)).await;
    suite.returns("Type_Dictionary_DurationValue_get", client.duration_value_get(), value).await;

    let value = Map::from_iter(map([("k1", Value::from(1)), ("k2", "hello".into()), ("k3", Value::Null)]));
    suite.call("Type_Dictionary_UnknownValue_put", client.unknown_value_put(&value)).await;
    suite.returns("Type_Dictionary_UnknownValue_get", client.unknown_value_get(), value).await;

    let value = map([("k1", InnerModel::new("hello")), ("k2", InnerModel::new("world"))]);
    suite.call("Type_Dictionary_ModelValue_put", client.model_value_put(&value)).await;
    suite.returns("Type_Dictionary_ModelValue_get", client.model_value_get(), value).await;

    let children = map([("k2.1", InnerModel::new("inner world"))]);
    let value = map([
        ("k1", InnerModel::new("hello").children([])),
        ("k2", InnerModel::new("world").children(children)),
    ]);
    suite.call("Type_Dictionary_RecursiveModelValue_put", client.recursive_model_value_put(&value)).await;
    suite.returns("Type_Dictionary_RecursiveModelValue_get", client.recursive_model_value_get(), value).await;

    let value = map([("k1", Some(1.25)), ("k2", Some(0.5)), ("k3", None)]);
    suite.call("Type_Dictionary_NullableFloatValue_put", client.nullable_float_value_put(&value)).await;
    suite.returns("Type_Dictionary_NullableFloatValue_get", client.nullable_float_value_get(), value).await;
}
