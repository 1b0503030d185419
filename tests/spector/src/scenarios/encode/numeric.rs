//! Scenarios of `encode/numeric`.
//!
//! In the document, the encoded integers are strings.

use crate::clients::encode_numeric::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let body = PropertySafeintAsStringProperty::new("10000000000");
    let name = "Encode_Numeric_Property_safeintAsString";
    suite.echoes(name, &body, |body| client.property_safeint_as_string(body)).await;
    let body = PropertyUint32AsStringProperty::new().value("1");
    let name = "Encode_Numeric_Property_uint32AsStringOptional";
    suite.echoes(name, &body, |body| client.property_uint32_as_string_optional(body)).await;
    let body = PropertyUint8AsStringProperty::new("255");
    let name = "Encode_Numeric_Property_uint8AsString";
    suite.echoes(name, &body, |body| client.property_uint8_as_string(body)).await;
}
