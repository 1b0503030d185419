//! Scenarios of `payload/multipart`.

use api_keys_runtime::FilePart;

use crate::clients::payload_multipart::Client;
use crate::clients::payload_multipart::types::{
    Address, BinaryArrayPartsRequest, ComplexHttpPartsModelRequest, ComplexPartsRequest,
    FileUploadFileArrayRequest, FileUploadFileSpecificContentTypeRequest,
    FileWithHttpPartOptionalContentTypeRequest, FileWithHttpPartRequiredContentTypeRequest,
    FileWithHttpPartSpecificContentTypeRequest, FormDataAnonymousModelRequest, JsonPartRequest,
    MultiBinaryPartsRequest, MultiPartOptionalRequest, MultiPartRequest, MultiPartRequestWithWireName,
    NonStringFloatRequest,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let jpg = FilePart::new("image.jpg", suite.asset("image.jpg"));
    let png = FilePart::new("image.png", suite.asset("image.png"));
    let hello = FilePart::new("hello.jpg", suite.asset("image.jpg"));
    form_data(suite, &client, &jpg, &png, &hello).await;
    http_parts(suite, &client, &jpg, &png, hello).await;
    files(suite, &client, png).await;
}

async fn form_data(suite: &mut Suite, client: &Client, jpg: &FilePart, png: &FilePart, hello: &FilePart) {
    let body = MultiPartRequest::new("123", jpg.clone());
    suite.call("Payload_MultiPart_FormData_basic", client.form_data_basic(&body)).await;
    let body = MultiPartRequest::new("123", hello.clone().content_type("image/jpg"));
    suite
        .call(
            "Payload_MultiPart_FormData_checkFileNameAndContentType",
            client.form_data_check_file_name_and_content_type(&body),
        )
        .await;
    let body = MultiPartRequestWithWireName::new("123", jpg.clone());
    suite.call("Payload_MultiPart_FormData_withWireName", client.form_data_with_wire_name(&body)).await;
    suite
        .check("Payload_MultiPart_FormData_optionalParts", async {
            let body = MultiPartOptionalRequest::new();
            client.form_data_optional_parts(&body.clone().id("123")).await?;
            client.form_data_optional_parts(&body.clone().profile_image(jpg.clone())).await?;
            client.form_data_optional_parts(&body.id("123").profile_image(jpg.clone())).await?;
            Ok(())
        })
        .await;
    let body = ComplexPartsRequest::new("123", Address::new("X"), jpg.clone(), [png.clone(), png.clone()]);
    suite
        .call("Payload_MultiPart_FormData_fileArrayAndBasic", client.form_data_file_array_and_basic(&body))
        .await;
    let body = JsonPartRequest::new(Address::new("X"), jpg.clone());
    suite.call("Payload_MultiPart_FormData_jsonPart", client.form_data_json_part(&body)).await;
    let body = BinaryArrayPartsRequest::new("123", [png.clone(), png.clone()]);
    suite
        .call("Payload_MultiPart_FormData_binaryArrayParts", client.form_data_binary_array_parts(&body))
        .await;
    suite
        .check("Payload_MultiPart_FormData_multiBinaryParts", async {
            let body = MultiBinaryPartsRequest::new(jpg.clone());
            client.form_data_multi_binary_parts(&body).await?;
            client.form_data_multi_binary_parts(&body.picture(png.clone())).await?;
            Ok(())
        })
        .await;
    let body = FormDataAnonymousModelRequest::new(jpg.clone());
    suite.call("Payload_MultiPart_FormData_anonymousModel", client.form_data_anonymous_model(&body)).await;
}

async fn http_parts(suite: &mut Suite, client: &Client, jpg: &FilePart, png: &FilePart, hello: FilePart) {
    let body = FileWithHttpPartSpecificContentTypeRequest::new(hello);
    suite
        .call(
            "Payload_MultiPart_FormData_HttpParts_ContentType_imageJpegContentType",
            client.content_type_image_jpeg_content_type(&body),
        )
        .await;
    let bytes = jpg.clone().content_type("application/octet-stream");
    let body = FileWithHttpPartRequiredContentTypeRequest::new(bytes.clone());
    suite
        .call(
            "Payload_MultiPart_FormData_HttpParts_ContentType_requiredContentType",
            client.content_type_required_content_type(&body),
        )
        .await;
    suite
        .check("Payload_MultiPart_FormData_HttpParts_ContentType_optionalContentType", async {
            for file in [jpg.clone(), bytes] {
                let body = FileWithHttpPartOptionalContentTypeRequest::new(file);
                client.content_type_optional_content_type(&body).await?;
            }
            Ok(())
        })
        .await;
    let body = ComplexHttpPartsModelRequest::new(
        "123",
        Address::new("X"),
        jpg.clone(),
        [Address::new("Y"), Address::new("Z")],
        [png.clone(), png.clone()],
    );
    suite
        .call(
            "Payload_MultiPart_FormData_HttpParts_jsonArrayAndFileArray",
            client.http_parts_json_array_and_file_array(&body),
        )
        .await;
    let body = NonStringFloatRequest::new(0.5);
    suite.call("Payload_MultiPart_FormData_HttpParts_NonString_float", client.non_string_float(&body)).await;
}

async fn files(suite: &mut Suite, client: &Client, png: FilePart) {
    let body = FileUploadFileSpecificContentTypeRequest::new(png.clone());
    suite
        .call(
            "Payload_MultiPart_FormData_File_uploadFileSpecificContentType",
            client.file_upload_file_specific_content_type(&body),
        )
        .await;
    suite
        .call(
            "Payload_MultiPart_FormData_File_uploadFileRequiredFilename",
            client.file_upload_file_required_filename(&body),
        )
        .await;
    let body = FileUploadFileArrayRequest::new([png.clone(), png]);
    suite.call("Payload_MultiPart_FormData_File_uploadFileArray", client.file_upload_file_array(&body)).await;
}
