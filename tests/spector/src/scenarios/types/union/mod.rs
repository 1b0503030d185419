//! Scenarios of `type/union`.

mod discriminated;

use crate::clients::type_union::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    discriminated::run(suite).await;

    let client = Client::new(suite.http());

    let value = StringsOnlyGetResponse::new(StringsOnlyGetResponseProp::B);
    suite.call("Type_Union_StringsOnly_send", client.strings_only_send(&value)).await;
    suite.returns("Type_Union_StringsOnly_get", client.strings_only_get(), value).await;

    let value = StringExtensibleGetResponse::new("custom");
    suite.call("Type_Union_StringExtensible_send", client.string_extensible_send(&value)).await;
    suite.returns("Type_Union_StringExtensible_get", client.string_extensible_get(), value).await;

    let value = StringExtensibleNamedGetResponse::new("custom");
    suite.call("Type_Union_StringExtensibleNamed_send", client.string_extensible_named_send(&value)).await;
    suite.returns("Type_Union_StringExtensibleNamed_get", client.string_extensible_named_get(), value).await;

    let value = IntsOnlyGetResponse::new(2.0);
    suite.call("Type_Union_IntsOnly_send", client.ints_only_send(&value)).await;
    suite.returns("Type_Union_IntsOnly_get", client.ints_only_get(), value).await;

    let value = IntsOnlyGetResponse::new(2.2);
    suite.call("Type_Union_FloatsOnly_send", client.floats_only_send(&value)).await;
    suite.returns("Type_Union_FloatsOnly_get", client.floats_only_get(), value).await;

    let value = ModelsOnlyGetResponse::new(Cat::new("test"));
    suite.call("Type_Union_ModelsOnly_send", client.models_only_send(&value)).await;
    suite.returns("Type_Union_ModelsOnly_get", client.models_only_get(), value).await;

    let value = EnumsOnlyGetResponse::new(EnumsOnlyCases::new(Lr::Right, Ud::Up));
    suite.call("Type_Union_EnumsOnly_send", client.enums_only_send(&value)).await;
    suite.returns("Type_Union_EnumsOnly_get", client.enums_only_get(), value).await;

    let list = vec!["test1".to_owned(), "test2".to_owned()];
    let value = StringAndArrayGetResponse::new(StringAndArrayCases::new("test".to_owned(), list));
    suite.call("Type_Union_StringAndArray_send", client.string_and_array_send(&value)).await;
    suite.returns("Type_Union_StringAndArray_get", client.string_and_array_get(), value).await;

    let value = MixedLiteralsGetResponse::new(MixedLiteralsCases::new(
        MixedLiteralsCasesStringLiteralWord::A,
        2.0,
        3.3,
        true,
    ));
    suite.call("Type_Union_MixedLiterals_send", client.mixed_literals_send(&value)).await;
    suite.returns("Type_Union_MixedLiterals_get", client.mixed_literals_get(), value).await;

    let literal = MixedLiteralsCasesStringLiteralWord::A;
    let array: [MixedTypesCasesModel; 4] =
        [Cat::new("test").into(), literal.clone().into(), 2.into(), true.into()];
    let value = MixedTypesGetResponse::new(MixedTypesCases::new(Cat::new("test"), literal, 2, true, array));
    suite.call("Type_Union_MixedTypes_send", client.mixed_types_send(&value)).await;
    suite.returns("Type_Union_MixedTypes_get", client.mixed_types_get(), value).await;
}
