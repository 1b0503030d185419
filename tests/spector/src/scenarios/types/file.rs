//! Scenarios of `type/file`.

use serde_json::json;

use crate::clients::type_file::{
    BodyDownloadFileMultipleContentTypesOptions, BodyUploadFileDefaultContentTypeOptions,
    BodyUploadFileMultipleContentTypesOptions, Client,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let value = json!({ "message": "test file content" });
    suite
        .call("Type_File_Body_uploadFileJsonContentType", client.body_upload_file_json_content_type(&value))
        .await;
    suite
        .returns(
            "Type_File_Body_downloadFileJsonContentType",
            client.body_download_file_json_content_type(),
            value,
        )
        .await;

    let image = suite.asset("image.png");
    suite
        .call(
            "Type_File_Body_uploadFileSpecificContentType",
            client.body_upload_file_specific_content_type(image.clone()),
        )
        .await;
    suite
        .reads(
            "Type_File_Body_downloadFileSpecificContentType",
            client.body_download_file_specific_content_type(),
            |bytes| assert_eq!(bytes.expose(), image),
        )
        .await;

    let options = BodyUploadFileMultipleContentTypesOptions::new().content_type("image/png");
    suite
        .call(
            "Type_File_Body_uploadFileMultipleContentTypes",
            client.body_upload_file_multiple_content_types(image.clone(), &options),
        )
        .await;
    let options = BodyDownloadFileMultipleContentTypesOptions::new().accept("image/png");
    suite
        .reads(
            "Type_File_Body_downloadFileMultipleContentTypes",
            client.body_download_file_multiple_content_types(&options),
            |bytes| assert_eq!(bytes.expose(), image),
        )
        .await;

    let options = BodyUploadFileDefaultContentTypeOptions::new().content_type("image/png");
    suite
        .call(
            "Type_File_Body_uploadFileDefaultContentType",
            client.body_upload_file_default_content_type(image.clone(), &options),
        )
        .await;
    suite
        .reads(
            "Type_File_Body_downloadFileDefaultContentType",
            client.body_download_file_default_content_type(),
            |bytes| assert_eq!(bytes.expose(), image),
        )
        .await;
}
