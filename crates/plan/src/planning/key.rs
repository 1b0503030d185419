//! The steps of one declared key.

use api_keys_core::defect::Defect;
use api_keys_core::{ApiKey, Capabilities, Field, Operation, Timestamp};

use super::compare::{can_update, creation, differences};
use super::inventory::Inventory;
use super::step::{Action, Step};
use super::{Context, Managed};
use crate::declaration::Marking;
use crate::declaration::destination::Destination;
use crate::declaration::duration::Period;
use crate::declaration::key::{DeclaredKey, Expires};
use crate::identity::mark::{KeyState, Mark};

/// The managed keys of one identity that authenticate, by their state.
#[derive(Default)]
struct Alive<'a, 'b> {
    current: Option<&'b Managed<'a>>,
    /// Delivered keys at providers from which the key has moved.
    moved: Vec<&'b Managed<'a>>,
    pending: Vec<&'b Managed<'a>>,
    retired: Vec<&'b Managed<'a>>,
}

impl<'a> Context<'a> {
    pub(super) fn steps(&self, logical: &str, declared: &DeclaredKey) -> Vec<Step> {
        let provider = declared.provider.as_str();
        let blocked = |reason: String| vec![Step::new(logical, Action::Blocked, provider).because(reason)];
        let identity = self.declaration.identity(logical);
        if let Some(id) = self.contested.get(&identity) {
            return blocked(format!("the key {id} is claimed by more than one managed key"));
        }
        let managed = self.managed.get(&identity).map(Vec::as_slice).unwrap_or_default();
        let alive = match self.alive(provider, managed) {
            Ok(alive) => alive,
            Err(reason) => return blocked(reason),
        };
        // Its provider is in the map: others are skipped.
        let Some(inventory) = self.inventories.get(provider) else { return Vec::new() };
        let (mut steps, delivers) = match self.delivery(logical, declared, inventory, managed, &alive) {
            Ok(steps) => steps,
            Err(reason) => return blocked(reason),
        };
        let resumed = steps.iter().find_map(|step| step.resume.clone());
        let revoke = |one: &Managed<'_>| Step::new(logical, Action::Revoke, one.provider).on(&one.key.id);
        for one in &alive.pending {
            let resumes = resumed.as_ref() == Some(&one.key.id);
            if delivers && !resumes && !Defect::InterruptedKeyKept.is_active() {
                steps.push(revoke(one).because("its creation was interrupted"));
            }
        }
        if alive.current.is_some() || delivers {
            for one in &alive.retired {
                if matches!(one.mark.state, KeyState::Retired(due) if due <= self.options.now) {
                    steps.push(revoke(one).because("the overlap has ended"));
                }
            }
        }
        steps
    }

    /// Sorts the keys of an identity by their state.
    ///
    /// # Errors
    /// The reason if their state is not clear.
    fn alive<'b>(&self, provider: &str, managed: &'b [Managed<'a>]) -> Result<Alive<'a, 'b>, String> {
        let mut alive = Alive::default();
        let mut current = Vec::new();
        for one in managed.iter().filter(|one| !one.key.status.is_inactive()) {
            match one.mark.state {
                KeyState::Pending | KeyState::Rotating if self.is_foreign(&one.mark) => {
                    let machine = one.mark.machine.as_deref().unwrap_or_default();
                    return Err(format!("the machine {machine} is changing the key {}", one.key.id));
                }
                KeyState::Pending if Defect::PendingTakenForDelivered.is_active() => current.push(one),
                KeyState::Pending => alive.pending.push(one),
                KeyState::Current | KeyState::Rotating => current.push(one),
                KeyState::Retired(_) => alive.retired.push(one),
            }
        }
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            current.into_iter().partition(|one| one.provider == provider);
        match (&here[..], &elsewhere[..]) {
            ([one], _) => (alive.current, alive.moved) = (Some(*one), elsewhere),
            ([], []) => {}
            ([], [one]) => alive.current = Some(*one),
            (several, _) => {
                let several = if several.is_empty() { &elsewhere } else { &here };
                let ids: Vec<_> = several.iter().map(|one| one.key.id.as_str()).collect();
                return Err(format!(
                    "several keys have this identity: {}; revoke those that are not in use",
                    ids.join(", ")
                ));
            }
        }
        Ok(alive)
    }

    /// Returns whether another machine may be changing a key now.
    fn is_foreign(&self, mark: &Mark) -> bool {
        let Some(machine) = &mark.machine else { return false };
        let recent =
            |started: Timestamp| self.options.now.duration_since(started).unsigned_abs() < self.options.lease;
        *machine != self.options.machine && mark.issued.is_none_or(recent)
    }

