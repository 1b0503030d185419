//! Scenarios of `type/model/inheritance/nested-discriminator`.

use crate::clients::type_model_inheritance_nested_discriminator::{Client, types::*};
use crate::scenarios::types::map;
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());

    let goblin = goblin_shark(1);
    suite.call("Type_Model_Inheritance_NestedDiscriminator_putModel", client.put_model(&goblin)).await;
    suite.returns("Type_Model_Inheritance_NestedDiscriminator_getModel", client.get_model(), goblin).await;

    let recursive = recursive();
    suite
        .call(
            "Type_Model_Inheritance_NestedDiscriminator_putRecursiveModel",
            client.put_recursive_model(&recursive),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_NestedDiscriminator_getRecursiveModel",
            client.get_recursive_model(),
            recursive,
        )
        .await;

    suite
        .returns(
            "Type_Model_Inheritance_NestedDiscriminator_getWrongDiscriminator",
            client.get_wrong_discriminator(),
            Fish::from(FishBase::new(1).kind("wrongKind")),
        )
        .await;
    suite
        .returns(
            "Type_Model_Inheritance_NestedDiscriminator_getMissingDiscriminator",
            client.get_missing_discriminator(),
            Fish::from(FishBase::new(1)),
        )
        .await;
}

fn recursive() -> Fish {
    let friend = Salmon::new(2)
        .partner(Salmon::new(3))
        .hate(map::<Fish>([("key1", Salmon::new(4).into()), ("key2", goblin_shark(2))]));
    let hated = Salmon::new(2).friends([Salmon::new(1).into(), goblin_shark(4)]);
    let salmon =
        Salmon::new(1)
            .partner(saw_shark(2))
            .friends([friend.into(), goblin_shark(3)])
            .hate(map::<Fish>([("key3", saw_shark(3)), ("key4", hated.into())]));
    salmon.into()
}

fn goblin_shark(age: i32) -> Fish {
    Shark::from(GoblinShark::new(age)).into()
}

fn saw_shark(age: i32) -> Fish {
    Shark::from(SawShark::new(age)).into()
}
