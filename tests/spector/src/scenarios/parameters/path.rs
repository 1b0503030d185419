//! Scenarios of `parameters/path`.

use crate::clients::parameters_path::{Client, OptionalOptions};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    suite.call("Parameters_Path_normal", client.normal("foo")).await;
    suite
        .check("Parameters_Path_optional", async {
            client.optional(&OptionalOptions::new()).await?;
            client.optional(&OptionalOptions::new().name("foo")).await?;
            Ok(())
        })
        .await;
}
