//! Rotations of keys that cannot be replaced by an equal one, and of vendors that misbehave.

#![cfg(feature = "memory")]

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use api_keys::memory::Memory;
use api_keys::{
    ApiKey, ApiKeyProvider, ApiKeyProviderExt as _, Capabilities, Effect, Error, ErrorKind, Expiry, Field,
    IssuedKey, KeyExpiry, KeyId, ListQuery, NewApiKey, Operation, Page, Result, Revocation, RevokeOptions,
    RotateOptions, RotationOptions, RotationState, SecretKey, Timestamp, UpdateApiKey, Verification,
};
use async_trait::async_trait;

const DAY: Duration = Duration::from_secs(86_400);

/// Rotates by replacement, and supports every field.
const REPLACING: Capabilities = Capabilities::none()
    .native(&[Operation::Create, Operation::Get, Operation::List, Operation::Revoke, Operation::Verify])
    .create_fields(&[
        Field::Name,
        Field::Description,
        Field::Owner,
        Field::Scopes,
        Field::Expiry,
        Field::Metadata,
        Field::Extra,
    ])
    .list_fields(&[Field::Owner, Field::IncludeInactive])
    .paged()
    .revoke_keeps_record();

type Hook = dyn Fn(&mut NewApiKey) -> Result<()> + Send + Sync;

/// A vendor with given capabilities, whose server changes or rejects requests.
struct Vendor {
    keys: Memory,
    capabilities: Capabilities,
    on_create: Box<Hook>,
    creates: Mutex<Vec<String>>,
    revokes: Mutex<Vec<KeyId>>,
}

impl Vendor {
    fn new(capabilities: Capabilities) -> Self {
        Self::with(capabilities, |_| Ok(()))
    }

    fn with(
        capabilities: Capabilities,
        on_create: impl Fn(&mut NewApiKey) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let keys = match capabilities.max_active {
            Some(keys) => Memory::builder().max_active(keys).build().expect("built"),
            None => Memory::new(),
        };
        Self {
            keys,
            capabilities,
            on_create: Box::new(on_create),
            creates: Mutex::default(),
            revokes: Mutex::default(),
        }
    }

    /// Creates a key at the server.
    async fn key(&self, new: NewApiKey) -> IssuedKey {
        self.keys.create(new).await.expect("a key")
    }

    async fn plan(&self, id: &KeyId, options: RotationOptions) -> Result<api_keys::Rotation> {
        self.plan_rotation(id, options, Timestamp::now()).await
    }

    async fn is_valid(&self, secret: &SecretKey) -> bool {
        matches!(self.keys.verify(secret).await, Ok(Verification::Valid(_)))
    }

    async fn active(&self) -> usize {
        self.keys.list(ListQuery::new()).await.expect("a page").items.len()
    }

    fn created(&self) -> Vec<String> {
        self.creates.lock().expect("not poisoned").clone()
    }
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vendor").finish_non_exhaustive()
    }
}

#[async_trait]
impl ApiKeyProvider for Vendor {
    fn vendor(&self) -> &'static str {
        "fake"
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn create(&self, mut new: NewApiKey) -> Result<IssuedKey> {
        self.capabilities.validate_create("fake", &new)?;
        self.creates.lock().expect("not poisoned").push(new.name.clone());
        (self.on_create)(&mut new)?;
        self.keys.create(new).await
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        let mut key = self.keys.get(id).await?;
        // JSON in a string is the JSON that the server reports.
        let text = key.metadata.as_ref().and_then(|metadata| metadata.decode::<String>().ok());
        key.metadata = text.map(|text| text.parse().expect("JSON")).or(key.metadata);
        Ok(key)
    }

    async fn list(&self, query: ListQuery) -> Result<Page<ApiKey>> {
        self.keys.list(query).await
    }

    async fn update(&self, id: &KeyId, changes: UpdateApiKey) -> Result<ApiKey> {
        self.keys.update(id, changes).await
    }

    async fn revoke(&self, id: &KeyId, options: RevokeOptions) -> Result<Revocation> {
        self.revokes.lock().expect("not poisoned").push(id.clone());
        self.keys.revoke(id, options).await
    }

    async fn delete(&self, id: &KeyId) -> Result<()> {
        self.keys.delete(id).await
    }

