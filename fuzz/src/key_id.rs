//! Encoding of ids in requests.

use std::sync::Arc;

use api_keys::runtime::{Error, Method, Operation, OperationClass, OutgoingRequest, Request, RequestBody};
use api_keys::{ApiKeyProvider, KeyId, ProviderConfig, RevokeOptions, Support};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use url::Url;

use crate::response::CannedResponse;
use crate::secrets::http_vendors;
use crate::server::Server;
use crate::target::{TOKEN, operation, run};

const BASE_URL: &str = "https://api.example.com/below/this";

static GET: Operation = operation(Method::GET, "/api_keys/{id}", OperationClass::Safe);

/// Parses the bytes as the id of a key.
pub fn key_id(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let server = Server::new(CannedResponse::parse(b"404"));

    let Ok(id) = KeyId::new(text) else {
        // Generated clients accept any string, and reject the same ones before a request is sent.
        let client = server.builder(BASE_URL).build().expect("a client");
        let result: Result<_, Error<()>> =
            run(client.send_empty(Request::new(&GET).path_parameter("id", text)));
        assert_eq!(result.expect_err("an invalid id").attempts(), 0, "{text:?} was sent");
        return assert!(server.take().is_empty(), "{text:?} was sent");
    };
    assert_eq!(id.as_str(), text);
    assert_eq!(KeyId::new(id.as_str()).as_ref(), Ok(&id));
    let as_json = serde_json::to_string(&id).expect("a string");
    assert_eq!(serde_json::from_str::<KeyId>(&as_json).expect("an id"), id);

    for vendor in http_vendors() {
        let provider = provider(vendor.name, &server);
        let _ = run(provider.revoke(&id, RevokeOptions::new()));
        assert_encoded(&server, &id);
        // An emulated `get` lists keys.
        if vendor.capabilities.support(api_keys::Operation::Get) == Support::Native {
            let _ = run(provider.get(&id));
            assert_encoded(&server, &id);
        }
    }
}

fn provider(vendor: &str, server: &Arc<Server>) -> Arc<dyn ApiKeyProvider> {
    let config = json!({ "vendor": vendor, "base_url": BASE_URL, "token": TOKEN });
    let config = ProviderConfig::from_value(config).expect("a configuration");
    config.with_transport(server.clone()).build().expect("a provider")
}

/// Asserts that the id is exactly one path segment, one query parameter or one member of the body.
fn assert_encoded(server: &Server, id: &KeyId) {
    let requests = server.take();
    let [request] = &*requests else { panic!("{} requests", requests.len()) };
    let url = Url::parse(&request.uri.to_string()).expect("a URL");
    assert_eq!(url.origin().ascii_serialization(), "https://api.example.com");
    assert!(url.fragment().is_none(), "{url}");
    let template = format!("/below/this{}", request.context.operation.path);
    let sent: Vec<_> = url.path().split('/').collect();
    let expected: Vec<_> = template.split('/').collect();
    assert_eq!(sent.len(), expected.len(), "{url} is not {template}");
    let mut copies = 0;
    for (sent, expected) in sent.into_iter().zip(expected) {
        match expected.starts_with('{') {
            true => {
                assert_eq!(percent_decode_str(sent).decode_utf8().as_deref(), Ok(id.as_str()));
                copies += 1;
            }
            false => assert_eq!(sent, expected, "{url} is not {template}"),
        }
    }
    let pairs: Vec<_> = url.query_pairs().collect();
    assert!(pairs.len() <= 1, "{url}");
    copies += pairs.iter().filter(|(_, value)| value == id.as_str()).count();
    copies +=
        body(request).as_object().into_iter().flatten().filter(|(_, value)| *value == id.as_str()).count();
    assert_eq!(copies, 1, "{request:?}");
}

fn body(request: &OutgoingRequest) -> Value {
    let body = request.body.as_ref().and_then(RequestBody::as_bytes);
    body.map_or(Value::Null, |body| serde_json::from_slice(body).expect("JSON"))
}
