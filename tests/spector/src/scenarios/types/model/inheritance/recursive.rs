//! Scenarios of `type/model/inheritance/recursive`.

use crate::clients::type_model_inheritance_recursive::{Client, types::Extension};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let first = Extension::new(1).extension([Extension::new(2)]);
    let extension = Extension::new(0).extension([first, Extension::new(1)]);
    suite.call("Type_Model_Inheritance_Recursive_put", client.put(&extension)).await;
    suite.returns("Type_Model_Inheritance_Recursive_get", client.get(), extension).await;
}
