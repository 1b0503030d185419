//! Scenarios of `special-words`.

use crate::clients::special_words::{Client, types};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    operations(suite, &client).await;
    parameters(suite, &client).await;
    models(suite, &client).await;
    model_properties(suite, &client).await;
    let body = types::ReservedOperationBodyParamsWithItemsRequest::new(["item"]);
    let call = client.reserved_operation_body_params_with_items(&body);
    suite.call("SpecialWords_ReservedOperationBodyParams_withItems", call).await;
    let class = types::ExtensibleStringsExtensibleString::Class;
    let call = client.extensible_strings_put_extensible_string_value(&class);
    suite.returns("SpecialWords_ExtensibleStrings_putExtensibleStringValue", call, class.clone()).await;
}

async fn operations(suite: &mut Suite, client: &Client) {
    suite.call("SpecialWords_Operations_and", client.operations_and()).await;
    suite.call("SpecialWords_Operations_as", client.operations_as()).await;
    suite.call("SpecialWords_Operations_assert", client.operations_assert()).await;
    suite.call("SpecialWords_Operations_async", client.operations_async()).await;
    suite.call("SpecialWords_Operations_await", client.operations_await()).await;
    suite.call("SpecialWords_Operations_break", client.operations_break()).await;
    suite.call("SpecialWords_Operations_class", client.operations_class()).await;
    suite.call("SpecialWords_Operations_constructor", client.operations_constructor()).await;
    suite.call("SpecialWords_Operations_continue", client.operations_continue()).await;
    suite.call("SpecialWords_Operations_def", client.operations_def()).await;
    suite.call("SpecialWords_Operations_del", client.operations_del()).await;
    suite.call("SpecialWords_Operations_elif", client.operations_elif()).await;
    suite.call("SpecialWords_Operations_else", client.operations_else()).await;
    suite.call("SpecialWords_Operations_except", client.operations_except()).await;
    suite.call("SpecialWords_Operations_exec", client.operations_exec()).await;
    suite.call("SpecialWords_Operations_finally", client.operations_finally()).await;
    suite.call("SpecialWords_Operations_for", client.operations_for()).await;
    suite.call("SpecialWords_Operations_from", client.operations_from()).await;
    suite.call("SpecialWords_Operations_global", client.operations_global()).await;
    suite.call("SpecialWords_Operations_if", client.operations_if()).await;
    suite.call("SpecialWords_Operations_import", client.operations_import()).await;
    suite.call("SpecialWords_Operations_in", client.operations_in()).await;
    suite.call("SpecialWords_Operations_is", client.operations_is()).await;
    suite.call("SpecialWords_Operations_lambda", client.operations_lambda()).await;
    suite.call("SpecialWords_Operations_not", client.operations_not()).await;
    suite.call("SpecialWords_Operations_or", client.operations_or()).await;
    suite.call("SpecialWords_Operations_pass", client.operations_pass()).await;
    suite.call("SpecialWords_Operations_raise", client.operations_raise()).await;
    suite.call("SpecialWords_Operations_return", client.operations_return()).await;
    suite.call("SpecialWords_Operations_try", client.operations_try()).await;
    suite.call("SpecialWords_Operations_while", client.operations_while()).await;
    suite.call("SpecialWords_Operations_with", client.operations_with()).await;
    suite.call("SpecialWords_Operations_yield", client.operations_yield()).await;
}

async fn parameters(suite: &mut Suite, client: &Client) {
    suite.call("SpecialWords_Parameters_and", client.parameters_with_and("ok")).await;
    suite.call("SpecialWords_Parameters_as", client.parameters_with_as("ok")).await;
    suite.call("SpecialWords_Parameters_assert", client.parameters_with_assert("ok")).await;
    suite.call("SpecialWords_Parameters_async", client.parameters_with_async("ok")).await;
    suite.call("SpecialWords_Parameters_await", client.parameters_with_await("ok")).await;
    suite.call("SpecialWords_Parameters_break", client.parameters_with_break("ok")).await;
    suite.call("SpecialWords_Parameters_class", client.parameters_with_class("ok")).await;
    suite.call("SpecialWords_Parameters_constructor", client.parameters_with_constructor("ok")).await;
    suite.call("SpecialWords_Parameters_continue", client.parameters_with_continue("ok")).await;
    suite.call("SpecialWords_Parameters_def", client.parameters_with_def("ok")).await;
    suite.call("SpecialWords_Parameters_del", client.parameters_with_del("ok")).await;
    suite.call("SpecialWords_Parameters_elif", client.parameters_with_elif("ok")).await;
    suite.call("SpecialWords_Parameters_else", client.parameters_with_else("ok")).await;
    suite.call("SpecialWords_Parameters_except", client.parameters_with_except("ok")).await;
    suite.call("SpecialWords_Parameters_exec", client.parameters_with_exec("ok")).await;
    suite.call("SpecialWords_Parameters_finally", client.parameters_with_finally("ok")).await;
    suite.call("SpecialWords_Parameters_for", client.parameters_with_for("ok")).await;
    suite.call("SpecialWords_Parameters_from", client.parameters_with_from("ok")).await;
    suite.call("SpecialWords_Parameters_global", client.parameters_with_global("ok")).await;
    suite.call("SpecialWords_Parameters_if", client.parameters_with_if("ok")).await;
    suite.call("SpecialWords_Parameters_import", client.parameters_with_import("ok")).await;
    suite.call("SpecialWords_Parameters_in", client.parameters_with_in("ok")).await;
    suite.call("SpecialWords_Parameters_is", client.parameters_with_is("ok")).await;
    suite.call("SpecialWords_Parameters_lambda", client.parameters_with_lambda("ok")).await;
    suite.call("SpecialWords_Parameters_not", client.parameters_with_not("ok")).await;
    suite.call("SpecialWords_Parameters_or", client.parameters_with_or("ok")).await;
    suite.call("SpecialWords_Parameters_pass", client.parameters_with_pass("ok")).await;
    suite.call("SpecialWords_Parameters_raise", client.parameters_with_raise("ok")).await;
    suite.call("SpecialWords_Parameters_return", client.parameters_with_return("ok")).await;
    suite.call("SpecialWords_Parameters_try", client.parameters_with_try("ok")).await;
    suite.call("SpecialWords_Parameters_while", client.parameters_with_while("ok")).await;
    suite.call("SpecialWords_Parameters_with", client.parameters_with_with("ok")).await;
    suite.call("SpecialWords_Parameters_yield", client.parameters_with_yield("ok")).await;
    let token = "ok".into();
    let call = client.parameters_with_cancellation_token(&token);
    suite.call("SpecialWords_Parameters_cancellationToken", call).await;
}

