//! Requests of the providers, and their handling of documented responses.

use std::time::Duration;

use api_keys_core::{
    ApiKey, Capabilities, Expiry, Field, KeyExpiry, KeyStatus, NewApiKey, Operation, Support, UpdateApiKey,
    Verification,
};

use crate::connection::Vendor;
use crate::mock_server::VendorServer;
use crate::perform::{Performed, Player, change, new_key, perform, supported};
use crate::response::bodies;
use crate::sample::secrets;
use crate::violations::{Case, Violations};

/// No operation has more successes shown than this.
const EXAMPLES: usize = 4;

pub(super) async fn supported_operations_follow_the_document(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    let provider = &*server.connection.provider;
    for operation in supported(provider) {
        for nth in 0..EXAMPLES {
            let mut case = violations.case(format!("{operation} {nth}"));
            server.respond(Player { vendor, status: None, nth }).await;
            let performed = perform(vendor, provider, operation, &vendor.key_id()).await;
            expect_valid_request(&mut case, &server).await;
            match performed {
                Ok(performed) => case.expect(is_whole(vendor, &performed), format!("came to {performed:?}")),
                // An example of an empty list.
                Err(error) if operation == Operation::Get && error.is_not_found() => {
                    let emulated = provider.capabilities().support(operation) == Support::Emulated;
                    case.expect(emulated, &error);
                }
                Err(error) => case.wrong(&error),
            }
        }
    }
    violations.check_if(supported(provider).next().is_some());
}

/// Returns whether the common values are present and the secret is the documented one.
fn is_whole(vendor: &Vendor, performed: &Performed) -> bool {
    match performed {
        Performed::Key(key) => key.status != KeyStatus::Unknown,
        Performed::Issued(_, secret) | Performed::Secret(secret) => shows_secret(vendor, secret.expose()),
        Performed::Verdict(Verification::Valid(key)) => key.status == KeyStatus::Active,
        Performed::Verdict(Verification::Invalid(_)) | Performed::Keys(_) | Performed::Done => true,
    }
}

fn shows_secret(vendor: &Vendor, secret: &str) -> bool {
    let operations = vendor.document.operations().map(|(_, _, operation)| operation);
    let bodies =
        operations.flat_map(|operation| operation.successes()).flat_map(|(_, response)| bodies(response));
    bodies
        .filter_map(|body| body.json)
        .any(|(schema, value)| secrets(schema, &value).iter().any(|one| one == secret))
}

pub(super) async fn create_with_all_fields_is_verified(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    let provider = &*server.connection.provider;
    if !provider.capabilities().support(Operation::Create).is_supported() {
        return;
    }
    for nth in 0..EXAMPLES {
        let mut case = violations.case(format!("create {nth}"));
        server.respond(Player { vendor, status: None, nth }).await;
        let (shown, _) = provider.create(new_key(vendor)).await.unwrap().into_parts();
        let requested = asking_for(&shown, &provider.capabilities());
        let fields = requested.fields();
        server.respond(Player { vendor, status: None, nth }).await;
        match provider.create(requested).await {
            Ok(issued) => case.expect(issued.key == shown, "is another key"),
            Err(error) => case.wrong(format!("{error} ({fields:?})")),
        }
        expect_valid_request(&mut case, &server).await;
    }
    violations.check();
}

/// Returns a create whose fields all occur in the response.
fn asking_for(shown: &ApiKey, capabilities: &Capabilities) -> NewApiKey {
    let fields = capabilities.create_fields;
    let mut new = NewApiKey::new(shown.name.as_deref().unwrap_or("nightly export"));
    if fields.contains(Field::Owner) {
        new.owner.clone_from(&shown.owner);
    }
    if fields.contains(Field::Description) {
        new.description.clone_from(&shown.description);
    }
    if fields.contains(Field::Scopes) {
        new.scopes.clone_from(&shown.scopes);
    }
    if fields.contains(Field::Metadata) {
        new.metadata = shown.metadata.as_ref().map(|metadata| metadata.value().unwrap());
    }
    if let (true, KeyExpiry::At(end)) = (fields.contains(Field::Expiry), shown.expiry) {
        let created = shown.created_at.unwrap_or_else(|| end - Duration::from_secs(86_400));
        new.expiry = Expiry::In(Duration::try_from(end.duration_since(created)).unwrap());
    }
    for name in capabilities.create_extra {
        if let Some(value) = shown.extra.get(name).filter(|value| !value.is_null()) {
            new.extra.insert((*name).to_owned(), value.clone());
        }
    }
    new
}

pub(super) async fn update_of_all_fields_is_verified(vendor: &'static Vendor) {
    let mut violations = Violations::new();
    let server = VendorServer::new(vendor).await;
    let provider = &*server.connection.provider;
    if !provider.capabilities().support(Operation::Update).is_supported() {
        return;
    }
    for nth in 0..EXAMPLES {
        let mut case = violations.case(format!("update {nth}"));
        server.respond(Player { vendor, status: None, nth }).await;
        let shown = provider.update(&vendor.key_id(), change(vendor)).await.unwrap();
        let changes = changing_to(&shown, &provider.capabilities());
        let fields = changes.fields();
        server.respond(Player { vendor, status: None, nth }).await;
        match provider.update(&vendor.key_id(), changes).await {
            Ok(key) => case.expect(key == shown, "is another key"),
            Err(error) => case.wrong(format!("{error} ({fields:?})")),
        }
        expect_valid_request(&mut case, &server).await;
    }
    violations.check();
}

/// Returns an update that results in the response: set where it has a value, cleared where it has none.
fn changing_to(shown: &ApiKey, capabilities: &Capabilities) -> UpdateApiKey {
    let settable = capabilities.update_fields;
    let mut changes = UpdateApiKey::new();
    if settable.contains(Field::Name) {
        changes.name.clone_from(&shown.name);
    }
    if settable.contains(Field::Owner) {
        changes.owner.clone_from(&shown.owner);
    }
    if settable.contains(Field::Scopes) {
        changes.scopes.clone_from(&shown.scopes);
    }
    if settable.contains(Field::Enabled) {
        changes.enabled = Some(shown.status != KeyStatus::Disabled);
    }
    if settable.contains(Field::Expiry) {
        changes = match shown.expiry {
            KeyExpiry::At(_) => changes.expiry(Expiry::In(Duration::from_secs(86_400))),
            _ => changes.clear_expiry(),
        };
    }
    if settable.contains(Field::Description) {
        changes = match &shown.description {
            Some(description) => changes.description(description),
            None if capabilities.clearable_fields.contains(Field::Description) => changes.clear_description(),
            None => changes,
        };
    }
    if settable.contains(Field::Metadata) {
        changes = match &shown.metadata {
            Some(metadata) => changes.metadata(metadata.value().unwrap()),
            None => changes.clear_metadata(),
        };
    }
    for name in capabilities.update_extra {
        if let Some(value) = shown.extra.get(name).filter(|value| !value.is_null()) {
            changes.extra.insert((*name).to_owned(), value.clone());
        }
    }
    changes
}

async fn expect_valid_request(case: &mut Case<'_>, server: &VendorServer) {
    match server.validated().await {
        Ok(requested) => case.expect(requested.len() == 1, format!("requested for {requested:?}")),
        Err(violations) => violations.iter().for_each(|violation| case.wrong(violation)),
    }
}