    /// Returns the steps up to a delivered key, and whether they deliver a secret of a new key.
    fn delivery(
        &self,
        logical: &str,
        declared: &DeclaredKey,
        inventory: &Inventory,
        managed: &[Managed<'_>],
        alive: &Alive<'_, '_>,
    ) -> Result<(Vec<Step>, bool), String> {
        let provider = declared.provider.as_str();
        let adopted = self.adopted(logical, declared, managed)?;
        let Some(current) = alive.current.or(adopted.as_ref()) else {
            let mut step = Step::new(logical, Action::Create, provider).changing(creation(logical, declared));
            self.validate_creation(logical, declared, inventory)?;
            step.resume = self.resumable(logical, declared, alive);
            if step.resume.is_none() {
                self.validate_absence(logical, declared, inventory, alive)?;
            }
            step.reason = match managed.iter().find(|one| one.key.status.is_inactive()) {
                _ if step.resume.is_some() => Some("its creation was interrupted".to_owned()),
                Some(gone) => Some(format!("the key {} is {}", gone.key.id, gone.key.status)),
                None => None,
            };
            return Ok((vec![step], true));
        };

        let (key, mark) = (current.key, &current.mark);
        let capabilities = &inventory.capabilities;
        let moved = current.provider != provider;
        let changes = match moved {
            true => creation(logical, declared),
            false => differences(logical, declared, key, mark, self.options.now),
        };
        let redelivered =
            mark.destinations.as_ref().is_some_and(|to| *to != checksum(&declared.destinations));
        let reveals = capabilities.support(Operation::Reveal).is_supported();
        let rotation = if moved {
            Some(format!("it moves from {}", current.provider))
        } else if !alive.pending.is_empty() {
            Some("its replacement was interrupted".to_owned())
        } else if mark.state == KeyState::Rotating {
            Some("its rotation was interrupted".to_owned())
        } else if let Some(reason) = self.rotation_due(declared, key, mark, capabilities) {
            Some(reason)
        } else if redelivered && !reveals {
            Some("its destinations changed".to_owned())
        } else {
            None
        };
        let adopts = Step::new(logical, Action::Adopt, provider).on(&key.id);
        let mut steps: Vec<_> = adopted.iter().map(|_| adopts.clone()).collect();
        let updatable = can_update(capabilities, &changes) && !moved && alive.pending.is_empty();
        if !changes.is_empty() && updatable {
            let step = Step::new(logical, Action::Update, provider).on(&key.id);
            steps.push(step.changing(changes.clone()));
        }
        let mut replaced = false;
        match rotation {
            None if updatable || changes.is_empty() => {
                if redelivered {
                    let step = Step::new(logical, Action::Deliver, provider).on(&key.id);
                    steps.push(step.because("its destinations changed"));
                }
            }
            Some(reason) if updatable && rotates_in_place(capabilities, declared) => {
                let mut step = Step::new(logical, Action::Rotate, provider).on(&key.id).because(reason);
                step.overlap = declared.rotate.overlap();
                steps.push(step);
            }
            rotation => {
                self.validate_creation(logical, declared, inventory)?;
                steps.truncate(adopted.iter().len());
                let mut step = Step::new(logical, Action::Replace, provider).on(&key.id).changing(changes);
                step.from = moved.then(|| current.provider.to_owned());
                step.reason = rotation;
                step.overlap = declared.rotate.overlap();
                step.resume = self.resumable(logical, declared, alive);
                steps.push(step);
                replaced = true;
            }
        }
        for one in &alive.moved {
            let step = Step::new(logical, Action::Revoke, one.provider).on(&one.key.id);
            let mut step = step.because(format!("it has moved to {provider}"));
            step.overlap = declared.rotate.overlap();
            steps.push(step);
        }
        Ok((steps, replaced))
    }

    /// Returns the declared key to adopt, if it was not adopted before.
    fn adopted(
        &self,
        logical: &str,
        declared: &DeclaredKey,
        managed: &[Managed<'_>],
    ) -> Result<Option<Managed<'a>>, String> {
        let Some(id) = &declared.adopt else { return Ok(None) };
        // It was adopted, and has been replaced or revoked since.
        if !managed.is_empty() || self.recorded.contains(&(declared.provider.as_str(), id)) {
            return Ok(None);
        }
        let is_it = |provider: &str, key: &ApiKey| provider == declared.provider && key.id == *id;
        let identity = self.declaration.identity(logical);
        if let Some((provider, key)) = self.adoptable.get(&(declared.provider.as_str(), id)).copied() {
            return Ok(Some(Managed { provider, key, mark: Mark::new(identity, KeyState::Current) }));
        }
        Err(match self.managed.values().flatten().find(|one| is_it(one.provider, one.key)) {
            Some(one) => format!("the key {id} to adopt is already `{}`", one.mark.identity),
            None => format!("the key {id} to adopt does not exist, or is not active: remove `adopt`"),
        })
    }

    /// Checks that the vendor supports all declared fields.
    fn validate_creation(
        &self,
        logical: &str,
        declared: &DeclaredKey,
        inventory: &Inventory,
    ) -> Result<(), String> {
        let mut new = declared.request(logical);
        let mark = Mark::new(self.declaration.identity(logical), KeyState::Pending);
        self.marking(&declared.provider).mark_new(&mut new, &mark);
        let valid = inventory.capabilities.validate_create(inventory.vendor, &new);
        valid.map_err(|error| error.to_string())
    }

    /// Checks that the key surely does not exist.
    fn validate_absence(
        &self,
        logical: &str,
        declared: &DeclaredKey,
        inventory: &Inventory,
        alive: &Alive<'_, '_>,
    ) -> Result<(), String> {
        let provider = declared.provider.as_str();
        let recorded = self.marking(provider) == Marking::State;
        let interrupted = self.state.is_creating(&self.declaration.identity(logical), provider);
        // The state file names all keys, except for those of interrupted creations.
        if !inventory.complete && (!recorded || interrupted) {
            return Err(
                "the vendor does not list all keys, so it may exist; the state file (`marks`) needs no listing".to_owned(),
            );
        }
        let namesake = self.namesakes.get(&(provider, declared.vendor_name(logical)));
        match namesake.filter(|_| recorded && !interrupted && alive.pending.is_empty()) {
            Some(key) => Err(format!(
                "the key {} has its name, and the vendor stores nothing else to tell keys apart: adopt it, or choose \
                 another name",
                key.id
            )),
            None => Ok(()),
        }
    }

    /// Returns the pending key that is as declared.
    fn resumable(
        &self,
        logical: &str,
        declared: &DeclaredKey,
        alive: &Alive<'_, '_>,
    ) -> Option<api_keys_core::KeyId> {
        let ours = alive.pending.iter().filter(|one| {
            one.provider == declared.provider
                && differences(logical, declared, one.key, &one.mark, self.options.now).is_empty()
        });
        let newest = ours.max_by_key(|one| (one.mark.issued, one.key.created_at, &one.key.id))?;
        Some(newest.key.id.clone())
    }

    /// Returns the reason for a rotation.
    fn rotation_due(
        &self,
        declared: &DeclaredKey,
        key: &ApiKey,
        mark: &Mark,
        capabilities: &Capabilities,
    ) -> Option<String> {
        let every = declared.rotate.every.as_ref()?;
        let now = self.options.now;
        let created = key.created_at.filter(|_| capabilities.created_at_reliable);
        let due = mark.issued.or(created)?.checked_add(every.duration()).unwrap_or(Timestamp::MAX);
        if due <= now {
            return Some(format!("its secret is older than {every}"));
        }
        let expires = key.expiry.at()?;
        let overlap_ends = now.checked_add(declared.rotate.overlap()).unwrap_or(Timestamp::MAX);
        (expires <= overlap_ends).then(|| format!("it expires at {expires:.0}"))
    }
}

/// Returns whether the vendor can replace the secret of a key in place, with the declared overlap and lifetime.
fn rotates_in_place(capabilities: &Capabilities, declared: &DeclaredKey) -> bool {
    let overlap = declared.rotate.overlap.as_ref().map(Period::duration).unwrap_or_default();
    let renewed = !matches!(declared.expires, Some(Expires::In(_)));
    capabilities.support(Operation::Rotate).is_supported()
        && capabilities.rotate_keeps_id
        && (overlap.is_zero() || capabilities.rotate_fields.contains(Field::Overlap))
        && (renewed || capabilities.update_fields.contains(Field::Expiry))
}

/// Returns a checksum of destinations, in any order.
pub(crate) fn checksum(destinations: &[Destination]) -> String {
    let mut sorted: Vec<_> = destinations.iter().collect();
    sorted.sort();
    // Cannot fail: there are no maps.
    let text = serde_json::to_vec(&sorted).unwrap_or_default();
    format!("{:08x}", crc32fast::hash(&text))
}