    async fn rotate(&self, id: &KeyId, options: RotateOptions) -> Result<IssuedKey> {
        self.keys.rotate(id, options).await
    }

    async fn reveal(&self, id: &KeyId) -> Result<SecretKey> {
        self.keys.reveal(id).await
    }

    async fn verify(&self, secret: &SecretKey) -> Result<Verification> {
        self.keys.verify(secret).await
    }
}

fn fields(error: &Error) -> Vec<&str> {
    error.violations().iter().map(|violation| violation.path.as_str()).collect()
}

#[tokio::test]
async fn every_field_is_carried_over() {
    let vendor = Vendor::new(REPLACING);
    let new = NewApiKey::new("ci")
        .description("deploys")
        .owner("org_1")
        .scopes(["deploy", "read"])
        .expires_in(90 * DAY)
        .metadata(serde_json::json!({ "team": "infra" }))
        .extra("remaining", 7);
    let old = vendor.key(new).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let issued = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    let key = vendor.get(&issued.key.id).await.expect("stored");
    for (old, new) in
        [(&old.key.name, &key.name), (&old.key.description, &key.description), (&old.key.owner, &key.owner)]
    {
        assert_eq!(old, new);
    }
    assert_eq!((key.scopes, key.metadata, key.extra), (old.key.scopes, old.key.metadata, old.key.extra));
    let lifetime = key.expiry.at().expect("a time").duration_since(key.created_at.expect("a time"));
    assert_eq!(lifetime.as_secs(), 90 * 86_400);
}

#[tokio::test]
async fn end_date_can_be_kept() {
    let vendor = Vendor::new(REPLACING);
    let end = Timestamp::now().checked_add(10 * DAY).expect("a time");
    let old = vendor.key(NewApiKey::new("ci").expiry(Expiry::At(end))).await;
    let options = RotationOptions::new().overlap(DAY).keep_expiry(true);
    let mut rotation = vendor.plan(&old.key.id, options).await.expect("planned");
    let issued = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    assert_eq!(issued.key.expiry, KeyExpiry::At(end));
}

#[tokio::test]
async fn lost_fields_are_named_before_anything_is_sent() {
    let capabilities =
        REPLACING.create_fields(&[Field::Name, Field::Expiry]).server_fields(&["remaining"], &[]);
    let vendor = Vendor::new(capabilities);
    let new = NewApiKey::new("ci")
        .scopes(["deploy"])
        .metadata(serde_json::json!({}))
        .description("d")
        .extra("remaining", 3);
    let old = vendor.key(new).await;
    let error = vendor.plan(&old.key.id, RotationOptions::new()).await.expect_err("lost fields");
    assert_eq!((error.kind(), error.effect()), (ErrorKind::UnsupportedField, Effect::NotApplied));
    assert_eq!(fields(&error), ["description", "scopes", "metadata", "remaining"]);

    let options = RotationOptions::new().waive("description").waive("metadata").waive("remaining");
    let error = vendor.plan(&old.key.id, options.clone()).await.expect_err("a lost field");
    assert_eq!(fields(&error), ["scopes"]);
    let mut rotation = vendor.plan(&old.key.id, options.waive("scopes")).await.expect("planned");
    assert_eq!(vendor.created(), Vec::<String>::new());
    let _ = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
}

#[tokio::test]
async fn unrepresentable_metadata_is_a_lost_field() {
    let vendor = Vendor::new(REPLACING);
    let old = vendor.key(NewApiKey::new("ci").metadata(r#"{ "number": 1e999 }"#)).await;
    let error = vendor.plan(&old.key.id, RotationOptions::new()).await.expect_err("a lost field");
    assert_eq!(fields(&error), ["metadata"]);
    let rotation = vendor.plan(&old.key.id, RotationOptions::new().waive("metadata")).await.expect("planned");
    let saved = serde_json::to_string(&rotation).expect("JSON");
    assert_eq!(serde_json::from_str::<api_keys::Rotation>(&saved).expect("loaded").key, rotation.key);
}

#[tokio::test]
async fn unknown_lifetime_is_a_lost_field() {
    let vendor = Vendor::new(REPLACING.created_at_unreliable());
    let old = vendor.key(NewApiKey::new("ci").expires_in(9 * DAY)).await;
    let error = vendor.plan(&old.key.id, RotationOptions::new()).await.expect_err("an unknown lifetime");
    assert_eq!(fields(&error), ["expiry"]);
    let _ = vendor.plan(&old.key.id, RotationOptions::new().keep_expiry(true)).await.expect("planned");
}

#[tokio::test]
async fn overlap_must_be_shorter_than_the_lifetime() {
    for capabilities in [REPLACING, Memory::new().capabilities()] {
        let vendor = Vendor::new(capabilities);
        let old = vendor.key(NewApiKey::new("ci").expires_in(DAY)).await;
        let error =
            vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let _ = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY / 2)).await.expect("planned");
    }
}

