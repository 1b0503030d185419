use api_keys::keyshield::{KeyshieldConfig, ListApiKeysOptions, SearchApiKeysOptions, types};

use super::{Answer, BASE_URL, ID, SecretAt, Server, TOKEN, each, every_operation, run};

pub(super) const SECRET_AT: SecretAt = SecretAt { create: "/api_key", rotate: "/api_key" };

/// What an application that mounts keyshield answers.
pub fn keyshield(data: &[u8]) {
    let server = Server::new(Answer::parse(data));
    let config = KeyshieldConfig::new(BASE_URL, TOKEN).http(server.config());
    let provider = config.build().expect("a provider");
    run(async {
        let client = provider.client();
        each!(
            &server,
            SECRET_AT,
            client.create_api_key(&types::CreateApiKeyRequest::new("nightly export")),
            client.list_api_keys(&ListApiKeysOptions::new()),
            client.search_api_keys(&types::SearchApiKeysRequest::new(), &SearchApiKeysOptions::new()),
            client.get_api_key(ID),
            client.update_api_key(ID, &types::UpdateApiKeyRequest::new()),
            client.delete_api_key(ID),
            client.activate_api_key(ID),
            client.deactivate_api_key(ID),
            // A refusal may echo the secret that is asked about, just like the credential.
            client.verify_api_key(&types::VerifyApiKeyRequest::new(TOKEN)),
        );
        every_operation(&server, &provider, SECRET_AT).await;
    });
}
