//! Scenarios of `payload/xml`.

use crate::clients::payload_xml::{Client, errors::XmlErrorValueGetError, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    models(suite, &client).await;
    scalar_arrays(suite, &client).await;
    model_arrays(suite, &client).await;
    attributes_and_namespaces(suite, &client).await;
    values(suite, &client).await;
    let call = client.xml_error_value_get();
    let is_bad_request = |XmlErrorValueGetError::BadRequest(body)| {
        assert_eq!(body.message, "Something went wrong");
        assert_eq!(body.code, 400);
    };
    suite.fails("Payload_Xml_XmlErrorValue_get", call, is_bad_request).await;
    suite.lost(
        "The document does not declare that the array is wrapped in an element, nor the name of the items.",
        &[
            "Payload_Xml_ModelWithSimpleArraysValue_get",
            "Payload_Xml_ModelWithSimpleArraysValue_put",
            "Payload_Xml_ModelWithArrayOfModelValue_get",
            "Payload_Xml_ModelWithArrayOfModelValue_put",
            "Payload_Xml_ModelWithEmptyArrayValue_get",
            "Payload_Xml_ModelWithEmptyArrayValue_put",
        ],
    );
    suite.lost(
        "The document declares the text of the element as a child element.",
        &["Payload_Xml_ModelWithTextValue_get", "Payload_Xml_ModelWithTextValue_put"],
    );
}

async fn models(suite: &mut Suite, client: &Client) {
    let body = foo();
    suite.call("Payload_Xml_SimpleModelValue_put", client.simple_model_value_put(&body)).await;
    suite.returns("Payload_Xml_SimpleModelValue_get", client.simple_model_value_get(), body).await;

    let body = ModelWithRenamedProperty::new("foo", "bar");
    let call = client.model_with_renamed_property_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedPropertyValue_put", call).await;
    let call = client.model_with_renamed_property_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedPropertyValue_get", call, body).await;

    let body = ModelWithRenamedFields::new(foo(), bar());
    let call = client.model_with_renamed_fields_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedFieldsValue_put", call).await;
    let call = client.model_with_renamed_fields_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedFieldsValue_get", call, body).await;

    let body = ModelWithNestedModel::new(foo());
    let call = client.model_with_nested_model_value_put(&body);
    suite.call("Payload_Xml_ModelWithNestedModelValue_put", call).await;
    let call = client.model_with_nested_model_value_get();
    suite.returns("Payload_Xml_ModelWithNestedModelValue_get", call, body).await;

    let body = ModelWithRenamedNestedModel::new(Author::new("foo"));
    let call = client.model_with_renamed_nested_model_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedNestedModelValue_put", call).await;
    let call = client.model_with_renamed_nested_model_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedNestedModelValue_get", call, body).await;

    let body = ModelWithEncodedNames::new(foo(), COLORS);
    let call = client.model_with_encoded_names_value_put(&body);
    suite.call("Payload_Xml_ModelWithEncodedNamesValue_put", call).await;
    let call = client.model_with_encoded_names_value_get();
    suite.returns("Payload_Xml_ModelWithEncodedNamesValue_get", call, body).await;
}

async fn scalar_arrays(suite: &mut Suite, client: &Client) {
    let body = ModelWithUnwrappedArray::new(COLORS, [1, 2]);
    let call = client.model_with_unwrapped_array_value_put(&body);
    suite.call("Payload_Xml_ModelWithUnwrappedArrayValue_put", call).await;
    let call = client.model_with_unwrapped_array_value_get();
    suite.returns("Payload_Xml_ModelWithUnwrappedArrayValue_get", call, body).await;

    let body = ModelWithRenamedArrays::new(COLORS, [1, 2]);
    let call = client.model_with_renamed_arrays_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedArraysValue_put", call).await;
    let call = client.model_with_renamed_arrays_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedArraysValue_get", call, body).await;

    let body = ModelWithWrappedPrimitiveCustomItemNames::new(["fiction", "classic"]);
    let call = client.model_with_wrapped_primitive_custom_item_names_value_put(&body);
    suite.call("Payload_Xml_ModelWithWrappedPrimitiveCustomItemNamesValue_put", call).await;
    let call = client.model_with_wrapped_primitive_custom_item_names_value_get();
    suite.returns("Payload_Xml_ModelWithWrappedPrimitiveCustomItemNamesValue_get", call, body).await;
}

