//! Scenarios of `type/property/additional-properties`.

use serde_json::Value;

use crate::clients::type_property_additional_properties::{Client, types::*};
use crate::scenarios::types::map;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    unknown(suite, &client).await;
    same_type(suite, &client).await;
    different_type(suite, &client).await;
    extended(suite, &client).await;
    several_types(suite, &client).await;
}

/// Additional properties of any type.
async fn unknown(suite: &mut Suite, client: &Client) {
    let values: [(_, Value); 3] = [("prop1", 32.into()), ("prop2", true.into()), ("prop3", "abc".into())];

    let value = ExtendsUnknownAdditionalProperties::new("ExtendsUnknownAdditionalProperties")
        .additional_properties(map(values.clone()));
    suite
        .call("Type_Property_AdditionalProperties_ExtendsUnknown_put", client.extends_unknown_put(&value))
        .await;
    suite
        .returns("Type_Property_AdditionalProperties_ExtendsUnknown_get", client.extends_unknown_get(), value)
        .await;

    let value = ExtendsUnknownAdditionalPropertiesDerived::new("ExtendsUnknownAdditionalProperties", 314)
        .age(2.71875)
        .additional_properties(map(values.clone()));
    suite
        .call(
            "Type_Property_AdditionalProperties_ExtendsUnknownDerived_put",
            client.extends_unknown_derived_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_ExtendsUnknownDerived_get",
            client.extends_unknown_derived_get(),
            value,
        )
        .await;

    let value = ExtendsUnknownAdditionalPropertiesDiscriminatedDerived::new("Derived", 314)
        .age(2.71875)
        .additional_properties(map(values.clone()));
    let value = ExtendsUnknownAdditionalPropertiesDiscriminated::from(value);
    suite
        .call(
            "Type_Property_AdditionalProperties_ExtendsUnknownDiscriminated_put",
            client.extends_unknown_discriminated_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_ExtendsUnknownDiscriminated_get",
            client.extends_unknown_discriminated_get(),
            value,
        )
        .await;

    let value = IsUnknownAdditionalProperties::new("IsUnknownAdditionalProperties")
        .additional_properties(map(values.clone()));
    suite.call("Type_Property_AdditionalProperties_IsUnknown_put", client.is_unknown_put(&value)).await;
    suite.returns("Type_Property_AdditionalProperties_IsUnknown_get", client.is_unknown_get(), value).await;

    let value = IsUnknownAdditionalPropertiesDerived::new("IsUnknownAdditionalProperties", 314)
        .age(2.71875)
        .additional_properties(map(values.clone()));
    suite
        .call(
            "Type_Property_AdditionalProperties_IsUnknownDerived_put",
            client.is_unknown_derived_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_IsUnknownDerived_get",
            client.is_unknown_derived_get(),
            value,
        )
        .await;

    let value = IsUnknownAdditionalPropertiesDiscriminatedDerived::new("Derived", 314)
        .age(2.71875)
        .additional_properties(map(values));
    let value = IsUnknownAdditionalPropertiesDiscriminated::from(value);
    suite
        .call(
            "Type_Property_AdditionalProperties_IsUnknownDiscriminated_put",
            client.is_unknown_discriminated_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_IsUnknownDiscriminated_get",
            client.is_unknown_discriminated_get(),
            value,
        )
        .await;
}