async fn models(suite: &mut Suite, client: &Client) {
    macro_rules! call {
        ($($name:literal => $operation:ident($model:ident),)*) => {
            $(suite.call($name, client.$operation(&types::$model::new("ok"))).await;)*
        };
    }
    call! {
        "SpecialWords_Models_and" => models_with_and(ModelsAnd),
        "SpecialWords_Models_as" => models_with_as(ModelsAs),
        "SpecialWords_Models_assert" => models_with_assert(ModelsAssert),
        "SpecialWords_Models_async" => models_with_async(ModelsAsync),
        "SpecialWords_Models_await" => models_with_await(ModelsAwait),
        "SpecialWords_Models_break" => models_with_break(ModelsBreak),
        "SpecialWords_Models_class" => models_with_class(ModelsClass),
        "SpecialWords_Models_constructor" => models_with_constructor(ModelsConstructor),
        "SpecialWords_Models_continue" => models_with_continue(ModelsContinue),
        "SpecialWords_Models_def" => models_with_def(ModelsDef),
        "SpecialWords_Models_del" => models_with_del(ModelsDel),
        "SpecialWords_Models_elif" => models_with_elif(ModelsElif),
        "SpecialWords_Models_else" => models_with_else(ModelsElse),
        "SpecialWords_Models_except" => models_with_except(ModelsExcept),
        "SpecialWords_Models_exec" => models_with_exec(ModelsExec),
        "SpecialWords_Models_finally" => models_with_finally(ModelsFinally),
        "SpecialWords_Models_for" => models_with_for(ModelsFor),
        "SpecialWords_Models_from" => models_with_from(ModelsFrom),
        "SpecialWords_Models_global" => models_with_global(ModelsGlobal),
        "SpecialWords_Models_if" => models_with_if(ModelsIf),
        "SpecialWords_Models_import" => models_with_import(ModelsImport),
        "SpecialWords_Models_in" => models_with_in(ModelsIn),
        "SpecialWords_Models_is" => models_with_is(ModelsIs),
        "SpecialWords_Models_lambda" => models_with_lambda(ModelsLambda),
        "SpecialWords_Models_not" => models_with_not(ModelsNot),
        "SpecialWords_Models_or" => models_with_or(ModelsOr),
        "SpecialWords_Models_pass" => models_with_pass(ModelsPass),
        "SpecialWords_Models_raise" => models_with_raise(ModelsRaise),
        "SpecialWords_Models_return" => models_with_return(ModelsReturn),
        "SpecialWords_Models_try" => models_with_try(ModelsTry),
        "SpecialWords_Models_while" => models_with_while(ModelsWhile),
        "SpecialWords_Models_with" => models_with_with(ModelsWith),
        "SpecialWords_Models_yield" => models_with_yield(ModelsYield),
    }
}

async fn model_properties(suite: &mut Suite, client: &Client) {
    let body = types::ModelPropertiesSameAsModel::new("ok");
    let call = client.model_properties_same_as_model(&body);
    suite.call("SpecialWords_ModelProperties_sameAsModel", call).await;
    let body =
        types::ModelPropertiesDictMethods::new("ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok");
    suite.call("SpecialWords_ModelProperties_dictMethods", client.model_properties_dict_methods(&body)).await;
    let body = types::ModelPropertiesModelWithList::new("ok");
    suite.call("SpecialWords_ModelProperties_withList", client.model_properties_with_list(&body)).await;
}
