//! Scenarios of `type/model/inheritance/enum-discriminator`.

use crate::clients::type_model_inheritance_enum_discriminator::{Client, types::*};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let golden = Dog::from(Golden::new(10));
    suite
        .call(
            "Type_Model_Inheritance_EnumDiscriminator_putExtensibleModel",
            client.put_extensible_model(&golden),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_EnumDiscriminator_getExtensibleModel",
            client.get_extensible_model(),
            golden,
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_EnumDiscriminator_getExtensibleModelWrongDiscriminator",
            client.get_extensible_model_wrong_discriminator(),
            Dog::from(DogBase::new(8).kind("wrongKind")),
        )
        .await;

    let cobra = Snake::from(Cobra::new(10));
    suite
        .call("Type_Model_Inheritance_EnumDiscriminator_putFixedModel", client.put_fixed_model(&cobra))
        .await;
    suite
        .returns("Type_Model_Inheritance_EnumDiscriminator_getFixedModel", client.get_fixed_model(), cobra)
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_EnumDiscriminator_getFixedModelWrongDiscriminator",
            client.get_fixed_model_wrong_discriminator(),
            Snake::from(SnakeBase::new(8).kind("wrongKind")),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_EnumDiscriminator_getExtensibleModelMissingDiscriminator",
            client.get_extensible_model_missing_discriminator(),
            Dog::from(DogBase::new(10)),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_EnumDiscriminator_getFixedModelMissingDiscriminator",
            client.get_fixed_model_missing_discriminator(),
            Snake::from(SnakeBase::new(10)),
        )
        .await;
}
