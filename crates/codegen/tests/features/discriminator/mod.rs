//! `discriminator` with and without a mapping.

pub mod generated;

use generated::types::{
    Car, Cat, Device, Fish, FishBase, Pet, Phone, Salmon, SawShark, Shape, Shark, Train, Vehicle,
};
use serde_json::{Value, json};

use crate::{decode_error, json_response, last_request, round_trip};

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

#[tokio::test]
async fn property_of_the_union_only_is_sent() {
    for (sent, expected) in [
        (json!({ "kind": "car", "doors": 4, "color": "red" }), None),
        (json!({ "kind": "car", "cars": 4 }), None),
        (json!({ "kind": "Train", "cars": 9 }), Some(Vehicle::Train(Train::new().cars(9)))),
        (json!({ "kind": "boat", "doors": 4 }), None),
        (json!({ "doors": 4 }), None),
    ] {
        let (server, client) = json_response(200, &sent).await;
        let client = generated::Client::new(client);
        let vehicle = client.get_vehicle().await.unwrap().into_body();
        client.put_vehicle(&vehicle).await.unwrap();
        assert_eq!(last_request(&server).await.body_json::<Value>().unwrap(), sent);
        match &vehicle {
            Vehicle::Car(car) => assert!(!car.additional_properties.as_map().contains_key("kind")),
            Vehicle::Train(_) => assert_eq!(Some(vehicle), expected),
            Vehicle::Other(_) => assert_ne!(sent["kind"], "car"),
        }
    }
    let car = Vehicle::from(Car::new().doors(4));
    assert_eq!(serde_json::to_value(car).unwrap(), json!({ "kind": "car", "doors": 4 }));
}

#[tokio::test]
async fn base_is_a_union_of_derived_objects() {
    let sent = json!([
        { "kind": "shark", "age": 1, "sort": "saw", "teeth": 9 },
        { "kind": "shark", "age": 2, "sort": "white", "length": 5 },
        { "kind": "salmon", "age": 3, "partner": { "kind": "salmon", "age": 4 }, "friends": [{ "age": 5 }] },
        { "kind": "carp", "age": 6, "color": "gold" },
        { "age": 7 },
    ]);
    let (server, client) = json_response(200, &sent).await;
    let client = generated::Client::new(client);
    let fish = client.list_animals().await.unwrap().into_body();
    let [Fish::Shark(Shark::Saw(saw)), Fish::Shark(Shark::Other(white)), Fish::Salmon(salmon), rest @ ..] =
        fish.as_slice()
    else {
        panic!("{fish:?}")
    };
    assert_eq!(saw, &SawShark::new(1).teeth(9));
    assert_eq!((white.age, white.sort.as_deref()), (2, Some("white")));
    assert_eq!(white.additional_properties.as_map()["length"], 5);
    assert_eq!(**salmon, Salmon::new(3).partner(Salmon::new(4)).friends([FishBase::new(5)]));
    let [Fish::Other(carp), Fish::Other(no_kind)] = rest else { panic!("{rest:?}") };
    assert_eq!((carp.kind.as_deref(), carp.age), (Some("carp"), 6));
    assert_eq!(carp.additional_properties.as_map()["color"], "gold");
    assert_eq!(no_kind, &FishBase::new(7));

    client.put_animals(&fish).await.unwrap();
    assert_eq!(last_request(&server).await.body_json::<Value>().unwrap(), sent);
}

#[tokio::test]
async fn base_without_a_mapping() {
    let sent = json!([{ "type": "Phone", "number": "1" }, { "type": "Lamp", "id": "2" }, { "type": "Door" }]);
    let (server, client) = json_response(200, &sent).await;
    let client = generated::Client::new(client);
    let devices = client.list_devices().await.unwrap().into_body();
    let [Device::Phone(phone), Device::Lamp(lamp), Device::Other(_)] = devices.as_slice() else {
        panic!("{devices:?}")
    };
    assert_eq!(phone, &Phone::new("Phone").number("1"));
    assert_eq!(lamp.id.as_deref(), Some("2"));
    client.put_devices(&devices).await.unwrap();
    assert_eq!(last_request(&server).await.body_json::<Value>().unwrap(), sent);
}
