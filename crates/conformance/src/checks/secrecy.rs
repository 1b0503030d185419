//! Where secrets must not be.

use api_keys_core::{ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Operation, SecretKey};

use crate::context::Context;
use crate::stop::{Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn secrets_are_shown_nowhere_else(&self) -> Verdict {
        let issued = self.create(self.full_key()).await?;
        let id = &issued.key.id;
        let provider = self.provider;
        let mut shown = vec![
            ("the provider", format!("{provider:?}")),
            ("an issued key", format!("{issued:?}")),
            ("a key", json(&issued.key)),
        ];
        if provider.supports(Operation::Get) {
            let key = provider.get(id).await?;
            shown.push(("what get returns", format!("{key:?} {}", json(&key))));
        }
        if provider.supports(Operation::List) {
            let page = provider.list(self.query()).await?;
            shown.push(("a page", format!("{page:?}")));
            shown.extend(page.items.iter().map(|key| ("a listed key", json(key))));
        }
        if provider.supports(Operation::Verify) {
            let verification = provider.verify(&issued.secret).await?;
            shown.push(("a verification", format!("{verification:?}")));
            shown.extend(verification.key().map(|key| ("a verified key", json(key))));

            let garbage = SecretKey::new(format!("{}-no-such-secret", self.options.name_prefix));
            let answer = provider.verify(&garbage).await;
            let error = answer.as_ref().err().map(ToString::to_string);
            let told = format!("{answer:?} {error:?}");
            ensure!(!told.contains(garbage.expose()), "a failed verification shows the secret");
        }
        let secret = issued.secret.expose();
        let open = shown.iter().find(|(_, text)| text.contains(secret));
        ensure!(open.is_none(), "the secret is shown by {}", open.map_or("", |(what, _)| what));
        Ok(())
    }
}

/// Every field, also those that `Debug` leaves out.
fn json(key: &ApiKey) -> String {
    serde_json::to_string(key).unwrap_or_default()
}