#[tokio::test]
async fn successor_with_other_scopes_is_revoked() {
    let wider: fn(&mut NewApiKey) = |new| new.scopes = Some(vec!["deploy".to_owned(), "admin".to_owned()]);
    let narrower: fn(&mut NewApiKey) = |new| new.scopes = Some(Vec::new());
    for change in [wider, narrower] {
        let vendor = Vendor::with(REPLACING, move |new| {
            change(new);
            Ok(())
        });
        let old = vendor.key(NewApiKey::new("ci").scopes(["deploy"])).await;
        let mut rotation =
            vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
        let error = rotation.issue(&vendor, Timestamp::now()).await.expect_err("other scopes");
        assert!(error.to_string().contains("scopes"), "{error}");
        assert_eq!((error.effect(), vendor.active().await), (Effect::NotApplied, 1));
        assert!(vendor.is_valid(&old.secret).await);
    }
}

#[tokio::test]
async fn duplicate_name_gets_a_number() {
    let taken = |new: &mut NewApiKey| match new.name.as_str() {
        "ci" | "ci (2)" => Err(Error::new(ErrorKind::Conflict, "fake", Operation::Create)),
        _ => Ok(()),
    };
    let vendor = Vendor::with(REPLACING, taken);
    let old = vendor.key(NewApiKey::new("ci")).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new()).await.expect("planned");
    let issued = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    assert_eq!(issued.key.name.as_deref(), Some("ci (3)"));
    assert_eq!(vendor.created(), ["ci", "ci (2)", "ci (3)"]);
}

#[tokio::test]
async fn limit_is_checked_before_anything_is_sent() {
    let vendor = Vendor::new(REPLACING.max_active(2));
    let old = vendor.key(NewApiKey::new("ci")).await;
    let _ = vendor.key(NewApiKey::new("web")).await;
    let error = vendor.plan(&old.key.id, RotationOptions::new()).await.expect_err("no room");
    assert_eq!((error.kind(), vendor.created().len()), (ErrorKind::LimitReached, 0));

    let options = RotationOptions::new().overlap(DAY).revoke_first(true);
    let mut rotation = vendor.plan(&old.key.id, options).await.expect("planned");
    let issued = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    assert!(!vendor.is_valid(&old.secret).await && vendor.is_valid(&issued.secret).await);
    // Without an old secret there is no overlap, and an abort would leave no key.
    let error = rotation.abort(&vendor, Timestamp::now()).await.expect_err("no key would remain");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let now = Timestamp::now();
    rotation.mark_delivered(now);
    assert!(rotation.is_due(now));
    rotation.finish(&vendor, now).await.expect("finished");
    assert_eq!(vendor.active().await, 2);
}

#[tokio::test]
async fn room_makes_revoke_first_unnecessary() {
    let vendor = Vendor::new(REPLACING.max_active(3));
    let old = vendor.key(NewApiKey::new("ci")).await;
    let options = RotationOptions::new().revoke_first(true);
    let mut rotation = vendor.plan(&old.key.id, options).await.expect("planned");
    let _ = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    assert!(vendor.is_valid(&old.secret).await);
}

#[tokio::test]
async fn old_key_needs_an_active_successor() {
    let vendor = Vendor::new(REPLACING);
    let old = vendor.key(NewApiKey::new("ci")).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new()).await.expect("planned");
    let now = Timestamp::now();
    assert_eq!(rotation.finish(&vendor, now).await.expect_err("not issued").kind(), ErrorKind::Conflict);
    let issued = rotation.issue(&vendor, now).await.expect("issued");
    assert_eq!(rotation.finish(&vendor, now).await.expect_err("not delivered").kind(), ErrorKind::Conflict);
    rotation.mark_delivered(now);
    vendor.keys.revoke(&issued.key.id, RevokeOptions::new()).await.expect("revoked");
    let error = rotation.finish(&vendor, now).await.expect_err("an inactive successor");
    assert!(error.to_string().contains("is revoked; the old key was not revoked"), "{error}");
    assert!(vendor.is_valid(&old.secret).await);
    vendor.keys.delete(&issued.key.id).await.expect("deleted");
    assert!(
        rotation.finish(&vendor, now).await.expect_err("no successor").to_string().contains("does not exist")
    );
    assert!(vendor.is_valid(&old.secret).await && vendor.revokes.lock().expect("not poisoned").is_empty());
}