/// Additional properties of the same type as the known property.
async fn same_type(suite: &mut Suite, client: &Client) {
    let value = ExtendsStringAdditionalProperties::new("ExtendsStringAdditionalProperties")
        .additional_properties(map([("prop", "abc")]));
    suite
        .call("Type_Property_AdditionalProperties_ExtendsString_put", client.extends_string_put(&value))
        .await;
    suite
        .returns("Type_Property_AdditionalProperties_ExtendsString_get", client.extends_string_get(), value)
        .await;

    let value = IsStringAdditionalProperties::new("IsStringAdditionalProperties")
        .additional_properties(map([("prop", "abc")]));
    suite.call("Type_Property_AdditionalProperties_IsString_put", client.is_string_put(&value)).await;
    suite.returns("Type_Property_AdditionalProperties_IsString_get", client.is_string_get(), value).await;

    let value = SpreadStringRecord::new("SpreadSpringRecord").additional_properties(map([("prop", "abc")]));
    suite.call("Type_Property_AdditionalProperties_SpreadString_put", client.spread_string_put(&value)).await;
    suite
        .returns("Type_Property_AdditionalProperties_SpreadString_get", client.spread_string_get(), value)
        .await;

    let value = ExtendsFloatAdditionalProperties::new(43.125).additional_properties(map([("prop", 43.125)]));
    suite.call("Type_Property_AdditionalProperties_ExtendsFloat_put", client.extends_float_put(&value)).await;
    suite
        .returns("Type_Property_AdditionalProperties_ExtendsFloat_get", client.extends_float_get(), value)
        .await;

    let value = IsFloatAdditionalProperties::new(43.125).additional_properties(map([("prop", 43.125)]));
    suite.call("Type_Property_AdditionalProperties_IsFloat_put", client.is_float_put(&value)).await;
    suite.returns("Type_Property_AdditionalProperties_IsFloat_get", client.is_float_get(), value).await;

    let value = SpreadFloatRecord::new(43.125).additional_properties(map([("prop", 43.125)]));
    suite.call("Type_Property_AdditionalProperties_SpreadFloat_put", client.spread_float_put(&value)).await;
    suite
        .returns("Type_Property_AdditionalProperties_SpreadFloat_get", client.spread_float_get(), value)
        .await;

    let value =
        ExtendsModelAdditionalProperties::new(model()).additional_properties(map([("prop", model())]));
    suite.call("Type_Property_AdditionalProperties_ExtendsModel_put", client.extends_model_put(&value)).await;
    suite
        .returns("Type_Property_AdditionalProperties_ExtendsModel_get", client.extends_model_get(), value)
        .await;

    let value = IsModelAdditionalProperties::new(model()).additional_properties(map([("prop", model())]));
    suite.call("Type_Property_AdditionalProperties_IsModel_put", client.is_model_put(&value)).await;
    suite.returns("Type_Property_AdditionalProperties_IsModel_get", client.is_model_get(), value).await;

    let value = SpreadModelRecord::new(model()).additional_properties(map([("prop", model())]));
    suite.call("Type_Property_AdditionalProperties_SpreadModel_put", client.spread_model_put(&value)).await;
    suite
        .returns("Type_Property_AdditionalProperties_SpreadModel_get", client.spread_model_get(), value)
        .await;

    let value =
        ExtendsModelArrayAdditionalProperties::new(models()).additional_properties(map([("prop", models())]));
    suite
        .call(
            "Type_Property_AdditionalProperties_ExtendsModelArray_put",
            client.extends_model_array_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_ExtendsModelArray_get",
            client.extends_model_array_get(),
            value,
        )
        .await;

    let value =
        IsModelArrayAdditionalProperties::new(models()).additional_properties(map([("prop", models())]));
    suite
        .call("Type_Property_AdditionalProperties_IsModelArray_put", client.is_model_array_put(&value))
        .await;
    suite
        .returns("Type_Property_AdditionalProperties_IsModelArray_get", client.is_model_array_get(), value)
        .await;

    let value = SpreadModelArrayRecord::new(models()).additional_properties(map([("prop", models())]));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadModelArray_put",
            client.spread_model_array_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadModelArray_get",
            client.spread_model_array_get(),
            value,
        )
        .await;
}

/// Additional properties of another type than the known property.
async fn different_type(suite: &mut Suite, client: &Client) {
    let value = DifferentSpreadStringRecord::new(43.125).additional_properties(map([("prop", "abc")]));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadDifferentString_put",
            client.spread_different_string_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadDifferentString_get",
            client.spread_different_string_get(),
            value,
        )
        .await;

    let value = DifferentSpreadFloatRecord::new("abc").additional_properties(map([("prop", 43.125)]));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadDifferentFloat_put",
            client.spread_different_float_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadDifferentFloat_get",
            client.spread_different_float_get(),
            value,
        )
        .await;

    let value = DifferentSpreadModelRecord::new("abc").additional_properties(map([("prop", model())]));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadDifferentModel_put",
            client.spread_different_model_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadDifferentModel_get",
            client.spread_different_model_get(),
            value,
        )
        .await;

    let value = DifferentSpreadModelArrayRecord::new("abc").additional_properties(map([("prop", models())]));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadDifferentModelArray_put",
            client.spread_different_model_array_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadDifferentModelArray_get",
            client.spread_different_model_array_get(),
            value,
        )
        .await;
}

