//! Secrets in output.

use api_keys_core::{ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Operation, SecretKey};

use crate::context::Context;
use crate::result::{CheckResult, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn secrets_are_not_leaked(&self) -> CheckResult {
        let issued = self.create(self.full_key()).await?;
        let id = &issued.key.id;
        let provider = self.provider;
        let mut outputs = vec![
            ("the provider", format!("{provider:?}")),
            ("an issued key", format!("{issued:?}")),
            ("a key", json(&issued.key)),
        ];
        if provider.supports(Operation::Get) {
            let key = provider.get(id).await?;
            outputs.push(("the result of get", format!("{key:?} {}", json(&key))));
        }
        if provider.supports(Operation::List) {
            let page = provider.list(self.query()).await?;
            outputs.push(("a page", format!("{page:?}")));
            outputs.extend(page.items.iter().map(|key| ("a listed key", json(key))));
        }
        if provider.supports(Operation::Verify) {
            let verification = provider.verify(&issued.secret).await?;
            outputs.push(("a verification", format!("{verification:?}")));
            outputs.extend(verification.key().map(|key| ("a verified key", json(key))));

            let unknown = SecretKey::new(format!("{}-no-such-secret", self.options.name_prefix));
            let result = provider.verify(&unknown).await;
            let error = result.as_ref().err().map(ToString::to_string);
            let output = format!("{result:?} {error:?}");
            ensure!(!output.contains(unknown.expose()), "a failed verification contains the secret");
        }
        let secret = issued.secret.expose();
        let leak = outputs.iter().find(|(_, text)| text.contains(secret));
        ensure!(leak.is_none(), "the secret is contained in {}", leak.map_or("", |(what, _)| what));
        Ok(())
    }
}

/// Returns all fields, including those that `Debug` omits.
fn json(key: &ApiKey) -> String {
    // The text of metadata could escape characters of a secret.
    let parsed = serde_json::to_value(key).map(|value| value.to_string());
    parsed.or_else(|_| serde_json::to_string(key)).unwrap_or_default()
}
