//! Scenarios of `payload/content-negotiation`.

use crate::clients::payload_content_negotiation::{
    Client, SameBodyGetAvatarAsPngSameBodyGetAvatarAsJpegOptions as Options,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let images = [("image/png", suite.asset("image.png")), ("image/jpeg", suite.asset("image.jpg"))];
    suite
        .check("Payload_ContentNegotiation_SameBody", async {
            for (media_type, image) in images {
                let options = Options::new().accept(media_type);
                let response =
                    client.same_body_get_avatar_as_png_same_body_get_avatar_as_jpeg(&options).await?;
                assert_eq!(response.headers()["content-type"], media_type);
                assert_eq!(response.body().expose(), image);
            }
            Ok(())
        })
        .await;
    suite.unsupported(
        "If a response is either JSON or bytes, only JSON is requested.",
        &["Payload_ContentNegotiation_DifferentBody"],
    );
}
