//! Objects told apart by the property that `discriminator` names, with and without a mapping.

pub mod generated;

use generated::types::{Cat, Pet};
use serde_json::json;

use crate::{refused, there_and_back};

#[tokio::test]
async fn the_property_tells_which_schema_it_is() {
    let pets = json!([
        { "kind": "cat", "name": "Tom", "lives": 9 },
        { "kind": "kitten", "lives": 9 },
        { "kind": "Dog", "friends": [{ "kind": "Dog" }, { "kind": "bird", "words": ["hello"] }] },
        { "kind": "fish", "fins": 2 },
    ]);
    let (read, sent) = there_and_back!(pets);
    let [Pet::Cat(cat), Pet::Cat(kitten), Pet::Dog(dog), _] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!((cat.name.as_deref(), cat.lives), (Some("Tom"), Some(9)));
    assert_eq!(kitten.kind, "kitten");
    assert!(matches!(dog.friends.as_deref(), Some([Pet::Dog(_), Pet::Parrot(bird)]) if bird.words.is_some()));
    assert_eq!(sent, pets, "what the document does not list is kept");

    let error = refused!(json!([{ "kind": "cat", "lives": "many" }]));
    assert!(error.contains("[0]"), "no other schema is tried: {error}");
    let cat = Pet::from(Cat::new("cat").lives(9));
    assert_eq!(serde_json::to_value(cat).unwrap(), json!({ "kind": "cat", "lives": 9 }));
}
