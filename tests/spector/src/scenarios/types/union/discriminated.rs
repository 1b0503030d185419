//! Scenarios of `type/union/discriminated`.

use crate::clients::type_union_discriminated::{types::*, *};
use crate::suite::Suite;

pub(super) async fn run(suite: &mut Suite) {
    let client = Client::new(suite.http());
    let cat = Cat::new("Whiskers", true);
    let dog = Dog::new("Rex", false);

    let with_envelope =
        PetWithEnvelope::Cat(PetWithEnvelopeCat::new(PetWithEnvelopeCatKind::Cat, cat.clone()));
    suite
        .check("Type_Union_Discriminated_Envelope_Object_Default_get", async {
            let pet = client.default_get(&DefaultGetOptions::new()).await?.into_body();
            assert_eq!(pet, with_envelope);
            let pet = client.default_get(&DefaultGetOptions::new().kind("cat")).await?.into_body();
            assert_eq!(pet, with_envelope);
            let pet = client.default_get(&DefaultGetOptions::new().kind("dog")).await?.into_body();
            assert_eq!(pet, PetWithEnvelopeDog::new(PetWithEnvelopeDogKind::Dog, dog.clone()).into());
            Ok(())
        })
        .await;
    suite
        .returns(
            "Type_Union_Discriminated_Envelope_Object_Default_put",
            client.default_put(&with_envelope),
            with_envelope.clone(),
        )
        .await;

    let with_custom_names =
        PetWithCustomNames::Cat(PetWithCustomNamesCat::new(PetWithEnvelopeCatKind::Cat, cat.clone()));
    suite
        .check("Type_Union_Discriminated_Envelope_Object_CustomProperties_get", async {
            let options = CustomPropertiesGetOptions::new();
            let pet = client.custom_properties_get(&options).await?.into_body();
            assert_eq!(pet, with_custom_names);
            let pet = client.custom_properties_get(&options.clone().pet_type("cat")).await?.into_body();
            assert_eq!(pet, with_custom_names);
            let pet = client.custom_properties_get(&options.pet_type("dog")).await?.into_body();
            assert_eq!(pet, PetWithCustomNamesDog::new(PetWithEnvelopeDogKind::Dog, dog.clone()).into());
            Ok(())
        })
        .await;
    suite
        .returns(
            "Type_Union_Discriminated_Envelope_Object_CustomProperties_put",
            client.custom_properties_put(&with_custom_names),
            with_custom_names.clone(),
        )
        .await;

    suite
        .check("Type_Union_Discriminated_NoEnvelope_Default_get", async {
            let pet = client.default_get_2(&DefaultGet2Options::new()).await?.into_body();
            assert_eq!(pet, PetInline::Cat(cat.clone()));
            let pet = client.default_get_2(&DefaultGet2Options::new().kind("cat")).await?.into_body();
            assert_eq!(pet, PetInline::Cat(cat.clone()));
            let pet = client.default_get_2(&DefaultGet2Options::new().kind("dog")).await?.into_body();
            assert_eq!(pet, PetInline::Dog(dog.clone()));
            Ok(())
        })
        .await;
    suite
        .check("Type_Union_Discriminated_NoEnvelope_CustomDiscriminator_get", async {
            let options = CustomDiscriminatorGetOptions::new();
            let pet = client.custom_discriminator_get(&options).await?.into_body();
            assert_eq!(pet, PetInlineWithCustomDiscriminator::Cat(cat.clone()));
            let pet = client.custom_discriminator_get(&options.clone().r#type("cat")).await?.into_body();
            assert_eq!(pet, PetInlineWithCustomDiscriminator::Cat(cat.clone()));
            let pet = client.custom_discriminator_get(&options.r#type("dog")).await?.into_body();
            assert_eq!(pet, PetInlineWithCustomDiscriminator::Dog(dog.clone()));
            Ok(())
        })
        .await;
    let cat_inline = PetInline::from(cat.clone());
    suite
        .returns(
            "Type_Union_Discriminated_NoEnvelope_Default_put",
            client.default_put_2(&cat_inline),
            cat_inline.clone(),
        )
        .await;
    let cat_inline = PetInlineWithCustomDiscriminator::from(cat);
    suite
        .returns(
            "Type_Union_Discriminated_NoEnvelope_CustomDiscriminator_put",
            client.custom_discriminator_put(&cat_inline),
            cat_inline.clone(),
        )
        .await;
}
