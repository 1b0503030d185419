//! Where an id ends up in a URL.

use std::sync::Arc;

use api_keys::better_auth::BetterAuthConfig;
use api_keys::clerk::ClerkConfig;
use api_keys::fastapi::FastApiConfig;
use api_keys::keyshield::KeyshieldConfig;
use api_keys::latitude_sh::LatitudeShConfig;
use api_keys::mcp::McpConfig;
use api_keys::runtime::{OutgoingRequest, RequestBody};
use api_keys::{ApiKeyProvider, KeyId, RevokeOptions};
use percent_encoding::percent_decode_str;

use crate::answer::Answer;
use crate::server::Server;
use crate::{TOKEN, run};

const BASE_URL: &str = "https://api.example.com/below/this";

/// The bytes as the id of a key.
pub fn key_id(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let server = Server::new(Answer::parse(b"404"));
    let clerk = ClerkConfig::new(TOKEN).base_url(BASE_URL).http(server.config()).build().expect("a provider");

    let Ok(id) = KeyId::new(text) else {
        // The typed clients take any text, and refuse the same ones before anything is sent.
        let error = run(clerk.client().get_api_key(text)).expect_err("no such key");
        assert_eq!(error.attempts(), 0, "{text:?} was sent");
        return assert!(server.take().is_empty(), "{text:?} was sent");
    };
    assert_eq!(id.as_str(), text);
    assert_eq!(KeyId::new(id.as_str()).as_ref(), Ok(&id));
    let as_json = serde_json::to_string(&id).expect("a string");
    assert_eq!(serde_json::from_str::<KeyId>(&as_json).expect("an id"), id);

    let config = FastApiConfig::new(BASE_URL, TOKEN).prefix("/api/keys").http(server.config());
    let fastapi = config.build().expect("a provider");
    let config = KeyshieldConfig::new(BASE_URL, TOKEN).http(server.config());
    let keyshield = config.build().expect("a provider");
    let mcp = McpConfig::new(BASE_URL, TOKEN).http(server.config()).build().expect("a provider");
    let config = LatitudeShConfig::new(TOKEN).base_url(BASE_URL);
    let latitude_sh = config.http(server.config()).build().expect("a provider");
    let better_auth =
        BetterAuthConfig::new(BASE_URL, TOKEN).http(server.config()).build().expect("a provider");

    in_path(&server, &clerk, &id, "/below/this/api_keys/{}/revoke");
    in_path(&server, &fastapi, &id, "/below/this/api/keys/deactivate/{}");
    in_path(&server, &keyshield, &id, "/below/this/api-keys/{}/deactivate");
    in_path(&server, &mcp, &id, "/below/this/api/v1/api-keys/{}");
    in_path(&server, &latitude_sh, &id, "/below/this/auth/api_keys/{}");

    let _ = run(better_auth.get(&id));
    let request = only(&server);
    assert_eq!(request.url.path(), "/below/this/api-key/get");
    let pairs: Vec<_> = request.url.query_pairs().into_owned().collect();
    assert_eq!(pairs, [("id".to_owned(), text.to_owned())]);
    let _ = run(better_auth.revoke(&id, RevokeOptions::new()));
    let request = only(&server);
    let body: serde_json::Value =
        serde_json::from_slice(request.body.as_ref().and_then(RequestBody::as_bytes).expect("a body"))
            .expect("JSON");
    assert_eq!(body["keyId"], text);
}

/// The id is the one segment that the path has for it.
fn in_path(server: &Arc<Server>, provider: &dyn ApiKeyProvider, id: &KeyId, template: &str) {
    let _ = run(provider.revoke(id, RevokeOptions::new()));
    let request = only(server);
    let url = &request.url;
    assert_eq!(url.origin().ascii_serialization(), "https://api.example.com");
    assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
    let sent: Vec<_> = url.path().split('/').collect();
    let expected: Vec<_> = template.split('/').collect();
    assert_eq!(sent.len(), expected.len(), "{url} is not {template}");
    for (sent, expected) in sent.into_iter().zip(expected) {
        match expected {
            "{}" => assert_eq!(percent_decode_str(sent).decode_utf8().as_deref(), Ok(id.as_str())),
            _ => assert_eq!(sent, expected, "{url} is not {template}"),
        }
    }
}

fn only(server: &Server) -> OutgoingRequest {
    let mut requests = server.take();
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}
