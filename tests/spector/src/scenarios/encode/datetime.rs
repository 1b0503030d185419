//! Scenarios of `encode/datetime`.

use api_keys_runtime::{DateTime, Error, Response};

use crate::clients::encode_datetime::{Client, types::*};
use crate::suite::Suite;

const RFC_3339: &str = "2022-08-26T18:38:00.000Z";
const RFC_7231: &str = "Fri, 26 Aug 2022 14:38:00 GMT";
const UNIX: i64 = 1_686_566_864;
const UNIX_ARRAY: [i64; 2] = [1_686_566_864, 1_686_734_256];

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    query(suite, &client).await;
    property(suite, &client).await;
    header(suite, &client).await;
    response_header(suite, &client).await;
}

async fn query(suite: &mut Suite, client: &Client) {
    let time = DateTime::from(RFC_3339);
    suite.call("Encode_Datetime_Query_default", client.query_default(&time)).await;
    suite.call("Encode_Datetime_Query_rfc3339", client.query_rfc3339(&time)).await;
    suite.call("Encode_Datetime_Query_rfc7231", client.query_rfc7231(RFC_7231)).await;
    suite.call("Encode_Datetime_Query_unixTimestamp", client.query_unix_timestamp(UNIX)).await;
    let call = client.query_unix_timestamp_array(&UNIX_ARRAY);
    suite.call("Encode_Datetime_Query_unixTimestampArray", call).await;
}

async fn property(suite: &mut Suite, client: &Client) {
    let body = DefaultDatetimeProperty::new(RFC_3339);
    suite.echoes("Encode_Datetime_Property_default", &body, |body| client.property_default(body)).await;
    let body = Rfc3339DatetimeProperty::new(RFC_3339);
    suite.echoes("Encode_Datetime_Property_rfc3339", &body, |body| client.property_rfc3339(body)).await;
    let body = Rfc7231DatetimeProperty::new(RFC_7231);
    suite.echoes("Encode_Datetime_Property_rfc7231", &body, |body| client.property_rfc7231(body)).await;
    let body = UnixTimestampDatetimeProperty::new(UNIX);
    let name = "Encode_Datetime_Property_unixTimestamp";
    suite.echoes(name, &body, |body| client.property_unix_timestamp(body)).await;
    let body = UnixTimestampArrayDatetimeProperty::new(UNIX_ARRAY);
    let name = "Encode_Datetime_Property_unixTimestampArray";
    suite.echoes(name, &body, |body| client.property_unix_timestamp_array(body)).await;
}

async fn header(suite: &mut Suite, client: &Client) {
    suite.call("Encode_Datetime_Header_default", client.header_default(RFC_7231)).await;
    suite.call("Encode_Datetime_Header_rfc3339", client.header_rfc3339(&RFC_3339.into())).await;
    suite.call("Encode_Datetime_Header_rfc7231", client.header_rfc7231(RFC_7231)).await;
    suite.call("Encode_Datetime_Header_unixTimestamp", client.header_unix_timestamp(UNIX)).await;
    let call = client.header_unix_timestamp_array(&UNIX_ARRAY);
    suite.call("Encode_Datetime_Header_unixTimestampArray", call).await;
}

async fn response_header(suite: &mut Suite, client: &Client) {
    let call = client.response_header_default();
    has_value(suite, "Encode_Datetime_ResponseHeader_default", call, RFC_7231).await;
    let call = client.response_header_rfc3339();
    has_value(suite, "Encode_Datetime_ResponseHeader_rfc3339", call, RFC_3339).await;
    let call = client.response_header_rfc7231();
    has_value(suite, "Encode_Datetime_ResponseHeader_rfc7231", call, RFC_7231).await;
    let call = client.response_header_unix_timestamp();
    has_value(suite, "Encode_Datetime_ResponseHeader_unixTimestamp", call, "1686566864").await;
}

/// Calls a scenario whose response has the header `value`.
async fn has_value(
    suite: &mut Suite,
    name: &'static str,
    call: impl Future<Output = Result<Response<()>, Error<()>>>,
    value: &str,
) {
    let has_value = async {
        assert_eq!(call.await?.headers()["value"], value);
        Ok(())
    };
    suite.check(name, has_value).await;
}
