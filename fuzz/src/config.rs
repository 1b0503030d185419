//! Valid and invalid configurations.

use api_keys::{ErrorKind, ProviderConfig};
use serde_json::Value;

use crate::response::CannedResponse;
use crate::server::Server;
use crate::target::NEW_SECRET;

/// Parses the bytes as a configuration in JSON.
pub fn config(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    let text = str::from_utf8(data).unwrap_or_default();
    let tokens: Vec<_> = ["token", "secret_key"].into_iter().filter_map(|name| value.get(name)).collect();
    // Escapes could hide a second copy of the secret.
    let is_secret = text.matches(NEW_SECRET).count() == 1
        && !text.contains('\\')
        && tokens.iter().any(|token| token.to_string().contains(NEW_SECRET));
    // Files and environment variables are not part of the input, and not read.
    let is_literal = tokens.iter().any(|token| token.is_string());
    let assert_hidden = |shown: &str| {
        assert!(!is_secret || !shown.contains(NEW_SECRET), "the secret is shown: {shown}");
    };

    let error = match ProviderConfig::from_value(value) {
        Err(error) => error,
        Ok(mut config) => {
            if is_literal {
                assert_hidden(&format!("{config:?}"));
            }
            let Some(http) = config.http_mut().filter(|_| is_literal) else { return };
            http.transport = Some(Server::new(CannedResponse::parse(b"200")));
            match config.build() {
                Err(error) => error,
                Ok(provider) => return assert_hidden(&format!("{provider:?}")),
            }
        }
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!error.to_string().chars().any(char::is_control), "not one line: {error:?}");
    assert_hidden(&format!("{error} {error:?}"));
}
