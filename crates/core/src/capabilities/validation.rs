//! Validation of requests against the capabilities.

use serde_json::{Map, Value};

use super::Capabilities;
use super::field::{Field, FieldSet};
use super::operation::Operation;
use crate::error::{Error, Result};
use crate::types::expiry::Expiry;
use crate::types::listing::ListQuery;
use crate::types::new_key::NewApiKey;
use crate::types::revocation::RevokeOptions;
use crate::types::rotation::RotateOptions;
use crate::types::update::{Patch, UpdateApiKey};

/// For authors of providers.
impl Capabilities {
    /// Checks that an operation is supported.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported).
    pub fn validate(&self, vendor: &'static str, operation: Operation) -> Result<()> {
        if self.support(operation).is_supported() {
            Ok(())
        } else {
            Err(Error::unsupported(vendor, operation))
        }
    }

    /// Validates the request for a new key.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported), [`UnsupportedField`](crate::ErrorKind::UnsupportedField),
    /// or [`InvalidInput`](crate::ErrorKind::InvalidInput) if a required owner is missing.
    pub fn validate_create(&self, vendor: &'static str, new: &NewApiKey) -> Result<()> {
        self.validate(vendor, Operation::Create)?;
        within(vendor, Operation::Create, new.fields(), self.create_fields)?;
        known(vendor, Operation::Create, &new.extra, self.create_extra)?;
        self.validate_owner(vendor, Operation::Create, new.owner.as_deref())
    }

    /// Validates an update.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported), [`UnsupportedField`](crate::ErrorKind::UnsupportedField),
    /// or [`InvalidInput`](crate::ErrorKind::InvalidInput) for an update without changes.
    pub fn validate_update(&self, vendor: &'static str, changes: &UpdateApiKey) -> Result<()> {
        self.validate(vendor, Operation::Update)?;
        let fields = changes.fields();
        if fields.is_empty() {
            return Err(Error::invalid_input(vendor, Operation::Update, "the update contains no changes"));
        }
        if changes.expiry == Patch::Set(Expiry::VendorDefault) {
            let message = "an update cannot set the expiry to the vendor's default";
            return Err(Error::invalid_input(vendor, Operation::Update, message));
        }
        within(vendor, Operation::Update, fields, self.update_fields)?;
        known(vendor, Operation::Update, &changes.extra, self.update_extra)?;
        within(vendor, Operation::Update, changes.cleared(), self.clearable_fields)
    }

    /// Validates a query.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported), [`UnsupportedField`](crate::ErrorKind::UnsupportedField),
    /// or [`InvalidInput`](crate::ErrorKind::InvalidInput) if a required owner is missing, the page size is 0, or a
    /// cursor is given although the vendor does not paginate.
    pub fn validate_list(&self, vendor: &'static str, query: &ListQuery) -> Result<()> {
        self.validate(vendor, Operation::List)?;
        within(vendor, Operation::List, query.fields(), self.list_fields)?;
        if query.limit == Some(0) {
            return Err(Error::invalid_input(vendor, Operation::List, "the page size must be at least 1"));
        }
        if query.cursor.is_some() && !self.paged {
            return Err(Error::invalid_input(vendor, Operation::List, "cursor of another provider"));
        }
        self.validate_owner(vendor, Operation::List, query.owner.as_deref())
    }

    /// Validates the options of a revocation.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) or [`UnsupportedField`](crate::ErrorKind::UnsupportedField).
    pub fn validate_revoke(&self, vendor: &'static str, options: &RevokeOptions) -> Result<()> {
        self.validate(vendor, Operation::Revoke)?;
        within(vendor, Operation::Revoke, options.fields(), self.revoke_fields)
    }

    /// Validates the options of a rotation.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) or [`UnsupportedField`](crate::ErrorKind::UnsupportedField).
    pub fn validate_rotate(&self, vendor: &'static str, options: &RotateOptions) -> Result<()> {
        self.validate(vendor, Operation::Rotate)?;
        within(vendor, Operation::Rotate, options.fields(), self.rotate_fields)
    }

    fn validate_owner(&self, vendor: &'static str, operation: Operation, owner: Option<&str>) -> Result<()> {
        if self.owner_required && owner.is_none_or(str::is_empty) {
            return Err(Error::invalid_input(vendor, operation, "an owner is required"));
        }
        Ok(())
    }
}

fn within(
    vendor: &'static str,
    operation: Operation,
    requested: FieldSet,
    supported: FieldSet,
) -> Result<()> {
    match requested.iter().find(|&field: &Field| !supported.contains(field)) {
        Some(field) => Err(Error::unsupported_field(vendor, operation, field)),
        None => Ok(()),
    }
}

fn known(
    vendor: &'static str,
    operation: Operation,
    extra: &Map<String, Value>,
    supported: &'static [&'static str],
) -> Result<()> {
    if supported.is_empty() {
        return Ok(());
    }
    match extra.keys().find(|name| !supported.contains(&name.as_str())) {
        Some(name) => Err(Error::unsupported_field(vendor, operation, Field::Extra).with_message(format!(
            "the vendor-specific field `{name}` is not supported (supported: {})",
            supported.join(", ")
        ))),
        None => Ok(()),
    }
}