#[tokio::test]
async fn key_that_the_vendor_revoked_is_finished() {
    let vendor = Vendor::new(REPLACING);
    let old = vendor.key(NewApiKey::new("ci")).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new()).await.expect("planned");
    let _ = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    rotation.mark_delivered(Timestamp::now());
    vendor.keys.delete(&old.key.id).await.expect("deleted");
    rotation.finish(&vendor, Timestamp::now()).await.expect("finished");
    rotation.finish(&vendor, Timestamp::now()).await.expect("finished again");
    assert!(matches!(rotation.state, RotationState::Completed { .. }));
}

#[tokio::test]
async fn clock_set_back_keeps_the_old_key() {
    let vendor = Vendor::new(REPLACING);
    let old = vendor.key(NewApiKey::new("ci")).await;
    let now = Timestamp::now();
    let mut rotation =
        vendor.plan_rotation(&old.key.id, RotationOptions::new().overlap(DAY), now).await.expect("planned");
    let _ = rotation.issue(&vendor, now).await.expect("issued");
    rotation.mark_delivered(now);
    let time = |days| now.checked_add(DAY * days).expect("a time");
    for (time, due) in
        [(now.checked_sub(2 * DAY).expect("a time"), false), (now, false), (time(1), true), (time(100), true)]
    {
        assert_eq!(rotation.is_due(time), due, "{time}");
    }
}