async fn model_arrays(suite: &mut Suite, client: &Client) {
    let body = ModelWithUnwrappedModelArray::new([foo(), bar()]);
    let call = client.model_with_unwrapped_model_array_value_put(&body);
    suite.call("Payload_Xml_ModelWithUnwrappedModelArrayValue_put", call).await;
    let call = client.model_with_unwrapped_model_array_value_get();
    suite.returns("Payload_Xml_ModelWithUnwrappedModelArrayValue_get", call, body).await;

    let body = ModelWithRenamedWrappedModelArray::new([foo(), bar()]);
    let call = client.model_with_renamed_wrapped_model_array_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedWrappedModelArrayValue_put", call).await;
    let call = client.model_with_renamed_wrapped_model_array_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedWrappedModelArrayValue_get", call, body).await;

    let body = ModelWithRenamedUnwrappedModelArray::new([foo(), bar()]);
    let call = client.model_with_renamed_unwrapped_model_array_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedUnwrappedModelArrayValue_put", call).await;
    let call = client.model_with_renamed_unwrapped_model_array_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedUnwrappedModelArrayValue_get", call, body).await;

    let books = ["The Great Gatsby", "Les Miserables"].map(Book::new);
    let body = ModelWithRenamedWrappedAndItemModelArray::new(books);
    let call = client.model_with_renamed_wrapped_and_item_model_array_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedWrappedAndItemModelArrayValue_put", call).await;
    let call = client.model_with_renamed_wrapped_and_item_model_array_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedWrappedAndItemModelArrayValue_get", call, body).await;
}

async fn attributes_and_namespaces(suite: &mut Suite, client: &Client) {
    let body = ModelWithAttributes::new(123, "foo", true);
    let call = client.model_with_attributes_value_put(&body);
    suite.call("Payload_Xml_ModelWithAttributesValue_put", call).await;
    let call = client.model_with_attributes_value_get();
    suite.returns("Payload_Xml_ModelWithAttributesValue_get", call, body).await;

    let body = ModelWithRenamedAttribute::new(123, "The Great Gatsby", "F. Scott Fitzgerald");
    let call = client.model_with_renamed_attribute_value_put(&body);
    suite.call("Payload_Xml_ModelWithRenamedAttributeValue_put", call).await;
    let call = client.model_with_renamed_attribute_value_get();
    suite.returns("Payload_Xml_ModelWithRenamedAttributeValue_get", call, body).await;

    let body = ModelWithNamespace::new(123, "The Great Gatsby");
    let call = client.model_with_namespace_value_put(&body);
    suite.call("Payload_Xml_ModelWithNamespaceValue_put", call).await;
    let call = client.model_with_namespace_value_get();
    suite.returns("Payload_Xml_ModelWithNamespaceValue_get", call, body).await;

    let body = ModelWithNamespaceOnProperties::new(123, "The Great Gatsby", "F. Scott Fitzgerald");
    let call = client.model_with_namespace_on_properties_value_put(&body);
    suite.call("Payload_Xml_ModelWithNamespaceOnPropertiesValue_put", call).await;
    let call = client.model_with_namespace_on_properties_value_get();
    suite.returns("Payload_Xml_ModelWithNamespaceOnPropertiesValue_get", call, body).await;
}

async fn values(suite: &mut Suite, client: &Client) {
    let body = ModelWithOptionalField::new("widget");
    let call = client.model_with_optional_field_value_put(&body);
    suite.call("Payload_Xml_ModelWithOptionalFieldValue_put", call).await;
    let call = client.model_with_optional_field_value_get();
    suite.returns("Payload_Xml_ModelWithOptionalFieldValue_get", call, body).await;

    let metadata = [("Color", "blue"), ("Count", "123"), ("Enabled", "false")];
    let metadata = metadata.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let body = ModelWithDictionary::new(metadata);
    let call = client.model_with_dictionary_value_put(&body);
    suite.call("Payload_Xml_ModelWithDictionaryValue_put", call).await;
    let call = client.model_with_dictionary_value_get();
    suite.returns("Payload_Xml_ModelWithDictionaryValue_get", call, body).await;

    let body = ModelWithEnum::new(Status::Success);
    suite.call("Payload_Xml_ModelWithEnumValue_put", client.model_with_enum_value_put(&body)).await;
    suite.returns("Payload_Xml_ModelWithEnumValue_get", client.model_with_enum_value_get(), body).await;

    let body = ModelWithDatetime::new("2022-08-26T18:38:00.000Z", "Fri, 26 Aug 2022 14:38:00 GMT");
    let call = client.model_with_datetime_value_put(&body);
    suite.call("Payload_Xml_ModelWithDatetimeValue_put", call).await;
    let call = client.model_with_datetime_value_get();
    suite.returns("Payload_Xml_ModelWithDatetimeValue_get", call, body).await;
}

const COLORS: [&str; 3] = ["red", "green", "blue"];

fn foo() -> SimpleModel {
    SimpleModel::new("foo", 123)
}

fn bar() -> SimpleModel {
    SimpleModel::new("bar", 456)
}
