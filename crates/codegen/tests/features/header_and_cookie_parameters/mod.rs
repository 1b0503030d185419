//! Header and cookie parameters in every style.

pub mod generated;

use generated::types::Point;
use generated::{Client, CookiesOptions, HeadersOptions};

use crate::{last_request, no_content};

#[tokio::test]
async fn headers() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let point = Point::new().x(1).y("b");
    let options = HeadersOptions::new()
        .x_count(7)
        .x_tags(["a", "b"])
        .x_point(point.clone())
        .x_point_exploded(point.clone())
        .x_filter(point);
    client.headers("t", &options).await.unwrap();
    let headers = last_request(&server).await.headers;
    for (name, value) in [
        ("x-tenant", "t"),
        ("x-count", "7"),
        ("x-tags", "a,b"),
        ("x-point", "x,1,y,b"),
        ("x-point-exploded", "x=1,y=b"),
        ("x-filter", r#"{"x":1,"y":"b"}"#),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(client.headers("a\nb", &options).await.is_err(), "a line break would begin another header");
}

#[tokio::test]
async fn cookies() {
    let (server, client) = no_content().await;
    let options = CookiesOptions::new().count(7).tags(["a", "b"]).filter(Point::new().x(1));
    Client::new(client).cookies("s;t", &options).await.unwrap();
    let cookies = last_request(&server).await.headers["cookie"].clone();
    assert_eq!(cookies, "session=s%3Bt; count=7; tags=a%2Cb; filter=%7B%22x%22%3A1%7D");
}

#[tokio::test]
async fn unset_parameters_are_not_sent() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.headers("t", &HeadersOptions::new()).await.unwrap();
    let request = last_request(&server).await;
    assert!(
        !request.headers.keys().any(|name| name.as_str().starts_with("x-") && name != "x-tenant"),
        "{request:?}"
    );
    client.cookies("s", &CookiesOptions::new()).await.unwrap();
    assert_eq!(last_request(&server).await.headers["cookie"], "session=s");
}
