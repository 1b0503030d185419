//! Names that are invalid, reserved or ambiguous in Rust.

pub mod generated;

use generated::types::{OptionSchema, SortOrder};
use generated::{Client, NewOptions};
use serde_json::json;

use crate::{json_response, last_request, target};

#[tokio::test]
async fn parameters_keep_wire_names() {
    let (server, client) = json_response(200, &json!({})).await;
    let options = NewOptions::new()
        .r#type("t")
        .crate_("c")
        .with_new("n")
        .r#gen("g")
        .a_b("1")
        .a_b2("2")
        .a_b3("3")
        .a_b4("4");
    let body = OptionSchema::new("T");
    Client::new(client).new2("a", "b", "c", "d", "e", "f", "g", &body, &options).await.unwrap();
    assert_eq!(
        target(&server).await,
        "/things/a/b/c?id=d&body=e&request=f&options=g&type=t&crate=c&new=n&gen=g&a-b=1&a_b=2&a%5Bb%5D=3"
    );
    assert_eq!(last_request(&server).await.headers["ab"], "4");
}

#[test]
fn properties_and_values_keep_wire_names() {
    let thing = json!({
        "type": "a", "self": "b", "Self": "c", "new": "d", "clone": "e", "createdAt": "f", "created_at": "g",
        "2fa": true, "@id": "h", "$id": "i", "größe": 1, "": "j", "async": "k", "gen": "l",
        "rest": { "additionalProperties": "m", "m": 1 }, "sort": "self", "n": [],
    });
    let read: OptionSchema = serde_json::from_value(thing.clone()).unwrap();
    assert_eq!(read.sort, Some(SortOrder::SelfValue));
    assert_eq!(serde_json::to_value(read).unwrap(), thing);

    for word in ["ASC", "asc", "+1", "-1", "", "self", "Other", "2nd", "größe"] {
        assert_eq!(SortOrder::from(word).as_str(), word);
        assert_ne!(SortOrder::from(word), SortOrder::Unknown(word.to_owned()));
    }
}

#[test]
fn type_names_of_std() {
    let text = json!({ "result": { "none": { "default": "d" } }, "box": { "inner": { "map": { "m": { "a": 1 } } } } });
    let read: generated::types::StringSchema = serde_json::from_value(text).unwrap();
    assert!(read.r#box.unwrap().inner.unwrap().map.unwrap().m.unwrap().contains_key("a"));
}
