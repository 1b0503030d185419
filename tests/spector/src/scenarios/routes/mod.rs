//! Scenarios of `routes`.

use std::collections::BTreeMap;

use crate::clients::routes::{Client, types};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Routes_fixed", client.fixed()).await;
    suite.call("Routes_InInterface", client.in_interface_fixed()).await;
    let record = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    path_parameters(suite, &client, &record).await;
    query_parameters(suite, &client, &record).await;
}

async fn path_parameters(suite: &mut Suite, client: &Client, record: &BTreeMap<String, i32>) {
    suite.call("Routes_PathParameters_templateOnly", client.path_parameters_template_only("a")).await;
    suite.call("Routes_PathParameters_explicit", client.path_parameters_explicit("a")).await;
    suite.call("Routes_PathParameters_annotationOnly", client.path_parameters_annotation_only("a")).await;
    suite.lost(
        "The document does not declare that reserved characters in the path parameter are not encoded.",
        &[
            "Routes_PathParameters_ReservedExpansion_template",
            "Routes_PathParameters_ReservedExpansion_annotation",
        ],
    );
    let call = client.standard_primitive("a");
    suite.call("Routes_PathParameters_SimpleExpansion_Standard_primitive", call).await;
    let call = client.standard_array(&["a", "b"]);
    suite.call("Routes_PathParameters_SimpleExpansion_Standard_array", call).await;
    let call = client.standard_record(record);
    suite.call("Routes_PathParameters_SimpleExpansion_Standard_record", call).await;
    let call = client.explode_primitive("a");
    suite.call("Routes_PathParameters_SimpleExpansion_Explode_primitive", call).await;
    let call = client.explode_array(&["a", "b"]);
    suite.call("Routes_PathParameters_SimpleExpansion_Explode_array", call).await;
    let call = client.explode_record(record);
    suite.call("Routes_PathParameters_SimpleExpansion_Explode_record", call).await;
    suite.lost(
        "The path in the document does not contain the `/` before the path parameter.",
        &[
            "Routes_PathParameters_PathExpansion_Standard_primitive",
            "Routes_PathParameters_PathExpansion_Standard_array",
            "Routes_PathParameters_PathExpansion_Standard_record",
            "Routes_PathParameters_PathExpansion_Explode_primitive",
            "Routes_PathParameters_PathExpansion_Explode_array",
            "Routes_PathParameters_PathExpansion_Explode_record",
        ],
    );
    let call = client.standard_primitive_3("a");
    suite.call("Routes_PathParameters_LabelExpansion_Standard_primitive", call).await;
    let call = client.standard_array_3(&["a", "b"]);
    suite.call("Routes_PathParameters_LabelExpansion_Standard_array", call).await;
    let call = client.standard_record_3(record);
    suite.call("Routes_PathParameters_LabelExpansion_Standard_record", call).await;
    let call = client.explode_primitive_3("a");
    suite.call("Routes_PathParameters_LabelExpansion_Explode_primitive", call).await;
    let call = client.explode_array_3(&["a", "b"]);
    suite.call("Routes_PathParameters_LabelExpansion_Explode_array", call).await;
    let call = client.explode_record_3(record);
    suite.call("Routes_PathParameters_LabelExpansion_Explode_record", call).await;
    let call = client.standard_primitive_4("a");
    suite.call("Routes_PathParameters_MatrixExpansion_Standard_primitive", call).await;
    let call = client.standard_array_4(&["a", "b"]);
    suite.call("Routes_PathParameters_MatrixExpansion_Standard_array", call).await;
    let call = client.standard_record_4(record);
    suite.call("Routes_PathParameters_MatrixExpansion_Standard_record", call).await;
    let call = client.explode_primitive_4("a");
    suite.call("Routes_PathParameters_MatrixExpansion_Explode_primitive", call).await;
    let call = client.explode_array_4(&["a", "b"]);
    suite.call("Routes_PathParameters_MatrixExpansion_Explode_array", call).await;
    let call = client.explode_record_4(record);
    suite.call("Routes_PathParameters_MatrixExpansion_Explode_record", call).await;
}

async fn query_parameters(suite: &mut Suite, client: &Client, record: &BTreeMap<String, i32>) {
    suite.call("Routes_QueryParameters_templateOnly", client.query_parameters_template_only("a")).await;
    suite.call("Routes_QueryParameters_explicit", client.query_parameters_explicit("a")).await;
    suite.call("Routes_QueryParameters_annotationOnly", client.query_parameters_annotation_only("a")).await;
    let call = client.standard_primitive_5("a");
    suite.call("Routes_QueryParameters_QueryExpansion_Standard_primitive", call).await;
    let call = client.standard_array_5(&["a", "b"]);
    suite.call("Routes_QueryParameters_QueryExpansion_Standard_array", call).await;
    let call = client.standard_record_5(record);
    suite.call("Routes_QueryParameters_QueryExpansion_Standard_record", call).await;
    let call = client.explode_primitive_5("a");
    suite.call("Routes_QueryParameters_QueryExpansion_Explode_primitive", call).await;
    let call = client.explode_array_5(&["a", "b"]);
    suite.call("Routes_QueryParameters_QueryExpansion_Explode_array", call).await;
    let call = client.explode_record_5(record);
    suite.call("Routes_QueryParameters_QueryExpansion_Explode_record", call).await;
    let model = types::ExpandParameters::new("status", "active");
    suite.call("Routes_QueryParameters_QueryExpansion_Explode_model", client.explode_model(&model)).await;
    suite.lost(
        "The document does not contain operations whose routes have a query.",
        &[
            "Routes_QueryParameters_QueryContinuation_Standard_primitive",
            "Routes_QueryParameters_QueryContinuation_Standard_array",
            "Routes_QueryParameters_QueryContinuation_Standard_record",
            "Routes_QueryParameters_QueryContinuation_Explode_primitive",
            "Routes_QueryParameters_QueryContinuation_Explode_array",
            "Routes_QueryParameters_QueryContinuation_Explode_record",
        ],
    );
}
