//! Scenarios of `type/model/inheritance/not-discriminated`.

use crate::clients::type_model_inheritance_not_discriminated::{Client, types::Siamese};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let siamese = Siamese::new("abc", 32, true);
    suite.call("Type_Model_Inheritance_NotDiscriminated_postValid", client.post_valid(&siamese)).await;
    suite
        .returns("Type_Model_Inheritance_NotDiscriminated_getValid", client.get_valid(), siamese.clone())
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_NotDiscriminated_putValid",
            client.put_valid(&siamese),
            siamese.clone(),
        )
        .await;
}
