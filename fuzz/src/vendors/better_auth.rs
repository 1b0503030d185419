use api_keys::better_auth::{BetterAuthConfig, GetApiKeyOptions, ListApiKeysOptions, types};

use super::{Answer, BASE_URL, ID, SecretAt, Server, TOKEN, each, every_operation, run};

pub(super) const SECRET_AT: SecretAt = SecretAt { create: "/key", rotate: "/key" };

/// What a better-auth server answers.
pub fn better_auth(data: &[u8]) {
    let server = Server::new(Answer::parse(data));
    let provider = BetterAuthConfig::new(BASE_URL, TOKEN).http(server.config()).build().expect("a provider");
    run(async {
        let client = provider.client();
        each!(
            &server,
            SECRET_AT,
            client.create_api_key(&types::CreateApiKeyRequest::new()),
            client.get_api_key(ID, &GetApiKeyOptions::new()),
            client.list_api_keys(&ListApiKeysOptions::new()),
            client.update_api_key(&types::UpdateApiKeyRequest::new(ID)),
            client.delete_api_key(&types::DeleteApiKeyRequest::new(ID)),
        );
        every_operation(&server, &provider, SECRET_AT).await;
    });
}
