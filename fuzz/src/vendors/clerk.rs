use api_keys::clerk::{ClerkConfig, ListApiKeysOptions, types};

use super::{Answer, BASE_URL, ID, SecretAt, Server, TOKEN, each, every_operation, run};

pub(super) const SECRET_AT: SecretAt = SecretAt { create: "/secret", rotate: "/secret" };

/// What Clerk answers.
pub fn clerk(data: &[u8]) {
    let server = Server::new(Answer::parse(data));
    let provider =
        ClerkConfig::new(TOKEN).base_url(BASE_URL).http(server.config()).build().expect("a provider");
    run(async {
        let client = provider.client();
        each!(
            &server,
            SECRET_AT,
            client.create_api_key(&types::CreateApiKeyRequest::new("nightly export", "user_0")),
            client.list_api_keys("user_0", &ListApiKeysOptions::new()),
            client.get_api_key(ID),
            client.update_api_key(ID, &types::UpdateApiKeyRequest::new()),
            client.delete_api_key(ID),
            client.get_api_key_secret(ID),
            client.revoke_api_key(ID, &types::RevokeApiKeyRequest::new()),
            // A refusal may echo the secret that is asked about, just like the credential.
            client.verify_api_key(&types::VerifyApiKeyRequest::new(TOKEN)),
        );
        every_operation(&server, &provider, SECRET_AT).await;
    });
}
