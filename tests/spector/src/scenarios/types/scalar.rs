//! Scenarios of `type/scalar`.

use serde_json::Value;

use crate::clients::type_scalar::Client;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    suite.returns("Type_Scalar_String_get", client.string_get(), "test").await;
    suite.call("Type_Scalar_String_put", client.string_put("test")).await;

    suite.returns("Type_Scalar_Boolean_get", client.boolean_get(), true).await;
    suite.call("Type_Scalar_Boolean_put", client.boolean_put(true)).await;

    suite.returns("Type_Scalar_Unknown_get", client.unknown_get(), "test").await;
    suite.call("Type_Scalar_Unknown_put", client.unknown_put(&Value::from("test"))).await;

    let value = 0.33333;
    suite.returns("Type_Scalar_DecimalType_responseBody", client.decimal_type_response_body(), value).await;
    suite.call("Type_Scalar_DecimalType_requestBody", client.decimal_type_request_body(value)).await;
    suite
        .call("Type_Scalar_DecimalType_requestParameter", client.decimal_type_request_parameter(value))
        .await;

    suite
        .returns("Type_Scalar_Decimal128Type_responseBody", client.decimal128_type_response_body(), value)
        .await;
    suite.call("Type_Scalar_Decimal128Type_requestBody", client.decimal128_type_request_body(value)).await;
    suite
        .call("Type_Scalar_Decimal128Type_requestParameter", client.decimal128_type_request_parameter(value))
        .await;

    let values = [0.1, 0.1, 0.1];
    suite
        .returns("Type_Scalar_DecimalVerify_prepareVerify", client.decimal_verify_prepare_verify(), values)
        .await;
    suite.call("Type_Scalar_DecimalVerify_verify", client.decimal_verify_verify(0.3)).await;
    suite
        .returns(
            "Type_Scalar_Decimal128Verify_prepareVerify",
            client.decimal128_verify_prepare_verify(),
            values,
        )
        .await;
    suite.call("Type_Scalar_Decimal128Verify_verify", client.decimal128_verify_verify(0.3)).await;
}
