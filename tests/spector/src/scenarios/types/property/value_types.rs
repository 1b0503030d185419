//! Scenarios of `type/property/value-types`.

use serde_json::{Map, json};

use crate::clients::type_property_value_types::{Client, types::*};
use crate::scenarios::types::map;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let value = BooleanProperty::new(true);
    suite.call("Type_Property_ValueTypes_Boolean_put", client.boolean_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Boolean_get", client.boolean_get(), value).await;

    let value = StringProperty::new("hello");
    suite.call("Type_Property_ValueTypes_String_put", client.string_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_String_get", client.string_get(), value).await;

    let value = BytesProperty::new("aGVsbG8sIHdvcmxkIQ==");
    suite.call("Type_Property_ValueTypes_Bytes_put", client.bytes_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Bytes_get", client.bytes_get(), value).await;

    let value = IntProperty::new(42);
    suite.call("Type_Property_ValueTypes_Int_put", client.int_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Int_get", client.int_get(), value).await;

    let value = FloatProperty::new(43.125);
    suite.call("Type_Property_ValueTypes_Float_put", client.float_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Float_get", client.float_get(), value).await;

    let value = DecimalProperty::new(0.33333);
    suite.call("Type_Property_ValueTypes_Decimal_put", client.decimal_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Decimal_get", client.decimal_get(), value).await;

    let value = Decimal128Property::new(0.33333);
    suite.call("Type_Property_ValueTypes_Decimal128_put", client.decimal128_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Decimal128_get", client.decimal128_get(), value).await;

    let value = DatetimeProperty::new("2022-08-26T18:38:00Z");
    suite.call("Type_Property_ValueTypes_Datetime_put", client.datetime_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Datetime_get", client.datetime_get(), value).await;

    let value = DurationProperty::new("P123DT22H14M12.011S");
    suite.call("Type_Property_ValueTypes_Duration_put", client.duration_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Duration_get", client.duration_get(), value).await;

    let value = EnumProperty::new(FixedInnerEnum::ValueOne);
    suite.call("Type_Property_ValueTypes_Enum_put", client.enum_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Enum_get", client.enum_get(), value).await;

    let value = ExtensibleEnumProperty::new("UnknownValue");
    suite.call("Type_Property_ValueTypes_ExtensibleEnum_put", client.extensible_enum_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_ExtensibleEnum_get", client.extensible_enum_get(), value).await;

    let value = ModelProperty::new(InnerModel::new("hello"));
    suite.call("Type_Property_ValueTypes_Model_put", client.model_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Model_get", client.model_get(), value).await;

    let value = CollectionsStringProperty::new(["hello", "world"]);
    suite.call("Type_Property_ValueTypes_CollectionsString_put", client.collections_string_put(&value)).await;
    suite
        .returns("Type_Property_ValueTypes_CollectionsString_get", client.collections_string_get(), value)
        .await;

    let value = CollectionsIntProperty::new([1, 2]);
    suite.call("Type_Property_ValueTypes_CollectionsInt_put", client.collections_int_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_CollectionsInt_get", client.collections_int_get(), value).await;

    let value = CollectionsModelProperty::new(["hello", "world"].map(InnerModel::new));
    suite.call("Type_Property_ValueTypes_CollectionsModel_put", client.collections_model_put(&value)).await;
    suite
        .returns("Type_Property_ValueTypes_CollectionsModel_get", client.collections_model_get(), value)
        .await;

    let value = DictionaryStringProperty::new(map([("k1", "hello"), ("k2", "world")]));
    suite.call("Type_Property_ValueTypes_DictionaryString_put", client.dictionary_string_put(&value)).await;
    suite
        .returns("Type_Property_ValueTypes_DictionaryString_get", client.dictionary_string_get(), value)
        .await;

    let value = Map::new();
    suite.call("Type_Property_ValueTypes_Never_put", client.never_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_Never_get", client.never_get(), value).await;

    let value = UnknownStringProperty::new("hello");
    suite.call("Type_Property_ValueTypes_UnknownString_put", client.unknown_string_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_UnknownString_get", client.unknown_string_get(), value).await;

    let value = UnknownIntProperty::new(42);
    suite.call("Type_Property_ValueTypes_UnknownInt_put", client.unknown_int_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_UnknownInt_get", client.unknown_int_get(), value).await;

    let value = UnknownDictProperty::new(json!({ "k1": "hello", "k2": 42 }));
    suite.call("Type_Property_ValueTypes_UnknownDict_put", client.unknown_dict_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_UnknownDict_get", client.unknown_dict_get(), value).await;

    let value = UnknownArrayProperty::new(["hello", "world"].as_slice());
    suite.call("Type_Property_ValueTypes_UnknownArray_put", client.unknown_array_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_UnknownArray_get", client.unknown_array_get(), value).await;

    let value = StringLiteralProperty::new(StringLiteralPropertyProperty::Hello);
    suite.call("Type_Property_ValueTypes_StringLiteral_put", client.string_literal_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_StringLiteral_get", client.string_literal_get(), value).await;

    let value = IntLiteralProperty::new(42.0);
    suite.call("Type_Property_ValueTypes_IntLiteral_put", client.int_literal_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_IntLiteral_get", client.int_literal_get(), value).await;

    let value = FloatLiteralProperty::new(43.125);
    suite.call("Type_Property_ValueTypes_FloatLiteral_put", client.float_literal_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_FloatLiteral_get", client.float_literal_get(), value).await;

    let value = BooleanLiteralProperty::new(true);
    suite.call("Type_Property_ValueTypes_BooleanLiteral_put", client.boolean_literal_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_BooleanLiteral_get", client.boolean_literal_get(), value).await;

    let value = UnionStringLiteralProperty::new(UnionStringLiteralPropertyProperty::World);
    suite
        .call("Type_Property_ValueTypes_UnionStringLiteral_put", client.union_string_literal_put(&value))
        .await;
    suite
        .returns("Type_Property_ValueTypes_UnionStringLiteral_get", client.union_string_literal_get(), value)
        .await;

    let value = UnionIntLiteralProperty::new(42.0);
    suite.call("Type_Property_ValueTypes_UnionIntLiteral_put", client.union_int_literal_put(&value)).await;
    suite
        .returns("Type_Property_ValueTypes_UnionIntLiteral_get", client.union_int_literal_get(), value)
        .await;

    let value = UnionFloatLiteralProperty::new(46.875);
    suite
        .call("Type_Property_ValueTypes_UnionFloatLiteral_put", client.union_float_literal_put(&value))
        .await;
    suite
        .returns("Type_Property_ValueTypes_UnionFloatLiteral_get", client.union_float_literal_get(), value)
        .await;

    let value = UnionEnumValueProperty::new(UnionEnumValuePropertyProperty::Value2);
    suite.call("Type_Property_ValueTypes_UnionEnumValue_put", client.union_enum_value_put(&value)).await;
    suite.returns("Type_Property_ValueTypes_UnionEnumValue_get", client.union_enum_value_get(), value).await;
}
