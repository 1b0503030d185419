//! What a provider says of itself.

use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt as _, Field, FieldSet, Operation};

use crate::context::Context;
use crate::stop::{Verdict, ensure};

const LIST_FIELDS: FieldSet = FieldSet::of(&[Field::Owner, Field::Search, Field::IncludeInactive]);
const CLEARABLE: FieldSet = FieldSet::of(&[Field::Description, Field::Expiry, Field::Metadata]);

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn capabilities_do_not_contradict_themselves(&self) -> Verdict {
        let of = self.capabilities;
        let within = |part: FieldSet, whole: FieldSet| part.iter().all(|field| whole.contains(field));
        let supports = |operation| of.support(operation).is_supported();

        ensure!(!self.provider.vendor().trim().is_empty(), "the vendor has no name");
        for (operation, fields) in [
            (Operation::Create, of.create_fields),
            (Operation::Update, of.update_fields),
            (Operation::List, of.list_fields),
            (Operation::Revoke, of.revoke_fields),
        ] {
            ensure!(
                supports(operation) || fields.is_empty(),
                "{operation} is unsupported, but takes {fields:?}"
            );
        }
        let settable = of.update_fields;
        ensure!(
            supports(Operation::Update) != settable.is_empty(),
            "update is supported, but can set nothing"
        );
        ensure!(within(of.clearable_fields, settable), "what can be cleared cannot all be set");
        ensure!(within(of.clearable_fields, CLEARABLE), "{:?} cannot be cleared", of.clearable_fields);
        ensure!(within(of.list_fields, LIST_FIELDS), "{:?} are not all fields of a query", of.list_fields);
        ensure!(within(of.revoke_fields, FieldSet::of(&[Field::Reason])), "revoke has no such fields");
        if supports(Operation::Create) {
            ensure!(
                of.create_fields.contains(Field::Name),
                "create does not take the name, which is always sent"
            );
        }
        for (set, names) in [(of.create_fields, of.create_extra), (settable, of.update_extra)] {
            ensure!(
                names.is_empty() || set.contains(Field::Extra),
                "{names:?} are honoured, but no extra fields"
            );
        }
        if of.owner_required {
            ensure!(of.create_fields.contains(Field::Owner), "create needs an owner, but does not take one");
            ensure!(of.list_fields.contains(Field::Owner), "list needs an owner, but does not take one");
        }
        ensure!(
            !of.revoke_reversible || of.revoke_keeps_record,
            "a revocation without a record cannot be undone"
        );
        ensure!(
            !of.rotate_keeps_id || supports(Operation::Rotate),
            "rotate is unsupported, but keeps the id"
        );
        ensure!(of.max_active != Some(0), "no key can ever be active");
        ensure!(of.list_ceiling != Some(0), "no key can ever be listed");
        Ok(())
    }

    pub(super) async fn capabilities_do_not_change(&self) -> Verdict {
        if self.provider.supports(Operation::Create) {
            drop(self.create(self.new_key()).await?);
        }
        ensure!(self.provider.capabilities() == self.capabilities, "they were others when the run began");
        Ok(())
    }

    /// Without the emergency button a leaked key stays good.
    pub(super) async fn every_provider_can_revoke(&self) -> Verdict {
        ensure!(self.provider.supports(Operation::Revoke), "revoke is not supported");
        Ok(())
    }
}
