//! Configurations, right and wrong.

use api_keys::{ErrorKind, ProviderConfig};
use serde_json::Value;

use crate::FRESH;
use crate::answer::Answer;
use crate::server::Server;

/// The bytes as a configuration in JSON.
pub fn config(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    let text = str::from_utf8(data).unwrap_or_default();
    let in_place = |name: &str| value.get(name).is_some_and(|value| value.to_string().contains(FRESH));
    // The seeds have a secret where one belongs. Escapes could hide a second copy.
    let secret = text.matches(FRESH).count() == 1
        && !text.contains('\\')
        && (in_place("token") || in_place("secret_key"));
    // Nothing is read from files and the environment, which do not belong to the input.
    let literal = ["token", "secret_key"].iter().any(|name| value.get(name).is_some_and(Value::is_string));

    let error = match ProviderConfig::from_value(value) {
        Err(error) => error,
        Ok(config) => {
            let shown = format!("{config:?}");
            assert!(!secret || !literal || !shown.contains(FRESH), "the secret is shown: {shown}");
            if !literal {
                return;
            }
            match with_transport(config).map(ProviderConfig::build) {
                Some(Err(error)) => error,
                Some(Ok(provider)) => {
                    let shown = format!("{provider:?}");
                    return assert!(!secret || !shown.contains(FRESH), "the secret is shown: {shown}");
                }
                None => return,
            }
        }
    };
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let shown = format!("{error} {error:?}");
    assert!(!error.to_string().chars().any(char::is_control), "not one line: {error:?}");
    assert!(!secret || !shown.contains(FRESH), "the secret is shown: {shown}");
}

/// The same configuration with a transport that has no network; `None` for the vendors without any.
fn with_transport(mut config: ProviderConfig) -> Option<ProviderConfig> {
    let http = match &mut config {
        ProviderConfig::BetterAuth(config) => &mut config.http,
        ProviderConfig::Clerk(config) => &mut config.http,
        ProviderConfig::FastApi(config) => &mut config.http,
        ProviderConfig::Keyshield(config) => &mut config.http,
        ProviderConfig::LatitudeSh(config) => &mut config.http,
        ProviderConfig::Mcp(config) => &mut config.http,
        _ => return None,
    };
    http.transport = Some(Server::new(Answer::parse(b"200")));
    Some(config)
}
