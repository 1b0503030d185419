use api_keys::mcp::{CredentialPlace, McpConfig, types};

use super::{Answer, BASE_URL, ID, SecretAt, Server, TOKEN, each, every_operation, run};

pub(super) const SECRET_AT: SecretAt = SecretAt { create: "/api_key", rotate: "/new_api_key" };

/// What an MCP server answers, whether the credential is in a header or, for old servers, in the body.
pub fn mcp(data: &[u8]) {
    let server = Server::new(Answer::parse(data));
    for place in [CredentialPlace::Header, CredentialPlace::Body] {
        let config = McpConfig::new(BASE_URL, TOKEN).credential_place(place);
        let provider = config.http(server.config()).build().expect("a provider");
        run(every_operation(&server, &provider, SECRET_AT));
        run(async {
            let client = provider.client();
            let credentials = types::HttpCredentials::new("Bearer", TOKEN);
            let new = types::CreateApiKeyRequest::new("nightly export");
            let wrapped =
                types::WrappedCreateApiKeyRequest::new(new, types::HttpCredentials::new("Bearer", TOKEN));
            each!(
                &server,
                SECRET_AT,
                client.list_api_keys(Some(&credentials)),
                client.create_api_key(&wrapped.into()),
                client.rotate_api_key(ID, Some(&credentials)),
                client.revoke_api_key(ID, Some(&credentials)),
            );
        });
    }
}
