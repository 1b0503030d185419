//! Scenarios of `type/model/inheritance/single-discriminator`.

use crate::clients::type_model_inheritance_single_discriminator::{Client, types::*};
use crate::scenarios::types::map;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let sparrow = Bird::from(Sparrow::new(1));
    suite.call("Type_Model_Inheritance_SingleDiscriminator_putModel", client.put_model(&sparrow)).await;
    suite.returns("Type_Model_Inheritance_SingleDiscriminator_getModel", client.get_model(), sparrow).await;

    let eagle = Bird::from(
        Eagle::new(5)
            .partner(Goose::new(2))
            .friends([SeaGull::new(2)])
            .hate(map::<Bird>([("key3", Sparrow::new(1))])),
    );
    suite
        .call(
            "Type_Model_Inheritance_SingleDiscriminator_putRecursiveModel",
            client.put_recursive_model(&eagle),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_SingleDiscriminator_getRecursiveModel",
            client.get_recursive_model(),
            eagle,
        )
        .await;

    suite
        .returns(
            "Type_Model_Inheritance_SingleDiscriminator_getWrongDiscriminator",
            client.get_wrong_discriminator(),
            Bird::from(BirdBase::new(1).kind("wrongKind")),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_SingleDiscriminator_getMissingDiscriminator",
            client.get_missing_discriminator(),
            Bird::from(BirdBase::new(1)),
        )
        .await;

    suite
        .reads(
            "Type_Model_Inheritance_SingleDiscriminator_getLegacyModel",
            client.get_legacy_model(),
            |dinosaur| {
                let Dinosaur::TRex(t_rex) = dinosaur else { panic!("{dinosaur:?}") };
                assert_eq!((t_rex.kind, t_rex.size), (TRexKind::TRex, 20));
            },
        )
        .await;

    let salmon = Fish::new("salmon", 10);
    suite
        .call(
            "Type_Model_Inheritance_SingleDiscriminator_putNoSubtypesModel",
            client.put_no_subtypes_model(&salmon),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_SingleDiscriminator_getNoSubtypesModel",
            client.get_no_subtypes_model(),
            salmon,
        )
        .await;
}
