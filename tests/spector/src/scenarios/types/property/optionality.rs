//! Scenarios of `type/property/optionality`.

use crate::clients::type_property_optionality::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let default = StringProperty::new();
    suite.call("Type_Property_Optional_String_putDefault", client.string_put_default(&default)).await;
    suite.returns("Type_Property_Optional_String_getDefault", client.string_get_default(), default).await;
    let all = StringProperty::new().property("hello");
    suite.call("Type_Property_Optional_String_putAll", client.string_put_all(&all)).await;
    suite.returns("Type_Property_Optional_String_getAll", client.string_get_all(), all).await;

    let default = BytesProperty::new();
    suite.call("Type_Property_Optional_Bytes_putDefault", client.bytes_put_default(&default)).await;
    suite.returns("Type_Property_Optional_Bytes_getDefault", client.bytes_get_default(), default).await;
    let all = BytesProperty::new().property("aGVsbG8sIHdvcmxkIQ==");
    suite.call("Type_Property_Optional_Bytes_putAll", client.bytes_put_all(&all)).await;
    suite.returns("Type_Property_Optional_Bytes_getAll", client.bytes_get_all(), all).await;

    let default = DatetimeProperty::new();
    suite.call("Type_Property_Optional_Datetime_putDefault", client.datetime_put_default(&default)).await;
    suite.returns("Type_Property_Optional_Datetime_getDefault", client.datetime_get_default(), default).await;
    let all = DatetimeProperty::new().property("2022-08-26T18:38:00Z");
    suite.call("Type_Property_Optional_Datetime_putAll", client.datetime_put_all(&all)).await;
    suite.returns("Type_Property_Optional_Datetime_getAll", client.datetime_get_all(), all).await;

    let default = DurationProperty::new();
    suite.call("Type_Property_Optional_Duration_putDefault", client.duration_put_default(&default)).await;
    suite.returns("Type_Property_Optional_Duration_getDefault", client.duration_get_default(), default).await;
    let all = DurationProperty::new().property("P123DT22H14M12.011S");
    suite.call("Type_Property_Optional_Duration_putAll", client.duration_put_all(&all)).await;
    suite.returns("Type_Property_Optional_Duration_getAll", client.duration_get_all(), all).await;

    let default = PlainDateProperty::new();
    suite.call("Type_Property_Optional_PlainDate_putDefault", client.plain_date_put_default(&default)).await;
    suite
        .returns("Type_Property_Optional_PlainDate_getDefault", client.plain_date_get_default(), default)
        .await;
    let all = PlainDateProperty::new().property("2022-12-12");
    suite.call("Type_Property_Optional_PlainDate_putAll", client.plain_date_put_all(&all)).await;
    suite.returns("Type_Property_Optional_PlainDate_getAll", client.plain_date_get_all(), all).await;

    let default = PlainTimeProperty::new();
    suite.call("Type_Property_Optional_PlainTime_putDefault", client.plain_time_put_default(&default)).await;
    suite
        .returns("Type_Property_Optional_PlainTime_getDefault", client.plain_time_get_default(), default)
        .await;
    let all = PlainTimeProperty::new().property("13:06:12");
    suite.call("Type_Property_Optional_PlainTime_putAll", client.plain_time_put_all(&all)).await;
    suite.returns("Type_Property_Optional_PlainTime_getAll", client.plain_time_get_all(), all).await;

    let default = CollectionsByteProperty::new();
    suite
        .call(
            "Type_Property_Optional_CollectionsByte_putDefault",
            client.collections_byte_put_default(&default),
        )
        .await;
    suite
        .returns(
            "Type_Property_Optional_CollectionsByte_getDefault",
            client.collections_byte_get_default(),
            default,
        )
        .await;
    let all = CollectionsByteProperty::new().property(["aGVsbG8sIHdvcmxkIQ=="; 2]);
    suite.call("Type_Property_Optional_CollectionsByte_putAll", client.collections_byte_put_all(&all)).await;
    suite
        .returns("Type_Property_Optional_CollectionsByte_getAll", client.collections_byte_get_all(), all)
        .await;

    let default = CollectionsModelProperty::new();
    suite
        .call(
            "Type_Property_Optional_CollectionsModel_putDefault",
            client.collections_model_put_default(&default),
        )
        .await;
    suite
        .returns(
            "Type_Property_Optional_CollectionsModel_getDefault",
            client.collections_model_get_default(),
            default,
        )
        .await;
    let all = CollectionsModelProperty::new()
        .property(["hello", "world"].map(|text| StringProperty::new().property(text)));
    suite
        .call("Type_Property_Optional_CollectionsModel_putAll", client.collections_model_put_all(&all))
        .await;
    suite
        .returns("Type_Property_Optional_CollectionsModel_getAll", client.collections_model_get_all(), all)
        .await;

    let default = StringLiteralProperty::new();
    suite
        .call("Type_Property_Optional_StringLiteral_putDefault", client.string_literal_put_default(&default))
        .await;
    suite
        .returns(
            "Type_Property_Optional_StringLiteral_getDefault",
            client.string_literal_get_default(),
            default,
        )
        .await;
    let all = StringLiteralProperty::new().property(StringLiteralPropertyProperty::Hello);
    suite.call("Type_Property_Optional_StringLiteral_putAll", client.string_literal_put_all(&all)).await;
    suite.returns("Type_Property_Optional_StringLiteral_getAll", client.string_literal_get_all(), all).await;

    let default = IntLiteralProperty::new();
    suite
        .call("Type_Property_Optional_IntLiteral_putDefault", client.int_literal_put_default(&default))
        .await;
    suite
        .returns("Type_Property_Optional_IntLiteral_getDefault", client.int_literal_get_default(), default)
        .await;
    let all = IntLiteralProperty::new().property(1.0);
    suite.call("Type_Property_Optional_IntLiteral_putAll", client.int_literal_put_all(&all)).await;
    suite.returns("Type_Property_Optional_IntLiteral_getAll", client.int_literal_get_all(), all).await;

    let default = FloatLiteralProperty::new();
    suite
        .call("Type_Property_Optional_FloatLiteral_putDefault", client.float_literal_put_default(&default))
        .await;
    suite
        .returns(
            "Type_Property_Optional_FloatLiteral_getDefault",
            client.float_literal_get_default(),
            default,
        )
        .await;
    let all = FloatLiteralProperty::new().property(1.25);
    suite.call("Type_Property_Optional_FloatLiteral_putAll", client.float_literal_put_all(&all)).await;
    suite.returns("Type_Property_Optional_FloatLiteral_getAll", client.float_literal_get_all(), all).await;

    let default = BooleanLiteralProperty::new();
    suite
        .call(
            "Type_Property_Optional_BooleanLiteral_putDefault",
            client.boolean_literal_put_default(&default),
        )
        .await;
    suite
        .returns(
            "Type_Property_Optional_BooleanLiteral_getDefault",
            client.boolean_literal_get_default(),
            default,
        )
        .await;
    let all = BooleanLiteralProperty::new().property(true);
    suite.call("Type_Property_Optional_BooleanLiteral_putAll", client.boolean_literal_put_all(&all)).await;
    suite
        .returns("Type_Property_Optional_BooleanLiteral_getAll", client.boolean_literal_get_all(), all)
        .await;

    let default = UnionStringLiteralProperty::new();
    suite
        .call(
            "Type_Property_Optional_UnionStringLiteral_putDefault",
            client.union_string_literal_put_default(&default),
        )
        .await;
    suite
        .returns(
            "Type_Property_Optional_UnionStringLiteral_getDefault",
            client.union_string_literal_get_default(),
            default,
        )
        .await;
    let all = UnionStringLiteralProperty::new().property(UnionStringLiteralPropertyProperty::World);
    suite
        .call("Type_Property_Optional_UnionStringLiteral_putAll", client.union_string_literal_put_all(&all))
        .await;
    suite
        .returns(
            "Type_Property_Optional_UnionStringLiteral_getAll",
            client.union_string_literal_get_all(),
            all,
        )
        .await;

    let default = UnionIntLiteralProperty::new();
    suite
        .call(
            "Type_Property_Optional_UnionIntLiteral_putDefault",
            client.union_int_literal_put_default(&default),
        )
        .await;
    suite
        .returns(
            "Type_Property_Optional_UnionIntLiteral_getDefault",
            client.union_int_literal_get_default(),
            default,
        )
        .await;
    let all = UnionIntLiteralProperty::new().property(2.0);
    suite.call("Type_Property_Optional_UnionIntLiteral_putAll", client.union_int_literal_put_all(&all)).await;
    suite
        .returns("Type_Property_Optional_UnionIntLiteral_getAll", client.union_int_literal_get_all(), all)
        .await;

    let default = UnionFloatLiteralProperty::new();
    suite
        .call(
            "Type_Property_Optional_UnionFloatLiteral_putDefault",
            client.union_float_literal_put_default(&default),
        )
        .await;
    suite
        .returns(
            "Type_Property_Optional_UnionFloatLiteral_getDefault",
            client.union_float_literal_get_default(),
            default,
        )
        .await;
    let all = UnionFloatLiteralProperty::new().property(2.375);
    suite
        .call("Type_Property_Optional_UnionFloatLiteral_putAll", client.union_float_literal_put_all(&all))
        .await;
    suite
        .returns("Type_Property_Optional_UnionFloatLiteral_getAll", client.union_float_literal_get_all(), all)
        .await;

    let required = RequiredAndOptionalProperty::new(42);
    suite
        .call(
            "Type_Property_Optional_RequiredAndOptional_putRequiredOnly",
            client.required_and_optional_put_required_only(&required),
        )
        .await;
    suite
        .returns(
            "Type_Property_Optional_RequiredAndOptional_getRequiredOnly",
            client.required_and_optional_get_required_only(),
            required.clone(),
        )
        .await;
    let all = required.optional_property("hello");
    suite
        .call("Type_Property_Optional_RequiredAndOptional_putAll", client.required_and_optional_put_all(&all))
        .await;
    suite
        .returns(
            "Type_Property_Optional_RequiredAndOptional_getAll",
            client.required_and_optional_get_all(),
            all,
        )
        .await;
}
