use api_keys::fastapi::{FastApiConfig, types};

use super::{Answer, BASE_URL, ID, SecretAt, Server, TOKEN, each, every_operation, run};

pub(super) const SECRET_AT: SecretAt = SecretAt { create: "/key", rotate: "/key" };

/// What a FastAPI service answers.
pub fn fastapi(data: &[u8]) {
    let server = Server::new(Answer::parse(data));
    let config = FastApiConfig::new(BASE_URL, TOKEN).time_zone("UTC");
    let provider = config.http(server.config()).build().expect("a provider");
    run(async {
        let client = provider.client();
        each!(
            &server,
            SECRET_AT,
            client.create_api_key(&types::CreateApiKeyRequest::new()),
            client.list_api_keys(),
            client.get_api_key(ID),
            client.deactivate_api_key(ID),
        );
        every_operation(&server, &provider, SECRET_AT).await;
    });
}
