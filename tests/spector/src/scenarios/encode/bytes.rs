//! Scenarios of `encode/bytes`.
//!
//! In JSON and in parameters, the caller encodes the bytes.

use api_keys_core::SecretBytes;

use crate::clients::encode_bytes::{Client, types::*};
use crate::suite::Suite;

/// The text `test`, encoded.
const BASE64: &str = "dGVzdA==";
const BASE64_URL: &str = "dGVzdA";

const IMAGE: &[u8] = include_bytes!(concat!(
    env!("SPECTOR_DOCUMENTS"),
    "/../node_modules/@typespec/http-specs/assets/image.png"
));

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    query(suite, &client).await;
    property(suite, &client).await;
    header(suite, &client).await;
    request_body(suite, &client).await;
    response_body(suite, &client).await;
}

async fn query(suite: &mut Suite, client: &Client) {
    suite.call("Encode_Bytes_Query_default", client.query_default(BASE64)).await;
    suite.call("Encode_Bytes_Query_base64", client.query_base64(BASE64)).await;
    suite.call("Encode_Bytes_Query_base64url", client.query_base64url(BASE64_URL)).await;
    let call = client.query_base64url_array(&[BASE64_URL, BASE64_URL]);
    suite.call("Encode_Bytes_Query_base64urlArray", call).await;
}

async fn property(suite: &mut Suite, client: &Client) {
    let body = DefaultBytesProperty::new(BASE64);
    suite.echoes("Encode_Bytes_Property_default", &body, |body| client.property_default(body)).await;
    let body = Base64BytesProperty::new(BASE64);
    suite.echoes("Encode_Bytes_Property_base64", &body, |body| client.property_base64(body)).await;
    let body = Base64urlBytesProperty::new(BASE64_URL);
    suite.echoes("Encode_Bytes_Property_base64url", &body, |body| client.property_base64url(body)).await;
    let body = Base64urlArrayBytesProperty::new([BASE64_URL, BASE64_URL]);
    let name = "Encode_Bytes_Property_base64urlArray";
    suite.echoes(name, &body, |body| client.property_base64url_array(body)).await;
}

async fn header(suite: &mut Suite, client: &Client) {
    suite.call("Encode_Bytes_Header_default", client.header_default(BASE64)).await;
    suite.call("Encode_Bytes_Header_base64", client.header_base64(BASE64)).await;
    suite.call("Encode_Bytes_Header_base64url", client.header_base64url(BASE64_URL)).await;
    let call = client.header_base64url_array(&[BASE64_URL, BASE64_URL]);
    suite.call("Encode_Bytes_Header_base64urlArray", call).await;
}

async fn request_body(suite: &mut Suite, client: &Client) {
    suite.call("Encode_Bytes_RequestBody_default", client.request_body_default(IMAGE)).await;
    suite.call("Encode_Bytes_RequestBody_octetStream", client.request_body_octet_stream(IMAGE)).await;
    let call = client.request_body_custom_content_type(IMAGE);
    suite.call("Encode_Bytes_RequestBody_customContentType", call).await;
    suite.call("Encode_Bytes_RequestBody_base64", client.request_body_base64(BASE64)).await;
    suite.call("Encode_Bytes_RequestBody_base64url", client.request_body_base64url(BASE64_URL)).await;
}

async fn response_body(suite: &mut Suite, client: &Client) {
    let is_image = |body: SecretBytes| assert_eq!(body.expose(), IMAGE);
    suite.reads("Encode_Bytes_ResponseBody_default", client.response_body_default(), is_image).await;
    suite.reads("Encode_Bytes_ResponseBody_octetStream", client.response_body_octet_stream(), is_image).await;
    let call = client.response_body_custom_content_type();
    suite.reads("Encode_Bytes_ResponseBody_customContentType", call, is_image).await;
    suite.returns("Encode_Bytes_ResponseBody_base64", client.response_body_base64(), BASE64).await;
    suite.returns("Encode_Bytes_ResponseBody_base64url", client.response_body_base64url(), BASE64_URL).await;
}
