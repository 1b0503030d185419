//! Scenarios of `documentation`.

use crate::clients::documentation::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Documentation_Lists_bulletPointsOp", client.lists_bullet_points_op()).await;
    let model = ListsBulletPointsModel::new(ListsBulletPointsEnum::Simple);
    let body = ListsBulletPointsModelRequest::new(model);
    suite.call("Documentation_Lists_bulletPointsModel", client.lists_bullet_points_model(&body)).await;
    suite.call("Documentation_Lists_numbered", client.lists_numbered()).await;
    suite.call("Documentation_TextFormatting_boldText", client.text_formatting_bold_text()).await;
    suite.call("Documentation_TextFormatting_italicText", client.text_formatting_italic_text()).await;
    let call = client.text_formatting_combined_formatting();
    suite.call("Documentation_TextFormatting_combinedFormatting", call).await;
}