/// Objects derived from objects with additional properties.
async fn extended(suite: &mut Suite, client: &Client) {
    let value =
        DifferentSpreadStringDerived::new(43.125, "abc").additional_properties(map([("prop", "abc")]));
    suite
        .call(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadString_put",
            client.extends_different_spread_string_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadString_get",
            client.extends_different_spread_string_get(),
            value,
        )
        .await;

    let value =
        DifferentSpreadFloatDerived::new("abc", 43.125).additional_properties(map([("prop", 43.125)]));
    suite
        .call(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadFloat_put",
            client.extends_different_spread_float_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadFloat_get",
            client.extends_different_spread_float_get(),
            value,
        )
        .await;

    let value =
        DifferentSpreadModelDerived::new("abc", model()).additional_properties(map([("prop", model())]));
    suite
        .call(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadModel_put",
            client.extends_different_spread_model_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadModel_get",
            client.extends_different_spread_model_get(),
            value,
        )
        .await;

    let value = DifferentSpreadModelArrayDerived::new("abc", models())
        .additional_properties(map([("prop", models())]));
    suite
        .call(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadModelArray_put",
            client.extends_different_spread_model_array_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_ExtendsDifferentSpreadModelArray_get",
            client.extends_different_spread_model_array_get(),
            value,
        )
        .await;
}

/// Additional properties of several types.
async fn several_types(suite: &mut Suite, client: &Client) {
    let text_and_number: [(_, MultipleSpreadRecordValue); 2] =
        [("prop1", "abc".to_owned().into()), ("prop2", 43.125.into())];
    let widget0 = WidgetData0::new(WidgetData0Kind::Kind0, "abc");
    let widget1 =
        WidgetData1::new(WidgetData1Kind::Kind1, "2021-01-01T00:00:00Z").end("2021-01-02T00:00:00Z");
    let widget2 = WidgetData2::new(WidgetData1Kind::Kind1, "2021-01-01T00:00:00Z");

    let value = MultipleSpreadRecord::new(true).additional_properties(map(text_and_number.clone()));
    suite
        .call("Type_Property_AdditionalProperties_MultipleSpread_put", client.multiple_spread_put(&value))
        .await;
    suite
        .returns("Type_Property_AdditionalProperties_MultipleSpread_get", client.multiple_spread_get(), value)
        .await;

    let value = SpreadRecordForUnion::new(true).additional_properties(map(text_and_number));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadRecordUnion_put",
            client.spread_record_union_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadRecordUnion_get",
            client.spread_record_union_get(),
            value,
        )
        .await;

    let data: [(_, SpreadRecordForNonDiscriminatedUnionValue); 2] =
        [("prop1", widget0.into()), ("prop2", widget1.clone().into())];
    let value = SpreadRecordForNonDiscriminatedUnion::new("abc").additional_properties(map(data));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadRecordNonDiscriminatedUnion_put",
            client.spread_record_non_discriminated_union_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadRecordNonDiscriminatedUnion_get",
            client.spread_record_non_discriminated_union_get(),
            value,
        )
        .await;

    let data: [(_, SpreadRecordForNonDiscriminatedUnion2Value); 2] =
        [("prop1", widget2.clone().into()), ("prop2", widget1.clone().into())];
    let value = SpreadRecordForNonDiscriminatedUnion2::new("abc").additional_properties(map(data));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadRecordNonDiscriminatedUnion2_put",
            client.spread_record_non_discriminated_union2_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadRecordNonDiscriminatedUnion2_get",
            client.spread_record_non_discriminated_union2_get(),
            value,
        )
        .await;

    let data: [(_, SpreadRecordForNonDiscriminatedUnion3Value); 2] =
        [("prop1", vec![widget2; 2].into()), ("prop2", widget1.into())];
    let value = SpreadRecordForNonDiscriminatedUnion3::new("abc").additional_properties(map(data));
    suite
        .call(
            "Type_Property_AdditionalProperties_SpreadRecordNonDiscriminatedUnion3_put",
            client.spread_record_non_discriminated_union3_put(&value),
        )
        .await;
    suite
        .returns(
            "Type_Property_AdditionalProperties_SpreadRecordNonDiscriminatedUnion3_get",
            client.spread_record_non_discriminated_union3_get(),
            value,
        )
        .await;
}

fn model() -> ModelForRecord {
    ModelForRecord::new("ok")
}

fn models() -> Vec<ModelForRecord> {
    vec![model(); 2]
}
