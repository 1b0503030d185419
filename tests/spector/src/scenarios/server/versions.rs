//! Scenarios of `server/versions/not-versioned` and `server/versions/versioned`.

use crate::clients::{
    server_versions_not_versioned as not_versioned, server_versions_versioned_2022_12_01_preview as versioned,
};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = not_versioned::Client::new(suite.http());
    suite.call("Server_Versions_NotVersioned_withoutApiVersion", client.without_api_version()).await;
    let call = client.with_query_api_version("v1.0");
    suite.call("Server_Versions_NotVersioned_withQueryApiVersion", call).await;
    let call = client.with_path_api_version("v1.0");
    suite.call("Server_Versions_NotVersioned_withPathApiVersion", call).await;

    let client = versioned::Client::new(suite.http());
    suite.call("Server_Versions_Versioned_withoutApiVersion", client.without_api_version()).await;
    let call = client.with_query_api_version("2022-12-01-preview");
    suite.call("Server_Versions_Versioned_withQueryApiVersion", call).await;
    let call = client.with_path_api_version("2022-12-01-preview");
    suite.call("Server_Versions_Versioned_withPathApiVersion", call).await;
    let call = client.with_query_old_api_version("2021-01-01-preview");
    suite.call("Server_Versions_Versioned_withQueryOldApiVersion", call).await;
}
