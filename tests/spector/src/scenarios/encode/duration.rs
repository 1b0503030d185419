//! Scenarios of `encode/duration`.
//!
//! In the document, the encoded durations are strings and numbers.

use crate::clients::encode_duration::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    query(suite, &client).await;
    property(suite, &client).await;
    header(suite, &client).await;
    suite.call("Encode_Duration_Lossy_intSeconds", client.lossy_int_seconds(36)).await;
    suite.call("Encode_Duration_Lossy_intMilliseconds", client.lossy_int_milliseconds(36_250)).await;
}

async fn query(suite: &mut Suite, client: &Client) {
    suite.call("Encode_Duration_Query_default", client.query_default("P40D")).await;
    suite.call("Encode_Duration_Query_iso8601", client.query_iso8601("P40D")).await;
    suite.call("Encode_Duration_Query_int32Seconds", client.query_int32_seconds(36)).await;
    let call = client.query_int32_seconds_larger_unit(120);
    suite.call("Encode_Duration_Query_int32SecondsLargerUnit", call).await;
    suite.call("Encode_Duration_Query_int32SecondsArray", client.query_int32_seconds_array(&[36, 47])).await;
    suite.call("Encode_Duration_Query_floatSeconds", client.query_float_seconds(35.625)).await;
    let call = client.query_float_seconds_larger_unit(150.0);
    suite.call("Encode_Duration_Query_floatSecondsLargerUnit", call).await;
    suite.call("Encode_Duration_Query_float64Seconds", client.query_float64_seconds(35.625)).await;
    suite.call("Encode_Duration_Query_int32Milliseconds", client.query_int32_milliseconds(36_000)).await;
    let call = client.query_int32_milliseconds_larger_unit(180_000);
    suite.call("Encode_Duration_Query_int32MillisecondsLargerUnit", call).await;
    let call = client.query_int32_milliseconds_array(&[36_000, 47_000]);
    suite.call("Encode_Duration_Query_int32MillisecondsArray", call).await;
    suite.call("Encode_Duration_Query_floatMilliseconds", client.query_float_milliseconds(35_625.0)).await;
    let call = client.query_float_milliseconds_larger_unit(210_000.0);
    suite.call("Encode_Duration_Query_floatMillisecondsLargerUnit", call).await;
    let call = client.query_float64_milliseconds(35_625.0);
    suite.call("Encode_Duration_Query_float64Milliseconds", call).await;
}

async fn property(suite: &mut Suite, client: &Client) {
    let body = PropertyDefaultDurationProperty::new("P40D");
    suite.echoes("Encode_Duration_Property_default", &body, |body| client.property_default(body)).await;
    let body = PropertyIso8601DurationProperty::new("P40D");
    suite.echoes("Encode_Duration_Property_iso8601", &body, |body| client.property_iso8601(body)).await;
    let body = PropertyInt32SecondsDurationProperty::new(36);
    let name = "Encode_Duration_Property_int32Seconds";
    suite.echoes(name, &body, |body| client.property_int32_seconds(body)).await;
    let body = PropertyInt32SecondsLargerUnitDurationProperty::new(120);
    let name = "Encode_Duration_Property_int32SecondsLargerUnit";
    suite.echoes(name, &body, |body| client.property_int32_seconds_larger_unit(body)).await;
    let body = PropertyFloatSecondsDurationProperty::new(35.625);
    let name = "Encode_Duration_Property_floatSeconds";
    suite.echoes(name, &body, |body| client.property_float_seconds(body)).await;
    let body = PropertyFloatSecondsLargerUnitDurationProperty::new(150.0);
    let name = "Encode_Duration_Property_floatSecondsLargerUnit";
    suite.echoes(name, &body, |body| client.property_float_seconds_larger_unit(body)).await;
    let body = PropertyFloat64SecondsDurationProperty::new(35.625);
    let name = "Encode_Duration_Property_float64Seconds";
    suite.echoes(name, &body, |body| client.property_float64_seconds(body)).await;
    let body = PropertyFloatSecondsDurationArrayProperty::new([35.625, 46.75]);
    let name = "Encode_Duration_Property_floatSecondsArray";
    suite.echoes(name, &body, |body| client.property_float_seconds_array(body)).await;
    let body = PropertyInt32MillisecondsDurationProperty::new(36_000);
    let name = "Encode_Duration_Property_int32Milliseconds";
    suite.echoes(name, &body, |body| client.property_int32_milliseconds(body)).await;
    let body = PropertyInt32MillisecondsLargerUnitDurationProperty::new(180_000);
    let name = "Encode_Duration_Property_int32MillisecondsLargerUnit";
    suite.echoes(name, &body, |body| client.property_int32_milliseconds_larger_unit(body)).await;
    let body = PropertyFloatMillisecondsDurationProperty::new(35_625.0);
    let name = "Encode_Duration_Property_floatMilliseconds";
    suite.echoes(name, &body, |body| client.property_float_milliseconds(body)).await;
    let body = PropertyFloatMillisecondsLargerUnitDurationProperty::new(210_000.0);
    let name = "Encode_Duration_Property_floatMillisecondsLargerUnit";
    suite.echoes(name, &body, |body| client.property_float_milliseconds_larger_unit(body)).await;
    let body = PropertyFloat64MillisecondsDurationProperty::new(35_625.0);
    let name = "Encode_Duration_Property_float64Milliseconds";
    suite.echoes(name, &body, |body| client.property_float64_milliseconds(body)).await;
    let body = PropertyFloatMillisecondsDurationArrayProperty::new([35_625.0, 46_750.0]);
    let name = "Encode_Duration_Property_floatMillisecondsArray";
    suite.echoes(name, &body, |body| client.property_float_milliseconds_array(body)).await;
}

async fn header(suite: &mut Suite, client: &Client) {
    suite.call("Encode_Duration_Header_default", client.header_default("P40D")).await;
    suite.call("Encode_Duration_Header_iso8601", client.header_iso8601("P40D")).await;
    suite.call("Encode_Duration_Header_iso8601Array", client.header_iso8601_array(&["P40D", "P50D"])).await;
    suite.call("Encode_Duration_Header_int32Seconds", client.header_int32_seconds(36)).await;
    let call = client.header_int32_seconds_larger_unit(120);
    suite.call("Encode_Duration_Header_int32SecondsLargerUnit", call).await;
    suite.call("Encode_Duration_Header_floatSeconds", client.header_float_seconds(35.625)).await;
    let call = client.header_float_seconds_larger_unit(150.0);
    suite.call("Encode_Duration_Header_floatSecondsLargerUnit", call).await;
    suite.call("Encode_Duration_Header_float64Seconds", client.header_float64_seconds(35.625)).await;
    suite.call("Encode_Duration_Header_int32Milliseconds", client.header_int32_milliseconds(36_000)).await;
    let call = client.header_int32_milliseconds_larger_unit(180_000);
    suite.call("Encode_Duration_Header_int32MillisecondsLargerUnit", call).await;
    let call = client.header_int32_milliseconds_array(&[36_000, 47_000]);
    suite.call("Encode_Duration_Header_int32MillisecondsArray", call).await;
    suite.call("Encode_Duration_Header_floatMilliseconds", client.header_float_milliseconds(35_625.0)).await;
    let call = client.header_float_milliseconds_larger_unit(210_000.0);
    suite.call("Encode_Duration_Header_floatMillisecondsLargerUnit", call).await;
    let call = client.header_float64_milliseconds(35_625.0);
    suite.call("Encode_Duration_Header_float64Milliseconds", call).await;
}
