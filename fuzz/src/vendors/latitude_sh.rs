use api_keys::latitude_sh::{LatitudeShConfig, types};

use super::{Answer, BASE_URL, ID, SecretAt, Server, TOKEN, each, every_operation, run};

pub(super) const SECRET_AT: SecretAt =
    SecretAt { create: "/data/attributes/token", rotate: "/data/attributes/token" };

/// What Latitude.sh answers.
pub fn latitude_sh(data: &[u8]) {
    let server = Server::new(Answer::parse(data));
    let provider =
        LatitudeShConfig::new(TOKEN).base_url(BASE_URL).http(server.config()).build().expect("a provider");
    let attributes = types::CreateApiKeyAttributes::new("nightly export");
    let new = types::CreateApiKeyRequest::new(types::CreateApiKeyData::new(
        types::ResourceType::ApiKeys,
        attributes,
    ));
    let changes = types::UpdateApiKeyRequest::new(types::UpdateApiKeyData::new(types::ResourceType::ApiKeys));
    run(async {
        let client = provider.client();
        each!(
            &server,
            SECRET_AT,
            client.list_api_keys(),
            client.create_api_key(&new),
            client.regenerate_api_key(ID, &changes),
            client.update_api_key(ID, &changes),
            client.delete_api_key(ID),
        );
        every_operation(&server, &provider, SECRET_AT).await;
    });
}
