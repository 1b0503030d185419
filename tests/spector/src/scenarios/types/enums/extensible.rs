//! Scenarios of `type/enum/extensible`.

use crate::clients::type_enum_extensible::{Client, types::DaysOfWeekExtensibleEnum};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let known = DaysOfWeekExtensibleEnum::Monday;
    suite.call("Type_Enum_Extensible_String_putKnownValue", client.string_put_known_value(&known)).await;
    suite.returns("Type_Enum_Extensible_String_getKnownValue", client.string_get_known_value(), known).await;

    let unknown = DaysOfWeekExtensibleEnum::from("Weekend");
    suite
        .call("Type_Enum_Extensible_String_putUnknownValue", client.string_put_unknown_value(&unknown))
        .await;
    suite
        .returns("Type_Enum_Extensible_String_getUnknownValue", client.string_get_unknown_value(), unknown)
        .await;
}
