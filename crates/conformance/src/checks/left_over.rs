//! Whether the run leaves everything as it was.

use api_keys_core::ApiKeyProvider;

use crate::context::Context;
use crate::stop::{Stop, Verdict};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    /// Keys that still authenticate. Records that no vendor's operation removes may stay.
    pub(super) async fn nothing_is_left_over(&self) -> Verdict {
        self.note_lost();
        self.clean_up().await;
        let strays = self.strays().await?;
        let mut ids = self.left_over();
        ids.extend(strays.into_iter().map(|key| key.id).filter(|id| !ids.contains(id)).collect::<Vec<_>>());
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
        Err(Stop::failed(format!("remove these keys by hand: {}", ids.join(", "))))
    }
}
