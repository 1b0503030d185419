//! Refusing what a vendor cannot do, before anything is sent.
//!
//! Providers call these first, so [`Capabilities`] is not only what they say but also what they do.

use serde_json::{Map, Value};

use crate::{
    Capabilities, Error, Expiry, Field, FieldSet, ListQuery, NewApiKey, Operation, Patch, Result,
    RevokeOptions, UpdateApiKey,
};

impl Capabilities {
    /// Refuses an unsupported operation.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported).
    pub fn check(&self, vendor: &'static str, operation: Operation) -> Result<()> {
        if self.support(operation).is_supported() {
            Ok(())
        } else {
            Err(Error::unsupported(vendor, operation))
        }
    }

    /// Refuses a key that cannot be minted as asked.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported), [`UnsupportedField`](crate::ErrorKind::UnsupportedField),
    /// or [`InvalidInput`](crate::ErrorKind::InvalidInput) when a needed owner is missing.
    pub fn check_create(&self, vendor: &'static str, new: &NewApiKey) -> Result<()> {
        self.check(vendor, Operation::Create)?;
        within(vendor, Operation::Create, new.fields(), self.create_fields)?;
        known(vendor, Operation::Create, &new.extra, self.create_extra)?;
        self.check_owner(vendor, Operation::Create, new.owner.as_deref())
    }

    /// Refuses a change that cannot be made.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported), [`UnsupportedField`](crate::ErrorKind::UnsupportedField),
    /// or [`InvalidInput`](crate::ErrorKind::InvalidInput) when nothing changes.
    pub fn check_update(&self, vendor: &'static str, changes: &UpdateApiKey) -> Result<()> {
        self.check(vendor, Operation::Update)?;
        let fields = changes.fields();
        if fields.is_empty() {
            return Err(Error::invalid_input(vendor, Operation::Update, "the update changes nothing"));
        }
        if changes.expiry == Patch::Set(Expiry::VendorDefault) {
            let message = "an update cannot set the expiry to the vendor's default";
            return Err(Error::invalid_input(vendor, Operation::Update, message));
        }
        within(vendor, Operation::Update, fields, self.update_fields)?;
        known(vendor, Operation::Update, &changes.extra, self.update_extra)?;
        within(vendor, Operation::Update, changes.cleared(), self.clearable_fields)
    }

    /// Refuses a query that cannot be answered.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported), [`UnsupportedField`](crate::ErrorKind::UnsupportedField),
    /// or [`InvalidInput`](crate::ErrorKind::InvalidInput) when a needed owner is missing, the page size is 0, or there
    /// is a cursor although the vendor has one page only.
    pub fn check_list(&self, vendor: &'static str, query: &ListQuery) -> Result<()> {
        self.check(vendor, Operation::List)?;
        within(vendor, Operation::List, query.fields(), self.list_fields)?;
        if query.limit == Some(0) {
            return Err(Error::invalid_input(vendor, Operation::List, "a page must hold at least one key"));
        }
        if query.cursor.is_some() && !self.paged {
            return Err(Error::invalid_input(
                vendor,
                Operation::List,
                "the cursor is not one of this provider",
            ));
        }
        self.check_owner(vendor, Operation::List, query.owner.as_deref())
    }

    /// Refuses a revocation that cannot be done as asked.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) or [`UnsupportedField`](crate::ErrorKind::UnsupportedField).
    pub fn check_revoke(&self, vendor: &'static str, options: &RevokeOptions) -> Result<()> {
        self.check(vendor, Operation::Revoke)?;
        within(vendor, Operation::Revoke, options.fields(), self.revoke_fields)
    }

    fn check_owner(&self, vendor: &'static str, operation: Operation, owner: Option<&str>) -> Result<()> {
        if self.owner_required && owner.is_none_or(str::is_empty) {
            return Err(Error::invalid_input(vendor, operation, "the vendor needs an owner"));
        }
        Ok(())
    }
}

fn within(vendor: &'static str, operation: Operation, asked: FieldSet, honoured: FieldSet) -> Result<()> {
    match asked.iter().find(|&field: &Field| !honoured.contains(field)) {
        Some(field) => Err(Error::unsupported_field(vendor, operation, field)),
        None => Ok(()),
    }
}

fn known(
    vendor: &'static str,
    operation: Operation,
    extra: &Map<String, Value>,
    honoured: &'static [&'static str],
) -> Result<()> {
    if honoured.is_empty() {
        return Ok(());
    }
    match extra.keys().find(|name| !honoured.contains(&name.as_str())) {
        Some(name) => Err(Error::unsupported_field(vendor, operation, Field::Extra).with_message(format!(
            "the vendor-specific field `{name}` cannot be honoured; known are: {}",
            honoured.join(", ")
        ))),
        None => Ok(()),
    }
}
