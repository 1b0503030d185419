//! Consistency of the capabilities.

use api_keys_core::{ApiKeyProvider, ApiKeyProviderExt as _, Field, FieldSet, Operation};

use crate::context::Context;
use crate::result::{CheckResult, ensure};

const LIST_FIELDS: FieldSet = FieldSet::of(&[Field::Owner, Field::Search, Field::IncludeInactive]);
const CLEARABLE: FieldSet = FieldSet::of(&[Field::Description, Field::Expiry, Field::Metadata]);

impl<P: ApiKeyProvider + ?Sized> Context<'_, P> {
    pub(super) async fn capabilities_are_consistent(&self) -> CheckResult {
        let of = self.capabilities;
        let within = |part: FieldSet, whole: FieldSet| part.iter().all(|field| whole.contains(field));
        let supports = |operation| of.support(operation).is_supported();

        ensure!(!self.provider.vendor().trim().is_empty(), "`vendor()` is blank");
        for (operation, fields) in [
            (Operation::Create, of.create_fields),
            (Operation::Update, of.update_fields),
            (Operation::List, of.list_fields),
            (Operation::Revoke, of.revoke_fields),
        ] {
            ensure!(
                supports(operation) || fields.is_empty(),
                "{operation} is unsupported, but has the fields {fields:?}"
            );
        }
        let settable = of.update_fields;
        ensure!(
            supports(Operation::Update) != settable.is_empty(),
            "update must be supported if and only if it has fields"
        );
        ensure!(within(of.clearable_fields, settable), "a clearable field cannot be set");
        ensure!(
            within(of.clearable_fields, CLEARABLE),
            "a field of {:?} is not clearable in `UpdateApiKey`",
            of.clearable_fields
        );
        ensure!(within(of.list_fields, LIST_FIELDS), "a field of {:?} is not in `ListQuery`", of.list_fields);
        ensure!(
            within(of.revoke_fields, FieldSet::of(&[Field::Reason])),
            "a field of revoke is not in `RevokeOptions`"
        );
        if supports(Operation::Create) {
            ensure!(of.create_fields.contains(Field::Name), "create does not support the name");
        }
        for (set, names) in [(of.create_fields, of.create_extra), (settable, of.update_extra)] {
            ensure!(
                names.is_empty() || set.contains(Field::Extra),
                "{names:?} are expect_applied, but no extra fields"
            );
        }
        if of.owner_required {
            ensure!(
                of.create_fields.contains(Field::Owner),
                "create requires an owner, but does not support one"
            );
            ensure!(
                of.list_fields.contains(Field::Owner),
                "list requires an owner, but does not support one"
            );
        }
        ensure!(
            !of.revoke_reversible || of.revoke_keeps_record,
            "a reversible revocation must keep the record"
        );
        ensure!(
            !of.rotate_keeps_id || supports(Operation::Rotate),
            "rotate is unsupported, but keeps the id"
        );
        ensure!(of.max_active != Some(0), "`max_active` is 0");
        ensure!(of.list_ceiling != Some(0), "`list_ceiling` is 0");
        Ok(())
    }

    pub(super) async fn capabilities_are_constant(&self) -> CheckResult {
        if self.provider.supports(Operation::Create) {
            drop(self.create(self.new_key()).await?);
        }
        ensure!(self.provider.capabilities() == self.capabilities, "the capabilities changed during the run");
        Ok(())
    }

    pub(super) async fn revoke_is_supported(&self) -> CheckResult {
        ensure!(self.provider.supports(Operation::Revoke), "revoke is not supported");
        Ok(())
    }
}
