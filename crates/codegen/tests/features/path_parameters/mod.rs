//! Path parameters in every style.

pub mod generated;

use generated::types::Point;
use generated::{Client, GluedOptions, OptionalOptions};

use crate::{no_content, target};

#[tokio::test]
async fn value_stays_in_its_segment() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let time = "2026-01-01T00:00:00Z".into();
    client.words("a/b?c#d e", -1, true, &"on-hold".into(), &time, "l.m", "m;n").await.unwrap();
    assert_eq!(
        target(&server).await,
        "/words/a%2Fb%3Fc%23d%20e/-1/true/on-hold/2026-01-01T00%3A00%3A00Z/.l.m/;matrix=m%3Bn"
    );
    for relative in ["", ".", ".."] {
        assert!(client.words(relative, 1, true, &"off".into(), &time, "l", "m").await.is_err(), "{relative}");
    }
}

#[tokio::test]
async fn lists_and_objects() {
    let (server, client) = no_content().await;
    let client = Client::new(client);

    let list = ["a", "b,c"];
    client.lists(&list, &list, &list, &list, &list, &list).await.unwrap();
    let wanted =
        "/lists/a,b%2Cc/a,b%2Cc/.a,b%2Cc/.a.b%2Cc/;matrix=a,b%2Cc/;matrix_exploded=a;matrix_exploded=b%2Cc";
    assert_eq!(target(&server).await, wanted);

    let point = Point::new().x(1).y("=");
    client.objects(&point, &point, &point, &point, &point, &point).await.unwrap();
    let wanted = "/objects/x,1,y,%3D/x=1,y=%3D/.x,1,y,%3D/.x=1.y=%3D/;matrix=x,1,y,%3D/;x=1;y=%3D";
    assert_eq!(target(&server).await, wanted);
    assert!(
        client.lists(&[], &list, &list, &list, &list, &list).await.is_err(),
        "a segment must not be empty"
    );

    client.as_json(&point).await.unwrap();
    assert_eq!(target(&server).await, "/json/%7B%22x%22%3A1%2C%22y%22%3A%22%3D%22%7D");
}

#[tokio::test]
async fn several_parameters_in_a_segment() {
    let (server, client) = no_content().await;
    Client::new(client).files("a b", "tar.gz").await.unwrap();
    assert_eq!(target(&server).await, "/files/a%20b.tar.gz/");
}

#[tokio::test]
async fn segment_of_unset_parameter_is_omitted() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.optional(&OptionalOptions::new()).await.unwrap();
    assert_eq!(target(&server).await, "/optional");
    client.optional(&OptionalOptions::new().id("a/b")).await.unwrap();
    assert_eq!(target(&server).await, "/optional/a%2Fb");
    assert!(client.optional(&OptionalOptions::new().id("")).await.is_err());

    client.glued(&GluedOptions::new()).await.unwrap();
    assert_eq!(target(&server).await, "/glued/end");
    client.glued(&GluedOptions::new().id(1).list(["a", "b"]).token("t")).await.unwrap();
    assert_eq!(target(&server).await, "/glued/1/a,b/t/end");
}
