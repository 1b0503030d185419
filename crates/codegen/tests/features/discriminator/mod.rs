//! `discriminator` with and without a mapping.

pub mod generated;

use generated::types::{Cat, Pet, Shape};
use serde_json::json;

use crate::{decode_error, json_response, round_trip};

#[tokio::test]
async fn property_selects_the_variant() {
    let pets = json!([
        { "kind": "cat", "name": "Tom", "lives": 9 },
        { "kind": "kitten", "lives": 9 },
        { "kind": "Dog", "friends": [{ "kind": "Dog" }, { "kind": "bird", "words": ["hello"] }] },
        { "kind": "fish", "fins": 2 },
    ]);
    let (read, sent) = round_trip!(pets);
    let [Pet::Cat(cat), Pet::Cat(kitten), Pet::Dog(dog), _] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!((cat.name.as_deref(), cat.lives), (Some("Tom"), Some(9)));
    assert_eq!(kitten.kind, "kitten");
    assert!(matches!(dog.friends.as_deref(), Some([Pet::Dog(_), Pet::Parrot(bird)]) if bird.words.is_some()));
    assert_eq!(sent, pets, "what the document does not list is kept");

    let error = decode_error!(json!([{ "kind": "cat", "lives": "many" }]));
    assert!(error.contains("[0]"), "no other schema is tried: {error}");
    let cat = Pet::from(Cat::new("cat").lives(9));
    assert_eq!(serde_json::to_value(cat).unwrap(), json!({ "kind": "cat", "lives": 9 }));
}

#[tokio::test]
async fn child_has_the_properties_of_its_parent() {
    let shapes = json!([{ "kind": "circle", "name": "c", "radius": 9 }, { "kind": "square", "name": "s" }]);
    let (_server, client) = json_response(200, &shapes).await;
    let shapes = generated::Client::new(client).list_shapes().await.unwrap().into_body();
    let [Shape::Circle(circle), Shape::Other(square)] = shapes.as_slice() else { panic!("{shapes:?}") };
    assert_eq!((circle.name.as_deref(), circle.radius), (Some("c"), Some(9)));
    assert_eq!(square.value().unwrap()["name"], "s");
}