/// Two keys of one name are rotated; the successor of the first one is not an orphan of the second one.
#[tokio::test]
async fn keys_of_one_name_have_their_own_successors() {
    let vendor = Vendor::new(REPLACING);
    let (first, second) = (vendor.key(NewApiKey::new("ci")).await, vendor.key(NewApiKey::new("ci")).await);
    let mut one = vendor.plan(&first.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let successor = one.issue(&vendor, Timestamp::now()).await.expect("issued");
    let two = vendor.plan(&second.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let mut two: api_keys::Rotation =
        serde_json::from_str(&serde_json::to_string(&two).expect("serialized")).expect("deserialized");
    let _ = two.issue(&vendor, Timestamp::now()).await.expect("issued");
    assert!(vendor.is_valid(&successor.secret).await);
    assert_eq!(vendor.active().await, 4);
}

#[tokio::test]
async fn ambiguous_successors_are_not_revoked() {
    let vendor = Vendor::new(REPLACING);
    let old = vendor.key(NewApiKey::new("ci")).await;
    let rotation = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let mut rotation: api_keys::Rotation =
        serde_json::from_str(&serde_json::to_string(&rotation).expect("serialized")).expect("deserialized");
    for _ in 0..2 {
        let _ = vendor.key(NewApiKey::new("ci")).await;
    }
    let error = rotation.issue(&vendor, Timestamp::now()).await.expect_err("two candidates");
    assert_eq!((error.kind(), vendor.active().await), (ErrorKind::Conflict, 3));
}

/// Keys that were used, or have other fields, are not successors.
#[tokio::test]
async fn other_keys_of_the_name_are_not_revoked() {
    let vendor = Vendor::new(REPLACING);
    let old = vendor.key(NewApiKey::new("ci").scopes(["deploy"])).await;
    let rotation = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let mut rotation: api_keys::Rotation =
        serde_json::from_str(&serde_json::to_string(&rotation).expect("serialized")).expect("deserialized");
    let used = vendor.key(NewApiKey::new("ci").scopes(["deploy"])).await;
    assert!(vendor.is_valid(&used.secret).await);
    let _ = vendor.key(NewApiKey::new("ci").scopes(["admin"])).await;
    let _ = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    assert_eq!(vendor.active().await, 4);
}

#[tokio::test]
async fn serialized_rotation_contains_no_secret() {
    let vendor = Vendor::new(REPLACING);
    let old = vendor.key(NewApiKey::new("ci")).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let issued = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    let text = format!("{} {rotation:?}", serde_json::to_string(&rotation).expect("serialized"));
    assert!(!text.contains(issued.secret.expose()) && !text.contains(old.secret.expose()), "{text}");
}

/// A request that timed out is processed after it was repeated.
#[tokio::test]
async fn late_successor_is_revoked() {
    let attempts = std::sync::atomic::AtomicU32::new(0);
    let vendor =
        Vendor::with(REPLACING, move |_| match attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => Err(Error::new(ErrorKind::Timeout, "fake", Operation::Create).with_effect(Effect::Unknown)),
            _ => Ok(()),
        });
    let old = vendor.key(NewApiKey::new("ci").scopes(["deploy"])).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let error = rotation.issue(&vendor, Timestamp::now()).await.expect_err("a timeout");
    assert_eq!(error.effect(), Effect::Unknown);
    let issued = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    let late = vendor.key(NewApiKey::new("ci").scopes(["deploy"])).await;
    rotation.mark_delivered(Timestamp::now());
    rotation.revoke_superseded(&vendor).await.expect("revoked");
    assert!(!vendor.is_valid(&late.secret).await && vendor.is_valid(&issued.secret).await);
    assert!(vendor.is_valid(&old.secret).await);
}

/// A vendor that reveals secrets; the second successor was created, and the response was lost.
#[tokio::test]
async fn revealed_successor_supersedes_the_first() {
    let mut vendor = Vendor::new(REPLACING.native(&[Operation::Reveal]));
    vendor.keys = Memory::builder().build().expect("built");
    let old = vendor.key(NewApiKey::new("ci")).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    // Its secret is not retained.
    let first = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    let second = rotation.issue(&vendor, Timestamp::now()).await.expect("issued again");
    assert_ne!(first.key.id, second.key.id);
    rotation.mark_delivered(Timestamp::now());
    rotation.revoke_superseded(&vendor).await.expect("revoked");
    assert!(!vendor.is_valid(&first.secret).await && vendor.is_valid(&second.secret).await);

    let mut vendor = Vendor::new(REPLACING.native(&[Operation::Reveal]));
    vendor.keys = Memory::builder().retain_secrets(true).build().expect("built");
    let old = vendor.key(NewApiKey::new("ci")).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new().overlap(DAY)).await.expect("planned");
    let first = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    let lost = vendor.key(NewApiKey::new("ci")).await;
    let adopted = rotation.issue(&vendor, Timestamp::now()).await.expect("revealed");
    assert_eq!(adopted.secret.expose(), lost.secret.expose());
    rotation.mark_delivered(Timestamp::now());
    rotation.revoke_superseded(&vendor).await.expect("revoked");
    assert!(!vendor.is_valid(&first.secret).await && vendor.is_valid(&lost.secret).await);
    assert_eq!(vendor.active().await, 2);
}

/// A vendor that does not reveal the secret at first; the second creation fails.
#[tokio::test]
async fn superseded_successor_that_is_delivered_remains() {
    let attempts = std::sync::atomic::AtomicU32::new(0);
    let mut vendor =
        Vendor::with(REPLACING, move |_| match attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            1 => Err(Error::new(ErrorKind::Unavailable, "fake", Operation::Create)),
            _ => Ok(()),
        });
    vendor.keys = Memory::builder().retain_secrets(true).build().expect("built");
    let old = vendor.key(NewApiKey::new("ci")).await;
    let mut rotation = vendor.plan(&old.key.id, RotationOptions::new()).await.expect("planned");
    let first = rotation.issue(&vendor, Timestamp::now()).await.expect("issued");
    let _ = rotation.issue(&vendor, Timestamp::now()).await.expect_err("unavailable");
    vendor.capabilities = REPLACING.native(&[Operation::Reveal]);
    let revealed = rotation.issue(&vendor, Timestamp::now()).await.expect("revealed");
    assert_eq!(revealed.key.id, first.key.id);
    rotation.mark_delivered(Timestamp::now());
    rotation.finish(&vendor, Timestamp::now()).await.expect("finished");
    assert!(vendor.is_valid(&revealed.secret).await && !vendor.is_valid(&old.secret).await);
}
