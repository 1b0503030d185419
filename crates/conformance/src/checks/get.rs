//! Reading one key.

use api_keys_core::{ApiKeyProvider, ErrorKind, Operation};

use crate::context::Context;
use crate::stop::{Stop, Verdict, ensure};

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn get_of_an_unknown_id_is_not_found(&self) -> Verdict {
        self.needs(Operation::Get)?;
        let id = self.unknown_id().await?;
        let result = self.provider.get(&id).await;
        self.fails("an unknown id", Operation::Get, ErrorKind::NotFound, result)?;
        Ok(())
    }

    pub(super) async fn get_and_list_do_not_contradict_each_other(&self) -> Verdict {
        self.needs(Operation::Get)?;
        self.needs(Operation::List)?;
        let id = self.create(self.full_key()).await?.key.id;
        let got = self.provider.get(&id).await?;
        let listed = self.list(self.query()).await?.into_iter().find(|key| key.id == id);
        let listed = listed.ok_or_else(|| Stop::failed("the key is not listed"))?;
        let (more, less) = (self.lost(&got, &listed, &[]), self.lost(&listed, &got, &[]));
        // Either may tell less than the other.
        let differ: Vec<_> = more.into_iter().filter(|part| less.contains(part)).collect();
        ensure!(differ.is_empty(), "told otherwise: {}", differ.join(", "));
        Ok(())
    }
}
