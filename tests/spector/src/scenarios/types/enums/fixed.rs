//! Scenarios of `type/enum/fixed`.

use crate::clients::type_enum_fixed::{Client, types::DaysOfWeekEnum};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let known = DaysOfWeekEnum::Monday;
    suite.call("Type_Enum_Fixed_String_putKnownValue", client.string_put_known_value(&known)).await;
    suite.returns("Type_Enum_Fixed_String_getKnownValue", client.string_get_known_value(), known).await;

    let unknown = DaysOfWeekEnum::from("Weekend");
    suite
        .check("Type_Enum_Fixed_String_putUnknownValue", async {
            let error = client.string_put_unknown_value(&unknown).await.expect_err("the value is invalid");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
            Ok(())
        })
        .await;
}
