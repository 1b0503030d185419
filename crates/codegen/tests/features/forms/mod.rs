//! `application/x-www-form-urlencoded` request bodies.

pub mod generated;

use generated::Client;
use generated::types::{ChargeRequest, LogIn, LogInDevice, Owner, OwnerTeam, RefreshRequest};

use crate::{body_text, last_request, no_content};

#[tokio::test]
async fn fields_are_form_encoded() {
    let (server, client) = no_content().await;
    let body = LogIn::new("a&b c", "secret=1")
        .times(2)
        .scopes(["r", "w"])
        .device(LogInDevice::new().name("n").os("o"));
    Client::new(client).log_in(&body).await.unwrap();
    assert_eq!(last_request(&server).await.headers["content-type"], "application/x-www-form-urlencoded");
    let text = body_text(&server).await;
    let mut fields: Vec<_> = text.split('&').collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "device%5Bname%5D=n",
            "device%5Bos%5D=o",
            "password=secret%3D1",
            "scopes=r",
            "scopes=w",
            "times=2",
            "user=a%26b%20c"
        ]
    );
    assert!(!format!("{body:?}").contains("secret=1"));
}

#[tokio::test]
async fn optional_form() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    client.refresh(None).await.unwrap();
    let request = last_request(&server).await;
    assert!(request.body.is_empty() && !request.headers.contains_key("content-type"));
    client.refresh(Some(&RefreshRequest::new().scope("s"))).await.unwrap();
    assert_eq!(body_text(&server).await, "scope=s");
}

#[tokio::test]
async fn fields_are_written_in_their_styles() {
    let (server, client) = no_content().await;
    let client = Client::new(client);
    let owner = || Owner::new().name("a b").team(OwnerTeam::new().id(7));
    let body = ChargeRequest::new().expand(["x", "y"]).fields(["f", "g,h"]).owner(owner()).raw(owner());
    client.charge(Some(&body.flat(Owner::new().name("top")))).await.unwrap();
    let text = body_text(&server).await;
    let mut pairs: Vec<_> = text.split('&').collect();
    pairs.sort_unstable();
    assert_eq!(
        pairs,
        [
            "expand%5B%5D=x",
            "expand%5B%5D=y",
            "fields=f,g%2Ch",
            "name=top",
            "owner%5Bname%5D=a%20b",
            "owner%5Bteam%5D%5Bid%5D=7",
            "raw=%7B%22name%22%3A%22a%20b%22%2C%22team%22%3A%7B%22id%22%3A7%7D%7D",
        ]
    );
    client.charge(None).await.unwrap();
    let request = last_request(&server).await;
    assert!(request.body.is_empty() && !request.headers.contains_key("content-type"));
}
