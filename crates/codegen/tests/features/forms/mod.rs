//! Bodies that are forms.

pub mod generated;

use generated::Client;
use generated::types::{LogIn, LogInDevice, RefreshRequest};

use crate::{last, silent, text};

#[tokio::test]
async fn fields_are_written_as_a_form_and_secrets_are_not_printed() {
    let (server, client) = silent().await;
    let body = LogIn::new("a&b c", "secret=1")
        .times(2)
        .scopes(["r", "w"])
        .device(LogInDevice::new().name("n").os("o"));
    Client::new(client).log_in(&body).await.unwrap();
    assert_eq!(last(&server).await.headers["content-type"], "application/x-www-form-urlencoded");
    let text = text(&server).await;
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
async fn a_form_that_may_be_left_out_is() {
    let (server, client) = silent().await;
    let client = Client::new(client);
    client.refresh(None).await.unwrap();
    let request = last(&server).await;
    assert!(request.body.is_empty() && !request.headers.contains_key("content-type"));
    client.refresh(Some(&RefreshRequest::new().scope("s"))).await.unwrap();
    assert_eq!(text(&server).await, "scope=s");
}
