//! Planning of rotations.

use std::time::Duration;

use jiff::Timestamp;

use super::options::RotationOptions;
use super::recovery::same_name;
use super::{Rotation, RotationMethod, RotationState, successor};
use crate::capabilities::Capabilities;
use crate::capabilities::field::Field;
use crate::capabilities::operation::Operation;
use crate::error::kind::ErrorKind;
use crate::error::{Error, Result};
use crate::provider::contract::ApiKeyProvider;
use crate::types::key::{ApiKey, KeyId};

impl Rotation {
    /// Plans the rotation of a key, without changes at the vendor.
    pub(crate) async fn plan<P: ApiKeyProvider + ?Sized>(
        provider: &P,
        id: &KeyId,
        options: RotationOptions,
        now: Timestamp,
    ) -> Result<Self> {
        let (vendor, capabilities) = (provider.vendor(), provider.capabilities());
        let method = capabilities
            .rotation_method(options.overlap)
            .ok_or_else(|| Error::unsupported(vendor, Operation::Rotate))?;
        let key = provider.get(id).await?;
        if key.status.is_inactive() {
            return Err(conflict(vendor, format!("the key is {}", key.status)));
        }
        let mut rotation = Self {
            key,
            method,
            options,
            planned_at: now,
            state: RotationState::Planned,
            superseded: Vec::new(),
            known: Vec::new(),
            resumed: false,
            revoked_first: false,
            unsent: true,
        };
        rotation.validate_lifetime(vendor, &capabilities, now)?;
        if rotation.is_in_place(&capabilities) {
            return Ok(rotation);
        }
        let (keys, _) = rotation.siblings(provider).await?;
        rotation.known =
            keys.iter().filter(|key| same_name(key, &rotation.key)).map(|key| key.id.clone()).collect();
        rotation.exclude([rotation.key.id.clone()]);
        match capabilities.max_active {
            Some(limit) if !rotation.options.revoke_first => {
                // Where revoking removes a record, every record counts.
                let counts = |key: &&ApiKey| !capabilities.revoke_keeps_record || !key.status.is_inactive();
                let active = keys.iter().filter(counts).count();
                if active as u64 >= u64::from(limit) {
                    let message =
                        format!("{active} of at most {limit} keys exist: there is no room for a successor");
                    return Err(
                        Error::new(ErrorKind::LimitReached, vendor, Operation::Rotate).with_message(message)
                    );
                }
            }
            _ => {}
        }
        Ok(rotation)
    }

    /// Returns whether the vendor replaces the secret and keeps the id.
    pub(super) fn is_in_place(&self, capabilities: &Capabilities) -> bool {
        self.method == RotationMethod::Native && capabilities.rotate_keeps_id
    }

    /// Checks that the successor can be requested, and that it is valid for longer than the overlap.
    fn validate_lifetime(
        &self,
        vendor: &'static str,
        capabilities: &Capabilities,
        now: Timestamp,
    ) -> Result<()> {
        let end = match self.method {
            RotationMethod::Native => self.key.expiry.at(),
            RotationMethod::Replace => {
                let new = successor::request(vendor, capabilities, &self.key, &self.options)?;
                new.expiry.lifetime(now).map(|lifetime| now.checked_add(lifetime).unwrap_or(Timestamp::MAX))
            }
        };
        let overlap_ends = now.checked_add(self.options.overlap).unwrap_or(Timestamp::MAX);
        match end {
            Some(end) if end <= overlap_ends => Err(Error::invalid_input(
                vendor,
                Operation::Rotate,
                "the new secret would expire before the end of the overlap",
            )),
            _ => Ok(()),
        }
    }
}

impl Capabilities {
    /// Returns the method by which a key is [rotated](Rotation) with an overlap, or `None` if neither is supported.
    ///
    /// ```
    /// use api_keys_core::{Capabilities, Operation, RotationMethod};
    /// use std::time::Duration;
    ///
    /// let rotates = Capabilities::none()
    ///     .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Revoke, Operation::Rotate]);
    /// assert_eq!(rotates.rotation_method(Duration::ZERO), Some(RotationMethod::Native));
    /// assert_eq!(rotates.rotation_method(Duration::from_secs(60)), Some(RotationMethod::Replace));
    /// ```
    pub fn rotation_method(&self, overlap: Duration) -> Option<RotationMethod> {
        let supports = |operation| self.support(operation).is_supported();
        if supports(Operation::Rotate) && (overlap.is_zero() || self.rotate_fields.contains(Field::Overlap)) {
            return Some(RotationMethod::Native);
        }
        let required = [Operation::Create, Operation::Get, Operation::List, Operation::Revoke];
        required.into_iter().all(supports).then_some(RotationMethod::Replace)
    }
}

pub(super) fn conflict(vendor: &'static str, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Conflict, vendor, Operation::Rotate).with_message(message)
}
