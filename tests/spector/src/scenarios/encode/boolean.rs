//! Scenarios of `encode/boolean`.
//!
//! In the document, the encoded booleans are strings.

use crate::clients::encode_boolean::{Client, types::PropertyBoolAsStringProperty};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let body = PropertyBoolAsStringProperty::new("true");
    suite.echoes("Encode_Boolean_Property_trueLower", &body, |body| client.property_true_lower(body)).await;
    let body = PropertyBoolAsStringProperty::new("false");
    suite.echoes("Encode_Boolean_Property_falseLower", &body, |body| client.property_false_lower(body)).await;
    let body = PropertyBoolAsStringProperty::new("TRUE");
    suite.echoes("Encode_Boolean_Property_trueUpper", &body, |body| client.property_true_upper(body)).await;
    let body = PropertyBoolAsStringProperty::new("FaLsE");
    suite.echoes("Encode_Boolean_Property_falseMixed", &body, |body| client.property_false_mixed(body)).await;
}
