//! Scenarios of `type/property/nullable`.

use crate::clients::type_property_nullable::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let null = StringProperty::new("foo", None);
    suite.call("Type_Property_Nullable_String_patchNull", client.string_patch_null(&null)).await;
    suite.returns("Type_Property_Nullable_String_getNull", client.string_get_null(), null).await;
    let non_null = StringProperty::new("foo", Some("hello".to_owned()));
    suite.call("Type_Property_Nullable_String_patchNonNull", client.string_patch_non_null(&non_null)).await;
    suite.returns("Type_Property_Nullable_String_getNonNull", client.string_get_non_null(), non_null).await;

    let null = BytesProperty::new("foo", None);
    suite.call("Type_Property_Nullable_Bytes_patchNull", client.bytes_patch_null(&null)).await;
    suite.returns("Type_Property_Nullable_Bytes_getNull", client.bytes_get_null(), null).await;
    let non_null = BytesProperty::new("foo", Some("aGVsbG8sIHdvcmxkIQ==".to_owned()));
    suite.call("Type_Property_Nullable_Bytes_patchNonNull", client.bytes_patch_non_null(&non_null)).await;
    suite.returns("Type_Property_Nullable_Bytes_getNonNull", client.bytes_get_non_null(), non_null).await;

    let null = DatetimeProperty::new("foo", None);
    suite.call("Type_Property_Nullable_Datetime_patchNull", client.datetime_patch_null(&null)).await;
    suite.returns("Type_Property_Nullable_Datetime_getNull", client.datetime_get_null(), null).await;
    let non_null = DatetimeProperty::new("foo", Some("2022-08-26T18:38:00Z".into()));
    suite
        .call("Type_Property_Nullable_Datetime_patchNonNull", client.datetime_patch_non_null(&non_null))
        .await;
    suite
        .returns("Type_Property_Nullable_Datetime_getNonNull", client.datetime_get_non_null(), non_null)
        .await;

    let null = DurationProperty::new("foo", None);
    suite.call("Type_Property_Nullable_Duration_patchNull", client.duration_patch_null(&null)).await;
    suite.returns("Type_Property_Nullable_Duration_getNull", client.duration_get_null(), null).await;
    let non_null = DurationProperty::new("foo", Some("P123DT22H14M12.011S".to_owned()));
    suite
        .call("Type_Property_Nullable_Duration_patchNonNull", client.duration_patch_non_null(&non_null))
        .await;
    suite
        .returns("Type_Property_Nullable_Duration_getNonNull", client.duration_get_non_null(), non_null)
        .await;

    let null = CollectionsByteProperty::new("foo", None);
    suite
        .call("Type_Property_Nullable_CollectionsByte_patchNull", client.collections_byte_patch_null(&null))
        .await;
    suite
        .returns("Type_Property_Nullable_CollectionsByte_getNull", client.collections_byte_get_null(), null)
        .await;
    let non_null = CollectionsByteProperty::new("foo", Some(vec!["aGVsbG8sIHdvcmxkIQ==".to_owned(); 2]));
    suite
        .call(
            "Type_Property_Nullable_CollectionsByte_patchNonNull",
            client.collections_byte_patch_non_null(&non_null),
        )
        .await;
    suite
        .returns(
            "Type_Property_Nullable_CollectionsByte_getNonNull",
            client.collections_byte_get_non_null(),
            non_null,
        )
        .await;

    let null = CollectionsModelProperty::new("foo", None);
    suite
        .call("Type_Property_Nullable_CollectionsModel_patchNull", client.collections_model_patch_null(&null))
        .await;
    suite
        .returns("Type_Property_Nullable_CollectionsModel_getNull", client.collections_model_get_null(), null)
        .await;
    let non_null = CollectionsModelProperty::new("foo", Some(["hello", "world"].map(InnerModel::new).into()));
    suite
        .call(
            "Type_Property_Nullable_CollectionsModel_patchNonNull",
            client.collections_model_patch_non_null(&non_null),
        )
        .await;
    suite
        .returns(
            "Type_Property_Nullable_CollectionsModel_getNonNull",
            client.collections_model_get_non_null(),
            non_null,
        )
        .await;

    let null = CollectionsStringProperty::new("foo", None);
    suite
        .call(
            "Type_Property_Nullable_CollectionsString_patchNull",
            client.collections_string_patch_null(&null),
        )
        .await;
    suite
        .returns(
            "Type_Property_Nullable_CollectionsString_getNull",
            client.collections_string_get_null(),
            null,
        )
        .await;
    let non_null = CollectionsStringProperty::new("foo", Some(["hello", "world"].map(str::to_owned).into()));
    suite
        .call(
            "Type_Property_Nullable_CollectionsString_patchNonNull",
            client.collections_string_patch_non_null(&non_null),
        )
        .await;
    suite
        .returns(
            "Type_Property_Nullable_CollectionsString_getNonNull",
            client.collections_string_get_non_null(),
            non_null,
        )
        .await;
}
