//! Scenarios of `payload`.

mod content_negotiation;
mod head;
mod json_merge_patch;
mod media_type;
mod multipart;
mod pageable;
mod pageable_xml;
mod xml;

use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    content_negotiation::run(suite).await;
    head::run(suite).await;
    json_merge_patch::run(suite).await;
    media_type::run(suite).await;
    multipart::run(suite).await;
    pageable::run(suite).await;
    pageable_xml::run(suite).await;
    xml::run(suite).await;
}
